"""Accounts and roles. Who keeps accounts grants no roles, and who grants roles keeps no accounts (三员分立)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from axes.utils import reset
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

from jiheng.web import transaction
from jiheng.web.locks import lock
from jiheng.web.org.models import Department, District, Person, RoleAssignment, Section, Unit
from jiheng.web.org.permissions import PERMISSIONS, require
from jiheng.web.org.roles import ADMINISTRATORS, DEPARTMENT_ROLES, UNIT_ROLES, Role
from jiheng.web.org.services.places import Wrong
from jiheng.web.supervision.services import notify, record

_LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789"


def first_password() -> str:
    """A password to be handed over once and changed at the first login: three kinds of characters, none alike."""
    return (
        "".join(secrets.choice(_LETTERS) for _ in range(10))
        + "-"
        + secrets.choice("23456789")
        + secrets.choice("ABCDEF")
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """An account to be made."""

    username: str
    name: str
    unit: Unit | None = None
    phone: str = ""
    email: str = ""


def contact_problem(phone: str, email: str) -> str:
    """What is wrong with a telephone number or an address; empty where nothing is, or none is given."""
    if len(phone) > 30:
        return f"电话“{phone}”最多 30 个字符"
    try:
        if email:
            validate_email(email)
    except ValidationError:
        return f"邮箱“{email}”不是邮箱地址"
    return ""


def _check(wanted: Wanted) -> None:
    if (
        not wanted.username.isascii()
        or not wanted.username.replace("_", "").replace(".", "").replace("-", "").isalnum()
    ):
        raise Wrong(f"账号“{wanted.username}”只能用英文字母、数字和 _ . -。")
    if not 2 <= len(wanted.username) <= 64:
        raise Wrong(f"账号“{wanted.username}”的长度应为 2 到 64。")
    if not wanted.name.strip() or len(wanted.name) > 50:
        raise Wrong(f"账号“{wanted.username}”要有姓名，最多 50 个字。")
    if Person.objects.filter(username=wanted.username).exists():
        raise Wrong(f"账号“{wanted.username}”已经有了。")
    if wrong := contact_problem(wanted.phone, wanted.email):
        raise Wrong(f"账号“{wanted.username}”的{wrong}。")


def _own_district(person: Person, permission: str) -> District:
    """The district for which somebody holds a permission. Raises ``PermissionDenied`` where there is none."""
    require(person, permission)
    roles = PERMISSIONS[permission][1]
    return next(a.district for a in person.held() if a.role in roles)


@transaction.atomic
def create(person: Person, wanted: Wanted) -> tuple[Person, str]:
    """A new account and its first password; without a unit it belongs to the administrator's own district."""
    district = _own_district(person, "org.manage_accounts")
    require(person, "org.manage_accounts", wanted.unit or district)
    _check(wanted)
    password = first_password()
    made = Person.objects.create_user(
        wanted.username,
        wanted.name.strip(),
        password,
        unit=wanted.unit,
        district=None if wanted.unit else district,
        phone=wanted.phone,
        email=wanted.email,
    )
    record("新建账号", made, None, {"username": made.username, "name": made.name, "unit": str(wanted.unit or "")})
    return made, password


@transaction.atomic
def create_many(person: Person, wanted: Sequence[Wanted]) -> list[tuple[Person, str]]:
    """New accounts, all or none."""
    return [create(person, one) for one in wanted]


@transaction.atomic
def set_active(person: Person, someone: Person, active: bool) -> None:
    """Disable an account, or enable it again. Nobody disables their own, or another administrator's."""
    require(person, "org.manage_accounts", someone)
    if someone.pk == person.pk:
        raise Wrong("不能停用自己的账号。")
    _no_administrator(someone)
    someone.is_active = active
    someone.save(update_fields=["is_active"])
    record("启用账号" if active else "停用账号", someone, {"is_active": not active}, {"is_active": active})


@transaction.atomic
def place(person: Person, someone: Person, unit: Unit | None, section: Section | None) -> None:
    """Where someone sits. What they may do follows from their roles alone, and stays."""
    require(person, "org.manage_accounts", unit)
    if section is not None and (unit is None or section.unit_id != unit.pk):
        raise Wrong("科室不属于所选的单位。")
    before = {"unit": str(someone.unit or ""), "section": str(someone.section or "")}
    someone.unit, someone.section = unit, section
    someone.save(update_fields=["unit", "section"])
    record("调整所在单位", someone, before, {"unit": str(unit or ""), "section": str(section or "")})


