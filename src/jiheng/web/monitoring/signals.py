"""What the monitoring stage tells later stages, which it may not import."""

from __future__ import annotations

import logging
from typing import Any

from django.dispatch import Signal

from jiheng.web import transaction
from jiheng.web.retrying import met_a_lock

log = logging.getLogger(__name__)

light_turned_red = Signal()
"""A light of a report that was submitted is red, and was not when it was told last. Sent by :func:`tell`, with
``record`` (:class:`MonitoringRecord`) and ``row`` (:class:`IndicatorReport`, or ``None`` for the light of the money).

It is sent when the unit submits, however the value came there (typed, Excel, API): a draft is nobody's report.
Once told, a light is told again only after a report in which it was not red.
"""


def tell(signal: Signal, sender: Any, **named: Any) -> bool:
    """Tell later stages inside the transaction of what is told: a server that dies keeps both or neither.

    Whether all of them took it: one that fails undoes its own work, not the report.
    """
    try:
        with transaction.atomic():
            signal.send(sender=sender, **named)
    except Exception as error:
        if met_a_lock(error):  # not their fault: the whole is done again
            raise
        log.exception("a later stage failed at what %s told it", sender.__name__)
        return False
    return True
