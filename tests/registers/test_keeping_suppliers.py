"""Suppliers are kept many at a time: each with its number and one event, and nothing for those who are as they were."""

from datetime import UTC, datetime

from svtracker.audit import service as audit
from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.audit.store import Filters, Scope
from svtracker.registers import service, suppliers
from svtracker.registers.rules.suppliers import Details, Sighting, match
from svtracker.storage.engines import Database

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
ALDER = Details(name="Alder Ltd", postcode="WF1 1AA")
BEECH = Details(name="Beech Ltd", company_number="07689604")
CEDAR = Details(name="Cedar Ltd")


def kept(database: Database, organisation_id: int, *seen: Details) -> dict[str, int]:
    """The numbers of the suppliers that were seen, by name."""
    with database.writing() as session:
        known = suppliers.list_suppliers(session, organisation_id=organisation_id)
        found = match(known, [Sighting(details=one, at=AT) for one in seen]).entries
        numbers = suppliers.keep_suppliers(session, found, organisation_id=organisation_id, actor=COMMAND_LINE)
    return {entry.after.name: number for entry, number in zip(found, numbers, strict=True)}


def test_new_completed_and_unchanged_suppliers_stand_beside_one_another(database: Database) -> None:
    with database.writing() as session:
        council = service.add_organisation(
            session, slug="arden", name="Arden", short_name="Arden", is_demo=False, actor=COMMAND_LINE
        ).id
    first = kept(database, council, ALDER, CEDAR)
    numbered = Details(name="ALDER LIMITED", company_number="01234567", postcode="WF1 1AA")
    second = kept(database, council, BEECH, numbered, CEDAR)
    assert (second["Alder Ltd"], second["Cedar Ltd"]) == (first["Alder Ltd"], first["Cedar Ltd"])
    assert kept(database, council) == {}
    assert kept(database, council, BEECH, numbered, CEDAR) == second
    with database.reading() as session:
        details = {one.id: one.details for one in suppliers.list_suppliers(session, organisation_id=council)}
        filters = Filters(object_kind=suppliers.SUPPLIER)
        events = [
            (one.object_id, one.what)
            for one in audit.log(session, scope=Scope(organisation_id=council), filters=filters)
        ]
    assert details[second["Beech Ltd"]] == BEECH
    assert details[second["Alder Ltd"]].company_number == "01234567"
    assert sorted(events[:2]) == sorted((str(number), "supplier_added") for number in first.values())
    assert sorted(events[2:]) == sorted(
        [(str(second["Beech Ltd"]), "supplier_added"), (str(second["Alder Ltd"]), "supplier_completed")]
    )
