"""What an import of OCDS releases would do: compared with what is stored, nothing is written here.

A tender without an award that stands is a draft; with one it is decided and awarded; one that was cancelled,
withdrawn or without success is decided and abandoned. An import changes a tender only as long as it is what earlier
imports made of it: once a person has set, published or opened it, it is kept, and what the releases say otherwise is
listed. Awards are facts of the publisher: they are brought up to date in either case.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from svtracker.kernel import numbers
from svtracker.registers.rules.suppliers import Action, Entry, Matching
from svtracker.tenders.rules.records import StoredTender
from svtracker.tenders.rules.releases import LONGEST_REFERENCE, Published, PublishedAward, Release
from svtracker.tenders.rules.values import OutcomeStatus

# What an import writes of a tender; its reference and number belong to the council from then on.
WRITTEN = ("title", "stage", "outcome", "closes_at", "decided_at")
TENDER_PART = "tender"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAward:
    """One row of a published award."""

    id: int
    key: str
    supplier_id: int | None
    value: Decimal | None
    on: date | None
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """What is stored of one process, and what its releases say before and after the new ones."""

    ocid: str
    stored: StoredTender | None
    awards: tuple[StoredAward, ...]
    before: Published | None
    after: Published
    earlier: tuple[Release, ...]
    new: tuple[Release, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardLine:
    """A row of a published award as it shall be; `supplier` is a place in the plan's list of suppliers."""

    key: str
    supplier: int | None
    value: Decimal | None
    on: date | None
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAward:
    """An award: its own row, and one for each supplier where there are several."""

    published: PublishedAward
    lines: tuple[AwardLine, ...]
    action: Action


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTender:
    """What becomes of one process. `keeps` names what a person changed here and the releases have otherwise."""

    process: Process
    reference: str
    action: Action
    awards: tuple[PlannedAward, ...]
    keeps: tuple[str, ...]

    @property
    def values(self) -> dict[str, Any]:
        """What a new or changed tender is written as."""
        return values_of(self.process.after, reference=self.reference)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something that an import leaves for a person to do or to know."""

    release: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A release that cannot be used: by which name it is known, and why with its place."""

    release: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlan:
    """What an import does or would do: suppliers, tenders with their awards, and the releases that cannot be used."""

    releases: int
    suppliers: tuple[Entry, ...]
    tenders: tuple[PlannedTender, ...]
    refused: tuple[Refusal, ...]

    @property
    def awards(self) -> tuple[PlannedAward, ...]:
        """Every award of every tender."""
        return tuple(award for tender in self.tenders for award in tender.awards)

    @property
    def value(self) -> Decimal:
        """The sum in £ of the awards that stand, each once, whatever the number of its suppliers."""
        values = (award.published.value for award in self.awards if award.published.stands)
        return numbers.total(value for value in values if value is not None)

    @property
    def kept(self) -> tuple[Note, ...]:
        """The tenders that people have changed here and that the releases would have otherwise."""
        return tuple(
            Note(release=tender.process.ocid, text=f"{tender.reference} was changed here and stays: {_listed(tender)}")
            for tender in self.tenders
            if tender.keeps
        )

    @property
    def notes(self) -> tuple[Note, ...]:
        """What an import does not take over."""
        return tuple(note for tender in self.tenders for note in _notes(tender.process.after))

    @property
    def does_nothing(self) -> bool:
        """Whether everything is here already."""
        things: tuple[Entry | PlannedTender | PlannedAward, ...] = (*self.suppliers, *self.tenders, *self.awards)
        is_known = not any(tender.process.new for tender in self.tenders)
        return is_known and all(thing.action is Action.UNCHANGED for thing in things)


def count(things: Iterable[Entry | PlannedTender | PlannedAward]) -> dict[str, int]:
    """How many are new, changed and unchanged."""
    found = {action.value: 0 for action in Action}
    for thing in things:
        found[thing.action.value] += 1
    return found


def plan(
    processes: Iterable[Process],
    *,
    matching: Matching,
    taken: Iterable[str],
    refused: Sequence[Refusal],
    releases: int,
) -> ImportPlan:
    """What becomes of every process, in the order of their ocids, so that a reference goes to the same one each time.

    `taken` are the references that tenders of the organisation have.
    """
    references = set(taken)
    planned = []
    for process in sorted(processes, key=lambda one: one.ocid):
        if process.stored is not None:
            reference = process.stored.reference
        else:
            reference = _free(process.after.reference, references)
            references.add(reference)
        planned.append(_planned(process, reference=reference, matching=matching))
    return ImportPlan(releases=releases, suppliers=matching.entries, tenders=tuple(planned), refused=tuple(refused))


def values_of(published: Published, *, reference: str) -> dict[str, Any]:
    """The fields of a tender that an import writes."""
    settings = {TENDER_PART: {**published.settings, "id": reference, "title": published.title}}
    return {
        "title": published.title,
        "stage": published.stage,
        "outcome": published.outcome,
        "category": published.category,
        "contract_value": published.contract_value,
        "settings": settings,
        "closes_at": published.closes_at,
        "decided_at": published.decided_at,
    }


