"""A department's 绩效文本 of a year as a document of the core, and as files."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from jiheng import wire
from jiheng.model import Budget, Document
from jiheng.web.org.models import Department
from jiheng.web.plan import mapping
from jiheng.web.plan.models import BudgetYear, DepartmentGoals, Project
from jiheng.web.plan.states import FROZEN
from jiheng.writers.docx_document import write_document
from jiheng.writers.flat_excel import write_flat_excel

TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "pdf": "application/pdf",
}


def document_of(department: Department, year: BudgetYear) -> Document:
    """The document of all approved projects of the department, unit by unit, with its goals."""
    projects = (
        Project.objects.filter(unit__department=department, budget_year=year, state__in=FROZEN)
        .select_related("unit__department")
        .prefetch_related("periods", "goals", "indicators")
        .order_by("unit__code", "order", "pk")
    )
    goals = (
        DepartmentGoals.objects.filter(department=department, budget_year=year)
        .prefetch_related("itemized", "safeguards")
        .first()
    )
    return mapping.to_document(projects, goals, department.name, year.year)


def to_content(document: Document) -> dict[str, object]:
    """The document as JSON to store."""
    stored: dict[str, object] = json.loads(wire.to_json(document))
    return stored


def from_content(content: object) -> Document:
    """The document that was stored, its amounts as the form prints them: of 4.00 JSON keeps 4.0."""
    document = wire.from_json(json.dumps(content))
    return replace(document, projects=tuple(replace(p, budget=_plain(p.budget)) for p in document.projects))


def _plain(budget: Budget) -> Budget:
    return Budget(*(mapping.plain_amount(a) for a in (budget.total, budget.fiscal, budget.other)))


def _excel(document: Document) -> bytes:
    return write_flat_excel([document])


def _json(document: Document) -> bytes:
    return wire.to_json(document, indent=2)


WRITERS: dict[str, Callable[[Document], bytes]] = {"docx": write_document, "xlsx": _excel, "json": _json}
"""What a document can be downloaded as; a PDF is made in the background."""
