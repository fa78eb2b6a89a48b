"""Two browsers of one person, which send the same form at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

BACKEND = "django.contrib.auth.backends.ModelBackend"
KEY = "einmal-0123456789abcdef"


@pytest.fixture
def browser() -> Callable[[Any], Client]:
    """``browser(person)``: a client that is logged in as this person."""

    def make(someone: Any) -> Client:
        client = Client()
        client.force_login(someone, backend=BACKEND)
        return client

    return make


@pytest.fixture
def together() -> Callable[..., list[Any]]:
    """``together(act, act)``: what they return, begun at the same moment on connections of their own."""

    def run(*acts: Callable[[], Any]) -> list[Any]:
        answers: list[Any] = [None] * len(acts)
        gate = threading.Barrier(len(acts))

        def one(place: int) -> None:
            try:
                gate.wait(20)
                answers[place] = acts[place]()
            except Exception as error:
                answers[place] = error
            finally:
                connection.close()

        threads = [threading.Thread(target=one, args=(n,)) for n in range(len(acts))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert not any(thread.is_alive() for thread in threads)
        return answers

    return run
