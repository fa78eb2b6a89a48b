"""The JSON of a document: a published, versioned shape (``docs/schema/``), in and out by msgspec.

The model is for code, this is for files: flat keys (``budget_total``, ``value_raw``), numbers as JSON numbers.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec

from jiheng import model

SCHEMA_VERSION = 1

AnchorMap = dict[str, model.Anchor]


class WireIndicator(msgspec.Struct, omit_defaults=False):
    """One indicator; see :class:`jiheng.model.Indicator`."""

    level1: str | None = None
    level2: str | None = None
    name: str | None = None
    description: str | None = None
    value_raw: str = ""
    comparator: str | None = None
    value: Decimal | None = None
    upper: Decimal | None = None
    unit: str | None = None
    kind: str | None = None
    basis: str | None = None
    midterm: model.Target | None = None
    anchors: AnchorMap = {}


class WirePlan(msgspec.Struct):
    """A spending plan; see :class:`jiheng.model.SpendingPlan`."""

    labels: list[str] = []
    raw: list[str] = []
    percent: list[Decimal | None] = []
    anchors: list[model.Anchor | None] = []


class WireProject(msgspec.Struct):
    """One project; amounts in 万元. See :class:`jiheng.model.Project`."""

    sequence: int
    title_in_heading: str | None = None
    name: str | None = None
    code: str | None = None
    unit_code: str | None = None
    unit_name: str | None = None
    budget_total: Decimal | None = None
    budget_fiscal: Decimal | None = None
    budget_other: Decimal | None = None
    purpose: str | None = None
    plan: WirePlan = msgspec.field(default_factory=WirePlan)
    goals: list[str] = []
    indicators: list[WireIndicator] = []
    supervisor: str | None = None
    attribute: str | None = None
    period: str | None = None
    midterm_total: Decimal | None = None
    midterm_fiscal: Decimal | None = None
    midterm_other: Decimal | None = None
    midterm_goals: list[str] = []
    anchors: AnchorMap = {}


class WireItemizedGoal(msgspec.Struct):
    """One itemised goal; see :class:`jiheng.model.ItemizedGoal`."""

    number: str | None = None
    title: str | None = None
    goal: str | None = None
    indicators_text: str | None = None
    anchors: AnchorMap = {}


class WireSafeguard(msgspec.Struct):
    """One safeguard; see :class:`jiheng.model.Safeguard`."""

    number: str | None = None
    title: str | None = None
    text: str | None = None
    anchors: AnchorMap = {}


class WireOverallGoal(msgspec.Struct):
    """The overall goal, one entry a paragraph."""

    paragraphs: list[str] = []
    anchors: list[model.Anchor] = []


class WireDocument(msgspec.Struct):
    """A whole document; see :class:`jiheng.model.Document`."""

    source: str = ""
    format: str = ""
    schema_version: int = SCHEMA_VERSION
    department: str | None = None
    unit_code: str | None = None
    unit_name: str | None = None
    fiscal_year: int | None = None
    amount_unit: str = "万元"
    printed_unit: str | None = None
    overall_goal: WireOverallGoal = msgspec.field(default_factory=WireOverallGoal)
    itemized_goals: list[WireItemizedGoal] = []
    safeguards: list[WireSafeguard] = []
    projects: list[WireProject] = []
    warnings: list[model.Warning] = []
    anchors: AnchorMap = {}


_encoder = msgspec.json.Encoder(decimal_format="number")
_decoder = msgspec.json.Decoder(WireDocument, strict=False)


def _indicator_to_wire(i: model.Indicator) -> WireIndicator:
    t = i.target
    return WireIndicator(
        level1=i.level1,
        level2=i.level2,
        name=i.name,
        description=i.description,
        value_raw=t.raw,
        comparator=t.comparator,
        value=t.value,
        upper=t.upper,
        unit=t.unit,
        kind=t.kind,
        basis=i.basis,
        midterm=i.midterm,
        anchors=dict(i.anchors),
    )


def _project_to_wire(p: model.Project) -> WireProject:
    return WireProject(
        sequence=p.sequence,
        title_in_heading=p.title,
        name=p.name,
        code=p.code,
        unit_code=p.unit_code,
        unit_name=p.unit_name,
        budget_total=p.budget.total,
        budget_fiscal=p.budget.fiscal,
        budget_other=p.budget.other,
        purpose=p.purpose,
        plan=WirePlan(list(p.plan.labels), list(p.plan.raw), list(p.plan.percent), list(p.plan.anchors)),
        goals=list(p.goals),
        indicators=[_indicator_to_wire(i) for i in p.indicators],
        supervisor=p.supervisor,
        attribute=p.attribute,
        period=p.period,
        midterm_total=p.midterm.total,
        midterm_fiscal=p.midterm.fiscal,
        midterm_other=p.midterm.other,
        midterm_goals=list(p.midterm_goals),
        anchors=dict(p.anchors),
    )


def to_wire(document: model.Document) -> WireDocument:
    """The document in its published shape."""
    goals = document.goals
    return WireDocument(
        source=document.source,
        format=document.format,
        department=document.department.name,
        unit_code=document.department.unit_code,
        unit_name=document.department.unit_name,
        fiscal_year=document.fiscal_year,
        amount_unit=document.amount_unit,
        printed_unit=document.printed_unit,
        overall_goal=WireOverallGoal(list(goals.overall), list(goals.overall_anchors)),
        itemized_goals=[
            WireItemizedGoal(g.number, g.title, g.goal, g.indicators_text, dict(g.anchors)) for g in goals.itemized
        ],
        safeguards=[WireSafeguard(s.number, s.title, s.text, dict(s.anchors)) for s in goals.safeguards],
        projects=[_project_to_wire(p) for p in document.projects],
        warnings=list(document.warnings),
        anchors=dict(document.anchors),
    )


def _indicator_from_wire(i: WireIndicator) -> model.Indicator:
    target = model.Target(i.value_raw, i.comparator, i.value, i.unit, i.kind, i.upper)  # type: ignore[arg-type]
    return model.Indicator(i.level1, i.level2, i.name, i.description, target, i.basis, i.midterm, i.anchors)


def _project_from_wire(p: WireProject) -> model.Project:
    plan = p.plan
    return model.Project(
        sequence=p.sequence,
        name=p.name,
        title=p.title_in_heading,
        code=p.code,
        unit_code=p.unit_code,
        unit_name=p.unit_name,
        budget=model.Budget(p.budget_total, p.budget_fiscal, p.budget_other),
        purpose=p.purpose,
        plan=model.SpendingPlan(tuple(plan.labels), tuple(plan.raw), tuple(plan.percent), tuple(plan.anchors)),
        goals=tuple(p.goals),
        indicators=tuple(_indicator_from_wire(i) for i in p.indicators),
        supervisor=p.supervisor,
        attribute=p.attribute,
        period=p.period,
        midterm=model.Budget(p.midterm_total, p.midterm_fiscal, p.midterm_other),
        midterm_goals=tuple(p.midterm_goals),
        anchors=p.anchors,
    )


def from_wire(wire: WireDocument) -> model.Document:
    """The document that a published shape describes."""
    return model.Document(
        source=wire.source,
        format=wire.format,
        department=model.Department(wire.department, wire.unit_code, wire.unit_name),
        fiscal_year=wire.fiscal_year,
        amount_unit=wire.amount_unit,
        printed_unit=wire.printed_unit,
        goals=model.Goals(
            overall=tuple(wire.overall_goal.paragraphs),
            itemized=tuple(
                model.ItemizedGoal(g.number, g.title, g.goal, g.indicators_text, g.anchors) for g in wire.itemized_goals
            ),
            safeguards=tuple(model.Safeguard(s.number, s.title, s.text, s.anchors) for s in wire.safeguards),
            overall_anchors=tuple(wire.overall_goal.anchors),
        ),
        projects=tuple(_project_from_wire(p) for p in wire.projects),
        warnings=tuple(wire.warnings),
        anchors=wire.anchors,
    )


def to_json(document: model.Document, indent: int | None = None) -> bytes:
    """The document as UTF-8 JSON, one object; ``indent`` spaces a level, or one line."""
    raw = _encoder.encode(to_wire(document))
    return raw if indent is None else msgspec.json.format(raw, indent=indent)


def from_json(raw: bytes | str) -> model.Document:
    """The document that this JSON describes.

    Raises ``msgspec.DecodeError`` (and its subclass ``ValidationError``) where it is no such JSON.
    """
    return from_wire(_decoder.decode(raw))


def schema() -> dict[str, Any]:
    """The JSON Schema of :func:`to_json`, as published in ``docs/schema/``."""
    published = msgspec.json.schema(WireDocument)
    published["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    published["title"] = f"jiheng performance document, version {SCHEMA_VERSION}"
    _decimals_as_numbers(published)
    return published


def _decimals_as_numbers(schema: Any) -> None:
    """msgspec describes a Decimal as a string; the encoder writes a number."""
    if isinstance(schema, dict):
        if schema.get("format") == "decimal":
            schema["type"] = "number"
            del schema["format"]
        for part in schema.values():
            _decimals_as_numbers(part)
    elif isinstance(schema, list):
        for part in schema:
            _decimals_as_numbers(part)
