"""Bids from an e-tendering portal: every spreadsheet in the archive, and the rest by name."""

from svtracker.tenders.workbook.bundle import read_bid_files
from tests.files.xlsx import packed
from tests.tenders.workbooks import bid_of, filled, good


def test_workbooks_are_found_in_folders_and_everything_else_is_named() -> None:
    portal = packed(
        {
            "ITT-77/Northgate Works Ltd/Envelope 2/workbook.xlsx": good(),
            "ITT-77/Southbank & Sons/WORKBOOK (1).XLSX": good(),
            "ITT-77/Southbank & Sons/old.xls": b"\xd0\xcf\x11\xe0",
            "ITT-77/Southbank & Sons/annex.zip": b"PK",
            "ITT-77/audit-report.pdf": b"%PDF",
            "ITT-77/Northgate Works Ltd/~$workbook.xlsx": b"",
        }
    )
    archive, problems = read_bid_files(name="portal.zip", data=portal)
    assert problems == ()
    assert archive is not None
    assert [file.path for file in archive.files] == [
        "ITT-77/Northgate Works Ltd/Envelope 2/workbook.xlsx",
        "ITT-77/Southbank & Sons/WORKBOOK (1).XLSX",
        "ITT-77/Southbank & Sons/old.xls",
    ]
    assert bid_of(archive.files[0].data).content == filled()
    assert dict(archive.left_aside) == {
        "ITT-77/Northgate Works Ltd/~$workbook.xlsx": "left behind by a program",
        "ITT-77/Southbank & Sons/annex.zip": "an archive inside the archive: unpack it",
        "ITT-77/audit-report.pdf": "no spreadsheet",
    }


def test_a_workbook_stands_for_itself_whatever_it_is_called() -> None:
    for name in ("bid.xlsx", "bid.zip", "bid"):
        archive, problems = read_bid_files(name=name, data=good())
        assert problems == ()
        assert archive is not None
        assert [(file.path, file.data) for file in archive.files] == [(name, good())]


def test_an_archive_without_a_workbook_is_refused() -> None:
    archive, (problem,) = read_bid_files(name="portal.zip", data=packed({"a.pdf": "x"}))
    assert archive is None
    assert str(problem) == (
        "portal.zip: saw an archive with 1 other file and no spreadsheet; wanted the bidders’ workbooks as .xlsx"
    )


def test_what_is_no_archive_is_refused() -> None:
    archive, problems = read_bid_files(name="portal.zip", data=b"hello")
    assert archive is None
    assert len(problems) == 1
