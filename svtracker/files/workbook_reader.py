"""Reads an xlsx workbook of a stranger: typed cells with their places, or why it is refused (DESIGN section 5).

The one place where xlsx is read. Nothing in a file raises. The bytes are looked at from outside first; only then a
process of its own, with little memory and time, takes them apart (`workbook_parser`), so that a bomb costs nothing.

The parser is our own: numbers keep the digits of the file instead of becoming binary fractions, a formula and what it
last gave come in one reading, and one bad cell is a message at that cell instead of an end to the whole workbook.
"""

import json
import re
import struct
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import StrEnum
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from svtracker.kernel import numbers, wording
from svtracker.kernel.problems import Problem, shown

_PARSER = Path(__file__).with_name("workbook_parser.py")
_MEBIBYTE = 1024 * 1024
# A spreadsheet keeps 15 significant digits; it writes 0.07 as 7.0000000000000007E-2.
_KEPT = Context(prec=15, rounding=ROUND_HALF_UP)
_DAY_0, _DAY_0_FROM_1904, _LAST_DAY = datetime(1899, 12, 30), datetime(1904, 1, 1), 2_958_465  # noqa: DTZ001 - a workbook's dates have no zone

A_WORKBOOK = "a workbook saved as .xlsx (in Excel: “Excel Workbook”; in LibreOffice: “Excel 2007–365”)"
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much of a workbook is read: sizes in bytes, the process's own share in bytes and seconds."""

    file: int = 10 * _MEBIBYTE
    expanded: int = 100 * _MEBIBYTE
    times: int = 200
    entries: int = 2_000
    cells: int = 200_000
    text: int = 8 * _MEBIBYTE
    memory: int = 768 * _MEBIBYTE
    seconds: int = 20


