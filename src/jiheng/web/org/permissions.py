"""Who may do what: one table. Views and services ask :func:`allowed`; the handbook's matrix is generated from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q

import rules
from jiheng.web.org.lineage import in_use
from jiheng.web.org.models import Department, District, Person, RoleAssignment, Scope, Unit
from jiheng.web.org.roles import Role

R = Role
_PLAN_READERS = frozenset(
    (R.CLERK, R.UNIT_HEAD, R.DEPARTMENT_REVIEWER, R.FINANCE_REVIEWER, R.FINANCE_LEADER, R.AUDITOR)
)

PERMISSIONS: dict[str, tuple[str, frozenset[Role]]] = {
    "plan.view": ("查看绩效目标", _PLAN_READERS),
    "plan.edit": ("编写绩效目标", frozenset((R.CLERK,))),
    "plan.import": ("导入绩效文件", frozenset((R.CLERK, R.DEPARTMENT_REVIEWER))),
    "plan.export": ("导出绩效目标", _PLAN_READERS),
    "plan.edit_department": ("编写部门整体目标", frozenset((R.DEPARTMENT_REVIEWER,))),
    "plan.submit": ("单位负责人签报", frozenset((R.UNIT_HEAD,))),
    "plan.review_department": ("部门审核", frozenset((R.DEPARTMENT_REVIEWER,))),
    "plan.review_finance": ("财政审核", frozenset((R.FINANCE_REVIEWER,))),
    "plan.approve": ("批复绩效目标", frozenset((R.FINANCE_REVIEWER, R.FINANCE_LEADER))),
    "plan.approve_poor": ("写明理由批复评为“差”的项目", frozenset((R.FINANCE_LEADER,))),
    "plan.adjust": ("发起目标调整", frozenset((R.UNIT_HEAD, R.DEPARTMENT_REVIEWER))),
    "plan.comment": (
        "在单元格上批注",
        frozenset((R.CLERK, R.UNIT_HEAD, R.DEPARTMENT_REVIEWER, R.FINANCE_REVIEWER, R.FINANCE_LEADER)),
    ),
    "plan.open_year": ("开放预算年度", frozenset((R.FINANCE_REVIEWER,))),
    "execution.view": ("查看预算执行", _PLAN_READERS),
    "execution.edit": ("登记指标、支付和采购", frozenset((R.CLERK, R.DEPARTMENT_REVIEWER))),
    "execution.import": (
        "导入预算执行数据",
        frozenset((R.CLERK, R.DEPARTMENT_REVIEWER, R.FINANCE_REVIEWER)),
    ),
    "monitoring.view": ("查看绩效监控", _PLAN_READERS),
    "monitoring.report": ("填报绩效监控", frozenset((R.CLERK,))),
    "monitoring.submit": ("报送绩效监控", frozenset((R.CLERK, R.UNIT_HEAD))),
    "monitoring.review_department": ("部门审核绩效监控", frozenset((R.DEPARTMENT_REVIEWER,))),
    "monitoring.review_finance": ("财政审核绩效监控", frozenset((R.FINANCE_REVIEWER,))),
    "monitoring.manage": ("管理监控期次", frozenset((R.FINANCE_REVIEWER,))),
    "monitoring.assign": (
        "分解责任到科室和个人",
        frozenset((R.CLERK, R.UNIT_HEAD, R.DEPARTMENT_REVIEWER)),
    ),
    "evaluation.view": ("查看绩效自评", _PLAN_READERS),
    "evaluation.fill": ("填写绩效自评", frozenset((R.CLERK,))),
    "evaluation.submit": ("报送绩效自评", frozenset((R.UNIT_HEAD,))),
    "evaluation.review_department": ("部门审核绩效自评", frozenset((R.DEPARTMENT_REVIEWER,))),
    "evaluation.review_finance": ("财政审核绩效自评", frozenset((R.FINANCE_REVIEWER,))),
    "evaluation.manage": ("开展年度绩效自评", frozenset((R.FINANCE_REVIEWER,))),
    "evaluation.department": ("编写部门整体自评", frozenset((R.DEPARTMENT_REVIEWER,))),
    "results.view": ("查看整改台账", _PLAN_READERS),
    "results.raise": (
        "提出整改事项",
        frozenset((R.DEPARTMENT_REVIEWER, R.FINANCE_REVIEWER, R.FINANCE_LEADER, R.AUDITOR)),
    ),
    "results.answer": ("办理整改", frozenset((R.CLERK, R.UNIT_HEAD))),
    "results.verify": (
        "核验整改、批准延期",
        frozenset((R.DEPARTMENT_REVIEWER, R.FINANCE_REVIEWER, R.FINANCE_LEADER, R.AUDITOR)),
    ),
    "disclosure.publish": ("公开绩效文本", frozenset((R.DEPARTMENT_REVIEWER, R.FINANCE_REVIEWER))),
    "workbench.overview": ("查看全区进度", frozenset((R.FINANCE_REVIEWER, R.FINANCE_LEADER, R.AUDITOR))),
    "audit.view": ("查看审计日志", frozenset((R.AUDITOR, R.AUDIT_ADMIN))),
    "audit.export": ("导出审计日志", frozenset((R.AUDITOR, R.AUDIT_ADMIN))),
    "org.manage_units": ("维护部门和单位", frozenset((R.SYSTEM_ADMIN,))),
    "org.manage_accounts": ("维护账号", frozenset((R.SYSTEM_ADMIN,))),
    "org.grant_roles": ("授予和收回角色", frozenset((R.SECURITY_ADMIN,))),
    "org.unlock": ("解锁账号、重置口令策略", frozenset((R.SECURITY_ADMIN,))),
    "org.view_people": ("查看账号和角色", frozenset((R.SYSTEM_ADMIN, R.SECURITY_ADMIN, R.AUDIT_ADMIN))),
    "api.revoke": ("查看和撤销他人的接口令牌", frozenset((R.SECURITY_ADMIN,))),
    "api.token": (
        "申请接口令牌",
        frozenset((R.CLERK, R.DEPARTMENT_REVIEWER, R.FINANCE_REVIEWER, R.FINANCE_LEADER)),
    ),
}
"""permission → (what it lets one do, the roles that have it); a role reaches what lies in its own place."""


def _predicate(permission: str) -> Any:
    roles = PERMISSIONS[permission][1]

    @rules.predicate(permission)  # type: ignore[untyped-decorator]
    def holds(person: Person, target: Any) -> bool:
        if person is None or not person.is_authenticated or not person.is_active:
            return False
        mine = [a for a in person.held() if a.role in roles and a.holds_in(None)]
        if target is None:
            return bool(mine)
        scope = target if isinstance(target, Scope) else target.scope()
        year = getattr(target, "fiscal_year", None)
        return any(a.covers(scope, year) for a in mine)

    return holds


for _name in PERMISSIONS:
    if not rules.perm_exists(_name):
        rules.add_perm(_name, _predicate(_name))


def allowed(person: Any, permission: str, target: Any = None) -> bool:
    """Whether a person may do this, with this object, or at all where none is given.

    An object tells by ``scope()`` where it belongs and, where it has one, by ``fiscal_year`` for which year.
    Raises ``KeyError`` for a permission that is not in the table.
    """
    PERMISSIONS[permission]
    return bool(rules.has_perm(permission, person, target))


def require(person: Any, permission: str, target: Any = None) -> None:
    """Raise :class:`PermissionDenied` (403) unless allowed."""
    if not allowed(person, permission, target):
        raise PermissionDenied(f"您没有“{PERMISSIONS[permission][0]}”的权限。如确需办理，请联系安全管理员授权。")


@dataclass(frozen=True, slots=True)
class At:
    """A place in a year: what permissions are asked of for something that does not exist yet."""

    place: Unit | Department | District
    fiscal_year: int

    def scope(self) -> Scope:
        """Where it is."""
        return self.place.scope()


def _entitling(person: Any, permission: str) -> list[RoleAssignment]:
    held = person.held() if getattr(person, "is_authenticated", False) else []
    return [a for a in held if a.role in PERMISSIONS[permission][1] and a.holds_in(None)]


def reachable_units(person: Any, permission: str, year: int | None = None) -> Q:
    """The units whose objects a person may do this with, as a condition on :class:`Unit`; matches none where none.

    For what belongs to a year, name it: a role may be held for some years only.
    """
    found = Q(pk__in=[])
    for assignment in _entitling(person, permission):
        if assignment.holds_in(year):
            found |= assignment.units()
    return found


def units_for(person: Any, permission: str, year: int | None = None) -> Any:
    """The units a person may do this with, in that year."""
    return Unit.objects.filter(reachable_units(person, permission, year)).select_related("department")


def units_in(person: Any, permission: str, year: Any) -> Any:
    """The units of a budget year's district that a person may do this with, as they are in that year.

    Who holds a role at a unit that was renamed since is shown it by the name of the year.
    """
    found = units_for(person, permission, year.year).filter(in_use(year.year))
    return found.filter(department__district_id=year.district_id)


def entitled_in(person: Any, permission: str, year: Any) -> bool:
    """Whether a person may do this somewhere in a budget year; asks no more than what roles they hold."""
    return any(assignment.is_of(year) for assignment in _entitling(person, permission))


def reach(person: Any, permission: str, unit: str = "unit__", year: str = "budget_year__year") -> Q:
    """The objects a person may do this with, as a condition on what has a unit and a year at these paths.

    A list filtered so holds exactly what :func:`allowed` lets through one by one; it matches none where none.
    """
    found = Q(pk__in=[])
    for assignment in _entitling(person, permission):
        found |= assignment.units(unit) & assignment.years(year)
    return found


def reach_in(person: Any, permission: str, year: Any) -> Q:
    """The same for objects that are all of one budget year: nothing is joined to find out what that year says."""
    found = Q(pk__in=[])
    for assignment in _entitling(person, permission):
        found |= assignment.in_year(year, "unit__")
    return found
