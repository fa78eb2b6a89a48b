"""Make ``.venv`` and put the locked packages and the project itself into it, for ``make setup`` and ``make bench``.

Standard library only, because it runs before anything is installed. A stamp keeps the hash of what was installed, so
that a second call does nothing. The locks carry exact versions and hashes; packages come from the index that pip or uv
is configured for on this machine.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if sys.platform == "win32" else "bin")
PYTHON = BIN / "python"
LOCKS = ROOT / "requirements"
OLDEST = (3, 11)


def fingerprint(lock: Path) -> str:
    """What the installation depends on: the lock, the project's own description and the Python it is made for."""
    digest = hashlib.sha256(sys.version.encode() + str(ROOT).encode())
    for path in (lock, ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def run(*command: str | Path) -> bool:
    """Whether the command succeeded."""
    return subprocess.run([str(part) for part in command], cwd=ROOT, check=False).returncode == 0


def make_venv() -> None:
    """A virtual environment, unless there is one."""
    if PYTHON.exists():
        return
    if not run(sys.executable, "-m", "venv", VENV):
        sys.exit("setup: cannot make .venv. On Debian or Ubuntu: apt-get install python3-venv")


def install(lock: Path) -> None:
    """The packages of the lock, by uv where it can be had (over ten times as fast), by pip otherwise."""
    pip = (PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "--disable-pip-version-check")
    uv = BIN / "uv"
    if uv.exists() or run(*pip, "-r", LOCKS / "installer.txt"):
        if run(uv, "pip", "install", "--quiet", "--python", PYTHON, "--require-hashes", "-r", lock):
            return
        print("setup: uv could not reach its package index; trying pip", file=sys.stderr)
    if not run(*pip, "-r", lock):
        sys.exit(f"setup: the packages of {lock.relative_to(ROOT)} could not be installed; see the message above")


def install_project() -> None:
    """The project itself, editable; its build backend is in the lock, so nothing is fetched."""
    local = ("--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check")
    if not run(PYTHON, "-m", "pip", "install", *local, "-e", ROOT):
        sys.exit("setup: jiheng itself could not be installed; see the message above")


def main(name: str = "dev") -> None:
    """Bring ``.venv`` up to date with one lock."""
    if sys.version_info < OLDEST:
        sys.exit(f"setup: Python {'.'.join(map(str, OLDEST))} or newer is needed; try: make setup PYTHON=python3.12")
    lock = LOCKS / f"{name}.txt"
    stamp = VENV / f".installed-{name}"
    wanted = fingerprint(lock)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    begin = time.monotonic()
    make_venv()
    install(lock)
    if name == "dev":
        install_project()
    stamp.write_text(wanted)
    print(f"setup: .venv is ready ({name}, {time.monotonic() - begin:.0f} s)", file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:2])
