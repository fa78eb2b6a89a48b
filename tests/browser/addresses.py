"""Every address of the platform and who may open it: a new page is given its line here."""

from __future__ import annotations

from dataclasses import dataclass, field

from jiheng.web.org.permissions import PERMISSIONS
from jiheng.web.org.roles import Role

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
    "oidc": Address(EVERYBODY, kind="passage"),
    "oidc-back": Address(EVERYBODY, kind="passage"),
    "account": _page(STAFF),
    "logout": _action(),
    "password": _page(STAFF),
    "totp": _page(STAFF),
    "notifications": _page(STAFF),
    "notifications-read": _action(),
    "org": _page("org.view_people"),
    "org-change": _action(),
    "org-unit": Address("org.view_people", {"pk": "unit"}),
    "org-unit-change": _action(pk="unit"),
    "org-people": _page("org.view_people"),
    "org-create": _action(),
    "org-bring": _page("org.manage_accounts"),
    "org-template": _file("org.manage_accounts"),
    "org-roles": _page("org.grant_roles"),
    "org-roles-template": _file("org.grant_roles"),
    "org-codes": _action(),
    "org-account": Address("org.view_people", {"pk": "person"}),
    "org-account-change": _action(pk="person"),
    "org-handover": Address("org.view_people", {"pk": "person"}),
    "org-left": _page("monitoring.assign or workbench.overview"),
    # targets
    "plan": _page("plan.view"),
    "plan-export": Address("plan.export", {"kind": "xlsx"}, kind="file"),
    "plan-years": _page("plan.open_year"),
    "plan-new": _action(),
    "plan-bring": _page("plan.edit", "?year={year_key}"),
    "plan-steps": _page("plan.edit", "?step=hand_over&year={year_key}"),
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
    # execution
    "execution": _page("execution.view"),
    "execution-export": Address("execution.view", kind="file"),
    "execution-overview": _page("execution.view"),
    "execution-project": _page("execution.view", pk="approved"),
    "execution-add": _action(pk="approved", kind="payment"),
    "execution-change": _action(kind="payment", entry="payment_key"),
    "execution-remove": _action(kind="payment", entry="payment_key"),
    "procurement-add": _action(pk="approved"),
    **{f"procurement-{do}": _action(pk="procurement") for do in "change steps remove".split()},
    "contract-add": _action(pk="approved"),
    **{f"contract-{do}": _action(pk="contract") for do in "change remove".split()},
    "execution-imports": _page("execution.import"),
    "execution-import": _page("execution.import", pk="batch"),
    "execution-import-progress": _part("execution.import", pk="batch"),
    "execution-import-original": _file("execution.import", pk="batch"),
    **{f"execution-import-{do}": _action(pk="batch") for do in "columns decide apply discard take-back".split()},
    # self-evaluation
    "evaluation": _page("evaluation.view"),
    "evaluation-open": _action(),
    "evaluation-opening": Address("evaluation.view", {"pk": "year_key"}, kind="part"),
    "evaluation-batch": _action(),
    "evaluation-export": Address("evaluation.view", {"kind": "xlsx"}, kind="file"),
    "evaluation-export-job": Address("evaluation.review_finance", {"pk": "evaluation_job"}, 404),
    "evaluation-ranking": _page("evaluation.view"),
    "evaluation-ranking-file": Address("evaluation.view", {}, kind="file"),
    "evaluation-department": Address("evaluation.view", {"pk": "department"}, 404, but=_OF_UNITS),
    "evaluation-department-report": Address("evaluation.view", {"pk": "department"}, 404, "file", but=_OF_UNITS),
    **{f"evaluation-department-{do}": _action(pk="department") for do in ("save", "step")},
    "evaluation-evidence": _file("evaluation.view", pk="evaluation_evidence"),
    "evaluation-evidence-upload": _action(pk="evaluation_row"),
    "evaluation-evidence-remove": _action(pk="evaluation_evidence"),
    "evaluation-form": _page("evaluation.view", pk="evaluation"),
    **{f"evaluation-{do}": _action(pk="evaluation") for do in "cells refresh step".split()},
    "evaluation-file": _file("evaluation.view", pk="evaluation", kind="docx"),
    # rectification, and who answers for what
    "assessment": _page("results.view"),
    "assessment-export": Address("results.view", kind="file"),
    "rectification": _page("results.view"),
    "rectification-new": _page("results.raise", "?origin=project:{project}"),
    "rectification-export": Address("results.view", {"kind": "xlsx"}, kind="file"),
    "rectification-item": _page("results.view", pk="item"),
    "rectification-step": _action(pk="item"),
    "rectification-evidence": _action(pk="item"),
    "rectification-evidence-file": _file("results.view", pk="item_evidence"),
    "rectification-evidence-remove": _action(pk="item_evidence"),
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
    # monitoring
    "monitoring": _page("monitoring.view"),
    "monitoring-overview": _page("monitoring.view", "?round={round}"),
    "monitoring-rates": _page("monitoring.view", "?round={round}"),
    "monitoring-review": Address("monitoring.review_department or monitoring.review_finance"),
    "monitoring-review-batch": _action(),
    "monitoring-rounds": _page("monitoring.manage"),
    "monitoring-rounds-make": _action(),
    **{f"monitoring-{do}": _action(pk="round") for do in "round-change remind report".split()},
    "monitoring-excel": Address("monitoring.report", {"pk": "round"}),
    "monitoring-excel-template": Address("monitoring.report", {"pk": "round"}, kind="file"),
    "monitoring-report-file": _file("monitoring.report", pk="report"),
    "monitoring-form": _page("monitoring.view", pk="record"),
    "monitoring-fill": Address("monitoring.report", {"pk": "record"}, 404, "part", "?how=last"),
    **{f"monitoring-{do}": _action(pk="record") for do in "cells money step".split()},
    "monitoring-evidence": _action(pk="row"),
    "monitoring-evidence-file": _file("monitoring.view", pk="evidence"),
    "monitoring-evidence-remove": _action(pk="evidence"),
    "monitoring-mine": _page(STAFF),
    "responsibility": _page("monitoring.assign"),
    "responsibility-project": _page("monitoring.assign", pk="approved"),
    "responsibility-department": Address("monitoring.assign", {"pk": "department"}, 404, but=_OF_UNITS),
    "responsibility-section": _page("monitoring.view", pk="section"),
    # supervision
    "audit": _page("audit.view"),
    "audit-entry": Address("audit.view", {"sequence": "entry"}),
    "audit-verify": _action(),
    "audit-export": Address("audit.export", {"kind": "csv"}, kind="file"),
    # the API: machines come with tokens; its answers are tested in tests/web/api
    "api-docs": Address(EVERYBODY, latin=True),
    "api-tokens": _page(STAFF),
    "api-token-revoke": _action(pk="token"),
    "api-tokens-all": _page("api.revoke"),
    "api-token-withdraw": _action(pk="token"),
}
