"""What a request asks for: the year in execution, the day, amounts and days from forms."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone

from jiheng.web.execution import values
from jiheng.web.execution.queries.days import Days, known_days, last_day
from jiheng.web.plan.models import BudgetYear
from jiheng.web.plan.queries.projects import years_for
from jiheng.web.plan.services.errors import Refused


def running_year(request: HttpRequest, years: list[BudgetYear]) -> BudgetYear | None:
    """The year that was asked for, else the calendar's, else the latest before it: that money is spent in now."""
    asked = request.GET.get("year", "")
    for year in years:
        if asked in (str(year.pk), str(year.year)):
            return year
    today = timezone.localdate().year
    return next((y for y in years if y.year <= today), years[-1] if years else None)


def years_and_year(request: HttpRequest) -> tuple[list[BudgetYear], BudgetYear | None]:
    """The years that this person has to do with, latest first, and the one to show."""
    years = years_for(request.user)
    return years, running_year(request, years)


def days_of(request: HttpRequest, year: BudgetYear, units: Iterable[int]) -> Days:
    """The day asked for within the year; without one, or with the one that a page of these units names, that up to
    which the money of each unit is known."""
    today = timezone.localdate()
    days = known_days(year, today)
    try:
        asked = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return days
    on = max(date(year.year, 1, 1), min(asked, last_day(year, today)))
    return days if on == days.shown(units) else Days(on, days.known)


def amount(label: str, text: str) -> Any:
    """An amount in 元 as it was typed. Raises :class:`Refused` naming the field."""
    try:
        return values.amount(text)
    except values.Wrong as wrong:
        raise Refused(f"{label}：“{text[:30]}”{wrong}" if text.strip() else f"{label}：{wrong}") from wrong


def day(label: str, text: str, *, needed: bool = False) -> date | None:
    """A day as it was typed; ``None`` where it is empty. Raises :class:`Refused` naming the field."""
    if not text.strip() and not needed:
        return None
    try:
        return values.day(text)
    except values.Wrong as wrong:
        raise Refused(f"{label}：“{text[:30]}”{wrong}" if text.strip() else f"{label}：{wrong}") from wrong


def attempt(request: HttpRequest, act: Callable[[], object], said: str) -> bool:
    """Do it, and tell that it was done, or why not; what is not permitted is raised, and what is to be asked about."""
    try:
        act()
    except Refused as refused:
        messages.error(request, str(refused))
        return False
    except PermissionDenied:
        raise
    messages.success(request, said)
    return True
