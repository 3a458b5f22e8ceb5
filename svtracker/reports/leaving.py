"""Everything about one organisation as open files, so that it can leave with what is its own.

What is exported is read from the tables themselves (`svtracker.storage.ownership`), not from a list that somebody must
keep: a table that names its organisation, or hangs on one that does, is exported; any other is listed with the reason.
Rows are read and written a few at a time, so memory stays flat however much an organisation has.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import IO, Any, BinaryIO
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from svtracker.audit.rules.wording import plain
from svtracker.files.tables_out import Cell, csv_line
from svtracker.files.zip_out import ZipStream
from svtracker.kernel import numbers, wording
from svtracker.kernel.clock import Clock, system_clock
from svtracker.registers.store import Organisation
from svtracker.storage.base import LEFT_OUT, SECRET, Row
from svtracker.storage.ownership import OWNER, path_to_owner, rows_of
from svtracker.tenders.service import evaluation

_AT_A_TIME = 500
# Fewer where each row carries a file.
_FILES_AT_A_TIME = 5

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_SHARED = "Rows that all organisations share are left out."
_SEALED = (
    "What is sealed is left out: bids until they are opened (for good where they were withdrawn before), evaluators’ "
    "marks until all of a tender are in."
)
SEALS = ("bid", "mark")
# A bid that was taken back before the opening stays sealed for good.
WITHDRAWN = "withdrawn_at"

# By the table that is sealed, the tenders of which its rows are open; and how a table's rows are asked for.
Opened = Mapping[str, frozenset[int]]
AskRows = Callable[..., sa.Select[Any]]
_ONE_OF = re.compile(r"(\w+) IN \((.*)\)", re.ASCII)

_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "boolean"),
    (int, "integer"),
    (Decimal, "number"),
    (datetime, "datetime"),
    (date, "date"),
    (str, "string"),
    (bytes, "string"),
)

# What columns mean whose name does not say it.
_MEANS = {
    OWNER: "The organisation that it belongs to",
    "chain": "The chain of the record: the number of the organisation",
    "sequence": "The number of an event in its chain, from 1",
    "previous": "The hash of the event before it in its chain; 64 zeros for the first",
    "hash": "SHA-256 over the event, as README.txt says",
    "changes": "What changed, as JSON: each field with its old and its new value",
    "version": "How often it was saved, or the name of an edition",
    "state": "What has become of it",
    "link_id": "The personal link that the message holds",
    "by_provider": "Whether the identity provider gave it",
    "position": "Its place in the order of the file",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What an export holds: how many rows each table had, and what was left out, with the reason."""

    rows: dict[str, int]
    left_out: dict[str, str]

    @property
    def total(self) -> int:
        """The rows of all tables together."""
        return sum(self.rows.values())


def exported_tables() -> Iterator[tuple[sa.Table, str | None]]:
    """Every table of the program in the order of its name, with the reason where it is left out."""
    tables = SQLModel.metadata.tables
    for name in sorted(tables):
        yield tables[name], reason_left_out(tables[name])


def reason_left_out(table: sa.Table) -> str | None:
    """Why nothing of a table is exported; none where it is."""
    if LEFT_OUT in table.info:
        return str(table.info[LEFT_OUT])
    if path_to_owner(table) is not None:
        return None
    for reference in table.foreign_key_constraints:
        parent = reference.referred_table
        if parent is not table and (reason := reason_left_out(parent)) is not None:
            return f"It hangs on {parent.name}. {reason}"
    return "It belongs to no organisation."


