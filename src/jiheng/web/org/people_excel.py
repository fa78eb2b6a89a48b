"""People from Excel: a template to fill in, and what a filled one says, row by row."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import xlsxwriter
from django.core import signing

from jiheng.readers import ReadError
from jiheng.readers.bounded import BoundedReader
from jiheng.readers.limits import LIVE_SECONDS
from jiheng.web.org.models import Person, Unit
from jiheng.web.org.services.people import Wanted, contact_problem
from jiheng.web.tabular.body import LOST_DIGITS, lost_digits
from jiheng.web.tabular.columns import Field, Vocabulary
from jiheng.web.tabular.plans import Plan, look, survey
from jiheng.web.tabular.told import trouble

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
MOST_BYTES = 5 * 2**20
_MOST_KEPT = 3 * MOST
_LONGEST = 300
_SALT = "org.people"
_SECONDS = 3600


class BadFile(Exception):
    """A file of which nothing can be read, or a preview that is over; ``str()`` says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a list of people: what its cells say by field, and the fields whose digits are lost."""

    number: int
    is_hidden: bool
    texts: dict[str, str]
    lost: tuple[str, ...] = ()


@dataclass(slots=True)
class Book:
    """A file that was read: how each of its sheets is read, and the rows of those that are lists of people."""

    plans: list[Plan]
    rows: list[list[Row]]

    def choose(self, chosen: Sequence[str], hidden: Sequence[str]) -> None:
        """Read these sheets (numbers from 0), and of those the hidden rows too."""
        for n, (plan, rows) in enumerate(zip(self.plans, self.rows, strict=True)):
            plan.is_chosen, plan.with_hidden = str(n) in chosen, str(n) in hidden
            plan.rows = sum(plan.with_hidden or not row.is_hidden for row in rows)

    def chosen_rows(self) -> Iterator[tuple[str, Row]]:
        """The rows that are read, and how messages name each."""
        for plan, rows in zip(self.plans, self.rows, strict=True):
            sheet = f"“{plan.name}”" if len(self.plans) > 1 else ""
            for row in rows:
                if plan.is_chosen and (plan.with_hidden or not row.is_hidden):
                    yield f"{sheet}第 {row.number} 行", row

    def signed(self) -> str:
        """What a page carries from the preview to the confirmation, so that what is made is what was looked at."""
        rows = [[[r.number, r.is_hidden, r.texts, r.lost] for r in sheet] for sheet in self.rows]
        kept = json.dumps([[plan.kept() for plan in self.plans], rows])
        return signing.dumps(kept, salt=_SALT, compress=True)


def unsigned(text: str) -> Book:
    """The file that a page carried along. Raises :class:`BadFile`."""
    try:
        plans, rows = json.loads(signing.loads(text, salt=_SALT, max_age=_SECONDS))
    except signing.BadSignature as error:
        raise BadFile("核对页面已过期或内容不完整。请重新上传文件。") from error
    made = [[Row(number, hidden, texts, tuple(lost)) for number, hidden, texts, lost in sheet] for sheet in rows]
    return Book([Plan(**plan) for plan in plans], made)


@dataclass(slots=True)
class Parsed:
    """The rows of a file: accounts to be made, and what is wrong and where."""

    wanted: list[Wanted] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)

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


def read(data: bytes, name: str) -> Book:
    """What a filled workbook holds, its best sheet chosen. Raises :class:`BadFile`."""
    if len(data) > MOST_BYTES:
        raise BadFile(f"文件超过 {MOST_BYTES // 2**20} MB，没有读取。请按模板填写，不要插入图片。")
    try:
        with BoundedReader() as reader:
            sheets = reader.grids(data, name, LIVE_SECONDS)
    except ReadError as error:
        raise BadFile(str(error)) from error
    if not sheets:
        raise BadFile("文件里没有任何内容。请上传按模板填写的 Excel 文件。")
    plans = survey(sheets, VOCABULARY)
    rows = [_rows_of(plan, sheet) for plan, sheet in zip(plans, sheets, strict=True)]
    if (count := sum(map(len, rows))) > _MOST_KEPT:
        raise BadFile(f"一次最多导入 {MOST} 人，文件里有 {count} 行。请分几个文件导入。")
    return Book(plans, rows)


def _rows_of(plan: Plan, sheet: Any) -> list[Row]:
    if VOCABULARY.missing(plan.mapping):
        return []
    hidden, plan.with_hidden = set(plan.hidden_rows), True
    body = look(plan, sheet, VOCABULARY)
    plan.with_hidden = False
    plan.rows = len(body.rows) - len(hidden)
    found = []
    for number, cells in body.rows.items():
        texts = {name: cells.get(column, "").strip()[:_LONGEST] for name, column in plan.mapping.items()}
        lost = [n for n, text in texts.items() if lost_digits(sheet, number, plan.mapping[n], text)]
        found.append(Row(number, number in hidden, {n: text for n, text in texts.items() if text}, tuple(lost)))
    return found


def judge(book: Book, district: int | None) -> Parsed:
    """What the chosen sheets say. Everything that is wrong is said at once, by row.

    Codes name units of the district with this key: two districts may use the same code.
    """
    found = Parsed()
    rows = list(book.chosen_rows())
    if said := trouble(book.plans, VOCABULARY):
        found.errors += [("文件", text) for text in said]
    elif len(rows) > MOST:
        found.errors.append(("文件", f"一次最多导入 {MOST} 人，选了 {len(rows)} 行。请分几次导入。"))
    else:
        heads = [plan.other_head for plan in book.plans if plan.is_chosen and plan.other_head]
        found.errors += [(f"第 {row} 行", "从这一行起又是一个表头，请放到另一张工作表里。") for row in heads]
        _judge_rows(found, rows, district)
    return found


def _judge_rows(found: Parsed, rows: Sequence[tuple[str, Row]], district: int | None) -> None:
    in_use = Unit.objects.filter(valid_to=None, department__district=district).select_related("department")
    units = {u.code: u for u in in_use}
    taken = set(Person.objects.values_list("username", flat=True))
    seen: dict[str, tuple[str, Row]] = {}
    for place, row in rows:
        problems = _problems(row, units, taken, seen.get(row.texts.get("username", "")))
        seen.setdefault(row.texts.get("username", ""), (place, row))
        if problems:
            found.errors.append((place, "；".join(problems) + "。"))
        else:
            said = {name: row.texts.get(name, "") for name in ("username", "name", "phone", "email")}
            found.wanted.append(Wanted(unit=units.get(row.texts.get("code", "")), **said))


def _problems(row: Row, units: dict[str, Unit], taken: set[str], before: tuple[str, Row] | None) -> list[str]:
    """What is wrong with a row."""
    username, code = row.texts.get("username", ""), row.texts.get("code", "")
    problems = [f"{VOCABULARY.label(name)}“{row.texts[name]}”：{LOST_DIGITS.rstrip('。')}" for name in row.lost]
    problems += [f"没有填{label}" for name, label in _FILLED.items() if not row.texts.get(name)]
    if before and username:
        same = "与{}完全相同，请删去一行" if before[1].texts == row.texts else f"账号“{username}”与{{}}重复"
        problems.append(same.format(before[0]))
    elif username in taken:
        problems.append(f"账号“{username}”已经有了")
    problems += _unit_problems(code, row.texts.get("unit", ""), units)
    if username and not (username.isascii() and username.replace("_", "").replace(".", "").replace("-", "").isalnum()):
        problems.append(f"账号“{username}”只能用英文字母、数字和 _ . -")
    if wrong := contact_problem(row.texts.get("phone", ""), row.texts.get("email", "")):
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
