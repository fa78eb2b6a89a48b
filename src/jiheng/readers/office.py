"""The formats that only LibreOffice reads right (.doc .wps .odt .rtf, .ods) become .docx or .xlsx.

One start of LibreOffice converts a whole batch: starting it costs more than converting. Every start has a profile
of its own in a temporary folder, so that several can run at once and none touches the settings of the user.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from jiheng.confined import Program
from jiheng.readers import limits
from jiheng.readers.detect import detect
from jiheng.readers.errors import BrokenFile, ConverterMissing, ReadError, TooSlow
from jiheng.readers.office_folders import sweep, work_folder
from jiheng.readers.package import open_package, parse_xml

_FILTERS = {"docx": "docx:MS Word 2007 XML", "xlsx": "xlsx:Calc MS Excel 2007 XML", "pdf": "pdf:writer_pdf_Export"}
_BATCH = 200
_STARTS = 10
"""After so many starts for one batch LibreOffice itself is what is broken."""
_LOOK_SECONDS = 0.2
"""How often the folder of results is looked at."""
_USUAL_PLACES = (
    "/usr/lib/libreoffice/program/soffice",
    "/usr/lib64/libreoffice/program/soffice",
    "/snap/bin/libreoffice",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    r"C:\Program Files\LibreOffice\program\soffice.exe",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.exe",
)
_MISSING = (
    "读取这种格式（.doc、.wps、.odt、.rtf、.ods）需要安装 LibreOffice，本机没有找到。"
    "请安装（Debian、Ubuntu：apt install libreoffice-writer libreoffice-calc；统信、麒麟：在应用商店安装 LibreOffice；"
    "Windows、macOS：到 LibreOffice 官网下载），或用 Word、WPS 另存为 .docx、.xlsx 后再试。"
)
# A document must not run macros, load what it links to, or reach the network: a proxy that nobody answers stands in
# the way of everything that the other settings may let through.
_SETTINGS = (
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Common/Security/Scripting", "HyperlinksWithCtrlClick", "true"),
    ("Office.Writer/Content/Update", "Link", "2"),
    ("Office.Calc/Content/Update", "Link", "2"),
    ("Inet/Settings", "ooInetProxyType", "2"),
    ("Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPSProxyPort", "9"),
    ("Inet/Settings", "ooInetFTPProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetFTPProxyPort", "9"),
    ("Inet/Settings", "ooInetNoProxy", ""),
)


def available() -> bool:
    """Whether LibreOffice is installed."""
    return _program() is not None


def convert(files: Sequence[tuple[str, bytes]], to: str, seconds: int | None = None) -> list[bytes | ReadError]:
    """Each file, given with its name, as ``docx`` or ``xlsx``, or why it could not be converted; in the same order.

    ``seconds`` is the processor time of a small file, where it must not be the usual
    (:data:`~jiheng.readers.limits.CONVERT_SECONDS`).
    """
    program = _program()
    if program is None:
        return [ConverterMissing(_MISSING) for _ in files]
    sweep()
    results: dict[int, bytes | ReadError] = {}
    for begin in range(0, len(files), _BATCH):
        batch = dict(enumerate(files[begin : begin + _BATCH], begin))
        with work_folder() as folder:
            results |= _Batch(program, folder, to, seconds, batch).converted()
    return [results[index] for index in range(len(files))]


def _program() -> str | None:
    for name in ("soffice", "libreoffice"):
        found = shutil.which(name)
        if found:
            return found
    return next((place for place in _USUAL_PLACES if os.access(place, os.X_OK)), None)


class _Batch:
    """Files that are converted in one folder, by as few starts of LibreOffice as they allow."""

    def __init__(
        self, program: str, folder: Path, to: str, seconds: int | None, files: dict[int, tuple[str, bytes]]
    ) -> None:
        self.program, self.folder, self.to, self.seconds = program, folder, to, seconds
        self.names = {index: name for index, (name, _) in files.items()}
        self.results: dict[int, bytes | ReadError] = {}
        self.waiting: dict[int, Path] = {}
        for index, (name, data) in files.items():
            self._store(index, name, data)

    def _store(self, index: int, name: str, data: bytes) -> None:
        """Write a file under a name of our own, unless it is not worth trying."""
        try:
            path = self.folder / f"{index}.{suffix(name, data)}"
        except ReadError as error:
            self.results[index] = error
        else:
            path.write_bytes(data)
            self.waiting[index] = path

    def converted(self) -> dict[int, bytes | ReadError]:
        """Each file's result, by its index."""
        _write_profile(self.folder / "profile")
        failure: ReadError | None = None
        for _ in range(_STARTS):
            if not self.waiting:
                break
            failure = self._run(self.waiting)
            if failure is None:
                self._settle(self.waiting, _unreadable())
            elif self.waiting:
                self._blame_first(failure)
        self._settle(self.waiting, failure or _unreadable())
        return self.results

    def _blame_first(self, failure: ReadError) -> None:
        """It went down at the first file without a result, unless it skipped that one as unreadable: it gets a try
        alone where others wait behind it, and those a new start."""
        index, path = next(iter(self.waiting.items()))
        if len(self.waiting) > 1:
            failure = self._run({index: path}) or _unreadable()
        self._settle({index: path}, failure)

    def _settle(self, files: dict[int, Path], failure: ReadError) -> None:
        """Give the files that have no result this one."""
        for index in files:
            self.results.setdefault(index, failure)
        self.waiting = {index: path for index, path in self.waiting.items() if index not in self.results}

    def _run(self, files: dict[int, Path]) -> ReadError | None:
        """One start of LibreOffice for these files; what went wrong with the start as a whole."""
        each = [limits.convert_seconds(path.stat().st_size, self.seconds) for path in files.values()]
        profile = f"-env:UserInstallation={(self.folder / 'profile').as_uri()}"
        options = ["--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck", "--convert-to"]
        paths = [str(path) for path in files.values()]
        command = [self.program, profile, *options, _FILTERS[self.to], "--outdir", str(self.folder / "out"), *paths]
        environment = {
            **os.environ, "HOME": str(self.folder), "TMPDIR": str(self.folder), "SAL_USE_VCLPLUGIN": "svp",
        }  # fmt: skip
        try:
            with Program(command, self.folder, environment, sum(each), limits.CONVERT_MEMORY) as running:
                begun = time.monotonic()
                status = self._watch(running, files, 2 * max(each))
                # Stopped by the kernel for its processor time, it may call that a crash.
                too_long = status is None or time.monotonic() - begun > sum(each)
        except OSError as error:
            return ConverterMissing(f"LibreOffice 启动失败（{error.strerror or error}）。请检查安装是否完整。")
        self._collect(files)
        name = self.names[next((index for index in files if index in self.waiting), next(iter(files)))]
        return _failure(status, name, max(each) if too_long else 0)

    def _watch(self, running: Program, files: dict[int, Path], patience: float) -> int | None:
        """Its exit code; ``None`` where it made no progress for so many seconds."""
        made, since = 0, time.monotonic()
        while (status := running.wait(_LOOK_SECONDS)) is None:
            now_made = sum(self._made(path).exists() for path in files.values())
            if now_made > made:
                made, since = now_made, time.monotonic()
            elif time.monotonic() - since > patience:
                return None
        return status

    def _made(self, path: Path) -> Path:
        return self.folder / "out" / f"{path.stem}.{self.to}"

    def _collect(self, files: dict[int, Path]) -> None:
        for index, path in files.items():
            result = self._made(path)
            if result.exists() and result.stat().st_size:
                self.results[index] = result.read_bytes()
                result.unlink()
        self.waiting = {index: path for index, path in self.waiting.items() if index not in self.results}


