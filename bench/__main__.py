"""``make bench``: every measurement, one after the other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> int:
    """Run each script by itself, so that none warms another."""
    scripts = sorted(p for p in HERE.glob("*.py") if p.stem not in ("__main__", "documents"))
    codes = []
    for script in scripts:
        print(f"\n# {script.stem}", flush=True)
        codes.append(subprocess.run([sys.executable, str(script)], cwd=HERE).returncode)
    return max(codes, default=0)


if __name__ == "__main__":
    sys.exit(main())
