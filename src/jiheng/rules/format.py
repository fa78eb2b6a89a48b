"""F 格式与编码: codes that cannot be right, and slips of writing."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

from jiheng import codes
from jiheng.model import Document, Project
from jiheng.policy import Pack
from jiheng.readers.values import plain
from jiheng.rules.cells import Cell, of_indicators, of_project, part_one
from jiheng.rules.context import DocumentContext, ProjectContext
from jiheng.rules.finding import Hit, Severity, correction
from jiheng.rules.registry import Scope, rule

_HAN = "\u4e00-\u9fff"
REVIEW = "财预〔2015〕88号"
CODES = "预算管理一体化规范"
# What begins as a code of 21 characters does: a division, a year, P.
_BEGINS_AS_CODE = re.compile(r"\d{6,9}[Pp]|[1-8]\d{5}\d{2}.{9,15}")


def _code(p: Project) -> str:
    return plain(p.code or "")


def _has_well_formed_codes(document: Document) -> bool:
    coded = [p for p in document.projects if _code(p)]
    return 2 * sum(codes.is_well_formed(_code(p)) for p in coded) > len(coded)


@rule("F901", "项目编码位数或字符不合规", Severity.ERROR, Scope.PROJECT, basis=(CODES,))
def malformed_code(ctx: ProjectContext) -> Iterator[Hit]:
    """预算管理一体化的项目代码有 21 位：6 位行政区划、2 位年度、字母 P、11 位数字、1 位校验。位数或字符不对的报告。
    2020 年及以前的旧编码，以及整份文件都用别种编号的，不报告。

    依据
    预算管理一体化规范：项目代码的位数和构成。

    反例
    13992525P0003111001X（20 位，少一位）

    正例
    13992525P00031110001X
    """
    code = _code(ctx.project)
    if not code or codes.is_well_formed(code) or codes.is_old(code):
        return
    if not _BEGINS_AS_CODE.match(code) and not ctx.within.once("F901", _has_well_formed_codes):
        return
    wrong = f"有 {len(code)} 位，应为 {codes.LENGTH} 位" if len(code) != codes.LENGTH else "个别位上的字符不对"
    advice = "应为 6 位行政区划＋2 位年度＋P＋11 位数字＋1 位校验，到预算管理一体化系统中核对。"
    yield Hit("code", f"项目编码 {code} {wrong}。", advice)


@rule("F902", "项目编码校验位不对", Severity.ERROR, Scope.PROJECT, basis=(CODES,))
def wrong_check_character(ctx: ProjectContext) -> Iterator[Hit]:
    """项目编码最后一位是校验位，由前 20 位算出。对不上，说明编码至少抄错了一位。

    依据
    预算管理一体化规范；校验位算法同 GB 32100。

    反例
    13992525P00031110001A（校验位应为 X）

    正例
    13992525P00031110001X
    """
    code = _code(ctx.project)
    if codes.is_well_formed(code) and not codes.is_valid(code):
        right = codes.check_character(code)
        message = f"项目编码 {code} 的校验位是 {code[-1]}，按前 20 位算应为 {right}。"
        yield Hit("code", message, "编码抄错了一位或几位，到预算管理一体化系统中核对全码。", words=(right,))


@rule("F903", "编码年度与预算年度不同", Severity.INFO, Scope.PROJECT, basis=(CODES,))
def code_of_another_year(ctx: ProjectContext) -> Iterator[Hit]:
    """项目编码第 7、8 位是项目入库年度，与预算年度不同。上年结转和提前下达的项目保留原年度，是正常的；其他情况要核对。

    依据
    预算管理一体化规范：项目代码含入库年度。

    反例
    2025 年新增项目，编码 13992524P00021410004K

    正例
    2025 年项目，编码 13992525P00031110001X
    """
    code, year = _code(ctx.project), ctx.within.document.fiscal_year
    if year is not None and codes.is_well_formed(code) and codes.year_of(code) != year:
        message = f"项目编码 {code} 的年度是 {codes.year_of(code)} 年，预算年度是 {year} 年。"
        yield Hit("code", message, "上年结转或提前下达的项目无须改；否则核对编码。")


def _bare_unit(name: str | None) -> str:
    return plain(name or "").removesuffix("(本级)").removesuffix("本级")


def _units(document: Document) -> tuple[dict[str, Counter[str]], dict[str, Counter[str]]]:
    """How often each unit name stands with each code, and each code with each name."""
    codes_of: dict[str, Counter[str]] = {}
    names_of: dict[str, Counter[str]] = {}
    for p in document.projects:
        name, code = _bare_unit(p.unit_name), plain(p.unit_code or "")
        if name and code:
            codes_of.setdefault(name, Counter())[code] += 1
            names_of.setdefault(code, Counter())[name] += 1
    return codes_of, names_of


def _rarer(counted: Counter[str], own: str) -> str | None:
    """What most others have instead of ``own``, or ``None`` where ``own`` is the usual one."""
    usual, times = counted.most_common(1)[0]
    return usual if usual != own and times > counted[own] else None


@rule("F904", "单位编码前后不一", Severity.WARNING, Scope.PROJECT, basis=(CODES,))
def unit_code_differs(ctx: ProjectContext) -> Iterator[Hit]:
    """同一份文件里，同一单位的编码不同，或者同一编码后面的单位名称不同。以多数为准，只报告少数。

    依据
    预算管理一体化规范：单位代码唯一。

    反例
    312001青石县水务局本级（7 张表）　312010青石县水务局本级（1 张表）

    正例
    各张表都是 312001青石县水务局本级
    """
    name, code = _bare_unit(ctx.project.unit_name), plain(ctx.project.unit_code or "")
    if not name or not code:
        return
    codes_of, names_of = ctx.within.once("F904", _units)
    if usual := _rarer(codes_of[name], code):
        message = f"单位“{ctx.project.unit_name}”的编码是 {code}，其他表上是 {usual}。"
        yield Hit("unit_name", message, "核对单位编码，前后一致。")
    elif usual := _rarer(names_of[code], name):
        message = f"编码 {code} 的单位是“{ctx.project.unit_name}”，其他表上是“{usual}”。"
        yield Hit("unit_name", message, "核对单位名称，前后一致。")


def _safeguards(document: Document) -> Iterator[Cell]:
    for n, s in enumerate(document.goals.safeguards):
        for name in ("title", "text"):
            if text := getattr(s, name):
                yield Cell(f"safeguards.{n}.{name}", text, s.anchors.get(name))


def _all_cells(document: Document) -> Iterator[Cell]:
    yield from part_one(document)
    yield from _safeguards(document)
    for p in document.projects:
        yield from of_project(p)
        yield from of_indicators(p, "name", "description", "basis", "target")


def _rewriting(
    cells: Iterator[Cell], rewrite: Callable[[str], str], title: str, tell: Callable[[str, str], tuple[str, str]]
) -> Iterator[Hit]:
    """A hit for each cell that ``rewrite`` changes. What the reader has cut (numbers, labels) stands in the cell too,
    so only cells that hold the text alone get a fix."""
    for cell in cells:
        if (new := rewrite(cell.text)) != cell.text:
            whole = cell.field in ("name", "purpose", "description", "basis", "target")
            fix = correction(title, (cell.anchor, cell.text, new)) if whole else None
            yield replace(cell.hit(*tell(cell.text, new)), fix=fix)


# What no list of words can hold: 的的 (but 目的的), a phrase written twice, 12底 for 12月底.
_DOUBLED = "(?<![目标有打])的的(?![确士])"
_TWICE = f"(?P<once>[{_HAN}]{{3,8}})(?P=once)"
_MONTH_END = "(?<=年)(?:1[0-2]|[1-9])底(?=前|[,，。;；、)）]|$)"


@cache
def _slips(pack_name: str, words: tuple[tuple[str, str], ...]) -> re.Pattern[str]:
    longest_first = sorted((w for w, _ in words), key=len, reverse=True)
    return re.compile("|".join([re.escape(w) for w in longest_first] + [_DOUBLED, _TWICE, _MONTH_END]))


def _slip_pattern(pack: Pack) -> tuple[re.Pattern[str], dict[str, str]]:
    words = pack.replacements.get("slips", {})
    return _slips(pack.name, tuple(words.items())), words


def _corrected(m: re.Match[str], words: dict[str, str]) -> str:
    wrong = m[0]
    if wrong in words:
        return words[wrong]
    return wrong.replace("底", "月底") if wrong[0].isdigit() else m["once"] or "的"


@rule("F905", "错别字或叠字", Severity.INFO, Scope.DOCUMENT, basis=(REVIEW,), fixable=True)
def slip_of_the_pen(ctx: DocumentContext) -> Iterator[Hit]:
    """词表里的错别字和叠字，如“累进进度”应为“累计进度”，“满意度满意度”多写一遍；“的的”、“12底前”这样明显的笔误。词表见策略包。

    依据
    财预〔2015〕88号：绩效目标表填写应当规范、准确。

    反例
    受训学员满意度满意度

    正例
    受训学员满意度
    """
    pattern, words = _slip_pattern(ctx.pack)

    def tell(old: str, new: str) -> tuple[str, str]:
        wrong = {m[0]: _corrected(m, words) for m in pattern.finditer(old)}
        return "，".join(f"“{w}”应为“{right}”" for w, right in wrong.items()) + "。", "按提示改正。"

    def rewrite(text: str) -> str:
        return pattern.sub(lambda m: _corrected(m, words), text)

    yield from _rewriting(_all_cells(ctx.document), rewrite, "改正错别字", tell)


_QUOTES = re.compile("[“”]")
_WIDE = re.compile("[０-９Ａ-Ｚａ-ｚ％]|(?<=[0-9０-９])．(?=[0-9０-９])")
_NARROW_MARK = re.compile(f"(?<=[{_HAN}”）]),(?=[{_HAN}“])|(?<=[{_HAN}”）]);(?=[{_HAN}“])")
_MARKS = {",": "，", ";": "；"}


def _right_quotes(text: str) -> str:
    """Quotes turned round where each pair in the text stands the wrong way: ”…“."""
    quotes = "".join(_QUOTES.findall(text))
    if not quotes or quotes.replace("”“", ""):
        return text
    return text.translate(str.maketrans("“”", "”“"))


def _right_width(text: str) -> str:
    text = _WIDE.sub(lambda m: unicodedata.normalize("NFKC", m[0]), text)
    return _NARROW_MARK.sub(lambda m: _MARKS[m[0]], text)


@rule("F906", "引号方向颠倒、全半角混用", Severity.INFO, Scope.DOCUMENT, basis=("GB/T 15834",), fixable=True)
def wrong_marks(ctx: DocumentContext) -> Iterator[Hit]:
    """引号写成了”……“；数字、字母、百分号用了全角；两个汉字之间的逗号、分号用了半角。改正：换成规范的写法。

    依据
    GB/T 15834 标点符号用法。

    反例
    ”清水行动“巡查次数

    正例
    “清水行动”巡查次数
    """

    def rewrite(text: str) -> str:
        return _right_width(_right_quotes(text))

    def tell(old: str, new: str) -> tuple[str, str]:
        wrong = ["引号方向颠倒"] if _right_quotes(old) != old else []
        wrong += ["全角、半角混用"] if _right_width(old) != old else []
        return f"{'，'.join(wrong)}：{_around(old, new)}。", f"改为：{_around(new, old)}。"

    yield from _rewriting(_all_cells(ctx.document), rewrite, "改正标点和全半角", tell)


def _around(text: str, other: str, reach: int = 12) -> str:
    """The part of ``text`` round the first place where it differs from ``other``."""
    first = next((n for n, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), 0)
    return text[max(0, first - reach) : first + reach].strip()


_BLANKS = re.compile(rf"(?<=[{_HAN}])[ \t\u3000\xa0]+(?=[{_HAN}])|[\r\n]+")


def _short_cells(document: Document) -> Iterator[Cell]:
    """Cells in which a line break or a blank never means anything; a purpose or a goal may be laid out with them."""
    for p in document.projects:
        yield from (c for c in of_project(p) if c.field == "name")
        yield from of_indicators(p, "name", "description", "basis", "target")


@rule("F907", "单元格里有多余的换行或空格", Severity.INFO, Scope.DOCUMENT, basis=(REVIEW,), fixable=True)
def stray_blanks(ctx: DocumentContext) -> Iterator[Hit]:
    """名称、描述、指标值、依据里有换行，首尾有空白，或者两个汉字之间有空格，导入系统后查不到、对不上。改正：去掉。
    资金用途和绩效目标可以分行，不报告。

    依据
    财预〔2015〕88号：绩效目标表填写应当规范。

    反例
    指标值：（换行）≥95%

    正例
    指标值：≥95%
    """

    def rewrite(text: str) -> str:
        return _BLANKS.sub("", text.strip())

    def tell(old: str, new: str) -> tuple[str, str]:
        return f"“{new}”中有多余的换行或空格。", "去掉多余的换行和空格。"

    yield from _rewriting(_short_cells(ctx.document), rewrite, "去掉多余的换行和空格", tell)
