"""What pages of the execution stage, and later stages, read."""

from jiheng.web.execution.queries.money import Executed, Line, executed, executed_many

__all__ = ["Executed", "Line", "executed", "executed_many"]
