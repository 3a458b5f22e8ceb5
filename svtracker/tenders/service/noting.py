"""Writing the note of a tender: before it is published, and until its bids are opened."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from svtracker.audit.rules.events import Actor, Change
from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import StageError
from svtracker.tenders.rules.records import StoredTender
from svtracker.tenders.rules.stages import STAGE_WORDS, Stage
from svtracker.tenders.service.common import record, save, tender_of


def may_note(tender: StoredTender) -> bool:
    """Whether the note can still be written: nobody explains afterwards, with the bids before them."""
    return tender.stage in {Stage.DRAFT, Stage.PUBLISHED}


def change_note(
    session: Session,
    number: int,
    *,
    organisation_id: int,
    note: Mapping[str, object],
    version: int,
    actor: Actor,
    clock: Clock = system_clock,
) -> StoredTender:
    """Saves the note; the same words again change nothing. What stood there before is in the record."""
    before = tender_of(session, number, organisation_id=organisation_id, version=version)
    if not may_note(before):
        raise StageError(step="change the note", tender=before.title, stage=STAGE_WORDS[before.stage])
    if dict(before.note) == dict(note):
        return before
    old, new = _flat(before.note), _flat(note)
    changes = {
        f"note.{key}": Change(old=old.get(key), new=new.get(key))
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key)
    }
    save(session, before, {"note": dict(note)})
    record(session, "note_changed", before, actor=actor, at=clock(), changes=changes)
    return tender_of(session, number, organisation_id=organisation_id)


def _flat(note: Mapping[str, object], before: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in note.items():
        if isinstance(value, Mapping):
            found |= _flat(value, before=f"{before}{key}.")
        else:
            found[f"{before}{key}"] = str(value)
    return found
