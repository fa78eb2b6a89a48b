"""Read files within limits of processor time and memory, in a process of its own that a bad file may ruin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from jiheng.confined import Confined, OutOfMemory, OutOfTime, Stopped
from jiheng.model import Document
from jiheng.readers import limits
from jiheng.readers.errors import BrokenFile, ReadError, TooLarge, TooSlow
from jiheng.readers.grids import read_grids
from jiheng.readers.reading import read_bytes
from jiheng.readers.sheets import Sheet
from jiheng.readers.stamps import sheet_keys

T = TypeVar("T")
# Documents travel between processes as msgpack: a seventh of the time that pickling so many small objects takes.
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Document)


class Patience:
    """How long the files of one upload may take: after some that took too long, the others have less time each, so
    that one upload of bad files cannot hold the queue for hours."""

    def __init__(self, heavy: int = 0, most: int | None = None) -> None:
        self.heavy = heavy
        """How many files took too long."""
        self._most = limits.HEAVY_FILES if most is None else most

    @property
    def is_short(self) -> bool:
        """Whether the time of the next file is cut."""
        return self.heavy >= self._most

    def seconds(self, usual: int) -> int:
        """What is left of the usual time."""
        return max(1, usual // limits.HURRIED_SHARE) if self.is_short else usual

    def note(self) -> str:
        """What is to be added to the reason why a file was stopped."""
        cut = f"这次上传已有 {self.heavy} 个文件超时，其余文件的时限缩短了；文件若没有问题，请单独上传一次。"
        return cut if self.is_short else ""


def stopped(doing: str, name: str, seconds: int, why: Stopped) -> ReadError:
    """What is told of work on a file (``doing``: 读取, 检查) that was stopped."""
    if isinstance(why, OutOfTime):
        return TooSlow(
            f"{doing}“{name}”用了 {seconds} 秒处理器时间仍未完成，已停止。文件里可能有大量空白、重复或异常的内容，"
            "请用 Word、WPS 打开，删去多余内容，另存后再试。"
        )
    if isinstance(why, OutOfMemory):
        most = limits.FILE_MEMORY // 2**20
        return TooLarge(f"{doing}“{name}”需要的内存超过 {most} MB，已停止。请拆分成几个文件后再试。")
    return BrokenFile(f"{doing}“{name}”时程序异常退出（可能是内存不足）。请用 Word、WPS 打开后另存一份再试。")


class BoundedReader:
    """Reads one file after the other, each within the limits; to be used with ``with``."""

    def __init__(self, patience: Patience | None = None) -> None:
        self.patience = patience or Patience()
        self._process = Confined(limits.FILE_MEMORY)

    def __enter__(self) -> BoundedReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End its process."""
        self._process.close()

    def call(self, doing: str, name: str, usual: int, work: Callable[..., T], *arguments: Any) -> T:
        """``work(*arguments)`` on the file of this name. Raises :class:`ReadError`, naming the file, where it had to
        be stopped."""
        seconds = self.patience.seconds(usual)
        try:
            return self._process.call(seconds, work, *arguments)
        except Stopped as why:
            error = self._counted(stopped(doing, name, seconds, why))
        except TooSlow as slow:  # LibreOffice, which has its own time
            error = self._counted(slow)
        except ReadError:
            raise
        except Exception as fault:  # of ours, in one file: it must not stop the others
            told = f"{doing}“{name}”时程序出错（{type(fault).__name__}：{fault}）。请把这个文件和这句话反馈给开发者。"
            raise ReadError(told) from fault
        raise error

    def _counted(self, error: ReadError) -> ReadError:
        if not isinstance(error, TooSlow):
            return error
        told = TooSlow(f"{error}{self.patience.note()}")
        self.patience.heavy += 1
        return told

    def read(self, data: bytes, name: str) -> Document:
        """The document in these bytes, as :func:`~jiheng.readers.reading.read_bytes` reads it."""
        return self.read_with_keys(data, name)[0]

    def read_with_keys(self, data: bytes, name: str) -> tuple[Document, dict[str, str | None]]:
        """The document, and the keys of its sheets where it is a workbook that was handed out."""
        seconds = self.patience.seconds(limits.CONVERT_SECONDS)
        content, keys = self.call("读取", name, limits.READ_SECONDS, _read, data, name, seconds)
        return unpacked(content), keys

    def grids(self, data: bytes, name: str, seconds: int = limits.READ_SECONDS) -> list[Sheet]:
        """The sheets in these bytes, as :func:`~jiheng.readers.grids.read_grids` reads them."""
        return self.call("读取", name, seconds, read_grids, data, name)

    def end(self) -> None:
        """Stop what another thread is waiting for."""
        self._process.end()


def packed(document: Document) -> bytes:
    """A document as it travels between processes."""
    return _encoder.encode(document)


def unpacked(content: bytes) -> Document:
    """The document that was packed."""
    return _decoder.decode(content)


def _read(data: bytes, name: str, convert_seconds: int) -> tuple[bytes, dict[str, str | None]]:
    document = read_bytes(data, name, convert_seconds)
    return packed(document), sheet_keys(data, document.format)
