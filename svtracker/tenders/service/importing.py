"""Importing OCDS releases: say what would be done, and do it, all of it or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from svtracker.audit.rules.events import Actor, Change
from svtracker.kernel import numbers
from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import NotFoundError, RefusedError
from svtracker.registers import suppliers
from svtracker.registers.rules.suppliers import Action, match
from svtracker.tenders.ocds import Package, load_packages
from svtracker.tenders.rules.importing import (
    ImportPlan,
    PlannedTender,
    Process,
    StoredAward,
    Suppliers,
    count,
    plan,
    settled_suppliers,
    sightings_to_match,
)
from svtracker.tenders.rules.records import Decision, StoredTender
from svtracker.tenders.rules.releases import Published, Release, in_order, published
from svtracker.tenders.rules.values import OutcomeStatus
from svtracker.tenders.service.common import record, save
from svtracker.tenders.store import importing as store
from svtracker.tenders.store import tenders

AWARDED_BECAUSE = "The award was published."

# No organisation has this number: a plan for none is a plan against nothing.
_NOBODY = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAward:
    """A row of a published award with the name of its supplier; none where several share it, or nobody is named."""

    supplier_id: int | None
    supplier: str | None
    value: Decimal | None
    on: date | None
    status: str


def read_packages(files: Sequence[tuple[str, bytes]]) -> Package:
    """The releases of some files, named and in bytes; `RefusedError` with every problem where one is no OCDS package.

    It needs no database and may take seconds, so it is done before anybody has to wait.
    """
    package, problems = load_packages(files)
    if package is None:
        raise RefusedError(problems)
    return package


def plan_import(session: Session, package: Package, *, organisation_id: int | None) -> ImportPlan:
    """What an import of these releases would do.

    Without an organisation, as in a database that is new, everything would be new.
    """
    number = _NOBODY if organisation_id is None else organisation_id
    processes = _processes(session, package.releases, organisation_id=number)
    known = suppliers.list_suppliers(session, organisation_id=number)
    settled = [one for process in processes for one in settled_suppliers(process)]
    matching = match(known, sightings_to_match(processes, settled))
    return plan(
        processes,
        suppliers=Suppliers(matching, settled=settled, known=known),
        taken=tenders.list_references(session, organisation_id=number),
        refused=package.refused,
        releases=package.count,
    )


def import_releases(
    session: Session,
    package: Package,
    *,
    organisation_id: int | None,
    actor: Actor,
    clock: Clock = system_clock,
) -> ImportPlan:
    """Does what the plan says, with an event for each supplier and tender; a second time nothing is left to do."""
    if organisation_id is None:
        raise NotFoundError(
            what="organisation", name="of this database", do="Add one with “svtracker organisations add” first."
        )
    found = plan_import(session, package, organisation_id=organisation_id)
    at = clock()
    numbers_of = suppliers.keep_suppliers(
        session, found.suppliers, organisation_id=organisation_id, actor=actor, clock=lambda: at
    )
    for tender in found.tenders:
        _carry_out(session, tender, suppliers_by_place=numbers_of, organisation_id=organisation_id, actor=actor, at=at)
    return found


def list_awards(session: Session, number: int, *, organisation_id: int) -> tuple[ShownAward, ...]:
    """The published awards of a tender; of one that several suppliers share, first the award, then each of them."""
    rows = store.list_awards(session, [number], organisation_id=organisation_id).get(number, ())
    known = suppliers.list_suppliers(session, organisation_id=organisation_id) if rows else ()
    names = {supplier.id: supplier.details.name for supplier in known}
    return tuple(
        ShownAward(
            supplier_id=row.supplier_id,
            supplier=None if row.supplier_id is None else names[row.supplier_id],
            value=row.value,
            on=row.on,
            status=row.status,
        )
        for row in rows
    )


def answer_of(found: ImportPlan) -> dict[str, Any]:
    """The plan as other programs read it, before and after it was done (FORMATS 3)."""
    return {
        "releases": found.releases,
        "tenders": count(found.tenders),
        "awards": count(found.awards),
        "suppliers": count(found.suppliers),
        "refused": [{"release": one.release, "reason": one.reason} for one in found.refused],
        "value": f"{numbers.round_half_up(found.value, 2):f}",
        "kept": [{"release": one.release, "reason": one.text} for one in found.kept],
        "notes": [{"release": one.release, "note": one.text} for one in found.notes],
    }


def _processes(session: Session, releases: Sequence[Release], *, organisation_id: int) -> list[Process]:
    by_ocid: dict[str, list[Release]] = {}
    for release in releases:
        by_ocid.setdefault(release.ocid, []).append(release)
    stored = tenders.find_processes(session, by_ocid, organisation_id=organisation_id)
    ids = [tender.id for tender in stored.values()]
    imported = store.list_releases(session, ids, organisation_id=organisation_id)
    awards = store.list_awards(session, ids, organisation_id=organisation_id)
    return [
        _process(
            ocid,
            new,
            tender=stored.get(ocid),
            earlier=imported.get(stored[ocid].id, ()) if ocid in stored else (),
            awards=awards.get(stored[ocid].id, ()) if ocid in stored else (),
        )
        for ocid, new in by_ocid.items()
    ]


def _process(
    ocid: str,
    came: Sequence[Release],
    *,
    tender: StoredTender | None,
    earlier: tuple[Release, ...],
    awards: tuple[StoredAward, ...],
) -> Process:
    known = {release.sha256 for release in earlier}
    new = in_order((), [release for release in came if release.sha256 not in known])
    return Process(
        ocid=ocid,
        stored=tender,
        awards=awards,
        before=published(in_order(earlier, ())) if earlier else None,
        after=published(in_order(earlier, new)),
        earlier=earlier,
        new=new,
    )


def _carry_out(
    session: Session,
    tender: PlannedTender,
    *,
    suppliers_by_place: Sequence[int],
    organisation_id: int,
    actor: Actor,
    at: datetime,
) -> None:
    process = tender.process
    has_other_awards = any(award.action is not Action.UNCHANGED for award in tender.awards)
    if tender.action is Action.UNCHANGED and not has_other_awards and not process.new:
        return
    before, changes = process.stored, dict[str, Change]()
    if before is None:
        values = {"reference": tender.reference, "ocid": process.ocid, **tender.values}
        stored = tenders.add_tender(session, {"organisation_id": organisation_id, **values, **_BLANK, "created_at": at})
        changes |= {name: Change(new=value) for name, value in _told(values).items() if value is not None}
    else:
        stored = before
        if tender.action is Action.CHANGED:
            save(session, before, tender.values)
            changes |= _changes(before, tender.values)
    if tender.action is not Action.UNCHANGED:
        _decide(session, stored, process.after, actor=actor, at=at, is_first=before is None)
    rows = [
        (
            line.key,
            None if line.supplier is None else suppliers_by_place[line.supplier],
            line.value,
            line.on,
            line.status,
        )
        for award in tender.awards
        for line in award.lines
    ]
    if has_other_awards:
        store.put_awards(session, rows, stored=process.awards, tender_id=stored.id, organisation_id=organisation_id)
        old = [(row.key, row.supplier_id, row.value, row.on, row.status) for row in process.awards]
        changes["awards"] = Change(old=_told_awards(old) if old else None, new=_told_awards(rows))
    store.add_releases(session, process.new, tender_id=stored.id, organisation_id=organisation_id, at=at)
    earlier = [release.id for release in process.earlier]
    if process.new:
        came = [release.id for release in process.new]
        changes["releases"] = Change(old=earlier or None, new=[*earlier, *came])
    what = "tender_imported" if before is None else "releases_imported"
    record(session, what, stored, actor=actor, at=at, changes=changes, reason=process.after.reason)


# What an import leaves to people.
_BLANK: Mapping[str, Any] = {
    "parent_id": None,
    "lot": None,
    "is_training": False,
    "is_invented": False,
    "directorate": None,
    "framework": None,
    "measure_list": None,
    "note": {},
    "published_at": None,
    "opened_at": None,
    "version": 1,
}


def _decide(
    session: Session, tender: StoredTender, said: Published, *, actor: Actor, at: datetime, is_first: bool
) -> None:
    """Writes how a tender ended in place of what an earlier import wrote; nothing where it is open."""
    where = {"tender_id": tender.id, "organisation_id": tender.organisation_id}
    if not is_first:
        store.drop_decision(session, **where)
    if said.outcome is OutcomeStatus.OPEN or said.decided_on is None:
        return
    decision = Decision(
        outcome=said.outcome,
        bidders=said.bidders,
        on=said.decided_on,
        reason=said.reason or AWARDED_BECAUSE,
        person_id=actor.person_id,
        at=at,
        document=None,
        answer=None,
        sha256=None,
    )
    tenders.add_decision(session, decision, **where)


def _changes(before: StoredTender, values: Mapping[str, Any]) -> dict[str, Change]:
    new = _told(values)
    old = _told({name: getattr(before, name) for name in values})
    return {
        name: Change(old=old.get(name), new=new.get(name))
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    }


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a tender as an event tells them: of the settings each entry by itself."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if name == "settings":
            found |= _flat(value)
        elif name not in {"category", "contract_value"}:  # copies of settings
            found[name] = value
    return found


def _flat(value: Mapping[str, Any], *, before: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, inner in value.items():
        name = f"{before}{key}"
        found |= _flat(inner, before=f"{name}.") if isinstance(inner, Mapping) else {name: inner}
    return found


def _told_awards(rows: Sequence[tuple[str, int | None, Any, Any, str]]) -> list[dict[str, Any]]:
    return [
        {
            "award": key,
            "supplier": supplier,
            "value": None if value is None else numbers.trimmed(value),
            "on": on,
            "status": status,
        }
        for key, supplier, value, on, status in sorted(rows, key=lambda row: row[0])
    ]
