"""Reads a CSV file of a stranger: rows with their lines, and everything that is wrong, all at once (DESIGN section 5).

Nothing in a file raises. Of our own files UTF-8 is accepted, with or without a mark at its beginning, and commas
between the cells; of files that other programs write also what they often do otherwise.
"""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from svtracker.files.yaml_reader import LARGEST_FILE, capped
from svtracker.kernel import wording
from svtracker.kernel.problems import Problem, shown

MOST_ROWS = 5_000
LARGEST_TABLE = 10 * 1024 * 1024
MOST_LINES = 50_000

_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_AN_UTF_8_FILE = "a CSV file in UTF-8: in a spreadsheet program, save it as “CSV UTF-8”"
# The mark at the beginning of a UTF-8 file, taken for Windows-1252.
_TWICE = "ï»¿"
_NOT_IN_1252 = re.compile("([\x81\x8d\x8f\x90\x9d])")
_SIGNATURES = (
    (codecs.BOM_UTF16_LE, "text in UTF-16"),
    (codecs.BOM_UTF16_BE, "text in UTF-16"),
    (b"PK\x03\x04", "a spreadsheet, document or zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet or document"),
    (b"%PDF-", "a PDF document"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvRow:
    """One row: the line on which it begins, and its cells by the name of their column, without blanks around them."""

    line: int
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvFile:
    """A file that was read: its rows, and what is wrong with it."""

    name: str
    rows: tuple[CsvRow, ...] = ()
    problems: tuple[Problem, ...] = ()


def read_rows(*, name: str, data: bytes, columns: Sequence[str], left_aside: Sequence[str] = ()) -> CsvFile:
    """Every row of a CSV file whose first line names exactly these columns, in any order; never raises on content.

    Columns that are left aside may be there too, as in a file that was downloaded; nothing reads them.

    Refused are: more than 1 MiB, more than 5,000 rows, text that is not UTF-8, columns that are missing, unknown or
    named twice, rows with more or fewer cells, and quotes that are not closed. Empty rows are left out.
    """
    fault = _fault_of_bytes(name, data)
    if fault is not None:
        return CsvFile(name=name, problems=(fault,))
    lines, broken = _lines(name, data.decode("utf-8-sig"))
    if not lines:
        nothing = Problem(file=name, path="", seen="nothing", wanted=f"a first line with {_listed(columns)}", line=1)
        return CsvFile(name=name, problems=broken or (nothing,))
    (first, header), body = lines[0], lines[1:]
    titles = [title.strip().casefold() for title in header]
    faults = _faults_of_header(name, first, titles, columns, left_aside)
    if faults:
        return CsvFile(name=name, problems=capped([*faults, *broken]))
    problems = list(broken)
    if len(body) > MOST_ROWS:
        seen = wording.counted(len(body), "row")
        problems.append(Problem(file=name, path="", seen=seen, wanted=f"at most {MOST_ROWS:,} rows in one file"))
        return CsvFile(name=name, problems=tuple(problems))
    rows = []
    for line, cells in body:
        if len(cells) != len(titles):
            seen, wanted = wording.counted(len(cells), "cell"), wording.counted(len(titles), "cell")
            problems.append(Problem(file=name, path="", seen=seen, wanted=f"{wanted}, as in the first line", line=line))
        else:
            rows.append(
                CsvRow(line=line, values={title: cell.strip() for title, cell in zip(titles, cells, strict=True)})
            )
    return CsvFile(name=name, rows=tuple(rows), problems=capped(problems))


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvLines:
    """Every row that holds something, as it stands, with its line; `notes` say what had to be understood to read it."""

    lines: tuple[tuple[int, list[str]], ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()


def read_lines(*, name: str, data: bytes) -> CsvLines:
    """The rows of a CSV file of another program, whatever its columns are called; never raises on content.

    Understood are commas, semicolons or tabs between the cells, UTF-8, the old Windows-1252, and a file that was
    encoded twice, which begins with “ï»¿” and has “Â£” for “£”. Refused are other kinds of file, more than 10 MiB,
    more than 50,000 rows, control characters, and quotes that are not closed.
    """
    fault = _fault_of_kind(name, data, largest=LARGEST_TABLE, limit="10 MiB")
    if fault is not None:
        return CsvLines(problems=(fault,))
    notes: tuple[str, ...] = ()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        notes = ("The file is in the old Windows-1252, not in UTF-8.",)
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError as error:
            return CsvLines(problems=(_not_utf_8(name, data, error.start),))
    if text.startswith(_TWICE):
        once = _encoded_once(text)
        text, notes = (text, notes) if once is None else (once, (*notes, "The file was encoded twice: that is undone."))
    fault = _fault_of_text(name, text)
    if fault is not None:
        return CsvLines(problems=(fault,))
    lines, broken = _lines(name, text.removeprefix(_TWICE).removeprefix("\ufeff"), between=_between(text))
    if len(lines) > MOST_LINES:
        seen = wording.counted(len(lines), "row")
        broken = (*broken, Problem(file=name, path="", seen=seen, wanted=f"at most {MOST_LINES:,} rows in one file"))
    if not lines and not broken:
        broken = (Problem(file=name, path="", seen="nothing", wanted="a first line with the names of the columns"),)
    return CsvLines(problems=broken) if broken else CsvLines(lines=tuple(lines), notes=notes)


def _encoded_once(text: str) -> str | None:
    """A text that was taken for Windows-1252 and encoded again, as it was before; nothing where it was not."""
    try:
        parts = [
            part.encode("latin-1" if _NOT_IN_1252.fullmatch(part) else "cp1252") for part in _NOT_IN_1252.split(text)
        ]
        return b"".join(parts).decode("utf-8-sig")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return None


def _between(text: str) -> str:
    """What stands between the cells: whichever of comma, semicolon and tab the first lines have most of."""
    beginning = "".join(text.splitlines(keepends=True)[:20])
    return max(",;\t", key=beginning.count)


def _lines(name: str, text: str, *, between: str = ",") -> tuple[list[tuple[int, list[str]]], tuple[Problem, ...]]:
    """The rows that hold something, each with the line on which it begins, as far as the file can be read."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=between)
    found: list[tuple[int, list[str]]] = []
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return found, ()
        except csv.Error as error:
            seen = "a quote that is not closed" if "end of data" in str(error) else "a cell that cannot be read"
            wanted = "quotes only around a whole cell, and a quote inside it written twice"
            return found, (Problem(file=name, path="", seen=seen, wanted=wanted, line=line),)
        if any(cell.strip() for cell in cells):
            found.append((line, cells))


def _faults_of_header(
    name: str, line: int, titles: Sequence[str], columns: Sequence[str], left_aside: Sequence[str]
) -> tuple[Problem, ...]:
    counted = Counter(titles)
    twice = sorted(title for title in counted if counted[title] > 1)
    unknown = [title for title in dict.fromkeys(titles) if title not in {*columns, *left_aside}]
    wanted = f"the columns {_listed(columns)}"
    if len(titles) == 1 and len(columns) > 1 and any(mark in titles[0] for mark in ";\t"):
        seen, wanted = "one column with semicolons or tabs in its name", "commas between the cells"
        return (Problem(file=name, path="", seen=seen, wanted=wanted, line=line),)
    return (
        *(
            Problem(file=name, path="", seen=f"no column “{one}”", wanted=wanted, line=line)
            for one in columns
            if one not in titles
        ),
        *(Problem(file=name, path="", seen=f"a column {shown(one)}", wanted=wanted, line=line) for one in unknown),
        *(
            Problem(file=name, path="", seen=f"the column {shown(one)} twice", wanted=wanted, line=line)
            for one in twice
            if one in columns
        ),
    )


def _fault_of_bytes(name: str, data: bytes) -> Problem | None:
    fault = _fault_of_kind(name, data, largest=LARGEST_FILE, limit="1 MiB")
    if fault is not None:
        return fault
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return _not_utf_8(name, data, error.start)
    return _fault_of_text(name, text)


def _fault_of_kind(name: str, data: bytes, *, largest: int, limit: str) -> Problem | None:
    if len(data) > largest:
        wanted = f"at most {limit} ({largest:,} bytes)"
        return Problem(file=name, path="", seen=f"a file of {len(data):,} bytes", wanted=wanted)
    for signature, seen in _SIGNATURES:
        if data.startswith(signature):
            return Problem(file=name, path="", seen=seen, wanted=_AN_UTF_8_FILE)
    return None


def _not_utf_8(name: str, data: bytes, at: int) -> Problem:
    line = data[:at].count(b"\n") + 1
    seen = "text that is not UTF-8, perhaps in the old Windows-1252"
    return Problem(file=name, path="", seen=seen, wanted=_AN_UTF_8_FILE, line=line)


def _fault_of_text(name: str, text: str) -> Problem | None:
    found = _NOT_TEXT.search(text)
    if found is None:
        return None
    line = text[: found.start()].count("\n") + 1
    return Problem(file=name, path="", seen="a control character", wanted=_AN_UTF_8_FILE, line=line)


def _listed(columns: Sequence[str]) -> str:
    return wording.listed([f"“{one}”" for one in columns])
