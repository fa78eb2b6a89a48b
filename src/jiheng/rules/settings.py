"""``jiheng.toml``: how documents in a folder are checked, and which findings are silenced for which reason."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from jiheng import policy
from jiheng.model import Document
from jiheng.rules.finding import Finding
from jiheng.rules.registry import all_rules

NAME = "jiheng.toml"
FAIL_ON = ("never", "info", "warning", "error")
_KEYS = {"select", "ignore", "pack", "fail_on", "silence"}
_SILENCE_KEYS = {"code", "project", "reason"}


class SettingsError(Exception):
    """What is wrong in a ``jiheng.toml``, in Chinese, with the file's name."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Findings of ``code`` are silenced, in one project (by name or code) or, without ``project``, everywhere."""

    code: str
    reason: str
    project: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """How to check. ``fail_on`` is the severity from which on findings count for the exit status."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    pack: str | None = None
    fail_on: str = "error"
    silences: tuple[Silence, ...] = ()


def check_codes(codes: Sequence[str], where: str) -> tuple[str, ...]:
    """The codes or beginnings of codes, upper case. Raises :class:`SettingsError` for one that fits no rule."""
    found = tuple(code.strip().upper() for code in codes if code.strip())
    for code in found:
        if not any(known.startswith(code) for known in all_rules()):
            raise SettingsError(f"{where}：没有以“{code}”开头的规则。用“jiheng rules”查看全部规则。")
    return found


def check_pack(name: str, where: str) -> str:
    """The name of a pack. Raises :class:`SettingsError` for an unknown one."""
    if name not in policy.names():
        raise SettingsError(f"{where}：没有策略包“{name}”。可用的有：{'、'.join(policy.names())}。")
    return name


def _texts(table: dict[str, Any], key: str, where: str) -> list[str]:
    value = table.get(key, [])
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise SettingsError(f'{where}：{key} 应是文字列表，例如 {key} = ["V301", "P"]。')
    return value


def _silence(entry: Any, where: str) -> Silence:
    if not isinstance(entry, dict):
        raise SettingsError(f"{where}：silence 应写成 [[silence]] 小节，内有 code 和 reason。")
    if unknown := entry.keys() - _SILENCE_KEYS:
        raise SettingsError(
            f"{where}：[[silence]] 里不认识“{'、'.join(sorted(unknown))}”，只能写 code、project、reason。"
        )
    code, reason = str(entry.get("code", "")).upper(), str(entry.get("reason", "")).strip()
    if code not in all_rules():
        raise SettingsError(f"{where}：[[silence]] 的 code“{code}”不是规则编号。用“jiheng rules”查看全部规则。")
    if not reason:
        raise SettingsError(f"{where}：忽略 {code} 必须写明理由（reason）。")
    return Silence(code, reason, str(entry.get("project", "")).strip())


def _place_of(error: tomllib.TOMLDecodeError) -> str:
    """Where the parser stopped, which its English message tells."""
    found = re.search(r"line (\d+), column (\d+)", str(error))
    return f"第 {found[1]} 行第 {found[2]} 个字附近" if found else "末尾"


@lru_cache(maxsize=256)
def load(path: Path) -> Settings:
    """The settings in a file. Raises :class:`SettingsError` for anything that is not understood."""
    where = str(path)
    try:
        # Notepad puts a mark at the beginning of what it saves as UTF-8.
        table = tomllib.loads(path.read_text("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SettingsError(f"{where}：不是 UTF-8 编码，读不出来。用记事本另存为，编码选“UTF-8”。") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f"{where}：{_place_of(error)}写法不对：引号、方括号要成对，一行一个“名称 = 值”。"
        ) from error
    except OSError as error:
        raise SettingsError(f"{where}：打不开（{error.strerror}）。") from error
    if unknown := table.keys() - _KEYS:
        raise SettingsError(f"{where}：不认识的设置“{'、'.join(sorted(unknown))}”。可用：{'、'.join(sorted(_KEYS))}。")
    fail_on = table.get("fail_on", "error")
    if fail_on not in FAIL_ON:
        raise SettingsError(f"{where}：fail_on 只能是 {'、'.join(FAIL_ON)} 之一。")
    entries = table.get("silence", [])
    return Settings(
        select=check_codes(_texts(table, "select", where), where),
        ignore=check_codes(_texts(table, "ignore", where), where),
        pack=check_pack(table["pack"], where) if "pack" in table else None,
        fail_on=fail_on,
        silences=tuple(_silence(entry, where) for entry in (entries if isinstance(entries, list) else [entries])),
    )


@lru_cache(maxsize=4096)
def _nearest(folder: Path) -> Path | None:
    return next((at / NAME for at in (folder, *folder.parents) if (at / NAME).is_file()), None)


def for_document(path: Path) -> Settings:
    """The settings that lie beside a document, or in the nearest folder above it."""
    file = _nearest(path.resolve().parent)
    return load(file) if file else Settings()


def _same(said: str, project_name: str | None, code: str | None) -> bool:
    squeezed = "".join(said.split())
    return squeezed in ("".join((project_name or "").split()), code)


def silenced(document: Document, findings: Sequence[Finding], silences: Sequence[Silence]) -> list[Finding]:
    """The findings, those that are silenced with the reason."""
    if not silences:
        return list(findings)
    projects = {p.sequence: p for p in document.projects}
    out = []
    for f in findings:
        project = projects.get(f.project)
        reason = next(
            (
                s.reason
                for s in silences
                if s.code == f.code and (not s.project or (project and _same(s.project, project.name, project.code)))
            ),
            None,
        )
        out.append(replace(f, silenced=reason) if reason else f)
    return out
