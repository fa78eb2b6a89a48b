"""The command line: thin, one module a command group; what it does is done by the core."""

from jiheng.cli.app import app, main

__all__ = ["app", "main"]
