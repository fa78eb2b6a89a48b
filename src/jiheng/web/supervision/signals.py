"""What the supervision app tells others."""

from __future__ import annotations

from django.dispatch import Signal

told = Signal()
"""People were told something; sent within the transaction."""
