"""The bureau's score counts: a poor table takes no step without a written reason, one by one and in batches."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from jiheng import policy
from jiheng.web.org.models import Unit
from jiheng.web.plan import workflow
from jiheng.web.plan.checking import recheck, suggested_review
from jiheng.web.plan.models import Approval, BudgetYear, Indicator, Project, ProjectGoal, Review, Transition
from jiheng.web.plan.review import services
from jiheng.web.plan.scores import bar_of, counting, scores_of
from jiheng.web.plan.services import Refused
from jiheng.web.plan.services.editing import save_cells
from jiheng.web.plan.states import State
from jiheng.web.supervision.models import AuditEntry

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
REASON = "应急抢险项目，经区长办公会议定先行安排"


def make(name: str, state: str = State.FINANCE_REVIEW, unit: str = "601001") -> Project:
    project = Project.objects.create(
        unit=Unit.objects.get(code=unit), budget_year=BudgetYear.objects.get(), name=name, title=name, state=state,
        budget_total=Decimal(20), budget_fiscal=Decimal(20), purpose="用于公园座椅更换和安装。",
    )  # fmt: skip
    ProjectGoal.objects.create(project=project, text="更换公园座椅50组，方便游园市民休息")
    Indicator.objects.create(
        project=project, level1="产出指标", level2="数量指标", name="更换座椅数量", description="更换的座椅",
        target_raw="≥50组", basis="实施方案",
    )  # fmt: skip
    recheck(Project.objects.get(pk=project.pk))
    return Project.objects.get(pk=project.pk)


def points(project: Project, total: int) -> dict[str, str]:
    """A sheet whose items come to ``total``."""
    left, given = Decimal(total), {}
    for line in suggested_review(project).items:
        given[line.item.name] = str(min(left, line.item.points))
        left -= min(left, line.item.points)
    return given


def score(someone: Any, project: Project, total: int) -> Review:
    return services.score(someone, Project.objects.get(pk=project.pk), points(project, total), "")


def enter(someone: Any) -> Client:
    client = Client()
    client.force_login(someone, BACKEND)
    return client


def state(project: Project) -> str:
    return Project.objects.values_list("state", flat=True).get(pk=project.pk)


@pytest.fixture
def reviewer(person: Any) -> Any:
    return person("finance_reviewer")


@pytest.fixture
def leader(person: Any) -> Any:
    return person("finance_leader")


@pytest.fixture
def poor(district: Any, reviewer: Any) -> Project:
    made = make("座椅更换")
    score(reviewer, made, 38)
    return made


def test_a_poor_table_is_approved_for_the_leaders_written_reason_alone(
    poor: Project, reviewer: Any, leader: Any
) -> None:
    with pytest.raises(
        Refused, match=r"“座椅更换”：审核表 38 分，差（.*）。按规定“差”不得进入下一步预算安排流程.*由财政领导写明理由"
    ):
        workflow.perform(reviewer, poor, "approve", REASON)
    with pytest.raises(Refused, match="请写明理由"):
        workflow.perform(leader, poor, "approve", " ")
    assert state(poor) == State.FINANCE_REVIEW
    workflow.perform(leader, poor, "approve", REASON)
    assert state(poor) == State.APPROVED
    assert Transition.objects.get(name="approve").reason == REASON
    assert REASON in str(AuditEntry.objects.filter(action="批复").latest("sequence").after)


def test_sixty_is_enough(poor: Project, reviewer: Any) -> None:
    score(reviewer, poor, 60)
    workflow.perform(reviewer, poor, "approve")
    assert state(poor) == State.APPROVED


def test_one_poor_table_among_many_stops_all_and_is_named(poor: Project, reviewer: Any, leader: Any) -> None:
    good, unread = make("路灯维护"), make("河道清淤")
    score(reviewer, good, 92)
    client = enter(leader)
    where = {"year": "2026", "department": poor.unit.department_id, "number": "云财绩〔2026〕1号"}
    page = client.get("/review/approve/").content.decode()
    for project, ticked in ((good, True), (unread, True), (poor, False)):
        box = page.split(f'name="project" value="{project.pk}"')[1].split("aria-label")[0]
        assert ("checked" in box) == (ticked and not project.errors)
    assert "38 差" in page and "财政审核 " in page and "92 优" in page and "未评分" in page and "已审" in page
    every = {"project": [good.pk, poor.pk, unread.pk]}
    refused = client.post("/review/approve/", where | every).content.decode()
    assert "“座椅更换”：审核表 38 分，差" in refused and 'value="云财绩〔2026〕1号"' in refused
    assert not Approval.objects.exists() and {state(p) for p in (good, poor, unread)} == {State.FINANCE_REVIEW}
    assert client.post("/review/approve/", where | every | {"grounds": REASON}).status_code == 302
    assert {state(p) for p in (good, poor, unread)} == {State.APPROVED}
    said = dict(Transition.objects.filter(name="approve").values_list("project__name", "reason"))
    assert said == {
        "座椅更换": f"云财绩〔2026〕1号；{REASON}", "路灯维护": "云财绩〔2026〕1号", "河道清淤": "云财绩〔2026〕1号",
    }  # fmt: skip


def test_the_reviewer_sees_who_may_approve_it_and_cannot(poor: Project, reviewer: Any) -> None:
    client = enter(reviewer)
    page = client.get("/review/approve/").content.decode()
    assert "确需批复的，由财政领导写明理由后办理" in page and 'name="grounds"' not in page
    form = {
        "year": "2026",
        "department": poor.unit.department_id,
        "number": "1号",
        "project": poor.pk,
        "grounds": REASON,
    }
    assert "由财政领导写明理由" in client.post("/review/approve/", form).content.decode()
    assert state(poor) == State.FINANCE_REVIEW
    client.post(f"/review/{poor.pk}/step/", {"step": "approve", "reason": REASON})
    assert state(poor) == State.FINANCE_REVIEW


def test_queue_and_page_show_score_grade_who_and_when(poor: Project, reviewer: Any, leader: Any) -> None:
    today = timezone.localdate()
    make("没有评分的")
    for client in (enter(reviewer), enter(leader)):
        queue = client.get("/review/").content.decode()
        assert "38 差" in queue and f"{reviewer.name} {today.month}月{today.day}日" in queue
        assert "已审" in queue and "未评分" in queue
    page = enter(leader).get(f"/review/{poor.pk}/").content.decode()
    assert "38 差" in page and reviewer.name in page


def test_a_score_older_than_the_table_says_so(poor: Project, reviewer: Any, leader: Any, person: Any) -> None:
    clerk = person("clerk")
    workflow.perform(reviewer, poor, "finance_return", "指标太少")
    again = Project.objects.get(pk=poor.pk)
    save_cells(clerk, again.pk, {"purpose": "用于更换公园座椅50组并安装。"}, again.revision)
    Project.objects.filter(pk=poor.pk).update(state=State.FINANCE_REVIEW, explanation="无")
    now = Project.objects.get(pk=poor.pk)
    assert counting(scores_of([now])[now.pk]).is_stale  # type: ignore[union-attr]
    assert "评分后有修改" in enter(leader).get("/review/").content.decode()
    with pytest.raises(Refused, match="评分后表有修改，请重新审核评分"):
        workflow.perform(leader, now, "approve")
    score(reviewer, now, 85)
    assert bar_of("approve", now) == ""
    assert "评分后有修改" not in enter(leader).get("/review/").content.decode()


def test_sheets_from_before_are_old_once_the_table_was_sent_again(poor: Project) -> None:
    Review.objects.update(revision=None)
    (kept,) = scores_of([Project.objects.get(pk=poor.pk)])[poor.pk]
    assert not kept.is_stale
    Project.objects.filter(pk=poor.pk).update(state_since=timezone.now() + timedelta(seconds=1))
    (kept,) = scores_of([Project.objects.get(pk=poor.pk)])[poor.pk]
    assert kept.is_stale


def test_of_two_reviewers_the_worse_score_counts(poor: Project, reviewer: Any, leader: Any, person: Any) -> None:
    second = person("finance_reviewer", "second")
    score(second, poor, 95)
    now = Project.objects.get(pk=poor.pk)
    assert [s.total for s in scores_of([now])[now.pk]] == [95, 38]
    assert counting(scores_of([now])[now.pk]).total == 38  # type: ignore[union-attr]
    page = enter(leader).get("/review/").content.decode()
    assert page.index("38 差") < page.index("95 优")
    with pytest.raises(Refused, match="38 分，差"):
        workflow.perform(leader, now, "approve")
    # One that was given to the table as it is counts more than any given to what it was.
    Review.objects.filter(by=reviewer).update(revision=-1)
    assert counting(scores_of([now])[now.pk]).total == 95  # type: ignore[union-attr]
    score(reviewer, poor, 70)
    assert bar_of("approve", now) == ""


def test_an_unfinished_sheet_counts_nothing(district: Any, reviewer: Any) -> None:
    made = make("座椅更换")
    name = suggested_review(made).items[0].item.name
    services.score(reviewer, made, {name: "0"}, "待补")
    assert scores_of([made]) == {}
    workflow.perform(reviewer, made, "approve")


def test_departments_pass_poor_tables_for_a_reason_too(district: Any, person: Any) -> None:
    department = person("department_reviewer")
    bad, fine = make("座椅更换", State.SUBMITTED), make("路灯维护", State.SUBMITTED)
    score(department, bad, 38)
    with pytest.raises(Refused, match="请写明理由"):
        workflow.perform(department, bad, "department_pass")
    client = enter(department)
    both = {"action": "pass", "project": [bad.pk, fine.pk]}
    asked = client.post("/review/batch/", both).content.decode()
    assert "确需通过的理由" in asked and "“差”不得进入下一步" in asked
    refused = client.post("/review/batch/", both | {"confirmed": "1"}, follow=True).content.decode()
    assert "“座椅更换”：审核表 38 分，差" in refused
    assert {state(bad), state(fine)} == {State.SUBMITTED}
    client.post("/review/batch/", both | {"confirmed": "1", "grounds": REASON})
    assert {state(bad), state(fine)} == {State.FINANCE_REVIEW}
    assert Transition.objects.get(project=fine, name="department_pass").reason == ""
    # The department's score is the department's: finance gives its own.
    assert bar_of("approve", Project.objects.get(pk=bad.pk)) == ""


def test_packs_say_which_grades_bar_which_steps() -> None:
    for name in policy.names():
        grades = policy.load(name).review.grades
        assert {g.name: g.blocks for g in grades if g.blocks} == {"差": ["department_pass", "approve"]}
        assert all(step in workflow.BY_NAME for g in grades for step in g.blocks)


def test_others_may_not_score(poor: Project, person: Any) -> None:
    with pytest.raises(PermissionDenied):
        score(person("clerk"), poor, 100)
