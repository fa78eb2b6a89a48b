"""The review sheet (绩效目标审核表) of 财预〔2015〕88号: what texts show fills a suggested score, the rest is open.

A finding costs points at the item that its code is listed under; items, points and costs are data of the policy pack.
The score of an item is a suggestion for a person, who decides, and who alone can judge what no text shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from jiheng.model import Document
from jiheng.policy import Pack
from jiheng.policy.pack import Grade, ReviewItem
from jiheng.rules.finding import Finding

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Deduction:
    """What one finding costs at an item; less than its price where the code has reached its limit."""

    finding: Finding
    points: Decimal


@dataclass(frozen=True, slots=True)
class ItemScore:
    """An item of the sheet with its suggested score: ``None`` where nothing but a person can tell (需人工判断)."""

    item: ReviewItem
    score: Decimal | None
    deductions: tuple[Deduction, ...]

    @property
    def is_open(self) -> bool:
        """Whether a person must judge: a score suggested for such an item is the most that findings leave of it."""
        return not self.item.silence_is_evidence

    @property
    def remark(self) -> str:
        """What the sheet prints beside the score: what cost points, and what is left to judge."""
        lost: dict[str, Decimal] = {}
        for d in self.deductions:
            lost[d.finding.code] = lost.get(d.finding.code, NOTHING) + d.points
        parts = [f"{code} 扣 {points.normalize():f} 分" for code, points in lost.items()]
        if self.item.judged:
            parts.append(f"需人工判断：{'；'.join(self.item.judged)}")
        return "；".join(parts) or "未发现问题"


@dataclass(frozen=True, slots=True)
class ReviewSheet:
    """The sheet of one project (财预〔2015〕88号).

    What is open counts nothing in ``least``; in ``most`` it counts all that findings leave of it. More findings never
    raise either.
    """

    items: tuple[ItemScore, ...]
    grades: tuple[Grade, ...]

    @property
    def least(self) -> Decimal:
        """The total if a person gave nothing for what is open."""
        return sum((i.score for i in self.items if i.score is not None and not i.is_open), NOTHING)

    @property
    def most(self) -> Decimal:
        """The total if a person gave full points for what is open."""
        return sum((i.item.points if i.score is None else i.score for i in self.items), NOTHING)

    @property
    def open_items(self) -> tuple[str, ...]:
        """The names of the items that a person must judge."""
        return tuple(i.item.name for i in self.items if i.is_open)

    @property
    def grade_range(self) -> str:
        """The grade, or the grades between which a person decides: 良, 差～优."""
        worst, best = grade_of(self.least, self.grades), grade_of(self.most, self.grades)
        return best.name if worst == best else f"{worst.name}～{best.name}"


def _price(code: str, costs: Mapping[str, Decimal]) -> Decimal:
    fitting = [c for c in costs if code.startswith(c)]
    return costs[max(fitting, key=len)] if fitting else NOTHING


def _score(item: ReviewItem, findings: Sequence[Finding]) -> ItemScore:
    spent: dict[str, Decimal] = {}
    deductions = []
    for f in findings:
        price = _price(f.code, item.costs)
        if price:
            before = spent.get(f.code, NOTHING)
            spent[f.code] = min(before + price, max(item.code_limit, price))
            deductions.append(Deduction(f, spent[f.code] - before))
    if not deductions and not item.silence_is_evidence:
        return ItemScore(item, None, ())
    lost = sum((d.points for d in deductions), NOTHING)
    return ItemScore(item, max(NOTHING, item.points - lost), tuple(deductions))


def review(findings: Iterable[Finding], pack: Pack) -> ReviewSheet:
    """The suggested sheet of one project (财预〔2015〕88号) by its findings; silenced findings cost nothing."""
    counted = [f for f in findings if f.silenced is None]
    return ReviewSheet(tuple(_score(i, counted) for i in pack.review.items), tuple(pack.review.grades))


def review_projects(document: Document, findings: Iterable[Finding], pack: Pack) -> dict[int, ReviewSheet]:
    """The suggested sheet of each project of a document, by sequence number. Part one costs no project anything."""
    own: dict[int, list[Finding]] = {p.sequence: [] for p in document.projects}
    for f in findings:
        if f.project in own:
            own[f.project].append(f)
    return {sequence: review(found, pack) for sequence, found in own.items()}


def grade_of(total: Decimal, grades: Sequence[Grade]) -> Grade:
    """The grade (优良中差) of a total of 0 to 100 points, as 财预〔2015〕88号 draws the lines."""
    return next(g for g in grades if total >= g.least)


def decided_total(sheet: ReviewSheet, given: Mapping[str, Decimal]) -> Decimal:
    """The total after a person has given points, by name of item; the suggestion stands where none are given.

    Raises ``ValueError`` with a Chinese message for an item that is still open, is not of the sheet, or is given more
    than its points.
    """
    known = {i.item.name for i in sheet.items}
    for name in given:
        if name not in known:
            raise ValueError(f"审核表没有“{name}”这一项。")
    total = NOTHING
    for i in sheet.items:
        points = given.get(i.item.name, i.score)
        if points is None:
            raise ValueError(f"“{i.item.name}”需要人工评分，还没有给分。")
        if not 0 <= points <= i.item.points:
            raise ValueError(f"“{i.item.name}”满分 {i.item.points} 分，给了 {points} 分。")
        total += points
    return total
