"""People from Excel: a template to fill in, and what a filled one says, row by row."""

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
from jiheng.web.org.models import Person, Unit
from jiheng.web.org.services.people import Wanted, contact_problem

COLUMNS = ("账号", "姓名", "单位编码", "电话", "邮箱")
_REQUIRED = COLUMNS[:3]
_FILLED = COLUMNS[:2]
"""Who is of no unit (finance, audit, administrators) has no code: they belong to the district."""
MOST = 2000


@dataclass(slots=True)
class Parsed:
    """The rows of a file: accounts to be made, and what is wrong by row (as Excel counts)."""

    wanted: list[Wanted] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)

    @property
    def unplaced(self) -> int:
        """How many of them are of no unit."""
        return sum(one.unit is None for one in self.wanted)


def template() -> bytes:
    """An empty workbook with the columns."""
    out = BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("人员")
        head = book.add_format({"bold": True, "bg_color": "#E8EFF8", "border": 1})
        for n, name in enumerate(COLUMNS):
            sheet.write_string(0, n, name, head)
            sheet.set_column(n, n, 20)
        sheet.write_comment(0, 2, "财政、审计、管理员等不属于任何单位的人员留空")
        sheet.freeze_panes(1, 0)
    return out.getvalue()


def parse(data: bytes, name: str, district: int | None) -> Parsed:
    """What a filled workbook says. Everything that is wrong is said at once, by row.

    Codes name units of the district with this key: two districts may use the same code.
    """
    found = Parsed()
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
    rows = [[c.text.strip() for c in row.cells] for row in table.rows] if table else []
    numbers = [row.number + 1 for row in table.rows] if table else []
    heads = rows[0] if rows else []
    if missing := [c for c in _REQUIRED if c not in heads]:
        found.errors.append((1, f"第一行缺少这些栏：{'、'.join(missing)}。请用模板填写，不要改动第一行。"))
        return found
    if len(rows) - 1 > MOST:
        found.errors.append((0, f"一次最多导入 {MOST} 人，文件里有 {len(rows) - 1} 行。请分几个文件导入。"))
        return found
    _rows(found, heads, list(zip(numbers[1:], rows[1:], strict=True)), district)
    return found


def _rows(found: Parsed, heads: list[str], rows: list[tuple[int, list[str]]], district: int | None) -> None:
    in_use = Unit.objects.filter(valid_to=None, department__district=district).select_related("department")
    units = {u.code: u for u in in_use}
    taken = set(Person.objects.values_list("username", flat=True))
    for number, cells in rows:
        row = dict(zip(heads, cells, strict=False))
        if not any(row.values()):
            continue
        username, name, code = (row.get(c, "") for c in _REQUIRED)
        problems = [f"没有填{c}" for c in _FILLED if not row.get(c)]
        if username in taken:
            problems.append(f"账号“{username}”重复或已经有了")
        if code and code not in units:
            problems.append(f"没有编码为“{code}”的在用单位")
        if username and not (
            username.isascii() and username.replace("_", "").replace(".", "").replace("-", "").isalnum()
        ):
            problems.append(f"账号“{username}”只能用英文字母、数字和 _ . -")
        if wrong := contact_problem(row.get("电话", ""), row.get("邮箱", "")):
            problems.append(wrong)
        taken.add(username)
        if problems:
            found.errors.append((number, "；".join(problems) + "。"))
        else:
            found.wanted.append(Wanted(username, name, units.get(code), row.get("电话", ""), row.get("邮箱", "")))
