"""Suppliers: how their numbers, postcodes and names are compared, and when two are one (never by guess).

What a published notice says of a supplier is a sighting. It is a supplier who is known already

1. where both have the same company number;
2. else where name and postcode agree, and no number of theirs differs. A sighting with a number gives it to a known
   supplier without one only where no other number comes with that name and postcode;
3. else where the names agree, neither has a company number or a postcode, and no charity number differs.

Everything else is a new supplier: the same name at another postcode, the same name where only one of the two has a
number or a postcode, and any sighting that would fit two suppliers alike. Two that are one after all can be put
together by a person; two that were put together wrongly can hardly be told apart again.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

_COMPANY = re.compile(r"([A-Z]{0,2})([0-9]{3,8})(R|RS)?", re.ASCII)
_CHARITY = re.compile(r"(?:SC|NIC)?[0-9]{5,8}(?:-[0-9]{1,3})?", re.ASCII)
_LENGTH = 8
# Shorter ones are more often a placeholder than a number that lost its zeros.
_SHORTEST_DIGITS = 6

_POSTCODE = r"[A-Z]{1,2}[0-9][A-Z0-9]?\s*[0-9][ABD-HJLNP-UW-Z]{2}"
_WHOLE = re.compile(_POSTCODE, re.ASCII | re.IGNORECASE)
_WITHIN = re.compile(rf"(?<![A-Za-z0-9]){_POSTCODE}(?![A-Za-z0-9])", re.ASCII | re.IGNORECASE)
# Contracts Finder writes the line breaks of an address as a bare “n” or “rn”: “LondonnE1W 1AW”.
_LOST_BREAK = re.compile(r"(?<=\S)n(?=[A-Z0-9]|\s{2})", re.ASCII)

_SAME_WORDS: Mapping[str, str] = MappingProxyType({"ltd": "limited", "&": "and"})


def company_number(text: str) -> str | None:
    """A company number as Companies House writes it, or nothing where the text is none.

    "7689604" lost its leading zero and is "07689604", "sc 12345" is "SC012345", "11111111.0" came out of a
    spreadsheet and is "11111111"; "0", "N/A" and "00000000" are none.
    """
    found = _COMPANY.fullmatch("".join(text.split()).upper().removesuffix(".0"))
    if found is None or not int(found[2]):
        return None
    letters, digits, end = found[1], found[2], found[3] or ""
    if end:
        number = letters + digits + end
    elif letters or len(digits) >= _SHORTEST_DIGITS:
        number = letters + digits.zfill(_LENGTH - len(letters))
    else:
        return None
    return number if len(number) == _LENGTH else None


def charity_number(text: str) -> str | None:
    """A charity number without blanks, or nothing where the text is none: "SC 012345" is "SC012345"."""
    word = "".join(text.split()).upper().removesuffix(".0")
    return word if _CHARITY.fullmatch(word) else None


def postcode(text: str) -> str | None:
    """A whole postcode with one blank, or nothing where the text is none: "cv357ld" is "CV35 7LD"."""
    word = "".join(text.split())
    return _spaced(word) if _WHOLE.fullmatch(word) else None


def postcode_within(text: str) -> str | None:
    """The last postcode in an address that is written as one text, or nothing where it holds none."""
    found = _WITHIN.findall(_LOST_BREAK.sub(" ", text))
    return _spaced("".join(found[-1].split())) if found else None


def _spaced(word: str) -> str:
    return f"{word[:-3]} {word[-3:]}".upper()


def name_key(name: str) -> str:
    """What of a name is compared: letters and digits in small, “Ltd” as “Limited”, “&” as “and”.

    "ALDER & Sons Ltd." and "Alder and Sons Limited" are the same; "The Alder Group" and "Alder Group" are not.
    """
    plain = unicodedata.normalize("NFKC", name).casefold().replace("&", " & ").replace("'", "").replace("’", "")
    words = "".join(letter if letter.isalnum() or letter == "&" else " " for letter in plain).split()
    return " ".join(_SAME_WORDS.get(word, word) for word in words) or " ".join(plain.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """What is known of a supplier; numbers and postcode in the one way of writing."""

    name: str
    company_number: str | None = None
    charity_number: str | None = None
    postcode: str | None = None
    is_sme: bool | None = None
    is_vcse: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplier:
    """A supplier in the register of an organisation."""

    id: int
    details: Details


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A supplier as a source names it, and of what time that is."""

    details: Details
    at: datetime


