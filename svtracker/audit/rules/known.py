"""The state of an object as its events tell it, up to the end of a day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from svtracker.audit.rules.events import Entry

# Fields that say something about one event and nothing about the object after it: by kind of object, and name.
ABOUT_THE_EVENT = frozenset({("person", "fields")})


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownField:
    """What a field is, and the event that said so last."""

    name: str
    value: Any
    told_by: Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """An event that says a field was something else before than the events before it say."""

    field: str
    told_by: Entry
    said: Any
    known: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of an object: its fields by name, from how many events, the last of them, and what does not fit."""

    day: date | None
    events: int
    last: Entry | None
    fields: tuple[KnownField, ...]
    contradictions: tuple[Contradiction, ...]


def known_on(entries: Iterable[Entry], day: date | None) -> Known:
    """The fields of one object as its events up to the end of a day (UTC) tell them; without a day, all events.

    `entries` come in the order in which they were recorded. Each event gives a field its new value. Where its old value
    is not what the events before it say, that is a contradiction, and the new value counts all the same: a mark that
    went from 3 to 4 and then from 5 to 6 is 6, and the second event contradicts the first.
    """
    told = [entry for entry in entries if day is None or entry.at[:10] <= day.isoformat()]
    fields: dict[str, KnownField] = {}
    contradictions = []
    for entry in told:
        for name, change in entry.fields.items():
            if (entry.object_kind, name) in ABOUT_THE_EVENT or not isinstance(change, Mapping):
                continue
            known = fields[name].value if name in fields else None
            said = change.get("old")
            if not _same(said, known):
                contradictions.append(Contradiction(field=name, told_by=entry, said=said, known=known))
            fields[name] = KnownField(name=name, value=change.get("new"), told_by=entry)
    return Known(
        day=day,
        events=len(told),
        last=told[-1] if told else None,
        fields=tuple(fields[name] for name in sorted(fields)),
        contradictions=tuple(contradictions),
    )


def _same(one: Any, other: Any) -> bool:
    """Whether two values of JSON are the same: yes is not 1, though Python takes it so."""
    return repr(one) == repr(other)