@transaction.atomic
def reset_password(person: Person, someone: Person) -> str:
    """A new first password, to be changed at the next login; the person is told, should it have been nobody's wish.

    Not of an administrator: who could log in as the one who grants roles would grant roles.
    """
    require(person, "org.manage_accounts", someone)
    _no_administrator(someone)
    password = _new_password(someone)
    record("重置口令", someone)
    notify([someone], f"您的口令已由{person.name}重置。如果不是您要求的，请立即告诉安全管理员。")
    return password


def _no_administrator(someone: Person) -> None:
    if ADMINISTRATORS & {a.role for a in someone.roles.all()}:
        raise Wrong(
            "系统、安全、审计管理员的账号互不代管，不能在这里重置口令或停用。"
            "请由运维人员在服务器上办理：python -m jiheng.web.manage administrator 账号"
        )


def _new_password(someone: Person) -> str:
    password = first_password()
    someone.set_password(password)
    someone.must_change_password, someone.password_changed_at = True, timezone.now()
    someone.save(update_fields=["password", "must_change_password", "password_changed_at"])
    return password


@transaction.atomic
def renew_administrator(someone: Person, active: bool = True) -> str:
    """A new first password for an administrator, or the end of the account (the password is then empty).

    For who operates the server, from its command line: it asks no permission. Raises :class:`Wrong` for other people.
    """
    if not ADMINISTRATORS & {a.role for a in someone.roles.all()}:
        raise Wrong(f"{someone}不是系统、安全或审计管理员，请由系统管理员在页面上办理。")
    someone.is_active, someone.totp_secret = active, ""
    someone.save(update_fields=["is_active", "totp_secret"])
    record("在服务器上重置管理员口令" if active else "在服务器上停用管理员账号", someone)
    return _new_password(someone) if active else ""


@transaction.atomic
def unlock(person: Person, someone: Person) -> None:
    """Let someone try again who was locked out."""
    require(person, "org.unlock", someone)
    reset(username=someone.username)
    record("解锁账号", someone)


@transaction.atomic
def forget_codes(person: Person, someone: Person) -> None:
    """Ask someone for no one-time codes any more who lost the device. Nobody does so for themselves here."""
    require(person, "org.unlock", someone)
    if someone.pk == person.pk:
        raise Wrong("不能在这里停用自己的动态口令。")
    someone.totp_secret, someone.totp_step = "", 0
    someone.save(update_fields=["totp_secret", "totp_step"])
    record("停用他人的动态口令", someone)
    notify([someone], f"您的动态口令已由{person.name}停用。如果不是您要求的，请立即修改口令并报告。")


def _place(role: Role, unit: Unit | None, department: Department | None) -> tuple[Department | None, Unit | None]:
    if role in UNIT_ROLES:
        if unit is None:
            raise Wrong(f"“{role.label}”要指定单位。")
        return unit.department, unit
    if role in DEPARTMENT_ROLES:
        if department is None:
            raise Wrong(f"“{role.label}”要指定部门。")
        return department, None
    return None, None


@transaction.atomic
def grant(
    person: Person, someone: Person, role: Role, district: District, unit: Unit | None = None,
    department: Department | None = None,
) -> RoleAssignment:  # fmt: skip
    """Give someone a role. The three administrators exclude every other role; nobody grants to themselves."""
    require(person, "org.grant_roles", district)
    require(person, "org.grant_roles", someone)
    if someone.pk == person.pk:
        raise Wrong("不能给自己授予角色。")
    lock(Person, [someone.pk])  # two grants at once must see one another
    held = {a.role for a in someone.roles.all()}
    if held and (role in ADMINISTRATORS or held & ADMINISTRATORS):
        raise Wrong("系统、安全、审计管理员必须各用单独的账号，不能与其他角色兼任。")
    at_department, at_unit = _place(role, unit, department)
    if at_department is not None and at_department.district_id != district.pk:
        raise Wrong("只能授予本区划单位和部门的角色。")
    if RoleAssignment.objects.filter(person=someone, role=role, department=at_department, unit=at_unit).exists():
        raise Wrong(f"{someone.name}已经有这个角色。")
    made = RoleAssignment.objects.create(
        person=someone, role=role, district=district, department=at_department, unit=at_unit, granted_by=person
    )
    record("授予角色", someone, None, {"role": str(role.label), "at": str(at_unit or at_department or district)})
    return made


@transaction.atomic
def revoke(person: Person, assignment: RoleAssignment) -> None:
    """Take a role away. Nobody takes their own."""
    require(person, "org.grant_roles", assignment.district)
    if assignment.person_id == person.pk:
        raise Wrong("不能收回自己的角色。")
    record("收回角色", assignment.person, {"role": assignment.get_role_display(), "at": str(assignment)}, None)
    assignment.delete()
