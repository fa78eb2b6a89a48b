"""A workbook that was handed out comes back: which sheet is which project, and what is wrong with it as a whole."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from jiheng import model
from jiheng.model import Document
from jiheng.web.plan.models import Project, Upload
from jiheng.web.plan.offline import SheetKey, digest, sheet_of

MOST_SAID = 8
Sheets = dict[str, dict[str, Any]]
"""Sequence of the project in the file → ``{"sheet", "project": key or 0, "revision", "unit", "untouched"}``."""


class BadWorkbook(Exception):
    """Why nothing of the workbook can be imported, one line a sheet."""


def recognise(signed: dict[str, str | None], document: Document, upload: Upload) -> tuple[Document, Sheets]:
    """The document without empty forms, and which form each of its projects is; nothing for any other file.
    ``signed`` are the keys of its sheets (:func:`jiheng.readers.stamps.sheet_keys`).

    Raises :class:`BadWorkbook` where a sheet is not ours, not of this year, or there twice.
    """
    if not any(signed.values()):
        return document, {}
    problems, keys = _problems(signed, document, upload)
    projects, sheets = [], {}
    for project in document.projects:
        key = keys.get(sheet_of(project))
        if key is None or (not key.project and _is_empty(project)):
            continue
        if not (project.name or "").strip():
            problems.append(f"工作表“{sheet_of(project)}”没有填写项目名称。")
        projects.append(replace(project, sequence=len(projects) + 1, title=None))
        sheets[str(len(projects))] = {
            "sheet": sheet_of(project), "project": key.project, "revision": key.revision, "unit": key.unit,
            "untouched": bool(key.digest) and digest(project) == key.digest,
        }  # fmt: skip
    if not projects and not problems:
        problems.append("表里还没有填写任何项目。请填好后再上传。")
    if problems:
        more = f"\n……共 {len(problems)} 处" if len(problems) > MOST_SAID else ""
        raise BadWorkbook("没有导入任何内容：\n" + "\n".join(problems[:MOST_SAID]) + more)
    return replace(document, projects=tuple(projects), fiscal_year=upload.budget_year.year), sheets


def _problems(
    signed: dict[str, str | None], document: Document, upload: Upload
) -> tuple[list[str], dict[str, SheetKey]]:
    problems: list[str] = []
    keys = {name: key for name, text in signed.items() if (key := SheetKey.of(text or "")) is not None}
    read = Counter(sheet_of(p) for p in document.projects)
    for name, text in signed.items():
        if text is None and read[name]:
            problems.append(f"工作表“{name}”不是从本平台下载的表，请移到另一个文件里，单独导入。")
        elif text is not None and name not in keys:
            problems.append(f"工作表“{name}”的标识不对：它来自另一套系统，或被改动过。请重新下载后再填。")
        elif read[name] > 1:
            problems.append(f"工作表“{name}”里有 {read[name]} 个项目，一张表只能填一个。")
    return [*problems, *_twice(keys), *_foreign(keys, upload)], keys


def _twice(keys: dict[str, SheetKey]) -> list[str]:
    by_form: dict[SheetKey, list[str]] = {}
    for name, key in keys.items():
        by_form.setdefault(replace(key, revision=0, digest=""), []).append(name)
    return [
        f"工作表{'、'.join(f'“{n}”' for n in names)}是同一个项目的表，请只留一张。新项目请填空白表。"
        for names in by_form.values()
        if len(names) > 1
    ]


def _foreign(keys: dict[str, SheetKey], upload: Upload) -> list[str]:
    asked = [k.project for k in keys.values() if k.project]
    rows = {p.pk: p for p in Project.objects.filter(pk__in=asked).select_related("unit", "budget_year")}
    problems = []
    for name, key in keys.items():
        row = rows.get(key.project)
        if key.project and row is None:
            problems.append(f"工作表“{name}”的项目已在线上删除，请去掉这张表。")
        elif key.year != upload.budget_year_id:
            problems.append(f"工作表“{name}”是另一个预算年度的表，不能导入{upload.budget_year}。")
        elif row is not None and row.unit.department_id != upload.unit.department_id:
            problems.append(f"工作表“{name}”是“{row.unit.name}”的项目，不能导入到“{upload.unit.name}”。")
    return problems


def _is_empty(project: model.Project) -> bool:
    """Whether nobody has written anything into an empty form."""
    b = project.budget
    said = (project.name, project.code, project.purpose, b.total, b.fiscal, b.other, *project.plan.raw)
    return not (any(said) or project.goals or project.indicators)
