"""The report: one HTML file with everything in it, to be opened, sorted, printed and passed on."""

from jiheng.writers.report.page import as_html

__all__ = ["as_html"]
