"""The accounts of the demonstration district, shown on the login page in demo mode only."""

from __future__ import annotations

from typing import NamedTuple


class Account(NamedTuple):
    """Who to log in as."""

    username: str
    name: str
    role: str
    unit: str = ""


PASSWORD = "Yunxi-2026-demo"  # noqa: S105 - shown on the login page of the demonstration
DEMO_ACCOUNTS = (
    Account("jingban", "林小满", "clerk", "312002"),
    Account("fuzeren", "周立秋", "unit_head", "312002"),
    Account("bumen", "陈谷雨", "department_reviewer", "312001"),
    Account("caizheng", "吴白露", "finance_reviewer"),
    Account("lingdao", "郑寒露", "finance_leader"),
    Account("zhuanjia", "孙惊蛰", "evaluator"),
    Account("shenji", "钱霜降", "auditor"),
    Account("xitong", "系统管理员", "system_admin"),
    Account("anquan", "安全管理员", "security_admin"),
    Account("shenjiguanli", "审计管理员", "audit_admin"),
)
