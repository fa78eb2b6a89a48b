"""A whole file that is read, looked at on a page, and taken from there as it was looked at: all its rows or none.

For lists of some thousand rows that need no job. The file is not kept: the page carries what was read, signed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from django.core import signing

from jiheng.readers import ReadError
from jiheng.readers.bounded import BoundedReader
from jiheng.readers.limits import LIVE_SECONDS
from jiheng.readers.sheets import Sheet
from jiheng.web.tabular.body import LOST_DIGITS, lost_digits
from jiheng.web.tabular.columns import Vocabulary
from jiheng.web.tabular.plans import Plan, look, survey
from jiheng.web.tabular.told import notes, overlooked, quoted, trouble

MOST_BYTES = 5 * 2**20
_LONGEST = 300
_SECONDS = 3600
Wanted = TypeVar("Wanted")


class BadFile(Exception):
    """A file of which nothing can be read, or a preview that is over; ``str()`` says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a list: what its cells say by field, and the fields whose digits are lost."""

    number: int
    is_hidden: bool
    texts: dict[str, str]
    lost: tuple[str, ...] = ()

    def text(self, name: str) -> str:
        """What a cell says; "" where it is empty or there is no such column."""
        return self.texts.get(name, "")


@dataclass(frozen=True, slots=True)
class ListKind:
    """A kind of list: its columns, how many rows of it are taken at once, and how they are counted (人).

    ``salt`` keeps a preview of one kind from being taken for one of another.
    """

    salt: str
    vocabulary: Vocabulary
    most: int
    counted: str

    def read(self, data: bytes, name: str) -> Book:
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
        plans = survey(sheets, self.vocabulary)
        rows = [self._rows_of(plan, sheet) for plan, sheet in zip(plans, sheets, strict=True)]
        if (count := sum(map(len, rows))) > 3 * self.most:
            raise BadFile(f"一次最多导入 {self.most} {self.counted}，文件里有 {count} 行。请分几个文件导入。")
        return Book(self, plans, rows)

    def _rows_of(self, plan: Plan, sheet: Sheet) -> list[Row]:
        if self.vocabulary.missing(plan.mapping):
            return []
        hidden, plan.with_hidden = set(plan.hidden_rows), True
        body = look(plan, sheet, self.vocabulary)
        plan.with_hidden = False
        plan.rows = len(body.rows) - len(hidden)
        found = []
        for number, cells in body.rows.items():
            texts = {name: cells.get(column, "").strip()[:_LONGEST] for name, column in plan.mapping.items()}
            lost = [n for n, text in texts.items() if lost_digits(sheet, number, plan.mapping[n], text)]
            found.append(Row(number, number in hidden, {n: text for n, text in texts.items() if text}, tuple(lost)))
        return found

    def unsigned(self, text: str) -> Book:
        """The file that a page carried along. Raises :class:`BadFile`."""
        try:
            plans, rows = json.loads(signing.loads(text, salt=self.salt, max_age=_SECONDS))
        except signing.BadSignature as error:
            raise BadFile("核对页面已过期或内容不完整。请重新上传文件。") from error
        made = [[Row(number, hidden, texts, tuple(lost)) for number, hidden, texts, lost in sheet] for sheet in rows]
        return Book(self, [Plan(**plan) for plan in plans], made)


@dataclass(slots=True)
class Book:
    """A file that was read: how each of its sheets is read, and the rows of those that are lists of this kind."""

    kind: ListKind
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
        return signing.dumps(kept, salt=self.kind.salt, compress=True)

    def trouble(self) -> list[tuple[str, str]]:
        """Why nothing of it can be taken as it is chosen: where, and a sentence; empty where its rows can be judged."""
        if said := trouble(self.plans, self.kind.vocabulary):
            return [("文件", text) for text in said]
        if (count := sum(1 for _ in self.chosen_rows())) > self.kind.most:
            most = f"{self.kind.most} {self.kind.counted}"
            return [("文件", f"一次最多导入 {most}，选了 {count} 行。请分几次导入。")]
        return []

    def other_heads(self) -> list[tuple[str, str]]:
        """The rows from which chosen sheets hold another list, which is not read."""
        several = len(self.plans) > 1
        found = [(f"“{p.name}”" if several else "", p.other_head) for p in self.plans if p.is_chosen and p.other_head]
        return [(f"{sheet}第 {n} 行", "从这一行起又是一个表头，请放到另一张工作表里。") for sheet, n in found]

    def notes(self, plan: Plan) -> list[str]:
        """What a person should know of a chosen sheet, in sentences."""
        return notes(plan, self.kind.vocabulary, "在文件里取消隐藏后重新上传")

    def told(self) -> list[str]:
        """What is passed over in the whole file, in sentences for who sees no page to choose on."""
        said = [f"“{plan.name}”：{note}" for plan in self.plans if plan.is_chosen for note in self.notes(plan)]
        if others := overlooked(self.plans, self.kind.vocabulary):
            what = f"还有 {len(others)} 张工作表也是同样的清单，没有导入：{quoted(others)}。"
            said.append(f"{what}要一起导入，请放进同一张工作表，或在网页上导入并勾选这些表。")
        return said


@dataclass(slots=True)
class Judged(Generic[Wanted]):
    """What the rows of a file come to: what is to be made of them, and what is wrong and where."""

    wanted: list[Wanted] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)


def lost_said(row: Row, vocabulary: Vocabulary) -> list[str]:
    """The cells of a row whose digits are lost, without a full stop."""
    return [f"{vocabulary.label(name)}“{row.texts[name]}”：{LOST_DIGITS.rstrip('。')}" for name in row.lost]


def same_said(row: Row, before: tuple[str, Row], what: str) -> str:
    """That a row says what another one has said before, without a full stop."""
    return f"与{before[0]}完全相同，请删去一行" if before[1].texts == row.texts else f"{what}与{before[0]}重复"
