"""Whatever is done to a chain without computing all its hashes anew is found, in any chain (no database needed)."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from svtracker.audit.rules.chains import Fault, check_chain
from svtracker.audit.rules.events import SYSTEM, Change, Entry, Event, Head, chained

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def chain_of(length: int) -> tuple[list[Entry], Head]:
    entries: list[Entry] = []
    head = None
    for number in range(length):
        event = Event(
            organisation_id=1,
            at=NOON,
            actor=SYSTEM,
            what="mark_given",
            object_kind="bid",
            object_id=str(number),
            changes={"mark": Change(new=number)},
        )
        entries.append(chained(event, after=head))
        head = Head(organisation_id=1, sequence=entries[-1].sequence, hash=entries[-1].hash)
    assert head is not None
    return entries, head


chains = st.integers(1, 12).map(chain_of)


def faults(entries: list[Entry], head: Head | None) -> list[tuple[Fault, int]]:
    ordered = sorted(entries, key=lambda one: one.sequence)
    return [(one.fault, one.sequence) for one in check_chain(ordered, head=head)]


@given(chain=chains)
def test_a_whole_chain_has_no_fault(chain: tuple[list[Entry], Head]) -> None:
    assert faults(*chain) == []


@given(chain=chains, data=st.data())
def test_every_deleted_event_is_counted(chain: tuple[list[Entry], Head], data: st.DataObject) -> None:
    entries, head = chain
    gone = data.draw(st.sets(st.integers(1, len(entries)), min_size=1))
    found = check_chain([one for one in entries if one.sequence not in gone], head=head)
    assert {one.fault for one in found} == {Fault.DELETED}
    named = set()
    for one in found:
        words = one.place.split()
        named |= set(range(int(words[1]), int(words[-1]) + 1))
    assert named == gone


@given(chain=chains, data=st.data())
def test_every_reordered_event_is_named_and_no_other(chain: tuple[list[Entry], Head], data: st.DataObject) -> None:
    entries, head = chain
    order = data.draw(st.permutations(range(1, len(entries) + 1)))
    moved = [replace(one, sequence=number) for one, number in zip(entries, order, strict=True)]
    wanted = [(Fault.REORDERED, new) for old, new in enumerate(order, start=1) if old != new]
    assert faults(moved, head) == sorted(wanted, key=lambda one: one[1])


@given(chain=chains, data=st.data())
def test_every_changed_event_is_named_and_no_other(chain: tuple[list[Entry], Head], data: st.DataObject) -> None:
    entries, head = chain
    touched = data.draw(st.sets(st.integers(1, len(entries))))
    changed = [replace(one, reason="otherwise") if one.sequence in touched else one for one in entries]
    assert faults(changed, head) == [(Fault.CHANGED, number) for number in sorted(touched)]


@given(chain=chains, hashes=st.lists(st.text("0123456789abcdef", min_size=64, max_size=64), min_size=1, max_size=3))
def test_every_appended_event_is_named(chain: tuple[list[Entry], Head], hashes: list[str]) -> None:
    entries, head = chain
    more = [replace(entries[0], sequence=head.sequence + 1 + i, hash=hash_) for i, hash_ in enumerate(hashes)]
    wanted = [(Fault.APPENDED, one.sequence) for one in more]
    assert faults([*entries, *more], head) == wanted


@given(chain=chains, data=st.data())
def test_whatever_is_done_is_found(chain: tuple[list[Entry], Head], data: st.DataObject) -> None:
    """Several kinds of tampering in one chain: at least one fault is told, and nothing raises."""
    entries, head = chain
    spoilt = list(entries)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(len(spoilt) - 1, 0)))
        match data.draw(st.sampled_from(["change", "delete", "swap", "copy", "link"])) if spoilt else "none":
            case "change":
                spoilt[at] = replace(spoilt[at], role="auditor")
            case "delete":
                del spoilt[at]
            case "swap":
                here, there = spoilt[at], spoilt[-1]
                spoilt[at] = replace(there, sequence=here.sequence)
                spoilt[-1] = replace(here, sequence=there.sequence)
            case "copy":
                spoilt.append(replace(spoilt[at], sequence=max(one.sequence for one in spoilt) + 1))
            case "link":
                spoilt[at] = replace(spoilt[at], previous="a" * 64)
    ordered = sorted(spoilt, key=lambda one: one.sequence)
    assert (faults(spoilt, head) == []) == (ordered == entries)
