"""Accounts and roles. Who keeps accounts grants no roles, and who grants roles keeps no accounts (三员分立)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q, QuerySet

from jiheng.web import transaction
from jiheng.web.locks import lock
from jiheng.web.org import passwords
from jiheng.web.org.models import FIRST_YEAR, Department, District, Person, RoleAssignment, Section, Unit
from jiheng.web.org.permissions import PERMISSIONS, require
from jiheng.web.org.roles import ADMINISTRATORS, DEPARTMENT_ROLES, UNIT_ROLES, Role
from jiheng.web.org.services.places import Wrong, checked_year
from jiheng.web.protection import tries
from jiheng.web.supervision.services import notify, record


@dataclass(frozen=True, slots=True)
class Wanted:
    """An account to be made."""

    username: str
    name: str
    unit: Unit | None = None
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class WantedRole:
    """A role to be given; ``place`` in the list that asks for it (第 2 行)."""

    person: Person
    role: Role
    unit: Unit | None
    department: Department | None
    years: tuple[int, int | None]
    place: str

    @property
    def at(self) -> Unit | Department | None:
        """The unit or department that the role is for; ``None`` for the whole district."""
        department, unit = _place(self.role, self.unit, self.department)
        return unit or department

    @property
    def years_label(self) -> str:
        """As the role will say it; empty where no year bounds it."""
        return RoleAssignment(year_from=self.years[0], year_to=self.years[1]).years_label()


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
    password = passwords.temporary()
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
    password = passwords.temporary()
    passwords.set_new(someone, password, must_change=True)
    return password


@transaction.atomic
def renew_administrator(someone: Person, active: bool = True) -> str:
    """A new first password for an administrator, or the end of the account (the password is then empty).

    For who operates the server, from its command line: it asks no permission. Raises :class:`Wrong` for other people.
    """
    if not ADMINISTRATORS & {a.role for a in someone.roles.all()}:
        raise Wrong(f"{someone}不是系统、安全或审计管理员，请由系统管理员在页面上办理。")
    someone.is_active, someone.totp_secret, someone.totp_step = active, "", 0
    someone.save(update_fields=["is_active", "totp_secret", "totp_step"])
    record("在服务器上重置管理员口令" if active else "在服务器上停用管理员账号", someone)
    return _new_password(someone) if active else ""


@transaction.atomic
def unlock(person: Person, someone: Person) -> None:
    """Let someone try again who was locked out."""
    require(person, "org.unlock", someone)
    tries.unlock_account(someone.username)
    record("解锁账号", someone)


@transaction.atomic
def unlock_at_server(account: str = "", address: str = "") -> int:
    """The same for an account or an address, asked by who operates the server; how many counts were forgotten.

    Raises :class:`Wrong` for an account that is not there.
    """
    someone = Person.objects.filter(username=account).first() if account else None
    if account and someone is None:
        raise Wrong(f"没有账号“{account}”。")
    forgotten = tries.unlock_account(account) if account else tries.unlock_address(address)
    record("在服务器上解锁", someone, None, {"address": address} if address else None, name=account or address)
    return forgotten


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
    department: Department | None = None, years: tuple[int, int | None] = (FIRST_YEAR, None),
) -> RoleAssignment:  # fmt: skip
    """Give someone a role for these years, the last of which may be open.

    The three administrators exclude every other role; nobody grants to themselves. Raises :class:`Wrong`.
    """
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
    same = RoleAssignment.objects.filter(person=someone, role=role, department=at_department, unit=at_unit)
    _no_overlap(same, years)
    made = RoleAssignment.objects.create(
        person=someone, role=role, district=district, department=at_department, unit=at_unit, granted_by=person,
        year_from=years[0], year_to=years[1],
    )  # fmt: skip
    record("授予角色", someone, None, {"role": str(role.label), "at": str(made), "years": made.years_label()})
    return made


@transaction.atomic
def grant_many(person: Person, district: District, wanted: Sequence[WantedRole]) -> int:
    """Give the roles of a list, all or none; how many. Raises :class:`Wrong`, which names the row."""
    for one in wanted:
        try:
            grant(person, one.person, one.role, district, one.unit, one.department, one.years)
        except Wrong as error:
            raise Wrong(f"{one.place}：{error}") from error
    return len(wanted)


def _no_overlap(same: QuerySet[RoleAssignment], years: tuple[int, int | None]) -> None:
    """The same role of the same person at the same place is held once in any year."""
    first, last = years
    if last is not None:
        same = same.filter(year_from__lte=last)
    held = same.filter(Q(year_to=None) | Q(year_to__gte=first)).first()
    if held is not None:
        raise Wrong(f"{held.person.name}已经有这个角色（{held.years_label() or '不限年度'}），不用再授予。")


def checked_years(first: str, last: str) -> tuple[int, int | None]:
    """The years of a role as they were typed; nothing typed is no bound. Raises :class:`Wrong`."""
    begin = checked_year(first, "起始年度") if first.strip() else FIRST_YEAR
    end = checked_year(last, "截止年度") if last.strip() else None
    if end is not None and end < begin:
        raise Wrong(f"截止年度 {end} 早于起始年度 {begin}。")
    return begin, end


@transaction.atomic
def set_years(person: Person, assignment: RoleAssignment, years: tuple[int, int | None]) -> None:
    """Say for which years a role is held. Nobody does so for their own. Raises :class:`Wrong`."""
    require(person, "org.grant_roles", assignment.district)
    if assignment.person_id == person.pk:
        raise Wrong("不能修改自己角色的年度。")
    lock(Person, [assignment.person_id])
    held = assignment
    same = RoleAssignment.objects.filter(
        person_id=held.person_id, role=held.role, department_id=held.department_id, unit_id=held.unit_id
    )
    _no_overlap(same.exclude(pk=held.pk), years)
    before = {"at": str(held), "years": held.years_label()}
    held.year_from, held.year_to = years
    held.save(update_fields=["year_from", "year_to"])
    record("修改角色年度", held.person, before, {"at": str(held), "years": held.years_label()})


@transaction.atomic
def revoke(person: Person, assignment: RoleAssignment) -> None:
    """Take a role away. Nobody takes their own."""
    require(person, "org.grant_roles", assignment.district)
    if assignment.person_id == person.pk:
        raise Wrong("不能收回自己的角色。")
    before = {"role": assignment.get_role_display(), "at": str(assignment), "years": assignment.years_label()}
    record("收回角色", assignment.person, before, None)
    assignment.delete()
