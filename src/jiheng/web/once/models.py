"""The answers that forms have got, for a day: in the database, so that all processes know them."""

from __future__ import annotations

from django.db import models


class KeptAnswer(models.Model):
    """What was answered to one submission, sealed with its key, which is not kept; no row tells whose it is."""

    digest = models.CharField(max_length=64, primary_key=True)
    """Of the person, the address, the one-time key and, of a form, of what was filled in."""
    content = models.CharField(max_length=64, blank=True)
    """The fingerprint of what was sent with a key that its sender has made, who may not send other things with it."""
    asked_at = models.DateTimeField(db_index=True)
    answer = models.TextField(blank=True)
    """Empty only within the transaction that works the answer out."""

    class Meta:
        verbose_name = "表单的答复"