def _failure(status: int | None, name: str, seconds: int) -> ReadError | None:
    """What went wrong; ``seconds`` is the time that it took too long, or 0."""
    if status == 0:
        return None
    if seconds:
        return TooSlow(
            f"LibreOffice 转换“{name}”用了 {seconds} 秒以上仍未完成，已停止。请用 Word、WPS 打开后另存为 .docx 再试。"
        )
    return ConverterMissing(
        f"LibreOffice 转换“{name}”时异常退出（代码 {status}；可能是文件异常或内存不足）。"
        "请用 Word、WPS 另存为 .docx 后再试。"
    )


def _unreadable() -> BrokenFile:
    return BrokenFile("文件已损坏，LibreOffice 打不开。请向提供者重新索取，或用 Word、WPS 打开后另存为 .docx 再试。")


def suffix(name: str, data: bytes) -> str:
    """The ending that makes LibreOffice take the file for what it is; refuses packages that would blow up in it."""
    kind = detect(data, name)
    if kind in ("odt", "ods"):
        package = open_package(data)
        for part in ("content.xml", "styles.xml"):
            parse_xml(package.read(part) or b"<none/>", part)
    if kind == "doc" and data.lstrip().startswith((b"<", b"\xef\xbb\xbf")):
        return "xml"
    return kind


def _write_profile(profile: Path) -> None:
    items = "".join(
        f'<item oor:path="/org.openoffice.{path}">'
        f'<prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for path, name, value in _SETTINGS
    )
    user = profile / "user"
    user.mkdir(parents=True)
    (user / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{items}</oor:items>\n",
        encoding="utf-8",
    )
