"""Export of the list: what is filtered is what is in the file, for those who may."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from jiheng.readers import read


@pytest.fixture
def clerk(client: Any, person: Any) -> Any:
    client.force_login(person("clerk"))
    return client


def test_word_export_reads_back_as_it_is_stored(clerk: Any, project: Any, tmp_path: Path) -> None:
    answer = clerk.get("/plan/export/docx/")
    assert answer.status_code == 200
    assert "filename*=UTF-8''" in answer["Content-Disposition"]
    path = tmp_path / "export.docx"
    path.write_bytes(answer.content)
    (found,) = read(path).projects
    assert (found.code, found.name, found.budget.total) == (project.code, project.name, project.budget_total)
    assert [i.target.raw for i in found.indicators] == [i.target_raw for i in project.indicators.all()]
    assert list(found.plan.raw) == [p.raw for p in project.periods.all()]


def test_json_and_excel(clerk: Any, project: Any, tmp_path: Path) -> None:
    stored = json.loads(clerk.get("/plan/export/json/").content)
    assert stored["projects"][0]["name"] == project.name
    path = tmp_path / "export.xlsx"
    path.write_bytes(clerk.get("/plan/export/xlsx/").content)
    assert zipfile.is_zipfile(path)
    assert read(path).projects[0].name == project.name


def test_filters_hold_and_an_empty_export_says_so(clerk: Any, project: Any) -> None:
    answer = clerk.get("/plan/export/json/?q=没有这样的名称", follow=True)
    assert "没有符合条件的项目" in answer.content.decode()
    assert clerk.get("/plan/export/json/?q=补植").status_code == 200


def test_departments_come_as_a_zip(client: Any, person: Any, project: Any, district: Any, year: Any) -> None:
    from jiheng.web.org.models import Department, Unit
    from jiheng.web.plan.models import Project

    other = Department.objects.create(district=district, code="602", name="云溪区交通运输局")
    unit = Unit.objects.create(department=other, code="602001", name="云溪区交通运输局本级")
    Project.objects.create(unit=unit, budget_year=year, name="农村公路养护", budget_total=1)
    client.force_login(person("finance_reviewer"))
    answer = client.get("/plan/export/docx/")
    assert answer["Content-Type"] == "application/zip"
    with zipfile.ZipFile(BytesIO(answer.content)) as archive:
        assert sorted(archive.namelist()) == [
            "云溪区交通运输局2026年绩效文本.docx",
            "云溪区公共服务局2026年绩效文本.docx",
        ]


def test_too_many_are_refused_with_a_way_out(clerk: Any, project: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("jiheng.web.plan.exporting.LIMIT", 0)
    assert "请先按单位或状态筛选" in clerk.get("/plan/export/xlsx/", follow=True).content.decode()


def test_export_is_in_the_audit_trail_and_others_get_nothing(client: Any, person: Any, project: Any) -> None:
    from jiheng.web.supervision.models import AuditEntry

    client.force_login(person("system_admin"))
    assert client.get("/plan/export/xlsx/").status_code == 403
    client.force_login(person("clerk"))
    assert client.get("/plan/export/exe/").status_code == 404
    client.get("/plan/export/xlsx/")
    assert AuditEntry.objects.filter(action="导出绩效目标").count() == 1
