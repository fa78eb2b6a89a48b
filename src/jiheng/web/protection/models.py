"""How often something was asked for lately: in the database, so that all processes count together."""

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
