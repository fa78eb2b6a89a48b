"""Every address that names an object: who is on the other side of a wall gets nothing, and changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Wall:
    """``inside`` may open it (by a method); those ``outside`` may not. Names are those of ``world``."""

    inside: str
    outside: str
    method: str = "get"
    body: tuple[tuple[str, Any], ...] = ()


FAR = "far_clerk far_reviewer far_finance_reviewer far_finance_leader far_auditor nobody system_admin security_admin"
UNIT = f"sibling_clerk other_clerk other_reviewer {FAR}"
DEPARTMENT = f"other_clerk other_reviewer {FAR}"
ADMINS = "clerk reviewer finance_reviewer auditor far_system_admin far_security_admin far_audit_admin nobody"
PAID = (("on", "2026-03-02"), ("amount", "5"))
BOUGHT = (("name", "苗木"), ("method", "open"), ("budget", "5"))
AGREED = (("name", "苗木合同"), ("amount", "5"), ("signed_on", "2026-03-02"))
SCRIPT = (("seen", 0), ("values", {"name": "别人的"}), ("was", {}))
WALLS: dict[str, Wall] = {
    "plan-form": Wall("clerk", UNIT), "plan-versions": Wall("clerk", UNIT), "plan-sources": Wall("clerk", UNIT),
    "plan-cells": Wall("clerk", UNIT, "json", SCRIPT),
    "plan-rows": Wall("clerk", UNIT, "json", (("seen", 0), ("do", "add"), ("kind", "goal"))),
    "plan-undo": Wall("clerk", UNIT, "json"), "plan-redo": Wall("clerk", UNIT, "json"),
    "plan-here": Wall("clerk", UNIT, "json", (("seen", 0),)),
    "plan-step": Wall("clerk", UNIT, "post", (("step", "hand_over"),)),
    "plan-copy": Wall("clerk", UNIT, "post"), "plan-delete": Wall("clerk", UNIT, "post"),
    "plan-department": Wall("clerk", DEPARTMENT),
    "plan-department-cells": Wall("reviewer", f"clerk {DEPARTMENT}", "json", (("values", {"overall": "x"}), ("was", {"overall": "总体目标"}))),
    "plan-department-rows": Wall("reviewer", f"clerk {DEPARTMENT}", "json", (("do", "add"), ("kind", "itemized"))),
    "plan-department-copy": Wall("reviewer", f"clerk {DEPARTMENT}", "post"),
    "plan-department-undo": Wall("reviewer", f"clerk {DEPARTMENT}", "json"),
    "plan-department-redo": Wall("reviewer", f"clerk {DEPARTMENT}", "json"),
    "plan-department-check": Wall("reviewer", f"clerk {DEPARTMENT}"),
    "review-page": Wall("reviewer", UNIT),
    "review-comment": Wall("reviewer", UNIT, "post", (("text", "别人的"),)),
    "review-score": Wall("reviewer", f"clerk {UNIT}", "post"),
    "review-step": Wall("reviewer", UNIT, "post", (("step", "department_pass"),)),
    "review-resolve": Wall("reviewer", UNIT, "post"),
    "review-letter": Wall("clerk", UNIT),
    "documents-preview": Wall("reviewer", DEPARTMENT), "documents-download": Wall("reviewer", DEPARTMENT),
    "documents-publish": Wall("reviewer", f"clerk finance_leader {DEPARTMENT}", "post"),
    "documents-withdraw": Wall("reviewer", f"clerk finance_leader {DEPARTMENT}", "post", (("reason", "x"),)),
    "import-preview": Wall("clerk", UNIT), "import-original": Wall("clerk", UNIT),
    "import-discard": Wall("clerk", UNIT, "post"),
    "import-progress": Wall("clerk", f"head reviewer {UNIT}"),
    "org-account": Wall("system_admin", ADMINS), "org-account-change": Wall("system_admin", ADMINS, "post", (("do", "disable"),)),
    "org-handover": Wall("system_admin", ADMINS, "post"),
    "audit-entry": Wall("auditor", "clerk reviewer finance_reviewer far_auditor far_audit_admin system_admin nobody"),
    "rectification-evidence": Wall("clerk", UNIT, "post"), "rectification-evidence-file": Wall("clerk", UNIT),
    "rectification-evidence-remove": Wall("clerk", UNIT, "post"),
    "rectification-item": Wall("clerk", UNIT), "rectification-step": Wall("clerk", UNIT, "post", (("step", "measure"),)),
    "execution-project": Wall("clerk", UNIT),
    "execution-add": Wall("clerk", f"head {UNIT}", "post", PAID), "execution-change": Wall("clerk", f"head {UNIT}", "post", PAID),
    "execution-remove": Wall("clerk", f"head {UNIT}", "post"),
    **dict.fromkeys("procurement-steps procurement-remove contract-remove".split(), Wall("clerk", f"head {UNIT}", "post")),
    **dict.fromkeys("procurement-add procurement-change".split(), Wall("clerk", f"head {UNIT}", "post", BOUGHT)),
    **dict.fromkeys("contract-add contract-change".split(), Wall("clerk", f"head {UNIT}", "post", AGREED)),
    "execution-import": Wall("clerk", f"head {UNIT}"), "execution-import-progress": Wall("clerk", f"head {UNIT}"),
    "execution-import-original": Wall("clerk", f"head {UNIT}"),
    **dict.fromkeys(
        ("execution-import-apply execution-import-columns execution-import-decide execution-import-discard"
         " execution-import-take-back").split(),
        Wall("clerk", f"head {UNIT}", "post")),
    "monitoring-form": Wall("clerk", UNIT),
    "monitoring-cells": Wall("clerk", f"head {UNIT}", "json", (("values", {"progress_text": "别人的"}), ("was", {}))),
    "monitoring-fill": Wall("clerk", f"head {UNIT}", "get", (("how", "last"),)),
    "monitoring-money": Wall("clerk", f"head {UNIT}", "post"),
    "monitoring-step": Wall("clerk", UNIT, "post", (("step", "submit"),)),
    "monitoring-evidence": Wall("clerk", f"head {UNIT}", "post"), "monitoring-evidence-file": Wall("clerk", UNIT),
    "monitoring-evidence-remove": Wall("clerk", f"head {UNIT}", "post"),
    "monitoring-excel": Wall("clerk", FAR), "monitoring-excel-template": Wall("clerk", FAR),
    "monitoring-round-change": Wall("finance_reviewer", f"clerk reviewer finance_leader auditor {FAR}", "post", (("do", "open"),)),
    "monitoring-remind": Wall("reviewer", f"clerk head auditor {FAR}", "post", (("unit", "{w.unit.pk}"),)),
    "monitoring-report": Wall("reviewer", f"other_reviewer sibling_clerk {FAR}", "post"),
    "monitoring-report-file": Wall("clerk", f"head reviewer {UNIT}"),
    "responsibility-project": Wall("clerk", UNIT), "responsibility-department": Wall("reviewer", f"clerk {DEPARTMENT}"),
    "responsibility-section": Wall("clerk", UNIT),
    "evaluation-form": Wall("clerk", UNIT), "evaluation-file": Wall("clerk", UNIT),
    "evaluation-cells": Wall("clerk", f"head {UNIT}", "json", (("values", {"goals_actual": "别人的"}), ("was", {"goals_actual": ""}))),
    "evaluation-refresh": Wall("clerk", UNIT, "post"),
    "evaluation-step": Wall("head", f"clerk {UNIT}", "post", (("step", "submit"),)),
    "evaluation-department": Wall("reviewer", f"clerk {DEPARTMENT}"),
    "evaluation-department-report": Wall("reviewer", f"clerk {DEPARTMENT}"),
    "evaluation-department-save": Wall("reviewer", f"clerk {DEPARTMENT}", "post", (("year", "{w.year.pk}"), ("overview", "别人的"))),
    "evaluation-department-step": Wall("reviewer", f"clerk {DEPARTMENT}", "post", (("year", "{w.year.pk}"), ("step", "submit"))),
    "evaluation-evidence": Wall("clerk", UNIT), "evaluation-evidence-upload": Wall("clerk", f"head {UNIT}", "post"),
    "evaluation-evidence-remove": Wall("clerk", f"head {UNIT}", "post"),
    "evaluation-export-job": Wall("finance_reviewer", f"clerk reviewer finance_leader auditor {DEPARTMENT}"),
    "evaluation-opening": Wall("clerk", FAR),
    "org-unit": Wall("system_admin", ADMINS),
    "org-unit-change": Wall("system_admin", f"security_admin audit_admin {ADMINS}", "post", (("do", "rename"), ("name", "别人的"))),
    "api-token-revoke": Wall("reviewer", "clerk finance_reviewer security_admin far_reviewer nobody", "post"),
    "api-token-withdraw": Wall("security_admin", "clerk reviewer system_admin far_security_admin nobody", "post"),
}  # fmt: skip
EVERYBODY = {"public-document", "public-download"}
BY_TOKEN = set("api-v1:record api-v1:write api-v1:project api-v1:indicators api-v1:findings api-v1:document".split())


def _ask(client: Client, path: str, wall: Wall, world: Any) -> Any:
    """Texts of the body may name keys of the world: ``{w.year.pk}``."""
    body = {name: said.format(w=world) if isinstance(said, str) else said for name, said in wall.body}
    if wall.method == "get":
        return client.get(path, body)
    if wall.method == "json":
        return client.post(path, body, content_type="application/json")
    return client.post(path, body)


def _entries() -> int:
    from jiheng.web.supervision.models import AuditEntry

    return AuditEntry.objects.count()


def test_every_address_with_an_object_has_its_wall(every_address: Any, addresses: Any) -> None:
    keyed = {a.name for a in every_address if a.keys}
    assert keyed == WALLS.keys() | EVERYBODY | BY_TOKEN, "say in WALLS who may open it and who may not"
    assert keyed <= {a.name for a in addresses}, "give it an object in PARAMETERS of conftest.py"


@pytest.mark.parametrize("name", sorted(WALLS))
def test_the_wall(world: Any, addresses: Any, path_of: Any, as_: Any, name: str) -> None:
    from jiheng.web.plan.models import Project

    wall = WALLS[name]
    path = path_of(next(a for a in addresses if a.name == name))
    before, tables = _entries(), list(Project.objects.order_by("pk").values())
    for outsider in wall.outside.split():
        answer = _ask(as_(getattr(world, outsider)), path, wall, world)
        assert answer.status_code in (403, 404), f"{outsider} {answer.status_code}"
        text = answer.content.decode()
        for said in ("道路绿化补植", "雨水管网改造", "名称太笼统", "请改", "总体目标", "株数没有依据"):
            assert said not in text, outsider
    anybody = _ask(Client(), path, wall, world)
    assert anybody.status_code in (302, 401)
    assert anybody.status_code == 401 or anybody.url.startswith("/login/?next=")
    assert _entries() == before
    assert list(Project.objects.order_by("pk").values()) == tables
    answer = _ask(as_(getattr(world, wall.inside)), path, wall, world)
    assert answer.status_code not in (400, 401, 403, 404, 500), f"{wall.inside} {answer.status_code}"


def test_the_api_shows_what_the_person_sees_and_no_more(world: Any) -> None:
    from jiheng.web.api.services import create

    scopes = ["org:read", "projects:read", "findings:read", "documents:read"]
    for outsider in (world.other_reviewer, world.far_reviewer, world.far_finance_reviewer):
        _, secret = create(outsider, "取数", [*scopes, "monitoring:read"], 30)
        ask = lambda path: Client().get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {secret}"})  # noqa: B023, E731
        for path in ("", "/indicators", "/findings"):
            assert ask(f"projects/{world.project.pk}{path}").status_code == 404
        assert ask(f"monitoring/records/{world.record.pk}").status_code == 404
        listed = ask("projects").json()["items"]
        assert listed
        assert "道路绿化补植" not in {p["name"] for p in listed}
        assert not ask(f"projects?unit={world.unit.code}&department=601").json()["items"] or "far" in outsider.username
        units = {u["code"] for d in ask("organisations").json()["items"] for u in d["units"]}
        assert "601002" not in units


def test_lists_hold_nothing_of_others(world: Any, as_: Any) -> None:
    for who in ("other_clerk", "other_reviewer", "far_clerk", "far_finance_reviewer", "far_auditor"):
        client = as_(getattr(world, who))
        for path in (
            "/",
            "/plan/",
            "/review/",
            "/documents/",
            "/import/",
            "/notifications/",
            "/review/approve/",
            "/rectification/",
        ):
            text = client.get(path).content.decode()
            for said in ("道路绿化补植", "旧桥加固", "绩效文本.docx", "云财绩", "株数没有依据"):
                assert said not in text, (who, path)
    for who in ("far_system_admin", "far_security_admin", "far_audit_admin"):
        client = as_(getattr(world, who))
        for path in ("/org/", "/org/people/", "/org/people/?q=clerk", "/audit/", "/api/tokens/all/"):
            text = client.get(path).content.decode()
            for said in ("公园管理中心", "姓名clerk", "道路绿化补植", "取数"):
                assert said not in text, (who, path)


def test_bodies_name_nothing_of_others(world: Any, as_: Any) -> None:
    """Keys in forms are checked like those in addresses."""
    from jiheng.web.org.models import RoleAssignment, Unit
    from jiheng.web.plan.models import Comment, Project

    clerk, p, before = as_(world.clerk), world.project, Project.objects.count()
    assert clerk.post("/plan/new/", {"unit": world.other_unit.pk, "year": world.year.pk}).status_code == 404
    assert clerk.post("/plan/new/", {"unit": world.far_unit.pk, "year": world.far_year.pk}).status_code == 404
    assert clerk.post(f"/plan/{p.pk}/copy/", {"unit": world.other_unit.pk}).status_code == 403
    clerk.post(f"/plan/{p.pk}/copy/", {"year": world.far_year.pk})
    clerk.post("/plan/bring/", {"year": world.far_year.pk, "project": [world.far_project.pk]})
    take = {"do": "take", "source": world.other_project.pk, "parts": ["purpose"], "seen": 0}
    assert clerk.post(f"/plan/{p.pk}/rows/", take, content_type="application/json").status_code == 404
    clerk.post("/import/", {"unit": world.other_unit.pk, "year": world.year.pk})
    assert Project.objects.count() == before
    reviewer = as_(world.other_reviewer)
    for body in ({"project": [p.pk], "action": "pass", "confirmed": "1"}, {"batch": ""}):
        reviewer.post("/review/batch/", body)
    assert (
        reviewer.post(
            f"/review/{world.other_project.pk}/comment/", {"text": "x", "parent": world.comment.pk}
        ).status_code
        == 404
    )
    assert Comment.objects.count() == 2
    far = as_(world.far_finance_reviewer)
    far.post("/review/approve/", {"project": [p.pk], "number": "x", "year": 2026, "department": world.department.pk})
    assert Project.objects.get(pk=p.pk).state == "draft"
    security, system = as_(world.far_security_admin), as_(world.far_system_admin)
    own = f"/org/people/{world.far_clerk.pk}/change/"
    for body in (
        {"role": "clerk", "unit": world.unit.pk},
        {"role": "department_reviewer", "department": world.department.pk},
    ):
        security.post(own, {"do": "grant", **body})
    held = world.clerk.roles.get()
    assert security.post(own, {"do": "revoke", "assignment": held.pk}).status_code == 404
    assert list(world.far_clerk.roles.values_list("unit", flat=True)) == [world.far_unit.pk]
    for do, key in (("rename_unit", "unit"), ("add_section", "unit"), ("end_unit", "unit"), ("remove_section", "section"),
                    ("add_unit", "department"), ("rename_department", "department")):  # fmt: skip
        named = {"unit": world.unit.pk, "section": world.section.pk, "department": world.department.pk}[key]
        body = {"do": do, key: named, "name": "篡改", "code": "9", "valid_from": "2026", "last_year": "2026"}
        assert system.post("/org/change/", body).status_code == 404, do
    assert system.post("/org/people/new/", {"username": "spy", "name": "某", "unit": world.unit.pk}).status_code == 404
    assert not Unit.objects.filter(name="篡改").exists()
    assert RoleAssignment.objects.filter(unit=world.unit).count() == 2


def test_what_nobody_may_set_is_not_set(world: Any, as_: Any) -> None:
    """Fields that no form offers, sent all the same."""
    from jiheng.web.org.models import Person

    clerk, p = as_(world.clerk), world.project
    for cell in ("state", "unit", "unit_id", "budget_year", "revision", "risk", "findings", "pk", "id", "version",
                 f"indicator:{p.indicators.get().pk}:project", f"goal:{p.goals.get().pk}:order", "plan:1:project_id"):  # fmt: skip
        answer = clerk.post(f"/plan/{p.pk}/cells/", {"values": {cell: "9"}, "seen": 0}, content_type="application/json")
        assert answer.status_code == 422, cell
    others = world.other_project.indicators.get()
    cell = {f"indicator:{others.pk}:name": "篡改"}
    assert (
        clerk.post(f"/plan/{p.pk}/cells/", {"values": cell, "seen": 0}, content_type="application/json").status_code
        == 422
    )
    others.refresh_from_db()
    assert others.name == "补植数量"
    extra = {"is_active": "1", "must_change_password": "", "is_superuser": "1", "role": "system_admin", "district": "1",
             "totp_secret": "A", "password": "x"}  # fmt: skip
    as_(world.system_admin).post("/org/people/new/", {"username": "newone", "name": "新人", **extra})
    made = Person.objects.get(username="newone")
    assert (made.must_change_password, made.totp_secret, made.roles.count()) == (True, "", 0)
    assert made.district == world.district
    new = {
        "old": "Ceshi-2026-mima",
        "new": "Xinde-2027-kouling",
        "again": "Xinde-2027-kouling",
        "username": "root",
        **extra,
    }
    clerk.post("/account/password/", new)
    world.clerk.refresh_from_db()
    assert (world.clerk.username, world.clerk.totp_secret, world.clerk.roles.count()) == ("clerk", "", 1)
    token = {
        "name": "t",
        "scopes": ["org:read"],
        "days": "30",
        "person": world.finance_reviewer.pk,
        "expires_at": "2099-01-01",
    }
    as_(world.reviewer).post("/api/tokens/", token)
    assert not world.finance_reviewer.api_tokens.exists()
    assert world.reviewer.api_tokens.first().expires_at.year < 2099
