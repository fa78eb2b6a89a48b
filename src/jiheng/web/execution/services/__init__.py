"""What changes the execution stage's data; nothing else does."""

from jiheng.web.execution.services.money import Entry, add_entry, change_entry, remove_entry
from jiheng.web.execution.services.totals import lock_projects, refresh_totals

__all__ = ["Entry", "add_entry", "change_entry", "lock_projects", "refresh_totals", "remove_entry"]
