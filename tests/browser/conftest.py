"""A real Chromium against a live server; skipped with the reason where there is none."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import expect, sync_playwright

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


def _fixtures(path: str) -> Any:
    """The fixtures of another folder's conftest.py: the same district, the same people, the same project."""
    spec = importlib.util.spec_from_file_location(
        "fixtures_" + path.replace("/", "_"), Path(__file__).parents[1] / path
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_web, _plan = _fixtures("web/conftest.py"), _fixtures("web/plan/conftest.py")
district, person, year, project = _web.district, _web.person, _plan.year, _plan.project


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    path = os.environ.get("JIHENG_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not path:
        pytest.skip("no Chromium on this machine: install chromium or name one in JIHENG_CHROMIUM")
    # Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def forgive() -> Any:
    """``forgive(text)``: errors on the console with this text are what the test is about."""
    # A refused save is an answer, which the browser reports by itself.
    forgiven: list[str] = ["status of 409", "status of 422"]

    def add(text: str) -> None:
        forgiven.append(text)

    add.forgiven = forgiven  # type: ignore[attr-defined]
    return add


def _await_pages(page: Any) -> None:
    """A click that leads to another page returns when it has come whole, its scripts run; Playwright's own returns
    as soon as it begins, when a count finds nothing yet and a button does nothing yet."""
    click = page.click

    def click_and_load(*args: Any, **options: Any) -> None:
        click(*args, **options)
        page.wait_for_load_state()

    page.click = click_and_load


@pytest.fixture
def open_page(chromium: Any, live_server: Any, forgive: Any) -> Iterator[Any]:
    """``open_page(person)``: a page logged in as this person; ``open_page()``: as nobody.

    At the end no page may have logged an error.
    """
    contexts, errors = [], []

    def make(person: Any = None) -> Any:
        context = chromium.new_context(viewport={"width": 1366, "height": 768}, base_url=live_server.url)
        if person is not None:
            client = Client()
            client.force_login(person, "django.contrib.auth.backends.ModelBackend")
            session = client.cookies["sessionid"].value
            context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        _await_pages(page)
        page.on("console", lambda m: errors.append(f"{m.text} {m.location}") if m.type == "error" else None)
        page.on("pageerror", lambda e: errors.append(str(e)))
        return page

    yield make
    for context in contexts:
        for page in context.pages:
            page.goto("about:blank")  # lets the last requests of the page end before the database is emptied
        context.close()
    assert [e for e in errors if not any(text in e for text in forgive.forgiven)] == []
