"""Pages of the record: the log with its filters, one object with its history and state, a sample."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

from svtracker.audit.answer import actor_name, person_name
from svtracker.audit.rules import wording as words
from svtracker.audit.rules.events import Entry
from svtracker.audit.rules.known import Contradiction, KnownField
from svtracker.audit.service import PERSON, Drawn, LogPart, Told
from svtracker.audit.store import Choices, Person
from svtracker.kernel import wording
from svtracker.reports.audit import days_words, whose
from svtracker.web.pages.frame import Download, FormError, Page

LOG = "/audit"
SAMPLE = "/audit/sample"
CRUMBS = (("The record", LOG),)
# In a list a long value is shown by its beginning; the page of the object shows it whole.
LONGEST_IN_LIST = 60
BEGINNING = 12
# A history longer than this is read in the log, part by part.
LONGEST_HISTORY = 200
MOST_CONTRADICTIONS = 20

People = Mapping[int, Person]
Organisations = Mapping[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A field with what it was and what it is now."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """An event as a row: when, who, what was done to which object, what changed, why."""

    day: str
    time: str
    who: str
    role: str
    what: str
    about: str
    href: str
    changes: tuple[Changed, ...]
    reason: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A filter of the log: its name in the address, its label, what was chosen, what there is to choose from."""

    name: str
    label: str
    value: str
    options: tuple[tuple[str, str], ...]
    error: str | None


