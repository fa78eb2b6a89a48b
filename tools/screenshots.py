"""The handbook's pictures: a demonstration district is built and served, and each page of ``PAGES`` is photographed.

Run by hand (``make screenshots``) after the looks of a page changed; needs Chromium.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "docs" / "img"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


class Page(NamedTuple):
    """A picture ``name``.png of a page as ``user`` sees it; ``click`` are selectors clicked one after the other."""

    name: str
    user: str
    path: str
    click: tuple[str, ...] = ()


PAGES = (
    Page("login", "", "/login/"),
    Page("workbench-clerk", "jingban", "/"),
    Page("workbench-finance", "caizheng", "/"),
    Page("workbench-leader", "lingdao", "/"),
    Page("projects", "jingban", "/plan/"),
    Page("form", "jingban", "/plan/", ("table a[href^='/plan/']",)),
    Page("department-goals", "bumen", "/plan/", ("a[href^='/plan/department/']",)),
    Page("import", "jingban", "/import/"),
    Page("review-desk", "caizheng", "/review/"),
    Page("review-page", "caizheng", "/review/", ("table a[href^='/review/']",)),
    Page("execution", "caizheng", "/execution/"),
    Page("execution-overview", "caizheng", "/execution/overview/"),
    Page("execution-project", "jingban", "/execution/", ("table a[href^='/execution/']",)),
    Page("execution-import", "caizheng", "/execution/imports/", ("table a[href^='/execution/imports/']",)),
    Page("monitoring", "jingban", "/monitoring/"),
    Page("monitoring-form", "jingban", "/monitoring/", ("table a[href^='/monitoring/']",)),
    Page("monitoring-overview", "caizheng", "/monitoring/overview/"),
    Page("monitoring-review", "bumen", "/monitoring/review/"),
    Page("evaluation", "bumen", "/evaluation/"),
    Page("evaluation-form", "jingban", "/evaluation/", ("table a[href^='/evaluation/']",)),
    Page("evaluation-ranking", "caizheng", "/evaluation/ranking/"),
    Page("assessment", "fuzeren", "/assessment/?year=2025"),
    Page("years", "caizheng", "/plan/years/"),
    Page("register", "caizheng", "/rectification/"),
    Page("register-item", "jingban", "/rectification/", ("table a[href^='/rectification/']",)),
    Page("register-new", "shenji", "/rectification/new/"),
    Page("documents", "bumen", "/documents/"),
    Page("organisation", "xitong", "/org/"),
    Page("people", "anquan", "/org/people/"),
    Page("audit", "shenji", "/audit/"),
    Page("notifications", "jingban", "/notifications/"),
    Page("api", "caizheng", "/api/"),
    Page("public", "", "/public/"),
    Page("public-document", "", "/public/", ("main a[href^='/public/'], #content a[href^='/public/']",)),
)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served() -> Iterator[str]:
    """The address of a fresh demonstration district."""
    port = _free_port()
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "JIHENG_VAR": folder, "PYTHONPATH": str(ROOT / "src")}
        start = "from jiheng.cli.app import main; main()"
        command = [sys.executable, "-c", start, "serve", "--demo", "--port", str(port)]
        server = subprocess.Popen(command, env=environment, cwd=folder)
        try:
            _wait(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(20)


def _wait(port: int) -> None:
    for _ in range(1800):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.5)
    raise SystemExit("the platform did not start")


def _log_in(page: Any, user: str) -> None:
    from jiheng.web.demo.accounts import PASSWORD

    page.goto("/login/")
    page.fill("input[name=username]", user)
    page.fill("input[name=password]", PASSWORD)
    page.click("form button[type=submit], form button:not([type])")
    page.wait_for_load_state("networkidle")


def main() -> int:
    """Photograph all pages, or those named on the command line."""
    from playwright.sync_api import sync_playwright

    chosen = [p for p in PAGES if not sys.argv[1:] or p.name in sys.argv[1:]]
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    OUT.mkdir(parents=True, exist_ok=True)
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for user in dict.fromkeys(p.user for p in chosen):
            context = browser.new_context(viewport={"width": 1366, "height": 768}, base_url=address, locale="zh-CN")
            page = context.new_page()
            if user:
                _log_in(page, user)
            for shot in (p for p in chosen if p.user == user):
                page.goto(shot.path)
                for selector in shot.click:
                    page.locator(selector).first.click()
                    page.wait_for_load_state("networkidle")
                page.wait_for_timeout(400)
                page.screenshot(path=str(OUT / f"{shot.name}.png"))
                print(shot.name, page.url.removeprefix(address))
            context.close()
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
