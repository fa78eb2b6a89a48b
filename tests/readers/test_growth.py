"""A document twice as large costs at most three times as much to read and check, whatever it is large in."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

import pytest
from small_files import HEAD, PART_ONE, PROJECT

from jiheng.readers import ReadError, read_bytes
from jiheng.rules.engine import check
from samples import cell, heading, package, paragraph, table

FLOOR = 0.08
"""Seconds of processor time below which nothing is compared."""
ROW = ["产出指标", "数量指标", "修缮校舍面积", "修缮校舍建筑面积", "≥1200平方米", "修缮方案"]


def form(**cells: str) -> bytes:
    """A document of one project in which some cells say something else."""
    texts = {
        "purpose": "用于修缮。",
        "goals": "1.修缮教学楼。2.改造操场。",
        "overall": "办好学校。",
        "basis": "方案",
        "target": "≥1200平方米",
    }
    texts |= cells
    rows = [list(row) for row in PROJECT]
    rows.insert(3, ["项目资金主要用途", texts["purpose"]])
    rows[6] = ["绩效目标", texts["goals"]]
    rows[8][4:] = [texts["target"], texts["basis"]]
    lines = [texts["overall"] if line == "办好每一所学校。" else line for line in PART_ONE]
    body = "".join(map(paragraph, lines)) + heading("校舍修缮绩效目标表")
    return package(body + table([[cell(t, 6 // len(row) or 1) for t in row] for row in rows], 6))


def says(field: str, unit: str) -> Callable[[int], bytes]:
    return lambda n: form(**{field: "修" + unit * (n // len(unit)) + "。"})


def rows(texts: Callable[[int], list[str]], head: list[list[str]]) -> Callable[[int], bytes]:
    def made(n: int) -> bytes:
        every = [*head, *(texts(k) for k in range(n))]
        return package(heading("校舍修缮绩效目标表") + table([[cell(t) for t in row] for row in every], 6))

    return made


def projects(n: int) -> bytes:
    one = [[cell(t, 6 // len(row) or 1) for t in row] for row in PROJECT]
    return package("".join(heading(f"第{k}小学修缮绩效目标表") + table(one, 6) for k in range(n)))


def html(n: int, row: str) -> bytes:
    head = "<tr><td>项目名称<td>校舍修缮<tr><td>" + "<td>".join(HEAD)
    return f"<h2>校舍修缮绩效目标表</h2><table>{head}{row * n}</table>".encode()


UNITS = (
    " ",
    "1",
    "（",
    "、",
    "一",
    "1、",
    "1.",
    "\u3000",
    "其中",
    "每",
    "1+",
    "《",
    "100万元。",
    "2025年",
    "修缮10所，",
    "(",
    "=",
    "1*",
)
KINDS: dict[str, tuple[int, Callable[[int], bytes]]] = {
    **{
        f"{field} {unit!r}": (8000, says(field, unit))
        for field in ("purpose", "goals", "overall", "target")
        for unit in UNITS
    },
    "rows": (400, rows(lambda k: [*ROW[:2], f"修缮面积{k}", *ROW[3:]], [["项目名称", "校舍修缮"], HEAD])),
    "like rows": (400, rows(lambda k: ROW, [["项目名称", "校舍修缮"], HEAD])),
    "rates": (
        800,
        rows(lambda k: [*ROW[:2], f"合格率{k}", "", "≥9%" if k % 2 else "≥95%", ""], [["项目名称", "校舍修缮"], HEAD]),
    ),
    "rows of nothing": (1000, rows(lambda k: [""] * 6, [["项目名称", "校舍修缮"], HEAD])),
    "columns": (
        1200,
        lambda n: package(
            heading("校舍修缮绩效目标表") + table([[cell(t) for t in r * (n // 6)] for r in (HEAD, ROW, ROW)], n)
        ),
    ),
    "paragraphs": (4000, lambda n: package("".join(map(paragraph, PART_ONE + ["办好每一所学校，"] * n)))),
    "items": (
        2000,
        lambda n: package("".join(map(paragraph, PART_ONE[:5] + [f"（{k}）校舍\n绩效目标：修缮。" for k in range(n)]))),
    ),
    "projects": (40, projects),
    "merged": (400, lambda n: html(n, "<tr><td rowspan=9>产出指标" + "<td>".join(ROW))),
    "nested": (400, lambda n: html(n, "<tr><td><table><tr><td>a<td>b</table>" + "<td>".join(ROW))),
    "text lines": (
        4000,
        lambda n: (
            "\n".join(PART_ONE) + "\n校舍修缮绩效目标表\n" + "\n".join(["\t".join(HEAD)] + ["\t".join(ROW)] * (n // 8))
        ).encode(),
    ),
    "text columns": (
        4000,
        lambda n: (
            "\n".join(PART_ONE) + "\n校舍修缮绩效目标表\n" + "\t".join(HEAD) + "\n" + "\t".join(ROW * (n // 6)) * 2
        ).encode(),
    ),
}


def cost(data: bytes, name: str, rounds: int) -> float:
    """The least processor time of some rounds."""
    least = 60.0
    for _ in range(rounds):
        begin = time.process_time()
        with suppress(ReadError):
            check(read_bytes(data, name))
        least = min(least, time.process_time() - begin)
    return least


@pytest.mark.parametrize("kind", KINDS)
def test_twice_as_much_costs_at_most_three_times(kind: str) -> None:
    size, make = KINDS[kind]
    name = "a.html" if kind in ("merged", "nested") else "a.txt" if kind.startswith("text") else "a.docx"
    small, large = make(size), make(2 * size)
    if cost(large, name, 1) > FLOOR:
        once, twice = cost(small, name, 2), cost(large, name, 2)
        if twice > 3 * once:  # once more, closer: something else had the processor
            once, twice = cost(small, name, 5), cost(large, name, 5)
        assert twice <= max(3 * once, FLOOR), (once, twice)
