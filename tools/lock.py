"""Compile ``requirements/*.in`` to lock files: exact versions, hashes, every platform, and no address of an index."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = Path(sys.executable).parent / "uv"
OPTIONS = (
    "--quiet",
    "--generate-hashes",
    "--universal",
    "--no-header",
    "--no-emit-index-url",
    "--python-version",
    "3.11",
)


def compile_lock(name: str, *options: str) -> None:
    """One lock file; what it names already keeps its version unless ``--upgrade`` is among the options."""
    files = (f"requirements/{name}.in", "-o", f"requirements/{name}.txt")
    subprocess.run([str(UV), "pip", "compile", *OPTIONS, *files, *options], cwd=ROOT, check=True)


def main(*options: str) -> None:
    """The development lock first: the others take their versions from it."""
    compile_lock("dev", *options)
    for name in ("core", "web", "bench", "installer"):
        compile_lock(name, "-c", "requirements/dev.txt", *options)


if __name__ == "__main__":
    main(*sys.argv[1:])
