"""Writes several files as one ZIP archive: a few at once, always with the same bytes; or many, one after the other."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from typing import IO, BinaryIO, Self

# The first moment that a ZIP archive can name. Nothing is compressed, since programs compress in different ways.
_NEVER_CHANGES = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_READABLE = 0o644 << 16


def as_zip(files: Mapping[str, bytes]) -> bytes:
    """The archive with its files in the order of their names: the same bytes on any machine and any day."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _NEVER_CHANGES)
            entry.create_system, entry.external_attr = _UNIX, _READABLE
            archive.writestr(entry, files[name])
    return out.getvalue()


class ZipStream:
    """An archive that is written to a stream file by file, each piece by piece, so that memory stays flat."""

    def __init__(self, stream: BinaryIO, *, at: datetime) -> None:
        self._archive = zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED)
        self._at = at.astimezone(UTC)

    @contextmanager
    def file(self, name: str) -> Iterator[IO[bytes]]:
        """A file of the archive, to be written to; one at a time."""
        with self._archive.open(self._entry(name), "w", force_zip64=True) as member:
            yield member

    def __enter__(self) -> Self:
        """The archive, to be written to."""
        return self

    def __exit__(self, fault: type[BaseException] | None, *_: object) -> None:
        """Writes the list of contents, without which it is no archive; after a fault it only lets go of the stream."""
        with suppress(OSError, ValueError) if fault else nullcontext():
            self._archive.close()

    def _entry(self, name: str) -> zipfile.ZipInfo:
        at = self._at
        entry = zipfile.ZipInfo(name, (at.year, at.month, at.day, at.hour, at.minute, at.second))
        entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, _UNIX, _READABLE
        return entry
