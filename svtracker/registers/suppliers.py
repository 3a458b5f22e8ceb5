"""What is done with the suppliers of an organisation: added and completed, each with an event."""

from collections.abc import Sequence
from dataclasses import fields

from sqlalchemy.orm import Session

from svtracker.audit import service as audit
from svtracker.audit.rules.events import Actor, Change, Event
from svtracker.kernel.clock import Clock, system_clock
from svtracker.registers import store
from svtracker.registers.rules.suppliers import Action, Details, Entry, Supplier

SUPPLIER = "supplier"


def list_suppliers(session: Session, *, organisation_id: int) -> tuple[Supplier, ...]:
    """The suppliers that an organisation knows, in the order in which they were added."""
    return store.list_suppliers(session, organisation_id=organisation_id)


def keep_suppliers(
    session: Session, entries: Sequence[Entry], *, organisation_id: int, actor: Actor, clock: Clock = system_clock
) -> tuple[int, ...]:
    """Adds the suppliers that were seen, or fills in what was not known of one; answers the number of each."""
    at = clock()
    new = [entry.after for entry in entries if entry.before is None]
    added = iter(store.add_suppliers(session, new, organisation_id=organisation_id, created_at=at))
    numbers, events = [], []
    for entry in entries:
        number = next(added) if entry.before is None else entry.before.id
        numbers.append(number)
        if entry.action is Action.UNCHANGED:
            continue
        changes = _changes(entry)
        if entry.before is not None:
            values = {name: change.new for name, change in changes.items()}
            store.change_supplier(session, number, values, organisation_id=organisation_id)
        events.append(
            Event(
                organisation_id=organisation_id,
                at=at,
                actor=actor,
                what="supplier_added" if entry.before is None else "supplier_completed",
                object_kind=SUPPLIER,
                object_id=str(number),
                changes=changes,
            )
        )
    audit.record_all(session, events)
    return tuple(numbers)


def _changes(entry: Entry) -> dict[str, Change]:
    before = None if entry.before is None else entry.before.details
    return {
        field.name: Change(old=None if before is None else getattr(before, field.name), new=value)
        for field in fields(Details)
        if (value := getattr(entry.after, field.name)) is not None
        and (before is None or getattr(before, field.name) != value)
    }
