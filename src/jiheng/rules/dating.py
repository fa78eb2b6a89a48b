"""X 一致性 in time: years that were left over from another year's table, and phrases that have been overtaken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from jiheng import codes
from jiheng.model import Document, Project
from jiheng.policy.loader import year
from jiheng.policy.wordlists import DatedPhrase, dated_phrases
from jiheng.readers.values import plain
from jiheng.rules.cells import Cell, of_indicators, of_project, part_one
from jiheng.rules.context import DocumentContext
from jiheng.rules.finding import Hit, Severity
from jiheng.rules.registry import Scope, rule
from jiheng.rules.words import clean, pattern_of

_YEAR = re.compile(
    r"(?<![\d\[〔(-])(20\d\d)年(?:度)?"
    r"(?![以之]?[来前后起底末]|\d{1,2}[月.]|[-—~至]|级|秋|学年|[、和与及])"
)
_RANGE = re.compile(r"20\d\d年?(?:度)?[-—~～至到]+(?:20)?\d\d年?|《[^》]{0,200}》|[\[〔(]20\d\d[\]〕)]\S{0,3}\d*号?")
_CARRIED = re.compile(
    r"结转|结余|上年|续建|续签|跨年|尾款|质保金|欠|补发|清算|结算|决算|提前下达|历年|以前年度|已|曾|原"
)
_LEANS_BACK = re.compile(
    r"(?:根据|依据|按照|参照|截至|截止|自|从|较|比|同比|对照|基于|经|始于|为|于|到|至|在|继|"
    r"与|同|和|超过|高于|低于|优于|"
    r"兑现|兑付|偿还|偿付|支付|验收|审计|评价|评估|整理|编纂|编印|归集|接收)$"
)
_LOOKS_BACK = re.compile(
    r"^(?:相比|同期|水平|以来|形成|文书|档案|的\d|度?满意度|考核|奖励|评选|表彰|评为|获|被|立项|签订|中标|招标|印发|文件|基数|数据|实际|增长|建成|投入|竣工|完工|开工|成立|启动|起|入伍|毕业|退休|"
    r"出台|下达|拨付|底|末|预算批复|部门决算|自评|绩效|统计|普查|工作总结|总结|年报|汇算|检查|民主生活会|述职|采购|合同|标准|价格|人均|平均|\d{1,2}月)"
)


def _stale_year(text: str, own: int, later_too: bool) -> str | None:
    """The first year in a text that is another than the document's without a reason that the text tells."""
    bare = _RANGE.sub("", plain(text))
    if _CARRIED.search(bare) or f"{own}年" in bare:
        return None
    for m in _YEAR.finditer(bare):
        found = int(m[1])
        if found == own or (found > own and not later_too) or found < own - 3:
            continue
        before, after = bare[max(0, m.start() - 4) : m.start()], bare[m.end() : m.end() + 8]
        if not _LEANS_BACK.search(before) and not _LOOKS_BACK.search(after):
            return m[0]
    return None


def _dated_cells(document: Document) -> Iterator[tuple[Cell, bool]]:
    """The texts whose year must be the document's, and whether a later year is wrong there too."""
    for cell in part_one(document):
        if cell.field.startswith("itemized_goals"):
            yield cell, False
    for p in document.projects:
        for cell in of_project(p):
            if cell.field != "purpose":
                yield cell, cell.field == "name"
        for cell in of_indicators(p, "name", "description"):
            yield cell, False


def _is_carried_over(p: Project, own: int) -> bool:
    """A project that entered in another year, or says that it is carried over or allotted early, keeps its year."""
    of_code = codes.year_of(p.code) if p.code and codes.is_well_formed(p.code) else own
    return of_code != own or _CARRIED.search(clean(p.name)) is not None


@rule("X804", "年度不符", Severity.WARNING, Scope.DOCUMENT, basis=("财预〔2015〕88号",))
def another_year(ctx: DocumentContext) -> Iterator[Hit]:
    """项目名称、目标、指标或分项目标里写的年度不是预算年度：多半是套用上年文本没有更新。
    结转、提前下达、尾款、编码年度不同的项目，“2021—2025年”这样的区间，书名号里的和作为依据的年度，
    回顾以往的（“较2023年增长”），都不报。

    依据
    财预〔2015〕88号（可行性：目标与预算年度一致）。

    反例
    2025年的文本里写“谋划2023年度招商引资活动”。

    正例
    2025年的文本里写“依据2023年普查结果，2025年新增监测点12个”。
    """
    own = year(ctx.document)
    if own is None:
        return
    carried = {p.sequence for p in ctx.document.projects if _is_carried_over(p, own)}
    told: set[tuple[int, int]] = set()
    for cell, later_too in _dated_cells(ctx.document):
        if cell.project and cell.project.sequence in carried:
            continue
        place = (cell.project.sequence, cell.row) if cell.project and cell.row is not None else None
        if place not in told and (found := _stale_year(cell.text, own, later_too)):
            if place:
                told.add(place)
            yield cell.hit(f"预算年度是{own}年，这里写的是“{found}”。",
                           f"核对年度；属于{own}年的改过来，确是以前年度的写明结转或原因。", (found,))  # fmt: skip


@cache
def _overtaken() -> tuple[re.Pattern[str], dict[str, DatedPhrase]]:
    by_word = {plain(w): phrase for phrase in dated_phrases() for w in phrase.says}
    return pattern_of(list(by_word)), by_word


def _dated_words(text: str, own: int) -> dict[str, list[str]]:
    """The dated words of a text by what is said now."""
    pattern, by_word = _overtaken()
    told = plain(text)
    found: dict[str, list[str]] = {}
    for word in dict.fromkeys(pattern.findall(told)):
        phrase = by_word[word]
        if own >= phrase.since and not any(u in told for u in phrase.unless):
            found.setdefault(phrase.now, []).append(word)
    return found


@rule("X807", "提法过时", Severity.INFO, Scope.DOCUMENT, basis=("财预〔2015〕88号",))
def dated_phrase(ctx: DocumentContext) -> Iterator[Hit]:
    """用了已经被新提法取代的说法或已经改名的机构名称（如2025年仍写“精准扶贫”“安监局”）。
    词表和起始年度见 policy/words/dated.toml；同一段里已有新提法的不报，同一个项目里同一说法只报一次。

    依据
    财预〔2015〕88号（可行性：与当前政策一致）。

    反例
    2025年的总体目标写“学习十九届五中全会精神”。

    正例
    2025年的总体目标写“学习党的二十届三中全会精神”。
    """
    own = year(ctx.document)
    if own is None:
        return
    told: set[tuple[int, str]] = set()
    texts = [*part_one(ctx.document)]
    for p in ctx.document.projects:
        texts += [*of_project(p), *of_indicators(p, "name", "description")]
    for cell in texts:
        for now, words in _dated_words(cell.text, own).items():
            place = (cell.project.sequence if cell.project else 0, now)
            if place not in told:
                told.add(place)
                yield cell.hit(f"“{'”“'.join(words)}”在{own}年已经过时。", f"现在的说法：{now}。", tuple(words))
