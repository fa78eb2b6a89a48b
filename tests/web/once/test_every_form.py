"""Every form that creates or appends, sent by two clicks at once and once more afterwards: done once."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.template import engines
from django.urls import reverse

from jiheng.web.backup.contents import kept_models
from jiheng.web.org import people_excel

KEY = "einmal-0123456789abcdef"
TEMPLATES = Path(__file__).parents[3] / "src" / "jiheng" / "web"


def _security() -> Any:
    path = Path(__file__).parents[1] / "security" / "conftest.py"
    spec = importlib.util.spec_from_file_location("security_fixtures_for_once", path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)  # its data classes look for it there
    spec.loader.exec_module(module)
    return module


security = _security()


@cache
def _looked_at() -> str:
    """One preview for all clicks: what the page carries of a file of one person. A signature tells its second."""
    out = BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("人员")
        sheet.write_row(0, 0, ("账号", "姓名", "单位编码", "电话", "邮箱"))
        sheet.write_row(1, 0, ("xinren", "新人", "601001", "", ""))
    return people_excel.PEOPLE.read(out.getvalue(), "人员.xlsx").signed()


@dataclass(frozen=True)
class Form:
    """A submission: by whom, to which address of ``world``'s objects, with what."""

    address: str
    by: str
    makes: str
    """What there is one more of."""
    body: Callable[[Any], dict[str, Any]]
    script: bool = False
    """Sent as JSON by a script of the page, with its key in the header."""
    query: str = ""
    parameters: dict[str, Any] | None = None


def _money(amount: str) -> Callable[[Any], dict[str, Any]]:
    return lambda w: {"on": "2026-03-02", "amount": amount, "source": "fiscal", "number": "", "payee": "某公司"}


def _file(name: str, content: bytes = b"%PDF-1.4 photograph") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def _kind(kind: str) -> dict[str, Any]:
    return {"kind": kind}


FORMS = {
    "payment": Form("execution-add", "clerk", "execution.Payment", _money("100")),
    "allotment": Form("execution-add", "clerk", "execution.Allotment", _money("101"), parameters=_kind("allotment")),
    "adjustment": Form("execution-add", "clerk", "execution.BudgetAdjustment", _money("102"), parameters=_kind("adjustment")),
    "contract": Form("contract-add", "clerk", "execution.Contract", lambda w: {"name": "座椅合同", "amount": "100", "supplier": "某公司"}),
    "procurement": Form("procurement-add", "clerk", "execution.Procurement", lambda w: {"name": "座椅", "method": "open", "budget": "100"}),
    "pasted payments": Form(
        "execution-imports", "clerk", "execution.ImportBatch",
        lambda w: {"place": f"u{w.unit.pk}", "kind": "payment", "text": "日期\t金额\n2026-03-05\t5"},
    ),
    "project": Form("plan-new", "clerk", "plan.Project", lambda w: {"unit": w.unit.pk, "year": w.year.pk, "name": "新的项目"}),
    "copy of a project": Form("plan-copy", "clerk", "plan.Project", lambda w: {}),
    "indicator line": Form("plan-rows", "clerk", "plan.Indicator", lambda w: {"do": "add", "kind": "indicator", "seen": 0}, script=True),
    "department goal": Form(
        "plan-department-rows", "reviewer", "plan.ItemizedGoal", lambda w: {"do": "add", "kind": "itemized", "seen": 0}, script=True,
        query="?year=2026",
    ),
    "document": Form(
        "import", "clerk", "plan.Upload", lambda w: {"unit": w.unit.pk, "year": w.year.pk, "files": [_file("绩效文本.docx", b"PK12")]}
    ),
    "budget year": Form("plan-years", "finance_reviewer", "plan.BudgetYear", lambda w: {"number": "2027", "pack": "hebei-2023"}),
    "review comment": Form("review-comment", "reviewer", "plan.Comment", lambda w: {"cell": "name", "text": "名称还是太笼统"}),
    "reply": Form("review-comment", "clerk", "plan.Comment", lambda w: {"parent": w.comment.pk, "text": "已经改了"}),
    "review score": Form("review-score", "reviewer", "plan.Review", lambda w: {"opinion": "可行"}),
    "pass of many": Form(
        "review-batch", "reviewer", "plan.Transition", lambda w: {"project": [w.waiting.pk], "action": "pass", "confirmed": "1"}
    ),
    "publication": Form("documents-publish", "finance_reviewer", "disclosure.Publication", lambda w: {}),
    "rectification item": Form(
        "rectification-new", "finance_reviewer", "results.Rectification",
        lambda w: {"year": w.year.pk, "unit": w.unit.pk, "source": "review", "title": "台账不全", "description": "补登",
                   "severity": "common", "due_on": "2026-12-31"},
    ),
    "rectification step": Form("rectification-step", "clerk", "results.RectificationStep", lambda w: {"step": "plan", "measures": "补登台账"}),
    "rectification evidence": Form("rectification-evidence", "clerk", "execution.Evidence", lambda w: {"files": [_file("照片.pdf")]}),
    "monitoring evidence": Form("monitoring-evidence", "clerk", "execution.Evidence", lambda w: {"files": [_file("验收.pdf")]}),
    "evaluation evidence": Form("evaluation-evidence-upload", "clerk", "execution.Evidence", lambda w: {"files": [_file("总结.pdf")]}),
    "monitoring report": Form("monitoring-report", "finance_reviewer", "jobs.Job", lambda w: {}),
    "reminder": Form("monitoring-remind", "finance_reviewer", "supervision.AuditEntry", lambda w: {"unit": [w.unit.pk]}),
    "responsibility": Form(
        "responsibility-project", "clerk", "monitoring.Responsibility",
        lambda w: {"target": [w.approved.indicators.get().pk], "person": w.clerk.pk},
    ),
    "department": Form("org-change", "system_admin", "org.Department", lambda w: {"do": "add_department", "code": "777", "name": "新局"}),
    "unit": Form(
        "org-change", "system_admin", "org.Unit",
        lambda w: {"do": "add_unit", "department": w.department.pk, "code": "601009", "name": "新单位",
                   "valid_from": "2026"},
    ),
    "section": Form("org-unit-change", "system_admin", "org.Section", lambda w: {"do": "add_section", "name": "绩效科"}),
    "person": Form("org-create", "system_admin", "org.Person", lambda w: {"username": "newone", "name": "新人", "unit": w.unit.pk}),
    "people": Form("org-bring", "system_admin", "org.Person", lambda w: {"do": "create", "book": _looked_at()}),
    "first password": Form("org-account-change", "system_admin", "supervision.AuditEntry", lambda w: {"do": "reset"}),
    "role": Form(
        "org-account-change", "security_admin", "org.RoleAssignment", lambda w: {"do": "grant", "role": "unit_head", "unit": w.unit.pk}
    ),
    "token": Form("api-tokens", "reviewer", "api.ApiToken", lambda w: {"name": "对接", "scopes": ["org:read"], "days": "30"}),
}  # fmt: skip


