"""Forms go out as a workbook, are filled in offline, and come back: what changed is shown, nothing is lost unseen."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from lxml import etree

from jiheng import stamp
from jiheng.readers import read_bytes
from jiheng.readers.stamps import sheet_keys
from jiheng.web.jobs.models import Job
from jiheng.web.jobs.services import perform
from jiheng.web.org.models import Unit
from jiheng.web.plan import mapping, offline
from jiheng.web.plan.models import BudgetYear, Comment, Project, Upload
from jiheng.web.plan.services import create_project, save_cells, undo
from jiheng.writers.form_excel import Form, write_forms

pytestmark = pytest.mark.django_db
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def typed(data: bytes, values: dict[str, str], sheet: int = 1) -> bytes:
    """The workbook with these texts typed into cells of its sheet (1 is the first form)."""
    out, name = BytesIO(), f"xl/worksheets/sheet{sheet + 1}.xml"
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            content = source.read(part)
            if part == name:
                root = etree.fromstring(content)
                cells = {c.get("r"): c for c in root.iter(f"{MAIN}c")}
                for place, text in values.items():
                    cell = cells[place]
                    for child in list(cell):
                        cell.remove(child)
                    cell.set("t", "inlineStr")
                    etree.SubElement(etree.SubElement(cell, f"{MAIN}is"), f"{MAIN}t").text = text
                content = etree.tostring(root)
            target.writestr(part, content)
    return out.getvalue()


@pytest.fixture
def clerk(client: Any, person: Any) -> Any:
    someone = person("clerk")
    client.force_login(someone, "django.contrib.auth.backends.ModelBackend")
    client.person = someone
    return client


def download(client: Any, *projects: Project, path: str = "") -> bytes:
    answer = client.get(f"/plan/offline/{path}", {"project": [p.pk for p in projects]})
    assert answer.status_code == 200, answer.content.decode()
    assert "filename*=UTF-8''" in answer["Content-Disposition"]
    return bytes(answer.content)


def upload(client: Any, data: bytes, name: str = "填好.xlsx") -> Upload:
    place = {"unit": Unit.objects.get(code="601001").pk, "year": BudgetYear.objects.get(year=2026).pk}
    client.post("/import/", place | {"files": [SimpleUploadedFile(name, data)]})
    perform(Job.objects.latest("pk").pk)
    return Upload.objects.latest("pk")


def preview(client: Any, brought: Upload) -> str:
    return client.get(f"/import/{brought.pk}/").content.decode()


def apply(client: Any, brought: Upload, action: str, seen: int | None = None, n: int = 1) -> str:
    posted = {f"action:{n}": action} | ({} if seen is None else {f"seen:{n}": seen})
    return client.post(f"/import/{brought.pk}/", posted, follow=True).content.decode()


def test_the_reader_reads_the_forms_as_they_are(clerk: Any, project: Project) -> None:
    data = download(clerk)
    document = read_bytes(data, "表.xlsx")
    (found,) = document.projects
    ours = mapping.to_project(Project.objects.get(pk=project.pk))
    assert (found.code, found.name, found.budget, found.purpose) == (ours.code, ours.name, ours.budget, ours.purpose)
    assert (found.plan, found.goals, found.indicators) == (ours.plan, ours.goals, ours.indicators)
    assert (found.unit_code, found.unit_name, found.title) == (ours.unit_code, ours.unit_name, ours.name)
    assert document.warnings == ()


def test_labels_are_protected_values_open_and_categories_offered(clerk: Any, project: Project) -> None:
    with zipfile.ZipFile(BytesIO(download(clerk))) as archive:
        form, styles = (etree.fromstring(archive.read(f"xl/{p}")) for p in ("worksheets/sheet2.xml", "styles.xml"))
        lists = archive.read("xl/sharedStrings.xml").decode()
    assert form.find(f"{MAIN}sheetProtection").get("sheet") == "1"
    formats = styles.find(f"{MAIN}cellXfs")
    style = {c.get("r"): formats[int(c.get("s", 0))] for c in form.iter(f"{MAIN}c")}
    protection = {place: style[place].find(f"{MAIN}protection") for place in ("A3", "B3", "E3", "D12", "F12")}
    assert [place for place, p in protection.items() if p is not None and p.get("locked") == "0"] == [
        "B3", "E3", "D12", "F12",
    ]  # fmt: skip
    codes = {n.get("numFmtId"): n.get("formatCode") for n in styles.iter(f"{MAIN}numFmt")}
    assert codes[style["C4"].get("numFmtId")] == "0.00##"
    rules = {r.get("sqref"): r.findtext(f"{MAIN}formula1") for r in form.iter(f"{MAIN}dataValidation")}
    assert any("选项" in (formula or "") and "OFFSET" in (formula or "") for formula in rules.values())
    assert "可持续影响指标" in lists and "服务对象满意度" in lists


def test_nothing_typed_is_nothing_changed(clerk: Any, project: Project) -> None:
    brought = upload(clerk, download(clerk))
    page = preview(clerk, brought)
    assert "没有改动" in page and 'class="pair"' not in page
    assert "不导入 1 个" in apply(clerk, brought, "skip")
    assert Project.objects.get().revision == 0


def test_what_was_typed_is_shown_cell_for_cell_and_saved_alone(clerk: Any, project: Project) -> None:
    kept = list(project.indicators.values_list("pk", flat=True))
    Comment.objects.create(project=project, cell=f"indicator:{kept[5]}:target_raw", text="再高些", author=clerk.person)
    Project.objects.filter(pk=project.pk).update(purpose="第一行\n\n第二行，两  个空格", title="另一个表名")
    brought = upload(clerk, typed(download(clerk), {"C4": "45", "F17": "≤90%", "B7": "20", "C9": "2026年补植800株。"}))
    page = preview(clerk, brought)
    assert "4 处不同" in page and "V301" in page and "沿街居民满意度 · 指标值" in page and "按文件修改" in page
    assert "修改 1 个" in apply(clerk, brought, "replace", 0)
    found = Project.objects.get()
    assert (str(found.budget_total), found.purpose, found.title) == (
        "45.0000",
        "第一行\n\n第二行，两  个空格",
        "另一个表名",
    )
    assert [g.text for g in found.goals.all()][1:] == ["2026年补植800株。"]
    assert [p.raw for p in found.periods.all()] == ["20", "40", "80", "100"]
    assert list(found.indicators.values_list("pk", flat=True)) == kept
    assert (found.indicators.last().target_raw, found.errors > 0) == ("≤90%", True)
    undo(clerk.person, found.pk)
    assert Project.objects.get().indicators.last().target_raw == "≥90%"


def test_rows_are_emptied_added_and_sorted(clerk: Any, project: Project) -> None:
    blank = dict.fromkeys((f"{c}12" for c in "BCDEFG"), "")
    new = dict(
        zip(
            (f"{c}19" for c in "BCDEFG"), ("效益指标", "生态效益指标", "养护绿地", "面积", "=10亩", "计划"), strict=True
        )
    )
    brought = upload(clerk, typed(download(clerk), blank | new))
    page = preview(clerk, brought)
    assert "新增指标" in page and "删去指标" in page
    apply(clerk, brought, "replace", 0)
    assert [i.name for i in Project.objects.get().indicators.all()] == [
        "补植行道树成活率", "补植完成时间", "补植行道树单价", "补植道路绿化覆盖率", "沿街居民满意度", "养护绿地",
    ]  # fmt: skip
    assert Project.objects.get().indicators.last().target_raw == "=10亩"


def test_rows_prepared_and_not_filled_stay(clerk: Any, year: Any) -> None:
    made = create_project(clerk.person, Unit.objects.get(code="601001"), year, "新建的")
    data = typed(download(clerk), {f"{c}11": t for c, t in zip("DF", ("补植数量", "≥5株"), strict=True)})
    apply(clerk, upload(clerk, data), "replace", 0)
    rows = list(Project.objects.get(pk=made.pk).indicators.all())
    assert [r.level2 for r in rows] == [
        "数量指标", "质量指标", "时效指标", "成本指标", "社会效益指标", "服务对象满意度",
    ]  # fmt: skip
    assert (rows[0].name, rows[0].target_raw) == ("补植数量", "≥5株")


def test_what_was_changed_online_meanwhile_is_a_conflict(clerk: Any, project: Project, person: Any) -> None:
    data = typed(download(clerk), {"F17": "≥95%"})
    save_cells(person("clerk", "second"), project.pk, {"purpose": "线上改的用途"}, 0)
    brought = upload(clerk, data)
    page = preview(clerk, brought)
    assert "冲突 · 2 处不同" in page and "改过：资金用途" in page
    assert '<option value="skip" selected' in page
    save_cells(clerk.person, project.pk, {"name": "又改了名"}, 1)
    assert "预览之后又在线上改过" in apply(clerk, brought, "replace", 1)
    assert Project.objects.get().purpose == "线上改的用途"
    apply(clerk, brought, "replace", 2)
    assert Project.objects.get().indicators.last().target_raw == "≥95%"


def test_a_sheet_left_as_it_was_never_conflicts(clerk: Any, project: Project) -> None:
    data = download(clerk)
    save_cells(clerk.person, project.pk, {"purpose": "线上改的用途"}, 0)
    brought = upload(clerk, data)
    assert "以线上为准" in preview(clerk, brought)
    apply(clerk, brought, "skip")
    assert Project.objects.get().purpose == "线上改的用途"


def test_empty_forms_become_projects_once(clerk: Any, project: Project, year: Any) -> None:
    data = typed(download(clerk, path="blank/"), {"E3": "口袋公园建设", "C4": "12.5", "C8": "建成口袋公园"}, 2)
    brought = upload(clerk, data)
    assert brought.error == ""
    page = preview(clerk, brought)
    assert page.count("新项目</span>") == 1
    assert "新增 1 个" in apply(clerk, brought, "new")
    made = Project.objects.get(name="口袋公园建设")
    assert (str(made.budget_total), made.unit.code, made.title, made.order) == ("12.5000", "601001", "", 1)
    again = upload(clerk, data)
    assert "没有改动" in preview(clerk, again) or "冲突" in preview(clerk, again)
    apply(clerk, again, "skip")
    assert Project.objects.filter(name="口袋公园建设").count() == 1


@pytest.mark.parametrize(
    "spoil, words",
    (
        (lambda d, p: typed(d, {"AA1": ""}), "不是从本平台下载的表"),
        (lambda d, p: typed(d, {"AA1": stamp.stamp("1.2.3:forged")}), "来自另一套系统，或被改动过"),
        (lambda d, p: typed(d, {"E3": ""}), "没有填写项目名称"),
    ),
)
def test_strange_sheets_are_refused_with_words(clerk: Any, project: Project, spoil: Any, words: str) -> None:
    create_project(clerk.person, project.unit, project.budget_year, "另一个项目")
    brought = upload(clerk, spoil(download(clerk), project))
    assert (brought.state, words in brought.error) == ("failed", True), brought.error
    assert "没有导入任何内容" in brought.error
    assert words in clerk.get("/import/").content.decode()


def test_copies_other_years_and_deleted_projects_are_refused(clerk: Any, project: Project, district: Any) -> None:
    row = Project.objects.get(pk=project.pk)
    form = Form(mapping.to_project(row), offline.SheetKey(row.pk, 0, "", row.unit_id, row.budget_year_id).signed(), "a")
    brought = upload(clerk, write_forms([form, form], {}, ""))
    assert "是同一个项目的表，请只留一张" in brought.error
    data = download(clerk)
    later = BudgetYear.objects.create(district=district, year=2027, pack="hebei-2023")
    key = offline.SheetKey(row.pk, 0, "", row.unit_id, later.pk).signed()
    assert "另一个预算年度" in upload(clerk, write_forms([Form(form.project, key, "a")], {}, "")).error
    project.delete()
    assert "已在线上删除" in upload(clerk, data).error


def test_forms_are_for_those_who_write_them(client: Any, person: Any, project: Project) -> None:
    client.force_login(person("finance_reviewer"))
    assert client.get("/plan/offline/").status_code == 403
    other = person("clerk", "other", unit=Unit.objects.get(code="601002"))
    client.force_login(other)
    assert (
        "没有可以离线填写的草稿" in client.get("/plan/offline/", {"project": project.pk}, follow=True).content.decode()
    )
    assert client.get("/plan/offline/blank/", {"unit": project.unit_id}).status_code == 404
    Project.objects.filter(pk=project.pk).update(state="submitted")
    client.force_login(person("clerk"))
    assert "没有可以离线填写的草稿" in client.get("/plan/offline/", follow=True).content.decode()


def test_who_sends_one_file_lands_at_its_preview(clerk: Any, project: Project) -> None:
    data = typed(download(clerk), {"E3": "另一个名称"})
    place = {"unit": project.unit_id, "year": project.budget_year_id}
    sent = clerk.post("/import/", place | {"files": [SimpleUploadedFile("填好.xlsx", data)]})
    job = Job.objects.get()
    assert sent["Location"] == f"/import/?job={job.pk}"
    assert clerk.get(sent["Location"]).status_code == 200
    perform(job.pk)
    address = f"/import/{Upload.objects.get().pk}/"
    assert clerk.get(f"/import/job/{job.pk}/")["HX-Redirect"] == clerk.get(sent["Location"])["Location"] == address


def test_instructions_and_lists_are_no_forms(clerk: Any, project: Project) -> None:
    data = download(clerk)
    (name,) = sheet_keys(data, "xlsx")
    assert name == "1 道路绿化补植"
    key = offline.SheetKey.of(sheet_keys(data, "xlsx")[name] or "")
    assert key is not None and (key.project, key.revision) == (project.pk, 0)