class How(StrEnum):
    """By what a sighting was known, or why it was not."""

    BEFORE = "an earlier import"
    NUMBER = "the same company number"
    NAME_AND_POSTCODE = "the same name and postcode"
    NAME = "the same name; neither has a number or a postcode"
    UNSEEN = "the name was not here before"
    NOT_ALIKE = "the name was here before, but nothing proves that it is the same supplier"


class Action(StrEnum):
    """What an import does to something."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One supplier after the sightings: who it was before, if anybody, and what is known now."""

    before: Supplier | None
    after: Details
    how: How

    @property
    def action(self) -> Action:
        """New, changed where something was filled in that was not known, else unchanged."""
        if self.before is None:
            return Action.NEW
        return Action.UNCHANGED if self.before.details == self.after else Action.CHANGED


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """The suppliers that were seen, and which of them each sighting is."""

    entries: tuple[Entry, ...]
    places: Mapping[Sighting, int]


@dataclass(slots=True, kw_only=True)
class _Slot:
    """A supplier that is being put together."""

    known: Supplier | None
    details: Details
    how: How
    seen: list[Sighting] = field(default_factory=list)


def match(known: Sequence[Supplier], seen: Iterable[Sighting]) -> Matching:
    """Which supplier each sighting is; the same for the same sightings in whatever order they came.

    Of a known supplier only what was blank is filled in; of a new one the latest sighting says how it is called.
    """
    register = _Register(known)
    sightings = sorted(set(seen), key=_order)
    for numbered in _by_number(sightings):
        register.take_numbered(numbered)
    register.settle()
    charities = _charities(sightings)
    for sighting in sightings:
        if sighting.details.company_number is None:
            register.take(sighting, rivals=_rivals(sighting, charities))
    touched = [slot for slot in register.slots if slot.seen]
    return Matching(
        entries=tuple(Entry(before=slot.known, after=slot.details, how=slot.how) for slot in touched),
        places=MappingProxyType({sighting: place for place, slot in enumerate(touched) for sighting in slot.seen}),
    )


class _Register:
    """The suppliers while sightings are put to them, found by number and by name."""

    def __init__(self, known: Sequence[Supplier]) -> None:
        self.slots = [_Slot(known=one, details=one.details, how=How.UNSEEN) for one in known]
        self.numbers = {slot.details.company_number: slot for slot in self.slots if slot.details.company_number}
        self.names: dict[str, list[_Slot]] = defaultdict(list)
        for slot in self.slots:
            self.names[name_key(slot.details.name)].append(slot)
        self._waiting: list[tuple[list[Sighting], list[_Slot]]] = []

    def take_numbered(self, group: list[Sighting]) -> None:
        """All sightings of one company number."""
        number = group[0].details.company_number
        slot = self.numbers.get(number or "")
        if slot is not None:
            _add(slot, group, How.NUMBER)
            return
        alike = {
            id(one): one
            for sighting in group
            for one in self.names[name_key(sighting.details.name)]
            if one.details.company_number is None and _agree(one.details, sighting.details)
        }
        self._waiting.append((group, list(alike.values())))

    def settle(self) -> None:
        """Gives a number to a known supplier without one, where one number alone lays claim to it; adds the others."""
        claims = Counter(id(slot) for _, alike in self._waiting for slot in alike)
        for group, alike in self._waiting:
            if len(alike) == 1 and claims[id(alike[0])] == 1:
                _add(alike[0], group, How.NAME_AND_POSTCODE)
            else:
                self._new(group)

    def take(self, sighting: Sighting, *, rivals: bool) -> None:
        """A sighting without a company number."""
        details = sighting.details
        named = self.names[name_key(details.name)]
        if details.postcode is None:
            how = How.NAME
            fitting = [
                slot
                for slot in named
                if slot.details.company_number is None
                and slot.details.postcode is None
                and not _contradict(slot.details, details)
            ]
        else:
            how = How.NAME_AND_POSTCODE
            fitting = [slot for slot in named if _agree(slot.details, details)]
        exact = [slot for slot in fitting if _same_numbers(slot.details, details)]
        if exact:
            _add(exact[0], [sighting], how)
        elif len(fitting) == 1 and not rivals:
            _add(fitting[0], [sighting], how)
        else:
            self._new([sighting])

    def _new(self, group: list[Sighting]) -> None:
        latest = max(group, key=_time_order).details
        key = name_key(latest.name)
        slot = _Slot(known=None, details=latest, how=How.NOT_ALIKE if self.names[key] else How.UNSEEN)
        self.slots.append(slot)
        self.names[key].append(slot)
        _add(slot, group, slot.how)


