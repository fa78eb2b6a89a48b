"""Every page of the platform opens to the roles that may see it, sound and in Chinese, and to nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from addresses import ADDRESSES, NOBODY, Address
from django.urls import URLPattern, get_resolver, reverse

from jiheng.web.org.roles import Role

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(400)]


def names() -> list[str]:
    """The names of all addresses of the URL configuration, but for those that only machines call."""
    return [name for name in _walk(get_resolver()) if not name.startswith("api-v1:")]


def _walk(resolver: Any, namespace: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}"
        else:
            yield from _walk(pattern, f"{pattern.namespace}:" if pattern.namespace else namespace)


def test_every_address_has_an_expectation() -> None:
    """A new page is given its line in ADDRESSES."""
    assert sorted(set(names()) - set(ADDRESSES)) == [], "say in ADDRESSES who may open these"
    assert sorted(set(ADDRESSES) - set(names())) == [], "these addresses are gone"


# ---- a small town with one of everything ---------------------------------------------------------------------------

SHOWN_ROLES = ["", *(role.value for role in Role)]


@pytest.fixture
def people(person: Any) -> dict[str, Any]:
    """One account of each role; None for somebody who is not logged in."""
    return {"": None, **{role: person(role, f"p{n}") for n, role in enumerate(Role.values)}}


@pytest.fixture
def town(people: dict[str, Any], project: Any, year: Any) -> dict[str, Any]:
    """Everything that addresses name by a key, by what :data:`ADDRESSES` calls it."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    import make_demo
    from jiheng.web.api import services as api
    from jiheng.web.disclosure.services import publish
    from jiheng.web.jobs.services import perform
    from jiheng.web.monitoring.services.evidence import attach
    from jiheng.web.plan import workflow
    from jiheng.web.plan.importing.uploads import receive
    from jiheng.web.plan.models import Upload
    from jiheng.web.plan.review import services as review
    from jiheng.web.plan.services import copy_project
    from jiheng.web.results.services import Found, raise_item
    from jiheng.web.supervision.models import AuditEntry

    clerk, head, reviewer, finance = (
        people[r] for r in ("clerk", "unit_head", "department_reviewer", "finance_reviewer")
    )

    def sent_up() -> Any:
        made = copy_project(clerk, project, project.unit, year)
        for someone, step in ((clerk, "hand_over"), (head, "submit"), (reviewer, "department_pass")):
            made = workflow.perform(someone, made, step)
        return made

    in_review, approved = sent_up(), sent_up()
    comment = review.comment(finance, in_review, "name", "请核对名称。")
    approval = review.approve_many(finance, [approved], "云财绩〔2026〕1号")
    publication = publish(reviewer, project.unit.department, year)
    word = next(make_demo.DEMO.glob("*水利局*.docx"))
    job, _ = receive(clerk, project.unit, year, [SimpleUploadedFile(word.name, word.read_bytes())])
    perform(job.pk)
    money = _money(clerk, approved)
    item = raise_item(finance, Found("review", "指标值没有测算过程", project=project))
    proof = attach(clerk, item, None, SimpleUploadedFile("整改通知.pdf", b"%PDF-1.7 notice"))
    token, _ = api.create(finance, "取数", ["org:read"], 30)
    monitored = _monitored(clerk, approved)
    keys = {
        "person": clerk, "unit": project.unit, "department": project.unit.department, "project": project,
        "in_review": in_review,
        "approved": approved, "approval": approval, "comment": comment, "publication": publication, "job": job,
        "upload": Upload.objects.get(), "token": token, "year_key": year, "item": item, "item_evidence": proof,
    }  # fmt: skip
    keys |= year_over(year, clerk, finance)
    found = {name: thing.pk for name, thing in (keys | money).items()}
    found |= {name: thing.pk for name, thing in monitored.items()}
    return found | {"year": year.year, "entry": AuditEntry.objects.latest("sequence").sequence}


