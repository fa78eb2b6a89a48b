"""A document written as a new .docx in the official layout of a 绩效文本.

``write_document(document)`` gives the bytes. What it writes, the reader reads back as the same document, so that it
can be published, sent out to be filled in, or marked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from jiheng.model import Document, Goals, ItemizedGoal, Project, Safeguard
from jiheng.writers.docx_forms import project_tables
from jiheng.writers.docx_markup import paragraph, run, text
from jiheng.writers.docx_package import package

_CHINESE = "一二三四五六七八九十"
_BRACKETED = re.compile(rf"\s*[（(]\s*[{_CHINESE}]{{1,3}}\s*[）)]")
_BOLD = "<w:b/>"


def write_document(document: Document) -> bytes:
    """The document as a .docx: part one, then the 绩效目标表 of each project on a page of its own."""
    title = f"{document.department.name or ''}{_year(document)}预算绩效文本"
    body = [text(title, "Title"), *_imprint(document)]
    goals = document.goals
    if goals.overall or goals.itemized or goals.safeguards:
        body += [text("第一部分　部门整体绩效目标", "Heading1"), *_part_one(goals)]
        new_page = "<w:pageBreakBefore/>"
        body.append(paragraph(run("第二部分　预算项目绩效目标"), "Heading1", new_page if document.projects else ""))
    else:
        body.append(text("预算项目绩效目标", "Heading1"))
    for number, project in enumerate(document.projects, 1):
        body += _project(project, number)
    body.append(text("", "Gap"))
    return package("".join(body), title)


def _year(document: Document) -> str:
    return f"{document.fiscal_year}年" if document.fiscal_year else ""


def _imprint(document: Document) -> Iterator[str]:
    """Who wrote it, where no form says so."""
    name = document.department.unit_name or document.department.name
    if name and not any(p.unit_name for p in document.projects):
        yield text(f"编制单位：{name}", "Subtitle")


def _part_one(goals: Goals) -> Iterator[str]:
    yield text("一、总体绩效目标", "Heading2")
    yield from (text(said, "BodyText") for said in goals.overall)
    yield text("二、分项绩效目标", "Heading2")
    inner = [line for g in goals.itemized for said in (g.goal, g.indicators_text) if said for line in said.split("\n")]
    bare = any(_BRACKETED.match(line) for line in inner)  # brackets number something else already
    for n, goal in enumerate(goals.itemized):
        yield from _itemized(goal, n, bare)
    yield text("三、工作保障措施", "Heading2")
    yield from (_safeguard(s) for s in goals.safeguards)


def _number(number: str, bare: bool = False) -> str:
    if not set(number) <= set(_CHINESE):
        return f"{number}."
    return f"{number}、" if bare else f"（{number}）"


def _itemized(goal: ItemizedGoal, place: int, bare: bool) -> Iterator[str]:
    if goal.title or goal.number:
        number = goal.number or (_CHINESE[place] if place < len(_CHINESE) else str(place + 1))
        yield text(f"{_number(number, bare)}{goal.title or ''}", "Heading3")
    labels = goal.indicators_text is not None or not (goal.title or goal.number)
    if goal.goal is not None:
        yield from _labelled("绩效目标：" if labels else "", goal.goal)
    if goal.indicators_text is not None:
        yield from _labelled("绩效指标：", goal.indicators_text)


def _labelled(label: str, said: str) -> Iterator[str]:
    first, *more = said.split("\n")
    yield paragraph(run(label, _BOLD) + run(first), "BodyText")
    yield from (text(line, "BodyText") for line in more)


def _safeguard(s: Safeguard) -> str:
    number = _number(s.number) if s.number else ""
    if s.title and s.text:
        return paragraph(run(f"{number}{s.title}。", _BOLD) + run(s.text), "BodyText")
    return text(f"{number}{s.title or ''}{s.text or ''}", "BodyText")


def _project(project: Project, number: int) -> Iterator[str]:
    """Heading and tables; the first follows the heading of part two, the others begin a page."""
    title = project.title or "项目支出"
    properties = ("<w:pageBreakBefore/>" if number > 1 else "") + '<w:ind w:firstLineChars="0" w:firstLine="0"/>'
    yield paragraph(run(f"{number}.{title}绩效目标表"), "Heading2", properties + '<w:jc w:val="center"/>')
    yield project_tables(project)
