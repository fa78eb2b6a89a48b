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


class Tries(models.Model):
    """How often a wrong password or code was given lately for an account, from a place, or both."""

    kind = models.CharField(max_length=16)
    account = models.CharField(max_length=64, blank=True)
    """Keyed hash of what was typed; empty where all accounts count together."""
    place = models.CharField(max_length=64, blank=True)
    """Keyed hash of the address or the browser; empty where all count together."""
    count = models.IntegerField(default=0)
    since = models.BigIntegerField(db_index=True)
    """Seconds of the epoch: when the first was counted, or the last that is allowed."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "place", "kind"], name="tries_account_place_kind")]
        indexes = [models.Index(fields=["place"], name="tries_place")]
        verbose_name = "登录尝试"


class KnownPlace(models.Model):
    """An address from which an account has logged in; both as keyed hashes, as in :class:`Tries`."""

    account = models.CharField(max_length=64)
    place = models.CharField(max_length=64)
    at = models.BigIntegerField(db_index=True)
    """Seconds of the epoch, to the day."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "place"], name="known_place")]
        verbose_name = "登录过的地址"


class Turn(models.Model):
    """A row to lock for what must be done one after the other, named by what that is. No foreign key leads here."""

    name = models.CharField(max_length=100, unique=True)

    class Meta:
        verbose_name = "排队办理"