def year_over(year: Any, clerk: Any, finance: Any) -> dict[str, Any]:
    """The self-evaluation of the year, with a file beside a row and one being exported."""
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.http import QueryDict

    from jiheng.web.evaluation.models import SelfEvaluation
    from jiheng.web.evaluation.services.exporting import ask_for
    from jiheng.web.evaluation.services.start import start
    from jiheng.web.jobs.services import perform
    from jiheng.web.monitoring.services import evidence

    perform(start(finance, year).pk)
    form = SelfEvaluation.objects.get()
    row = form.rows.first()
    file = evidence.attach(clerk, row, form.project, SimpleUploadedFile("验收单.pdf", b"%PDF-1.7 acceptance"))
    job = ask_for(finance, year, "docx", QueryDict(""))
    return {"evaluation": form, "evaluation_row": row, "evaluation_evidence": file, "evaluation_job": job}


def _monitored(clerk: Any, approved: Any) -> dict[str, Any]:
    """A round that is open for the approved project, with evidence and a report."""
    from datetime import date

    from django.core.files.uploadedfile import SimpleUploadedFile

    from jiheng.web.jobs.models import Job
    from jiheng.web.jobs.services import perform
    from jiheng.web.monitoring.models import MonitoringRound
    from jiheng.web.monitoring.services.evidence import attach
    from jiheng.web.monitoring.services.reporting import ask_report
    from jiheng.web.monitoring.services.rounds import ask_fill
    from jiheng.web.org.models import Section

    days = {"opens_on": date(2026, 4, 1), "closes_on": date(2026, 4, 15), "locks_on": date(2099, 1, 1)}
    made = MonitoringRound.objects.create(
        budget_year=approved.budget_year, order=1, label="3月底", period_end=date(2026, 3, 31), **days
    )
    perform(ask_fill(made).pk)
    made.refresh_from_db()
    record = made.records.get(project=approved)
    row, report = record.rows.first(), ask_report(clerk, made)
    perform(report.pk)
    assert Job.objects.get(pk=report.pk).state == "done"
    evidence = attach(clerk, row, approved, SimpleUploadedFile("验收单.pdf", b"%PDF-1.4 tested"))
    section = Section.objects.create(unit=approved.unit, name="业务科")
    return {"round": made, "record": record, "row": row, "evidence": evidence, "report": report, "section": section}


def _money(clerk: Any, project: Any) -> dict[str, Any]:
    """A payment to a contract from a procurement, and a list that was brought in."""
    from jiheng.web.execution import services
    from jiheng.web.execution.importing import batches
    from jiheng.web.execution.services.procurement import save_contract, save_procurement
    from jiheng.web.jobs.services import perform

    bought = save_procurement(clerk, project, None, name="苗木", method="open", budget=Decimal(300000), number="1号")
    contract = save_contract(
        clerk, project, None, name="苗木合同", number="2号", supplier="青禾园林", amount=Decimal(280000),
        signed_on=date(2026, 3, 1), procurement=bought,
    )  # fmt: skip
    entry = services.Entry(date(2026, 3, 10), Decimal("1200.50"), payee="青禾园林", contract=contract)
    paid = services.add_entry(clerk, project, "payment", entry)
    place = batches.places_for(clerk, project.budget_year)[0]
    rows = f"项目名称\t支付日期\t支付金额\n{project.name}\t2026-03-11\t八千\n"
    batch, _ = batches.receive_pasted(clerk, project.budget_year, place, "payment", rows)
    perform(batch.job_id)
    return {"procurement": bought, "contract": contract, "payment_key": paid, "batch": batch}


def address_of(name: str, town: dict[str, Any]) -> str:
    """Where the page of this name is; arguments that no object of the town is called are taken as they stand."""
    wanted = ADDRESSES[name]
    return reverse(name, kwargs={k: town.get(v, v) for k, v in wanted.at.items()}) + wanted.query.format(**town)


# ---- what is looked at on each page --------------------------------------------------------------------------------

LATIN = {
    "Word", "Excel", "JSON", "Markdown", "OpenAPI", "Bearer", "Authorization", "Enter", "Ctrl", "Shift", "Delete", "Esc",
    "TOTP", "otpauth", "docx", "Office", "aaaa", "qwer",
}  # fmt: skip
"""Names that stay as they are in a Chinese text, the ending of a file's name, and what no password may hold."""


