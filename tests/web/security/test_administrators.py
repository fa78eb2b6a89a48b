"""Three separated administrators: none can come by another's powers."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from jiheng.web.org.models import Person, RoleAssignment
from jiheng.web.org.roles import ADMINISTRATORS, Role
from jiheng.web.supervision.models import AuditEntry

pytestmark = pytest.mark.django_db


def _change(client: Client, someone: Any, **body: Any) -> Any:
    return client.post(f"/org/people/{someone.pk}/change/", body)


def test_who_keeps_accounts_cannot_take_over_another_administrator(world: Any, as_: Any) -> None:
    system = as_(world.system_admin)
    for target in (world.security_admin, world.audit_admin, world.system_admin):
        password = Person.objects.get(pk=target.pk).password
        for do in ("reset", "disable", "enable"):
            page = system.post(f"/org/people/{target.pk}/change/", {"do": do}, follow=True).content.decode()
            assert "互不代管" in page or "不能停用自己" in page
        target.refresh_from_db()
        assert (target.password, target.is_active) == (password, True)


def test_each_is_refused_the_others_work(world: Any, as_: Any) -> None:
    before = list(RoleAssignment.objects.order_by("pk").values_list("pk", flat=True))
    accounts = Person.objects.count()
    work = {
        "system_admin": [{"do": "reset"}, {"do": "disable"}],
        "security_admin": [{"do": "grant", "role": "auditor"}, {"do": "unlock"}, {"do": "forget_codes"}],
    }
    for who in ("system_admin", "security_admin", "audit_admin", "auditor", "finance_leader"):
        client = as_(getattr(world, who))
        for owner, bodies in work.items():
            if who != owner:
                for body in bodies:
                    assert _change(client, world.nobody, **body).status_code == 403, (who, body)
        if who != "system_admin":
            assert client.post("/org/people/new/", {"username": "spy", "name": "某人"}).status_code == 403
            assert client.post("/org/change/", {"do": "add_department", "code": "9", "name": "x"}).status_code == 403
            assert client.get("/org/people/import/").status_code == 403
        if who not in ("audit_admin", "auditor"):
            assert client.get("/audit/").status_code == 403
    assert list(RoleAssignment.objects.order_by("pk").values_list("pk", flat=True)) == before
    assert Person.objects.count() == accounts


@pytest.mark.parametrize("role", [r.value for r in Role])
def test_nobody_grants_to_themselves(world: Any, as_: Any, role: str) -> None:
    body = {"do": "grant", "role": role, "unit": world.unit.pk, "department": world.department.pk}
    for who in ("security_admin", "system_admin", "audit_admin", "clerk"):
        someone = getattr(world, who)
        _change(as_(someone), someone, **body)
        assert someone.roles.count() == 1, who


@pytest.mark.parametrize("admin", sorted(ADMINISTRATORS))
def test_a_role_holder_does_not_become_administrator_nor_the_reverse(world: Any, as_: Any, admin: str) -> None:
    security = as_(world.security_admin)
    for someone in (world.clerk, world.reviewer, world.finance_reviewer, world.auditor):
        _change(security, someone, do="grant", role=admin)
        assert someone.roles.count() == 1
    fresh = Person.objects.create_user("fresh", "新管理员", "x", district=world.district)
    _change(security, fresh, do="grant", role=admin)
    for role in Role.values:
        _change(security, fresh, do="grant", role=role, unit=world.unit.pk, department=world.department.pk)
    assert [a.role for a in fresh.roles.all()] == [admin]


def test_a_reset_password_is_told_and_lost_codes_take_two_administrators(world: Any, as_: Any) -> None:
    Person.objects.filter(pk=world.clerk.pk).update(totp_secret="JBSWY3DPEHPK3PXP")
    assert "停用动态口令" not in as_(world.system_admin).get(f"/org/people/{world.clerk.pk}/").content.decode()
    _change(as_(world.system_admin), world.clerk, do="reset")
    assert world.clerk.notifications.filter(text__contains="口令已由").count() == 1
    assert Person.objects.get(pk=world.clerk.pk).totp_secret, "the password alone does not open the account"
    security = as_(world.security_admin)
    _change(security, world.clerk, do="unlock")
    assert Person.objects.get(pk=world.clerk.pk).totp_secret, "an unlocked account still asks for codes"
    assert "停用动态口令" in security.get(f"/org/people/{world.clerk.pk}/").content.decode()
    _change(security, world.clerk, do="forget_codes")
    assert not Person.objects.get(pk=world.clerk.pk).totp_secret
    assert AuditEntry.objects.filter(action="停用他人的动态口令").count() == 1


def test_an_administrator_is_renewed_at_the_server(world: Any) -> None:
    out = StringIO()
    call_command("administrator", "securityadmin", stdout=out)
    password = out.getvalue().partition("：")[2].partition("（")[0]
    client = Client()
    assert client.post("/login/", {"username": "securityadmin", "password": password}).url == "/"
    assert client.get("/org/people/").url == "/account/password/"
    call_command("administrator", "auditadmin", "--disable", stdout=out)
    assert not Person.objects.get(username="auditadmin").is_active
    assert AuditEntry.objects.filter(action__contains="在服务器上", person="系统").count() == 2
    for username, said in (("clerk", "不是系统"), ("nobody-at-all", "没有账号")):
        with pytest.raises(CommandError, match=said):
            call_command("administrator", username)


def test_the_security_administrator_ends_tokens_of_others(world: Any, as_: Any) -> None:
    ask = lambda: Client().get("/api/v1/projects", headers={"Authorization": f"Bearer {world.secret}"}).status_code  # noqa: E731
    assert ask() == 200
    security = as_(world.security_admin)
    page = security.get("/api/tokens/all/").content.decode()
    assert "姓名reviewer" in page
    assert "取数" in page
    assert world.secret not in page
    assert '"/api/tokens/all/"' in security.get("/org/people/").content.decode()
    security.post(f"/api/tokens/{world.token.pk}/withdraw/")
    assert ask() == 401
    assert world.reviewer.notifications.filter(text__contains="取数").exists()
    assert AuditEntry.objects.filter(action="撤销接口令牌").count() == 1


def test_the_trail_of_another_district_is_proved_but_not_told(world: Any, as_: Any, tmp_path: Any) -> None:
    import json

    from typer.testing import CliRunner

    from jiheng.cli.app import app

    as_(world.clerk).post(
        f"/plan/{world.project.pk}/cells/",
        {"values": {"purpose": "本区的事"}, "seen": 0},
        content_type="application/json",
    )
    far = as_(world.far_auditor)
    for path in ("/audit/", "/audit/?q=本区的事", "/audit/export.csv"):
        answer = far.get(path)
        text = b"".join(answer) if answer.streaming else answer.content
        assert "修改绩效目标表" not in text.decode(), path
    exported = b"".join(far.get("/audit/export.jsonl"))
    assert "本区的事" not in exported.decode()
    file = tmp_path / "audit.jsonl"
    file.write_bytes(exported)
    done = CliRunner().invoke(app, ["audit", "verify", "--file", str(file)])
    assert done.exit_code == 0, done.output
    assert "属于其他区划" in done.stdout
    lines = [json.loads(line) for line in exported.splitlines()]
    file.write_text("\n".join(json.dumps(line) for line in lines if line["sequence"] != 2))
    assert CliRunner().invoke(app, ["audit", "verify", "--file", str(file)]).exit_code == 1
    own = as_(world.auditor).get("/audit/?q=本区的事").content.decode()
    assert "修改绩效目标表" in own
