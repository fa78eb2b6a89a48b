"""Texts that come from documents and forms stay texts: on every page, in the report, in Word, Excel and CSV."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from lxml import etree, html

from jiheng import policy
from jiheng.model import (
    Budget,
    Department,
    Document,
    Goals,
    Indicator,
    ItemizedGoal,
    Project,
    Safeguard,
    SpendingPlan,
    Target,
)
from jiheng.rules.engine import check
from jiheng.web.plan.documents import WRITERS
from jiheng.writers.findings_excel import as_excel
from jiheng.writers.report import as_html

SHORT = '"><b onclick=alert(1)>'
EVIL = (
    '"><script>alert(1)</script><img src=x onerror=alert(1)>\'><svg/onload=alert(1)><a href="javascript:alert(1)">x</a>'
    "{{ 7|add:7 }}{% now 'Y' %}<!--]]>&lt;script&gt;&#0;</textarea></title></style><iframe src=//evil.example>"
)
KEPT = {
    "org.Person": {"password", "totp_secret", "username"}, "plan.BudgetYear": {"pack"}, "plan.Upload": {"path", "sha256"},
    "api.ApiToken": {"digest"}, "disclosure.Publication": {"pdf"}, "jobs.Job": {"kind"}, "org.District": {"code"},
    "plan.Transition": {"name", "batch"}, "plan.Comment": {"cell"}, "results.RectificationStep": {"name"}, "results.Rectification": {"key"}, "plan.CellEdit": {"cell"},
}  # fmt: skip
"""What the platform itself writes and interprets; everything else is somebody's text."""


def evil(length: int | None) -> str:
    return EVIL if length is None or length >= len(EVIL) else (SHORT if length >= len(SHORT) else '"><i>')[:length]


def poison(value: Any) -> Any:
    """Every text in a JSON value, keys apart."""
    if isinstance(value, dict):
        return {k: v if k in ("kind", "comparator", "schema", "format") else poison(v) for k, v in value.items()}
    if isinstance(value, list):
        return [poison(v) for v in value]
    return EVIL if isinstance(value, str) and value else value


def text_fields(model: Any) -> list[Any]:
    kept = KEPT.get(model._meta.label, set())
    return [
        f for f in model._meta.concrete_fields
        if isinstance(f, models.CharField | models.TextField) and not f.choices and f.name not in kept
    ]  # fmt: skip


def poison_database(world: Any) -> int:
    """Every text column of every row that the world has; how many columns."""
    done = 0
    ours = [m for m in apps.get_models() if m.__module__.startswith("jiheng.web")]
    for model in ours:
        if model._meta.label in ("supervision.AuditEntry", "supervision.AuditHead", "protection.Window"):
            continue
        fields = text_fields(model)
        for row in model._base_manager.all():
            values = {f.name: evil(f.max_length) for f in fields if not f.unique}
            if model._meta.label in ("org.Department", "org.Unit"):
                values["code"] = f"<{row.pk}>"
            if model._meta.label == "plan.Project":
                values["findings"] = poison_findings(row.findings)
            model._base_manager.filter(pk=row.pk).update(**values)
            done += len(values)
    return done


def poison_findings(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**f, "message": EVIL, "advice": EVIL, "name": EVIL} for f in findings]


def poison_documents(world: Any) -> None:
    from jiheng.web.disclosure.models import Publication
    from jiheng.web.plan import documents
    from jiheng.web.plan.models import Upload, Version

    content = json.loads(json.dumps(documents.to_content(document())))
    Publication.objects.update(content=content)
    Upload.objects.update(
        document=content, findings=[{"project": 1, "findings": poison_findings(world.project.findings)}]
    )
    Version.objects.update(content=content["projects"][0])


def target(raw: str) -> Target:
    return Target(raw)


def document(text: str = EVIL) -> Document:
    row = Indicator(text, text, text, description=text, target=target(text), basis=text)
    project = Project(
        1, code=text, name=text, title=text, unit_name=text, unit_code=text, budget=Budget(), purpose=text,
        plan=SpendingPlan((text,), (text,), (None,)), goals=(text, text), indicators=(row, row),
    )  # fmt: skip
    goals = Goals((text,), (ItemizedGoal(text, text, text, text),), (Safeguard(text, text, text),))
    return Document(text, "docx", Department(name=text), 2026, goals=goals, projects=(project,))


def check_page(text: str, name: str) -> None:
    page = html.document_fromstring(text)
    for element in page.iter():
        if not isinstance(element.tag, str):
            continue
        said = f"{name}: {html.tostring(element, encoding='unicode')[:200]}"
        assert element.tag not in ("img", "iframe", "style"), said
        assert not [a for a in element.attrib if a.startswith("on")], said
        for reference in ("href", "src", "action", "formaction"):
            leads = (element.get(reference) or "").strip().lower()
            assert not leads.startswith(("javascript:", "data:", "http:", "https:", "//", "\\")), said
        if element.tag == "script" and element.get("type") != "application/json":
            assert (element.get("src") or "").startswith("/static/"), said
            assert not (element.text or "").strip(), said
    if "7|add:7" in text:
        assert "{{ 7|add:7 }}" in text.replace("\\u007B", "{"), f"{name}: a template was rendered"


