"""The record as tables to take along, and a sample of it as one pack that an auditor can check without svtracker."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from svtracker.audit.answer import actor_name, log_answer, told_answer
from svtracker.audit.rules import wording as words
from svtracker.audit.rules.events import Entry
from svtracker.audit.rules.sampling import draw_hash
from svtracker.audit.service import Drawn, Told
from svtracker.audit.store import Filters, Person
from svtracker.files.tables_out import Cell, Column, Sheet, Style, as_csv
from svtracker.files.zip_out import as_zip
from svtracker.kernel import wording

# A cell of a workbook holds 32,767 characters; the JSON has every text whole.
LONGEST_CELL = 32_000
CUT = " … (cut: the JSON has the whole text)"

_COLUMNS = (
    Column(heading="Record of", width=24),
    Column(heading="Number", style=Style.WHOLE, width=9),
    Column(heading="Time (UTC)", width=20),
    Column(heading="Who", width=24),
    Column(heading="Role", width=18),
    Column(heading="What was done", width=24),
    Column(heading="Kind of object", width=18),
    Column(heading="Object", width=28),
    Column(heading="What changed", style=Style.LONG_TEXT, width=60),
    Column(heading="Reason", style=Style.LONG_TEXT, width=40),
    Column(heading="Hash of the event before", width=68),
    Column(heading="Hash", width=68),
)


def whose(organisation_id: int | None, organisations: Mapping[int, str]) -> str:
    """Whose chain an event stands in: an organisation by name, or all of them."""
    if organisation_id is None:
        return "all organisations"
    return organisations.get(organisation_id, f"organisation {organisation_id}")


def log_sheet(
    entries: Iterable[Entry], *, people: Mapping[int, Person], organisations: Mapping[int, str], about: Sequence[str]
) -> Sheet:
    """One row an event, in the order given; `about` says in words what was chosen."""
    return Sheet(
        name="Events",
        about=("The record: who did what, when and why", *about),
        columns=_COLUMNS,
        rows=tuple(_row(entry, people, organisations) for entry in entries),
    )


def json_bytes(answer: Mapping[str, Any]) -> bytes:
    """An answer as a file, the same bytes for the same answer."""
    return (json.dumps(answer, ensure_ascii=False, indent=2) + "\n").encode()


def told_bytes(told: Told) -> bytes:
    """What is told of one object as a file."""
    return json_bytes(told_answer(told))


def sample_pack(drawn: Drawn, *, organisations: Mapping[int, str]) -> bytes:
    """A sample as one ZIP: its events, the histories of their objects, the heads of the chains, how it was drawn.

    The same sample of the same record gives the same bytes, on any database.
    """
    place, drawing = Column(heading="Place in the sample", style=Style.WHOLE), Column(heading="Draw hash", width=68)
    events = Sheet(
        name="Sample",
        about=(),
        columns=(place, *_COLUMNS, drawing),
        rows=tuple(
            (number, *_row(entry, drawn.people, organisations), draw_hash(entry, drawn.seed))
            for number, entry in enumerate(drawn.entries, start=1)
        ),
    )
    histories = log_sheet(drawn.histories, people=drawn.people, organisations=organisations, about=())
    heads = [
        {"organisation": head.organisation_id, "sequence": head.sequence, "hash": head.hash} for head in drawn.heads
    ]
    return as_zip(
        {
            "README.txt": _read_me(drawn, organisations).encode(),
            "events.csv": as_csv(events),
            "events.json": json_bytes(log_answer(drawn.entries, people=drawn.people)),
            "histories.csv": as_csv(histories),
            "histories.json": json_bytes(log_answer(drawn.histories, people=drawn.people)),
            "heads.json": json_bytes({"heads": heads}),
        }
    )


def days_words(filters: Filters) -> str:
    """Which days were chosen, in words: “from 1 April 2026 to 31 March 2027”, “on all days”."""
    first = None if filters.since is None else wording.day(filters.since.date())
    last = None if filters.before is None else wording.day((filters.before - timedelta(days=1)).date())
    match first, last:
        case None, None:
            return "on all days"
        case str(), None:
            return f"from {first} on"
        case None, str():
            return f"up to {last}"
        case _:
            return f"on {first}" if first == last else f"from {first} to {last}"


def _row(entry: Entry, people: Mapping[int, Person], organisations: Mapping[int, str]) -> tuple[Cell, ...]:
    return (
        whose(entry.organisation_id, organisations),
        entry.sequence,
        f"{entry.at[:10]} {entry.at[11:19]}",
        actor_name(entry, people),
        entry.role,
        words.sentence(entry.what),
        words.plain(entry.object_kind),
        entry.object_id,
        _cut("; ".join(_changed(entry))),
        _cut(entry.reason),
        entry.previous,
        entry.hash,
    )


def _changed(entry: Entry) -> Iterable[str]:
    for name, change in entry.fields.items():
        if isinstance(change, Mapping):
            yield f"{words.plain(name)}: {words.value(change.get('old'))} → {words.value(change.get('new'))}"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]}{CUT}"


CHECK = """\
import hashlib, json
KEYS = ("organisation sequence previous at actor_kind actor_id role what object_kind object_id changes reason").split()
for name in ("events.json", "histories.json"):
    for event in json.load(open(name, encoding="utf-8"))["events"]:
        form = {"form": 1} | {key: event[key] for key in KEYS}
        text = json.dumps(form, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        good = hashlib.sha256(text.encode("utf-8")).hexdigest() == event["hash"]
        print(name, event["organisation"], event["sequence"], "fits its hash" if good else "DOES NOT FIT ITS HASH")
"""


def _read_me(drawn: Drawn, organisations: Mapping[int, str]) -> str:
    chains = "\n".join(
        f"  {whose(head.organisation_id, organisations)}: {wording.counted(head.sequence, 'event')}, "
        f"the last with hash {head.hash}"
        for head in drawn.heads
    )
    return f"""\
A SAMPLE OF THE RECORD

{_drawn_words(drawn)}
Seed: {" ".join(drawn.seed.split())}

What is in this pack
  events.csv      the events of the sample, in the order in which they were drawn
  events.json     the same with everything that a hash is taken over
  histories.csv   every event about each object that the sample touches, object by object
  histories.json  the same with everything that a hash is taken over
  heads.json      how many events each chain of the record had, and its last hash

Names are those that the record held when the pack was made. A person whose details were erased is a number.
In the CSV files a text that a spreadsheet would run as a formula has an apostrophe in front. Times are in UTC.

How the sample was drawn
  For each event, SHA-256 is taken over the seed, one NUL byte, and the hash of the event as 64 characters, all in
  UTF-8. The events with the smallest results are the sample, the smallest first. So nobody chooses an event: the seed
  and the hashes decide. The column "Draw hash" of events.csv shows each result. A larger sample with the same seed
  starts with the events of the smaller one.

How to draw it again
  svtracker audit sample --seed SEED --size {drawn.size}{_day_options(drawn.filters)} -o pack.zip
  As long as nothing was added to the record, the pack is the same byte for byte. With a last day in the past, the
  events stay the same later too; what happened to their objects since then comes into the histories.
  Without svtracker's own drawing: "svtracker audit log --json" lists every event with its hash. Take SHA-256 as
  above for those of the chains and days named here, sort, and take the first {drawn.size}.

How to check the hashes
  The hash of an event is SHA-256 over one JSON object in UTF-8, written without blanks, with its keys in the order of
  their characters: form (1), organisation, sequence, previous, at, actor_kind, actor_id, role, what, object_kind,
  object_id, changes (as the one text that it is) and reason. "previous" is the hash of the event before it in its
  chain. This program in Python checks every event of the pack; run it where the files are:

{"".join(f"    {line}" for line in CHECK.splitlines(keepends=True))}
  That the chains are whole is proved by "svtracker db check", which reads all events. It prints the length and last
  hash of each chain; compare them with those here, and keep this pack where nobody who runs the service can change it.

The chains when the pack was made
{chains or "  none"}
"""


def _drawn_words(drawn: Drawn) -> str:
    found = len(drawn.entries)
    of = f"{wording.counted(drawn.among, 'event')} recorded {days_words(drawn.filters)} (UTC)"
    if found < drawn.size:
        return f"{found or 'None'} drawn of {of}: fewer than the {drawn.size:,} asked for, so every event is in it."
    return f"{found:,} drawn of {of}."


def _day_options(filters: Filters) -> str:
    first = "" if filters.since is None else f" --from {filters.since:%Y-%m-%d}"
    last = "" if filters.before is None else f" --to {filters.before - timedelta(days=1):%Y-%m-%d}"
    return f"{first}{last}"
