"""The rows below a head: those of the list, and what is none of it (totals, notes, signatures, hidden rows)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from jiheng.readers.sheets import Sheet
from jiheng.readers.values import plain
from jiheng.web.tabular.columns import Vocabulary, bare
from jiheng.web.tabular.heads import Head

_SUM = re.compile(r"(?:本[页月季年期次])?(?:合计|总计|小计|累计|共计)(?:数|金额)?")
_SUM_OF = re.compile(r".{1,20}(?:合计|总计|小计|累计)")
_NOTE = re.compile(
    r"(?:[注备]注?|附注|说明|填[表报]说明|编制说明|温馨提示)\d*[:：.、]"
    r"|(?:制[表单]|填[表报]|审[核批]|复核|经[办手]|打印|签[字章名]|盖章|联系|导出)[^:：]{0,6}[:：]"
    r"|(?:单位|财务|部门|科室)?(?:负责人|领导|主管|会计|出纳)[^:：]{0,6}[:：]|第\d+页|(?:[-—]++完[-—]++|[-—]{2,}+)$"
)
_COUNTING = re.compile(r"\d{1,2}|[甲乙丙丁戊]|[栏行]次")
_DIGIT = re.compile(r"\d")
_SHOWN = 60
LOST_DIGITS = (
    "这一格是按数字存的，超过 15 位，Excel 已把后面的数字改成了 0。请把这一列设为“文本”格式，重新录入完整号码后再上传。"
)
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[Ee]\+\d+")


@dataclass(slots=True)
class Body:
    """Rows are numbered as Excel counts. ``aside`` are those that are no rows of the list: (row, its text, why);
    ``hidden`` the hidden ones, which are among ``rows`` only where that was asked for."""

    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    aside: list[tuple[int, str, str]] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    other_head: int = 0
    """The row where another list with a head of its own begins, which is not read; 0 where there is none."""


def read_body(
    sheet: Sheet, head: Head, mapping: Mapping[str, int], vocabulary: Vocabulary, with_hidden: bool = False
) -> Body:
    """What stands below the head, blank rows passed over."""
    body, wanted = Body(), set(mapping.values())
    merged = _merged(sheet, mapping, vocabulary)
    for row in sorted(n for n in sheet.rows if n > head.last):
        cells = sheet.rows[row]
        if why := _aside(row, cells, head, mapping, vocabulary):
            text = "　".join(text.strip() for _, text in sorted(cells.items()))
            body.aside.append((row + 1, text[:_SHOWN], why))
        elif wanted and _is_head(cells, vocabulary):
            body.other_head = row + 1
            break
        else:
            if row in sheet.hidden_rows:
                body.hidden.append(row + 1)
            if with_hidden or row not in sheet.hidden_rows:
                body.rows[row + 1] = merged.get(row, {}) | cells
    return body


def _aside(
    row: int, cells: Mapping[int, str], head: Head, mapping: Mapping[str, int], vocabulary: Vocabulary
) -> str:  # fmt: skip
    """Why a row is none of the list; "" where it is one."""
    wanted = set(mapping.values())
    first = plain(cells[min(cells)])
    lacks = any(not any(mapping.get(name, -1) in cells for name in names) for names in vocabulary.needed)
    if _SUM.fullmatch(bare(first)) or (lacks and any(_sums(text) for text in cells.values())):
        return "合计"
    if (lacks and _NOTE.match(first)) or (wanted and not wanted & cells.keys()):
        return "说明或签字"
    # What stands alone in the first column, and is no code, heads a part of the list or explains something.
    if lacks and len(cells) == 1 and min(cells) <= min(head.texts, default=0) and not first.isascii():
        return "说明或签字"
    if row == head.last + 1 and len(cells) > 2 and all(_COUNTING.fullmatch(plain(text)) for text in cells.values()):
        return "栏次"
    if len(cells) > 1 and all(bare(text) in bare(head.texts.get(c, "")) for c, text in cells.items()):
        return "重复的表头"
    return ""


def _sums(text: str) -> bool:
    clean = bare(text)
    return bool(_SUM.fullmatch(clean) or _SUM_OF.fullmatch(clean))


def _is_head(cells: Mapping[int, str], vocabulary: Vocabulary) -> bool:
    """Whether a row heads a list: all that is needed has its exact name in it."""
    if any(map(_DIGIT.search, cells.values())):  # entries have numbers and days in them
        return False
    exact = {c: text for c, text in cells.items() if any(bare(text) in f.names for f in vocabulary.fields)}
    return len(exact) > 1 and not vocabulary.missing(vocabulary.match(exact))


def _merged(sheet: Sheet, mapping: Mapping[str, int], vocabulary: Vocabulary) -> dict[int, dict[int, str]]:
    """What cells merged over several rows say of the rows below the first."""
    spread = {mapping[f.name] for f in vocabulary.fields if f.spreads and f.name in mapping}
    found: dict[int, dict[int, str]] = {}
    for top, left, bottom, right in sheet.merges:
        text = sheet.rows.get(top, {}).get(left, "")
        if left in spread and left == right and bottom > top and text:
            for row in range(top + 1, min(bottom, max(sheet.rows)) + 1):
                found.setdefault(row, {})[left] = text
    return found


def lost_digits(sheet: Sheet, row: int, column: int, text: str) -> bool:
    """Whether a cell (row as Excel counts) has lost digits of a code, a voucher or an account; :data:`LOST_DIGITS`
    says what to do."""
    return (row - 1, column) in sheet.long_numbers or bool(_SCIENTIFIC.fullmatch(text.strip()))
