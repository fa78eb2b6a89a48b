"""What the organisation tells the stages of the year."""

from __future__ import annotations

from django.dispatch import Signal

unit_ends = Signal()
"""A unit ends: ``unit``, ``year`` (its last), ``successor`` (a unit, or ``None``). Sent within the transaction.

Who keeps something of the unit in later years moves it to the successor and returns a phrase that says so (“3 个项目”)
or ``""``; or raises :class:`~jiheng.web.org.services.places.Wrong` where there is no successor.
"""
