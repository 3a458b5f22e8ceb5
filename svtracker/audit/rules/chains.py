"""What a broken chain gives away: each fault told once, where it was made (DESIGN section 5).

What cannot be seen: a whole chain written anew with all its hashes and its head, and a chain taken away with its head.
For that, the last hash of each chain is kept outside the database.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from svtracker.audit.rules.events import START, Entry, Head, hash_of
from svtracker.kernel import wording


class Fault(StrEnum):
    """What can be wrong with a chain."""

    CHANGED = "changed"
    DELETED = "deleted"
    REORDERED = "reordered"
    APPENDED = "appended"
    UNLINKED = "unlinked"
    HEAD = "head"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainFinding:
    """One fault of a chain: at which event, what was seen and what was wanted."""

    fault: Fault
    sequence: int
    place: str
    seen: str
    wanted: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Suspect:
    """An entry whose hash does not fit what it says."""

    entry: Entry
    link: str
    follows: bool


@dataclass(slots=True, kw_only=True)
class _Walk:
    """What one pass over a chain found; entries in order are forgotten, so that the longest chain fits."""

    head: Head | None
    last: Entry | None = None
    last_is_sound: bool = True
    at_head: str | None = None
    findings: list[ChainFinding] = field(default_factory=list)
    suspects: list[_Suspect] = field(default_factory=list)
    gaps: list[tuple[int, int]] = field(default_factory=list)
    beyond: list[int] = field(default_factory=list)
    # Where an entry that stands elsewhere may have come from: the hash before the place, and the number before it.
    places: list[tuple[str, int]] = field(default_factory=list)

    def step(self, entry: Entry) -> None:
        """Looks at the next entry, beside the one before."""
        number, link = (0, START) if self.last is None else (self.last.sequence, self.last.hash)
        follows, sound = entry.sequence == number + 1, hash_of(entry) == entry.hash
        if not follows or not sound:
            self.places.append((link, number))
        if entry.sequence > number + 1:
            self.gaps.append((number + 1, entry.sequence - 1))
        if not sound:
            self.suspects.append(_Suspect(entry=entry, link=link, follows=follows))
        elif entry.sequence <= number:
            self.findings.append(_put_in(entry.sequence, "a second event with this number"))
        elif follows and entry.previous != link and self.last_is_sound:
            self.findings.append(_unlinked(entry.sequence))
        if self.head is not None and entry.sequence == self.head.sequence and sound:
            self.at_head = entry.hash
        if self.head is not None and entry.sequence > self.head.sequence:
            self.beyond.append(entry.sequence)
        self.last, self.last_is_sound = entry, sound

    @property
    def miscounted(self) -> bool:
        """Whether the head has the hash of the last event and the number of another."""
        head, last = self.head, self.last
        if head is None or last is None or not self.last_is_sound:
            return False
        return last.hash == head.hash and last.sequence != head.sequence


def check_chain(entries: Iterable[Entry], *, head: Head | None) -> tuple[ChainFinding, ...]:
    """What is wrong with a chain whose entries come in the order of their numbers; nothing is the right answer.

    Times may go back, as clocks do: the number decides the order.
    """
    walk = _Walk(head=head)
    for entry in entries:
        walk.step(entry)
    moved = _moved(walk)
    findings = walk.findings + [_spoilt(suspect, moved) for suspect in walk.suspects]
    placed = {one.sequence for one in findings if one.fault in {Fault.REORDERED, Fault.APPENDED}}
    findings += _end(walk, named=placed)
    findings += [_deleted(first, last) for gap in _gaps(walk) for first, last in _without(gap, sorted(moved.values()))]
    appended = {one.sequence for one in findings if one.fault is Fault.APPENDED}
    return tuple(
        sorted(
            (one for one in findings if one.sequence not in appended or one.fault is Fault.APPENDED),
            key=lambda one: (one.sequence, one.fault.value),
        )
    )


def _moved(walk: _Walk) -> dict[int, int]:
    """The entries that stand under another number than they were recorded under: number now, number then.

    An entry with a hash that fits at the place after the entry that it links to was recorded there. Each one found
    shows where the next may have been.
    """
    by_link: dict[str, list[Entry]] = defaultdict(list)
    for suspect in walk.suspects:
        by_link[suspect.entry.previous].append(suspect.entry)
    found: dict[int, int] = {}
    places = list(walk.places)
    while places:
        link, number = places.pop()
        for entry in by_link.get(link, ()):
            if entry.sequence not in found and hash_of(entry, sequence=number + 1) == entry.hash:
                found[entry.sequence] = number + 1
                places.append((entry.hash, number + 1))
    return found


def _spoilt(suspect: _Suspect, moved: dict[int, int]) -> ChainFinding:
    entry = suspect.entry
    if entry.sequence in moved:
        seen = f"the event that was recorded as event {moved[entry.sequence]}: events were reordered"
        return _finding(Fault.REORDERED, entry.sequence, seen, "the events in the order in which they were recorded")
    if suspect.follows and entry.previous != suspect.link:
        if hash_of(entry, previous=suspect.link) == entry.hash:
            return _unlinked(entry.sequence)
        return _put_in(entry.sequence, "an event whose hash and link do not belong to this chain")
    seen = "an event that does not have its hash: it was changed after it was recorded"
    return _finding(Fault.CHANGED, entry.sequence, seen, "the event as it was recorded")


def _end(walk: _Walk, named: set[int]) -> Iterator[ChainFinding]:
    """What the head says against the end of the chain."""
    head, last = walk.head, walk.last
    if head is None:
        if last is not None:
            yield _head_changed(last.sequence, "no head", last)
        return
    if last is None:
        return
    if walk.miscounted:
        yield _head_changed(head.sequence, f"a head that counts {wording.counted(head.sequence, 'event')}", last)
        return
    if walk.at_head is not None and walk.at_head != head.hash:
        yield _head_changed(head.sequence, f"a head with another hash than that of event {head.sequence}", last)
    for number in walk.beyond:
        if number not in named:
            yield _put_in(number, f"an event after event {head.sequence}, which the head names as the last")


def _gaps(walk: _Walk) -> Iterator[tuple[int, int]]:
    head, last = walk.head, walk.last
    end = None if head is None or walk.miscounted else head.sequence
    for first, final in walk.gaps:
        if end is None or first <= end:
            yield first, final if end is None else min(final, end)
    reached = 0 if last is None else last.sequence
    if end is not None and reached < end:
        yield reached + 1, end


def _without(gap: tuple[int, int], numbers: list[int]) -> Iterator[tuple[int, int]]:
    """The parts of a gap between the numbers whose events stand elsewhere."""
    first, final = gap
    for number in numbers:
        if first <= number <= final:
            if first < number:
                yield first, number - 1
            first = number + 1
    if first <= final:
        yield first, final


def _unlinked(sequence: int) -> ChainFinding:
    seen = f"the hash of another event before it than that of event {sequence - 1} as it stands now"
    return _finding(Fault.UNLINKED, sequence, seen, "the hash of the event before it")


def _put_in(sequence: int, seen: str) -> ChainFinding:
    return _finding(Fault.APPENDED, sequence, f"{seen}: it was put in past this program", "only events that it chained")


def _deleted(first: int, last: int) -> ChainFinding:
    place = f"event {first}" if first == last else f"events {first} to {last}"
    wanted = f"{place}, which was deleted" if first == last else f"{place}, which were deleted"
    return ChainFinding(fault=Fault.DELETED, sequence=first, place=place, seen="nothing", wanted=wanted)


def _head_changed(sequence: int, seen: str, last: Entry) -> ChainFinding:
    wanted = f"the head as it was left: {wording.counted(last.sequence, 'event')}, the last with {last.hash}"
    return ChainFinding(
        fault=Fault.HEAD, sequence=sequence, place="head", seen=f"{seen}: the head was changed", wanted=wanted
    )


def _finding(fault: Fault, sequence: int, seen: str, wanted: str) -> ChainFinding:
    return ChainFinding(fault=fault, sequence=sequence, place=f"event {sequence}", seen=seen, wanted=wanted)