def _add(slot: _Slot, group: Iterable[Sighting], how: How) -> None:
    """Puts sightings to a supplier; what is still blank is filled in, by the latest of all that are there."""
    slot.seen.extend(group)
    latest_first = [one.details for one in sorted(slot.seen, key=_time_order, reverse=True)]
    if slot.known is not None:
        slot.how, start = how, slot.known.details
    else:
        start = latest_first[0]
    blank = [one.name for one in fields(Details) if getattr(start, one.name) is None]
    filled: dict[str, Any] = {name: next(_said(latest_first, name), None) for name in blank}
    slot.details = replace(start, **filled)


def _said(details: Iterable[Details], name: str) -> Iterator[Any]:
    return (getattr(one, name) for one in details if getattr(one, name) is not None)


def _by_number(sightings: Sequence[Sighting]) -> Iterator[list[Sighting]]:
    groups: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in sightings:
        if sighting.details.company_number is not None:
            groups[sighting.details.company_number].append(sighting)
    yield from groups.values()


def _contradict(first: Details, second: Details) -> bool:
    pairs = (
        (first.company_number, second.company_number),
        (first.charity_number, second.charity_number),
    )
    return any(one is not None and other is not None and one != other for one, other in pairs)


def _agree(first: Details, second: Details) -> bool:
    """Whether name and postcode are the same, and no number differs."""
    return (
        first.postcode is not None
        and first.postcode == second.postcode
        and name_key(first.name) == name_key(second.name)
        and not _contradict(first, second)
    )


def _same_numbers(first: Details, second: Details) -> bool:
    return (first.company_number, first.charity_number) == (second.company_number, second.charity_number)


def _charities(sightings: Iterable[Sighting]) -> Mapping[tuple[str, str | None], set[str]]:
    """The charity numbers that come with each name and postcode."""
    found: dict[tuple[str, str | None], set[str]] = defaultdict(set)
    for sighting in sightings:
        details = sighting.details
        if details.charity_number is not None:
            found[name_key(details.name), details.postcode].add(details.charity_number)
    return found


def _rivals(sighting: Sighting, charities: Mapping[tuple[str, str | None], set[str]]) -> bool:
    """Whether another sighting of that name and postcode has another charity number."""
    mine = sighting.details
    return mine.charity_number is not None and len(charities[name_key(mine.name), mine.postcode]) > 1


def _order(sighting: Sighting) -> tuple[Any, ...]:
    """Who has a number first, then who has a postcode, then whoever has the most to say; else by the alphabet."""
    details = sighting.details
    return (
        details.company_number is None,
        details.company_number or "",
        details.postcode is None,
        details.postcode or "",
        details.charity_number is None,
        details.charity_number or "",
        *_time_order(sighting),
    )


def _time_order(sighting: Sighting) -> tuple[Any, ...]:
    details = sighting.details
    return (
        sighting.at,
        details.name,
        details.charity_number or "",
        details.postcode or "",
        str(details.is_sme),
        str(details.is_vcse),
    )
