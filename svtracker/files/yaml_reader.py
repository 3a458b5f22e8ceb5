"""Reads a YAML or JSON file of a stranger: plain values, the line of each, and everything that is wrong (DESIGN 5).

Nothing in a file raises. Typed are only null, true and false, decimal numbers and ISO dates, so that `on`, `no` and
`yes` stay text and a reference is never turned into something else. Keys are always text.
"""

import json
import pathlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import TypeVar

import yaml

from svtracker.kernel.problems import Problem, shown

Path = tuple[str | int, ...]

_T = TypeVar("_T")

LARGEST_FILE = 1024 * 1024
DEEPEST = 50
MOST_VALUES = 200_000
LONGEST_NUMBER = 40
MOST_PROBLEMS = 200

_INTEGER = re.compile(r"[-+]?[0-9]+", re.ASCII)
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_LINE_BREAK = re.compile("\r\n|\r|\n|\u2028|\u2029")
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# The closing quote is optional, so that an unclosed text is one token and never searched twice.
_JSON_TOKEN = re.compile(
    r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|[\[\]{}:,]|-?Infinity|NaN|-?[0-9][0-9eE.+-]*|[a-z]+|\n', re.DOTALL
)
_A_FILE = "a file in YAML or JSON with the keys of its format"
_PLAIN_WORDS: dict[str, object] = {"": None, "~": None, "null": None, "true": True, "false": False}

_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"\xff\xfe\x00\x00", "text in UTF-32", "text in UTF-8: save the file again as UTF-8"),
    (b"\x00\x00\xfe\xff", "text in UTF-32", "text in UTF-8: save the file again as UTF-8"),
    (b"\xff\xfe", "text in UTF-16", "text in UTF-8: save the file again as UTF-8"),
    (b"\xfe\xff", "text in UTF-16", "text in UTF-8: save the file again as UTF-8"),
    (b"PK\x03\x04", "a spreadsheet, document or zip archive", "a text file in YAML or JSON"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet or document", "a text file in YAML or JSON"),
    (b"%PDF-", "a PDF document", "a text file in YAML or JSON"),
    (b"\x1f\x8b", "a compressed file", "a text file in YAML or JSON"),
)

