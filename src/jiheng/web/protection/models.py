"""What all processes must agree on: how often something was asked for lately, and whose turn it is."""

from __future__ import annotations

from django.db import models


class Window(models.Model):
    """What one asker has asked of one kind in one stretch of time; dropped soon after it is over."""

    key = models.CharField(max_length=100)
    """Kind and asker: ``api|SHA-256``; a secret is never kept in clear."""
    start = models.BigIntegerField(db_index=True)
    """Seconds of the epoch."""
    count = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "start"], name="window_key_start")]
        verbose_name = "访问计数"


class Turn(models.Model):
    """A row to lock for what must be done one after the other, named by what that is. No foreign key leads here."""

    name = models.CharField(max_length=100, unique=True)

    class Meta:
        verbose_name = "排队办理"
