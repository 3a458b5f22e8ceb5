"""Takes a stranger's xlsx workbook apart, in a process of its own with little memory and time (DESIGN section 5).

It is run as a script by `workbook_reader`, which has looked at the archive from outside before. It needs nothing but
the standard library, so that it starts at once and can reach nothing of the program. The workbook comes in by standard
input; one JSON object goes out: `{"workbook": ...}` or `{"refused": [part, seen, wanted]}`.

Cells are kept by their coordinates as they come, so that a single cell in the last corner of a sheet costs one entry.
"""

import io
import json
import posixpath
import re
import sys
import zipfile
import zlib
from collections.abc import Callable
from typing import Any
from xml.parsers import expat

CHUNK = 64 * 1024
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
LONGEST_TEXT = 32_767

_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})", re.ASCII)
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)
_ESCAPED = re.compile("_x([0-9a-fA-F]{4})_")
_ANOTHER = "the workbook saved anew by Excel or LibreOffice as .xlsx"


class RefusedError(Exception):
    """The workbook is not read: in which part, what was seen, what was wanted."""

    def __init__(self, part: str, seen: str, wanted: str) -> None:
        self.said = [part, seen, wanted]
        super().__init__(seen)


class Element:
    """What a handler is told of the start of an element: its local name and its attributes by local name."""

    __slots__ = ("name", "values")

    def __init__(self, name: str, values: dict[str, str]) -> None:
        self.name = name
        self.values = values

    def is_on(self, key: str) -> bool:
        """Whether a true-or-false attribute is true."""
        return self.values.get(key) in {"1", "true", "on"}


class Part:
    """Reads one XML part: calls `begin` and `end` for each element; text arrives where `texts` names the element."""

    texts: frozenset[str] = frozenset()

    def begin(self, element: Element) -> None:
        """An element starts."""

    def end(self, name: str, text: str) -> None:
        """An element ends, with the text directly in it where it is one of `texts`."""


class Archive:
    """The parts of the workbook by name, whatever the case and the slashes in which the archive writes them."""

    def __init__(self, data: bytes) -> None:
        self._file = zipfile.ZipFile(io.BytesIO(data))
        self._names = {name.replace("\\", "/").lstrip("/").casefold(): name for name in self._file.namelist()}

    def has(self, part: str) -> bool:
        """Whether there is such a part."""
        return part.casefold() in self._names

    def read(self, part: str, reader: Part) -> None:
        """Hand a part to its reader, piece by piece."""
        name = self._names.get(part.casefold())
        if name is None:
            raise RefusedError(part, "a workbook without this part", _ANOTHER)
        texts: list[list[str] | None] = []

        def started(tag: str, attributes: dict[str, str]) -> None:
            local = tag.rpartition(" ")[2]
            texts.append([] if local in reader.texts else None)
            reader.begin(Element(local, {key.rpartition(" ")[2]: value for key, value in attributes.items()}))

        def ended(tag: str) -> None:
            text = texts.pop()
            reader.end(tag.rpartition(" ")[2], "".join(text) if text else "")

        def said(text: str) -> None:
            if texts and (kept := texts[-1]) is not None:
                kept.append(text)

        def refuse_declarations(*_: object) -> None:
            wanted = "a workbook without declarations (DOCTYPE, ENTITY): no spreadsheet program writes any"
            raise RefusedError(part, "a declaration of a document type or of entities", wanted)

        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = started
        parser.EndElementHandler = ended
        parser.CharacterDataHandler = said
        parser.StartDoctypeDeclHandler = refuse_declarations
        parser.EntityDeclHandler = refuse_declarations
        try:
            with self._file.open(name) as stream:
                while piece := stream.read(CHUNK):
                    parser.Parse(piece, False)  # noqa: FBT003 - the parser's own signature
                parser.Parse(b"", True)  # noqa: FBT003
        except expat.ExpatError as error:
            where = f"{part}, line {error.lineno}"
            raise RefusedError(where, "XML that is cut off or broken", _ANOTHER) from error
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
            raise RefusedError(part, "a part of the archive that is damaged", _ANOTHER) from error


class _Relations(Part):
    """Which part an id stands for."""

    def __init__(self, folder: str) -> None:
        self.targets: dict[str, tuple[str, str]] = {}
        self._folder = folder

    def begin(self, element: Element) -> None:
        if element.name == "Relationship" and element.values.get("TargetMode") != "External":
            target = element.values.get("Target", "").replace("\\", "/")
            whole = target.lstrip("/") if target.startswith("/") else posixpath.join(self._folder, target)
            kind = element.values.get("Type", "").rpartition("/")[2]
            self.targets[element.values.get("Id", "")] = (kind, posixpath.normpath(whole))


