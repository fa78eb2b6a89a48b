"""One saved change: what undo takes back, and what tells two editors of each other."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Edit(models.Model):
    """A change of one cell, or of many (``before`` and ``after`` are then patches, see ``services.steps``).

    ``cell`` names it: ``name``, ``budget_total``, ``plan:ID``, ``goal:ID``, ``indicator:ID:target_raw``; of a
    department's goals ``overall``, ``itemized:ID:goal``.
    """

    revision = models.IntegerField()
    cell = models.CharField(max_length=64)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    undone = models.BooleanField(default=False)

    class Meta:
        abstract = True
        ordering = ["-revision", "-pk"]
