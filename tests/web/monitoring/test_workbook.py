"""A unit fills in all its forms in one workbook: what it changes is shown first, and saved as a whole or not at all."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from .conftest import ACTUAL

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def clerk(client: Any, person: Any, record: Any) -> Any:
    client.force_login(person("clerk"), BACKEND)
    return client


def sheets(data: bytes) -> dict[str, dict[int, dict[int, str]]]:
    from jiheng.readers.workbook_xlsx import xlsx_sheets

    return {s.name: s.rows for s in xlsx_sheets(data)}


def template(client: Any, record: Any) -> dict[str, dict[int, dict[int, str]]]:
    answer = client.get(f"/monitoring/rounds/{record.round_id}/excel/template/")
    assert answer.status_code == 200
    return sheets(answer.content)


def book(found: dict[str, dict[int, dict[int, str]]]) -> SimpleUploadedFile:
    out = BytesIO()
    with xlsxwriter.Workbook(out) as made:
        for name, rows in found.items():
            sheet = made.add_worksheet(name)
            for n, cells in rows.items():
                for k, text in cells.items():
                    sheet.write_string(n, k, text)
    return SimpleUploadedFile("填报.xlsx", out.getvalue())


def fill(found: Any, values: tuple[str, ...] = ACTUAL) -> Any:
    for n, text in enumerate(values, 1):
        found["指标"][n] |= {5: text, 7: "确定能"}
    found["资金和总体"][1][6] = "40"
    return found


def upload(client: Any, record: Any, found: Any) -> Any:
    return client.post(f"/monitoring/rounds/{record.round_id}/excel/", {"unit": record.unit_id, "file": book(found)})


def confirm(client: Any, record: Any, page: Any) -> Any:
    payload = re.search(r'name="payload" value="([^"]+)"', page.content.decode())
    assert payload is not None
    at = f"/monitoring/rounds/{record.round_id}/excel/"
    return client.post(at, {"unit": record.unit_id, "payload": payload[1]}, follow=True)


def test_the_workbook_goes_out_and_comes_back(clerk: Any, record: Any) -> None:
    found = template(clerk, record)
    assert [found["指标"][0][k] for k in (2, 3, 5)] == ["三级指标", "年度指标值", "执行情况"]
    page = upload(clerk, record, fill(found))
    text = page.content.decode()
    assert "将改动 1 个项目的 13 格" in text and "<ins>95%（950/1000）</ins>" in text
    record.refresh_from_db()
    assert record.revision == 0
    assert "已保存 1 个项目" in confirm(clerk, record, page).content.decode()
    record.refresh_from_db()
    assert (record.light, record.is_reported, record.rows.all()[1].numerator) == ("green", True, 950)
    assert "没有改动" in upload(clerk, record, template(clerk, record)).content.decode()


def test_two_bad_cells_are_told_by_place_and_nothing_is_saved(clerk: Any, record: Any) -> None:
    found = fill(template(clerk, record))
    found["指标"][2][5], found["指标"][4][7] = "9/0", "大概"
    page = upload(clerk, record, found)
    told = [(p.row, p.column, p.text) for p in page.context["read"].problems]
    assert told == [(3, "执行情况", "9/0"), (5, "完成可能性", "大概")]
    assert "没有保存任何内容" in page.content.decode() and 'name="payload"' not in page.content.decode()


def test_moved_doubled_and_foreign_rows_are_refused(clerk: Any, record: Any) -> None:
    found = fill(template(clerk, record))
    rows = found["指标"]
    rows[1][2], rows[3][0] = "别的指标", rows[2][0]
    rows[3][2], rows[4][0] = rows[2][2], "999999"
    told = " ".join(p.message for p in upload(clerk, record, found).context["read"].problems)
    assert all(words in told for words in ("行可能错位了", "出现了两次", "不是本单位本期可以填报的监控表"))


def test_a_form_changed_online_meanwhile_is_shown_as_such(clerk: Any, record: Any, person: Any) -> None:
    from jiheng.web.monitoring.services.report import save_cells

    found, other = fill(template(clerk, record)), person("clerk", "clerk2")
    cell = f"row:{record.rows.first().pk}:actual_raw"
    save_cells(other, record.pk, {cell: "1株"}, {})
    page = upload(clerk, record, found)
    assert "网页上已改" in page.content.decode() and "<del>1株</del>" in page.content.decode()
    save_cells(other, record.pk, {cell: "2株"}, {})
    assert "刚刚被改过，没有保存任何内容" in confirm(clerk, record, page).content.decode()
    assert record.rows.first().actual_raw == "2株"


@pytest.mark.parametrize("name, data, told", (
    ("x.xlsx", b"PK\x03\x04 broken", ""), ("x.txt", "只是文字".encode(), "请下载本期的模板"), ("x.xlsx", b"", ""),
))  # fmt: skip
def test_what_is_no_workbook_of_ours_is_refused_in_words(
    clerk: Any, record: Any, name: str, data: bytes, told: str
) -> None:
    answer = clerk.post(
        f"/monitoring/rounds/{record.round_id}/excel/", {"unit": record.unit_id, "file": SimpleUploadedFile(name, data)}
    )
    assert answer.status_code == 200 and 'class="message error"' in answer.content.decode()
    assert told in answer.content.decode()


def test_a_payload_of_ones_own_making_is_refused(clerk: Any, record: Any) -> None:
    at = f"/monitoring/rounds/{record.round_id}/excel/"
    answer = clerk.post(at, {"unit": record.unit_id, "payload": '{"1": [0, {}]}'})
    assert "请重新上传文件" in answer.content.decode()


def test_only_clerks_of_the_unit_reach_it(client: Any, person: Any, record: Any) -> None:
    from jiheng.web.org.models import Unit

    at = f"/monitoring/rounds/{record.round_id}/excel/"
    for role in ("unit_head", "finance_reviewer", "auditor"):
        client.force_login(person(role), BACKEND)
        assert client.get(at).status_code == 403
    client.force_login(person("clerk", "else", Unit.objects.get(code="601002")), BACKEND)
    assert "没有您可以填报的监控表" in client.get(at).content.decode()
    assert client.get(f"{at}template/?unit={record.unit_id}").status_code == 404


def test_what_cannot_be_believed_is_shown_before_it_is_saved(clerk: Any, record: Any) -> None:
    page = upload(clerk, record, fill(template(clerk, record), (*ACTUAL[:5], "212")))
    text = page.content.decode()
    assert "有 1 处疑问" in text and "“212%”超过了 100%，部分不会大于全部。" in text
    assert "已保存 1 个项目" in confirm(clerk, record, page).content.decode()
    assert record.rows.last().light == "yellow"
