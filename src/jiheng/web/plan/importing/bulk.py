"""Import many documents in the background: each whole or not at all, and each once, whatever happens to the server."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from jiheng.web.jobs.kinds import SLOW, job
from jiheng.web.jobs.models import Job
from jiheng.web.jobs.services import MOST_ATTEMPTS, JobError, Progress, ask
from jiheng.web.org.models import Person
from jiheng.web.org.permissions import reach
from jiheng.web.plan.importing.matching import MERGE, NEW, REPLACE, SKIP, matches
from jiheng.web.plan.importing.services import import_upload
from jiheng.web.plan.importing.uploads import document_of
from jiheng.web.plan.models import Upload
from jiheng.web.plan.services import Refused
from jiheng.web.supervision.services import record

IMPORT_JOB = "plan.import_uploads"
_DEADLY = "导入这个文件时服务几次中断，已跳过，没有导入它的任何内容。"
FOR_KNOWN = {MERGE: "补充空白", REPLACE: "用文件替换", SKIP: "不导入"}
"""What may be done with projects that are there already; new ones are added."""
SHOWN_REFUSED = 50


def ready(person: Person) -> QuerySet[Upload]:
    """The files that were read and wait for this person, or a colleague, to import them; oldest first."""
    return Upload.objects.filter(reach(person, "plan.import"), state=Upload.State.READ).order_by("pk")


def ask_import(person: Person, uploads: QuerySet[Upload], known: str) -> Job:
    """Ask for these files to be imported. Raises :class:`Refused` for none, or for an unknown choice."""
    keys = list(uploads.values_list("pk", flat=True))
    if not keys:
        raise Refused("请先勾选要导入的文件。")
    if known not in FOR_KNOWN:
        raise Refused("请选择已有的项目怎样处理。")
    asked = ask(IMPORT_JOB, f"导入 {len(keys)} 个文件", {"uploads": keys, "known": known}, person)
    record("批量导入文件", asked, None, {"files": len(keys), "known": known})
    return asked


@job(IMPORT_JOB, SLOW, resumes=True)
def import_uploads(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Import each file that still waits, in a transaction of its own; one that cannot be stops no other."""
    keys, person = payload["uploads"], progress.job.created_by
    if person is None or not person.is_active:
        raise JobError("发起导入的账号已停用，没有继续导入。")
    mine = Upload.objects.filter(pk__in=keys)
    refused = dict(progress.job.result.get("refused", {}))
    waiting = mine.filter(state=Upload.State.READ).exclude(pk__in=[int(k) for k in refused]).order_by("pk")
    left = list(waiting.values_list("pk", flat=True))
    for done, pk in enumerate(left, len(keys) - len(left)):
        upload = Upload.objects.select_related("unit__department", "budget_year").get(pk=pk)
        progress(done, len(keys), f"正在导入 {upload.name}")
        why = _DEADLY if progress.fruitless == MOST_ATTEMPTS else _import(person, upload, payload["known"])
        if why:
            refused[str(pk)] = f"“{upload.name}”：{why}"
            progress.keep({"refused": refused})
    progress(len(keys), len(keys), "全部办完")
    imported = mine.filter(state=Upload.State.IMPORTED).count()
    return {"imported": imported, "refused": refused}


def _import(person: Person, upload: Upload, known: str) -> str:
    """Import one file; why not, where it cannot be."""
    if upload.sheets:
        return "这是下发后交回的填报工作簿，请打开预览，确认后再导入。"
    try:
        choices = {m.project.sequence: _choice(m.actions, known) for m in matches(person, upload, document_of(upload))}
        import_upload(person, upload, choices)
    except Refused as error:
        # Someone may have imported or discarded it since; then all is well.
        still = Upload.objects.filter(pk=upload.pk, state=Upload.State.READ).exists()
        return str(error) if still else ""
    except PermissionDenied:
        return "您没有向这个单位导入的权限。"
    return ""


def _choice(possible: list[str], known: str) -> str:
    if NEW in possible:
        return NEW
    return known if known in possible else SKIP


def said(done: Job) -> list[str]:
    """What is to be told of an import that is over: how many came in, and which did not and why."""
    refused = list(done.result.get("refused", {}).values())
    head = f"批量导入完成：{done.result.get('imported', 0)} 个文件已导入"
    head += f"，{len(refused)} 个没有导入：" if refused else "。"
    return [head, *refused[:SHOWN_REFUSED]]
