"""What is done with the suppliers of an organisation: added and completed, each with an event."""

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


def keep_supplier(
    session: Session, entry: Entry, *, organisation_id: int, actor: Actor, clock: Clock = system_clock
) -> int:
    """Adds a supplier that was seen, or fills in what was not known of one; answers its number."""
    before = None if entry.before is None else entry.before.details
    if entry.before is not None and entry.action is Action.UNCHANGED:
        return entry.before.id
    at = clock()
    changes = {
        field.name: Change(old=None if before is None else getattr(before, field.name), new=value)
        for field in fields(Details)
        if (value := getattr(entry.after, field.name)) is not None
        and (before is None or getattr(before, field.name) != value)
    }
    if entry.before is None:
        number = store.add_supplier(session, entry.after, organisation_id=organisation_id, created_at=at).id
    else:
        number = entry.before.id
        values = {name: change.new for name, change in changes.items()}
        store.change_supplier(session, number, values, organisation_id=organisation_id)
    event = Event(
        organisation_id=organisation_id,
        at=at,
        actor=actor,
        what="supplier_added" if entry.before is None else "supplier_completed",
        object_kind=SUPPLIER,
        object_id=str(number),
        changes=changes,
    )
    audit.record(session, event)
    return number
