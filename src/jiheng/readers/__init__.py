"""Read any performance document: one file a format, all ending in the same :class:`~jiheng.model.Document`."""

from jiheng.readers.errors import ReadError
from jiheng.readers.reading import read, read_bytes

__all__ = ["ReadError", "read", "read_bytes"]
