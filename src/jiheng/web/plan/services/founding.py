"""A new district ready for work: its administrators, and a budget year where one is wanted."""

from __future__ import annotations

from jiheng import policy
from jiheng.web import transaction
from jiheng.web.org.models import Person
from jiheng.web.org.services.districts import create_district
from jiheng.web.org.services.places import Wrong
from jiheng.web.plan.models import BudgetYear
from jiheng.web.supervision.services import record


@transaction.atomic
def found_district(code: str, name: str, year: int | None, pack: str) -> list[tuple[Person, str]]:
    """The district, and its administrators with their first passwords. Raises :class:`Wrong`; nothing is made then."""
    if year is not None and not 1990 <= year <= 2200:
        raise Wrong("预算年度要写四位年份，例如 2027。")
    if year is not None and pack not in policy.names():
        raise Wrong(f"没有策略包“{pack}”。可用：{'、'.join(policy.names())}。")
    district, made = create_district(code, name)
    if year is not None:
        opened = BudgetYear.objects.create(district=district, year=year, pack=pack)
        record("开放预算年度", opened, None, {"year": year, "pack": pack})
    return made
