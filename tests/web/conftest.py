"""A district with people, for the platform's tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from whitenoise.middleware import WhiteNoiseMiddleware


def _may_differ(item: Any) -> bool:
    """Whether a test asks the database, and what it asks may come out otherwise on another server."""
    asks = item.get_closest_marker("django_db") or {"db", "transactional_db", "live_server"} & set(item.fixturenames)
    return bool(asks) and item.get_closest_marker("one_database") is None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[Any]) -> None:
    """tools/databases.py repeats on its servers what may differ there, and no more."""
    if os.environ.get("JIHENG_TEST_DATABASE_URL"):
        config.hook.pytest_deselected(items=[item for item in items if not _may_differ(item)])
        items[:] = filter(_may_differ, items)


@pytest.fixture(scope="session", autouse=True)
def static_files_once() -> Iterator[None]:
    """Each test client builds its own middleware, and WhiteNoise with it a table of all static files: one will do."""
    listed: dict[str, Any] = {}
    look = WhiteNoiseMiddleware.add_files_from_finders

    def remember(self: Any) -> None:
        if not listed:
            look(self)
            listed.update(self.files)
        self.files.update(listed)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", remember)
        yield


@pytest.fixture(scope="module")
def module_transaction(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A transaction around the tests of a module, each of which works in a savepoint of it: what the module's own
    fixtures put into the database is made once, and every test finds it as it was made."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def district(db: None) -> Any:
    """One district with a department of two units and an open year."""
    from jiheng.web.org.models import Department, District, Unit
    from jiheng.web.plan.models import BudgetYear

    made = District.objects.create(code="139901", name="云溪区")
    department = Department.objects.create(district=made, code="601", name="云溪区公共服务局")
    Unit.objects.create(department=department, code="601001", name="云溪区公共服务局本级")
    Unit.objects.create(department=department, code="601002", name="云溪区公园管理中心")
    BudgetYear.objects.create(district=made, year=2026, pack="hebei-2023")
    return made


@pytest.fixture
def person(district: Any) -> Any:
    """``person("clerk")``: an account with this role at the first unit, its department or the district."""
    from jiheng.web.org.models import Department, Person, RoleAssignment, Unit
    from jiheng.web.org.roles import DEPARTMENT_ROLES, UNIT_ROLES, Role

    def make(role: str, username: str = "", unit: Any = None) -> Any:
        at = unit or Unit.objects.get(code="601001")
        someone = Person.objects.create_user(
            username or role, Role(role).label, "Ceshi-2026-mima", must_change_password=False, unit=at
        )
        RoleAssignment.objects.create(
            person=someone,
            role=role,
            district=district,
            department=at.department if Role(role) in UNIT_ROLES | DEPARTMENT_ROLES else None,
            unit=at if Role(role) in UNIT_ROLES else None,
        )
        return someone

    assert Department.objects.exists()
    return make


@pytest.fixture
def with_codes() -> Any:
    """``with_codes(person)``: one-time codes are asked of them from now on; the secret of their app."""
    import pyotp

    from jiheng.web.org.models import Person
    from jiheng.web.org.services.codes import purpose_of
    from jiheng.web.protection.sealing import seal

    def make(someone: Any) -> str:
        secret = pyotp.random_base32()
        Person.objects.filter(pk=someone.pk).update(totp_secret=seal(secret, purpose_of(someone.pk)))
        return secret

    return make
