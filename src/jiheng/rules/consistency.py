"""X 一致性: whether the places of a document that speak of one thing say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from jiheng.model import Document, Indicator, Project
from jiheng.policy.wordlists import lexicon
from jiheng.rules.cells import Cell, of_indicators, of_project
from jiheng.rules.context import DocumentContext, IndicatorContext, ProjectContext
from jiheng.rules.finding import Hit, Severity
from jiheng.rules.registry import Scope, rule
from jiheng.rules.words import clean, content_words, likeness, pattern_of, project_core

AGREEING = ("财预〔2015〕88号",)
_MATCHING_NAMES = 0.6
"""From this likeness on, an item of part one and a project are taken for the same."""


def _unit_words(p: Project, document: Document) -> str:
    d = document.department
    return "".join(clean(t) for t in (p.unit_name, d.name, d.unit_name, document.source))


@rule("X801", "标题与项目名称不符", Severity.WARNING, Scope.PROJECT, basis=AGREEING)
def title_is_not_name(ctx: ProjectContext) -> Iterator[Hit]:
    """目标表上方的标题和表内的项目名称不一样，且不只差“项目、经费、资金”、年度、标点和单位名称：
    可能是贴错了表，或改了名称没有改标题。

    依据
    财预〔2015〕88号（完整性：规范完整）。

    反例
    标题“幼儿园改造项目”，项目名称“育英幼儿园屋面改造”。

    正例
    标题“育英幼儿园屋面改造项目”，项目名称“育英幼儿园屋面改造经费”。
    """
    p = ctx.project
    title, name = project_core(p.title), project_core(p.name)
    # 项目支出, 部门预算 and the like stand over whole forms and name no project.
    if not name or title == name or not content_words(p.title):
        return
    longer, shorter = (title, name) if len(title) > len(name) else (name, title)
    extra = longer.replace(shorter, "", 1) if shorter in longer else ""
    if extra and extra in _unit_words(p, ctx.within.document):
        return
    yield Hit("title", f"标题是“{clean(p.title)}”，表内项目名称是“{clean(p.name)}”，两者不一致。",
              "核对是不是同一个项目，改成同一个名称。", words=(title, name))  # fmt: skip


_NUMERAL = "一二三四五六七八九十百〇零0-9"
_BODY = "委员会|执委会|常委会|代表大会|职工代表大会|代表会议|全委会|人大|政协|党代会|职代会"
_SESSION = re.compile(rf"(?P<term>[{_NUMERAL}]{{1,4}})届(?:(?:{_BODY})?第?(?P<turn>[{_NUMERAL}]{{1,3}})次)?(?!.中全会)")
_LEANS_ON_EARLIER = re.compile(r"(?:精神|决议|决定|部署|要求|报告|提案|通过的|确定的|提出的)")
_AFTER_AN_EARLIER = re.compile(r"(?:根据|按照|依据|贯彻|落实|学习|自|从|继|上|前|原|对照)[^,，。;；]{0,10}$")


_ONES = "零一二三四五六七八九"


def _digits(numeral: str) -> str:
    """A Chinese numeral below a hundred in digits: 三 and 3, 十二 and 12 are the same session."""
    tens, ten, ones = numeral.rpartition("十")
    if not ten:
        return "".join(str(_ONES.index(c)) if c in _ONES else c for c in numeral)
    return str(10 * (_ONES.index(tens) if tens in _ONES and tens else 1) + (_ONES.index(ones) if ones else 0))


def _sessions(text: str | None) -> dict[tuple[str, str], str]:
    """The sessions that a text speaks of as its own: (届, 次) → as printed."""
    found: dict[tuple[str, str], str] = {}
    plain_text = clean(text)
    for m in _SESSION.finditer(plain_text):
        before, after = plain_text[max(0, m.start() - 12) : m.start()], plain_text[m.end() : m.end() + 8]
        if not _LEANS_ON_EARLIER.search(after) and not _AFTER_AN_EARLIER.search(before):
            found[(_digits(m["term"]), _digits(m["turn"] or ""))] = m[0]
    return found


@rule("X802", "届次、序次前后不一", Severity.ERROR, Scope.PROJECT, basis=AGREEING)
def another_session(ctx: ProjectContext) -> Iterator[Hit]:
    """项目名称里是一个届次，用途、目标、指标里是另一个届次：多半是套用上年的表没有改全。
    “根据二届四次会议精神”这样提到以前会议的不报。

    依据
    财预〔2015〕88号（完整性：规范完整）。

    反例
    名称“县妇联第八届三次执委会会议费”，用途“县妇联第八届二次执委会会议费”。

    正例
    名称“县妇联第八届三次执委会会议费”，用途“第八届三次执委会会议的场地、食宿和材料费”。
    """
    p = ctx.project
    named = _sessions(p.name) or _sessions(p.title)
    if len(named) != 1:
        return
    ((own, printed),) = named.items()
    for cell in (*of_project(p), *of_indicators(p, "name", "description")):
        if cell.field == "name" and cell.row is None:
            continue
        for other, said in _sessions(cell.text).items():
            if _contradicts(own, other):
                yield cell.hit(f"项目名称里是“{printed}”，这里是“{said}”。", "核对届次，改成一致。", (printed, said))
                break


def _contradicts(own: tuple[str, str], other: tuple[str, str]) -> bool:
    """Another number of the same term, or another term; a text that names the term alone leaves the turn open."""
    return own[0] != other[0] or bool(own[1] and other[1] and own[1] != other[1])


_ITEM_TAIL = re.compile(r"(?:方面|工作)$")


def _names_one(item: str, project: Project) -> bool:
    for name in (project_core(project.name), project_core(project.title)):
        if name and (name == item or likeness(name, item) >= _MATCHING_NAMES or (len(item) > 3 and item in name)
                     or (len(name) > 3 and name in item)):  # fmt: skip
            return True
    return False


@rule("X805", "分项目标与项目表对不上", Severity.WARNING, Scope.DOCUMENT, basis=AGREEING)
def items_are_not_projects(ctx: DocumentContext) -> Iterator[Hit]:
    """第一部分的分项目标按项目逐项列出时（七成以上与项目表同名），个别分项没有对应的项目表，或个别项目没有
    对应的分项。分项按职责写、不按项目写的文件不查。

    依据
    财预〔2015〕88号（相关性：部门整体目标与项目目标衔接）。

    反例
    分项列了“图书购置经费”，第二部分没有这个项目的目标表。

    正例
    五个分项与五张项目目标表一一对应。
    """
    items = [(n, g) for n, g in enumerate(ctx.document.goals.itemized) if g.title]
    projects = [p for p in ctx.document.projects if p.name]
    if len(items) < 3 or not projects:
        return
    cores = {n: _ITEM_TAIL.sub("", project_core(g.title)) for n, g in items}
    alone = [(n, g) for n, g in items if not any(_names_one(cores[n], p) for p in projects)]
    if 10 * (len(items) - len(alone)) < 7 * len(items):
        return
    for n, g in alone:
        cell = Cell(f"itemized_goals.{n}.title", g.title or "", g.anchors.get("title") or g.anchors.get("goal"))
        yield cell.hit(f"分项“{clean(g.title)}”在第二部分没有对应的项目目标表。", "补上项目目标表，或核对分项的名称。",
                       (cores[n],))  # fmt: skip
    for p in projects:
        if not any(_names_one(core, p) for core in cores.values()):
            yield Hit("name", f"项目“{clean(p.name)}”在第一部分的分项目标里没有对应的一项。",
                      "在分项绩效目标里补上这一项，或核对名称。", project=p, words=(project_core(p.name),))  # fmt: skip


@cache
def _aspects() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((name, pattern_of(listed)) for name, listed in lexicon().aspects.items())


def _aspects_of(text: str) -> dict[str, str]:
    """The aspects that a text speaks of, each with the word that says so."""
    return {name: m[0] for name, pattern in _aspects() if (m := pattern.search(text))}


def _speaks_of_another(i: Indicator) -> tuple[str, str] | None:
    name, told = clean(i.name), clean(i.description)
    if not name or not told or set(content_words(name)) & set(content_words(told)):
        return None
    named, said = _aspects_of(name), _aspects_of(told)
    if len(named) != 1 or len(said) != 1 or named.keys() == said.keys():
        return None
    (aspect, one), (another, other) = *named.items(), *said.items()
    # 工作完成率 beside 发放工作完成覆盖率 is one thing said at more length.
    return None if aspect in told or another in name else (one, other)


@rule("X806", "名称与描述说的不是一回事", Severity.WARNING, Scope.INDICATOR, basis=AGREEING)
def description_of_another(ctx: IndicatorContext) -> Iterator[Hit]:
    """三级指标和绩效指标描述衡量的是两件事：没有共同的实词，并且一个说完成、一个说满意度（或一个说人数、
    一个说成本等）。只是换了说法、补充算法的不报。

    依据
    财预〔2015〕88号（相关性：指标科学）。

    反例
    指标“大会圆满完成”，描述“参会代表满意度”。

    正例
    指标“大会按期召开率”，描述“按计划日期召开的会议占全部会议的比例”。
    """
    if pair := _speaks_of_another(ctx.indicator):
        yield Hit("description", f"指标名说的是“{pair[0]}”，描述说的是“{pair[1]}”，不是一回事。",
                  "按要衡量的内容统一指标名和描述，并核对指标值属于哪一个。", words=pair)  # fmt: skip
