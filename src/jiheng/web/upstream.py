"""The body of a request on its way in: gathered while the loop waits, not for ever."""

from __future__ import annotations

import asyncio
import io
import tempfile
import time
from collections.abc import Awaitable, Callable
from typing import IO, Any

IN_MEMORY = 2**16
SILENT_SECONDS = 20
"""How long nothing may come …"""
SLOWEST = 4096
"""… and bytes a second that must come on the average, beyond that time."""

Receive = Callable[[], Awaitable[dict[str, Any]]]


class TooSlow(OSError):
    """The body did not come in time."""


class Upstream:
    """A body that is still on its way; ``length`` is known, or becomes known when it is gathered."""

    def __init__(self, receive: Receive, length: int | None) -> None:
        self.length = length
        self._receive = receive
        self._begun = time.monotonic()
        self._came = 0
        self._ended = length == 0
        self._gathered: IO[bytes] | None = None

    async def gather(self, most: int) -> None:
        """Take it in whole. Raises :class:`TooSlow`, ``ConnectionError``, or ``OverflowError`` where it is longer."""
        self._gathered = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115
        while piece := await self.next():
            self._gathered.write(piece)
            if self._came > most:
                raise OverflowError
        self._gathered.seek(0)
        self.length = self._came

    async def next(self) -> bytes:
        """The next bytes; none at the end."""
        while not self._ended:
            late = self._begun + SILENT_SECONDS + self._came / SLOWEST - time.monotonic()
            try:
                message = await asyncio.wait_for(self._receive(), max(min(late, SILENT_SECONDS), 0.001))
            except TimeoutError:
                raise TooSlow from None
            if message["type"] != "http.request":
                raise ConnectionError
            self._ended = not message.get("more_body", False)
            if piece := message.get("body", b""):
                self._came += len(piece)
                return bytes(piece)
        return b""

    def file(self) -> IO[bytes]:
        """The body as a page reads it; nothing where it was left where it is."""
        return self._gathered or io.BytesIO()
