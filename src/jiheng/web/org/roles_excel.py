"""Roles from Excel: a template for the security administrator to fill in, and what a filled one says, row by row."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import BytesIO

import xlsxwriter

from jiheng.readers import ReadError
from jiheng.readers.blocks import Table
from jiheng.readers.bounded import BoundedReader
from jiheng.readers.detect import detect
from jiheng.readers.limits import LIVE_SECONDS
from jiheng.readers.spreadsheet import read_spreadsheet
from jiheng.web.org.models import Department, District, Unit
from jiheng.web.org.queries import people_in
from jiheng.web.org.roles import Role
from jiheng.web.org.services.people import WantedRole, checked_years
from jiheng.web.org.services.places import Wrong

COLUMNS = ("账号", "角色", "单位编码", "部门代码", "起始年度", "截止年度")
_REQUIRED = COLUMNS[:2]
MOST = 2000


@dataclass(slots=True)
class ParsedRoles:
    """The rows of a file: roles to be given, and what is wrong by row (as Excel counts)."""

    wanted: list[WantedRole] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)


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


def parse(data: bytes, name: str, district: District) -> ParsedRoles:
    """What a filled workbook says. Everything that is wrong is said at once, by row."""
    found = ParsedRoles()
    try:
        kind = detect(data, name)
        if kind not in ("xlsx", "xls", "et", "ods"):
            found.errors.append((0, "请上传按模板填写的 Excel 文件。"))
            return found
        with BoundedReader() as reader:
            content = reader.call("读取", name, LIVE_SECONDS, read_spreadsheet, data, kind)
        table = next((b for b in content.blocks if isinstance(b, Table)), None)
    except ReadError as error:
        found.errors.append((0, str(error)))
        return found
    rows = [(row.number + 1, [c.text.strip() for c in row.cells]) for row in table.rows] if table else []
    heads = rows[0][1] if rows else []
    if missing := [c for c in _REQUIRED if c not in heads]:
        found.errors.append((1, f"第一行缺少这些栏：{'、'.join(missing)}。请用模板填写，不要改动第一行。"))
    elif len(rows) - 1 > MOST:
        found.errors.append((0, f"一次最多授予 {MOST} 个角色，文件里有 {len(rows) - 1} 行。请分几个文件导入。"))
    else:
        _rows(found, [(number, dict(zip(heads, cells, strict=False))) for number, cells in rows[1:]], district)
    return found


def _rows(found: ParsedRoles, rows: list[tuple[int, dict[str, str]]], district: District) -> None:
    people = {p.username: p for p in people_in(district)}
    units = {u.code: u for u in Unit.objects.filter(valid_to=None, department__district=district)}
    departments = {d.code: d for d in Department.objects.filter(district=district, is_active=True)}
    roles = {str(role.label): role for role in Role}
    for number, row in rows:
        if not any(row.values()):
            continue
        said = {name: row.get(name, "") for name in COLUMNS}
        problems = [f"没有填{name}" for name in _REQUIRED if not said[name]]
        for name, known in (("账号", people), ("角色", roles), ("单位编码", units), ("部门代码", departments)):
            if said[name] and said[name] not in known:
                problems.append(f"本区划没有{name}“{said[name]}”")
        try:
            years = checked_years(said["起始年度"], said["截止年度"])
        except Wrong as error:
            problems.append(str(error).rstrip("。"))
        if problems:
            found.errors.append((number, "；".join(problems) + "。"))
            continue
        place = (units.get(said["单位编码"]), departments.get(said["部门代码"]))
        found.wanted.append(WantedRole(people[said["账号"]], roles[said["角色"]], *place, years, number))