class CellKind(StrEnum):
    """What a cell holds. `not_calculated` is a formula without a result, `broken` what no spreadsheet would write."""

    TEXT = "text"
    NUMBER = "number"
    TRUE_FALSE = "true_false"
    DAY = "day"
    ERROR = "error"
    NOT_CALCULATED = "not_calculated"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell that holds something: its text as in the file, its number or moment where it is one, its formula.

    `formula` is what the text and number were calculated from, empty where the formula stands in another cell.
    """

    kind: CellKind
    text: str
    number: Decimal | None = None
    moment: datetime | None = None
    formula: str | None = None
    format: str = ""

    @property
    def is_percentage(self) -> bool:
        """Whether a spreadsheet shows the number as a percentage: 0.05 as 5%."""
        return self.number is not None and "%" in _signs(self.format)

    @property
    def is_money(self) -> bool:
        """Whether a spreadsheet shows the number with a currency: £300."""
        return self.number is not None and any(sign in _signs(self.format) for sign in "£$€¥")

    @property
    def seen(self) -> str:
        """The cell in a message, as a person sees it in the spreadsheet."""
        if self.formula is not None:
            said = f"the formula {shown(f'={self.formula}')}" if self.formula else "a formula"
            return said if self.kind is CellKind.NOT_CALCULATED else f"{said} ({self._said})"
        return self._said

    @property
    def _said(self) -> str:
        match self.kind:
            case CellKind.NUMBER if self.number is not None and self.is_percentage:
                return f"{wording.grouped(numbers.times(self.number, Decimal(100)))}%"
            case CellKind.NUMBER if self.number is not None:
                sign = next((sign for sign in "£$€¥" if sign in _signs(self.format)), "")
                return f"{sign}{shown(wording.grouped(self.number)).strip('“”')}"
            case CellKind.DAY if self.moment is not None:
                return f"the date {wording.day(self.moment.date())}"
            case CellKind.TRUE_FALSE:
                return "TRUE" if self.text == "1" else "FALSE"
            case CellKind.ERROR:
                return f"the error {shown(self.text).strip('“”')}"
            case CellKind.NOT_CALCULATED:
                return "a formula without a result"
            case _:
                return shown(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkbookSheet:
    """One sheet: its filled cells by their coordinates, its merged ranges, and what of it nobody sees."""

    name: str
    is_hidden: bool
    cells: Mapping[str, Cell]
    merged: tuple[str, ...]
    hidden_rows: frozenset[int]
    hidden_columns: tuple[tuple[int, int], ...]

    def hides(self, place: str) -> bool:
        """Whether the cell stands in a hidden row or column."""
        column, row = position(place)
        return row in self.hidden_rows or any(first <= column <= last for first, last in self.hidden_columns)

    def merges(self, place: str) -> str | None:
        """The merged range that the cell is part of."""
        column, row = position(place)
        for merged in self.merged:
            first, _, last = merged.partition(":")
            if _PLACE.fullmatch(first) and _PLACE.fullmatch(last or first):
                (left, top), (right, bottom) = position(first), position(last or first)
                if left <= column <= right and top <= row <= bottom:
                    return merged
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbook:
    """A workbook: its sheets in their order by name, and what else is in the file that nobody reads, in words."""

    name: str
    sheets: Mapping[str, WorkbookSheet]
    left_aside: tuple[str, ...]


def read_workbook(
    *, name: str, data: bytes, limits: Limits | None = None
) -> tuple[Workbook | None, tuple[Problem, ...]]:
    """Every filled cell of a workbook, or nothing and why; never raises on content.

    Refused before anything is parsed: other kinds of file, also under a name that ends in .xlsx; more than 10 MiB, or
    so much more when unpacked that it is a bomb; passwords; macros, links to other workbooks, embedded objects, data
    connections. Refused by the parser: declarations of entities, broken XML, more than 200,000 filled cells, more than
    20 seconds or 768 MiB.
    """
    own = limits or Limits()
    fault = _fault_of_bytes(data, own)
    if fault is None:
        parts, fault = _parts(data, own)
    if fault is not None:
        return None, (Problem(file=name, path="", seen=fault[0], wanted=fault[1]),)
    answer = _taken_apart(data, own)
    if "refused" in answer:
        part, seen, wanted = answer["refused"]
        return None, (Problem(file=name, path=part, seen=seen, wanted=wanted),)
    return _workbook(name, answer["workbook"], left_aside=_left_aside(parts))


def place_of(sheet: str, cell: str) -> str:
    """A place in a workbook as people say it: “Commitments, cell F12”."""
    return f"{sheet}, cell {cell}"


def position(place: str) -> tuple[int, int]:
    """Column and row of a coordinate, counted from 1: F12 is 6 and 12."""
    found = _PLACE.fullmatch(place)
    if found is None:
        raise ValueError(place)
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return column, int(found[2])


_Fault = tuple[str, str]

_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "a PDF document"),
    (b"\x1f\x8b", "a compressed file"),
    (b"7z\xbc\xaf", "a compressed file"),
    (b"Rar!", "a compressed file"),
    (b"{\\rtf", "a text document"),
    (b"<?xml", "an XML file"),
    (b"<html", "a web page"),
    (b"<!DOCTYPE", "a web page"),
    (b"MZ", "a program"),
)


def _fault_of_bytes(data: bytes, limits: Limits) -> _Fault | None:
    """Why these bytes are no workbook that may be unpacked, without unpacking anything."""
    if len(data) > limits.file:
        most = f"at most {limits.file // _MEBIBYTE} MiB; take out pictures and other sheets"
        return f"a file of {len(data):,} bytes", most
    if not data:
        return "an empty file", A_WORKBOOK
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in data:
            return "a workbook with a password", "the workbook saved without a password"
        return "a workbook in the old format .xls, or an old document", A_WORKBOOK
    if not data.startswith(b"PK\x03\x04"):
        return _another_kind(data), A_WORKBOOK
    return _fault_of_directory(data, limits)


def _another_kind(data: bytes) -> str:
    for signature, kind in _OTHERS:
        if data.startswith(signature):
            return kind
    return "a file of another kind" if b"\0" in data[:4096] else "a text or CSV file"


def _fault_of_directory(data: bytes, limits: Limits) -> _Fault | None:
    """The archive's own table of contents, before anything makes an object of each of its lines."""
    damaged = "a damaged archive: the end is missing", f"{A_WORKBOOK}, whole"
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 66_000))
    if end < 0 or len(data) - end < 22:
        return damaged
    entries, size = struct.unpack("<HI", data[end + 10 : end + 16])
    if entries > limits.entries or size > limits.entries * 500:
        return f"an archive of {entries:,} or more files", f"at most {limits.entries:,}, as a workbook has"
    return None


