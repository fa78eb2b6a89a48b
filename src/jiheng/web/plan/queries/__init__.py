"""What pages of the plan stage read."""

from jiheng.web.plan.queries.table import Cell, Table, TableRow, table_of

__all__ = ["Cell", "Table", "TableRow", "table_of"]