def write_export(
    session: Session, organisation: Organisation, stream: BinaryIO, *, clock: Clock = system_clock
) -> Exported:
    """Writes everything about an organisation to a stream, as one ZIP archive.

    All of it is one state of the data, as long as the session is one that reads.
    """
    at = clock()
    tables = list(exported_tables())
    opened = evaluation.list_opened(session, organisation_id=organisation.id)
    left_out = {table.name: reason for table, reason in tables if reason is not None}
    with ZipStream(stream, at=at) as pack:
        resources = [
            _write_table(session, table, _own_rows(table, organisation.id, opened), pack)
            for table, reason in tables
            if reason is None
        ]
        found = Exported(rows={one["name"]: one["rows"] for one in resources}, left_out=left_out)
        index = {
            "profile": "tabular-data-package",
            "name": organisation.slug,
            "title": f"Everything about {organisation.name} in svtracker",
            "created": _json_value(at),
            "resources": resources,
            "left_out": [{"table": name, "reason": reason} for name, reason in left_out.items()],
        }
        _put(pack, "datapackage.json", (json.dumps(index, ensure_ascii=False, indent=1) + "\n").encode())
        _put(pack, "README.txt", _read_me(organisation, found, at=at).encode())
    return found


def _own_rows(table: sa.Table, organisation_id: int, opened: Opened) -> AskRows:
    """How an organisation's rows of a table are asked for, less those that are sealed from everybody."""
    is_open = _is_open(table, opened, organisation_id)

    def ask(*columns: sa.ColumnElement[Any]) -> sa.Select[Any]:
        asked = rows_of(table, organisation_id, *columns)
        return asked if is_open is None else asked.where(is_open)

    return ask


def _is_open(table: sa.Table, opened: Opened, organisation_id: int) -> sa.ColumnElement[bool] | None:
    """Which rows are sealed no more; no condition for a table of which nothing ever is.

    What hangs on a sealed bid is as sealed as the bid.
    """
    if table.name in opened:
        is_open = table.c.tender_id.in_(sorted(opened[table.name]))
        return is_open & table.c[WITHDRAWN].is_(None) if WITHDRAWN in table.c else is_open
    for reference in table.foreign_key_constraints:
        parent = reference.referred_table
        if parent is table or (condition := _is_open(parent, opened, organisation_id)) is None:
            continue
        same = [element.parent == element.column for element in reference.elements]
        same.append(parent.c[OWNER] == organisation_id)
        found = sa.select(sa.literal(1)).select_from(parent).where(*same, condition).correlate(table).exists()
        # What only may hang on a bid, as a message does, is open where it hangs on none.
        loose = [element.parent.is_(None) for element in reference.elements if element.parent.nullable]
        return sa.or_(*loose, found)
    return None


def _write_table(session: Session, table: sa.Table, ask: AskRows, pack: ZipStream) -> dict[str, Any]:
    """Writes the rows of a table as JSON lines and as CSV, then the files that stand in them; answers its entry."""
    columns = [column for column in table.columns if SECRET not in column.info]
    csv_path, json_path = f"csv/{table.name}.csv", f"json/{table.name}.jsonl"
    names = [column.name for column in columns]

    def as_json(row: Sequence[Any]) -> bytes:
        values = {name: _json_value(value) for name, value in zip(names, row, strict=True)}
        return (json.dumps(values, ensure_ascii=False) + "\n").encode()

    with pack.file(json_path) as file:
        rows, json_sha256 = _write_rows(_rows(session, table, ask, columns), file, write=as_json)
    with pack.file(csv_path) as file:
        head = _BYTE_ORDER_MARK + csv_line(names)
        _, csv_sha256 = _write_rows(
            _rows(session, table, ask, columns),
            file,
            write=lambda row: csv_line([_cell(value) for value in row]),
            head=head,
        )
    for column in columns:
        if _python_type(column) is bytes:
            _write_files(session, table, ask, column, pack)
    secrets = {column.name: column.info[SECRET] for column in table.columns if SECRET in column.info}
    return {
        "name": table.name,
        "title": plain(table.name).capitalize(),
        "description": " ".join(
            [
                _described(table),
                *([_SHARED] if _has_shared_rows(table) else []),
                *([_SEALED] if _is_open(table, dict.fromkeys(SEALS, frozenset()), 0) is not None else []),
            ]
        ),
        "path": csv_path,
        "format": "csv",
        "encoding": "utf-8",
        "rows": rows,
        "sha256": csv_sha256,
        "json": {"path": json_path, "sha256": json_sha256},
        "schema": _schema(table, columns),
        "left_out": [{"column": name, "reason": reason} for name, reason in secrets.items()],
    }


