"""What is done last in a transaction, and what becomes of it where the transaction is undone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import jiheng.web
from jiheng.web import transaction
from jiheng.web.org.models import District
from jiheng.web.supervision.models import AuditEntry
from jiheng.web.supervision.queries import verify
from jiheng.web.supervision.services import record

pytestmark = pytest.mark.django_db
DJANGOS_OWN = {"transaction.py", "backup/restoring.py"}
"""The module itself; and the restoring, which writes its entry before it exchanges the files."""


@transaction.atomic
def undone(action: str, target: Any) -> None:
    """Record, and fail."""
    record(action, target)
    raise ValueError(action)


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("sequence").values_list("action", flat=True))


def test_what_is_recorded_is_written_together_at_the_end(district: Any) -> None:
    with transaction.atomic():
        record("甲", district)
        with transaction.atomic():
            record("乙", district)
        assert actions() == []
    assert actions() == ["甲", "乙"]
    assert verify() == (2, None)


def test_an_entry_tells_of_its_object_as_it_was_then(district: Any) -> None:
    said = {"name": "旧"}
    with transaction.atomic():
        record("改名", district, said)
        said["name"] = district.name = "新"
        key = district.pk
        district.pk = None
    entry = AuditEntry.objects.get()
    assert (entry.object_id, entry.object_name, entry.before) == (str(key), "云溪区", '{"name": "旧"}')


def test_what_a_part_that_was_undone_recorded_is_forgotten_and_no_more(district: Any) -> None:
    with transaction.atomic():
        record("甲", district)
        with pytest.raises(ValueError, match="乙"):
            undone("乙", district)
        record("丙", district)
    assert actions() == ["甲", "丙"]


def test_a_transaction_that_is_undone_records_nothing(district: Any) -> None:
    with pytest.raises(ValueError, match="甲"):
        undone("甲", district)
    record("乙", district)
    assert (actions(), verify()) == (["乙"], (1, None))


def test_an_entry_that_cannot_be_written_undoes_the_change(district: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    @transaction.atomic
    def rename() -> None:
        District.objects.filter(pk=district.pk).update(name="新")
        record("改名", district)

    monkeypatch.setattr(AuditEntry.objects, "bulk_create", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        rename()
    assert District.objects.get().name == "云溪区"


def test_a_decorated_function_runs_as_often_as_it_is_called(district: Any) -> None:
    @transaction.atomic
    def twice(times: int) -> None:
        if times:
            record(f"第{times}次", district)
            twice(times - 1)

    twice(2)
    twice(1)
    assert actions() == ["第2次", "第1次", "第1次"]


def test_services_take_transactions_from_here_and_locks_from_their_module() -> None:
    root = Path(jiheng.web.__file__).parent
    texts = {p.relative_to(root).as_posix(): p.read_text("utf-8") for p in root.rglob("*.py")}
    own = {
        name for name, text in texts.items()
        if "django.db.transaction" in text
        or any(line.startswith("from django.db import") and "transaction" in line for line in text.splitlines())
    }  # fmt: skip
    assert own == DJANGOS_OWN
    assert {name for name, text in texts.items() if "select_for_update" in text} == {"locks.py"}