def _free(wanted: str, taken: set[str]) -> str:
    """The reference, with a number behind it where another tender has it: “003”, “003 (2)”, “003 (3)”."""
    found, number = wanted, 1
    while found in taken:
        number += 1
        end = f" ({number})"
        found = f"{wanted[: LONGEST_REFERENCE - len(end)]}{end}"
    return found


def _planned(process: Process, *, reference: str, matching: Matching) -> PlannedTender:
    awards = tuple(_awards(process, matching))
    action, keeps = Action.NEW, tuple[str, ...]()
    if process.stored is not None:
        differing = tuple(_differences(process.stored, process.after))
        is_edited = process.before is None or not _is_as_imported(process.stored, process.before)
        if not differing or is_edited:
            action, keeps = Action.UNCHANGED, tuple(_kept(differing, process.after)) if is_edited else ()
        else:
            action = Action.CHANGED
    return PlannedTender(process=process, reference=reference, action=action, awards=awards, keeps=keeps)


def _differences(stored: StoredTender, published: Published) -> Iterator[str]:
    """The fields that the releases have otherwise than the tender; a setting that they do not know is no difference."""
    wanted = values_of(published, reference=stored.reference)
    yield from (name for name in WRITTEN if getattr(stored, name) != wanted[name])
    own, said = _part(stored.settings), wanted["settings"][TENDER_PART]
    yield from (key for key, value in said.items() if key != "title" and own.get(key) != value)


def _kept(differing: Iterable[str], published: Published) -> Iterator[str]:
    """Of the differences those worth telling: that a tender went on here says nothing against an open notice."""
    on_its_way = {"stage", "outcome", "decided_at"} if published.outcome is OutcomeStatus.OPEN else set()
    yield from (name for name in differing if name not in on_its_way)


def _is_as_imported(stored: StoredTender, published: Published) -> bool:
    wanted = values_of(published, reference=stored.reference)
    return all(getattr(stored, name) == wanted[name] for name in (*WRITTEN, "settings"))


def _part(settings: Mapping[str, object]) -> Mapping[str, object]:
    part = settings.get(TENDER_PART)
    return part if isinstance(part, Mapping) else {}


def _awards(process: Process, matching: Matching) -> Iterator[PlannedAward]:
    stored = {row.key: row for row in process.awards}
    used: set[str] = set()
    for award in process.after.awards:
        lines = tuple(_lines(award, matching, used))
        before = stored.get(lines[0].key)
        if before is None:
            action = Action.NEW
        else:
            beside = {key for key in stored if key.startswith(f"{before.key} / ")}
            is_same = beside == {line.key for line in lines[1:]} and all(
                is_stored(line, stored[line.key], matching.entries) for line in lines
            )
            action = Action.UNCHANGED if is_same else Action.CHANGED
        yield PlannedAward(published=award, lines=lines, action=action)


def _lines(award: PublishedAward, matching: Matching, used: set[str]) -> Iterator[AwardLine]:
    """The row of the award with its value, and one without a value for each supplier where they share it.

    An amount that several suppliers share belongs to none of them alone.
    """
    places = [(key, matching.places[sighting]) for key, sighting in award.suppliers]
    alone = places[0][1] if len(places) == 1 and not award.unnamed else None
    key = _own_key(award.key, used)
    yield AwardLine(key=key, supplier=alone, value=award.value, on=award.on, status=award.status)
    if alone is None:
        for name, place in places:
            own = _own_key(f"{key} / {name}", used)
            yield AwardLine(key=own, supplier=place, value=None, on=award.on, status=award.status)


def _own_key(wanted: str, used: set[str]) -> str:
    found, number = wanted, 1
    while found in used:
        number += 1
        found = f"{wanted} ({number})"
    used.add(found)
    return found


def is_stored(line: AwardLine, row: StoredAward, suppliers: Sequence[Entry]) -> bool:
    """Whether a row of an award is as it shall be."""
    known = None if line.supplier is None else suppliers[line.supplier].before
    is_new = line.supplier is not None and known is None
    return not is_new and (None if known is None else known.id, line.value, line.on, line.status) == (
        row.supplier_id,
        row.value,
        row.on,
        row.status,
    )


def _listed(tender: PlannedTender) -> str:
    names = [name.replace("_", " ") for name in tender.keeps]
    return f"the releases have another {', '.join(names)}"


def _notes(published: Published) -> Iterator[Note]:
    if published.lots and published.outcome is OutcomeStatus.OPEN:
        text = f"{published.title}: it has {published.lots} lots, which are not set up as tenders of their own"
        yield Note(release=published.ocid, text=text)
    for award in published.awards:
        if award.unnamed:
            text = f"{published.title}: award {award.key} has a supplier without a name, who is left out"
            yield Note(release=published.ocid, text=text)
