"""Events, heads of chains and people, in and out of the database. There is no way to change or delete an event."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple, TypeVarTuple

from sqlalchemy import Select, bindparam, false, insert, or_, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from svtracker.audit.rules.events import Actor, Entry, Head, at_text, is_keepable
from svtracker.audit.rules.searching import in_json, mentions, small
from svtracker.audit.tables import EventRow, HeadRow, PersonRow
from svtracker.storage.texts import small_letters
from svtracker.storage.walls import across

_ROWS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose events are asked for: those of one organisation with what all share, or of the whole installation.

    Every question says it, so that no page shows the events of another organisation by accident.
    """

    organisation_id: int | None
    whole: bool = False


WHOLE_INSTALLATION = Scope(organisation_id=None, whole=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which events a listing shows: about one object or kind of object, since a moment, before a moment, of a name.

    `find` are words that must all stand in the reason or in the fields; a to z are the same as A to Z.
    """

    object_kind: str | None = None
    object_id: str | None = None
    since: datetime | None = None
    before: datetime | None = None
    what: str | None = None
    actor_id: int | None = None
    find: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What there is to choose from in a log: what was done, kinds of objects, and the people who acted."""

    whats: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    actors: frozenset[int] = frozenset()

    def __or__(self, other: "Choices") -> "Choices":
        """What there is in the one or the other."""
        return Choices(
            whats=self.whats | other.whats, kinds=self.kinds | other.kinds, actors=self.actors | other.actors
        )


_Columns = TypeVarTuple("_Columns")


class Mark(NamedTuple):
    """What a sample is drawn by: where an event stands, and its hash."""

    organisation_id: int | None
    sequence: int
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person whom events know by number; without name and email once they were erased."""

    id: int
    organisation_id: int | None
    name: str | None
    email: str | None
    salt: str | None
    sha256: str
    erased_at: datetime | None
    erased_by_kind: str | None
    erased_by_id: int | None
    erased_because: str | None


# Why a statement means the rows of all organisations.
_BY_NUMBER = "people are known by number, whoever's they are"
_ALL_CHAINS = "the check proves the chain of every organisation"
_WHOLE = "the command line, the check and administrators of the installation read every chain"

_ENTRY = (
    col(EventRow.organisation_id),
    col(EventRow.sequence),
    col(EventRow.at),
    col(EventRow.actor_kind),
    col(EventRow.actor_id),
    col(EventRow.role),
    col(EventRow.what),
    col(EventRow.object_kind),
    col(EventRow.object_id),
    col(EventRow.changes),
    col(EventRow.reason),
    col(EventRow.previous),
    col(EventRow.hash),
)
_HEAD = (col(HeadRow.organisation_id), col(HeadRow.sequence), col(HeadRow.hash))

# Every change in svtracker runs these three, so they are made once, and of plain tables.
_EVENTS, _HEADS = EventRow.metadata.tables["audit_event"], HeadRow.metadata.tables["audit_head"]
_GET_HEAD = select(_HEADS.c.organisation_id, _HEADS.c.sequence, _HEADS.c.hash).where(_HEADS.c.chain == bindparam("of"))
_ADD_EVENT, _ADD_HEAD = insert(_EVENTS), insert(_HEADS)
_MOVE_HEAD = update(_HEADS).where(_HEADS.c.chain == bindparam("of"))

_PERSON = (
    col(PersonRow.id),
    col(PersonRow.organisation_id),
    col(PersonRow.name),
    col(PersonRow.email),
    col(PersonRow.salt),
    col(PersonRow.sha256),
    col(PersonRow.erased_at),
    col(PersonRow.erased_by_kind),
    col(PersonRow.erased_by_id),
    col(PersonRow.erased_because),
)
# Every page asks who is there, so this is made once.
_GET_PERSON = across(select(*_PERSON).where(col(PersonRow.id) == bindparam("person_id")), _BY_NUMBER)


def get_head(session: Session, *, organisation_id: int | None) -> Head | None:
    """The end of the chain of an organisation, or of what all share; none before its first event."""
    found = session.execute(_GET_HEAD, {"of": _chain(organisation_id)}).one_or_none()
    return None if found is None else Head(**found._asdict())


def list_heads(session: Session) -> tuple[Head, ...]:
    """The ends of all chains: first of what all share, then of the organisations in the order of their numbers."""
    asked = across(select(*_HEAD).order_by(col(HeadRow.chain)), _ALL_CHAINS)
    return tuple(Head(**one._asdict()) for one in session.execute(asked))


def add_entry(session: Session, entry: Entry) -> None:
    """Writes the next event of a chain and moves the head of the chain to it."""
    add_entries(session, [entry])


def add_entries(session: Session, entries: Sequence[Entry]) -> None:
    """Writes the next events of one chain, at least one, and moves the head of the chain to the last."""
    first, last = entries[0], entries[-1]
    chain = _chain(first.organisation_id)
    rows = [{"chain": chain, **asdict(entry)} for entry in entries]
    session.execute(_ADD_EVENT, rows if len(rows) > 1 else rows[0])
    head: dict[str, Any] = {"sequence": last.sequence, "hash": last.hash}
    if first.sequence == 1:
        session.execute(_ADD_HEAD, {"chain": chain, "organisation_id": first.organisation_id, **head})
    else:
        session.execute(_MOVE_HEAD, {"of": chain, **head})


def list_chains(session: Session) -> tuple[int | None, ...]:
    """The organisations that have a chain, or a head without one; none stands for what all share."""
    events = session.execute(across(select(col(EventRow.chain)).distinct(), _ALL_CHAINS)).scalars()
    heads = session.execute(across(select(col(HeadRow.chain)), _ALL_CHAINS)).scalars()
    return tuple(chain or None for chain in sorted({*events, *heads}))


def read_chain(session: Session, *, organisation_id: int | None) -> Iterator[Entry]:
    """The events of a chain in the order of their numbers, a part at a time."""
    where = col(EventRow.chain) == _chain(organisation_id)
    return _entries(session, select(*_ENTRY).where(where).order_by(col(EventRow.sequence)))


def read_log(session: Session, *, scope: Scope, filters: Filters) -> Iterator[Entry]:
    """The events that a listing shows, in the order in which they were recorded, a part at a time."""
    return _found(session, _asked(scope, filters).order_by(col(EventRow.id)), filters)


def read_newest(
    session: Session, *, scope: Scope, filters: Filters, before: int | None, limit: int
) -> tuple[Entry, ...]:
    """The newest events that a listing shows, newest first; only those recorded before a place, where one is given."""
    asked = _asked(scope, filters).order_by(col(EventRow.id).desc())
    if before is not None:
        asked = asked.where(col(EventRow.id) < before)
    if not filters.find:
        asked = asked.limit(limit)
    with closing(_found(session, asked, filters)) as found:
        return tuple(islice(found, limit))


def get_place(session: Session, *, scope: Scope, chain: int, sequence: int) -> int | None:
    """The place of an event among all that were recorded; none where the scope does not hold it."""
    asked = select(col(EventRow.id)).where(col(EventRow.chain) == chain, col(EventRow.sequence) == sequence)
    return session.execute(_scoped(asked, scope)).scalar_one_or_none()


def list_choices(session: Session, *, organisation_id: int | None, after: int) -> Choices:
    """What stands in the events of one chain after the event of a number, each once."""
    columns = (col(EventRow.what), col(EventRow.object_kind), col(EventRow.actor_id))
    where = (col(EventRow.chain) == _chain(organisation_id), col(EventRow.sequence) > after)
    found = session.execute(select(*columns).where(*where).distinct()).all()
    return Choices(
        whats=frozenset(what for what, _, _ in found),
        kinds=frozenset(kind for _, kind, _ in found),
        actors=frozenset(actor for _, _, actor in found if actor is not None),
    )


def read_marks(session: Session, *, scope: Scope, filters: Filters) -> Iterator[Mark]:
    """By what a sample is drawn, of all events that fit and without the rest of them; words are not looked for."""
    columns = (col(EventRow.organisation_id), col(EventRow.sequence), col(EventRow.hash))
    asked = _asked(scope, filters).with_only_columns(*columns).execution_options(yield_per=_ROWS_AT_ONCE)
    with session.execute(asked) as rows:
        for row in rows:
            yield Mark(*row)


def get_entries(session: Session, marks: Sequence[Mark]) -> tuple[Entry, ...]:
    """The whole events of some marks, in the order of the marks."""
    found: dict[tuple[int | None, int], Entry] = {}
    for organisation_id in {mark.organisation_id for mark in marks}:
        numbers = [mark.sequence for mark in marks if mark.organisation_id == organisation_id]
        where = (col(EventRow.chain) == _chain(organisation_id), col(EventRow.sequence).in_(numbers))
        for entry in _entries(session, select(*_ENTRY).where(*where)):
            found[entry.organisation_id, entry.sequence] = entry
    return tuple(found[mark.organisation_id, mark.sequence] for mark in marks)


def add_person(
    session: Session, *, organisation_id: int | None, name: str, email: str | None, salt: str, sha256: str
) -> Person:
    """Writes a new person."""
    values = {
        "organisation_id": organisation_id,
        "name": name,
        "email": email,
        "salt": salt,
        "sha256": sha256,
    }
    return Person(**session.execute(insert(PersonRow).values(values).returning(*_PERSON)).one()._asdict())


def change_person(session: Session, person_id: int, *, name: str, email: str | None, salt: str, sha256: str) -> Person:
    """Writes new details over those of a person."""
    return _update_person(session, person_id, name=name, email=email, salt=salt, sha256=sha256)


def blank_person(session: Session, person_id: int, *, actor: Actor, at: datetime, reason: str) -> Person:
    """Removes the details of a person and leaves the tombstone."""
    return _update_person(
        session,
        person_id,
        name=None,
        email=None,
        salt=None,
        erased_at=at,
        erased_by_kind=actor.kind.value,
        erased_by_id=actor.person_id,
        erased_because=reason,
    )


def get_person(session: Session, person_id: int) -> Person | None:
    """The person of that number."""
    found = session.connection().execute(_GET_PERSON, {"person_id": person_id}).one_or_none()
    return None if found is None else Person(**found._asdict())


def list_people(session: Session, *, scope: Scope, ids: Iterable[int] | None = None) -> tuple[Person, ...]:
    """The people of an organisation and those of none, or all, in the order in which they were added.

    Where numbers are given, only the people with these.
    """
    asked = select(*_PERSON).order_by(col(PersonRow.id))
    if ids is not None:
        asked = asked.where(col(PersonRow.id).in_(sorted(set(ids))))
    if scope.whole:
        asked = across(asked, _WHOLE)
    else:
        of_none = col(PersonRow.organisation_id).is_(None)
        asked = asked.where(or_(of_none, col(PersonRow.organisation_id) == scope.organisation_id))
    return tuple(Person(**one._asdict()) for one in session.execute(asked))


def _scoped(asked: Select[*_Columns], scope: Scope) -> Select[*_Columns]:
    if scope.whole:
        return across(asked, _WHOLE)
    # The sum keeps the databases from going by the chain and sorting all of it where only the newest are asked for.
    return asked.where((col(EventRow.chain) + 0).in_([0, _chain(scope.organisation_id)]))


def _asked(scope: Scope, filters: Filters) -> Select[*tuple[Any, ...]]:
    asked = _scoped(select(*_ENTRY), scope)
    wanted = (
        (EventRow.object_kind, filters.object_kind),
        (EventRow.object_id, filters.object_id),
        (EventRow.what, filters.what),
        (EventRow.actor_id, filters.actor_id),
    )
    texts = [value for _, value in wanted if isinstance(value, str)]
    if not all(is_keepable(text) for text in (*texts, *filters.find)):
        return asked.where(false())  # such a text is in no event, and PostgreSQL does not take it in a question
    for column, value in wanted:
        if value is not None:
            asked = asked.where(col(column) == value)
    if filters.since is not None:
        asked = asked.where(col(EventRow.at) >= at_text(filters.since))
    if filters.before is not None:
        asked = asked.where(col(EventRow.at) < at_text(filters.before))
    for word in filters.find:
        in_reason = small_letters(col(EventRow.reason)).contains(small(word), autoescape=True)
        in_changes = small_letters(col(EventRow.changes)).contains(in_json(small(word)), autoescape=True)
        asked = asked.where(or_(in_reason, in_changes))
    return asked


def _update_person(session: Session, person_id: int, **values: Any) -> Person:
    changing = across(update(PersonRow).where(col(PersonRow.id) == person_id), _BY_NUMBER)
    changing = changing.values(values).returning(*_PERSON)
    return Person(**session.execute(changing).one()._asdict())


def _found(session: Session, asked: Select[*tuple[Any, ...]], filters: Filters) -> Generator[Entry]:
    """The events that fit: the database has left out most, and what a word only met in the JSON around is left out."""
    with closing(_entries(session, asked)) as entries:
        for entry in entries:
            if all(mentions(entry, word) for word in filters.find):
                yield entry


def _entries(session: Session, asked: Select[*tuple[Any, ...]]) -> Generator[Entry]:
    with session.execute(asked.execution_options(yield_per=_ROWS_AT_ONCE)) as rows:
        for row in rows:
            yield Entry(**row._asdict())


def _chain(organisation_id: int | None) -> int:
    return organisation_id or 0
