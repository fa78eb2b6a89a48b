"""The way in: a path or some bytes to a :class:`Document`, whatever the format."""

from __future__ import annotations

from pathlib import Path

import msgspec

from jiheng import wire
from jiheng.model import Document
from jiheng.readers import limits
from jiheng.readers.blocks import Content
from jiheng.readers.detect import detect
from jiheng.readers.errors import BrokenFile, NoAccess, ReadError, TooLarge
from jiheng.readers.interpret import interpret
from jiheng.readers.office import convert

CONVERTED = {"doc": "docx", "wps": "docx", "odt": "docx", "rtf": "docx"}
"""Kinds that LibreOffice turns into another before they are read."""


def load(path: str | Path) -> bytes:
    """The bytes of a file. Raises :class:`NoAccess` or :class:`TooLarge`."""
    path = Path(path)
    try:
        if path.stat().st_size > limits.FILE_BYTES:
            raise TooLarge(f"文件超过 {limits.FILE_BYTES // 2**20} MB，不像绩效文本。请确认选对了文件，或拆分后再试。")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise NoAccess("找不到这个文件。请检查路径和文件名。") from error
    except IsADirectoryError as error:
        raise NoAccess("这是一个文件夹，不是文件。") from error
    except PermissionError as error:
        raise NoAccess("没有读取这个文件的权限。请联系文件的所有者，或复制到自己的文件夹后再试。") from error
    except OSError as error:
        raise NoAccess(f"文件打不开（{error.strerror or error}）。请检查磁盘或网络位置后再试。") from error


def read(path: str | Path) -> Document:
    """The document in a file. Raises :class:`ReadError` with a sentence for the user where it cannot be read."""
    return read_bytes(load(path), Path(path).name)


def read_bytes(data: bytes, name: str, convert_seconds: int | None = None) -> Document:
    """The document in these bytes; ``name`` is kept as its source and never decides what kind of file it is.

    ``convert_seconds`` is the processor time that LibreOffice has for a small file, where it must not be the usual.
    """
    kind = detect(data, name)
    converted = data
    if kind in CONVERTED:
        result = convert([(name, data)], CONVERTED[kind], convert_seconds)[0]
        if isinstance(result, ReadError):
            raise result
        converted = result
    return read_as(converted, name, kind)


def read_as(data: bytes, name: str, kind: str) -> Document:
    """The document in bytes of a known kind; those of a kind in :data:`CONVERTED` are the converted ones."""
    if kind == "json":
        return _read_json(data)
    form = CONVERTED.get(kind, kind)
    content = _blocks(data, form)
    content.format = kind
    return interpret(content, name)


def _blocks(data: bytes, form: str) -> Content:
    """The blocks of a file; a reader and its libraries are loaded when first needed."""
    if form == "docx":
        from jiheng.readers.docx import read_docx

        return read_docx(data)
    if form == "pdf":
        from jiheng.readers.pdf import read_pdf

        return read_pdf(data)
    if form == "html":
        from jiheng.readers.html import read_html

        return read_html(data)
    if form == "text":
        from jiheng.readers.text import read_text

        return read_text(data)
    from jiheng.readers.spreadsheet import read_spreadsheet

    return read_spreadsheet(data, form)


def _read_json(data: bytes) -> Document:
    try:
        return wire.from_json(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BrokenFile(
            f"这个 JSON 文件不是绩衡导出的绩效文档（{error}）。请用“jiheng read --json”重新导出。"
        ) from error
