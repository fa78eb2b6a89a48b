"""The way of a form: what blocks it, who moves it, what later stages are told."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from jiheng.web.plan.services.errors import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def take(person: Any) -> Any:
    """``take("submit", form)``: by who may."""
    from jiheng.web.evaluation.models import SelfEvaluation
    from jiheng.web.evaluation.services.submission import take_step
    from jiheng.web.org.models import Person

    by = {
        "submit": "unit_head", "recall": "unit_head", "department_pass": "department_reviewer",
        "department_return": "department_reviewer", "accept": "finance_reviewer", "finance_return": "finance_reviewer",
        "reopen": "finance_reviewer",
    }  # fmt: skip

    def step(name: str, form: Any, reason: str = "") -> Any:
        who = Person.objects.filter(username=by[name]).first() or person(by[name])
        return take_step(who, SelfEvaluation.objects.get(pk=form.pk), name, reason)

    return step


def test_from_draft_to_accepted(filled: Any, take: Any) -> None:
    assert take("submit", filled).state == "department_review"
    assert take("department_pass", filled).state == "finance_review"
    done = take("accept", filled)
    assert done.state == "accepted"
    assert list(done.steps.values_list("name", flat=True)) == ["accept", "department_pass", "submit"]
    assert take("reopen", filled, "完成值与审计结果不符。").state == "draft"


def test_an_empty_form_cannot_be_submitted(form: Any, take: Any) -> None:
    with pytest.raises(Refused) as refused:
        take("submit", form)
    assert "还有 6 个指标没有得分" in str(refused.value) and "总体目标的实际完成情况" in str(refused.value)


@pytest.mark.parametrize("values, said", (
    ({"actual_raw": ("640株",)}, "要写偏差原因分析及改进措施：“补植行道树数量”"),
    ({"weight": ("10",)}, "分值合计应为 100 分，现在是 97.5 分"),
    ({"honesty_explanation": ""}, "在“对核查问题的说明”中写明"),
    ({"given": ("10",), "given_reason": ("晚了。",)}, "要写偏差原因分析"),
))  # fmt: skip
def test_what_blocks(filled: Any, write: Any, take: Any, values: Any, said: str) -> None:
    write(filled, **values)
    with pytest.raises(Refused, match=said):
        take("submit", filled)


def test_a_lost_point_that_is_explained_does_not_block(filled: Any, write: Any, take: Any) -> None:
    write(filled, actual_raw=("640株",), deviation=("苗木到货晚，下年提前采购。",))
    assert take("submit", filled).state == "department_review"


def test_a_submitted_form_is_closed(filled: Any, take: Any, write: Any) -> None:
    take("submit", filled)
    with pytest.raises(Refused, match="处于“部门审核”，不能修改"):
        write(filled, goals_actual="改一下")


@pytest.mark.parametrize("role, name", (
    ("clerk", "submit"), ("department_reviewer", "submit"), ("finance_reviewer", "department_pass"), ("auditor", "submit"),
))  # fmt: skip
def test_nobody_takes_anothers_step(filled: Any, person: Any, role: str, name: str) -> None:
    from jiheng.web.evaluation.services.submission import take_step
    from jiheng.web.org.models import Person

    with pytest.raises(PermissionDenied):
        take_step(Person.objects.filter(username=role).first() or person(role), filled, name)


def test_a_return_needs_a_reason_that_stands_above_the_form(filled: Any, take: Any, enter: Any) -> None:
    take("submit", filled)
    with pytest.raises(Refused, match="要写明理由"):
        take("department_return", filled)
    assert take("department_return", filled, "请补充佐证。").state == "draft"
    page = enter("clerk").get(f"/evaluation/{filled.pk}/").content.decode()
    assert "退回：</b>请补充佐证。" in page
    assert (
        "请单位负责人报送" in page
        and "可以报送" in enter("unit_head").get(f"/evaluation/{filled.pk}/").content.decode()
    )
    take("submit", filled)
    assert "退回：</b>" not in enter("clerk").get(f"/evaluation/{filled.pk}/").content.decode()


def test_many_at_once_all_or_none(make_project: Any, opened: Any, write: Any, person: Any) -> None:
    from jiheng.web.evaluation.models import SelfEvaluation
    from jiheng.web.evaluation.services.submission import take_steps

    make_project("甲"), make_project("乙")
    one, two = opened()
    words = {"goals_actual": "完成。", "honesty_explanation": "备查。", "attainment": ("", "", "", "", "达成", "")}
    good = ("800株", "95%", "2026年11月20日", "490元/株", "明显改善", "92%")
    write(one, actual_raw=good, **words)
    head = person("unit_head")
    with pytest.raises(Refused, match="乙"):
        take_steps(head, [one, two], "submit")
    assert set(SelfEvaluation.objects.values_list("state", flat=True)) == {"draft"}
    write(two, actual_raw=good, **words)
    assert len(take_steps(head, SelfEvaluation.objects.all(), "submit")) == 2
    with pytest.raises(Refused, match="不能成批办理"):
        take_steps(head, SelfEvaluation.objects.all(), "recall")


def test_later_stages_are_told_of_a_bad_or_doubtful_form(filled: Any, write: Any, take: Any) -> None:
    from jiheng.web.evaluation.signals import finding_made

    heard: list[Any] = []

    def hear(evaluation: Any, kind: str, title: str, description: str, **_: Any) -> None:
        heard.append((evaluation.pk, kind, title, description))

    finding_made.connect(hear)
    try:
        said = ("晚了，下年改进。",) * 6
        write(filled, actual_raw=("80株", "20%", "", "2500元/株", "", "30%"), deviation=said)
        write(filled, actual_raw=("80株", "20%", "2026年11月20日", "2500元/株", "略有改善", "30%"),
              attainment=("", "", "", "", "未达成", ""))  # fmt: skip
        take("submit", filled)
        take("department_pass", filled)
        assert heard == []
        take("accept", filled)
    finally:
        finding_made.disconnect(hear)
    assert [(pk, kind) for pk, kind, *_ in heard] == [(filled.pk, "score"), (filled.pk, "honesty")]
    assert "等级为差" in heard[0][2] and "补植行道树数量" in heard[0][3] and "缺少佐证资料" in heard[1][2]
