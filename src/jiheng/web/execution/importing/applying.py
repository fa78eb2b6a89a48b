"""Keep what a list says, all of it or nothing, and take it back as a whole."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Any

from django.utils import timezone

from jiheng.web import transaction
from jiheng.web.doubts import confirm, gathered
from jiheng.web.execution.importing import batches
from jiheng.web.execution.importing.reading import look_at
from jiheng.web.execution.importing.rows import Draft
from jiheng.web.execution.models import ColumnMapping, ImportBatch
from jiheng.web.execution.models.money import ENTRIES
from jiheng.web.execution.services.doubts import excesses, made_worse
from jiheng.web.execution.services.totals import lock_projects, refresh_totals
from jiheng.web.execution.signals import vetoes
from jiheng.web.jobs.kinds import SLOW, job
from jiheng.web.jobs.services import JobError, Progress, ask
from jiheng.web.locks import take_turns
from jiheng.web.org.models import Person
from jiheng.web.plan.services import Refused
from jiheng.web.retrying import retried
from jiheng.web.supervision.services import record
from jiheng.web.tabular.plans import head_digest

APPLY_JOB = "execution.apply_batch"
S = ImportBatch.State


@transaction.atomic
def apply(person: Person, pk: int, leave_out: Iterable[str] = (), seen: str = "") -> ImportBatch:
    """Ask for the rows to be kept, in the background.

    ``leave_out`` are the rows with problems and those not decided, named one by one as ``sheet:row``; ``seen`` is
    :func:`fingerprint` of the preview that is confirmed, where it was one. A second confirmation changes nothing.

    Raises :class:`Refused` while a row with a problem is not left out, ``PermissionDenied``.
    """
    batch = batches.open_batch(person, pk, S.READ, S.APPLYING, S.APPLIED)
    if batch.state in (S.APPLYING, S.APPLIED) and not batch.is_stuck:
        return batch
    left, bad = set(leave_out), _not_kept(batch)
    if seen and seen != fingerprint(batch):
        raise Refused("预览之后内容又变了，没有入账。请看过现在的预览再确认。")
    if bad - left:
        said = f"还有 {len(bad - left)} 行有问题或没有决定，没有入账。"
        raise Refused(f"{said}请改好文件重新上传，逐行决定，或勾选“不导入有问题的行”。")
    if not batch.good:
        raise Refused("没有可以入账的行。")
    batch.left_out, batch.state = sorted(bad), S.APPLYING
    batch.job = ask(APPLY_JOB, f"入账{batch.name}", {"batch": batch.pk}, person)
    batch.save(update_fields=["left_out", "state", "job"])
    return batch


def fingerprint(batch: ImportBatch) -> str:
    """What tells one preview of a batch from another."""
    chosen = ",".join(str(n) for n, plan in enumerate(batch.plans) if plan.is_chosen)
    return f"{chosen}/{batch.good}/{batch.amount:.2f}"


def _not_kept(batch: ImportBatch) -> set[str]:
    """The rows that somebody must leave out knowingly."""
    return batch.bad_rows | batch.undecided


@job(APPLY_JOB, SLOW)
def apply_batch(payload: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Keep the rows of a batch in one transaction; one that is kept already is left alone."""
    pk = payload["batch"]
    progress(0, 1, "正在入账")
    try:
        return retried(lambda: _apply(pk))
    except Exception as error:
        # Nothing was kept: the batch can be looked at, and confirmed again.
        said = str(error) if isinstance(error, JobError) else "入账时出错，没有导入任何内容。请重新检查后再试。"
        batch = ImportBatch.objects.select_related("budget_year", "by").get(pk=pk)
        look_at(batch)
        batch.message = said
        batch.save()
        raise


@transaction.atomic
def _apply(pk: int) -> dict[str, Any]:
    year = ImportBatch.objects.values_list("budget_year_id", flat=True).get(pk=pk)
    # Two imports of one year at a time would not see each other's rows, and keep the same payment twice.
    take_turns("execution.import", year)
    batch = ImportBatch.objects.select_related("budget_year", "by").get(pk=pk)
    if batch.state != S.APPLYING:
        return {"kept": batch.good}
    confirmed = (batch.good, batch.amount, set(batch.left_out))
    found = look_at(batch)
    if found is None or (batch.good, batch.amount, _not_kept(batch)) != confirmed:
        raise JobError("确认之后情况有了变化（项目、单位或已入账的内容不同了），没有导入任何内容。请看过后重新确认。")
    projects = {d.project.pk for d in found.drafts}
    lock_projects(projects)
    model = ENTRIES[batch.kind]
    model.objects.bulk_create([_row(batch, d) for d in found.drafts], batch_size=500)
    refresh_totals(projects)
    batch.state, batch.applied_at = S.APPLIED, timezone.now()
    batch.save()
    _remember(batch)
    after = {
        "rows": batch.good, "amount": batch.amount, "left_out": batch.left_out, "duplicates": batch.duplicates,
        "sheets": [plan.name for plan in batch.plans if plan.is_chosen], "decisions": batch.decisions,
    }  # fmt: skip
    record("导入执行数据", batch, None, after)
    return {"kept": batch.good}


def _row(batch: ImportBatch, draft: Draft) -> Any:
    entry, model = draft.entry, ENTRIES[batch.kind]
    more = {"payee": entry.payee} if batch.kind == ImportBatch.Kind.PAYMENT else {}
    return model(
        project=draft.project, source=entry.source, amount=entry.amount, on=entry.on, number=entry.number,
        note=entry.note, key=draft.key, batch=batch, by=batch.by, **more,
    )  # fmt: skip


def _remember(batch: ImportBatch) -> None:
    """Match the columns of the next file with such a head in the same way."""
    for plan in batch.plans:
        if plan.is_chosen:
            ColumnMapping.objects.update_or_create(
                district_id=batch.budget_year.district_id, kind=batch.kind, header=head_digest(plan),
                defaults={"mapping": plan.mapping, "amount_unit": plan.amount_unit},
            )  # fmt: skip


@transaction.atomic
def take_back(person: Person, pk: int, reason: str, confirmed: Container[str] = ()) -> int:
    """Remove all entries of an import; how many there were.

    Raises :class:`Refused`, ``PermissionDenied``, :class:`~jiheng.web.doubts.Doubtful` where more was paid than is left
    of budgets, or more refunded than is left of payments.
    """
    batch = batches.open_batch(person, pk, S.APPLIED)
    if not reason.strip():
        raise Refused("撤回要写明理由。")
    entries = ENTRIES[batch.kind].objects.filter(batch=batch)
    projects = set(entries.values_list("project_id", flat=True))
    lock_projects(projects)
    if against := vetoes(batch, projects):
        raise Refused("不能撤回：" + "；".join(against))
    over = excesses(projects)
    count, _ = entries.delete()
    refresh_totals(projects)
    told = confirm(gathered(made_worse(over, excesses(projects))), confirmed)
    batch.state, batch.taken_back_at = S.TAKEN_BACK, timezone.now()
    batch.save(update_fields=["state", "taken_back_at"])
    record("撤回执行数据导入", batch, {"rows": count, "amount": batch.amount}, {"reason": reason.strip()} | told)
    return count
