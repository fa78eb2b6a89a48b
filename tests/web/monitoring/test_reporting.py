"""The monitoring report is made in the background, with tables and charts that Word can edit."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Any

import pytest

from .conftest import ACTUAL, fill, filled

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def red(person: Any, record: Any) -> Any:
    from jiheng.web.monitoring.services.report import save_cells

    cells = filled(record, ("50株", *ACTUAL[1:]))
    first = record.rows.first().pk
    save_cells(person("clerk"), record.pk, cells | {f"row:{first}:reasons": "人员保障"}, {})
    return record


def test_the_report_is_made_and_fetched_by_who_asked(
    client: Any, person: Any, red: Any, settings: Any, tmp_path: Any
) -> None:
    from jiheng.readers.docx import read_docx
    from jiheng.web.jobs.models import Job
    from jiheng.web.jobs.services import perform

    settings.MEDIA_ROOT = tmp_path
    client.force_login(person("finance_reviewer"), BACKEND)
    client.post(f"/monitoring/rounds/{red.round_id}/report/")
    job = Job.objects.get(kind="monitoring.report_document")
    waiting = client.get(f"/monitoring/report/{job.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "等待中" in waiting and "hx-get" in waiting and "href" not in waiting
    perform(job.pk)
    made = client.get(f"/monitoring/report/{job.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert f'href="/monitoring/report/{job.pk}/"' in made and "hx-get" not in made
    job.refresh_from_db()
    assert (job.state, job.result["name"]) == ("done", "云溪区公共服务局本级2026年10月底预算绩效运行监控报告.docx")
    data = b"".join(client.get(f"/monitoring/report/{job.pk}/").streaming_content)
    with zipfile.ZipFile(BytesIO(data)) as archive:
        names = set(archive.namelist())
        assert archive.testzip() is None
    assert {"word/charts/chart1.xml", "word/charts/chart2.xml", "word/embeddings/chart2.xlsx"} <= names
    said = " ".join(b.text if hasattr(b, "text") else str(b.rows) for b in read_docx(data).blocks)
    for words in ("数据截至2026年10月31日", "偏离项目1个", "人员保障", "道路绿化补植", "尚未报送监控表", "执行率80%"):
        assert words in said, words
    client.force_login(person("auditor"), BACKEND)
    assert client.get(f"/monitoring/report/{job.pk}/").status_code == 404


def test_who_signs_is_the_finance_bureau_for_a_district_and_else_the_place_itself(record: Any) -> None:
    from jiheng.readers.docx import read_docx
    from jiheng.web.monitoring.models import MonitoringRecord
    from jiheng.web.monitoring.queries.report_document import write
    from jiheng.web.org.models import District

    for place, signed in (("云溪区", "云溪区财政局"), ("云溪区公共服务局", "云溪区公共服务局")):
        content, _ = write(record.round, MonitoringRecord.objects.all(), place, "2026年11月2日")
        lines = [b.text for b in read_docx(content).blocks if hasattr(b, "text")]
        assert lines[lines.index("2026年11月2日") - 1] == signed
    bureaus = [District(name=name).finance_bureau for name in ("青岚省", "青岚自治区", "青岚市")]
    assert bureaus == ["青岚省财政厅", "青岚自治区财政厅", "青岚市财政局"]


def test_sections_without_anything_to_tell_are_left_out(person: Any, record: Any) -> None:
    from jiheng.web.monitoring.models import MonitoringRecord
    from jiheng.web.monitoring.queries.report_document import Report, blocks_of
    from jiheng.web.monitoring.services.report import save_cells

    save_cells(person("clerk"), record.pk, filled(record), {})
    MonitoringRecord.objects.update(state="accepted")
    blocks = blocks_of(Report(record.round, MonitoringRecord.objects.all(), "云溪区"))
    heads = [b.words for b in blocks if hasattr(b, "level")]
    assert heads == ["一、监控工作开展情况", "二、预算执行情况", "三、绩效目标实现情况", "四、下一步工作建议"]


def test_tables_add_up_and_are_numbered_as_they_come(more: Any, planned_round: Any) -> None:
    from jiheng.web.monitoring.models import MonitoringRecord
    from jiheng.web.monitoring.queries.report_document import Report, blocks_of
    from jiheng.web.org.models import Unit

    more(2, Unit.objects.get(code="601002"))
    found = fill(planned_round)
    tables = [b for b in blocks_of(Report(found, MonitoringRecord.objects.all(), "云溪区")) if hasattr(b, "caption")]
    assert [t.caption[:2] for t in tables] == ["表1", "表2", "表3", "表4", "表5"]
    assert [row[0] for row in tables[0].rows] == ["云溪区公共服务局本级", "云溪区公园管理中心", "合计"]
    lights, money = (list(t.rows)[-1] for t in tables[:2])
    assert (lights[1], lights[4], lights[6]) == ("3", "2", "0")  # of three two are off, and none has reported
    assert money == ["合计", "60.00", "32.00", "53.33%"]
    MonitoringRecord.objects.filter(light="red").delete()
    tables = [b for b in blocks_of(Report(found, MonitoringRecord.objects.all(), "云溪区")) if hasattr(b, "caption")]
    assert [t.caption for t in tables][3:] == ["表4　未报送单位"]
    assert [row[0] for row in tables[0].rows] == ["云溪区公共服务局本级"]


def test_asking_where_nothing_may_be_seen_makes_nothing(client: Any, person: Any, record: Any) -> None:
    from jiheng.web.jobs.models import Job
    from jiheng.web.org.models import Unit

    client.force_login(person("clerk", "else", Unit.objects.get(code="601002")), BACKEND)
    assert client.post(f"/monitoring/rounds/{record.round_id}/report/").status_code == 404
    assert not Job.objects.filter(kind="monitoring.report_document").exists()
