"""Every page of the platform opens to the roles that may see it, sound and in Chinese, and to nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.urls import URLPattern, get_resolver, reverse

from jiheng.web.org.permissions import PERMISSIONS
from jiheng.web.org.roles import Role

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(400)]
EVERYBODY, STAFF, NOBODY = "everybody", "staff", "nobody"
"""Without logging in; with any account; only those not logged in (the login page)."""


@dataclass(frozen=True)
class Address:
    """``who`` may open it: a permission, several of them joined by "or", or one of the words above. ``at`` names the objects of the test's town that
    its arguments are. ``refused`` is what others are answered: 403 for a place, 404 for an object not theirs to see."""

    who: str
    at: dict[str, str] = field(default_factory=dict)
    refused: int = 403
    kind: str = "page"
    """page: looked at in the browser; file and part (of a page): fetched; action: changes something, by POST alone."""
    query: str = ""
    but: tuple[str, ...] = ()
    """Roles that have the permission, and not for the town's object."""
    latin: bool = False
    """Whether the page shows programs' words to programmers."""

    def open_to(self, role: str) -> bool:
        """Whether a person of this role ("" for somebody not logged in) is let in."""
        if self.who == EVERYBODY or role == "":
            return self.who in (EVERYBODY, NOBODY)
        holders = {r for p in self.who.split(" or ") if p in PERMISSIONS for r in PERMISSIONS[p][1]}
        return self.who == STAFF or (role in holders and role not in self.but)


def _page(who: str, query: str = "", **at: str) -> Address:
    return Address(who, at, 404 if at else 403, query=query)


def _file(who: str, **at: str) -> Address:
    return Address(who, at, 404 if at else 403, "file")


def _part(who: str, **at: str) -> Address:
    return Address(who, at, 404, "part")


def _action(**at: str) -> Address:
    return Address(STAFF, at, kind="action")


_REVIEWERS = "plan.review_department or plan.review_finance or plan.approve"
_OF_UNITS = (Role.CLERK, Role.UNIT_HEAD)

ADDRESSES: dict[str, Address] = {
    # people and organisation
    "workbench": _page(STAFF),
    "login": _page(NOBODY),
    "login-code": Address(EVERYBODY, kind="passage"),
    "logout": _action(),
    "password": _page(STAFF),
    "totp": _page(STAFF),
    "notifications": _page(STAFF),
    "notifications-read": _action(),
    "org": _page("org.view_people"),
    "org-change": _action(),
    "org-people": _page("org.view_people"),
    "org-create": _action(),
    "org-bring": _page("org.manage_accounts"),
    "org-template": _file("org.manage_accounts"),
    "org-account": Address("org.view_people", {"pk": "person"}),
    "org-account-change": _action(pk="person"),
    # targets
    "plan": _page("plan.view"),
    "plan-export": Address("plan.export", {"kind": "xlsx"}, kind="file"),
    "plan-years": _page("plan.open_year"),
    "plan-new": _action(),
    "plan-bring": _page("plan.edit", "?year={year_key}"),
    "plan-department": _page("plan.view", pk="department"),
    "plan-department-cells": _action(pk="department"),
    "plan-department-rows": _action(pk="department"),
    "plan-department-copy": _action(pk="department"),
    "plan-department-undo": _action(pk="department"),
    "plan-department-redo": _action(pk="department"),
    "plan-department-check": Address("plan.view", {"pk": "department"}, 404, "part", but=_OF_UNITS),
    "plan-offline": _file("plan.edit"),
    "plan-offline-blank": _file("plan.edit"),
    "plan-form": _page("plan.view", pk="project"),
    "plan-sources": _part("plan.edit", pk="project"),
    "plan-versions": _page("plan.view", "?a=1&b=now", pk="approved"),
    **{f"plan-{do}": _action(pk="project") for do in "cells rows undo redo here step copy delete".split()},
    "import": _page("plan.import"),
    "import-progress": Address("plan.import", {"pk": "job"}, 404, "part", but=(Role.DEPARTMENT_REVIEWER,)),
    "import-preview": _page("plan.import", pk="upload"),
    "import-original": _file("plan.import", pk="upload"),
    "import-discard": _action(pk="upload"),
    "import-many": _action(),
    # review and approval
    "review": Address(_REVIEWERS),
    "review-page": Address(_REVIEWERS, {"pk": "in_review"}),
    "review-approve": _page("plan.approve"),
    "review-letter": _page("plan.view", pk="approval"),
    "review-batch": _action(),
    "review-undo": _action(),
    "review-resolve": _action(pk="comment"),
    **{f"review-{do}": _action(pk="in_review") for do in "comment score step".split()},
    # rectification, and who answers for what
    "assessment": _page("results.view"),
    "assessment-export": Address("results.view", kind="file"),
    "rectification": _page("results.view"),
    "rectification-new": _page("results.raise", "?origin=project:{project}"),
    "rectification-export": Address("results.view", {"kind": "xlsx"}, kind="file"),
    "rectification-item": _page("results.view", pk="item"),
    "rectification-step": _action(pk="item"),
    # documents
    "documents": _page("plan.view"),
    "documents-preview": Address("plan.export", {"department": "department", "year": "year"}, 404, but=_OF_UNITS),
    "documents-download": Address(
        "plan.export", {"department": "department", "year": "year", "kind": "docx"}, 404, "file", but=_OF_UNITS
    ),
    "documents-publish": _action(department="department", year="year"),
    "documents-withdraw": _action(pk="publication"),
    "public": _page(EVERYBODY),
    "public-document": _page(EVERYBODY, pk="publication"),
    "public-download": _file(EVERYBODY, pk="publication", kind="docx"),
    # supervision
    "audit": _page("audit.view"),
    "audit-entry": Address("audit.view", {"sequence": "entry"}),
    "audit-verify": _action(),
    "audit-export": Address("audit.export", {"kind": "csv"}, kind="file"),
    # the API: machines come with tokens; its answers are tested in tests/web/api
    "api-docs": Address(EVERYBODY, latin=True),
    "api-tokens": _page(STAFF),
    "api-token-revoke": _action(pk="token"),
}


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
    item = raise_item(finance, Found("review", "指标值没有测算过程", project=project))
    token, _ = api.create(finance, "取数", ["org:read"], 30)
    keys = {
        "person": clerk, "department": project.unit.department, "project": project, "in_review": in_review,
        "approved": approved, "approval": approval, "comment": comment, "publication": publication, "job": job,
        "upload": Upload.objects.get(), "token": token, "year_key": year, "item": item,
    }  # fmt: skip
    found = {name: thing.pk for name, thing in keys.items()}
    return found | {"year": year.year, "entry": AuditEntry.objects.latest("sequence").sequence}


def address_of(name: str, town: dict[str, Any]) -> str:
    """Where the page of this name is; arguments that no object of the town is called are taken as they stand."""
    wanted = ADDRESSES[name]
    return reverse(name, kwargs={k: town.get(v, v) for k, v in wanted.at.items()}) + wanted.query.format(**town)


# ---- what is looked at on each page --------------------------------------------------------------------------------

LATIN = {
    "Word", "Excel", "JSON", "Markdown", "OpenAPI", "Bearer", "Authorization", "Enter", "Ctrl", "Shift", "Delete", "Esc",
    "TOTP", "otpauth", "docx",
}  # fmt: skip
"""Names that stay as they are in a Chinese text, and the ending of a file's name."""


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
