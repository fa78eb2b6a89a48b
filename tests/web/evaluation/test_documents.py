"""Files: the official table and report in Word and Excel; many in the background, whole or not at all."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import unquote

import docx
import pytest
from python_calamine import CalamineWorkbook

pytestmark = pytest.mark.django_db


def words_of(data: bytes) -> str:
    document = docx.Document(io.BytesIO(data))
    cells = [c.text for t in document.tables for r in t.rows for c in r.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


def rows_of(data: bytes, sheet: str) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name(sheet).to_python()


def test_the_word_table_says_what_the_form_says(enter: Any, filled: Any, write: Any) -> None:
    write(filled, given=("10",), given_reason=("补植时间偏晚。",), deviation=("苗木到货晚。",))
    answer = enter("clerk").get(f"/evaluation/{filled.pk}/docx/")
    text = words_of(answer.content)
    for said in ("项目支出绩效自评表", "道路绿化补植", "云溪区公共服务局", "40.00", "36.00", "90.00%", "≥800株", "490元/株",
                 "按规则计 12.5 分，调整为 10 分：补植时间偏晚。", "苗木到货晚。", "96.5", "等级：优"):  # fmt: skip
        assert said in text
    assert "道路绿化补植2026年绩效自评表.docx" in unquote(answer["Content-Disposition"])


def test_the_report_explains_every_point(enter: Any, filled: Any) -> None:
    text = words_of(enter("clerk").get(f"/evaluation/{filled.pk}/report/").content)
    for said in ("一、项目基本情况", "二、自评结论", "总分 99 分，评价等级为“优”", "完成值 800株，指标值 800株，达到目标",
                 "执行率 90%，10 分计 9 分", "五、其他需要说明的情况", "没有佐证资料"):  # fmt: skip
        assert said in text


def test_the_workbook_of_one_and_of_many(enter: Any, filled: Any, make_project: Any, opened: Any) -> None:
    one = rows_of(enter("clerk").get(f"/evaluation/{filled.pk}/xlsx/").content, "自评表")
    assert any("≥800株" in row and "800株" in row for row in one)
    make_project("园路修缮")
    opened()
    data = enter("clerk").get("/evaluation/export/xlsx/?year=2026").content
    head, *lines = rows_of(data, "自评汇总")
    assert head[4] == "项目名称" and [line[4] for line in lines] == ["道路绿化补植", "园路修缮"]
    said = dict(zip(head, lines[0], strict=True))
    assert said["执行率（%）"] == 90.0
    assert "没有佐证资料" in said["核查问题"] and "。；" not in said["核查问题"]
    assert lines[0][9] == 99.0 and len(rows_of(data, "指标明细")) == 13
    assert rows_of(data, "自评表2")


def test_many_forms_are_written_in_the_background(
    enter: Any, filled: Any, settings: Any, tmp_path: Any, monkeypatch: Any
) -> None:
    from jiheng.web.evaluation.services import exporting
    from jiheng.web.jobs.models import Job
    from jiheng.web.jobs.services import perform

    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(exporting, "AT_ONCE", 0)
    client = enter("clerk")
    answer = client.get("/evaluation/export/docx/?year=2026")
    job = Job.objects.get(kind=exporting.JOB)
    assert answer["Location"] == f"/evaluation/export/{job.pk}/"
    assert client.get(answer["Location"] + "?file=1").status_code == 404
    real = exporting.write_many

    def dies(*args: Any) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr(exporting, "write_many", dies)
    with pytest.raises(KeyboardInterrupt):
        perform(job.pk)
    assert list(tmp_path.rglob("*.docx")) == []
    monkeypatch.setattr(exporting, "write_many", real)
    Job.objects.update(state=Job.State.WAITING)
    perform(job.pk)
    assert "已生成 1 份自评表" in client.get(answer["Location"]).content.decode()
    data = b"".join(client.get(answer["Location"] + "?file=1").streaming_content)
    assert "道路绿化补植" in words_of(data)
    assert enter("auditor").get(answer["Location"]).status_code == 404


def test_nothing_and_too_much_are_refused(enter: Any, filled: Any, monkeypatch: Any) -> None:
    from jiheng.web.evaluation.services import exporting

    client = enter("clerk")
    answer = client.get("/evaluation/export/xlsx/?year=2026&q=没有的", follow=True)
    assert "没有符合条件的自评表" in answer.content.decode()
    monkeypatch.setattr(exporting, "AT_ONCE", 0)
    monkeypatch.setattr(exporting, "MOST", 0)
    assert "一次最多导出 0 份" in client.get("/evaluation/export/xlsx/?year=2026", follow=True).content.decode()
