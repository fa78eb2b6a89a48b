"""The roles people hold, and which of them exclude one another."""

from __future__ import annotations

from django.db import models


class Role(models.TextChoices):
    """A role is held at a unit, a department or a district, for some years."""

    CLERK = "clerk", "单位经办"
    UNIT_HEAD = "unit_head", "单位负责人"
    DEPARTMENT_REVIEWER = "department_reviewer", "部门审核"
    FINANCE_REVIEWER = "finance_reviewer", "财政审核"
    FINANCE_LEADER = "finance_leader", "财政领导"
    EVALUATOR = "evaluator", "第三方/专家"
    AUDITOR = "auditor", "审计监督"
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDIT_ADMIN = "audit_admin", "审计管理员"


ADMINISTRATORS = frozenset((Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN))
"""三员: three separate accounts; who holds one of these holds no other role at all."""
UNIT_ROLES = frozenset((Role.CLERK, Role.UNIT_HEAD))
DEPARTMENT_ROLES = frozenset((Role.DEPARTMENT_REVIEWER,))
DISTRICT_ROLES = frozenset(Role) - UNIT_ROLES - DEPARTMENT_ROLES
REVIEWERS = frozenset((Role.DEPARTMENT_REVIEWER, Role.FINANCE_REVIEWER, Role.FINANCE_LEADER, Role.AUDITOR))
"""Who approves, or reads everything of a district."""


class CodesFor(models.TextChoices):
    """Who must use one-time codes; each demands of more people than the one before."""

    NOBODY = "nobody", "不要求，由本人决定"
    ADMINISTRATORS = "administrators", "三员管理员"
    REVIEWERS = "reviewers", "三员管理员，部门审核、财政审核、财政领导、审计监督"
    EVERYBODY = "everybody", "所有人"

    def is_for(self, roles: set[str]) -> bool:
        """Whether who holds these roles must."""
        if self == CodesFor.EVERYBODY:
            return True
        demanded = {CodesFor.ADMINISTRATORS: ADMINISTRATORS, CodesFor.REVIEWERS: ADMINISTRATORS | REVIEWERS}
        return bool(roles & demanded.get(self, frozenset()))
