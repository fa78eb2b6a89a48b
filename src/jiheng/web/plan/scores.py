"""What reviewers gave a table, whether it still holds, and which steps its grade bars: the policy pack says which.

The worst score that holds is the one that counts; where the table was changed after all of them, the worst of those.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from jiheng.policy.pack import Grade
from jiheng.scoring.review import grade_of
from jiheng.web.plan.checking import pack_of
from jiheng.web.plan.models import Project, Review
from jiheng.web.plan.states import State

_DEPARTMENT = (State.SUBMITTED, State.DEPARTMENT_REVIEW)


@dataclass(frozen=True, slots=True)
class Score:
    """A complete review sheet: points, grade, whose it is, and whether the table was changed since (``is_stale``)."""

    total: Decimal
    grade: Grade
    by: str
    at: datetime
    is_stale: bool

    def __str__(self) -> str:
        when = timezone.localtime(self.at)
        stale = "，评分后表有修改" if self.is_stale else ""
        return f"{self.total.normalize():f} 分，{self.grade.name}（{self.by} {when.month}月{when.day}日{stale}）"


def _stages(state: str) -> tuple[State, ...]:
    """The states whose reviews count in a state: a department scores before and after it takes a table up."""
    return _DEPARTMENT if state in _DEPARTMENT else (State(state),)


def _is_stale(project: Project, review: Review) -> bool:
    if review.revision is None:  # kept before revisions were: what was sent again since may have been changed
        return review.at < project.state_since
    return review.revision != project.revision


def scores_of(projects: Iterable[Project]) -> dict[int, list[Score]]:
    """Project → the complete sheets of the stage that it is in, latest first and one of each reviewer."""
    known = {p.pk: p for p in projects}
    found: dict[int, list[Score]] = defaultdict(list)
    seen: set[tuple[int, int]] = set()
    reviews = Review.objects.filter(project__in=list(known), total__isnull=False).select_related("by")
    for review in reviews.order_by("-at", "-pk"):
        project, key = known[review.project_id], (review.project_id, review.by_id)
        if review.stage in _stages(project.state) and key not in seen:
            seen.add(key)
            assert review.total is not None
            grade = grade_of(review.total, pack_of(project.budget_year).review.grades)
            stale = _is_stale(project, review)
            found[project.pk].append(Score(review.total, grade, review.by.name, review.at, stale))
    return found


def counting(scores: Iterable[Score]) -> Score | None:
    """The score that counts: the worst that holds, else the worst; ``None`` where nobody has scored."""
    return min(scores, key=lambda s: (s.is_stale, s.total), default=None)


def bar(step: str, score: Score | None) -> str:
    """Why a table with this score does not take a step without a written reason, in Chinese; "" where it does."""
    if score is None or step not in score.grade.blocks:
        return ""
    again = "评分后表有修改，请重新审核评分" if score.is_stale else "请退回修改后重新审核"
    return f"审核表 {score}。按规定“{score.grade.name}”{score.grade.outcome}，{again}"


def bar_of(step: str, project: Project) -> str:
    """The same of a table as it is now."""
    return bar(step, counting(scores_of([project])[project.pk]))
