"""How work in a process of its own may end without a result."""

from __future__ import annotations


class Stopped(Exception):
    """The work did not finish; the process is gone."""


class OutOfTime(Stopped):
    """It took more processor time, or waited longer, than it may."""


class OutOfMemory(Stopped):
    """It needed more memory than it may have."""


class Died(Stopped):
    """Its process was ended by a signal: by the system for want of memory, or by a fault in a library."""
