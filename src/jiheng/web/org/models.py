"""Districts, departments, units, sections, people and the roles they hold."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property

from jiheng.web.org.lineage import Lineage, heirs
from jiheng.web.org.roles import ADMINISTRATORS, CodesFor, Role

FIRST_YEAR = 2000
"""The first year of a role that is held since ever."""


class Scope(NamedTuple):
    """Where an object belongs: what a role must cover to act on it.

    ``heirs`` are the units, each with its department, that carry on the work of a unit that ended.
    """

    district: int | None = None
    department: int | None = None
    unit: int | None = None
    heirs: tuple[tuple[int, int], ...] = ()


class District(models.Model):
    """An administrative division (行政区划) with a finance bureau."""

    code = models.CharField("区划代码", max_length=6, unique=True)
    name = models.CharField("名称", max_length=100)
    codes_for = models.CharField("必须使用动态口令", max_length=16, choices=CodesFor.choices, default=CodesFor.NOBODY)

    class Meta:
        ordering = ["code"]
        verbose_name = "行政区划"

    def __str__(self) -> str:
        return self.name

    @property
    def finance_bureau(self) -> str:
        """Who signs for it: a province or autonomous region has a 财政厅, every other division a 财政局."""
        return f"{self.name}{'财政厅' if self.name.endswith(('省', '自治区')) else '财政局'}"

    def scope(self) -> Scope:
        """Where it belongs."""
        return Scope(self.pk)


class Department(models.Model):
    """A budget department (部门) of a district."""

    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="departments", verbose_name="区划")
    code = models.CharField("部门代码", max_length=12)
    name = models.CharField("名称", max_length=150)
    is_active = models.BooleanField("在用", default=True)

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["district", "code"], name="department_code")]
        verbose_name = "部门"

    def __str__(self) -> str:
        return self.name

    def scope(self) -> Scope:
        """Where it belongs."""
        return Scope(self.district_id, self.pk)


class Unit(models.Model):
    """A budget unit (单位) of a department: 203001 is the department's own office (本级).

    A unit that was renamed, renumbered or merged ends in ``valid_to`` and names its ``successor``.
    """

    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="units", verbose_name="部门")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    code = models.CharField("单位编码", max_length=12)
    name = models.CharField("名称", max_length=150)
    valid_from = models.IntegerField("启用年度", default=2000)
    valid_to = models.IntegerField("截止年度", null=True, blank=True)
    successor = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="predecessors")

    class Meta:
        ordering = ["code"]
        constraints = [models.UniqueConstraint(fields=["department", "code", "valid_from"], name="unit_code")]
        verbose_name = "单位"

    def __str__(self) -> str:
        return f"{self.code}{self.name}"

    def scope(self) -> Scope:
        """Where it belongs."""
        if self.successor_id is None:
            return Scope(self.department.district_id, self.department_id, self.pk)
        if not hasattr(self, "_heirs"):
            self._heirs = tuple((u.pk, u.department_id) for u in heirs(self))
        return Scope(self.department.district_id, self.department_id, self.pk, self._heirs)


class Section(models.Model):
    """A section (科室) of a unit."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="sections", verbose_name="单位")
    name = models.CharField("名称", max_length=100)

    class Meta:
        ordering = ["name"]
        verbose_name = "科室"

    def __str__(self) -> str:
        return self.name


