"""People from Excel: a template to fill in, and what a filled one says, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import xlsxwriter

from jiheng.web.org.models import Person, Unit
from jiheng.web.org.services.people import Wanted, contact_problem
from jiheng.web.tabular.book import Book, Judged, ListKind, Row, lost_said, same_said
from jiheng.web.tabular.columns import Field, Vocabulary

COLUMNS = ("账号", "姓名", "单位编码", "电话", "邮箱")
VOCABULARY = Vocabulary(
    (
        Field("username", "账号", ("账号", "登录账号", "登录名", "用户名"), spreads=False),
        Field("name", "姓名", ("姓名", "人员姓名"), spreads=False),
        Field("code", "单位编码", ("单位编码", "单位代码", "预算单位编码")),
        Field("unit", "单位名称", ("单位名称", "所在单位", "单位"), ("编码", "代码", "电话")),
        Field("phone", "电话", ("电话", "手机", "手机号", "手机号码", "联系电话", "办公电话")),
        Field("email", "邮箱", ("邮箱", "电子邮箱", "电子邮件")),
    ),
    (("username",), ("name",), ("code",)),
)
_FILLED = {"username": "账号", "name": "姓名"}
"""Who is of no unit (finance, audit, administrators) has no code: they belong to the district."""
MOST = 2000
PEOPLE = ListKind("org.people", VOCABULARY, MOST, "人")


@dataclass(slots=True)
class Parsed(Judged[Wanted]):
    """The rows of a file: accounts to be made, and what is wrong and where."""

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


def judge(book: Book, district: int | None) -> Parsed:
    """What the chosen sheets say. Everything that is wrong is said at once, by row.

    Codes name units of the district with this key: two districts may use the same code.
    """
    found = Parsed(errors=book.trouble())
    if not found.errors:
        found.errors += book.other_heads()
        _judge_rows(found, list(book.chosen_rows()), district)
    return found


def _judge_rows(found: Parsed, rows: Sequence[tuple[str, Row]], district: int | None) -> None:
    in_use = Unit.objects.filter(valid_to=None, department__district=district).select_related("department")
    units = {u.code: u for u in in_use}
    taken = set(Person.objects.values_list("username", flat=True))
    seen: dict[str, tuple[str, Row]] = {}
    for place, row in rows:
        problems = _problems(row, units, taken, seen.get(row.text("username")))
        seen.setdefault(row.text("username"), (place, row))
        if problems:
            found.errors.append((place, "；".join(problems) + "。"))
        else:
            said = {name: row.text(name) for name in ("username", "name", "phone", "email")}
            found.wanted.append(Wanted(unit=units.get(row.text("code")), **said))


def _problems(row: Row, units: dict[str, Unit], taken: set[str], before: tuple[str, Row] | None) -> list[str]:
    """What is wrong with a row."""
    username, code = row.text("username"), row.text("code")
    problems = lost_said(row, VOCABULARY)
    problems += [f"没有填{label}" for name, label in _FILLED.items() if not row.texts.get(name)]
    if before and username:
        problems.append(same_said(row, before, f"账号“{username}”"))
    elif username in taken:
        problems.append(f"账号“{username}”已经有了")
    problems += _unit_problems(code, row.text("unit"), units)
    if username and not (username.isascii() and username.replace("_", "").replace(".", "").replace("-", "").isalnum()):
        problems.append(f"账号“{username}”只能用英文字母、数字和 _ . -")
    if wrong := contact_problem(row.text("phone"), row.text("email")):
        problems.append(wrong)
    return problems


def _unit_problems(code: str, name: str, units: dict[str, Unit]) -> list[str]:
    """What is wrong with the unit: unknown, or its code and its name are two units'."""
    if code and code not in units:
        return [f"没有编码为“{code}”的在用单位"]
    others = [unit for unit in units.values() if unit.name == name and unit.code != code]
    if code and others and units[code].name != name:
        return [f"编码“{code}”是“{units[code].name}”，单位名称却写的是另一个单位“{name}”"]
    if name and not code and others:
        return [f"写了单位“{name}”，没有填单位编码，它的编码是“{others[0].code}”"]
    return []
