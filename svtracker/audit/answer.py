"""The record as other programs get it: the same JSON from command and API, with all that a hash is taken over."""

from collections.abc import Iterable, Mapping
from typing import Any

from svtracker.audit.rules.events import FORM, Entry
from svtracker.audit.store import Person

Answer = dict[str, Any]


def log_answer(entries: Iterable[Entry], *, people: Mapping[int, Person]) -> Answer:
    """Events in their order, each with its link and hash; people who act by number and, unless erased, by name."""
    return {"form": FORM, "events": [_event(entry, people) for entry in entries]}


def actor_name(entry: Entry, people: Mapping[int, Person]) -> str:
    """Who acted, in words: a name, or that it was erased, or what part of the program it was."""
    if entry.actor_id is None:
        return entry.actor_kind
    person = people.get(entry.actor_id)
    if person is None or person.name is None:
        why = "not in the database" if person is None else "details erased"
        return f"person {entry.actor_id} ({why})"
    return person.name


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
