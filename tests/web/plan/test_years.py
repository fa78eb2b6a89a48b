"""Finance opens a year, keeps its calendar and closes it; nobody else does."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from jiheng.web.org.models import Unit
from jiheng.web.org.roles import Role
from jiheng.web.plan.models import BudgetYear
from jiheng.web.plan.services import Refused, create_project
from jiheng.web.plan.services.years import Rules, change_year, open_year
from jiheng.web.supervision.models import AuditEntry

pytestmark = pytest.mark.django_db
PAGE = "/plan/years/"
NEW = {"number": "2027", "pack": "hebei-2023", "is_open": "1", "until:draft": "2026-10-31", "until:submitted": ""}


def as_(someone: Any) -> Client:
    client = Client()
    client.force_login(someone, "django.contrib.auth.backends.ModelBackend")
    return client


def test_a_year_is_opened_dated_and_closed(person: Any) -> None:
    finance = as_(person("finance_reviewer"))
    assert "2027年已开放" in finance.post(PAGE, NEW, follow=True).content.decode()
    made = BudgetYear.objects.get(year=2027)
    assert (made.pack, made.is_open, made.errors_block) == ("hebei-2023", True, False)
    assert made.deadlines == {"draft": "2026-10-31"}
    unit = Unit.objects.get(code="601001")
    create_project(person("clerk"), unit, made, "公园长椅更换")
    finance.post(PAGE, {"year": made.pk, "pack": "hebei-2023", "errors_block": "1"})
    made.refresh_from_db()
    assert (made.is_open, made.errors_block, made.deadlines) == (False, True, {})
    with pytest.raises(Refused, match="已经关闭"):
        create_project(person("clerk", "late"), unit, made, "迟到的项目")
    entry = AuditEntry.objects.get(action="修改预算年度")
    assert '"is_open": true' in entry.before
    assert '"is_open": false' in entry.after
    page = finance.get(f"{PAGE}?year={made.pk}").content.decode()
    assert page.index("2027年</a>") < page.index("2026年</a>")
    assert "修改 2027年" in page
    assert "已有项目，不能再换" in page


@pytest.mark.parametrize(
    "change, told",
    [
        ({"number": "2026"}, "已经开放过"),
        ({"number": "26"}, "四位年份"),
        ({"number": "三"}, "四位年份"),
        ({"pack": "moon-1969"}, "请从列表中选择策略包"),
        ({"until:draft": "10月底"}, "不是日期"),
        ({"until:submitted": "2026-09-01"}, "早于前一步"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_opened(person: Any, change: dict[str, str], told: str) -> None:
    page = as_(person("finance_reviewer")).post(PAGE, NEW | change, follow=True).content.decode()
    assert told in page
    assert BudgetYear.objects.count() == 1


def test_the_pack_stays_once_there_are_projects(project: Any, person: Any, year: Any) -> None:
    finance = person("finance_reviewer")
    with pytest.raises(Refused, match="不能再换策略包"):
        change_year(finance, year, Rules("central-2021"))
    before = AuditEntry.objects.count()
    assert change_year(finance, year, Rules(year.pack)) == year
    assert AuditEntry.objects.count() == before


def test_only_finance_opens_years(person: Any, district: Any) -> None:
    for role in Role:
        someone = person(role)
        assert as_(someone).get(PAGE).status_code == (200 if role == Role.FINANCE_REVIEWER else 403), role
        if role != Role.FINANCE_REVIEWER:
            with pytest.raises(PermissionDenied):
                open_year(someone, district, 2030, Rules("hebei-2023"))


def test_before_the_first_year_finance_is_led_here(person: Any) -> None:
    BudgetYear.objects.all().delete()
    finance = as_(person("finance_reviewer"))
    for page in ("/", "/plan/"):
        assert f'href="{PAGE}"' in finance.get(page).content.decode()
    assert "还没有预算年度" in finance.get(PAGE).content.decode()
    assert f'href="{PAGE}"' not in as_(person("clerk")).get("/plan/").content.decode()
