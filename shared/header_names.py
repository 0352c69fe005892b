"""What if the name of a header is no text? The record is read all the same, and parked.

aiokafka 0.14 decodes header names while it unpacks a fetched batch, and stands still for good
at the first that is not UTF-8: one record on `inbound` would stop intake. Here such a batch is
unpacked once more, leniently; every other batch costs nothing but a list.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords
from typing_extensions import override

NO_TEXT = "\N{REPLACEMENT CHARACTER}"
"""Stands in a header name for what was not UTF-8."""
_LENGTH_AT = struct.calcsize(">q")
_OVERHEAD = struct.calcsize(">qi")


class _Lenient(bytearray):
    """Bytes whose slices decode to text whatever they hold."""

    @override
    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        return _Lenient(found) if isinstance(index, slice) else found

    @override
    def decode(self, *_: object) -> str:
        return bytes(self).decode("utf-8", "replace")


class _Batch:
    """A batch as aiokafka reads it, or leniently where its header names are no text."""

    def __init__(self, batch: Any, raw: memoryview) -> None:
        self._batch = batch
        self._raw = raw

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __iter__(self) -> Iterator[Any]:
        try:
            return iter(list(self._batch))
        except UnicodeDecodeError:
            batch = _DefaultRecordBatchPy(bytearray(self._raw))
            batch._maybe_uncompress()  # noqa: SLF001
            batch._buffer = _Lenient(batch._buffer)  # noqa: SLF001
            return iter(list(batch))


class TolerantRecords:
    """aiokafka's MemoryRecords, batch by batch, with the bytes of each batch at hand."""

    def __init__(self, fetched: bytes) -> None:
        self._records = MemoryRecords(fetched)
        self._fetched = memoryview(fetched)
        self._at = 0

    def has_next(self) -> bool:
        return bool(self._records.has_next())

    def size_in_bytes(self) -> int:
        return int(self._records.size_in_bytes())

    def next_batch(self) -> _Batch:
        (length,) = struct.unpack_from(">i", self._fetched, self._at + _LENGTH_AT)
        raw = self._fetched[self._at : self._at + _OVERHEAD + length]
        self._at += _OVERHEAD + length
        return _Batch(self._records.next_batch(), raw)


def read_any_header_name() -> None:
    """Make every consumer of this process read such records."""
    fetcher.MemoryRecords = TolerantRecords