def _counts() -> dict[str, int]:
    return {m._meta.label: m._base_manager.count() for m in kept_models()}


def _sender(world: Any, form: Form, key: str, browser: Any) -> Callable[[], Any]:
    """What one click sends, from a client of its own."""
    given = form.parameters or {}
    known = security.PARAMETERS.get(form.address)
    address = reverse(form.address, kwargs={**(known(world) if known else {}), **given}) + form.query
    client, body = browser(getattr(world, form.by)), form.body(world)
    if form.script:
        return lambda: client.post(address, body, content_type="application/json", headers={"Idempotency-Key": key})
    return lambda: client.post(address, body | {"once": key})


@pytest.fixture
def whole_world(transactional_db: None, settings: Any, tmp_path: Any) -> Any:
    """The objects of the security tests, committed."""
    settings.MEDIA_ROOT = tmp_path
    with transaction.atomic():
        w = security._places()
        for part in (security._people, security._work, security._monitored, security._evaluated):
            part(w)
    security._files(tmp_path)
    return w


@pytest.mark.timeout(300)
def test_two_clicks_at_once_and_a_third_do_it_once(whole_world: Any, browser: Any, together: Any) -> None:
    wrong = {}
    for n, (name, form) in enumerate(FORMS.items()):
        key = f"{KEY}-{n}"
        before = _counts()
        first, second = together(*(_sender(whole_world, form, key, browser) for _ in range(2)))
        middle = _counts()
        third = _sender(whole_world, form, key, browser)()
        told = [getattr(a, "status_code", a) for a in (first, second, third)]
        same = {(a.status_code, a.get("Location"), a.content) for a in (first, second, third) if told}
        grown = {k: v - before[k] for k, v in middle.items() if v != before[k]}
        if told[0] not in (200, 302) or len(same) != 1 or grown.get(form.makes) != 1 or _counts() != middle:
            wrong[name] = (told, len(same), grown, getattr(first, "content", b"")[:300])
    assert wrong == {}


POST_FORM = re.compile(r"<form\b[^>]*\bmethod=[\"']post[\"'][^>]*>", re.IGNORECASE)


def _templates() -> list[Path]:
    found = sorted(TEMPLATES.rglob("templates/**/*.html"))
    assert len(found) > 50
    return found


@pytest.mark.parametrize("path", _templates(), ids=lambda p: p.relative_to(TEMPLATES).as_posix())
def test_every_form_that_posts_carries_its_tokens(path: Path) -> None:
    """The tag writes both, Django's token and the one-time key; a form without it would have neither."""
    text = path.read_text("utf-8")
    for form in POST_FORM.finditer(text):
        body = text[form.end() : text.index("</form>", form.end())]
        assert "{% csrf_token %}" in body or "{% once %}" in body, form.group()


def test_the_tag_brings_a_fresh_key_to_every_form(rf: Any) -> None:
    request = rf.get("/")
    template = engines["django"].from_string("{% csrf_token %}{% csrf_token %}")

    class Someone:
        is_authenticated = True

    class Nobody:
        is_authenticated = False

    keys = re.findall(r'name="once" value="([\w-]{22})"', template.render({"user": Someone()}, request))
    assert len(set(keys)) == 2
    assert "once" not in template.render({"user": Nobody()}, request)


def test_those_that_wait_for_a_refusal_are_refused_in_their_turn(whole_world: Any, browser: Any, together: Any) -> None:
    """The first gives its key back; on no database do those that wait for it come to a deadlock over it."""
    wrong = Form("execution-add", "clerk", "execution.Payment", _money("0"))
    before = _counts()
    answers = together(*(_sender(whole_world, wrong, KEY, browser) for _ in range(4)))
    assert [getattr(a, "status_code", a) for a in answers] == [302] * 4
    assert _counts() == before
