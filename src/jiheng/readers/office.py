"""The formats that only LibreOffice reads right (.doc .wps .odt .rtf, .ods) become .docx or .xlsx.

One start of LibreOffice converts a whole batch: starting it costs more than converting. Every start has a profile
of its own in a temporary folder, so that several can run at once and none touches the settings of the user.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from jiheng.readers import limits
from jiheng.readers.detect import detect
from jiheng.readers.errors import BrokenFile, ConverterMissing, ReadError, TooLarge
from jiheng.readers.package import open_package, parse_xml

_FILTERS = {"docx": "docx:MS Word 2007 XML", "xlsx": "xlsx:Calc MS Excel 2007 XML", "pdf": "pdf:writer_pdf_Export"}
_BATCH = 200
_STARTS = 10
"""After so many starts for one batch LibreOffice itself is what is broken."""
_MEMORY_KB = 6 * 2**20
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


def convert(files: Sequence[tuple[str, bytes]], to: str) -> list[bytes | ReadError]:
    """Each file, given with its name, as ``docx`` or ``xlsx``, or why it could not be converted; in the same order."""
    program = _program()
    if program is None:
        return [ConverterMissing(_MISSING) for _ in files]
    results: dict[int, bytes | ReadError] = {}
    for begin in range(0, len(files), _BATCH):
        batch = dict(enumerate(files[begin : begin + _BATCH], begin))
        with tempfile.TemporaryDirectory(prefix="jiheng-", ignore_cleanup_errors=True) as folder:
            results |= _convert_batch(program, Path(folder), batch, to)
    return [results[index] for index in range(len(files))]


def _program() -> str | None:
    for name in ("soffice", "libreoffice"):
        found = shutil.which(name)
        if found:
            return found
    return next((place for place in _USUAL_PLACES if os.access(place, os.X_OK)), None)


def _convert_batch(
    program: str, folder: Path, files: dict[int, tuple[str, bytes]], to: str
) -> dict[int, bytes | ReadError]:
    results, waiting = _store(folder, files)
    _write_profile(folder / "profile")
    failure: ReadError | None = None
    for _ in range(_STARTS):
        if not waiting:
            break
        failure = _run(program, folder, list(waiting.values()), to)
        results |= _collect(folder, waiting, to)
        missing = [index for index in waiting if index not in results]
        if failure is None:
            results |= {index: _unreadable() for index in missing}
        elif missing:
            # It went down at the first file without a result: that one gets a try alone, those behind it a new start.
            suspect = {missing[0]: waiting[missing[0]]}
            if len(waiting) > 1:
                failure = _run(program, folder, list(suspect.values()), to)
            results |= {missing[0]: failure or _unreadable()} | _collect(folder, suspect, to)
        waiting = {index: path for index, path in waiting.items() if index not in results}
    return results | {index: failure or _unreadable() for index in waiting}


def _store(folder: Path, files: dict[int, tuple[str, bytes]]) -> tuple[dict[int, bytes | ReadError], dict[int, Path]]:
    """Write the files under names of our own; (what is not worth trying, where the others lie)."""
    refused: dict[int, bytes | ReadError] = {}
    stored: dict[int, Path] = {}
    for index, (name, data) in files.items():
        try:
            path = folder / f"{index}.{_suffix(name, data)}"
        except ReadError as error:
            refused[index] = error
        else:
            path.write_bytes(data)
            stored[index] = path
    return refused, stored


def _collect(folder: Path, files: dict[int, Path], to: str) -> dict[int, bytes | ReadError]:
    made: dict[int, bytes | ReadError] = {}
    for index, path in files.items():
        result = folder / "out" / f"{path.stem}.{to}"
        if result.exists() and result.stat().st_size:
            made[index] = result.read_bytes()
            result.unlink()
    return made


def _unreadable() -> BrokenFile:
    return BrokenFile("文件已损坏，LibreOffice 打不开。请向提供者重新索取，或用 Word、WPS 打开后另存为 .docx 再试。")


def _suffix(name: str, data: bytes) -> str:
    """The ending that makes LibreOffice take the file for what it is; refuses packages that would blow up in it."""
    kind = detect(data, name)
    if kind in ("odt", "ods"):
        package = open_package(data)
        for part in ("content.xml", "styles.xml"):
            parse_xml(package.read(part) or b"<none/>", part)
    if kind == "doc" and data.lstrip().startswith((b"<", b"\xef\xbb\xbf")):
        return "xml"
    return kind


def _run(program: str, folder: Path, files: list[Path], to: str) -> ReadError | None:
    """One start of LibreOffice for these files; what went wrong with the start as a whole."""
    seconds = limits.CONVERT_SECONDS + limits.CONVERT_SECONDS_EACH * len(files)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    options = ["--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck", "--convert-to", _FILTERS[to]]
    command = [*_memory_limit(), program, profile, *options, "--outdir", str(folder / "out"), *map(str, files)]
    environment = {**os.environ, "HOME": str(folder), "TMPDIR": str(folder), "SAL_USE_VCLPLUGIN": "svp"}
    try:
        process = subprocess.Popen(  # noqa: S603 - the names of the files are our own
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        return ConverterMissing(f"LibreOffice 启动失败（{error.strerror}）。请检查安装是否完整。")
    try:
        status = process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return TooLarge(f"转换超过 {seconds} 秒仍未完成，已停止。请用 Word、WPS 打开后另存为 .docx 再试。")
    finally:
        _stop(process)
    if status == 0:
        return None
    return ConverterMissing(
        f"LibreOffice 转换这个文件时异常退出（代码 {status}）。请用 Word、WPS 另存为 .docx 后再试。"
    )


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End LibreOffice with the processes it started; the group may well be gone already."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


def _memory_limit() -> list[str]:
    if os.name != "posix" or not shutil.which("sh"):
        return []
    return ["sh", "-c", f'ulimit -v {_MEMORY_KB} 2>/dev/null; exec "$@"', "sh"]


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
