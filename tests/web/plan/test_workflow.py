"""Who may take which step from which state: every cell of the table; reasons, errors, snapshots, messages."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction

from jiheng.web.org.roles import Role
from jiheng.web.plan.states import RETURNS, State

pytestmark = pytest.mark.django_db

# Written out here a second time on purpose: a change of the table must be meant. step: from, to, by whom, with reason.
CLERK, HEAD, DEPARTMENT, FINANCE, LEADER = (
    "clerk",
    "unit_head",
    "department_reviewer",
    "finance_reviewer",
    "finance_leader",
)
WANTED = {
    "hand_over": ("draft", "draft", {CLERK}, False),
    "unit_return": ("draft", "draft", {HEAD}, True),
    "submit": ("draft", "submitted", {HEAD}, False),
    "recall": ("submitted", "draft", {HEAD, CLERK}, False),
    "take_up": ("submitted", "department_review", {DEPARTMENT}, False),
    "department_return": ("submitted department_review", "draft", {DEPARTMENT}, True),
    "department_pass": ("submitted department_review", "finance_review", {DEPARTMENT}, False),
    "department_recall": ("finance_review", "department_review", {DEPARTMENT}, False),
    "finance_return": ("finance_review", "draft", {FINANCE}, True),
    "finance_return_department": ("finance_review", "department_review", {FINANCE}, True),
    "approve": ("finance_review", "approved", {FINANCE, LEADER}, False),
    "revoke": ("approved", "finance_review", {FINANCE, LEADER}, True),
    "publish": ("approved", "published", {DEPARTMENT, FINANCE}, False),
    "unpublish": ("published", "approved", {DEPARTMENT, FINANCE}, True),
    "adjust": ("approved published", "draft", {HEAD, DEPARTMENT}, True),
}


def at(project: Any, state: str) -> Any:
    type(project).objects.filter(pk=project.pk).update(state=state, checked_revision=0, errors=0)
    return type(project).objects.get(pk=project.pk)


@pytest.mark.parametrize("role", sorted(Role))
def test_every_step_of_every_role_from_every_state(project: Any, person: Any, role: str) -> None:
    from jiheng.web.plan.services import Refused
    from jiheng.web.plan.workflow import BY_NAME, available, perform

    assert BY_NAME.keys() == WANTED.keys()
    assert set(RETURNS) == {name for name in WANTED if "return" in name}
    someone = person(role)
    for state in State:
        here = at(project, state)
        offered = {step.name for step in available(someone, here)}
        for name, (sources, target, roles, _) in WANTED.items():
            may, right_time = role in roles, state in sources.split()
            assert (name in offered) == (may and right_time), (name, role, state)
            sid = transaction.savepoint()
            if may and right_time:
                assert perform(someone, here, name, "理由").state == target
            else:
                with pytest.raises(Refused if may else PermissionDenied):
                    perform(someone, here, name, "理由")
            transaction.savepoint_rollback(sid)


@pytest.mark.parametrize("name", [n for n, w in WANTED.items() if w[3]])
def test_a_return_needs_a_reason(project: Any, person: Any, name: str) -> None:
    from jiheng.web.plan.services import Refused
    from jiheng.web.plan.workflow import perform

    sources, _, roles, _ = WANTED[name]
    with pytest.raises(Refused, match="写明理由"):
        perform(person(sorted(roles)[0]), at(project, sources.split()[0]), name, "  ")


def test_people_of_other_units_take_no_step(project: Any, person: Any) -> None:
    from jiheng.web.org.models import Unit
    from jiheng.web.plan.workflow import available, perform

    elsewhere = person("unit_head", "else", Unit.objects.get(code="601002"))
    assert available(elsewhere, project) == []
    with pytest.raises(PermissionDenied):
        perform(elsewhere, project, "submit")


def test_errors_block_or_need_an_explanation_as_the_year_says(project: Any, person: Any, year: Any) -> None:
    from jiheng.web.plan.services import Refused, save_cells
    from jiheng.web.plan.workflow import perform

    clerk, head = person("clerk"), person("unit_head")
    cell = f"indicator:{project.indicators.all()[5].pk}:target_raw"
    wrong = save_cells(clerk, project.pk, {cell: "≤90%"}, 0).project
    with pytest.raises(Refused, match="写明理由"):
        perform(head, wrong, "submit")
    year.errors_block = True
    year.save()
    save_cells(clerk, project.pk, {"explanation": "居民不满意是目标"}, 1)
    with pytest.raises(Refused, match="改正后才能上报"):
        perform(head, wrong, "submit")
    year.errors_block = False
    year.save()
    assert perform(head, wrong, "submit").state == State.SUBMITTED


def test_the_whole_way_is_recorded_and_those_are_told_whose_turn_it_is(project: Any, person: Any) -> None:
    from jiheng.web.plan.models import Transition
    from jiheng.web.plan.services import Refused, save_cells
    from jiheng.web.plan.workflow import perform
    from jiheng.web.supervision.models import Notification

    people = {role: person(role) for role in (CLERK, HEAD, DEPARTMENT, FINANCE)}
    way = ((CLERK, "hand_over"), (HEAD, "submit"), (DEPARTMENT, "department_pass"), (FINANCE, "finance_return"),
           (HEAD, "submit"), (DEPARTMENT, "take_up"), (DEPARTMENT, "department_pass"), (FINANCE, "approve"))  # fmt: skip
    here = project
    for role, name in way:
        here = perform(people[role], here, name, "指标值偏低")
    assert (here.state, Transition.objects.filter(project=here).count()) == (State.APPROVED, 8)
    told = Notification.objects.filter(person=people[CLERK]).values_list("text", flat=True)
    assert "“道路绿化补植”被财政退回修改：指标值偏低" in told
    assert Notification.objects.filter(person=people[FINANCE], text__contains="请财政审核").count() == 2
    with pytest.raises(Refused, match="不能修改"):
        save_cells(people[CLERK], project.pk, {"name": "批复后改名"}, 0)


def test_an_approval_freezes_what_it_approved(project: Any, person: Any) -> None:
    from jiheng.web.plan.queries import table_of
    from jiheng.web.plan.services import Refused, delete_project, save_cells
    from jiheng.web.plan.workflow import perform

    clerk, head, finance = person(CLERK), person(HEAD), person(FINANCE)
    approved = perform(finance, at(project, State.FINANCE_REVIEW), "approve")
    version = approved.versions.get()
    draft = perform(head, approved, "adjust", "预算调减")
    save_cells(clerk, project.pk, {"purpose": "调整后的用途", "budget_total": "30"}, draft.revision)
    version.refresh_from_db()
    cells = table_of(version.content).cells()
    assert (cells["purpose"].text, cells["budget_total"].text) == (project.purpose, "40.00")
    assert (draft.version, version.number) == (2, 1)
    with pytest.raises(Refused, match="历史版本"):
        delete_project(clerk, project.pk)
    assert perform(finance, at(project, State.FINANCE_REVIEW), "approve").versions.first().number == 2  # type: ignore[union-attr]


def test_no_table_of_a_closed_year_is_adjusted_into_a_draft_that_nobody_can_write_in(project: Any, person: Any) -> None:
    from jiheng.web.plan.services import Refused
    from jiheng.web.plan.workflow import perform

    head, published = person(HEAD), at(project, State.PUBLISHED)
    BudgetYear = type(published.budget_year)  # noqa: N806
    BudgetYear.objects.update(is_open=False)
    with pytest.raises(Refused, match="重新开放本年度"):
        perform(head, published, "adjust", "任务增加")
    assert type(published).objects.get(pk=published.pk).state == State.PUBLISHED
    BudgetYear.objects.update(is_open=True)
    assert perform(head, published, "adjust", "任务增加").state == State.DRAFT


def test_what_was_touched_is_not_recalled(project: Any, person: Any) -> None:
    from jiheng.web.plan.models import Comment
    from jiheng.web.plan.services import Refused
    from jiheng.web.plan.workflow import perform

    head, reviewer = person(HEAD), person(DEPARTMENT)
    sent = perform(head, project, "submit")
    comment = Comment.objects.create(project=sent, cell="purpose", text="请写明细", author=reviewer)
    with pytest.raises(Refused, match="已经开始审核"):
        perform(head, sent, "recall")
    comment.delete()
    assert perform(head, sent, "recall").state == State.DRAFT


def test_many_go_together_or_not_at_all_and_each_is_told_once(project: Any, person: Any, year: Any) -> None:
    from jiheng.web.plan.services import Refused, copy_project
    from jiheng.web.plan.workflow import perform_many
    from jiheng.web.supervision.models import Notification

    clerk, head, reviewer = person(CLERK), person(HEAD), person(DEPARTMENT)
    second = copy_project(clerk, project, project.unit, year)
    done = perform_many(head, [project, second], "submit", batch="b1")
    assert [p.state for p in done] == ["submitted"] * 2
    assert list(Notification.objects.filter(person=reviewer).values_list("text", flat=True)) == [
        "“道路绿化补植”等 2 个项目已上报，请审核"
    ]
    with pytest.raises(Refused):
        perform_many(reviewer, [at(project, State.SUBMITTED), at(second, State.APPROVED)], "take_up")
    assert type(project).objects.get(pk=project.pk).state == State.SUBMITTED


def test_the_state_is_not_assigned(project: Any) -> None:
    with pytest.raises(AttributeError):
        project.state = State.APPROVED
    project.refresh_from_db()
    assert project.state == State.DRAFT


def test_risk_weighs_findings_money_and_history() -> None:
    from decimal import Decimal

    from jiheng.web.plan.checking import risk_of

    assert risk_of(0, 0, None, 0, False) == 0
    assert risk_of(2, 1, Decimal(100), 1, True) == 20 + 3 + 12 + 5 + 5
    assert risk_of(99, 99, Decimal(99999), 99, True) == 100