class Visit:
    """A person's browser: opens pages and keeps what went wrong."""

    def __init__(self, page: Any) -> None:
        self.page, self.failed = page, []
        page.on("response", lambda r: self.failed.append(f"{r.status} {r.url}") if r.status >= 400 else None)

    def faults(self, address: str, wanted: Address) -> list[str]:
        """What is wrong with a page that should open."""
        self.failed.clear()
        response = self.page.goto(address)
        if response.status != 200:
            return [f"{address}: {response.status}"]
        look = self.page.evaluate(LOOK)
        words = [] if wanted.latin else sorted(set(re.findall(r"[A-Za-z]{4,}", look["text"])) - LATIN)
        found = [
            ("requests failed", self.failed), ("not one h1", look["heads"] if len(look["heads"]) != 1 else []),
            ("no title", [] if re.fullmatch(r".+ · 绩衡", look["title"]) else [look["title"]]),
            ("English words", words), ("cut off at the right", look["wide"]),
            ("scrolls sideways", [look["over"]] if look["over"] > 0 else []),
        ]  # fmt: skip
        return [f"{address}: {what}: {which}" for what, which in found if which]

    def status(self, address: str) -> tuple[int, str]:
        """The answer to a request from the address bar, without following where it leads: (status, Location)."""
        answer = self.page.context.request.get(address, max_redirects=0)
        return answer.status, answer.headers.get("location", "")


LOOK = """() => {
  const words = document.body.cloneNode(true);
  for (const e of words.querySelectorAll("script, noscript, code, pre, option, dialog, .who, [hidden]")) e.remove();
  const over = document.documentElement.scrollWidth - window.innerWidth;
  const wide = over > 0 ? [...document.querySelectorAll("main *")].filter((e) => e.getBoundingClientRect().right > window.innerWidth + 1).slice(0, 3).map((e) => e.outerHTML.slice(0, 120)) : [];
  return { title: document.title, heads: [...document.querySelectorAll("h1")].map((h) => h.textContent), text: words.textContent, over, wide };
}"""


@pytest.mark.parametrize("role", SHOWN_ROLES)
def test_a_role_opens_its_pages_and_no_others(
    role: str, people: dict[str, Any], town: dict[str, Any], open_page: Any
) -> None:
    visit = Visit(open_page(people[role]))
    faults = []
    for name, wanted in ADDRESSES.items():
        address = address_of(name, town)
        if wanted.kind == "page" and wanted.open_to(role):
            faults += visit.faults(address, wanted)
        else:
            faults += refusal_faults(name, role, address, *visit.status(address))
    assert faults == []


def refusal_faults(name: str, role: str, address: str, status: int, to: str) -> list[str]:
    """What is wrong with the answer at an address that is no page, or none for this role."""
    wanted = ADDRESSES[name]
    if wanted.kind == "passage" or wanted.who == NOBODY:
        right = status == 302
    elif wanted.kind == "action":
        # What changes something does nothing when it is only opened.
        right = status in (403, 404, 405) or (role == "" and status in (302, 401, 405))
    elif wanted.open_to(role):
        right = status == 200
    elif role == "":
        right = status == 302 and to.startswith("/login/?next=")
    else:
        right = status == wanted.refused
    return [] if right else [f"{role or 'nobody'} at {address} ({name}): {status} {to}"]


@pytest.mark.parametrize("role", SHOWN_ROLES)
def test_before_there_is_anything_every_list_says_so(role: str, people: dict[str, Any], open_page: Any) -> None:
    """A district on its first day: no year, no projects, nothing published."""
    from jiheng.web.plan.models import BudgetYear

    BudgetYear.objects.all().delete()
    visit = Visit(open_page(people[role]))
    faults = []
    for name, wanted in ADDRESSES.items():
        if wanted.kind == "page" and not wanted.at and not wanted.query and wanted.open_to(role):
            faults += visit.faults(reverse(name), wanted)
            for text in visit.page.locator(".empty").all_inner_texts():
                faults += [] if text.rstrip().endswith("。") or "\n" in text else [f"{name}: {text}"]
    assert faults == []
