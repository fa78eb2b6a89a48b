"""Two projects, the reviewer of their department, and lists that are sent and read."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from jiheng.web.execution.importing import batches
from jiheng.web.execution.models import ImportBatch
from jiheng.web.jobs.services import perform

CODE = "13990126P000141100015"


@pytest.fixture
def projects(make_project: Any) -> tuple[Any, Any]:
    return make_project(code=CODE), make_project("河道清淤", "10", "2", unit="601002")


@pytest.fixture
def reviewer(person: Any) -> Any:
    return person("department_reviewer")


@pytest.fixture
def done() -> Any:
    """``done(batch)``: the batch after the background work asked for with it."""

    def work(batch: ImportBatch) -> ImportBatch:
        assert batch.job_id is not None
        perform(batch.job_id)
        return ImportBatch.objects.get(pk=batch.pk)

    return work


@pytest.fixture
def bring(reviewer: Any, year: Any, projects: Any, done: Any) -> Any:
    """``bring(text or bytes)``: received and read, as the department's reviewer sends it."""

    def send(content: str | bytes, name: str = "三月.xlsx", kind: str = "payment", by: Any = None) -> ImportBatch:
        person = by or reviewer
        place = batches.places_for(person, year)[0]
        if isinstance(content, str):
            batch, _ = batches.receive_pasted(person, year, place, kind, content)
        else:
            batch, _ = batches.receive(person, year, place, kind, SimpleUploadedFile(name, content))
        read: ImportBatch = done(batch)
        return read

    return send