# What the parser says, and what that means for the person who wrote the file.
_PARSER_WORDS: tuple[tuple[str, str], ...] = (
    ("mapping values are not allowed", "a text with a colon and a blank to stand in quotes, or one key a line"),
    ("could not find expected ':'", "a colon and a blank after the key"),
    ("did not find expected key", "a key at the same indentation as the keys above it, or a closed text"),
    ("did not find expected '-' indicator", "a “-” at the same indentation as those above it"),
    ("expected ',' or ']'", "a comma or a closing ]"),
    ("expected ',' or '}'", "a comma or a closing }"),
    ("character that cannot start any token", "a text that starts with @, %, ` or a tab to stand in quotes"),
    ("tab character", "blanks at the start of the line, not a tab"),
    ("unexpected end of stream", "the quote that closes the text"),
    ("unexpected document indicator", "the quote that closes the text"),
    ("unknown escape character", "a known escape after the backslash, or single quotes around the text"),
    ("invalid Unicode character escape", "an escape that stands for a character"),
    ("undefined tag handle", "a value without a tag (no “!”)"),
    ("did not find expected <document start>", "one document: keys at the left margin, nothing after it"),
    ("did not find expected node content", "a value"),
    ("block sequence entries are not allowed", "the list to start on a line of its own"),
    ("mapping keys are not allowed", "one key a line"),
    ("did not find expected alphabetic or numeric character", "text that starts with & or * to stand in quotes"),
    ("incompatible YAML document", "a file without a %YAML line"),
    ("control characters are not allowed", "text without control characters"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file that was read: its plain value, the line of every place in it, and what is wrong.

    `lines` goes from a path of keys and indexes (from 0) to a line (from 1). `value` is None where the file could
    not be read at all; otherwise it holds all that could be read, also beside problems.
    """

    name: str
    value: object
    lines: Mapping[Path, int] = field(default_factory=lambda: MappingProxyType({}))
    problems: tuple[Problem, ...] = ()

    def line_of(self, path: Path) -> int | None:
        """The line of a place, or of the nearest place around it."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return None


def read_document(*, name: str, data: bytes) -> Document:
    """Everything that a YAML or JSON file says, with all its faults; never raises on content.

    A name that ends in `.json` is read as JSON, any other as YAML. Refused are: more than 1 MiB, text that is not
    UTF-8, binary data, faults of syntax, a key given twice, anchors and aliases, tags, more than 50 levels, more
    than one document, keys that are not text, an empty file.
    """
    fault = _fault_of_bytes(name, data, largest=LARGEST_FILE)
    if fault is not None:
        return Document(name=name, value=None, problems=(fault,))
    text = data.decode("utf-8-sig")
    return _read_json(name, text) if name.lower().endswith(".json") else _read_yaml(name, text)


def read_json_exactly(*, name: str, data: bytes, largest: int = LARGEST_FILE) -> Document:
    """The same for JSON of another format, where amounts are numbers: one with a point keeps its digits as a decimal.

    `104988.02` is Decimal("104988.02"), never the nearest binary fraction. The name of the file says nothing.
    """
    fault = _fault_of_bytes(name, data, largest=largest)
    if fault is not None:
        return Document(name=name, value=None, problems=(fault,))
    return _read_json(name, data.decode("utf-8-sig"), parse_float=Decimal)


def bytes_of(path: pathlib.Path, *, name: str | None = None) -> bytes | Problem:
    """The bytes of a file on disk, or the problem that there is none to read."""
    try:
        return path.read_bytes()
    except IsADirectoryError:
        seen = "a folder"
    except FileNotFoundError:
        seen = "no such file"
    except (OSError, ValueError) as error:
        seen = f"a file that cannot be read ({getattr(error, 'strerror', None) or error})"
    return Problem(file=name or str(path), path="", seen=seen, wanted="a file that can be read")


def path_text(path: Path) -> str:
    """A place in a file as people say it: `bids[2].commitments.J1`, counted from 1."""
    parts: list[str] = []
    for step in path:
        if isinstance(step, int):
            parts.append(f"[{step + 1}]")
        else:
            clean = " ".join("".join(c if c.isprintable() else " " for c in step).split())
            parts.append(("." if parts else "") + (clean if len(clean) <= 60 else clean[:60] + "…"))
    return "".join(parts)


def capped(problems: Sequence[Problem], *, beyond: int = 0) -> tuple[Problem, ...]:
    """At most 200 problems of one file, and a last line that says how many more there are.

    `beyond` are problems that were counted and not even described.
    """
    more = max(0, len(problems) - MOST_PROBLEMS) + beyond
    if not more:
        return tuple(problems)
    last = Problem(
        file=problems[0].file,
        path="",
        seen=f"{more} more {'problem' if more == 1 else 'problems'} of this file",
        wanted="those above to be put right first",
    )
    return (*problems[:MOST_PROBLEMS], last)


def _fault_of_bytes(name: str, data: bytes, *, largest: int) -> Problem | None:
    """Why these bytes are no text file, before any parser sees them."""
    found = _not_a_text_file(data, largest=largest) or _not_plain_utf_8(data)
    if found is None:
        return None
    seen, wanted, line = found
    return Problem(file=name, path="", seen=seen, wanted=wanted, line=line)


_Fault = tuple[str, str, int | None]


def _not_a_text_file(data: bytes, *, largest: int) -> _Fault | None:
    if len(data) > largest:
        return f"a file of {len(data):,} bytes", f"at most {largest // LARGEST_FILE} MiB ({largest:,} bytes)", None
    for signature, seen, wanted in _SIGNATURES:
        if data.startswith(signature):
            return seen, wanted, None
    if b"\0" not in data:
        return None
    start = data[:400]
    if max(start[0::2].count(0), start[1::2].count(0)) * 4 > len(start):
        return "text that looks like UTF-16", "text in UTF-8: save the file again as UTF-8", None
    return "binary data", "a text file in YAML or JSON", data[: data.index(b"\0")].count(b"\n") + 1


def _not_plain_utf_8(data: bytes) -> _Fault | None:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        guess = " (it looks like Windows-1252)" if _is_windows_1252(data) else ""
        seen = f"the byte 0x{error.object[error.start]:02X}, which is not UTF-8"
        line = error.object[: error.start].count(b"\n") + 1
        return seen, f"text in UTF-8: save the file again as UTF-8{guess}", line
    control = _NOT_TEXT.search(text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        return f"the control character 0x{ord(control.group()):02X}", "text without control characters", line
    return None if text.strip() else ("an empty file", _A_FILE, None)


def _is_windows_1252(data: bytes) -> bool:
    try:
        return not _NOT_TEXT.search(data.decode("cp1252"))
    except UnicodeDecodeError:
        return False


class _Faults:
    """The problems of one document, as they are found."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: list[Problem] = []

    def add(self, *, path: Path, seen: str, wanted: str, line: int | None) -> None:
        self.found.append(Problem(file=self.name, path=path_text(path), seen=seen, wanted=wanted, line=line))

    def twice(self, *, path: Path, line: int, first: int | None) -> None:
        before = f" (first on line {first})" if first else ""
        self.add(path=path, seen=f"the key {shown(path[-1])} a second time{before}", wanted="each key once", line=line)


class _StopReadingError(Exception):
    """The rest of the document cannot be read; the fault is already noted."""


# --- YAML -----------------------------------------------------------------------------------------------------------


class _Frame:
    """A mapping or list that is being filled."""

    __slots__ = ("items", "keeps", "key", "key_is_next", "keys", "path")

    def __init__(self, *, path: Path, keys: dict[str, object] | None, items: list[object] | None) -> None:
        self.path = path
        self.keys = keys
        self.items = items
        self.key: str | None = None
        self.key_is_next = keys is not None
        self.keeps = True


class _Builder:
    """Turns parser events into plain values without recursion."""

    def __init__(self, name: str) -> None:
        self.faults = _Faults(name)
        self.lines: dict[Path, int] = {}
        self.root: object = None
        self.documents = 0
        self.values = 0
        self._stack: list[_Frame] = []

    def take(self, event: yaml.Event) -> None:
        line = 1 if event.start_mark is None else event.start_mark.line + 1
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event, line)
        elif isinstance(event, yaml.MappingStartEvent):
            self._open(event, line, is_mapping=True)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._open(event, line, is_mapping=False)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            self._stack.pop()
        elif isinstance(event, yaml.AliasEvent):
            path = self._next_path()
            seen = f"the alias “*{event.anchor}”"
            self.faults.add(path=path, seen=seen, wanted="the value written out (no anchors, no aliases)", line=line)
            self._place(None, path, line, written=None)
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self.faults.add(path=(), seen="a second document in the file", wanted="one document", line=line)
                raise _StopReadingError

    def _next_path(self) -> Path:
        if not self._stack:
            return ()
        frame = self._stack[-1]
        if frame.items is not None:
            return (*frame.path, len(frame.items))
        return frame.path if frame.key_is_next or frame.key is None else (*frame.path, frame.key)

    def _check_node(self, event: yaml.NodeEvent, path: Path, line: int) -> None:
        self.values += 1
        if self.values > MOST_VALUES:
            self.faults.add(path=path, seen=f"more than {MOST_VALUES:,} values", wanted="a smaller file", line=line)
            raise _StopReadingError
        if event.anchor is not None:
            wanted = "the value written out (no anchors, no aliases)"
            self.faults.add(path=path, seen=f"the anchor “&{event.anchor}”", wanted=wanted, line=line)
        tag = getattr(event, "tag", None)
        if tag is not None:
            self.faults.add(path=path, seen=f"the tag {shown(tag)}", wanted="a value without a tag", line=line)

    def _open(self, event: yaml.NodeEvent, line: int, *, is_mapping: bool) -> None:
        path = self._next_path()
        self._check_node(event, path, line)
        if len(self._stack) >= DEEPEST:
            seen = f"more than {DEEPEST} levels inside one another"
            self.faults.add(path=path[:5], seen=seen, wanted=f"at most {DEEPEST} levels", line=line)
            raise _StopReadingError
        frame = _Frame(path=path, keys={} if is_mapping else None, items=None if is_mapping else [])
        self._place(frame.keys if is_mapping else frame.items, path, line, written=None)
        self._stack.append(frame)

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        path = self._next_path()
        self._check_node(event, path, line)
        control = _NOT_TEXT.search(event.value)
        if control:
            seen = f"the control character 0x{ord(control.group()):02X}"
            self.faults.add(path=path, seen=seen, wanted="text without control characters", line=line)
        is_plain = event.implicit[0]
        value = _plain_value(event.value) if is_plain else event.value
        if value is _NUMBER_TOO_LONG:
            self.faults.add(path=path, seen=f"a number of {len(event.value)} characters", wanted=_SHORTER, line=line)
            value = None
        self._place(value, path, line, written=event.value)

    def _place(self, value: object, path: Path, line: int, *, written: str | None) -> None:
        if not self._stack:
            self.root = value
            self.lines.setdefault((), line)
            return
        frame = self._stack[-1]
        if frame.items is not None:
            frame.items.append(value)
            self.lines.setdefault(path, line)
        elif frame.key_is_next:
            self._take_key(frame, value, line, written=written)
        else:
            if frame.keeps and frame.key is not None and frame.keys is not None:
                frame.keys[frame.key] = value
            frame.key_is_next = True

    def _take_key(self, frame: _Frame, value: object, line: int, *, written: str | None) -> None:
        frame.key_is_next = False
        if written is None or value is None or isinstance(value, bool):
            seen = f"{shown(value)} as a key"
            self.faults.add(path=frame.path, seen=seen, wanted="a key that is a text, in quotes", line=line)
            frame.key, frame.keeps = None, False
            return
        path = (*frame.path, written)
        # A key is noted before its value comes, so a repeated key is known even while the first value is open.
        frame.keeps = path not in self.lines
        if not frame.keeps:
            self.faults.twice(path=path, line=line, first=self.lines[path])
        self.lines.setdefault(path, line)
        frame.key = written


_NUMBER_TOO_LONG = object()
_SHORTER = f"a number of at most {LONGEST_NUMBER} characters"


def _plain_value(text: str) -> object:
    if text in _PLAIN_WORDS:
        return _PLAIN_WORDS[text]
    is_integer = _INTEGER.fullmatch(text)
    if is_integer or _FLOAT.fullmatch(text):
        if len(text) > LONGEST_NUMBER:
            return _NUMBER_TOO_LONG
        return int(text) if is_integer else float(text)
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    return text


def _events(text: str) -> Iterator[yaml.Event]:
    return iter(yaml.parse(text, Loader=yaml.CBaseLoader))


def _read_yaml(name: str, text: str) -> Document:
    builder = _Builder(name)
    try:
        for event in _events(text):
            builder.take(event)
    except _StopReadingError:
        return Document(name=name, value=None, problems=capped(builder.faults.found))
    except yaml.YAMLError as error:
        builder.faults.found.append(_syntax_fault(name, text, error))
        return Document(name=name, value=None, problems=capped(builder.faults.found))
    if builder.documents == 0:
        builder.faults.add(path=(), seen="an empty file", wanted=_A_FILE, line=None)
    return Document(
        name=name,
        value=builder.root,
        lines=MappingProxyType(builder.lines),
        problems=capped(builder.faults.found),
    )


def _syntax_fault(name: str, text: str, error: yaml.YAMLError) -> Problem:
    said = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    lines = _LINE_BREAK.split(text)
    line = min(mark.line, len(lines) - 1) if mark is not None else None
    seen = shown(lines[line].strip()) if line is not None and lines[line].strip() else "the end of the text"
    wanted = next((words for part, words in _PARSER_WORDS if part in said), f"YAML that can be read ({said})")
    return Problem(file=name, path="", seen=seen, wanted=wanted, line=None if line is None else line + 1)


# --- JSON -----------------------------------------------------------------------------------------------------------


def _read_json(name: str, text: str, *, parse_float: Callable[[str], float | Decimal] = float) -> Document:
    faults = _Faults(name)
    tokens = _JSON_TOKEN.finditer(text)
    depth = values = 0
    for token in tokens:
        first = token.group()[0]
        depth += (first in "[{") - (first in "]}")
        values += first in ",:"
        if depth > DEEPEST or values > MOST_VALUES:
            line = text.count("\n", 0, token.start()) + 1
            if depth > DEEPEST:
                seen, wanted = f"more than {DEEPEST} levels inside one another", f"at most {DEEPEST} levels"
            else:
                seen, wanted = f"more than {MOST_VALUES:,} values", "a smaller file"
            faults.add(path=(), seen=seen, wanted=wanted, line=line)
            return Document(name=name, value=None, problems=capped(faults.found))
    try:
        value = json.loads(
            text, parse_int=_short(int), parse_float=_short(parse_float), parse_constant=lambda _word: None
        )
    except json.JSONDecodeError as error:
        lines = text.split("\n")
        seen = shown(lines[error.lineno - 1].strip()) if lines[error.lineno - 1].strip() else "the end of the text"
        wanted = f"JSON that can be read ({error.msg[:1].lower()}{error.msg[1:]})"
        faults.add(path=(), seen=seen, wanted=wanted, line=error.lineno)
        return Document(name=name, value=None, problems=capped(faults.found))
    lines_of = _walk_json(text, faults)
    return Document(name=name, value=value, lines=MappingProxyType(lines_of), problems=capped(faults.found))


def _short(convert: Callable[[str], _T]) -> Callable[[str], _T | None]:
    """A long number becomes nothing here; the walk over the tokens names it with its place."""
    return lambda text: convert(text) if len(text) <= LONGEST_NUMBER else None


def _walk_json(text: str, faults: _Faults) -> dict[Path, int]:
    """The line of every place of valid JSON, and the faults that the json module lets pass."""
    lines: dict[Path, int] = {}
    open_now: list[tuple[Path, bool]] = []
    here: Path = ()
    line, key_is_next = 1, False
    for token in _JSON_TOKEN.finditer(text):
        word = token.group()
        match word:
            case "\n":
                line += 1
            case "]" | "}":
                here = open_now.pop()[0]
            case ",":
                container, key_is_next = open_now[-1]
                here = here if key_is_next else _next_in(container, here)
            case ":":
                key_is_next = False
            case _ if key_is_next:
                here = (*open_now[-1][0], json.loads(word))
                _check_json_scalar(word, here, line, faults)
                if here in lines:
                    faults.twice(path=here, line=line, first=lines[here])
                lines.setdefault(here, line)
            case "[" | "{":
                lines.setdefault(here, line)
                key_is_next = word == "{"
                open_now.append((here, key_is_next))
                here = here if key_is_next else (*here, 0)
            case _:
                lines.setdefault(here, line)
                _check_json_scalar(word, here, line, faults)
    return lines


def _next_in(container: Path, here: Path) -> Path:
    index = here[len(container)]
    return (*container, index + 1 if isinstance(index, int) else 0)


def _check_json_scalar(word: str, path: Path, line: int, faults: _Faults) -> None:
    if word[0] == '"':
        control = _NOT_TEXT.search(json.loads(word))
        if control:
            seen = f"the control character 0x{ord(control.group()):02X}"
            faults.add(path=path, seen=seen, wanted="text without control characters", line=line)
    elif word.endswith(("NaN", "Infinity")):
        faults.add(path=path, seen=word, wanted="a plain number", line=line)
    elif len(word) > LONGEST_NUMBER:
        faults.add(path=path, seen=f"a number of {len(word)} characters", wanted=_SHORTER, line=line)
