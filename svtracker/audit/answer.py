"""The record as other programs get it: the same JSON from command and API, with all that a hash is taken over."""

from collections.abc import Iterable, Mapping
from typing import Any

from svtracker.audit.rules.events import FORM, Entry
from svtracker.audit.service import LogPart, Told
from svtracker.audit.store import Person

Answer = dict[str, Any]


def log_answer(entries: Iterable[Entry], *, people: Mapping[int, Person]) -> Answer:
    """Events in their order, each with its link and hash; people who act by number and, unless erased, by name."""
    return {"form": FORM, "events": [_event(entry, people) for entry in entries]}


def actor_name(entry: Entry, people: Mapping[int, Person]) -> str:
    """Who acted, in words: a name, or that it was erased, or what part of the program it was."""
    if entry.actor_id is None:
        return entry.actor_kind
    return person_name(entry.actor_id, people)


def person_name(person_id: int, people: Mapping[int, Person]) -> str:
    """A person by name; by number where the details were erased, or where the reader may not know the person."""
    person = people.get(person_id)
    if person is None:
        return f"person {person_id} (not known here)"
    return f"erased person {person_id}" if person.name is None else person.name


def part_answer(part: LogPart, *, following: str | None) -> Answer:
    """A part of the log, newest first; `next` is the address of the part after it, or nothing."""
    return {**log_answer(part.entries, people=part.people), "recorded": part.recorded, "next": following}


def told_answer(told: Told) -> Answer:
    """One object: its events from first to last, and its state as known on a day, or by all of its events."""
    known = told.known
    return {
        "object_kind": told.object_kind,
        "object_id": told.object_id,
        "known": {
            "on": None if known.day is None else known.day.isoformat(),
            "events": known.events,
            "last": None if known.last is None else _place(known.last),
            "fields": {one.name: {"value": one.value, "told_by": _place(one.told_by)} for one in known.fields},
            "contradictions": [
                {"field": one.field, "told_by": _place(one.told_by), "said": one.said, "known": one.known}
                for one in known.contradictions
            ],
        },
        **log_answer(told.entries, people=told.people),
    }


def _place(entry: Entry) -> Answer:
    return {"organisation": entry.organisation_id, "sequence": entry.sequence, "at": entry.at}


def _event(entry: Entry, people: Mapping[int, Person]) -> Answer:
    return {
        "organisation": entry.organisation_id,
        "sequence": entry.sequence,
        "at": entry.at,
        "actor_kind": entry.actor_kind,
        "actor_id": entry.actor_id,
        "actor": actor_name(entry, people),
        "role": entry.role,
        "what": entry.what,
        "object_kind": entry.object_kind,
        "object_id": entry.object_id,
        "changes": entry.changes,
        "fields": entry.fields,
        "reason": entry.reason,
        "previous": entry.previous,
        "hash": entry.hash,
    }
