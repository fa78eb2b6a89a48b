"""Rates over units: by numerator and denominator, through the rounds of the year, and only of what a person sees."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from jiheng.policy import load

pytestmark = pytest.mark.django_db
NAME = "路面完好率"
PACK = load("central-2015")


@pytest.fixture
def reported(more: Any, planned_round: Any, person: Any) -> Any:
    """The round with forms of two units, the rate of each as typed: 3/4 and 396/400 of one, 97% of the other."""
    from jiheng.web.monitoring.services.report import save_cells
    from jiheng.web.org.models import Unit

    from .conftest import fill

    other = Unit.objects.get(code="601002")
    projects = [*more(2), *more(1, other)]
    opened = fill(planned_round)
    clerks = (mine := person("clerk"), mine, person("clerk", "other", other))
    for clerk, project, said in zip(clerks, projects, ("3/4", "396/400", "97%"), strict=True):
        record = project.monitoring_records.get()
        save_cells(clerk, record.pk, {f"row:{record.rows.get(name=NAME).pk}:actual_raw": said}, {})
    return opened


def test_unequal_units_are_not_averaged(reported: Any) -> None:
    from jiheng.web.monitoring.models import MonitoringRecord
    from jiheng.web.monitoring.queries import rates

    forms = MonitoringRecord.objects.filter(round=reported)
    (line,) = rates.lines(rates.names(forms), [(reported, forms)], PACK)
    assert (line.name, line.forms, line.bare, line.above, line.below) == (NAME, 2, 1, 399, 404)
    assert line.rate == Decimal("98.76")
    assert line.rates == [Decimal("98.76")]
    first, second = rates.of_units(NAME, [(reported, forms)], PACK, "数量")
    assert (first.rate, second.rate, second.bare) == (Decimal("98.76"), None, 1)
    assert rates.together([first, second], NAME, PACK).rate == Decimal("98.76")


def test_the_page_shows_what_a_person_sees(client: Any, person: Any, reported: Any) -> None:
    client.force_login(person("finance_reviewer"), "django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/monitoring/rates/?round={reported.pk}").content.decode()
    assert "<b>98.76%</b>" in page
    assert "399" in page
    by_unit = client.get("/monitoring/rates/", {"round": reported.pk, "indicator": NAME}).content.decode()
    assert by_unit.count("98.76%") == 2  # of the unit, and together
    assert "没有符合条件的比率指标" in client.get("/monitoring/rates/?q=没有").content.decode()
    client.force_login(person("system_admin"), "django.contrib.auth.backends.ModelBackend")
    assert client.get("/monitoring/rates/").status_code == 403


def _reported_as(reported: Any, **fields: Any) -> Any:
    """The sums of the first form's rate, changed so, beside the others."""
    from jiheng.web.monitoring.models import IndicatorReport, MonitoringRecord
    from jiheng.web.monitoring.queries import rates

    first = IndicatorReport.objects.filter(name=NAME).order_by("pk").first()
    assert first is not None
    IndicatorReport.objects.filter(pk=first.pk).update(**fields)
    forms = MonitoringRecord.objects.filter(round=reported)
    return rates.lines(rates.names(forms), [(reported, forms)], PACK)


def test_what_stands_under_another_subcategory_is_another_indicator(reported: Any) -> None:
    found = _reported_as(reported, level2="社会效益指标")
    assert [(line.level2, line.above, line.below) for line in found] == [("数量", 396, 400), ("社会效益", 3, 4)]


def test_a_share_of_more_than_all_is_left_out(reported: Any) -> None:
    (line,) = _reported_as(reported, numerator=848, denominator=400)
    assert (line.forms, line.over, line.left_out, line.rate) == (1, 1, 2, Decimal(99))


def test_names_that_say_nothing_are_not_added_up(reported: Any, client: Any, person: Any) -> None:
    from jiheng.web.monitoring.models import IndicatorReport, MonitoringRecord
    from jiheng.web.monitoring.queries import rates

    IndicatorReport.objects.filter(name=NAME).update(name="合格率")
    forms = MonitoringRecord.objects.filter(round=reported)
    (line,) = rates.lines(rates.names(forms), [(reported, forms)], PACK)
    assert (line.forms, line.rate, line.rates, line.why) == (2, None, [None], rates.UNLIKE)
    client.force_login(person("finance_reviewer"), "django.contrib.auth.backends.ModelBackend")
    for query in ("", "&indicator=合格率"):
        page = client.get(f"/monitoring/rates/?round={reported.pk}{query}").content.decode()
        assert rates.UNLIKE in page
        assert "98.76" not in page
