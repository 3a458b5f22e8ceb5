"""What a person does with the record: note an event beside a change, look things up, prove it, erase a person.

Whoever changes something calls `record` in the same unit of work: change and event are saved together or not at all.
"""

import secrets
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from svtracker.audit import store
from svtracker.audit.rules.chains import check_chain
from svtracker.audit.rules.events import Actor, Change, Entry, Event, Head, chained, person_hash, require_keepable
from svtracker.audit.rules.known import Known, known_on
from svtracker.audit.rules.sampling import sample
from svtracker.audit.rules.wording import typed_number
from svtracker.audit.store import WHOLE_INSTALLATION, Choices, Filters, Mark, Person, Scope
from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import NotFoundError, ReasonMissingError, TooManyEventsError
from svtracker.kernel.problems import Problem

PERSON = "person"
PAGE = 50
LARGEST_FILE = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPart:
    """A part of the log, newest first: how many events there are in all, and where the part after it starts."""

    entries: tuple[Entry, ...]
    people: dict[int, Person]
    recorded: int
    following: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is told of one object: its events from first to last, and its state as known on a day or by all of them."""

    object_kind: str
    object_id: str
    entries: tuple[Entry, ...]
    people: dict[int, Person]
    known: Known


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A sample of events in the order in which they were drawn, with all that an auditor needs to look into it."""

    seed: str
    size: int
    filters: Filters
    among: int
    entries: tuple[Entry, ...]
    histories: tuple[Entry, ...]
    heads: tuple[Head, ...]
    people: dict[int, Person]


def record(session: Session, event: Event) -> Entry:
    """Adds an event to the chain of its organisation, in the unit of work of the change that it tells of."""
    entry = chained(event, after=store.get_head(session, organisation_id=event.organisation_id))
    store.add_entry(session, entry)
    return entry


def record_all(session: Session, events: Sequence[Event]) -> None:
    """Adds events to the chains of their organisations, in this order; for thousands, in a few statements."""
    by_chain: dict[int | None, list[Event]] = defaultdict(list)
    for event in events:
        by_chain[event.organisation_id].append(event)
    for organisation_id, own in by_chain.items():
        head = store.get_head(session, organisation_id=organisation_id)
        entries = []
        for event in own:
            entry = chained(event, after=head)
            head = Head(organisation_id=organisation_id, sequence=entry.sequence, hash=entry.hash)
            entries.append(entry)
        store.add_entries(session, entries)


def history(session: Session, *, scope: Scope, object_kind: str, object_id: str) -> tuple[Entry, ...]:
    """What happened to one object, from the first event to the last."""
    return tuple(log(session, scope=scope, filters=Filters(object_kind=object_kind, object_id=object_id)))


def log(session: Session, *, scope: Scope, filters: Filters | None = None) -> Iterator[Entry]:
    """The events that the filters let through, in the order in which they were recorded."""
    return store.read_log(session, scope=scope, filters=filters or Filters())


def search(session: Session, *, scope: Scope, filters: Filters, before: str | None = None, size: int = PAGE) -> LogPart:
    """The newest events that the filters let through, or those recorded before the event that `before` names.

    An event is named by its chain and its number in it, as “1.204”: an address that is kept shows the same events
    when more were recorded.
    """
    place = None if before is None else _place(session, before, scope=scope)
    found = store.read_newest(session, scope=scope, filters=filters, before=place, limit=size + 1)
    if before is not None and not found:
        raise _no_part(before)
    shown = found[:size]
    return LogPart(
        entries=shown,
        people=_people_of(session, shown, scope=scope),
        recorded=sum(head.sequence for head in _heads_of(session, scope)),
        following=_name_of(shown[-1]) if len(found) > size else None,
    )


def all_that_fit(session: Session, *, scope: Scope, filters: Filters) -> tuple[tuple[Entry, ...], dict[int, Person]]:
    """All events that the filters let through, first recorded first, with the people in them, to be taken along.

    Refused above 50,000 events, more than anybody reads in a spreadsheet.
    """
    found = tuple(islice(log(session, scope=scope, filters=filters), LARGEST_FILE + 1))
    if len(found) > LARGEST_FILE:
        raise TooManyEventsError(limit=LARGEST_FILE)
    return found, _people_of(session, found, scope=scope)


def choices(session: Session, *, scope: Scope) -> tuple[Choices, dict[int, Person]]:
    """What the filters of a log offer: what was done, kinds of objects, and who acted."""
    found = Choices()
    for head in _heads_of(session, scope):
        found |= _offered.get(session, head)
    return found, _by_number(store.list_people(session, scope=scope, ids=found.actors))