def _rows(
    session: Session, table: sa.Table, ask: AskRows, columns: Sequence[sa.Column[Any]]
) -> Iterator[Sequence[Any]]:
    """The rows, with the place of its file where a column holds one."""
    asked = [column.is_not(None) if _python_type(column) is bytes else column for column in columns]
    keys = list(table.primary_key.columns)
    found = session.execute(ask(*asked, *keys), execution_options={"yield_per": _AT_A_TIME})
    for row in found:
        values: list[Any] = list(row[: len(columns)])
        for place, column in enumerate(columns):
            if _python_type(column) is bytes:
                values[place] = _file_name(table, column, row[len(columns) :]) if values[place] else None
        yield values


def _write_rows(
    rows: Iterator[Sequence[Any]], file: IO[bytes], *, write: Callable[[Sequence[Any]], bytes], head: bytes = b""
) -> tuple[int, str]:
    digest, count = hashlib.sha256(head), 0
    file.write(head)
    for row in rows:
        line = write(row)
        digest.update(line)
        file.write(line)
        count += 1
    return count, digest.hexdigest()


def _write_files(session: Session, table: sa.Table, ask: AskRows, column: sa.Column[Any], pack: ZipStream) -> None:
    asked = ask(column, *table.primary_key.columns).where(column.is_not(None))
    for row in session.execute(asked, execution_options={"yield_per": _FILES_AT_A_TIME}):
        _put(pack, _file_name(table, column, row[1:]), row[0])


def _put(pack: ZipStream, name: str, data: bytes) -> None:
    with pack.file(name) as file:
        file.write(data)


def _file_name(table: sa.Table, column: sa.Column[Any], keys: Sequence[Any]) -> str:
    number = "-".join(quote(str(key), safe="") for key in keys)
    return f"files/{table.name}/{number}.{column.name}"


def _json_value(value: Any) -> Any:
    match value:
        case datetime():
            # SQLite keeps no zone; every time in the database is UTC.
            aware = value if value.tzinfo else value.replace(tzinfo=UTC)
            return f"{aware.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
        case date():
            return value.isoformat()
        case Decimal():
            return numbers.plain(value)
        case _:
            return value


def _cell(value: Any) -> Cell:
    match value:
        case bool():
            return "true" if value else "false"
        case datetime():
            return str(_json_value(value))
        case None | str() | Decimal() | int() | date():
            return value
        case _:
            raise TypeError(f"A table cannot hold {type(value).__name__}.")


def _schema(table: sa.Table, columns: Sequence[sa.Column[Any]]) -> dict[str, Any]:
    lists = dict(_closed_lists(table))
    return {
        "fields": [
            {
                "name": column.name,
                "type": next(word for kind, word in _KINDS if issubclass(_python_type(column), kind)),
                "description": _meaning(column),
                "constraints": {
                    "required": not column.nullable,
                    **({"enum": lists[column.name]} if column.name in lists else {}),
                },
            }
            for column in columns
        ],
        "primaryKey": [column.name for column in table.primary_key.columns],
        "foreignKeys": [
            {
                "fields": [column.name for column in reference.columns],
                "reference": {
                    "resource": reference.referred_table.name,
                    "fields": [element.column.name for element in reference.elements],
                },
            }
            for reference in sorted(table.foreign_key_constraints, key=lambda one: str(one.name))
        ],
    }


def _meaning(column: sa.Column[Any]) -> str:
    words = _MEANS.get(column.name) or column.info.get("means") or plain(column.name).capitalize()
    kind = _python_type(column)
    if kind is datetime:
        words = f"{words} (UTC)"
    elif kind is bytes:
        words = f"{words}: where the file stands in this archive"
    refers = sorted(f"{key.column.table.name}.{key.column.name}" for key in column.foreign_keys)
    return f"{words}; as in {wording.listed(refers)}" if refers else words


