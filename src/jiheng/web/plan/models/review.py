"""What reviewers leave behind: the path of a table, comments on its cells, review sheets."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from jiheng.web.plan.models.project import Project
from jiheng.web.plan.states import State


class Transition(models.Model):
    """One step of a table through its states, with the reason given."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="transitions")
    name = models.CharField(max_length=32)
    source = models.CharField(max_length=32, choices=State.choices)
    target = models.CharField(max_length=32, choices=State.choices)
    reason = models.TextField("意见", blank=True)
    batch = models.CharField(max_length=36, blank=True, db_index=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["name", "project", "target"], name="transition_steps")]
        verbose_name = "流转"


class Comment(models.Model):
    """A comment on a cell of a table (see :class:`CellEdit` for how cells are named), or a reply to one."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="comments")
    cell = models.CharField(max_length=64, blank=True)
    text = models.TextField("批注")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="replies")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = "批注"


class Review(models.Model):
    """The official review sheet (绩效目标审核表, 财预〔2015〕88号) of one reviewer for one table."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="reviews")
    stage = models.CharField(max_length=32, choices=State.choices)
    scores = models.JSONField("得分", default=dict)
    """Item key → points as text."""
    opinion = models.TextField("审核意见", blank=True)
    total = models.DecimalField("总分", max_digits=5, decimal_places=2, null=True, blank=True)
    grade = models.CharField("等级", max_length=4, blank=True)
    revision = models.IntegerField(null=True, blank=True)
    """The table's revision that was looked at; empty in sheets kept before this was."""
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-at"]
        constraints = [models.UniqueConstraint(fields=["project", "stage", "by"], name="one_review_a_reviewer")]
        verbose_name = "审核表"
