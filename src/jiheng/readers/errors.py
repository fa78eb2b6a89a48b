"""Why a file could not be read, in words for its owner: what is wrong, where, and what to do."""

from __future__ import annotations


class ReadError(Exception):
    """A file that cannot be read. ``str()`` is a Chinese sentence for the user; never a traceback."""


class UnknownKind(ReadError):
    """Neither the content nor the name says what kind of file this is."""


class BrokenFile(ReadError):
    """The file is damaged: truncated, missing parts, or not what it says it is."""


class EmptyFile(BrokenFile):
    """There is nothing in the file."""


class Encrypted(ReadError):
    """The file is protected by a password."""


class TooLarge(ReadError):
    """The file goes beyond a limit of :mod:`jiheng.readers.limits`: a bomb, or simply too much."""


class TooSlow(TooLarge):
    """Reading, converting or checking the file takes too long; it was stopped."""


class Scanned(ReadError):
    """The PDF holds pictures of pages and no text."""


class NotPerformance(ReadError):
    """A readable file in which nothing belongs to a performance document."""


class ConverterMissing(ReadError):
    """The format needs LibreOffice and it is not installed, or it failed."""


class NoAccess(ReadError):
    """The file cannot be opened: no rights, or gone."""
