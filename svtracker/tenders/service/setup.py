"""Setting a tender up: its settings and note, publishing, amending, copying, lots (RULES 3.9, 4.1)."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from svtracker.audit.rules.events import Actor, Change, at_text, canonical
from svtracker.frameworks.rules.values import Version
from svtracker.kernel import numbers
from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import ReferenceTakenError, RefusedError
from svtracker.kernel.problems import Problem, shown
from svtracker.tenders.loader import load_settings
from svtracker.tenders.rules.records import Edition, StoredTender
from svtracker.tenders.rules.settings import CLOSES_AT, faults_of_settings, tender_part
from svtracker.tenders.rules.stages import Stage, Step
from svtracker.tenders.rules.values import OutcomeStatus, Tender
from svtracker.tenders.service import policy_rules
from svtracker.tenders.service.common import TENDER, record, require_reason, save, tender_of, versions_in
from svtracker.tenders.store import tenders

LONGEST_REFERENCE = 60
LONGEST_TITLE = 300

Settings = Mapping[str, object]


def create_tender(
    session: Session,
    *,
    organisation_id: int,
    reference: str,
    title: str,
    settings: Settings | None = None,
    note: Settings | None = None,
    directorate: str | None = None,
    closes_at: datetime | None = None,
    parent: StoredTender | None = None,
    lot: str | None = None,
    is_training: bool = False,
    is_invented: bool = False,
    actor: Actor,
    clock: Clock = system_clock,
) -> StoredTender:
    """Adds a tender that is being set up; any setting may still be missing.

    Refused where its reference or title cannot be used, or another tender of the organisation has the reference.
    """
    reference, title = reference.strip(), " ".join(title.split())
    _require_usable(session, reference=reference, title=title, organisation_id=organisation_id)
    at = clock()
    made = _with_names(settings or {}, reference=reference, title=title)
    values = {
        "organisation_id": organisation_id,
        "reference": reference,
        "title": title,
        "stage": Stage.DRAFT,
        "outcome": OutcomeStatus.OPEN,
        "parent_id": None if parent is None else parent.id,
        "lot": lot,
        "is_training": is_training,
        "is_invented": is_invented,
        "directorate": directorate,
        "settings": made,
        "note": note or {},
        "closes_at": closes_at,
        "created_at": at,
        "version": 1,
        **_copies(made),
    }
    added = tenders.add_tender(session, values)
    changes = {"reference": Change(new=reference), "title": Change(new=title)}
    if lot is not None and parent is not None:
        changes |= {"lot": Change(new=lot), "lot_of": Change(new=parent.reference)}
    record(session, "tender_added", added, actor=actor, at=at, changes=changes)
    return added


def change_tender(
    session: Session,
    number: int,
    *,
    organisation_id: int,
    reference: str,
    title: str,
    directorate: str | None,
    closes_at: datetime | None,
    settings: Settings,
    note: Settings,
    version: int,
    actor: Actor,
    clock: Clock = system_clock,
) -> StoredTender:
    """Saves what was set for a tender that is not published yet; what is missing or wrong stays, to be mended.

    The same settings again change nothing. Where somebody else saved meanwhile, nothing is saved.
    """
    before = tender_of(session, number, organisation_id=organisation_id, step=Step.CHANGE, version=version)
    reference, title = reference.strip(), " ".join(title.split())
    _require_usable(session, reference=reference, title=title, organisation_id=organisation_id, but=number)
    made = _with_names(settings, reference=reference, title=title)
    new = {
        "reference": reference,
        "title": title,
        "directorate": directorate,
        "closes_at": closes_at,
        "settings": made,
        "note": note,
    }
    changes = _changes(before, new)
    if not changes:
        return before
    save(session, before, {**new, **_copies(made)})
    record(session, "tender_changed", before, actor=actor, at=clock(), changes=changes)
    return tender_of(session, number, organisation_id=organisation_id)


def problems_of(session: Session, tender: StoredTender, *, clock: Clock = system_clock) -> tuple[Problem, ...]:
    """What still stops a tender from being published: every fault of its settings at once (RULES 3.7, 4.1).

    After them stands each policy rule of the organisation that the settings do not meet and that is not waived.
    """
    find, known = versions_in(session, tender.organisation_id)
    problems = load_settings(tender_part(tender.settings), find_version=find, known_versions=known)[1]
    return (
        *problems,
        *faults_of_settings(tender.settings, closes_at=tender.closes_at),
        *policy_rules.problems_of(session, tender, clock=clock),
    )


def settled(session: Session, tender: StoredTender) -> tuple[Tender, Version] | None:
    """The tender without bids and the version that it uses; nothing while its scoring settings have a fault."""
    find, known = versions_in(session, tender.organisation_id)
    return load_settings(tender_part(tender.settings), find_version=find, known_versions=known)[0]


def publish(
    session: Session,
    number: int,
    *,
    organisation_id: int,
    version: int,
    actor: Actor,
    clock: Clock = system_clock,
) -> StoredTender:
    """Publishes a tender: from now on its settings are locked, and bids may come in (RULES 4.1).

    Refused with every fault of the settings, and every policy rule that is neither met nor waived.
    """
    before = tender_of(session, number, organisation_id=organisation_id, step=Step.PUBLISH, version=version)
    faults = problems_of(session, before, clock=clock)
    if faults:
        raise RefusedError(faults)
    at = clock()
    edition = _edition(before.settings, closes_at=before.closes_at, number=1, actor=actor, at=at, reason="")
    tenders.add_edition(session, edition, tender_id=number, organisation_id=organisation_id)
    save(session, before, {"stage": Stage.PUBLISHED, "published_at": at})
    changes = {"stage": Change(old=before.stage, new=Stage.PUBLISHED), "sha256": Change(new=edition.sha256)}
    record(session, "tender_published", before, actor=actor, at=at, changes=changes)
    return tender_of(session, number, organisation_id=organisation_id)


def amend(
    session: Session,
    number: int,
    *,
    organisation_id: int,
    settings: Settings,
    closes_at: datetime | None,
    reason: str,
    version: int,
    actor: Actor,
    clock: Clock = system_clock,
) -> StoredTender:
    """Publishes other settings in place of those that were published, with a reason; both are kept.

    Reference and title stay. Refused with every fault, and where nothing would differ nothing is done.
    """
    before = tender_of(session, number, organisation_id=organisation_id, step=Step.AMEND, version=version)
    why = require_reason(reason, to="amend a published tender")
    made = _with_names(settings, reference=before.reference, title=before.title)
    faults = problems_of(session, replace(before, settings=made, closes_at=closes_at), clock=clock)
    if faults:
        raise RefusedError(faults)
    new = {"settings": made, "closes_at": closes_at}
    changes = _changes(before, new)
    if not changes:
        return before
    at = clock()
    editions = tenders.list_editions(session, number, organisation_id=organisation_id)
    edition = _edition(made, closes_at=closes_at, number=len(editions) + 1, actor=actor, at=at, reason=why)
    tenders.add_edition(session, edition, tender_id=number, organisation_id=organisation_id)
    save(session, before, {**new, **_copies(made)})
    changes["sha256"] = Change(old=editions[-1].sha256, new=edition.sha256)
    record(session, "tender_amended", before, actor=actor, at=at, changes=changes, reason=why)
    return tender_of(session, number, organisation_id=organisation_id)


def copy_tender(
    session: Session,
    number: int,
    *,
    organisation_id: int,
    reference: str,
    title: str,
    is_training: bool = False,
    lot: str | None = None,
    actor: Actor,
    clock: Clock = system_clock,
) -> StoredTender:
    """Sets a new tender up like another one, without its bids, dates and people; as a lot of it where one is named."""
    source = tender_of(session, number, organisation_id=organisation_id)
    return create_tender(
        session,
        organisation_id=organisation_id,
        reference=reference,
        title=title,
        settings=source.settings,
        note=source.note,
        directorate=source.directorate,
        parent=source if lot is not None else None,
        lot=lot,
        is_training=is_training or source.is_training,
        is_invented=source.is_invented,
        actor=actor,
        clock=clock,
    )


def get_tender(session: Session, number: int, *, organisation_id: int) -> StoredTender:
    """A tender of an organisation."""
    return tender_of(session, number, organisation_id=organisation_id)


def list_tenders(session: Session, *, organisation_id: int) -> tuple[StoredTender, ...]:
    """All tenders of an organisation, the newest first."""
    return tenders.list_tenders(session, organisation_id=organisation_id)


def list_lots(session: Session, number: int, *, organisation_id: int) -> tuple[StoredTender, ...]:
    """The lots of a tender; each is scored as a tender of its own (RULES 3.9)."""
    return tenders.list_lots(session, number, organisation_id=organisation_id)


def list_editions(session: Session, number: int, *, organisation_id: int) -> tuple[Edition, ...]:
    """What was published of a tender, the first first."""
    return tenders.list_editions(session, number, organisation_id=organisation_id)


def digest_of(settings: Settings, *, closes_at: datetime | None) -> str:
    """The SHA-256 over what is published: the settings and the closing time, whatever the order of the keys."""
    said: dict[str, Any] = {"settings": settings, "closes_at": closes_at}
    return hashlib.sha256(canonical(said).encode()).hexdigest()


def _edition(
    settings: Settings, *, closes_at: datetime | None, number: int, actor: Actor, at: datetime, reason: str
) -> Edition:
    # The closing time is part of what was published, so an edition holds everything that its hash is over.
    return Edition(
        number=number,
        settings=settings if closes_at is None else {**settings, CLOSES_AT: at_text(closes_at)},
        sha256=digest_of(settings, closes_at=closes_at),
        published_at=at,
        person_id=actor.person_id,
        reason=reason,
    )


def _with_names(settings: Settings, *, reference: str, title: str) -> dict[str, object]:
    """The settings with the names that the tender has, which stand in one place only for the person who types."""
    return {**settings, "tender": {**tender_part(settings), "id": reference, "title": title}}


def _copies(settings: Settings) -> dict[str, Any]:
    """What stands in columns too, so that tenders can be searched and added up."""
    part = tender_part(settings)
    return {
        "category": _text(part.get("category")),
        "framework": _text(part.get("framework")),
        "measure_list": _text(part.get("list")),
        "contract_value": _amount(part.get("contract_value")),
    }


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _amount(value: object) -> Decimal | None:
    """An amount that the database keeps; what is no amount is left to be mended."""
    amount = numbers.parse_decimal(value) if isinstance(value, str) else None
    return amount if amount is not None and 0 < amount < 10**10 and numbers.decimal_places(amount) <= 4 else None


def _changes(before: StoredTender, new: Mapping[str, Any]) -> dict[str, Change]:
    """Field by field what differs; of the settings each entry by itself."""
    changes = {}
    for field, value in new.items():
        old = getattr(before, field)
        if isinstance(value, Mapping):
            old_entries, new_entries = _flat(old), _flat(value)
            for key in sorted(old_entries.keys() | new_entries.keys()):
                if old_entries.get(key) != new_entries.get(key):
                    changes[key] = Change(old=old_entries.get(key), new=new_entries.get(key))
        elif old != value:
            changes[field] = Change(old=old, new=value)
    return changes


def _flat(value: Mapping[str, Any], *, before: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, inner in value.items():
        name = f"{before}{key}"
        found |= _flat(inner, before=f"{name}.") if isinstance(inner, Mapping) else {name: inner}
    return found


def _require_usable(
    session: Session, *, reference: str, title: str, organisation_id: int, but: int | None = None
) -> None:
    problems = [
        Problem(file=TENDER, path=path, seen=shown(text), wanted=f"one line of 1 to {longest} characters")
        for path, text, longest in (("reference", reference, LONGEST_REFERENCE), ("title", title, LONGEST_TITLE))
        if not 0 < len(text) <= longest or not text.isprintable()
    ]
    if problems:
        raise RefusedError(problems)
    taken = tenders.find_reference(session, reference, organisation_id=organisation_id)
    if taken is not None and taken.id != but:
        raise ReferenceTakenError(reference=reference, title=taken.title)
