"""What the review desk asks of later stages, which it may not import."""

from __future__ import annotations

from django.dispatch import Signal

shown_to_reviewers = Signal()
"""Sent with ``projects``, the tables that a page of the desk shows.

A receiver that knows how the year before went gives them ``last_execution``: the execution rate of the project of the
year before, in percent, or ``None``."""
