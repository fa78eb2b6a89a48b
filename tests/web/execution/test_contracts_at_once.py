"""Contracts and procurements that somebody else has changed or removed since they were read."""

from __future__ import annotations

from typing import Any

import pytest

from jiheng.web.execution.models import Contract
from jiheng.web.execution.services.procurement import remove_contract, save_contract
from jiheng.web.plan.services.errors import Refused
from jiheng.web.supervision.models import AuditEntry

pytestmark = pytest.mark.django_db


def save(clerk: Any, project: Any, kept: Contract | None, name: str) -> Contract:
    return save_contract(
        clerk, project, kept, name=name, number="", supplier="", amount=100, signed_on=None, procurement=None
    )


def test_the_trail_tells_what_stood_there_not_what_was_read(project: Any, clerk: Any) -> None:
    made = save(clerk, project, None, "甲")
    mine, theirs = Contract.objects.get(pk=made.pk), Contract.objects.get(pk=made.pk)
    save(clerk, project, theirs, "乙")
    save(clerk, project, mine, "丙")
    last = AuditEntry.objects.order_by("-sequence")[0]
    assert ("乙" in last.before, "丙" in last.after) == (True, True)


def test_what_was_removed_meanwhile_does_not_come_back(project: Any, clerk: Any) -> None:
    made = save(clerk, project, None, "甲")
    mine = Contract.objects.get(pk=made.pk)
    remove_contract(clerk, Contract.objects.get(pk=made.pk))
    with pytest.raises(Refused, match="已经被删除"):
        save(clerk, project, mine, "丙")
    with pytest.raises(Refused, match="已经被删除"):
        remove_contract(clerk, mine)
    assert not Contract.objects.exists()