@dataclass(frozen=True, kw_only=True)
class LogPage(Page):
    """The log, newest first."""

    find: str
    filters: tuple[Filter, ...]
    found: str
    chosen: str
    rows: tuple[EventRow, ...]
    recorded: int
    all_href: str
    newest_href: str | None
    older_href: str | None
    downloads: tuple[Download, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRow:
    """A field as it is known, with when and by whom it was set."""

    field: str
    value: str
    since: str
    who: str


@dataclass(frozen=True, kw_only=True)
class ToldPage(Page):
    """One object: its state, and its history from first to last."""

    action: str
    on: str
    on_error: str | None
    state_title: str
    state: tuple[StateRow, ...]
    contradictions: tuple[str, ...]
    rows: tuple[EventRow, ...]
    number: int
    earlier: str | None
    log_href: str
    later: str | None
    whole_href: str
    object_href: str | None
    object_label: str
    downloads: tuple[Download, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleForm:
    """The form of a sample, as it was filled in."""

    seed: str
    size: str
    first: str
    last: str


@dataclass(frozen=True, kw_only=True)
class SamplePage(Page):
    """The form that draws a sample, and what was drawn."""

    form: SampleForm
    faults: Mapping[str, str]
    is_drawn: bool
    found: str
    rows: tuple[EventRow, ...]
    pack_href: str


def object_href(object_kind: str, object_id: str) -> str:
    """Where the history of an object is found."""
    return f"{LOG}/{quote(object_kind, safe='')}/{quote(object_id, safe='@')}"


def log_page(
    part: LogPart | None,
    *,
    typed: Mapping[str, str],
    known: Choices,
    people: People,
    organisations: Organisations,
    before: str | None,
    errors: tuple[FormError, ...],
) -> LogPage:
    """The log with its filters; without events where a filter cannot be read."""
    query = urlencode(typed)
    entries = part.entries if part else ()
    shown = {**people, **(part.people if part else {})}
    older = None if part is None or part.following is None else {**typed, "before": part.following}
    return LogPage(
        title="The record",
        caption="Who did what, when and why",
        answer=_log_answer(part),
        errors=errors,
        find=typed.get("find", ""),
        filters=tuple(_filters(typed, known, people, errors)),
        found=_found_words(part, is_all=not typed, is_first=not before),
        chosen="" if errors else chosen_words(typed, people),
        rows=tuple(_row(entry, shown, organisations, longest=LONGEST_IN_LIST) for entry in entries),
        recorded=part.recorded if part else 0,
        all_href=LOG,
        newest_href=f"{LOG}{'?' if query else ''}{query}" if before else None,
        older_href=f"{LOG}?{urlencode(older)}" if older else None,
        downloads=_downloads(typed) if entries else (),
    )


def chosen_words(typed: Mapping[str, str], people: People) -> str:
    """What was chosen of the log, in words: “version loaded, from 2026-04-01, “review””."""
    person = words.typed_number(typed.get("person", ""))
    parts = {
        "what": words.plain(typed.get("what", "")),
        "kind": words.plain(typed.get("kind", "")),
        "object": typed.get("object", ""),
        "person": "" if person is None else f"by {person_name(person, people)}",
        "from": f"from {_day(typed.get('from', ''))}",
        "to": f"up to {_day(typed.get('to', ''))}",
        "find": f"“{typed.get('find', '')}”",
    }
    return ", ".join(text for name, text in parts.items() if name in typed and text)


def told_page(told: Told, *, on: str, organisations: Organisations, errors: tuple[FormError, ...] = ()) -> ToldPage:
    """One object: its state as known on a day or by all events, and its history up to there."""
    known, people = told.known, told.people
    name = _object_words(told.object_kind, told.object_id)
    day = None if known.day is None else known.day.isoformat()
    until = [entry for entry in told.entries if day is None or entry.at[:10] <= day]
    later, earlier = len(told.entries) - len(until), len(until) - LONGEST_HISTORY
    only = {"kind": told.object_kind, "object": told.object_id}
    api = f"/api/v1{object_href(told.object_kind, told.object_id)}"
    return ToldPage(
        title=name[:1].upper() + name[1:],
        caption="History",
        head_title=f"History of {name}",
        answer=_told_answer(told, later=later),
        crumbs=CRUMBS,
        errors=errors,
        action=object_href(told.object_kind, told.object_id),
        on=on,
        on_error=errors[0].text if errors else None,
        state_title="State now" if known.day is None else f"State as known on {wording.day(known.day)}",
        state=tuple(_state_row(field, people) for field in known.fields),
        contradictions=tuple(_contradictions(known.contradictions)),
        rows=tuple(_row(entry, people, organisations) for entry in until[-LONGEST_HISTORY:]),
        number=len(until),
        earlier=wording.counted(earlier, "earlier event") if earlier > 0 else None,
        log_href=f"{LOG}?{urlencode(only)}",
        later=wording.counted(later, "later event") if later else None,
        whole_href=object_href(told.object_kind, told.object_id),
        object_href=_own_page(told),
        object_label=f"Open the {words.plain(told.object_kind)}",
        downloads=(
            *_downloads(only)[:2],
            Download(label="JSON", href=f"{api}?on={day}" if day else api),
        ),
    )


def sample_page(
    drawn: Drawn | None, *, form: SampleForm, organisations: Organisations, errors: tuple[FormError, ...] = ()
) -> SamplePage:
    """The form of a sample, with the events that were drawn, in the order of drawing."""
    query = {"seed": form.seed, "size": form.size, "from": form.first, "to": form.last}
    return SamplePage(
        title="Draw a sample",
        caption="For an audit that nobody can steer",
        answer=_sample_answer(drawn),
        crumbs=CRUMBS,
        errors=errors,
        form=form,
        faults={**dict.fromkeys(("seed", "size", "from", "to"), ""), **_faults(errors)},
        is_drawn=drawn is not None,
        found="" if drawn is None else wording.counted(len(drawn.entries), "event"),
        rows=()
        if drawn is None
        else tuple(_row(entry, drawn.people, organisations, longest=LONGEST_IN_LIST) for entry in drawn.entries),
        pack_href=f"{SAMPLE}/pack.zip?{urlencode({name: value for name, value in query.items() if value})}",
    )


def _log_answer(part: LogPart | None) -> str | None:
    if part is None:
        return None
    if not part.recorded:
        return "Nothing was recorded yet."
    return (
        f"{wording.counted(part.recorded, 'event')} of this organisation and of what all organisations share. "
        "None can be changed without breaking its chain."
    )


def _found_words(part: LogPart | None, *, is_all: bool, is_first: bool) -> str:
    if part is None:
        return "Events"
    if not part.entries:
        return "None fits"
    count = len(part.entries)
    if part.following is None and is_first:
        return wording.counted(count, "event") if is_all else f"{wording.counted(count, 'event')} that fit"
    return f"The newest {count} events" if is_first else f"{wording.counted(count, 'older event')}"


def _filters(typed: Mapping[str, str], known: Choices, people: People, errors: Sequence[FormError]) -> Iterator[Filter]:
    faults = _faults(errors)
    actors = sorted(((person_name(one, people), str(one)) for one in known.actors), key=lambda one: one[0].casefold())
    options: dict[str, tuple[tuple[str, str], ...]] = {
        "from": (),
        "to": (),
        "what": (("", "Anything"), *((what, words.sentence(what)) for what in sorted(known.whats))),
        "kind": (("", "Any kind"), *((kind, words.sentence(kind)) for kind in sorted(known.kinds))),
        "object": (),
        "person": (("", "Anybody"), *((number, name) for name, number in actors)),
    }
    labels = {
        "from": "From day",
        "to": "To day",
        "what": "What was done",
        "kind": "Kind of object",
        "object": "Object",
        "person": "Person",
    }
    for name, label in labels.items():
        if name == "person" and not actors and name not in typed:
            continue
        yield Filter(name=name, label=label, value=typed.get(name, ""), options=options[name], error=faults.get(name))


def _row(entry: Entry, people: People, organisations: Organisations, *, longest: int | None = None) -> EventRow:
    about = _object_words(entry.object_kind, entry.object_id)
    number = words.typed_number(entry.object_id) if entry.object_kind == PERSON else None
    if number is not None and number in people:
        name = people[number].name
        about = f"erased {about}" if name is None else f"{name} ({about})"
    return EventRow(
        day=_day(entry.at[:10]),
        time=f"{entry.at[11:19]} UTC",
        who=actor_name(entry, people),
        role=entry.role,
        what=words.sentence(entry.what),
        about=about,
        href=object_href(entry.object_kind, entry.object_id),
        changes=tuple(_changes(entry, longest)),
        reason=entry.reason,
        number=f"event {entry.sequence} of {whose(entry.organisation_id, organisations)}",
    )


def _changes(entry: Entry, longest: int | None) -> Iterator[Changed]:
    for name, change in entry.fields.items():
        if isinstance(change, Mapping):
            old, new = (_short(words.value(change.get(side)), longest) for side in ("old", "new"))
            yield Changed(field=words.plain(name), old=old, new=new)


def _short(text: str, longest: int | None) -> str:
    return text if longest is None or len(text) <= longest else f"{text[:BEGINNING]}…"


def _object_words(object_kind: str, object_id: str) -> str:
    return f"{words.plain(object_kind)} {object_id}"


def _day(iso: str) -> str:
    try:
        return wording.day(date.fromisoformat(iso))
    except ValueError:
        return iso


def _told_answer(told: Told, *, later: int) -> str:
    known = told.known
    if known.last is None:
        first = _day(told.entries[0].at[:10])
        return f"Nothing was recorded by then: the first event is of {first}."
    last = f"{words.plain(known.last.what)} on {_day(known.last.at[:10])} by {actor_name(known.last, told.people)}"
    told_by = f"{wording.counted(known.events, 'event')}{' up to then' if later else ''}."
    return f"{told_by[:-1]}{', the last' if known.events > 1 else ''}: {last}."


def _state_row(field: KnownField, people: People) -> StateRow:
    return StateRow(
        field=words.plain(field.name),
        value=words.value(field.value),
        since=_day(field.told_by.at[:10]),
        who=actor_name(field.told_by, people),
    )


def _contradictions(found: Sequence[Contradiction]) -> Iterator[str]:
    yield from (_contradiction(one) for one in found[:MOST_CONTRADICTIONS])
    if len(found) > MOST_CONTRADICTIONS:
        yield f"And {len(found) - MOST_CONTRADICTIONS:,} more, which the JSON of this history lists."


def _contradiction(one: Contradiction) -> str:
    return (
        f"Event {one.told_by.sequence} of {_day(one.told_by.at[:10])} says that {words.plain(one.field)} was "
        f"{_quoted(one.said)} before; the events before it say {_quoted(one.known)}."
    )


def _quoted(value: Any) -> str:
    return words.NOTHING if value is None else f"“{words.value(value)}”"


def _own_page(told: Told) -> str | None:
    set_id, _, version = told.object_id.partition("@")
    if told.object_kind != "version" or not version:
        return None
    return f"/frameworks/{quote(set_id, safe='')}/{quote(version, safe='')}"


def _sample_answer(drawn: Drawn | None) -> str:
    if drawn is None:
        return "Write down any words as the seed. The same seed draws the same events again, on any machine."
    of = f"{wording.counted(drawn.among, 'event')} recorded {days_words(drawn.filters)}"
    if not drawn.among:
        return f"There is nothing to draw from: {of}."
    if len(drawn.entries) < drawn.size:
        return f"Every event is in the sample: {of}, fewer than the {drawn.size:,} asked for."
    return f"{len(drawn.entries):,} of {of}, drawn by the seed “{' '.join(drawn.seed.split())}”."


def _faults(errors: Sequence[FormError]) -> dict[str, str]:
    return {error.href.removeprefix("#"): error.text for error in errors}


def _downloads(typed: Mapping[str, str]) -> tuple[Download, ...]:
    query = f"?{urlencode(typed)}" if typed else ""
    return (
        Download(label="Workbook (XLSX)", href=f"{LOG}/download.xlsx{query}"),
        Download(label="CSV", href=f"{LOG}/download.csv{query}"),
        Download(label="JSON", href=f"/api/v1/audit{query}"),
    )