class _Book(Part):
    """The sheets in their order, and from which day dates count."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, str]] = []
        self.from_1904 = False

    def begin(self, element: Element) -> None:
        values = element.values
        if element.name == "sheet":
            self.sheets.append((values.get("name", ""), values.get("state", "visible"), values.get("id", "")))
        elif element.name == "workbookPr":
            self.from_1904 = element.is_on("date1904")


class _Strings(Part):
    """The texts that cells share."""

    texts = frozenset({"t"})

    def __init__(self) -> None:
        self.found: list[str] = []
        self._pieces: list[str] = []
        self._aside = 0

    def begin(self, element: Element) -> None:
        if element.name == "si":
            self._pieces = []
        self._aside += element.name == "rPh"

    def end(self, name: str, text: str) -> None:
        if name == "t" and not self._aside:
            self._pieces.append(text)
        elif name == "si":
            self.found.append("".join(self._pieces))
        self._aside -= name == "rPh"


class _Styles(Part):
    """The number format of each cell style."""

    def __init__(self) -> None:
        self.formats: list[str] = []
        self._codes: dict[str, str] = {}
        self._ids: list[str] = []
        self._inside = False

    def begin(self, element: Element) -> None:
        if element.name == "numFmt" and "numFmtId" in element.values:
            self._codes.setdefault(element.values["numFmtId"], element.values.get("formatCode", ""))
        self._inside = self._inside or element.name == "cellXfs"
        if self._inside and element.name == "xf":
            self._ids.append(element.values.get("numFmtId", "0"))

    def end(self, name: str, text: str) -> None:  # noqa: ARG002 - as every part
        self._inside = self._inside and name != "cellXfs"
        if name == "styleSheet":
            self.formats = [self._codes.get(each, f"#{each}") for each in self._ids]


class _Sheet(Part):
    """The cells of one sheet that hold something, its merged ranges and what of it is hidden."""

    texts = frozenset({"v", "f", "t"})

    def __init__(self, part: str, strings: list[str], count: Callable[[str], None]) -> None:
        self.cells: dict[str, list[Any]] = {}
        self.merged: list[str] = []
        self.hidden_rows: list[int] = []
        self.hidden_columns: list[tuple[int, int]] = []
        self.rows_hidden_by_default = False
        self._part, self._strings, self._count = part, strings, count
        self._inside = False
        self._row = self._column = 0
        self._aside = 0
        self._place = ""
        self._kind = "n"
        self._style = 0
        self._value: str | None = None
        self._formula: str | None = None
        self._inline: list[str] = []

    def begin(self, element: Element) -> None:
        values = element.values
        match element.name:
            case "c" if self._inside:
                self._begin_cell(element)
            case "f" if self._inside:
                self._formula = ""
            case "rPh":
                self._aside += 1
            case "row" if self._inside:
                self._begin_row(element)
            case "sheetData":
                self._inside = True
            case "mergeCell":
                self.merged.append(values.get("ref", "")[:40])
                self._count("")
            case "col" if element.is_on("hidden"):
                first, last = values.get("min", ""), values.get("max", "")
                if _WHOLE.fullmatch(first) and _WHOLE.fullmatch(last):
                    self.hidden_columns.append((int(first), int(last)))
                    self._count("")
            case "sheetFormatPr":
                self.rows_hidden_by_default = element.is_on("zeroHeight")

    def _begin_row(self, element: Element) -> None:
        given = element.values.get("r")
        number = self._row + 1 if given is None else int(given) if _WHOLE.fullmatch(given) else 0
        if not self._row < number <= LAST_ROW:
            seen = f"row {number} after row {self._row}" if number else "a row without a number"
            raise RefusedError(self._part, seen, _ANOTHER)
        self._row, self._column = number, 0
        if element.is_on("hidden"):
            self.hidden_rows.append(number)
            self._count("")

    def _begin_cell(self, element: Element) -> None:
        given = element.values.get("r")
        if given is None:
            column, row = self._column + 1, self._row
        else:
            found = _CELL.fullmatch(given)
            column, row = (_column(found[1]), int(found[2])) if found else (0, 0)
        if row != self._row or not self._column < column <= LAST_COLUMN:
            seen = f"the cell {(given or '')[:20]} where it cannot stand, or a second time"
            raise RefusedError(self._part, seen, _ANOTHER)
        self._column = column
        self._place = given or f"{_letters(column)}{row}"
        self._kind = element.values.get("t", "n")
        style = element.values.get("s", "0")
        self._style = int(style) if _WHOLE.fullmatch(style) else 0
        self._value, self._formula, self._inline = None, None, []

    def end(self, name: str, text: str) -> None:
        match name:
            case "v" if self._inside:
                self._value = text
            case "f" if self._inside:
                self._formula = text
            case "t" if self._inside and not self._aside:
                self._inline.append(text)
            case "rPh":
                self._aside -= 1
            case "c" if self._inside:
                self._end_cell()
            case "sheetData":
                self._inside = False

    def _end_cell(self) -> None:
        kind, text = self._typed()
        if self._formula is None and (kind is None or (kind == "text" and not text)):
            return
        formula = None if self._formula is None else self._formula[:LONGEST_TEXT]
        if len(text) > LONGEST_TEXT:
            seen = f"a text of {len(text):,} characters in {self._place}"
            raise RefusedError(self._part, seen, f"at most {LONGEST_TEXT:,} characters in a cell, as spreadsheets keep")
        self._count(f"{text}{formula or ''}")
        self.cells[self._place] = [kind or "not_calculated", text, formula, self._style]

    def _typed(self) -> tuple[str | None, str]:
        value = self._value
        if self._kind == "inlineStr":
            return "text", _plain("".join(self._inline))
        if value is None or (not value and self._kind != "str"):
            return None, ""
        match self._kind:
            case "s":
                known = _WHOLE.fullmatch(value) and int(value) < len(self._strings)
                return ("text", _plain(self._strings[int(value)])) if known else ("broken", value)
            case "str":
                return "text", _plain(value)
            case "b" if value in {"0", "1"}:
                return "true_false", value
            case "e":
                return "error", value
            case "d":
                return "day", value
            case "n" if _NUMBER.fullmatch(value.strip()):
                return "number", value.strip()
        return "broken", value


def _plain(text: str) -> str:
    """Characters that XML cannot hold stand in a workbook as _x0007_."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def parse(data: bytes, *, most_cells: int, most_text: int) -> dict[str, Any]:
    """Everything that the reader wants to know of a workbook, as JSON can carry it."""
    archive = Archive(data)
    top = _relations(archive, "_rels/.rels", "")
    main = next((part for kind, part in top.targets.values() if kind == "officeDocument"), "xl/workbook.xml")
    folder, name = posixpath.split(main)
    book = _Book()
    archive.read(main, book)
    targets = _relations(archive, f"{folder}/_rels/{name}.rels", folder).targets
    by_kind = dict(targets.values())
    strings, styles = _Strings(), _Styles()
    if "sharedStrings" in by_kind:
        archive.read(by_kind["sharedStrings"], strings)
    if "styles" in by_kind:
        archive.read(by_kind["styles"], styles)
    left = [most_cells, most_text]

    def count(text: str) -> None:
        left[0] -= 1
        left[1] -= len(text)
        if min(left) < 0:
            seen = f"more than {most_cells:,} filled cells, or more than {most_text:,} characters in them"
            raise RefusedError("", seen, "a workbook with fewer, as it was sent out")

    sheets: list[dict[str, Any]] = []
    for title, state, key in book.sheets:
        kind, part = targets.get(key, ("", ""))
        if kind != "worksheet":
            sheets.append({"name": title, "state": state, "kind": kind})
            continue
        sheet = _Sheet(f"sheet “{title[:31]}”", strings.found, count)
        try:
            archive.read(part, sheet)
        except RefusedError as error:
            error.said[0] = error.said[0].replace(part, f"sheet “{title[:31]}”")
            raise
        sheets.append(
            {
                "name": title,
                "state": state,
                "kind": kind,
                "cells": sheet.cells,
                "merged": sheet.merged,
                "hidden_rows": sheet.hidden_rows,
                "hidden_columns": sheet.hidden_columns,
                "rows_hidden_by_default": sheet.rows_hidden_by_default,
            }
        )
    return {"sheets": sheets, "formats": styles.formats, "from_1904": book.from_1904}


def _relations(archive: Archive, part: str, folder: str) -> _Relations:
    found = _Relations(folder)
    if archive.has(part):
        archive.read(part, found)
    return found


def _fence(*, memory: int, seconds: int) -> None:
    """Give this process no more than its share; where a system knows no limits, the reader's clock still ends it."""
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    for limit, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0)):
        try:
            resource.setrlimit(limit, (most, most))
        except (ValueError, OSError):
            continue


def main() -> None:
    """Read standard input under the limits of the first argument, answer on standard output."""
    limits: dict[str, int] = json.loads(sys.argv[1])
    _fence(memory=limits["memory"], seconds=limits["seconds"])
    answer: dict[str, Any]
    try:
        data = sys.stdin.buffer.read()
        answer = {"workbook": parse(data, most_cells=limits["cells"], most_text=limits["text"])}
        said = json.dumps(answer)
    except RefusedError as error:
        said = json.dumps({"refused": error.said})
    except MemoryError:
        said = json.dumps({"refused": ["", "a workbook that needs too much memory", _ANOTHER]})
    sys.stdout.write(said)


if __name__ == "__main__":
    main()
