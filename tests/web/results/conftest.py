"""A project with an item of the register."""

from __future__ import annotations

import importlib.util
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone


def _plan() -> Any:
    path = Path(__file__).parents[1] / "plan" / "conftest.py"
    spec = importlib.util.spec_from_file_location("plan_fixtures_for_results", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


year, project = _plan().year, _plan().project


@pytest.fixture
def reviewer(person: Any) -> Any:
    return person("finance_reviewer")


@pytest.fixture
def clerk(person: Any) -> Any:
    return person("clerk")


@pytest.fixture
def item(reviewer: Any, clerk: Any, project: Any) -> Any:
    """Raised by the finance reviewer, due in ten days."""
    from jiheng.web.results.services import Found, raise_item

    due = timezone.localdate() + timedelta(days=10)
    return raise_item(reviewer, Found("review", "补植株数没有依据", "请补充测算过程。", project=project, due_on=due))
