"""A contracts register in both databases: every row a contract or listed, a second time nothing, all or nothing."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from svtracker.audit import service as audit
from svtracker.audit.rules.events import COMMAND_LINE, Entry
from svtracker.audit.store import Scope
from svtracker.delivery.loader import load_register
from svtracker.delivery.rules.records import PeriodKind
from svtracker.delivery.rules.register import Register, RegisterPlan, count
from svtracker.delivery.rules.stored import Source, StoredContract
from svtracker.delivery.service import contracts, importing
from svtracker.registers import suppliers
from svtracker.storage.engines import Database
from tests.delivery import stored as here
from tests.delivery.registers import HEADS, ROWS, as_csv, as_workbook
from tests.tenders.stored import Council, council

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
NEW, NOTHING = {"new": 6, "changed": 0, "unchanged": 0}, {"new": 0, "changed": 0, "unchanged": 6}


@pytest.fixture
def where(database: Database) -> Council:
    return council(database)


def register(data: str | bytes | None = None) -> Register:
    raw = as_csv() if data is None else data
    read = load_register(name="register.csv", data=raw if isinstance(raw, bytes) else raw.encode(), at=AT)
    assert read.register is not None, read.problems
    return read.register


def import_(where: Council, data: str | bytes | None = None) -> RegisterPlan:
    with where.database.writing() as session:
        return importing.import_register(
            session, register(data), organisation_id=where.id, actor=COMMAND_LINE, clock=lambda: AT
        )


def all_of(where: Council) -> dict[tuple[str, str], StoredContract]:
    with where.database.reading() as session:
        found = contracts.list_contracts(session, organisation_id=where.id)
    return {(one.contract.reference, one.contract.title): one for one in found}


def events(where: Council, number: int) -> tuple[Entry, ...]:
    with where.database.reading() as session:
        return audit.history(
            session, scope=Scope(organisation_id=where.id), object_kind="contract", object_id=str(number)
        )


def state(where: Council) -> dict[str, list[Any]]:
    with where.database.reading() as session:
        return {
            table: [tuple(row) for row in session.execute(text(f"SELECT * FROM {table} ORDER BY id"))]
            for table in ("contract", "supplier", "audit_event", "contract_commitment")
        }


def changed(reference: str, head: str, value: str) -> str:
    """The register with another value in one row."""
    place = HEADS.index(head)
    return as_csv(tuple((*row[:place], value, *row[place + 1 :]) if row[0] == reference else row for row in ROWS))


def test_every_row_that_can_be_used_is_a_contract(where: Council) -> None:
    plan = import_(where)
    assert (count(plan.contracts), count(plan.suppliers)) == (NEW, NEW)
    found = all_of(where)
    assert len(found) == 6
    one = found["DN100", "Grounds maintenance"]
    assert (one.contract.starts_on, one.contract.ends_on) == (date(2024, 4, 1), date(2029, 3, 31))
    assert (one.contract.value, one.annual_value) == (Decimal(1_000_000), Decimal(250_000))
    assert (one.extension_months, one.process, one.supplier) == (12, "Open procedure", "Alder Gardens Ltd")
    assert (one.source, one.contract.periods, one.due_days) == (Source.REGISTER, PeriodKind.QUARTER, 14)
    assert (one.contract.directorate, one.contract.category) == ("Place", "Grounds")
    assert (one.contract.commitments, one.contract.manager_id, one.is_invented) == ((), None, False)
    assert (one.version, one.imported_version) == (1, 1)
    assert [reference for reference, title in found if title in {"Night shelter", "Play areas"}] == ["", ""]
    with where.database.reading() as session:
        sums = contracts.list_contracts(session, organisation_id=where.id)
        names = {one.details.name for one in suppliers.list_suppliers(session, organisation_id=where.id)}
    assert sum(one.contract.value or 0 for one in sums) == plan.value
    assert "Elm Trust" in names


def test_the_plan_alone_writes_nothing(where: Council) -> None:
    before = state(where)
    with where.database.reading() as session:
        plan = importing.plan_import(session, register(), organisation_id=where.id)
    assert count(plan.contracts) == NEW
    assert state(where) == before


@pytest.mark.parametrize("again", [None, as_workbook()], ids=["csv", "xlsx"])
def test_a_second_time_nothing_is_left_to_do(where: Council, again: bytes | None) -> None:
    import_(where)
    before = state(where)
    plan = import_(where, again)
    assert plan.does_nothing
    assert count(plan.contracts) == NOTHING
    assert state(where) == before


def test_each_contract_has_one_event_and_the_chain_holds(where: Council) -> None:
    import_(where)
    import_(where, changed("DN100", HEADS[6], "£900,000"))
    found = all_of(where)["DN100", "Grounds maintenance"]
    first, second = events(where, found.id)
    assert (first.what, second.what) == ("contract_imported", "contract_imported_again")
    assert first.fields["title"] == {"old": None, "new": "Grounds maintenance"}
    assert first.fields["starts_on"]["new"] == "2024-04-01"
    assert "area" not in first.fields
    assert second.fields == {"value": {"old": "1000000", "new": "900000"}}
    others = [one for key, one in all_of(where).items() if key[0] != "DN100"]
    assert [len(events(where, one.id)) for one in others] == [1] * 5
    with where.database.reading() as session:
        assert audit.check_chains(session) == ()


def test_a_change_of_the_register_is_followed_until_a_person_works_on_the_contract(where: Council) -> None:
    import_(where)
    plan = import_(where, changed("DN100", HEADS[6], "£900,000"))
    assert count(plan.contracts) == {"new": 0, "changed": 1, "unchanged": 5}
    one = all_of(where)["DN100", "Grounds maintenance"]
    assert (one.contract.value, one.version, one.imported_version) == (Decimal(900_000), 2, 2)
    assert one.contract.directorate == "Place"
    with where.database.writing() as session:
        session.execute(text("UPDATE contract SET version = version + 1"))
    kept = import_(where, changed("DN100", HEADS[6], "£800,000"))
    assert count(kept.contracts) == NOTHING
    assert (2, "the contract was changed here and stays: the register has another value") in kept.notes
    assert all_of(where)["DN100", "Grounds maintenance"].contract.value == Decimal(900_000)


def test_what_the_register_leaves_blank_stays(where: Council) -> None:
    import_(where)
    blank = changed("DN100", "Annual Value", "-")
    assert import_(where, blank).does_nothing
    assert all_of(where)["DN100", "Grounds maintenance"].annual_value == Decimal(250_000)


def test_a_contract_of_an_award_is_never_written_over(where: Council) -> None:
    made = here.worked(where, reference="DN100")
    plan = import_(where)
    assert count(plan.contracts) == {"new": 5, "changed": 0, "unchanged": 1}
    after = next(one for key, one in all_of(where).items() if key[0] == "DN100")
    assert (after.id, after.contract.title, after.version) == (made.id, made.contract.title, 1)


def test_another_organisation_sees_nothing_of_it(where: Council) -> None:
    import_(where)
    other = council(where.database, slug="south-vale")
    assert all_of(other) == {}
    assert count(import_(other).contracts) == NEW
    assert len(all_of(where)) == 6


def test_it_is_done_as_a_whole_or_not_at_all(where: Council, monkeypatch: pytest.MonkeyPatch) -> None:
    before = state(where)
    monkeypatch.setattr(audit, "record_all", _fails_at_contracts(audit.record_all))
    with pytest.raises(RuntimeError, match="the machine stops here"):
        import_(where)
    assert state(where) == before


def _fails_at_contracts(record_all: Any) -> Any:
    def fail(session: Any, found: Any) -> None:
        record_all(session, found)
        if any(one.object_kind == "contract" for one in found):
            raise RuntimeError("the machine stops here")

    return fail


def test_extreme_values_are_kept_or_listed(where: Council) -> None:
    """What is too large for a column of the database is listed or left out, never a fault."""
    head = (
        "Contract reference,Contract title,Supplier,Value,Annual value,Start date,End date,Option to extend (months)\n"
    )
    rows = [
        f"A,{'t' * 300},{'s' * 300},999999999999,1e9,01/01/1950,31/12/2099,{'9' * 30}",
        f"B,Title,Supplier,{'9' * 35},{'9' * 35},01/04/2024,31/03/2027,1200",
        f"C,{'t' * 301},Supplier,1,1,01/04/2024,31/03/2027,1201",
        "D,=cmd|' /C calc'!A0,<script>alert(1)</script>,0.005,0.004,01/04/2024,31/03/2027,-5",
        "E,😀,\u202eodd,92233720368.55,92233720368.54,29/02/2024,28/02/2025,0",
    ]
    plan = import_(where, head + "\n".join(rows))
    assert plan.rows == 5
    assert len(all_of(where)) == len(plan.contracts) >= 1
    assert import_(where, head + "\n".join(rows)).does_nothing
