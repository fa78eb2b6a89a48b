"""What a token may be used for, apart from what its person may see."""

from __future__ import annotations

from django.db import models


class TokenScope(models.TextChoices):
    """A kind of data; a token names those it reads."""

    ORG = "org:read", "机构：部门和单位"
    PROJECTS = "projects:read", "项目：绩效目标表和指标"
    FINDINGS = "findings:read", "检查结果"
    DOCUMENTS = "documents:read", "已公开的绩效文本"
    MONITORING = "monitoring:read", "绩效监控：期次和监控表"
    MONITORING_WRITE = "monitoring:write", "填报绩效监控（写入）"
