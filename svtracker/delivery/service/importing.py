"""Importing a contracts register: say what would be done, and do it, all of it or nothing."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from svtracker.audit import service as audit
from svtracker.audit.rules.events import Actor, Change, Event
from svtracker.delivery.rules.records import PeriodKind
from svtracker.delivery.rules.register import PlannedContract, Register, RegisterPlan, plan, values_of
from svtracker.delivery.rules.stored import Source
from svtracker.delivery.service.common import CONTRACT
from svtracker.delivery.service.contracts import DUE_DAYS
from svtracker.delivery.store import importing as store
from svtracker.kernel import numbers
from svtracker.kernel.clock import Clock, system_clock
from svtracker.registers import suppliers
from svtracker.registers.rules.suppliers import Action, match

# What a register does not say, and people do later.
_UNSAID: dict[str, Any] = {
    "source": Source.REGISTER,
    "tender_id": None,
    "bid_id": None,
    "area": None,
    "framework": None,
    "framework_sha256": None,
    "taken_over_on": None,
    "periods": PeriodKind.QUARTER,
    "due_days": DUE_DAYS,
    "estimated_value": None,
    "kpi_exception": None,
    "kpi_exception_reason": "",
    "is_invented": False,
    "version": 1,
    "imported_version": 1,
}


def plan_import(session: Session, register: Register, *, organisation_id: int) -> RegisterPlan:
    """What an import of this register would do."""
    seen = suppliers.list_suppliers(session, organisation_id=organisation_id)
    known = store.list_known(session, organisation_id=organisation_id)
    return plan(register, known=known, matching=match(seen, register.sightings))


def import_register(
    session: Session, register: Register, *, organisation_id: int, actor: Actor, clock: Clock = system_clock
) -> RegisterPlan:
    """Does what the plan says, with an event for each supplier and contract; a second time nothing is left to do.

    The contracts have quarters, no commitments and nobody who follows them: they wait among those without a manager.
    """
    found = plan_import(session, register, organisation_id=organisation_id)
    at = clock()
    numbers_of = suppliers.keep_suppliers(
        session, found.suppliers, organisation_id=organisation_id, actor=actor, clock=lambda: at
    )
    names = store.list_names(session, organisation_id=organisation_id)
    new = [(one, _values(one, found, numbers_of)) for one in found.contracts if one.action is Action.NEW]
    changed = [(one, _values(one, found, numbers_of)) for one in found.contracts if one.action is Action.CHANGED]
    added = store.add_contracts(
        session, [{**values, **_UNSAID, "created_at": at} for _, values in new], organisation_id=organisation_id
    )
    store.change_contracts(
        session,
        [(one.known.id, values) for one, values in changed if one.known is not None],
        organisation_id=organisation_id,
    )
    about: dict[str, Any] = {"organisation_id": organisation_id, "at": at, "actor": actor, "object_kind": CONTRACT}
    events = [
        Event(what="contract_imported", object_id=str(number), changes=dict(_begun(values)), **about)
        for number, (_, values) in zip(added, new, strict=True)
    ]
    events += [
        Event(
            what="contract_imported_again",
            object_id=str(one.known.id),
            changes=dict(_changes(one, values, supplier=names[one.known.id])),
            **about,
        )
        for one, values in changed
        if one.known is not None
    ]
    audit.record_all(session, events)
    return found


def _values(one: PlannedContract, found: RegisterPlan, suppliers_by_place: tuple[int, ...]) -> dict[str, Any]:
    """What is written of a contract; of one that is here, what the register leaves blank stays."""
    said = values_of(one.row, supplier_id=suppliers_by_place[one.supplier])
    if one.known is not None:
        said = {name: value if name in one.changes else getattr(one.known, name) for name, value in said.items()}
    return {**said, "reference": said["reference"] or "", "supplier": found.suppliers[one.supplier].after.name}


def _begun(values: dict[str, Any]) -> Iterator[tuple[str, Change]]:
    for name, value in values.items():
        if value not in (None, ""):
            yield name, Change(new=_told(value))


def _changes(one: PlannedContract, values: dict[str, Any], *, supplier: str) -> Iterator[tuple[str, Change]]:
    for name in one.changes:
        yield name, Change(old=_told(getattr(one.known, name)), new=_told(values[name]))
    if values["supplier"] != supplier:
        yield "supplier", Change(old=supplier, new=values["supplier"])


def _told(value: Any) -> Any:
    return numbers.trimmed(value) if isinstance(value, Decimal) else value
