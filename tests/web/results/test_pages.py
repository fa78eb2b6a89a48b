"""The pages of the register."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from python_calamine import CalamineWorkbook

from jiheng.readers.docx import read_docx
from jiheng.web.org.models import Unit
from jiheng.web.results.models import Rectification
from jiheng.web.results.services import Found, raise_item

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


def _as(person: Any) -> Client:
    client = Client()
    client.force_login(person, BACKEND)
    return client


def test_the_register_lists_what_one_may_see(item: Any, clerk: Any, person: Any) -> None:
    stranger = person("clerk", "stranger", Unit.objects.get(code="601002"))
    assert "补植株数没有依据" in _as(clerk).get("/rectification/").content.decode()
    assert "补植株数没有依据" not in _as(stranger).get("/rectification/").content.decode()
    assert _as(stranger).get(f"/rectification/{item.pk}/").status_code == 404
    assert _as(person("system_admin")).get("/rectification/").status_code == 403
    assert Client().get("/rectification/").status_code == 302


def _listed(client: Client, **asked: str) -> list[str]:
    page = client.get("/rectification/", asked).context["page"]
    return [i.title for i in page]


def test_filters(reviewer: Any, project: Any) -> None:
    today = timezone.localdate()
    for title, source, severity in (("甲", "review", "common"), ("乙", "audit", "serious"), ("丙", "audit", "common")):
        raise_item(reviewer, Found(source, title, severity=severity, project=project))
    Rectification.objects.filter(title="甲").update(due_on=today - timedelta(days=1))
    Rectification.objects.filter(title="丙").update(state="closed")
    client = _as(reviewer)
    assert _listed(client) == ["甲", "乙"]
    assert _listed(client, state="overdue") == ["甲"]
    assert _listed(client, state="all", source="audit") == ["乙", "丙"]
    assert _listed(client, state="closed") == ["丙"]
    assert _listed(client, severity="serious") == ["乙"]
    assert _listed(client, q="00002") == ["乙"]
    assert _listed(client, q="没有这样的") == []
    assert _listed(client, unit="nonsense", sort="nonsense", department="-1") == ["甲", "乙"]
    assert client.get("/rectification/").context["sum"] == {
        "all": 3,
        "open": 2,
        "reported": 0,
        "overdue": 1,
        "closed": 1,
    }


def test_the_list_takes_as_many_queries_for_thirty_as_for_three(reviewer: Any, project: Any) -> None:
    client, counts = _as(reviewer), []
    for many in (3, 27):
        for n in range(many):
            raise_item(reviewer, Found("audit", f"问题{n}", project=project))
        client.get("/rectification/")
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get("/rectification/")
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_raise_and_answer_in_the_browser(reviewer: Any, clerk: Any, project: Any) -> None:
    origin = f"project:{project.pk}"
    page = _as(reviewer).get("/rectification/new/", {"origin": origin})
    assert "道路绿化补植" in page.content.decode()
    made = _as(reviewer).post("/rectification/new/", {"origin": origin, "title": "单价偏高", "severity": "serious"})
    item = Rectification.objects.get()
    assert made["Location"] == f"/rectification/{item.pk}/"
    assert (item.project, item.source, item.origin) == (project, "review", project)
    steps = f"/rectification/{item.pk}/step/"
    _as(clerk).post(steps, {"step": "plan", "measures": "重新询价。"})
    told = _as(clerk).post(steps, {"step": "report", "outcome": ""}, follow=True).content.decode()
    assert "请写明整改结果" in told
    _as(clerk).post(steps, {"step": "report", "outcome": "已按最低价修改。"})
    assert "核验销号" in _as(reviewer).get(f"/rectification/{item.pk}/").content.decode()
    _as(reviewer).post(steps, {"step": "close", "text": "属实。"})
    item.refresh_from_db()
    assert item.state == "closed"


def test_about_a_unit_without_a_project(reviewer: Any, year: Any) -> None:
    unit = Unit.objects.get(code="601002")
    asked = {"unit": unit.pk, "year": year.pk, "source": "audit", "title": "台账不全", "severity": "common"}
    _as(reviewer).post("/rectification/new/", asked)
    item = Rectification.objects.get()
    assert (item.unit, item.project, item.due_on) == (unit, None, timezone.localdate() + timedelta(days=15))


def test_what_was_typed_is_still_there_after_an_error(reviewer: Any, year: Any) -> None:
    asked = {"year": year.pk, "source": "audit", "title": "台账不全", "unit": "", "due_on": ""}
    page = _as(reviewer).post("/rectification/new/", {**asked, "severity": "common"}).content.decode()
    assert "请选择责任单位和年度" in page
    assert 'value="台账不全"' in page
    assert not Rectification.objects.exists()


@pytest.mark.parametrize("origin", ("project:999999", "nonsense", "project:x", "org.person:1"))
def test_an_origin_one_may_not_see_is_none(reviewer: Any, origin: str) -> None:
    assert "责任单位" in _as(reviewer).get("/rectification/new/", {"origin": origin}).content.decode()


def test_excel_has_every_row_as_text(item: Any, reviewer: Any) -> None:
    closed = datetime(2026, 3, 9, 17, 5, tzinfo=UTC)  # 01:05 of the next day in Beijing
    Rectification.objects.update(measures='=HYPERLINK("http://x")', outcome="第一行\n第二行", closed_at=closed)
    answer = _as(reviewer).get("/rectification/export/xlsx/")
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    said = dict(zip(sheet[0], sheet[1], strict=True))
    assert said["编号"] == "139901-2026-00001"
    assert said["整改措施"] == '=HYPERLINK("http://x")'
    assert said["整改结果"] == "第一行\n第二行"
    assert said["销号日期"] == "2026-03-10"


def test_word_has_every_row(item: Any, reviewer: Any) -> None:
    answer = _as(reviewer).get("/rectification/export/docx/")
    text = str(read_docx(answer.content))
    assert "整改台账" in text
    assert "补植株数没有依据" in text
    assert item.number in text


def test_export_of_nothing_and_of_unknown_kinds(reviewer: Any, year: Any) -> None:
    assert _as(reviewer).get("/rectification/export/xlsx/").status_code == 200
    assert _as(reviewer).get("/rectification/export/exe/").status_code == 404
