"""Reads a CSV file of a stranger: rows with their lines, and everything that is wrong, all at once (DESIGN section 5).

Nothing in a file raises. Accepted are UTF-8 with or without a mark at its beginning, and commas between the cells.
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

_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_AN_UTF_8_FILE = "a CSV file in UTF-8: in a spreadsheet program, save it as “CSV UTF-8”"
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


def _lines(name: str, text: str) -> tuple[list[tuple[int, list[str]]], tuple[Problem, ...]]:
    """The rows that hold something, each with the line on which it begins, as far as the file can be read."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
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
    if len(data) > LARGEST_FILE:
        wanted = f"at most 1 MiB ({LARGEST_FILE:,} bytes)"
        return Problem(file=name, path="", seen=f"a file of {len(data):,} bytes", wanted=wanted)
    for signature, seen in _SIGNATURES:
        if data.startswith(signature):
            return Problem(file=name, path="", seen=seen, wanted=_AN_UTF_8_FILE)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        seen = "text that is not UTF-8, perhaps in the old Windows-1252"
        return Problem(file=name, path="", seen=seen, wanted=_AN_UTF_8_FILE, line=line)
    found = _NOT_TEXT.search(text)
    if found is not None:
        line = text[: found.start()].count("\n") + 1
        return Problem(file=name, path="", seen="a control character", wanted=_AN_UTF_8_FILE, line=line)
    return None


def _listed(columns: Sequence[str]) -> str:
    return wording.listed([f"“{one}”" for one in columns])
