"""Workbooks: a sheet a project, everything on one sheet, or a flat list; told apart later, by their labels."""

from __future__ import annotations

from jiheng.readers.blocks import Content
from jiheng.readers.sheets import Sheet, SheetGathering
from jiheng.readers.workbook_ods import ods_sheets
from jiheng.readers.workbook_xls import xls_sheets
from jiheng.readers.workbook_xlsx import xlsx_sheets

SHEETS = {"xlsx": xlsx_sheets, "xls": xls_sheets, "et": xls_sheets, "ods": ods_sheets}


def read_spreadsheet(data: bytes, kind: str) -> Content:
    """The paragraphs and tables of a workbook of this kind: xlsx, xls, et or ods.

    A cell's ``number`` is its column in the sheet and a row's its row there; a table's ``number`` is its sheet's.
    """
    gathering = SheetGathering(kind)
    for number, sheet in enumerate(SHEETS[kind](data)):
        gathering.add(sheet, number)
    return gathering.content


def sheets_in(data: bytes, kind: str) -> list[Sheet]:
    """The sheets of a workbook of this kind; none where it is no workbook. Raises :class:`ReadError`."""
    return list(SHEETS[kind](data)) if kind in SHEETS else []
