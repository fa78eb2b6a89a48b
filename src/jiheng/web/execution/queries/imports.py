"""The imports that a person may see."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from jiheng.web.execution.models import ImportBatch
from jiheng.web.org.permissions import PERMISSIONS


def visible_batches(person: Any) -> QuerySet[ImportBatch]:
    """Those of the places into which this person may import, as :func:`allowed` decides one by one."""
    found = Q(pk__in=[])
    for held in person.held():
        if held.role not in PERMISSIONS["execution.import"][1]:
            continue
        if held.unit_id is not None:
            here = held.units("unit__")
        elif held.department_id is not None:
            here = Q(department=held.department_id) | held.units("unit__")
        else:
            here = Q(budget_year__district=held.district_id)
        found |= here & held.years("budget_year__year")
    place = ("budget_year__district", "department", "unit__department")
    return ImportBatch.objects.filter(found).select_related(*place, "by", "job")