def tell(session: Session, *, scope: Scope, object_kind: str, object_id: str, on: date | None = None) -> Told:
    """The history of one object, and its state as known at the end of a day (UTC); not found where nothing is told."""
    entries = history(session, scope=scope, object_kind=object_kind, object_id=object_id)
    if not entries:
        raise NotFoundError(
            what="event about", name=f"{object_kind} {object_id}", do="Look for the object in the record of events."
        )
    return Told(
        object_kind=object_kind,
        object_id=object_id,
        entries=entries,
        people=_people_of(session, entries, scope=scope),
        known=known_on(entries, on),
    )


def draw(session: Session, *, scope: Scope, filters: Filters, size: int, seed: str) -> Drawn:
    """A sample of the events that the filters let through, the same for the same seed on any database.

    With it come the whole histories of the objects that it touches, and the heads of the chains that it is drawn from.
    """
    require_keepable("seed", seed)
    counted = _Counted(store.read_marks(session, scope=scope, filters=filters))
    entries = store.get_entries(session, sample(counted, size=size, seed=seed))
    touched = sorted({(entry.object_kind, entry.object_id) for entry in entries})
    histories = tuple(
        entry
        for kind, name in touched
        for entry in sorted(
            history(session, scope=scope, object_kind=kind, object_id=name),
            key=lambda entry: (entry.organisation_id or 0, entry.sequence),
        )
    )
    return Drawn(
        seed=seed,
        size=size,
        filters=filters,
        among=counted.number,
        entries=entries,
        histories=histories,
        heads=_heads_of(session, scope),
        people=_people_of(session, histories, scope=scope),
    )


class _Counted:
    """Marks of events that are counted as they pass."""

    def __init__(self, marks: Iterable[Mark]) -> None:
        self._marks, self.number = marks, 0

    def __iter__(self) -> Iterator[Mark]:
        for mark in self._marks:
            self.number += 1
            yield mark


class _Offered:
    """What stands in each chain of each database, looked up once: a chain only grows, so only what is new is read."""

    def __init__(self) -> None:
        self._held: WeakKeyDictionary[object, dict[int | None, tuple[int, Choices]]] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def get(self, session: Session, head: Head) -> Choices:
        """What stands in a chain up to its head."""
        chain, database = head.organisation_id, session.get_bind()
        with self._lock:
            reached, found = self._held.get(database, {}).get(chain, (0, Choices()))
        if reached > head.sequence:  # the database is another one than it was, as after a restore
            reached, found = 0, Choices()
        if reached < head.sequence:
            found |= store.list_choices(session, organisation_id=chain, after=reached)
            with self._lock:
                self._held.setdefault(database, {})[chain] = (head.sequence, found)
        return found


_offered = _Offered()


def _name_of(entry: Entry) -> str:
    return f"{entry.organisation_id or 0}.{entry.sequence}"


def _place(session: Session, name: str, *, scope: Scope) -> int:
    chain, _, sequence = (typed_number(part) for part in name.partition("."))
    if chain is None or sequence is None:
        raise _no_part(name)
    found = store.get_place(session, scope=scope, chain=chain, sequence=sequence)
    if found is None:
        raise _no_part(name)
    return found


def _no_part(name: str) -> NotFoundError:
    return NotFoundError(what="part of the log before event", name=name, do="Start with the newest events.")


def _heads_of(session: Session, scope: Scope) -> tuple[Head, ...]:
    heads = store.list_heads(session)
    return heads if scope.whole else tuple(one for one in heads if one.organisation_id in {None, scope.organisation_id})


def _people_of(session: Session, entries: Iterable[Entry], *, scope: Scope) -> dict[int, Person]:
    """Who acts in these events and whom they are about, of those whom the scope may know by name."""
    acting = {entry.actor_id for entry in entries if entry.actor_id is not None}
    about = {typed_number(entry.object_id) for entry in entries if entry.object_kind == PERSON}
    wanted = {number for number in acting | about if number is not None}
    return _by_number(store.list_people(session, scope=scope, ids=wanted)) if wanted else {}


def _by_number(people: Iterable[Person]) -> dict[int, Person]:
    return {person.id: person for person in people}


def list_heads(session: Session) -> tuple[Head, ...]:
    """Length and last hash of each chain: kept outside the database, they show whether a chain was written anew."""
    return store.list_heads(session)


def list_people(session: Session, *, scope: Scope) -> tuple[Person, ...]:
    """Whom the numbers in events stand for."""
    return store.list_people(session, scope=scope)


def check_chains(session: Session) -> tuple[Problem, ...]:
    """What is wrong with the record: every chain from its first event to its head, and every person. None is right."""
    return (*_check_all_chains(session), *_check_people(session))


def add_person(
    session: Session,
    *,
    organisation_id: int | None,
    name: str,
    email: str | None,
    actor: Actor,
    clock: Clock = system_clock,
) -> Person:
    """Adds a person; the event holds the hash of the details, which proves later that nobody changed them."""
    salt, sha256 = _sealed(name=name, email=email)
    person = store.add_person(
        session, organisation_id=organisation_id, name=name, email=email, salt=salt, sha256=sha256
    )
    changes = {"sha256": Change(new=sha256)}
    record(session, _of_person(person, "person_added", actor=actor, clock=clock, changes=changes))
    return person


