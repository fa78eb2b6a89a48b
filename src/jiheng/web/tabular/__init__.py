"""A list from a workbook: its sheets, heads and rows, and what in it is no row. Every stage reads its lists by this."""
