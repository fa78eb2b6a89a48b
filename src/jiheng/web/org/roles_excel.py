"""Roles from Excel: a template for the security administrator to fill in, and what a filled one says, row by row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import xlsxwriter

from jiheng.web.org.models import Department, District, Unit
from jiheng.web.org.queries import people_in
from jiheng.web.org.roles import DEPARTMENT_ROLES, UNIT_ROLES, Role
from jiheng.web.org.services.people import WantedRole, checked_years
from jiheng.web.org.services.places import Wrong
from jiheng.web.tabular.book import Book, Judged, ListKind, Row, lost_said, same_said
from jiheng.web.tabular.columns import Field, Vocabulary

COLUMNS = ("账号", "角色", "单位编码", "部门代码", "起始年度", "截止年度")
VOCABULARY = Vocabulary(
    (
        Field("username", "账号", ("账号", "登录账号", "登录名", "用户名"), spreads=False),
        Field("role", "角色", ("角色", "角色名称"), spreads=False),
        Field("unit", "单位编码", ("单位编码", "单位代码", "预算单位编码"), spreads=False),
        Field("department", "部门代码", ("部门代码", "部门编码", "主管部门代码"), spreads=False),
        Field("first", "起始年度", ("起始年度", "开始年度", "起始年份", "开始年份"), spreads=False),
        Field("last", "截止年度", ("截止年度", "结束年度", "截止年份", "结束年份"), spreads=False),
    ),
    (("username",), ("role",)),
)
MOST = 2000
ROLES = ListKind("org.roles", VOCABULARY, MOST, "个角色")


def template() -> bytes:
    """An empty workbook with the columns."""
    out = BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("授权")
        head = book.add_format({"bold": True, "bg_color": "#E8EFF8", "border": 1})
        for n, name in enumerate(COLUMNS):
            sheet.write_string(0, n, name, head)
            sheet.set_column(n, n, 16)
        sheet.data_validation(1, 1, MOST, 1, {"validate": "list", "source": [str(r.label) for r in Role]})
        sheet.write_comment(0, 2, "单位经办、单位负责人要填")
        sheet.write_comment(0, 3, "部门审核要填")
        sheet.write_comment(0, 4, "四位年份；不限的不填")
        sheet.freeze_panes(1, 0)
    return out.getvalue()


@dataclass(slots=True)
class _Known:
    """What the cells of a list may name, by field."""

    names: Mapping[str, Mapping[str, Any]]
    seen: dict[tuple[str, ...], tuple[str, Row]] = field(default_factory=dict)


def judge(book: Book, district: District) -> Judged[WantedRole]:
    """What the chosen sheets say. Everything that is wrong is said at once, by row."""
    found = Judged[WantedRole](errors=book.trouble())
    if found.errors:
        return found
    found.errors += book.other_heads()
    units = Unit.objects.filter(valid_to=None, department__district=district).select_related("department")
    departments = Department.objects.filter(district=district, is_active=True)
    known = _Known({
        "username": {p.username: p for p in people_in(district)}, "role": {str(r.label): r for r in Role},
        "unit": {u.code: u for u in units}, "department": {d.code: d for d in departments},
    })  # fmt: skip
    for place, row in book.chosen_rows():
        if problems := _problems(place, row, known):
            found.errors.append((place, "；".join(problems) + "。"))
        else:
            person, role, unit, department = (known.names[name].get(row.text(name)) for name in known.names)
            years = checked_years(row.text("first"), row.text("last"))
            found.wanted.append(WantedRole(person, role, unit, department, years, place))
    return found


def _problems(place: str, row: Row, known: _Known) -> list[str]:
    """What is wrong with a row."""
    problems = lost_said(row, VOCABULARY)
    for name, names in known.names.items():
        if row.text(name) and row.text(name) not in names and name not in row.lost:
            problems.append(f"本区划没有{VOCABULARY.label(name)}“{row.text(name)}”")
    problems += [f"没有填{VOCABULARY.label(name)}" for name in ("username", "role") if not row.text(name)]
    role = known.names["role"].get(row.text("role"))
    for name, roles in (("unit", UNIT_ROLES), ("department", DEPARTMENT_ROLES)):
        if role in roles and not row.text(name):
            problems.append(f"“{role.label}”要填{VOCABULARY.label(name)}")
    try:
        checked_years(row.text("first"), row.text("last"))
    except Wrong as error:
        problems.append(str(error).rstrip("。"))
    said = tuple(row.text(f.name) for f in VOCABULARY.fields)
    if before := known.seen.setdefault(said, (place, row)):
        problems += [same_said(row, before, "这个角色")] if before[1] is not row and any(said) else []
    return problems
