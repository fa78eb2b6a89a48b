"""Zip packages of XML parts (docx, xlsx, odt), opened with distrust, and the one way XML is parsed.

Parts are read by name and never unpacked to disk, so what a name says about folders is of no concern. What a part
unpacks to is counted while it is inflated; sizes stated in the file are not believed.
"""

from __future__ import annotations

import io
import lzma
import posixpath
import re
import struct
import zipfile
import zlib
from urllib.parse import unquote

from lxml import etree

from jiheng.readers import limits
from jiheng.readers.errors import BrokenFile, Encrypted, TooLarge

_DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, OSError, OverflowError, ValueError,
    struct.error,
)  # fmt: skip
_CENTRAL_ENTRY = b"PK\x01\x02"
_ENCRYPTED_FLAG = 0x1
_PARSER = etree.XMLParser(
    resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True, remove_comments=True
)
_PROLOG = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s+|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE", re.DOTALL)
_AGAIN = "请向提供者重新索取，或用 Word、WPS 打开后另存一份再试。"


class Package:
    """The parts of a zip package by name, whatever the case of its letters."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._parts = {info.filename.replace("\\", "/").lstrip("/").lower(): info for info in archive.infolist()}
        self._left = limits.UNPACKED_BYTES
        self._relations: dict[str, list[tuple[str, str, str]]] = {}

    def __contains__(self, name: str) -> bool:
        return name.lstrip("/").lower() in self._parts

    def names(self) -> list[str]:
        """The names of all parts, in lower case."""
        return list(self._parts)

    def read(self, name: str) -> bytes | None:
        """The bytes of a part, or ``None`` where there is no such part."""
        info = self._parts.get(name.lstrip("/").lower())
        if info is None:
            return None
        if info.flag_bits & _ENCRYPTED_FLAG:
            raise Encrypted("文件有密码保护，无法读取。请取消密码后另存一份再试。")
        most = min(self._left, max(limits.RATIO * info.compress_size, limits.RATIO_FREE_BYTES))
        data = b""
        try:
            if info.file_size <= most:  # a size that claims to be small is not believed either
                with self._archive.open(info) as part:
                    data = part.read(most + 1)
        except _DAMAGED as error:
            raise BrokenFile(f"文件已损坏：其中的 {name} 无法解压。{_AGAIN}") from error
        if max(info.file_size, len(data)) > most:
            raise TooLarge(f"文件解压后过大：其中的 {name} 超过 {most // 2**20} MB，不像正常文档，已停止读取。")
        self._left -= len(data)
        return data

    def main_part(self, default: str) -> str:
        """The name of the part that the package says is its document; ``default`` where it says nothing usable."""
        for _, suffix, target in self._relations_of(""):
            if suffix == "officedocument" and target in self:
                return target
        types = self.read("[Content_Types].xml")
        if types is not None:
            for override in parse_xml(types, "[Content_Types].xml").iter("{*}Override"):
                name = (override.get("PartName") or "").lstrip("/")
                if (override.get("ContentType") or "").endswith(".main+xml") and name in self:
                    return name
        return default

    def related(self, part: str, type_suffix: str) -> str | None:
        """The name of the part that ``part`` refers to by a relationship of this type, such as ``numbering``."""
        wanted = type_suffix.lower()
        return next((target for _, suffix, target in self._relations_of(part) if suffix == wanted), None)

    def targets(self, part: str, type_suffix: str) -> dict[str, str]:
        """The names of all parts that ``part`` refers to by relationships of this type, by their ids."""
        wanted = type_suffix.lower()
        return {key: target for key, suffix, target in self._relations_of(part) if suffix == wanted}

    def _relations_of(self, part: str) -> list[tuple[str, str, str]]:
        """(id, last word of the type, name of the part) of each relationship to a part of this package."""
        found = self._relations.get(part)
        if found is None:
            found = self._relations[part] = self._read_relations(part)
        return found

    def _read_relations(self, part: str) -> list[tuple[str, str, str]]:
        folder, name = posixpath.split(part.lstrip("/"))
        rels = posixpath.join(folder, "_rels", f"{name}.rels")
        data = self.read(rels)
        if data is None:
            return []
        found = []
        for relation in parse_xml(data, rels).iter("{*}Relationship"):
            target = relation.get("Target")
            if target and relation.get("TargetMode") != "External":
                suffix = (relation.get("Type") or "").rpartition("/")[2].lower()
                found.append((relation.get("Id") or "", suffix, self._resolve(folder, target)))
        return found

    def _resolve(self, folder: str, target: str) -> str:
        path = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        return path if path in self else unquote(path)


def open_package(data: bytes) -> Package:
    """Open a zip package that is in memory."""
    # Counted before zipfile makes an object of each: a directory of millions would fill the memory.
    if data.count(_CENTRAL_ENTRY) > limits.PACKAGE_ENTRIES:
        raise TooLarge(f"压缩包里的文件超过 {limits.PACKAGE_ENTRIES} 个，不像正常文档，已停止读取。")
    try:
        return Package(zipfile.ZipFile(io.BytesIO(data)))
    except _DAMAGED as error:
        raise BrokenFile(f"文件不完整或已损坏（压缩包结构读不出来），可能没有下载完或传输中断。{_AGAIN}") from error


def parse_xml(data: bytes, part_name: str) -> etree._Element:
    """The root of an XML part. No DTD, no entities, nothing fetched, nothing repaired."""
    if _PROLOG.match(data):
        raise _doctype(part_name)
    # A tree takes some 30 times its shortest tags, so tags are counted where there may be too many.
    if len(data) > 4 * limits.XML_TAGS and data.count(b"<") > limits.XML_TAGS:
        raise TooLarge(
            f"文件内容过多：其中的 {part_name} 超过 {limits.XML_TAGS // 10_000} 万个标签，已停止读取。"
            "如果有大量空行空列，请删除后再试。"
        )
    try:
        root = etree.fromstring(data, _PARSER)
    except etree.XMLSyntaxError as error:
        raise _syntax(error, part_name) from error
    except (ValueError, LookupError) as error:
        raise BrokenFile(f"文件已损坏：其中的 {part_name} 不是正确的 XML。{_AGAIN}") from error
    # UTF-16 passes the first look; entities were not expanded, and such a part is refused all the same.
    if root.getroottree().docinfo.internalDTD is not None:
        raise _doctype(part_name)
    return root


def _doctype(part_name: str) -> BrokenFile:
    return BrokenFile(
        f"文件中的 {part_name} 含有文档类型声明（DOCTYPE）或实体定义，正常文档没有这些内容，"
        f"可能是恶意文件，已拒绝读取，也没有访问它指向的任何地址。{_AGAIN}"
    )


def _syntax(error: etree.XMLSyntaxError, part_name: str) -> BrokenFile | TooLarge:
    reason = str(error)
    if "Excessive depth" in reason or "depth" in reason.lower():
        return TooLarge(f"文件嵌套过深：其中的 {part_name} 超过 {limits.DEPTH} 层，不像正常文档，已停止读取。")
    if "huge" in reason.lower() or "too long" in reason.lower():
        return TooLarge(f"文件内容过大：其中的 {part_name} 有一段文字或属性超出上限，已停止读取。")
    line = error.position[0] if error.position else 0
    return BrokenFile(f"文件已损坏：其中的 {part_name} 第 {line} 行不是正确的 XML。{_AGAIN}")
