"""What the list of projects shows, as a file: Excel, Word or JSON."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import groupby
from typing import Any

from jiheng import wire
from jiheng.model import Document
from jiheng.web.plan import mapping
from jiheng.web.plan.documents import TYPES
from jiheng.web.plan.models import BudgetYear, DepartmentGoals
from jiheng.writers.docx_document import write_document
from jiheng.writers.flat_excel import write_flat_excel

LIMIT = 3000
"""More projects than this are asked for in parts: a Word file of more is of no use to anyone."""
KINDS = {"xlsx": "Excel 明细表", "docx": "Word 绩效目标表", "json": "JSON 数据"}


class TooMany(Exception):
    """More projects than one file should hold."""


def documents_of(projects: Any, year: BudgetYear, *, with_goals: bool) -> Iterator[Document]:
    """The projects as one document a department; ``with_goals`` adds the department's own goals.

    Raises :class:`TooMany` above :data:`LIMIT` projects.
    """
    found = projects.defer(None).prefetch_related("periods", "goals", "indicators")
    found = list(found.order_by("unit__department__code", "unit__code", "order", "pk")[: LIMIT + 1])
    if len(found) > LIMIT:
        raise TooMany(f"一次最多导出 {LIMIT} 个项目。请先按单位或状态筛选，再分次导出。")
    goals = {
        g.department_id: g
        for g in DepartmentGoals.objects.filter(budget_year=year).prefetch_related("itemized", "safeguards")
        if with_goals
    }
    for department, members in groupby(found, key=lambda p: p.unit.department):
        yield mapping.to_document(members, goals.get(department.pk), department.name, year.year)


def export(documents: list[Document], kind: str) -> tuple[bytes, str]:
    """The file, and its kind: one document as it is; several as one workbook, or as a zip of a file each.

    Raises ``KeyError`` where ``kind`` is none of :data:`KINDS`.
    """
    if kind == "xlsx":
        return write_flat_excel(documents), kind
    write = _WRITERS[kind]
    if len(documents) == 1:
        return write(documents[0]), kind
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for document in documents:
            archive.writestr(f"{document.source}.{kind}", write(document))
    return out.getvalue(), "zip"


def media_type(kind: str) -> str:
    """The media type of an exported file."""
    return TYPES.get(kind, "application/zip")


def _json(document: Document) -> bytes:
    return wire.to_json(document, indent=2)


_WRITERS: dict[str, Callable[[Document], bytes]] = {"docx": write_document, "json": _json}