class PersonManager(BaseUserManager["Person"]):
    """Makes accounts."""

    def create_user(self, username: str, name: str, password: str | None = None, **fields: Any) -> Person:
        """A new account; without a password nobody can log in to it."""
        person = self.model(username=username, name=name, **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person


class Person(AbstractBaseUser):
    """An account of one person. What it may do follows from its :class:`RoleAssignment` alone."""

    username = models.CharField("账号", max_length=64, unique=True)
    name = models.CharField("姓名", max_length=50)
    phone = models.CharField("电话", max_length=30, blank=True)
    email = models.EmailField("邮箱", blank=True)
    wants_mail = models.BooleanField("消息也发到邮箱", default=True)
    unit = models.ForeignKey(
        Unit, on_delete=models.SET_NULL, null=True, blank=True, related_name="people", verbose_name="所在单位"
    )
    section = models.ForeignKey(
        Section, on_delete=models.SET_NULL, null=True, blank=True, related_name="people", verbose_name="科室"
    )
    district = models.ForeignKey(
        District, on_delete=models.PROTECT, null=True, blank=True, related_name="people", verbose_name="区划"
    )
    """Where an account without a unit belongs: an administrator's, an outside expert's."""
    is_active = models.BooleanField("在用", default=True)
    must_change_password = models.BooleanField(default=True)
    password_changed_at = models.DateTimeField(null=True, blank=True)
    totp_secret = models.CharField(max_length=255, blank=True)
    """Sealed (:mod:`jiheng.web.protection.sealing`); services.codes opens it."""
    totp_step = models.BigIntegerField(default=0)
    """The time step of the last code used, which cannot be used again."""
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PersonManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["username"]
        verbose_name = "人员"

    def __str__(self) -> str:
        return f"{self.name}（{self.username}）"

    def scope(self) -> Scope:
        """Where it belongs: whose administrators manage it. Of who has neither unit nor district, the roles tell."""
        if self.unit is not None:
            return self.unit.scope()
        if self.district_id is None and (held := self.held()):
            return Scope(held[0].district_id)
        return Scope(self.district_id)

    def held(self) -> list[RoleAssignment]:
        """The roles of this person, read once a request."""
        if not hasattr(self, "_held"):
            self._held = list(self.roles.select_related("district", "department", "unit__department"))
            lineage = Lineage()
            for assignment in self._held:
                assignment.lineage = lineage
        return self._held

    def has_role(self, *roles: str) -> bool:
        """Whether the person holds one of these roles anywhere."""
        return any(a.role in roles for a in self.held())

    def forget_roles(self) -> None:
        """Read the roles anew: they were changed."""
        self.__dict__.pop("_held", None)


class PastPassword(models.Model):
    """The hash of a password that a person has had, so that it is not taken again."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="past_passwords")
    password = models.CharField(max_length=128)

    class Meta:
        ordering = ["-pk"]
        verbose_name = "用过的口令"

    def __str__(self) -> str:
        return str(self.person)


class RoleAssignment(models.Model):
    """A role held by a person at a unit, a department or a district, from one year to another."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="roles", verbose_name="人员")
    role = models.CharField("角色", max_length=32, choices=Role.choices, db_index=True)
    district = models.ForeignKey(
        District, on_delete=models.CASCADE, related_name="role_assignments", verbose_name="区划"
    )
    department = models.ForeignKey(Department, on_delete=models.CASCADE, null=True, blank=True, verbose_name="部门")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, null=True, blank=True, verbose_name="单位")
    year_from = models.IntegerField("起始年度", default=FIRST_YEAR)
    year_to = models.IntegerField("截止年度", null=True, blank=True)
    granted_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    granted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["role"]
        verbose_name = "角色授权"

    def __str__(self) -> str:
        return f"{self.get_role_display()} · {self.unit or self.department or self.district}"

    @cached_property
    def lineage(self) -> Lineage:
        """Which units were before which; shared among the roles that :meth:`Person.held` reads."""
        return Lineage()

    def covers(self, scope: Scope, year: int | None = None) -> bool:
        """Whether the role reaches an object there in that year."""
        if not self.holds_in(year):
            return False
        if self.unit_id is not None:
            return scope.unit == self.unit_id or self.unit_id in (unit for unit, _ in scope.heirs)
        if self.department_id is not None:
            return scope.department == self.department_id or self.department_id in (d for _, d in scope.heirs)
        return scope.district == self.district_id

    def units(self, path: str = "") -> Q:
        """The units that the role reaches, as a condition on :class:`Unit`, or on what has one at ``path`` (unit__).

        Units that were before, and are carried on by one that it reaches, are among them.
        """
        if self.unit_id is not None:
            before = self.lineage.before(self.unit_id)
            return Q(**{f"{path}pk__in": [self.unit_id, *before]}) if before else Q(**{f"{path}pk": self.unit_id})
        if self.department_id is not None:
            before = self.lineage.before_department(self.department_id)
            here = Q(**{f"{path}department_id": self.department_id})
            return here | Q(**{f"{path}pk__in": list(before)}) if before else here
        return Q(**{f"{path}department__district_id": self.district_id})

    def years(self, field: str) -> Q:
        """The years of the role, as a condition on what has its year in ``field`` (budget_year__year)."""
        begun = Q(**{f"{field}__gte": self.year_from})
        return begun if self.year_to is None else begun & Q(**{f"{field}__lte": self.year_to})

    def is_of(self, year: Any) -> bool:
        """Whether the role is held in the district and the year of a budget year."""
        return bool(year.district_id == self.district_id and self.holds_in(year.year))

    def in_year(self, year: Any, path: str = "") -> Q:
        """The units that the role reaches in a budget year, as a condition on what is of that year; joins nothing where
        it reaches the whole district."""
        if not self.is_of(year):
            return Q(pk__in=[])
        return ~Q(pk__in=[]) if self.unit_id is None and self.department_id is None else self.units(path)

    def holds_in(self, year: int | None) -> bool:
        """Whether the role is held in that year; without a year, in any, and an administrator's in the present one."""
        if year is None and self.role not in ADMINISTRATORS:
            return True
        return self.year_from <= (year or timezone.localdate().year) <= (self.year_to or 9999)

    def years_label(self) -> str:
        """From which year to which, in words; empty for a role without bounds."""
        if self.year_from <= FIRST_YEAR:
            return f"至 {self.year_to} 年" if self.year_to else ""
        return f"{self.year_from} 年起" if self.year_to is None else f"{self.year_from}—{self.year_to} 年"
