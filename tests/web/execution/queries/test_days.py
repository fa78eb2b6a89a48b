"""Up to which day money is known: one early payment says so of its own unit, and of nobody else."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from jiheng.web.execution.models import Payment
from jiheng.web.execution.queries.days import Days, known_days
from jiheng.web.execution.services import refresh_totals
from jiheng.web.org.models import Unit

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
TODAY = date(2026, 9, 20)
JUNE, JULY, SEPTEMBER = date(2026, 6, 30), date(2026, 7, 31), date(2026, 9, 20)


def paid(project: Any, on: date, amount: int = 160000) -> None:
    Payment.objects.create(project=project, on=on, amount=Decimal(amount), source="fiscal")
    refresh_totals([project.pk])


@pytest.fixture
def projects(make_project: Any, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Eight units with a project each, all with their money of June: 40% paid of 40% planned."""
    monkeypatch.setattr("django.utils.timezone.localdate", lambda: TODAY)
    first = Unit.objects.get(code="601001")
    for n in range(3, 9):
        Unit.objects.create(department=first.department, code=f"60100{n}", name=f"云溪区{n}号所")
    made = [make_project(f"项目{n}", unit=f"60100{n}") for n in range(1, 9)]
    for project in made:
        paid(project, date(2026, 6, 12))
    return made


def tally(client: Any, query: str = "") -> str:
    found = re.search(r'<div class="tally">(.*?)</div>', client.get(f"/execution/{query}").content.decode(), re.S)
    assert found is not None
    return re.sub(r"<[^>]+>|\s", "", found[1])


def overview(client: Any, query: str = "") -> str:
    found = re.search(r'<p class="crumbs">(.*?)</p>', client.get(f"/execution/overview/{query}").content.decode(), re.S)
    assert found is not None
    return re.sub(r"<[^>]+>|\s", "", found[1])


def test_one_early_payment_moves_its_own_unit_alone(client: Any, person: Any, projects: list[Any]) -> None:
    client.force_login(person("finance_reviewer"), BACKEND)
    assert "截至6月30日" in tally(client) and "落后" not in tally(client)
    paid(projects[3], date(2026, 9, 2), 4000)  # 41% of the 66.67% planned by 20 September
    said = tally(client)
    assert said.startswith("截至6月30日：8个项目") and "1个落后计划10个百分点以上" in said
    assert "1个单位的支付到别的月末" in said
    behind = client.get("/execution/?state=behind").content.decode()
    assert "项目4" in behind and "项目5" not in behind
    assert "截至9月20日：1个项目" in tally(client, f"?unit={projects[3].unit_id}")
    assert "截至6月30日：1个项目" in tally(client, f"?unit={projects[4].unit_id}")
    # As kept and as filtered, the list and the overview say the same.
    assert "1个落后计划10个百分点以上" in tally(client, "?q=项目")
    assert "截至2026年6月30日，8个项目，其中1个单位的支付到别的月末" in overview(client)
    rows = client.get(f"/execution/overview/?department={projects[0].unit.department_id}").content.decode()
    assert rows.count("−25.67") == 1 and rows.count("−3.20") == 1  # the unit; all of them together
    assert "截至2026年9月20日" in overview(client, f"?unit={projects[3].unit_id}")
    own = client.get(f"/execution/{projects[3].pk}/").content.decode()
    assert 'value="2026-09-20"' in own and "落后 25.67 个百分点" in own
    assert 'value="2026-06-30"' in client.get(f"/execution/{projects[4].pk}/").content.decode()


def test_a_day_that_is_asked_for_is_everybodys(client: Any, person: Any, projects: list[Any]) -> None:
    paid(projects[3], date(2026, 9, 2), 4000)
    client.force_login(person("finance_reviewer"), BACKEND)
    assert "8个落后" in tally(client, "?on=2026-09-20")
    july = tally(client, "?on=2026-07-31")
    assert july.startswith("截至7月31日") and "单位的支付到别的月末" not in july
    assert "已支付128.00万元" in july and "已支付128.40万元" in tally(client)
    # The day that the page shows, sent with its filters, is no other question.
    assert tally(client, "?on=2026-06-30&q=") == tally(client)


def test_who_stops_paying_counts_with_the_others(projects: list[Any], year: Any) -> None:
    for project in projects[:5]:
        paid(project, date(2026, 7, 3), 100)
    days = known_days(year, TODAY)
    assert (days.on, days.known, days.ahead) == (JULY, JULY, ())
    assert days.of(projects[7].unit_id) == JULY
    paid(projects[7], date(2026, 9, 3), 100)
    days = known_days(year, TODAY)
    assert (days.on, days.of(projects[7].unit_id), days.of(projects[6].unit_id)) == (JULY, SEPTEMBER, JULY)
    assert days.parts(p.unit_id for p in projects)[1] == (SEPTEMBER, [projects[7].unit_id])


def test_without_payments_the_year_goes_up_to_today(make_project: Any, year: Any) -> None:
    make_project()
    assert known_days(year, TODAY) == Days(TODAY, TODAY)
    assert known_days(year, date(2027, 3, 1)).on == date(2026, 12, 31)
    assert known_days(year, date(2025, 3, 1)).on == date(2026, 1, 1)