_DANGERS: tuple[tuple[str, _Fault], ...] = (
    ("vbaproject", ("macros", "a workbook without macros, saved as .xlsx")),
    ("/macrosheets/", ("macros of Excel 4", "a workbook without macros, saved as .xlsx")),
    ("/externallinks/", ("links to other workbooks", "a workbook without links: put the values in their place")),
    ("/embeddings/", ("embedded objects", "a workbook without embedded files; send them beside it")),
    ("/activex/", ("embedded controls", "a workbook without controls")),
    ("/connections.xml", ("data connections", "a workbook without data connections")),
    ("/querytables/", ("data connections", "a workbook without data connections")),
    ("/customui", ("an add-in of its own", "a workbook without add-ins")),
)
_ASIDE = {
    "/media/": "pictures",
    "/charts/": "charts",
    "/comments": "comments beside cells",
    "/threadedcomments/": "comments beside cells",
    "/pivottables/": "pivot tables",
}


def _parts(data: bytes, limits: Limits) -> tuple[tuple[str, ...], _Fault | None]:
    """The names of the parts, or why this archive is not unpacked."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, struct.error, EOFError):
        return (), ("a damaged archive", f"{A_WORKBOOK}, whole")
    names = tuple("/" + entry.filename.replace("\\", "/").lstrip("/").casefold() for entry in entries)
    if any(entry.flag_bits & 1 for entry in entries):
        return (), ("an archive with a password", "the workbook saved without a password")
    if "/[content_types].xml" not in names:
        kind = "an OpenDocument file" if "/mimetype" in names else "an archive that is no workbook"
        return (), (kind, A_WORKBOOK)
    if not any(name.startswith("/xl/") for name in names):
        kind = "a text document" if any(name.startswith("/word/") for name in names) else "no spreadsheet"
        return (), (kind, A_WORKBOOK)
    if any(name.endswith("/workbook.bin") for name in names):
        return (), ("a workbook in the binary format .xlsb", A_WORKBOOK)
    for sign, fault in _DANGERS:
        if any(sign in name for name in names):
            return (), fault
    if len(set(names)) < len(names):
        return (), ("two parts of one name in the archive", f"{A_WORKBOOK}, as the program wrote it")
    expanded = sum(entry.file_size for entry in entries)
    most = min(limits.expanded, max(len(data) * limits.times, _MEBIBYTE))
    if expanded > most:
        seen = f"{expanded:,} bytes packed into {len(data):,}"
        return (), (seen, f"at most {most:,} bytes when unpacked")
    return names, None


def _left_aside(parts: Iterable[str]) -> tuple[str, ...]:
    found = {words: None for name in parts for sign, words in _ASIDE.items() if sign in name}
    return tuple(found)


def _taken_apart(data: bytes, limits: Limits) -> dict[str, Any]:
    """What the parser says; its process ends with it, whatever happens in it."""
    given = {"memory": limits.memory, "seconds": limits.seconds, "cells": limits.cells, "text": limits.text}
    refused = {"refused": ["", "a workbook that takes too much memory or time to read", A_WORKBOOK]}
    try:
        done = subprocess.run(  # noqa: S603 - our own script, which gets bytes and limits only
            [sys.executable, "-I", "-S", str(_PARSER), json.dumps(given)],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            timeout=2 * limits.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return refused
    if done.returncode:
        return refused
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _workbook(
    name: str, found: dict[str, Any], *, left_aside: tuple[str, ...]
) -> tuple[Workbook | None, tuple[Problem, ...]]:
    sheets: dict[str, WorkbookSheet] = {}
    others = list(left_aside)
    formats = [_format(code) for code in found["formats"]]
    for sheet in found["sheets"]:
        if sheet["kind"] != "worksheet":
            others.append(f"the sheet {shown(sheet['name'])}, which is no table")
        elif sheet["name"] in sheets:
            seen = f"two sheets {shown(sheet['name'])}"
            return None, (Problem(file=name, path="", seen=seen, wanted="each name once, as programs keep it"),)
        else:
            sheets[sheet["name"]] = _sheet(sheet, formats=formats, from_1904=found["from_1904"])
    if not sheets:
        return None, (Problem(file=name, path="", seen="a workbook without sheets", wanted=A_WORKBOOK),)
    return Workbook(name=name, sheets=sheets, left_aside=tuple(others)), ()


def _sheet(found: dict[str, Any], *, formats: list[str], from_1904: bool) -> WorkbookSheet:
    return WorkbookSheet(
        name=found["name"],
        is_hidden=found["state"] != "visible",
        cells={
            place: _cell(
                CellKind(kind),
                text,
                formula=formula,
                code=formats[style] if style < len(formats) else "",
                from_1904=from_1904,
            )
            for place, (kind, text, formula, style) in found["cells"].items()
        },
        merged=tuple(found["merged"]),
        hidden_rows=frozenset(found["hidden_rows"]),
        hidden_columns=tuple((first, last) for first, last in found["hidden_columns"]),
    )


def _cell(kind: CellKind, text: str, *, formula: str | None, code: str, from_1904: bool) -> Cell:
    number = moment = None
    if kind is CellKind.NUMBER:
        number = _number(text)
        if number is not None and _is_of_days(code):
            kind, moment = CellKind.DAY, _moment(number, from_1904=from_1904)
            number = None
        elif number is None:
            kind = CellKind.BROKEN
    return Cell(kind=kind, text=text, number=number, moment=moment, formula=formula, format=code)


def _number(text: str) -> Decimal | None:
    """The file's own digits, at most the 15 that a spreadsheet keeps: 7.0000000000000007E-2 is 0.07."""
    value = _KEPT.plus(Decimal(text))
    if not value:
        return numbers.ZERO
    if not -40 < value.adjusted() < 40:
        return None
    return Decimal(numbers.trimmed(value))


