"""The states a project's target table goes through, and how far along each is."""

from __future__ import annotations

from django.db import models


class State(models.TextChoices):
    """草稿 → 单位已报 → 部门审核 → 财政审核 → 批复 → 公开."""

    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "单位已报"
    DEPARTMENT_REVIEW = "department_review", "部门审核"
    FINANCE_REVIEW = "finance_review", "财政审核"
    APPROVED = "approved", "批复"
    PUBLISHED = "published", "公开"


EDITABLE = frozenset((State.DRAFT,))
FROZEN = frozenset((State.APPROVED, State.PUBLISHED))

RETURNS = ("unit_return", "department_return", "finance_return", "finance_return_department")
"""The steps that give a table back."""
