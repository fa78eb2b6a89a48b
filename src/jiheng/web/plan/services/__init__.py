"""What changes the plan stage's data; nothing else does."""

from jiheng.web.plan.services.editing import Saved, changes, edits_since, redo, save_cells, undo
from jiheng.web.plan.services.errors import Refused, Stale
from jiheng.web.plan.services.lines import add_row, move_row, paste, remove_row, use_periods
from jiheng.web.plan.services.presence import be_gone, be_here
from jiheng.web.plan.services.projects import PARTS, carry_over, copy_project, create_project, delete_project, take_over

__all__ = [
    "PARTS", "Refused", "Saved", "Stale", "add_row", "be_gone", "be_here", "carry_over", "changes", "copy_project",
    "create_project", "delete_project", "edits_since", "move_row", "paste", "redo", "remove_row", "save_cells",
    "take_over", "undo", "use_periods",
]  # fmt: skip