@pytest.mark.django_db
def test_on_every_page(world: Any, addresses: Any, path_of: Any, as_: Any) -> None:
    paths = {a.name: path_of(a) for a in addresses}
    assert poison_database(world) > 100
    poison_documents(world)
    shown = 0
    asked = {"q": EVIL, "person": EVIL, "a": "1", "b": "now", "next": EVIL, "year": EVIL}
    for who in ("clerk", "reviewer", "finance_reviewer", "auditor", "system_admin", "security_admin"):
        client = as_(getattr(world, who))
        for name, path in paths.items():
            answer = client.get(path, asked)
            assert answer.status_code < 500, name
            if answer.get("Content-Type", "").startswith("text/html") and answer.content.strip():
                text = answer.content.decode()
                check_page(text, f"{name} {who}")
                shown += "&lt;script&gt;" in text
    assert shown > 30, "the texts were on the pages"


@pytest.mark.django_db
def test_in_the_answers_to_the_script(world: Any, as_: Any) -> None:
    clerk = as_(world.clerk)
    answer = clerk.post(
        f"/plan/{world.project.pk}/cells/",
        {
            "values": {
                "name": EVIL[:255],
                "purpose": EVIL,
                f"indicator:{world.project.indicators.get().pk}:name": EVIL,
            },
            "seen": 0,
        },
        content_type="application/json",
    ).json()
    check_page(answer["side"], "side")
    answer = clerk.post(
        f"/plan/{world.project.pk}/rows/", {"do": "add", "kind": "goal", "seen": 9}, content_type="application/json"
    ).json()
    check_page(answer["table"], "table")
    assert "&lt;script&gt;" in answer["table"]


def test_in_the_report() -> None:
    pack = policy.load("hebei-2023")
    found = document()
    page = as_html([(found, check(found, pack))], lambda _: pack).decode()
    tree = html.document_fromstring(page)
    scripts = tree.findall(".//script")
    assert len(scripts) == 1, "its own"
    assert "alert(1)" not in (scripts[0].text or "")
    for element in tree.iter():
        if isinstance(element.tag, str):
            assert element.tag not in ("img", "iframe", "svg"), element.tag
            assert not [a for a in element.attrib if a.startswith("on")]
            assert (element.get("href") or "#").startswith("#")
            assert not element.get("src")


def test_in_word() -> None:
    data = WRITERS["docx"](document())
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for name in package.namelist():
            if name.endswith((".xml", ".rels")):
                root = etree.fromstring(package.read(name), etree.XMLParser(resolve_entities=False))
                assert not [e for e in root.iter() if isinstance(e.tag, str) and e.tag.endswith("}script")]
                assert b'TargetMode="External"' not in package.read(name), name
        body = etree.fromstring(package.read("word/document.xml"))
    names = {etree.QName(e).localname for e in body.iter() if isinstance(e.tag, str)}
    assert not names & {"fldSimple", "instrText", "hyperlink", "altChunk", "object", "script"}
    assert "<script>alert(1)</script>" in "".join(body.itertext())


@pytest.mark.parametrize("bad", ["a\x00b", "a\x0bb\x1fc", "\ufffe\uffff", "a]]>b", "&x;", "<w:p/>"])
def test_characters_that_xml_refuses(bad: str) -> None:
    for kind, write in WRITERS.items():
        assert write(document(bad)), kind


FORMULAS = (
    "=1+1",
    '=HYPERLINK("//evil.example")',
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "=cmd|' /C calc'!A0",
    "http://evil.example",
)


def check_workbook(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for name in package.namelist():
            text = package.read(name).decode("utf-8")
            assert "externalLink" not in name
            assert 'TargetMode="External"' not in text, name
            if name.startswith("xl/worksheets/"):
                tags = {etree.QName(e).localname for e in etree.fromstring(text.encode()).iter()}
                assert not tags & {"f", "hyperlink", "hyperlinks"}, name


@pytest.mark.parametrize("formula", FORMULAS)
def test_formulas_in_workbooks(formula: str) -> None:
    pack = policy.load("hebei-2023")
    found = document(formula)
    check_workbook(WRITERS["xlsx"](found))
    check_workbook(as_excel([(found, check(found, pack))]))
    check_workbook(WRITERS["xlsx"](replace(found, source=formula)))


@pytest.mark.django_db
def test_formulas_in_every_export_of_the_platform(world: Any, addresses: Any, path_of: Any, as_: Any) -> None:
    from jiheng.web.plan.models import Indicator as Row
    from jiheng.web.plan.models import Project as Table
    from jiheng.web.supervision.services import record

    for table, formula in zip(Table.objects.all(), FORMULAS, strict=False):
        Table.objects.filter(pk=table.pk).update(name=formula, purpose=formula, code=formula)
        Row.objects.filter(project=table).update(name=formula, basis=formula, target_raw=formula)
    for formula in FORMULAS:
        record(formula, None, None, formula, name=formula)
    workbooks = 0
    for who in ("reviewer", "auditor", "system_admin"):
        client = as_(getattr(world, who))
        for address in addresses:
            if address.name.endswith("-original") or address.name.startswith("api-v1:"):
                continue
            answer = client.get(path_of(address).replace("download.docx", "download.xlsx"))
            kind = answer.get("Content-Type", "")
            if "spreadsheetml" in kind:
                check_workbook(answer.content)
                workbooks += 1
            elif kind.startswith("text/csv"):
                text = b"".join(answer).decode("utf-8-sig")
                for row in csv.reader(io.StringIO(text, newline="")):
                    assert not [c for c in row if c[:1] in tuple("=+-@\t\r\n")], row
    assert workbooks >= 5
