"""The review desk: who sees what, comments, the official sheet, batches, approval, versions."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import cycle
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from jiheng.rules.registry import all_rules
from jiheng.web.org.models import Department, Unit
from jiheng.web.plan import workflow
from jiheng.web.plan.checking import recheck, suggested_review
from jiheng.web.plan.models import (
    Approval,
    BudgetYear,
    Comment,
    Indicator,
    Project,
    ProjectGoal,
    Review,
    Transition,
    Version,
)
from jiheng.web.plan.states import State

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


def make(
    unit: Unit, name: str, state: str, risk: int = 0, previous: Project | None = None, target: str = "≥50组"
) -> Project:
    project = Project.objects.create(
        unit=unit, budget_year=BudgetYear.objects.get(), name=name, title=name, state=state, previous=previous,
        budget_total=Decimal(20), budget_fiscal=Decimal(20), purpose="用于公园座椅更换和安装。",
    )  # fmt: skip
    ProjectGoal.objects.create(project=project, text="更换公园座椅50组，方便游园市民休息")
    Indicator.objects.create(
        project=project, level1="产出指标", level2="数量指标", name="更换座椅数量", description="更换的座椅",
        target_raw=target, basis="实施方案",
    )  # fmt: skip
    recheck(Project.objects.get(pk=project.pk))
    Project.objects.filter(pk=project.pk).update(risk=risk)
    return Project.objects.get(pk=project.pk)


@pytest.fixture
def desk(district: Any) -> dict[str, Project]:
    first, second = Unit.objects.order_by("code")
    return {
        "low": make(first, "低风险", State.FINANCE_REVIEW, 5),
        "high": make(second, "高风险", State.FINANCE_REVIEW, 80, target="≥90%"),
        "department": make(first, "部门待审", State.SUBMITTED, 10),
        "draft": make(first, "还是草稿", State.DRAFT, 90),
    }


def as_(client: Client, someone: Any) -> Client:
    client.force_login(someone, backend=BACKEND)
    return client


def test_queue_holds_what_waits_for_me_riskiest_first(client: Client, person: Any, desk: Any) -> None:
    page = as_(client, person("finance_reviewer")).get("/review/").content.decode()
    assert page.index("高风险") < page.index("低风险")
    assert "部门待审" not in page
    assert "还是草稿" not in page
    page = as_(Client(), person("department_reviewer")).get("/review/").content.decode()
    assert "部门待审" in page
    assert "高风险" not in page


@pytest.mark.parametrize(
    "asked, sees, not_sees",
    [
        ({"q": "低风"}, "低风险", "高风险"),
        ({"least": "30"}, "没有符合条件", "低风险"),
        ({"found": "x", "department": "x"}, "低风险", "没有符合"),
    ],
)
def test_filters(client: Client, person: Any, desk: Any, asked: dict[str, str], sees: str, not_sees: str) -> None:
    page = as_(client, person("finance_reviewer")).get("/review/", asked).content.decode()
    assert sees in page
    assert not_sees not in page.partition("<main")[2]


@pytest.mark.parametrize(
    "role", ["clerk", "unit_head", "auditor", "evaluator", "system_admin", "security_admin", "audit_admin"]
)
@pytest.mark.parametrize("address", ["/review/", "/review/approve/", "/review/{high}/"])
def test_others_have_no_desk(client: Client, person: Any, desk: Any, role: str, address: str) -> None:
    response = as_(client, person(role)).get(address.format(high=desk["high"].pk))
    assert response.status_code in (403, 404)


def test_another_department_is_out_of_reach(client: Client, person: Any, desk: Any) -> None:
    other = Department.objects.create(district=desk["low"].unit.department.district, code="602", name="别的局")
    unit = Unit.objects.create(department=other, code="602001", name="别的局本级")
    stranger = as_(client, person("department_reviewer", unit=unit))
    assert stranger.get(f"/review/{desk['department'].pk}/").status_code == 404
    assert stranger.post(f"/review/{desk['department'].pk}/comment/", {"text": "x"}).status_code == 404
    stranger.post("/review/batch/", {"project": desk["department"].pk, "action": "pass", "confirmed": "1"})
    assert Project.objects.get(pk=desk["department"].pk).state == State.SUBMITTED


def test_comment_on_a_cell_reply_and_settle(client: Client, person: Any, desk: Any) -> None:
    project = desk["high"]
    cell = f"indicator:{project.indicators.get().pk}:target_raw"
    reviewer = as_(client, person("finance_reviewer"))
    reviewer.post(f"/review/{project.pk}/comment/", {"cell": cell, "text": "请写数量 <script>alert(1)</script>"})
    page = reviewer.get(f"/review/{project.pk}/").content.decode()
    assert "请写数量 &lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    made = Comment.objects.get()
    clerk, form = as_(Client(), person("clerk", unit=project.unit)), f"/plan/{project.pk}/"
    assert f'<dialog id="reply-{made.pk}">' in clerk.get(form).content.decode()
    reply = {"text": "已改", "parent": made.pk, "next": form}
    assert clerk.post(f"/review/{project.pk}/comment/", reply).headers["Location"] == form
    assert made.replies.get().text == "已改"
    auditor = as_(Client(), person("auditor", unit=project.unit))
    assert "reply-" not in auditor.get(form).content.decode()
    reviewer.post(f"/review/comment/{made.pk}/resolve/")
    made.refresh_from_db()
    assert made.resolved_at is not None


def test_last_year_stands_beside_with_differences_marked(client: Client, person: Any, desk: Any) -> None:
    first = Unit.objects.order_by("code")[0]
    before = make(first, "去年的项目", State.PUBLISHED)
    now = make(first, "今年的项目", State.FINANCE_REVIEW, previous=before, target="≥80组")
    page = as_(client, person("finance_reviewer")).get(f"/review/{now.pk}/").content.decode()
    assert "上年：≥50组" in page
    assert "今年：≥80组" in page
    assert page.count(" changed") >= 2


def test_sheet_is_prefilled_and_kept(client: Client, person: Any, desk: Any) -> None:
    project, someone = desk["high"], person("finance_reviewer")
    reviewer = as_(client, someone)
    page = reviewer.get(f"/review/{project.pk}/").content.decode()
    assert "需人工判断" in page
    items = suggested_review(project).items
    given = {f"score:{i.item.name}": str(i.item.points) for i in items}
    reviewer.post(f"/review/{project.pk}/score/", given | {"opinion": "同意"})
    kept = Review.objects.get()
    assert (kept.total, kept.grade, kept.opinion) == (Decimal(100), "优", "同意")
    response = reviewer.post(f"/review/{project.pk}/score/", {f"score:{items[0].item.name}": "999"}, follow=True)
    assert "满分" in response.content.decode()
    assert Review.objects.get().total == 100


def test_return_with_reason_goes_on_to_the_next(client: Client, person: Any, desk: Any) -> None:
    reviewer = as_(client, person("finance_reviewer"))
    pk, after = desk["high"].pk, desk["low"].pk
    page = reviewer.get(f"/review/{pk}/").content.decode()
    assert "数量指标" in page.partition('id="step-finance_return"')[2].partition("</textarea>")[0]
    empty = reviewer.post(
        f"/review/{pk}/step/", {"step": "finance_return", "reason": " "}, follow=True
    ).content.decode()
    assert "要写明理由" in empty
    done = reviewer.post(f"/review/{pk}/step/", {"step": "finance_return", "reason": "数量要写数", "after": after})
    assert done.headers["Location"] == f"/review/{after}/"
    assert Project.objects.get(pk=pk).state == State.DRAFT


def test_batch_is_shown_done_and_taken_back(client: Client, person: Any, desk: Any) -> None:
    reviewer = as_(client, person("department_reviewer"))
    pk = desk["department"].pk
    shown = reviewer.post("/review/batch/", {"project": pk, "action": "pass"}).content.decode()
    assert "审核通过 1 个项目" in shown
    assert Project.objects.get(pk=pk).state == State.SUBMITTED
    done = reviewer.post("/review/batch/", {"project": pk, "action": "pass", "confirmed": "1"})
    assert done.headers["Location"] == "/review/"  # back and reload repeat nothing
    assert Project.objects.get(pk=pk).state == State.FINANCE_REVIEW
    key = Transition.objects.get(project=pk).batch
    queue = reviewer.get("/review/").content.decode()
    assert "已通过 1 个项目" in queue and "成批通过了 1 个项目" in queue and f'value="{key}"' in queue
    reviewer.post("/review/undo/", {"batch": key})
    assert Project.objects.get(pk=pk).state == State.DEPARTMENT_REVIEW
    assert key not in reviewer.get("/review/").content.decode()


def test_queue_offers_to_take_back_only_what_can_be(client: Client, person: Any, desk: Any) -> None:
    """Whoever has left the page of a batch finds the way back on the queue, while there is one."""
    leader, project = as_(client, person("finance_leader")), desk["low"]
    form = {"year": "2026", "department": project.unit.department_id, "project": project.pk, "number": "云财绩1号"}
    leader.post("/review/approve/", form)
    assert "成批批复了 1 个项目" in leader.get("/review/").content.decode()
    assert "成批批复" not in as_(Client(), person("finance_leader", "zwei")).get("/review/").content.decode()
    step = Transition.objects.get(project=project, name="approve")
    note = Comment.objects.create(project=project, text="请看", author=person("clerk", unit=project.unit))
    assert "成批批复" not in leader.get("/review/").content.decode()  # somebody has gone on with it
    note.delete()
    Transition.objects.filter(pk=step.pk).update(at=timezone.now() - timedelta(minutes=11))
    assert "成批批复" not in leader.get("/review/").content.decode()


def judged(project: Project, errors: int = 0, warnings: int = 0) -> Project:
    """As though the checker had found so much in it."""
    words = {
        "name": "问题",
        "message": "有问题。",
        "advice": "改正。",
        "fix": None,
        "cell": "",
        "field": "",
        "row": None,
    }
    severities = ["error"] * errors + ["warning"] * warnings
    findings = [words | {"severity": s, "code": code} for s, code in zip(severities, cycle(all_rules()))]
    Project.objects.filter(pk=project.pk).update(errors=errors, warnings=warnings, findings=findings)
    return project


def test_all_good_ones_of_the_list_are_shown_and_passed(client: Client, person: Any, desk: Any) -> None:
    reviewer = as_(client, person("department_reviewer"))
    unit = Unit.objects.order_by("code")[0]
    judged(desk["department"])
    judged(make(unit, "也很好", State.SUBMITTED), warnings=1)
    judged(make(unit, "有错误", State.SUBMITTED), errors=1)
    judged(make(unit, "不算优", State.SUBMITTED), warnings=30)
    shown = reviewer.post("/review/batch/", {"action": "good"}).content.decode()
    assert "审核通过 2 个项目" in shown and "部门待审" in shown and "也很好" in shown
    assert "有错误" not in shown and "不算优" not in shown
    assert "审核通过 1 个项目" in reviewer.post("/review/batch/?q=也很", {"action": "good"}).content.decode()
    assert not Project.objects.filter(state=State.FINANCE_REVIEW, name__in=("部门待审", "也很好")).exists()
    none = reviewer.post("/review/batch/?q=不算", {"action": "good"}, follow=True).content.decode()
    assert "没有预评为“优”、没有错误的项目" in none


def test_finance_chooses_the_good_ones_to_approve(client: Client, person: Any, desk: Any) -> None:
    judged(desk["low"])
    judged(desk["high"], errors=1)
    page = as_(client, person("finance_reviewer")).get("/review/approve/").content.decode()
    low, high = (page.partition(f'name="project" value="{desk[n].pk}"')[2].partition(">")[0] for n in ("low", "high"))
    assert "data-good" in low and "data-good" not in high
    assert "只选没有错误的“优”（1 个）" in page


def test_batch_cannot_be_taken_back_late_or_by_another(client: Client, person: Any, desk: Any) -> None:
    reviewer = as_(client, person("department_reviewer"))
    pk = desk["department"].pk
    reviewer.post("/review/batch/", {"project": pk, "action": "pass", "confirmed": "1"})
    step = Transition.objects.get(project=pk)
    other = as_(Client(), person("department_reviewer", "zwei"))
    assert "不是您办理的" in other.post("/review/undo/", {"batch": step.batch}, follow=True).content.decode()
    Transition.objects.update(at=timezone.now() - timedelta(minutes=11))
    assert "超过 10 分钟" in reviewer.post("/review/undo/", {"batch": step.batch}, follow=True).content.decode()
    assert Project.objects.get(pk=pk).state == State.FINANCE_REVIEW


def test_approval_freezes_a_version_that_later_edits_never_change(client: Client, person: Any, desk: Any) -> None:
    leader, project = person("finance_leader"), desk["low"]
    form = {
        "year": "2026",
        "department": project.unit.department_id,
        "project": project.pk,
        "number": "云财绩〔2026〕1号",
    }
    response = as_(client, leader).post("/review/approve/", form)
    approval = Approval.objects.get()
    assert response.headers["Location"] == f"/review/letter/{approval.pk}/"
    letter = client.get(f"/review/letter/{approval.pk}/").content.decode()
    assert "云财绩〔2026〕1号" in letter
    assert "低风险" in letter
    content = Version.objects.get().content
    workflow.perform(person("unit_head"), Project.objects.get(pk=project.pk), "adjust", reason="增加任务")
    Indicator.objects.filter(project=project).update(target_raw="≥99组")
    assert Version.objects.get().content == content
    page = client.get(f"/plan/{project.pk}/versions/", {"a": "1", "b": "now"}).content.decode()
    assert "原来：≥50组" in page
    Project.objects.filter(pk=project.pk).update(name="改过的名称", budget_total=Decimal("99.99"))
    again = client.get(f"/review/letter/{approval.pk}/").content.decode()
    assert "涉及预算 20.00 万元" in again and "低风险" in again
    assert "99.99" not in again and "改过的名称" not in again


def test_a_letter_tells_a_unit_that_others_are_in_it_too(client: Client, person: Any, desk: Any) -> None:
    leader = as_(client, person("finance_leader"))
    form = {"year": "2026", "department": desk["low"].unit.department_id, "number": "云财绩〔2026〕1号"}
    leader.post("/review/approve/", form | {"project": [desk["low"].pk, desk["high"].pk]})
    address = f"/review/letter/{Approval.objects.get().pk}/"
    whole, own = (c.get(address).content.decode() for c in (leader, as_(Client(), person("clerk"))))
    assert "批复 2 个项目" in whole and "其他单位" not in whole and "继续批复" in whole
    assert "批复 1 个项目" in own and "其他单位的 1 个项目" in own
    assert "高风险" not in own and "继续批复" not in own


@pytest.mark.parametrize("number, said", [("", "批复文号"), ("号", "至少选择一个")])
def test_approval_asks_for_number_and_projects(client: Client, person: Any, desk: Any, number: str, said: str) -> None:
    form = {"year": "2026", "department": desk["low"].unit.department_id, "number": number}
    if not number:
        form["project"] = desk["low"].pk
    assert said in as_(client, person("finance_leader")).post("/review/approve/", form).content.decode()
    assert not Approval.objects.exists()


def test_queue_costs_few_queries_however_long(
    client: Client, person: Any, desk: Any, django_assert_max_num_queries: Any
) -> None:
    unit = Unit.objects.order_by("code")[0]
    Project.objects.bulk_create(
        Project(unit=unit, budget_year=BudgetYear.objects.get(), name=f"项目{n}", state=State.FINANCE_REVIEW)
        for n in range(60)
    )
    reviewer = as_(client, person("finance_reviewer"))
    with django_assert_max_num_queries(14):
        reviewer.get("/review/")
    with django_assert_max_num_queries(34):
        reviewer.get(f"/review/{desk['high'].pk}/")
