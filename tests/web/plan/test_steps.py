"""One step with many drafts: shown first with what stands in the way, then taken with all or none."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from jiheng.web.plan.models import Project
from jiheng.web.plan.queries.projects import handing_over
from jiheng.web.plan.states import State
from jiheng.web.supervision.models import Notification

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def drafts(project: Any) -> dict[str, Any]:
    """Three drafts of one unit: two that may go on, one with errors that are not explained."""

    def make(name: str, errors: int = 0, unit: Any = project.unit) -> Any:
        made = Project.objects.create(unit=unit, budget_year=project.budget_year, name=name, budget_total=5)
        Project.objects.filter(pk=made.pk).update(errors=errors, checked_revision=made.revision)
        return made

    Project.objects.all().delete()
    other = type(project.unit).objects.exclude(pk=project.unit_id).first()
    return {
        "first": make("路灯更换"), "second": make("步道维修"), "wrong": make("绿篱修剪", errors=2),
        "elsewhere": make("别处的项目", unit=other),
    }  # fmt: skip


def as_(someone: Any) -> Client:
    client = Client()
    client.force_login(someone, BACKEND)
    return client


def ask(client: Client, step: str, year: Any, *chosen: Any, post: bool = False) -> str:
    asked = {"step": step, "year": year.pk, "project": [p.pk for p in chosen]}
    send = client.post if post else client.get
    return str(send("/plan/steps/", asked, follow=True).content.decode())


def test_all_drafts_are_shown_and_those_chosen_handed_over(person: Any, drafts: Any, year: Any) -> None:
    clerk, head = as_(person("clerk")), person("unit_head")
    shown = ask(clerk, "hand_over", year)
    assert "可以办理 2 个" in shown and "还有 2 处错误" in shown and "别处的项目" not in shown
    assert "绿篱修剪" not in ask(clerk, "hand_over", year, drafts["first"])
    assert not handing_over(drafts["first"]).exists(), "looking does nothing"
    assert "已办理“送负责人签报”，2 个项目" in ask(
        clerk, "hand_over", year, drafts["first"], drafts["second"], post=True
    )
    assert handing_over(drafts["first"]).exists() and handing_over(drafts["second"]).exists()
    assert Notification.objects.filter(person=head).count() == 1, "the head is told once"
    again = ask(clerk, "hand_over", year)
    assert "路灯更换" not in again and "绿篱修剪" in again


def test_head_signs_many_or_none(person: Any, drafts: Any, year: Any) -> None:
    head = as_(person("unit_head"))
    refused = ask(head, "submit", year, drafts["first"], drafts["wrong"], post=True)
    assert "“绿篱修剪”" in refused and "所选的项目都没有办理" in refused
    assert not Project.objects.exclude(state=State.DRAFT).exists()
    assert "没有勾选项目" in ask(head, "submit", year, post=True)
    assert "2 个项目" in ask(head, "submit", year, drafts["first"], drafts["second"], post=True)
    assert Project.objects.filter(state=State.SUBMITTED).count() == 2


def test_nobody_reaches_further_than_alone(person: Any, drafts: Any, year: Any) -> None:
    clerk = as_(person("clerk"))
    assert "没有勾选项目" in ask(clerk, "hand_over", year, drafts["elsewhere"], post=True)
    assert not handing_over(drafts["elsewhere"]).exists()
    for step, status in (("submit", 403), ("approve", 404), ("", 404)):
        assert clerk.post("/plan/steps/", {"step": step, "year": year.pk}).status_code == status
    assert clerk.get("/plan/steps/", {"step": "hand_over", "year": "9999"}).status_code == 404


@pytest.mark.parametrize("role, label", [("clerk", "送负责人签报…"), ("unit_head", "签报…"), ("auditor", "")])
def test_the_list_offers_what_one_may_do(person: Any, drafts: Any, year: Any, role: str, label: str) -> None:
    page = as_(person(role)).get("/plan/").content.decode()
    assert ('formaction="/plan/steps/"' in page) == bool(label) and label in page
    assert (f'name="project" value="{drafts["first"].pk}"' in page) == bool(label)
