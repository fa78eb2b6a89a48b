"""What the monitoring stage tells later stages, which it may not import."""

from __future__ import annotations

from django.dispatch import Signal

light_turned_red = Signal()
"""A light of a report that was submitted is red, and was not when it was told last. Sent after the commit, with
``record`` (:class:`MonitoringRecord`) and ``row`` (:class:`IndicatorReport`, or ``None`` for the light of the money).

It is sent when the unit submits, however the value came there (typed, Excel, API): a draft is nobody's report.
Once told, a light is told again only after a report in which it was not red.
"""
