"""The stamps of a workbook that was handed out to be filled in: which sheet is which form."""

from __future__ import annotations

from jiheng import stamp
from jiheng.readers.sheets import Sheet
from jiheng.readers.spreadsheet import SHEETS


def sheet_keys(data: bytes, kind: str) -> dict[str, str | None]:
    """The key of each visible sheet that is a form, by the sheet's name; ``None`` where it has no stamp.

    Sheets that are furniture, and hidden ones, are left out. Empty where ``kind`` is no workbook. Raises ``ReadError``
    like the reader.
    """
    if kind not in SHEETS:
        return {}
    keys = {sheet.name: _key(sheet) for sheet in SHEETS[kind](data) if not sheet.hidden and sheet.rows}
    return {name: key for name, key in keys.items() if key != ""}


def _key(sheet: Sheet) -> str | None:
    found = (stamp.key_of(text) for cells in sheet.rows.values() for text in cells.values())
    return next((key for key in found if key is not None), None)
