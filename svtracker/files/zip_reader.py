"""Reads a ZIP archive of a stranger: only the files that are asked for, and never more than was allowed (DESIGN 5).

Nothing is written to disk, so a path in the archive is a name and no place; one that leads out of it is refused all
the same. Nothing in an archive raises.
"""

import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO

from svtracker.kernel.problems import Problem, shown

_MEBIBYTE = 1024 * 1024
_CHUNK = 256 * 1024
_UTF_8 = 0x800
_A_ZIP = "a ZIP archive, whole and without a password"
_BROKEN = (
    lzma.LZMAError,
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
    struct.error,
)
_CLUTTER = re.compile(r"(?:^|/)(?:__MACOSX/|\.[^/]*$|~\$[^/]*$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLimits:
    """How much of an archive is read: sizes in bytes, of the archive, of one file and of all files read."""

    archive: int = 100 * _MEBIBYTE
    file: int = 10 * _MEBIBYTE
    all_files: int = 300 * _MEBIBYTE
    entries: int = 10_000
    files: int = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveFile:
    """One file of an archive, under its path in it."""

    path: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """The files that were asked for, in the order of their paths, and the paths left aside with the reason."""

    name: str
    files: tuple[ArchiveFile, ...]
    left_aside: tuple[tuple[str, str], ...]


def is_archive(data: bytes) -> bool:
    """Whether the bytes begin as a ZIP archive does."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def holds(data: bytes, path: str) -> bool:
    """Whether an archive has a file of this path at its top; false for what is no archive."""
    if not is_archive(data) or _too_many(data, ArchiveLimits()):
        return False
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return path in archive.namelist()
    except _BROKEN:
        return False


def read_archive(
    *, name: str, data: bytes, why_not: Callable[[str], str | None], limits: ArchiveLimits | None = None
) -> tuple[Archive | None, tuple[Problem, ...]]:
    """The files of an archive, or nothing and every problem; never raises on content.

    `why_not` says of a path why the file is left aside, or nothing where it is wanted. What operating systems and
    programs leave behind (`__MACOSX`, `.DS_Store`, `~$…`) is left aside without asking.
    """
    own = limits or ArchiveLimits()
    fault = _fault_of_bytes(data, own)
    if fault is not None:
        return None, (Problem(file=name, path="", seen=fault[0], wanted=fault[1]),)
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return _Reading(name, archive, own).read(why_not)
    except _BROKEN:
        return None, (Problem(file=name, path="", seen="a damaged archive", wanted=_A_ZIP),)


def _fault_of_bytes(data: bytes, limits: ArchiveLimits) -> tuple[str, str] | None:
    if len(data) > limits.archive:
        return f"an archive of {len(data):,} bytes", f"at most {limits.archive // _MEBIBYTE} MiB; send it in parts"
    if not data:
        return "an empty file", _A_ZIP
    if not is_archive(data):
        return "a file of another kind", _A_ZIP
    if _too_many(data, limits):
        return "an archive with too many files, or without its end", f"at most {limits.entries:,} files, and {_A_ZIP}"
    return None


def _too_many(data: bytes, limits: ArchiveLimits) -> bool:
    """Whether the table of contents is missing or too large, before an object is made of each of its lines."""
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 66_000))
    if end < 0 or len(data) - end < 22:
        return True
    entries, size = struct.unpack("<HI", data[end + 10 : end + 16])
    return bool(entries > limits.entries or size > limits.entries * 500)


class _Reading:
    """One archive while it is read."""

    def __init__(self, name: str, archive: zipfile.ZipFile, limits: ArchiveLimits) -> None:
        self.name, self.archive, self.limits = name, archive, limits
        self.problems: list[Problem] = []
        self.left_aside: list[tuple[str, str]] = []
        self.left = limits.all_files

    def read(self, why_not: Callable[[str], str | None]) -> tuple[Archive | None, tuple[Problem, ...]]:
        wanted = dict(sorted(self._wanted(why_not)))
        if len(wanted) > self.limits.files:
            self._refuse("", f"{len(wanted):,} files to be read", f"at most {self.limits.files:,}; send them in parts")
        if self.problems:
            return None, tuple(self.problems)
        files = []
        for path, entry in wanted.items():
            content = self._content(path, entry)
            if content is not None:
                files.append(ArchiveFile(path=path, data=content))
        if self.problems:
            return None, tuple(self.problems)
        return Archive(name=self.name, files=tuple(files), left_aside=tuple(sorted(self.left_aside))), ()

    def _wanted(self, why_not: Callable[[str], str | None]) -> Iterator[tuple[str, zipfile.ZipInfo]]:
        seen: set[str] = set()
        for entry in self.archive.infolist():
            path = _path(entry)
            if path.endswith("/"):
                continue
            if _leads_out(path):
                self._refuse(path, "a path that leads out of the archive", "an archive as the portal made it")
                continue
            if _CLUTTER.search(path):
                self.left_aside.append((path, "left behind by a program"))
                continue
            reason = why_not(path)
            if reason is not None:
                self.left_aside.append((path, reason))
            elif path.casefold() in seen:
                self._refuse(path, "a second file under this path", "each path once")
            elif entry.flag_bits & 1:
                self._refuse(path, "a file with a password", _A_ZIP)
            else:
                seen.add(path.casefold())
                yield path, entry

    def _content(self, path: str, entry: zipfile.ZipInfo) -> bytes | None:
        most = min(self.limits.file, self.left)
        pieces, size = [], 0
        try:
            with self.archive.open(entry) as stream:
                while piece := stream.read(_CHUNK):
                    size += len(piece)
                    if size > most:
                        each = f"{self.limits.file // _MEBIBYTE} MiB a file"
                        wanted = f"at most {each} and {self.limits.all_files // _MEBIBYTE} MiB together"
                        self._refuse(path, f"more than {most:,} bytes when unpacked", wanted)
                        return None
                    pieces.append(piece)
        except _BROKEN:
            self._refuse(path, "a damaged file", _A_ZIP)
            return None
        self.left -= size
        return b"".join(pieces)

    def _refuse(self, path: str, seen: str, wanted: str) -> None:
        shown_path = shown(path, longest=200).strip("“”") if path else ""
        self.problems.append(Problem(file=self.name, path=shown_path, seen=seen, wanted=wanted))


def _path(entry: zipfile.ZipInfo) -> str:
    """The path with slashes; programs that write UTF-8 without saying so are understood."""
    path = entry.filename
    if not entry.flag_bits & _UTF_8:
        try:
            path = path.encode("cp437").decode("utf-8")
        except UnicodeError:
            path = entry.filename
    return path.replace("\\", "/")


def _leads_out(path: str) -> bool:
    return path.startswith("/") or ".." in path.split("/") or re.match(r"[A-Za-z]:", path) is not None
