"""A stranger's archive: the files that are wanted, whatever else is in it, and never more than was allowed."""

import io
import struct
import zipfile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from svtracker.files.zip_reader import Archive, ArchiveLimits, holds, read_archive
from tests.files.xlsx import packed


def text_files(path: str) -> str | None:
    return None if path.endswith(".txt") else "no text"


def read(data: bytes, **limits: int) -> Archive:
    archive, problems = read_archive(name="a.zip", data=data, why_not=text_files, limits=ArchiveLimits(**limits))
    assert archive is not None, problems
    return archive


def refused(data: bytes, **limits: int) -> list[str]:
    archive, problems = read_archive(name="a.zip", data=data, why_not=text_files, limits=ArchiveLimits(**limits))
    assert archive is None
    return [str(problem) for problem in problems]


def test_files_come_in_the_order_of_their_paths_and_the_rest_is_named() -> None:
    archive = read(packed({"b/2.txt": "two", "a/1.txt": "one", "a/": "", "note.pdf": "x", "__MACOSX/a/._1.txt": "x"}))
    assert [(file.path, file.data) for file in archive.files] == [("a/1.txt", b"one"), ("b/2.txt", b"two")]
    assert archive.left_aside == (("__MACOSX/a/._1.txt", "left behind by a program"), ("note.pdf", "no text"))


@pytest.mark.parametrize("path", ["~$bid.txt", "x/.hidden.txt", "Thumbs.db", "a/desktop.ini", ".DS_Store"])
def test_clutter_is_left_aside_even_where_its_name_fits(path: str) -> None:
    assert read(packed({path: "x", "y.txt": "y"})).left_aside == ((path, "left behind by a program"),)


@pytest.mark.parametrize("path", ["../a.txt", "a/../../b.txt", "/etc/passwd.txt", "C:/a.txt", "..\\a.txt", "c:\\a.txt"])
def test_a_path_that_leads_out_is_refused(path: str) -> None:
    (message,) = refused(packed({path: "x", "y.txt": "y"}))
    assert "a path that leads out of the archive" in message


def test_names_in_utf_8_are_understood_also_where_the_archive_does_not_say_so() -> None:
    data = packed({"Zoë.txt": "x"})
    unsaid = bytearray(data)
    struct.pack_into("<H", unsaid, 6, 0)
    struct.pack_into("<H", unsaid, data.find(b"PK\x01\x02") + 8, 0)
    assert [file.path for file in read(bytes(unsaid)).files] == ["Zoë.txt"]


def test_all_problems_are_said_at_once() -> None:
    data = bytearray(packed({"a.txt": "x", "A.TXT": "y", "../b.txt": "z", "c.txt": "w"}))
    at = data.find(
        b"PK\x01\x02", data.find(b"PK\x01\x02", data.find(b"PK\x01\x02", data.find(b"PK\x01\x02") + 1) + 1) + 1
    )
    data[at + 8] |= 1
    messages = refused(bytes(data).replace(b"A.TXT", b"A.txt"))
    assert [message.partition(": saw ")[2].partition(";")[0] for message in messages] == [
        "a second file under this path",
        "a path that leads out of the archive",
        "a file with a password",
    ]


def test_limits_hold_for_the_archive_one_file_and_all_files() -> None:
    data = packed({"a.txt": "x" * 600, "b.txt": "y" * 600})
    assert "an archive of" in refused(data, archive=100)[0]
    assert "a.txt: saw more than 500 bytes" in refused(data, file=500)[0]
    assert "b.txt: saw more than 400 bytes" in refused(data, all_files=1000)[0]
    assert "2 files to be read" in refused(data, files=1)[0]
    assert "too many files" in refused(data, entries=1)[0]


def test_a_bomb_is_read_no_further_than_allowed() -> None:
    bomb = packed({"bomb.txt": bytes(50_000_000)})
    assert "more than 1,000,000 bytes when unpacked" in refused(bomb, file=1_000_000)[0]


@pytest.mark.parametrize("data", [b"", b"x", b"PK\x03\x04", b"PK\x05\x06" + bytes(17), packed({"a.txt": "x"})[:-5]])
def test_what_is_no_archive_is_refused(data: bytes) -> None:
    assert len(refused(data)) == 1
    assert not holds(data, "a.txt")


def test_a_damaged_file_is_named() -> None:
    data = bytearray(packed({"a.txt": "hello " * 100}))
    data[40] ^= 0xFF
    assert refused(bytes(data)) == [
        "a.zip: a.txt: saw a damaged file; wanted a ZIP archive, whole and without a password"
    ]


def test_a_size_that_lies_is_found_out() -> None:
    data = bytearray(packed({"a.txt": "hello " * 100}))
    struct.pack_into("<I", data, data.find(b"PK\x01\x02") + 24, 10)
    assert "a damaged file" in refused(bytes(data))[0]


def test_an_archive_with_an_unknown_compression_is_refused() -> None:
    data = bytearray(packed({"a.txt": "x" * 100}))
    struct.pack_into("<H", data, data.find(b"PK\x01\x02") + 10, 99)
    struct.pack_into("<H", data, 8, 99)
    assert "a damaged file" in refused(bytes(data))[0]


GOOD = packed({"a.txt": "x" * 50, "b/c.txt": "y", "d.pdf": "z"})


@settings(max_examples=300)
@given(at=st.integers(0, len(GOOD) - 1), new=st.binary(max_size=6), cut=st.integers(0, len(GOOD)))
@example(at=0, new=b"", cut=0)
def test_no_damage_raises(at: int, new: bytes, cut: int) -> None:
    for data in (GOOD[:at] + new + GOOD[at + 3 :], GOOD[:cut], GOOD[cut:], new):
        archive, problems = read_archive(name="a.zip", data=data, why_not=text_files)
        assert (archive is None) == bool(problems)
        holds(data, "a.txt")


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_damage_is_found_in_other_compressions_too(method: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("a.txt", "hello " * 1000)
    data = bytearray(out.getvalue())
    for at in range(40, 60):
        data[at] ^= 0xFF
    assert "a damaged file" in refused(bytes(data))[0]


def test_an_archive_of_an_archive_is_not_opened() -> None:
    inner = packed({"a.txt": "x"})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("inner.zip", inner)
    assert read(out.getvalue()).left_aside == (("inner.zip", "no text"),)