def _described(table: sa.Table) -> str:
    """The first paragraph of what the class of a table says of itself."""
    for mapper in Row._sa_registry.mappers:  # noqa: SLF001 - SQLModel names its registry so
        if mapper.local_table is table:
            return " ".join((mapper.class_.__doc__ or "").split("\n\n")[0].split())
    return ""


def _closed_lists(table: sa.Table) -> Iterator[tuple[str, list[str]]]:
    for constraint in table.constraints:
        if isinstance(constraint, sa.CheckConstraint):
            found = _ONE_OF.fullmatch(str(constraint.sqltext))
            if found:
                yield found[1], re.findall(r"'([^']*)'", found[2])


def _has_shared_rows(table: sa.Table) -> bool:
    path = path_to_owner(table) or ()
    last = path[-1].referred_table if path else table
    return OWNER in last.c and bool(last.c[OWNER].nullable)


def _python_type(column: sa.Column[Any]) -> type:
    kind = column.type
    return Decimal if isinstance(kind, sa.TypeDecorator) else kind.python_type


CHECK = """\
import hashlib, json
KEYS = "sequence previous at actor_kind actor_id role what object_kind object_id changes reason".split()
events = [json.loads(line) for line in open("json/audit_event.jsonl", encoding="utf-8")]
number, before, good = 0, "0" * 64, True
for event in sorted(events, key=lambda one: one["sequence"]):
    form = {"form": 1, "organisation": event["organisation_id"]} | {key: event[key] for key in KEYS}
    text = json.dumps(form, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    fits = hashlib.sha256(text.encode("utf-8")).hexdigest() == event["hash"]
    good = good and fits and (event["sequence"], event["previous"]) == (number + 1, before)
    number, before = event["sequence"], event["hash"]
for head in map(json.loads, open("json/audit_head.jsonl", encoding="utf-8")):
    good = good and (head["sequence"], head["hash"]) == (number, before)
print(number, "events:", "the chain is whole" if good else "THE CHAIN IS BROKEN", before)
"""


def _read_me(organisation: Organisation, found: Exported, *, at: datetime) -> str:
    width = max(len(name) for name in (*found.rows, *found.left_out))
    rows = "\n".join(f"  {name:<{width}}  {count:,}" for name, count in found.rows.items())
    left = "\n".join(f"  {name:<{width}}  {reason}" for name, reason in found.left_out.items())
    return f"""\
EVERYTHING ABOUT {organisation.name.upper()}

As it stood on {wording.moment(at)} in svtracker: {wording.counted(found.total, "row")} of \
{wording.counted(len(found.rows), "table")}. It holds names and addresses of
people and what is confidential between the organisation and its bidders: keep it as you keep those.

What is in this archive
  csv/NAME.csv        the rows of a table for a spreadsheet; a text that it would run as a formula has an apostrophe in
                      front
  json/NAME.jsonl     the same exactly as they are, one JSON object a line: this is what counts
  files/NAME/         files that stand in a table, as they were uploaded or loaded
  datapackage.json    what each table and column means, what refers to what, SHA-256 of each file, what was left out
  README.txt          this text

Times are in UTC. A figure with decimals is a text in JSON, so that no digit is lost. People are known by number; their
names and addresses stand in audit_person alone, and are gone there where they were erased. A number that leads to no
row is that of somebody, or of something, that belongs to all organisations or to another one.

How to prove the record
  The hash of an event is SHA-256 over one JSON object in UTF-8, written without blanks, with its keys in the order of
  their characters: form (1), organisation, sequence, previous, at, actor_kind, actor_id, role, what, object_kind,
  object_id, changes (as the one text that it is) and reason. This program in Python needs nothing but the unpacked
  archive, and says whether the chain is whole:

{"".join(f"    {line}" for line in CHECK.splitlines(keepends=True))}
  Compare the length and the last hash with those that "svtracker db check" printed on another day.

Rows by table
{rows}

What was left out, and why
{left}
  Bids are left out until they are opened, for good where they were withdrawn before, and evaluators' marks until all of
  a tender are in: they are sealed from everybody.
  Single columns that are left out, as what a password or a cookie is proven by, stand in datapackage.json.
"""