def change_person(
    session: Session,
    person_id: int,
    *,
    name: str,
    email: str | None,
    actor: Actor,
    reason: str = "",
    clock: Clock = system_clock,
) -> Person:
    """Gives a person new details; the event names the fields, never what stood in them."""
    before = _person(session, person_id)
    changed = [field for field, old, new in (("name", before.name, name), ("email", before.email, email)) if old != new]
    if not changed:
        return before
    salt, sha256 = _sealed(name=name, email=email)
    person = store.change_person(session, person_id, name=name, email=email, salt=salt, sha256=sha256)
    changes = {"sha256": Change(old=before.sha256, new=sha256), "fields": Change(new=changed)}
    record(session, _of_person(person, "person_changed", actor=actor, clock=clock, changes=changes, reason=reason))
    return person


def erase_person(session: Session, person_id: int, *, actor: Actor, reason: str, clock: Clock = system_clock) -> Person:
    """Blanks what is known of a person and leaves a tombstone: who, when, why, and the hash of what was removed.

    Events know the person by number only, so every chain stays as it was. Backups made before still hold the details.
    """
    if not reason.strip():
        raise ReasonMissingError(action="erase the details of a person")
    before = _person(session, person_id)
    at = clock()
    changes = {"sha256": Change(old=before.sha256)}
    event = _of_person(before, "person_erased", actor=actor, clock=lambda: at, changes=changes, reason=reason)
    person = store.blank_person(session, person_id, actor=actor, at=at, reason=reason)
    record(session, event)
    return person


def _of_person(
    person: Person, what: str, *, actor: Actor, clock: Clock, changes: dict[str, Change], reason: str = ""
) -> Event:
    return Event(
        organisation_id=person.organisation_id,
        at=clock(),
        actor=actor,
        what=what,
        object_kind=PERSON,
        object_id=str(person.id),
        changes=changes,
        reason=reason,
    )


def _sealed(*, name: str, email: str | None) -> tuple[str, str]:
    require_keepable("name", name)
    require_keepable("email", email or "")
    salt = secrets.token_hex(16)
    return salt, person_hash(name=name, email=email, salt=salt)


def _person(session: Session, person_id: int) -> Person:
    found = store.get_person(session, person_id)
    if found is None:
        raise NotFoundError(what="person", name=str(person_id), do="Look for the number in the record of events.")
    if found.erased_at is not None:
        raise NotFoundError(
            what="person", name=str(person_id), do=f"The details were erased on {found.erased_at:%Y-%m-%d}."
        )
    return found


def _check_all_chains(session: Session) -> Iterator[Problem]:
    for organisation_id in store.list_chains(session):
        head = store.get_head(session, organisation_id=organisation_id)
        entries = store.read_chain(session, organisation_id=organisation_id)
        for finding in check_chain(entries, head=head):
            yield Problem(
                file=chain_name(organisation_id), path=finding.place, seen=finding.seen, wanted=finding.wanted
            )


def chain_name(organisation_id: int | None) -> str:
    """How messages name a chain."""
    return "audit of what all share" if organisation_id is None else f"audit of organisation {organisation_id}"


def _check_people(session: Session) -> Iterator[Problem]:
    """Each person must be what the last event about them says: these details, or erased."""
    told: dict[str, list[Entry]] = defaultdict(list)
    for entry in log(session, scope=WHOLE_INSTALLATION, filters=Filters(object_kind=PERSON)):
        told[entry.object_id].append(entry)
    for person in list_people(session, scope=WHOLE_INSTALLATION):
        events = told.pop(str(person.id), [])
        seen = _wrong_with(person, events)
        if seen is not None:
            wanted = "the details that the last event about this person tells of"
            yield Problem(file="people", path=f"person {person.id}", seen=seen, wanted=wanted)
    for number in told:
        yield Problem(file="people", path=f"person {number}", seen="nothing", wanted="a person whom events tell of")


def _wrong_with(person: Person, events: list[Entry]) -> str | None:
    if not events:
        return "a person whom no event tells of: put in past this program"
    change = events[-1].fields.get("sha256", {})
    erased = events[-1].what == "person_erased"
    if person.erased_at is None and erased:
        return "details that have come back after they were erased"
    if person.erased_at is not None:
        if not erased:
            return "details that were removed without an event"
        return None if change.get("old") == person.sha256 else "a tombstone that was changed"
    found = person_hash(name=person.name or "", email=person.email, salt=person.salt or "")
    return None if found == person.sha256 == change.get("new") else "details that were changed without an event"
