"""The handbook's matrix of permissions, from ``jiheng.web.org.permissions.PERMISSIONS``."""

from __future__ import annotations

import os
from collections.abc import Iterator

NOTES = """
- 经办、单位负责人的权限限于本单位；部门审核限于本部门各单位；财政、审计等区级角色及于全区。授予角色时还可以限定年度。
- 系统管理员、安全管理员、审计管理员（三员）是三个不同的账号：一人只能任其一，也不能再有其他角色。
- 公众不用登录，只能看已公开的绩效文本。
"""


def render() -> Iterator[tuple[str, str]]:
    """The page."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "web_test_settings")
    import django

    django.setup()
    from jiheng.web.org.permissions import PERMISSIONS
    from jiheng.web.org.roles import Role

    lines = [
        "# 权限表",
        "",
        "<!-- 由 tools/permissions_page.py 生成，不要手改。 -->",
        "",
        "谁能做什么，只写在一处：`jiheng/web/org/permissions.py` 的 `PERMISSIONS`。这一页由它生成，每一格都有测试。",
        "",
        "| 权限 | 代号 | " + " | ".join(r.label for r in Role) + " |",
        "| --- | --- |" + " :-: |" * len(Role),
    ]
    for name, (label, roles) in PERMISSIONS.items():
        lines.append(f"| {label} | `{name}` | " + " | ".join("●" if r in roles else "" for r in Role) + " |")
    yield "permissions.md", "\n".join(lines) + "\n" + NOTES
