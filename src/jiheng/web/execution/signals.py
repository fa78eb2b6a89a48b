"""What the execution stage asks of later stages, which it may not import."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.dispatch import Signal

taking_back = Signal()
"""Sent before an import is taken back, with ``batch`` and ``projects`` (keys).

A receiver that is against it returns why, in a Chinese sentence; "" or ``None`` agrees."""


def vetoes(batch: Any, projects: Collection[int]) -> list[str]:
    """Why this import may not be taken back, said by those who know; empty where nobody minds."""
    return [said for _, said in taking_back.send(sender=type(batch), batch=batch, projects=projects) if said]
