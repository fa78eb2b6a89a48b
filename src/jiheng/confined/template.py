"""The process that forks for all others: without threads, with readers and rules loaded."""

from __future__ import annotations

import gc
import importlib
import os
import signal
import socket
import sys
from typing import NoReturn

from jiheng.confined.keeper import fork_keeper

LOADED = (
    "jiheng.readers.batch", "jiheng.readers.docx", "jiheng.readers.spreadsheet", "jiheng.readers.pdf",
    "jiheng.readers.html", "jiheng.readers.text", "jiheng.readers.grids", "jiheng.readers.stamps",
    "jiheng.rules.warming", "jiheng.bounded",
)  # fmt: skip
"""What most requests need; the names are texts because what they name is above this package."""


def main(descriptor: int) -> NoReturn:
    """Fork for each pair of descriptors that arrives, until whoever started this process is gone."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for name in LOADED:
        importlib.import_module(name)
    sys.modules["jiheng.rules.warming"].warm()
    # What a fork inherits never becomes garbage: looking through it again would copy the memory of all.
    gc.freeze()
    asked = socket.socket(fileno=descriptor)
    while True:
        message, descriptors, _, _ = socket.recv_fds(asked, 1, 2)
        if not message:
            os._exit(0)
        if len(descriptors) == 2:
            fork_keeper(*descriptors)
        for one in descriptors:
            os.close(one)
