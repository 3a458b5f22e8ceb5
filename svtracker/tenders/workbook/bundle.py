"""Bids as they come from an e-tendering portal: one workbook, or an archive with many in folders."""

from pathlib import PurePosixPath

from svtracker.files.zip_reader import Archive, ArchiveFile, ArchiveLimits, holds, read_archive
from svtracker.kernel import wording
from svtracker.kernel.problems import Problem

# Also what is no .xlsx is passed on, so that its own reader says why it cannot be read.
_SPREADSHEETS = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".xltx", ".ods", ".csv"})
_ARCHIVES = frozenset({".zip", ".7z", ".rar", ".tar", ".gz"})
_PARTS_OF_A_WORKBOOK = "[Content_Types].xml"


def read_bid_files(
    *, name: str, data: bytes, limits: ArchiveLimits | None = None
) -> tuple[Archive | None, tuple[Problem, ...]]:
    """Every file that may be a bidder's workbook, with its path, or nothing and all problems at once.

    A workbook stands for itself. Of an archive all spreadsheets are taken, wherever they stand; everything else is
    left aside and named with the reason, so that nobody misses a bid.
    """
    if PurePosixPath(name).suffix.casefold() in _SPREADSHEETS or holds(data, _PARTS_OF_A_WORKBOOK):
        return Archive(name=name, files=(ArchiveFile(path=name, data=data),), left_aside=()), ()
    archive, problems = read_archive(name=name, data=data, why_not=_why_not, limits=limits)
    if archive is not None and not archive.files:
        seen = f"an archive with {wording.counted(len(archive.left_aside), 'other file')} and no spreadsheet"
        return None, (Problem(file=name, path="", seen=seen, wanted="the bidders’ workbooks as .xlsx"),)
    return archive, problems


def _why_not(path: str) -> str | None:
    suffix = PurePosixPath(path).suffix.casefold()
    if suffix in _SPREADSHEETS:
        return None
    return "an archive inside the archive: unpack it" if suffix in _ARCHIVES else "no spreadsheet"
