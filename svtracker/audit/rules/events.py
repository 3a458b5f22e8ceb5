"""The form of an event, and the hash that chains it to the one before.

Anyone can prove a chain with the listing of `svtracker audit log --json` and SHA-256 alone: the hash of an event is
taken over the UTF-8 bytes of one JSON object, written without blanks and with its keys in the order of their
characters. Its keys are `form` (1), `organisation` (its number, or null for what all organisations share),
`sequence`, `previous` (the hash of the event before; 64 zeros for the first), `at`, `actor_kind`, `actor_id`,
`role`, `what`, `object_kind`, `object_id`, `changes` (as one text, itself such JSON) and `reason`.

A hash proves that nothing was changed without recomputing everything after it. Who can rewrite the whole database
can recompute a whole chain too; so `svtracker db check` prints the last hash of each chain, to be kept elsewhere.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Union

from svtracker.kernel import numbers
from svtracker.kernel.exceptions import TextNotKeptError

FORM = 1
START = "0" * 64

_HALF = re.compile("[\ud800-\udfff]")
_NAME = re.compile(r"[a-z]+(?:_[a-z]+)*", re.ASCII)

Value = Union[None, bool, int, str, Decimal, date, Sequence["Value"], Mapping[str, "Value"]]  # noqa: UP007 - recursive


class ActorKind(StrEnum):
    """Who acts: a person, or the program without one."""

    PERSON = "person"
    COMMAND_LINE = "command line"
    SERVE = "svtracker serve"
    SYSTEM = "svtracker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who did it, in which role; a person is known by number, never by name."""

    kind: ActorKind
    person_id: int | None = None
    role: str = ""

    def __post_init__(self) -> None:
        """A person has a number, the program has none."""
        if (self.kind is ActorKind.PERSON) != (self.person_id is not None):
            raise ValueError("A person who acts has a number, and nothing else has one.")


COMMAND_LINE = Actor(kind=ActorKind.COMMAND_LINE)
SERVE = Actor(kind=ActorKind.SERVE)
SYSTEM = Actor(kind=ActorKind.SYSTEM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a field was and what it is now; nothing where it was not there."""

    old: Value = None
    new: Value = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that was done: who, when, to what, which fields, and why where a reason is asked.

    `what` is in the past tense, as `version_loaded`. `organisation_id` is none for what all organisations share.
    Personal values never stand in an event, only the number of the person.
    """

    organisation_id: int | None
    at: datetime
    actor: Actor
    what: str
    object_kind: str
    object_id: str
    changes: Mapping[str, Change] = field(default_factory=dict)
    reason: str = ""

    def __post_init__(self) -> None:
        """Names are plain words, times know their zone, and every text can be kept."""
        if self.at.tzinfo is None:
            raise ValueError("The time of an event must know its zone.")
        if not _NAME.fullmatch(self.what) or not _NAME.fullmatch(self.object_kind):
            raise ValueError(f"“{self.what}” of “{self.object_kind}” must be small letters and underscores.")
        for name, text in (("role", self.actor.role), ("object", self.object_id), ("reason", self.reason)):
            require_keepable(name, text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An event as it stands in its chain, field by field as it was stored, so that a changed one can be read too."""

    organisation_id: int | None
    sequence: int
    at: str
    actor_kind: str
    actor_id: int | None
    role: str
    what: str
    object_kind: str
    object_id: str
    changes: str
    reason: str
    previous: str
    hash: str

    @property
    def fields(self) -> dict[str, dict[str, Any]]:
        """The fields that changed, each with `old` and `new`; none where the text was spoilt."""
        try:
            found = json.loads(self.changes)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """How many events a chain has, and the hash of the last: by it one sees that the end was cut off."""

    organisation_id: int | None
    sequence: int
    hash: str


def canonical(value: Value) -> str:
    """The one way to write a value: JSON without blanks, keys in order, decimals and dates as text.

    `{"b": Decimal("2.50"), "a": None}` is `{"a":null,"b":"2.50"}`, in whatever order the keys were given.
    """
    return _written(_plain(value))


def at_text(moment: datetime) -> str:
    """A moment in UTC to the microsecond, always of the same length: 2026-11-22T09:30:00.000000Z."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"


def chained(event: Event, *, after: Head | None) -> Entry:
    """The event as the next one of its chain: number, link to the one before, hash."""
    changes = {name: {"old": change.old, "new": change.new} for name, change in event.changes.items()}
    entry = Entry(
        organisation_id=event.organisation_id,
        sequence=1 if after is None else after.sequence + 1,
        at=at_text(event.at),
        actor_kind=event.actor.kind.value,
        actor_id=event.actor.person_id,
        role=event.actor.role,
        what=event.what,
        object_kind=event.object_kind,
        object_id=event.object_id,
        changes=canonical(changes),
        reason=event.reason,
        previous=START if after is None else after.hash,
        hash="",
    )
    return replace(entry, hash=hash_of(entry))


def hash_of(entry: Entry, *, sequence: int | None = None, previous: str | None = None) -> str:
    """SHA-256 over the canonical form of an entry; as if it stood elsewhere, where number or link are given."""
    form = {
        "form": FORM,
        "organisation": entry.organisation_id,
        "sequence": entry.sequence if sequence is None else sequence,
        "previous": entry.previous if previous is None else previous,
        "at": entry.at,
        "actor_kind": entry.actor_kind,
        "actor_id": entry.actor_id,
        "role": entry.role,
        "what": entry.what,
        "object_kind": entry.object_kind,
        "object_id": entry.object_id,
        "changes": entry.changes,
        "reason": entry.reason,
    }
    return hashlib.sha256(_written(form).encode()).hexdigest()


def person_hash(*, name: str, email: str | None, salt: str) -> str:
    """SHA-256 over a person's details and a random text; once that is erased too, nobody can guess them from it."""
    return hashlib.sha256(canonical({"name": name, "email": email, "salt": salt}).encode()).hexdigest()


def is_keepable(text: str) -> bool:
    """Whether every database keeps a text: not one with NUL, or with half of a character."""
    return "\0" not in text and not _HALF.search(text)


def require_keepable(name: str, text: str) -> None:
    """Stops at a character that no database keeps in a text."""
    if not is_keepable(text):
        raise TextNotKeptError(field=name)


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _plain(value: Value) -> Any:
    match value:
        case None | bool() | int():
            return value
        case str():
            require_keepable("value", value.replace("\0", ""))  # JSON writes NUL as six characters that can be kept
            return str(value)
        case Decimal():
            if not value.is_finite():
                raise ValueError("A figure in an event is finite.")
            return numbers.plain(value)
        case datetime():
            return at_text(value)
        case date():
            return value.isoformat()
        case Mapping():
            if not all(isinstance(key, str) for key in value):
                raise TypeError("The keys of an event are texts.")
            return {_plain(key): _plain(one) for key, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case _:
            raise TypeError(f"An event cannot hold {type(value).__name__}: floats lose digits, rows are no values.")