def _moment(days: Decimal, *, from_1904: bool) -> datetime | None:
    if not 0 <= days < _LAST_DAY:
        return None
    # Excel counts a 29 February 1900, which there was not.
    from_1900 = _DAY_0 if days >= 60 else _DAY_0 + timedelta(days=1)
    return (_DAY_0_FROM_1904 if from_1904 else from_1900) + timedelta(seconds=round(float(days) * 86_400))


# The formats that a workbook names by number alone, as far as they change what a number means.
_NAMED_FORMATS = {
    **dict.fromkeys(("5", "6", "7", "8", "42", "44"), "£0"),
    **dict.fromkeys(("9", "10"), "0%"),
    **dict.fromkeys(map(str, (*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59))), "d/m/yyyy"),
}


def _format(code: str) -> str:
    return _NAMED_FORMATS.get(code[1:], "") if code.startswith("#") and code[1:].isdigit() else code


@lru_cache(maxsize=1024)
def _signs(code: str) -> str:
    """What of a number format is neither quoted text nor a colour or language: [$£-809] leaves £."""
    first = code.split(";", 1)[0]
    kept = re.sub(r"\[\$([^\]-]*)[^\]]*\]", r"\1", first)
    kept = re.sub(r'"([^"]*)"', lambda quoted: "".join(sign for sign in quoted[1] if sign in "£$€¥%"), kept)
    return re.sub(r"\\.|_.|\*.|\[[^\]]*\]", "", kept)


@lru_cache(maxsize=1024)
def _is_of_days(code: str) -> bool:
    plain = re.sub(r'"[^"]*"|\\.|_.|\*.|\[\$[^\]]*\]', "", code.split(";", 1)[0])
    if re.search(r"\[[hms]+\]", plain, re.IGNORECASE):
        return True
    bare = re.sub(r"\[[^\]]*\]|general|standard", "", plain, flags=re.IGNORECASE)
    return re.search(r"[dmyhs]", bare, re.IGNORECASE) is not None
