"""A district with something in every kind of field, and a folder of uploads of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def media(tmp_path: Path, settings: Any) -> Path:
    """The uploads of the platform, two of them."""
    settings.MEDIA_ROOT = tmp_path / "media"
    (settings.MEDIA_ROOT / "uploads").mkdir(parents=True)
    (settings.MEDIA_ROOT / "uploads" / "a1").write_bytes(bytes(range(256)) * 9000)
    (settings.MEDIA_ROOT / "uploads" / "空").write_bytes(b"")
    return Path(settings.MEDIA_ROOT)


@pytest.fixture
def filled(person: Any, media: Path) -> Any:
    """A district with a project, whose table holds what is hard to write down."""
    from jiheng.web.org.models import Unit
    from jiheng.web.plan.models import BudgetYear, Project
    from jiheng.web.plan.services import create_project

    project = create_project(person("clerk"), Unit.objects.get(code="601001"), BudgetYear.objects.get(), "公园\n养护")
    Project.objects.filter(pk=project.pk).update(
        budget_total="12345678901.3456", findings=[{"说": ["“引号”\\", None, 1.5, True]}], purpose="一行\r\n两行\t𠮷"
    )
    return Project.objects.get(pk=project.pk)
