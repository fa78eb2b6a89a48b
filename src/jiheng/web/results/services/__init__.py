"""What changes the register: items are raised here; their steps are in :mod:`jiheng.web.results.workflow`."""

from jiheng.web.results.services.raising import Found, add_word, raise_item, raise_once
from jiheng.web.results.services.reminders import remind

__all__ = ["Found", "add_word", "raise_item", "raise_once", "remind"]
