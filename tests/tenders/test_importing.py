"""Importing OCDS releases: what is stored, that a second time changes nothing, and that people's work is left alone."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session
from sqlmodel import col

from svtracker.audit import service as audit
from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.audit.rules.known import known_on
from svtracker.audit.store import WHOLE_INSTALLATION, Filters
from svtracker.kernel.exceptions import NotFoundError, RefusedError
from svtracker.registers import service as registers
from svtracker.registers import suppliers
from svtracker.storage import parts
from svtracker.storage.engines import Database
from svtracker.tenders.rules.importing import ImportPlan
from svtracker.tenders.rules.records import StoredTender
from svtracker.tenders.rules.stages import Stage
from svtracker.tenders.rules.values import OutcomeStatus
from svtracker.tenders.service import importing
from svtracker.tenders.store import importing as import_store
from svtracker.tenders.store import tenders as tender_store
from svtracker.tenders.tables import AwardRow, DecisionRow, TenderRow
from tests.tenders.published import (
    ALDER,
    BEECH,
    CEDAR,
    OCID,
    ROWANS,
    award,
    awarded,
    look_alike,
    package,
    party,
    release,
)

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
GOLDEN = Path(__file__).parent / "golden" / "import.json"
TABLES = ("tender", "supplier", "published_award", "published_release", "tender_decision", "audit_event")


@pytest.fixture
def council(database: Database) -> int:
    return add_council(database, "north-vale")


def add_council(database: Database, slug: str) -> int:
    with database.writing() as session:
        return registers.add_organisation(
            session, slug=slug, name=slug, short_name=slug, is_demo=False, actor=COMMAND_LINE, clock=lambda: NOW
        ).id


def bring(database: Database, council: int, *packages: bytes) -> ImportPlan:
    """Imports packages; the plan before and what was done must say the same."""
    files = [(f"{number}.json", data) for number, data in enumerate(packages, start=1)]
    with database.reading() as session:
        planned = importing.plan_import(session, files, organisation_id=council)
    with database.writing() as session:
        done = importing.import_releases(session, files, organisation_id=council, actor=COMMAND_LINE, clock=lambda: NOW)
    assert importing.answer_of(done) == importing.answer_of(planned)
    return done


def counts(plan: ImportPlan) -> dict[str, tuple[int, int, int]]:
    answer = importing.answer_of(plan)
    return {name: tuple(answer[name].values()) for name in ("tenders", "awards", "suppliers")}


def everything(database: Database, *, but: Sequence[str] = ()) -> dict[str, list[Any]]:
    """Every row of what an import writes."""
    with database.reading() as session:
        return {
            name: [tuple(row) for row in session.execute(text(f"SELECT * FROM {name} ORDER BY 1, 2, 3"))]
            for name in TABLES
            if name not in but
        }


def tender(session: Session, council: int, number: int = 1) -> StoredTender:
    return tender_store.find_processes(session, [OCID.format(number)], organisation_id=council)[OCID.format(number)]


def test_the_plan_of_every_oddity(database: Database, council: int) -> None:
    answer = importing.answer_of(bring(database, council, look_alike()))
    assert answer == json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_a_second_import_changes_nothing(database: Database, council: int) -> None:
    first = bring(database, council, look_alike())
    before = everything(database)
    second = bring(database, council, look_alike())
    assert everything(database) == before
    assert second.does_nothing
    assert not first.does_nothing
    assert {name: found[:2] for name, found in counts(second).items()} == dict.fromkeys(counts(second), (0, 0))
    assert sum(counts(second)["tenders"]) == sum(counts(first)["tenders"]) == 10
    assert (second.value, second.refused, second.notes) == (first.value, first.refused, first.notes)


def test_a_notice_becomes_a_draft(database: Database, council: int) -> None:
    bring(database, council, package(release()))
    with database.reading() as session:
        found = tender(session, council)
        assert session.execute(select(DecisionRow)).all() == []
    assert (found.reference, found.title, found.ocid) == ("NV-001", "Invented tender 1", OCID.format(1))
    assert (found.stage, found.outcome, found.decided_at) == (Stage.DRAFT, OutcomeStatus.OPEN, None)
    assert (found.category, found.contract_value, found.framework) == ("45000000", Decimal(100_000), None)
    assert found.settings == {
        "tender": {
            "id": "NV-001",
            "title": "Invented tender 1",
            "contract_value": "100000",
            "duration_months": 24,
            "category": "45000000",
        }
    }
    assert (found.closes_at, found.created_at) == (datetime(2026, 4, 15, 11, tzinfo=UTC), NOW)
    assert (found.version, found.is_invented, found.note) == (1, False, {})


def test_an_award_becomes_a_decided_tender_with_its_supplier(database: Database, council: int) -> None:
    bring(database, council, package(awarded(1, 104988.02, ALDER)))
    with database.reading() as session:
        found = tender(session, council)
        (row,) = import_store.list_awards(session, [found.id], organisation_id=council)[found.id]
        (supplier,) = suppliers.list_suppliers(session, organisation_id=council)
        decision = session.execute(select(DecisionRow)).scalar_one()
    assert (found.stage, found.outcome) == (Stage.DECIDED, OutcomeStatus.AWARDED)
    assert found.decided_at == datetime(2026, 3, 2, tzinfo=UTC)
    assert (row.supplier_id, row.value, row.on, row.status) == (
        supplier.id,
        Decimal("104988.02"),
        date(2026, 3, 2),
        "active",
    )
    assert (supplier.details.name, supplier.details.company_number) == ("Alder Works Limited", "00123456")
    assert (decision.outcome, json.loads(decision.bidders), decision.on) == (
        "awarded",
        ["Alder Works Limited"],
        date(2026, 3, 2),
    )
    assert (decision.document, decision.person_id) == (None, None)


def test_published_awards_are_told_with_the_names_of_suppliers(database: Database, council: int) -> None:
    bring(database, council, package(awarded(1, 5000, ALDER, BEECH), awarded(2, 7, CEDAR), release(3)))
    with database.reading() as session:
        told = [
            importing.list_awards(session, tender(session, council, number).id, organisation_id=council)
            for number in (1, 2, 3)
        ]
        assert importing.list_awards(session, tender(session, council).id, organisation_id=council + 1) == ()
    assert [[(one.supplier, one.value) for one in awards] for awards in told] == [
        [(None, Decimal(5000)), ("Alder Works Limited", None), ("Beech & Sons Ltd", None)],
        [("Cedar Catering", Decimal(7))],
        [],
    ]


def test_an_amount_that_several_share_is_nobodys_own(database: Database, council: int) -> None:
    plan = bring(database, council, package(awarded(1, 5000, ALDER, BEECH)))
    with database.reading() as session:
        rows = session.execute(select(AwardRow).order_by(col(AwardRow.key))).scalars().all()
    assert [(row.supplier_id is None, row.value) for row in rows] == [
        (True, Decimal(5000)),
        (False, None),
        (False, None),
    ]
    assert (plan.value, counts(plan)["awards"]) == (Decimal(5000), (1, 0, 0))


@pytest.mark.parametrize("status", ["cancelled", "unsuccessful", "withdrawn"])
def test_what_came_to_nothing_is_abandoned_with_its_reason(database: Database, council: int, status: str) -> None:
    bring(database, council, package(release(tender={"status": status})))
    with database.reading() as session:
        found = tender(session, council)
        decision = session.execute(select(DecisionRow)).scalar_one()
    assert (found.stage, found.outcome) == (Stage.DECIDED, OutcomeStatus.ABANDONED)
    assert decision.reason == f"The tender was published as “{status}”."


def test_later_releases_change_what_the_import_wrote(database: Database, council: int) -> None:
    bring(database, council, package(release(date="2026-01-01T00:00:00Z")))
    update_release = release(tag="tenderUpdate", date="2026-02-01T00:00:00Z", tender={"title": "Other words"})
    changed = bring(database, council, package(update_release))
    assert counts(changed)["tenders"] == (0, 1, 0)
    decided = bring(database, council, package(awarded(1, 5, ALDER, date="2026-03-01T00:00:00Z")))
    assert counts(decided) == {"tenders": (0, 1, 0), "awards": (1, 0, 0), "suppliers": (1, 0, 0)}
    lost = awarded(1, 5, ALDER, date="2026-03-02T00:00:00Z")
    lost["awards"][0]["status"] = "cancelled"
    ended = bring(database, council, package(lost))
    assert counts(ended) == {"tenders": (0, 1, 0), "awards": (0, 1, 0), "suppliers": (0, 0, 1)}
    with database.reading() as session:
        found = tender(session, council)
        decision = session.execute(select(DecisionRow)).scalar_one()
        told = audit.history(session, scope=WHOLE_INSTALLATION, object_kind="tender", object_id=str(found.id))
    assert (found.title, found.version, found.outcome) == ("Invented tender 1", 4, OutcomeStatus.ABANDONED)
    assert decision.reason == "Its awards were published as “cancelled”."
    assert [entry.what for entry in told] == ["tender_imported", *["releases_imported"] * 3]
    assert known_on(told, None).contradictions == ()


def test_an_older_release_that_comes_later_fills_in_what_the_newer_left_out(database: Database, council: int) -> None:
    bare = awarded(1, 5, ALDER, date="2026-03-01T00:00:00Z")
    bare["tender"] = {"id": "NV-001", "status": "complete"}
    older = release(date="2026-01-01T00:00:00Z", tender={"status": "active"})
    bring(database, council, package(bare))
    assert counts(bring(database, council, package(older)))["tenders"] == (0, 1, 0)
    with database.reading() as session:
        found = tender(session, council)
    assert (found.title, found.outcome, found.contract_value) == (
        "Invented tender 1",
        OutcomeStatus.AWARDED,
        Decimal(100_000),
    )
    assert bring(database, council, package(older, bare)).does_nothing


def edit(database: Database, council: int, **values: Any) -> None:
    """A person changes a tender."""
    with database.writing() as session:
        session.execute(update(TenderRow).where(col(TenderRow.organisation_id) == council).values(**values))


def test_a_draft_that_somebody_changed_is_kept(database: Database, council: int) -> None:
    bring(database, council, package(release(date="2026-01-01T00:00:00Z")))
    settings = {
        "tender": {"id": "NV-001", "title": "Ours", "contract_value": "100000", "framework": "open-toms@2026.1"}
    }
    edit(database, council, title="Ours", settings=json.dumps(settings), version=2)
    before = everything(database)
    same = bring(database, council, package(release(date="2026-01-01T00:00:00Z")))
    assert everything(database) == before
    assert counts(same)["tenders"] == (0, 0, 1)
    assert [(one.release, one.text) for one in same.kept] == [
        (
            OCID.format(1),
            "NV-001 was changed here and stays: the releases have another title, duration months, category",
        )
    ]
    later = awarded(1, 7, ALDER, date="2026-03-01T00:00:00Z")
    plan = bring(database, council, package(later))
    assert counts(plan) == {"tenders": (0, 0, 1), "awards": (1, 0, 0), "suppliers": (1, 0, 0)}
    assert "outcome" in plan.kept[0].text
    with database.reading() as session:
        found = tender(session, council)
        assert session.execute(select(DecisionRow)).all() == []
        assert len(import_store.list_awards(session, [found.id], organisation_id=council)[found.id]) == 1
    assert (found.title, found.stage, found.version) == ("Ours", Stage.DRAFT, 2)
    again = bring(database, council, package(later))
    assert again.does_nothing
    assert again.kept == plan.kept


def test_a_tender_that_went_on_here_is_not_set_back(database: Database, council: int) -> None:
    bring(database, council, package(release()))
    edit(database, council, stage="published", published_at=NOW, version=2)
    plan = bring(database, council, package(release()))
    assert (plan.kept, plan.does_nothing) == ((), True)
    changed = bring(database, council, package(release(date="2026-05-01T00:00:00Z", tender={"title": "Other words"})))
    assert "another title" in changed.kept[0].text
    with database.reading() as session:
        assert tender(session, council).title == "Invented tender 1"


def test_what_people_alone_set_does_not_stop_an_update(database: Database, council: int) -> None:
    bring(database, council, package(release()))
    edit(database, council, directorate="Highways", note='{"need": "roads"}', version=2)
    plan = bring(database, council, package(release(date="2026-05-01T00:00:00Z", tender={"title": "Other words"})))
    assert counts(plan)["tenders"] == (0, 1, 0)
    with database.reading() as session:
        found = tender(session, council)
    assert (found.title, found.directorate, found.note, found.version) == (
        "Other words",
        "Highways",
        {"need": "roads"},
        3,
    )


def test_a_tender_with_that_ocid_from_elsewhere_is_nobodys_to_overwrite(database: Database, council: int) -> None:
    bring(database, council, package(release()))
    with database.writing() as session:
        session.execute(text("DELETE FROM published_release"))
    plan = bring(database, council, package(release(tender={"title": "Other words"})))
    assert counts(plan)["tenders"] == (0, 0, 1)
    assert "another title" in plan.kept[0].text


def test_references_are_free_and_the_same_each_time(database: Database, council: int) -> None:
    several = [release(number, tender={"id": "003"}) for number in (4, 2, 3)]
    bring(database, council, package(*several))
    bring(database, council, package(release(1, tender={"id": "003"}), *several))
    with database.reading() as session:
        found = {
            one.ocid: one.reference
            for one in tender_store.find_processes(
                session, [OCID.format(number) for number in range(1, 5)], organisation_id=council
            ).values()
        }
    assert [found[OCID.format(number)] for number in range(1, 5)] == ["003 (4)", "003", "003 (2)", "003 (3)"]


def test_a_long_reference_stays_within_its_length(database: Database, council: int) -> None:
    bring(database, council, package(*(release(number, tender={"id": "N" * 60}) for number in (1, 2))))
    with database.reading() as session:
        assert sorted(tender_store.list_references(session, organisation_id=council)) == ["N" * 56 + " (2)", "N" * 60]


def test_files_in_any_order_give_the_same(database: Database) -> None:
    files = [
        package(release(date="2026-01-01T00:00:00Z"), awarded(2, 7.25, BEECH, CEDAR)),
        package(awarded(1, 5, ALDER, date="2026-03-01T00:00:00Z"), release(3, tender={"id": "NV-001"})),
        package(awarded(4, 1, party(9, "Alder Works Ltd", street="x NV1 1AA")), awarded(5, 1, *ROWANS)),
    ]
    seen = []
    for number, order in enumerate(permutations(files)):
        council = add_council(database, f"council-{'abcdef'[number]}")
        bring(database, council, *order)
        seen.append(_without_numbers(database, council))
    assert all(one == seen[0] for one in seen)
    assert [len(rows) for rows in seen[0]] == [5, 20, 23]


def test_stages_of_one_process_that_come_one_by_one_end_as_those_that_come_together(database: Database) -> None:
    stages = [
        package(release(date="2026-01-01T00:00:00Z")),
        package(
            release(tag="tenderUpdate", date="2026-02-01T00:00:00Z", tender={"title": "Other words", "value": None})
        ),
        package(awarded(1, 5, ALDER, date="2026-03-01T00:00:00Z")),
    ]
    together = add_council(database, "together")
    bring(database, together, *stages)
    wanted = _without_numbers(database, together)
    for number, order in enumerate(permutations(stages)):
        council = add_council(database, f"council-{'abcdef'[number]}")
        for stage in order:
            bring(database, council, stage)
        assert _without_numbers(database, council) == wanted
        assert bring(database, council, *stages).does_nothing


def _without_numbers(database: Database, council: int) -> tuple[list[Any], ...]:
    """What one council has, named by what people read instead of numbers."""
    columns = "reference, title, stage, outcome, ocid, category, contract_value, settings, closes_at, decided_at"
    with database.reading() as session:
        asked = (
            f"SELECT {columns} FROM tender WHERE organisation_id = {council} ORDER BY ocid",
            f"SELECT name, company_number, postcode FROM supplier WHERE organisation_id = {council} ORDER BY id",
            "SELECT tender.ocid, key, value, status, supplier.name FROM published_award "
            "JOIN tender ON tender.id = tender_id LEFT JOIN supplier ON supplier.id = supplier_id "
            f"WHERE tender.organisation_id = {council} ORDER BY tender.ocid, published_award.id",
        )
        return tuple([tuple(row) for row in session.execute(text(one))] for one in asked)


def test_councils_do_not_see_each_others_tenders_and_suppliers(database: Database, council: int) -> None:
    other = add_council(database, "elsewhere")
    bring(database, council, look_alike())
    assert counts(bring(database, other, look_alike()))["tenders"] == (10, 0, 0)
    with database.reading() as session:
        mine = suppliers.list_suppliers(session, organisation_id=council)
        theirs = suppliers.list_suppliers(session, organisation_id=other)
    assert [one.details for one in mine] == [one.details for one in theirs]
    assert not {one.id for one in mine} & {one.id for one in theirs}


def test_a_supplier_gains_what_was_not_known(database: Database, council: int) -> None:
    bare = party(30, "Alder Works Ltd", street="1 Elm Road, NV1 1AA")
    bring(database, council, package(awarded(1, 5, bare)))
    plan = bring(database, council, package(awarded(2, 6, ALDER)))
    assert counts(plan)["suppliers"] == (0, 1, 0)
    with database.reading() as session:
        (found,) = suppliers.list_suppliers(session, organisation_id=council)
        told = audit.history(session, scope=WHOLE_INSTALLATION, object_kind="supplier", object_id=str(found.id))
    assert (found.details.name, found.details.company_number) == ("Alder Works Ltd", "00123456")
    assert [entry.what for entry in told] == ["supplier_added", "supplier_completed"]
    assert told[1].fields == {"company_number": {"old": None, "new": "00123456"}}
    assert bring(database, council, package(awarded(1, 5, bare), awarded(2, 6, ALDER))).does_nothing


def test_an_award_that_gains_and_loses_suppliers(database: Database, council: int) -> None:
    bring(database, council, package(awarded(1, 5, ALDER, date="2026-03-01T00:00:00Z")))
    more = bring(database, council, package(awarded(1, 5, BEECH, date="2026-03-02T00:00:00Z")))
    assert counts(more)["awards"] == (0, 1, 0)
    gone = awarded(1, 5, BEECH, date="2026-03-03T00:00:00Z")
    gone["awards"][0]["suppliers"] = None
    fewer = bring(database, council, package(gone))
    assert counts(fewer)["awards"] == (0, 1, 0)
    with database.reading() as session:
        (row,) = session.execute(select(AwardRow)).scalars()
    assert (row.supplier_id, row.value) == (None, Decimal(5))


def test_awards_whose_ids_look_alike_stay_apart(database: Database, council: int) -> None:
    several = [
        {**award(OCID.format(1), amount), "id": key} for key, amount in (("a b", 1), ("a  b", 2), ("a b (2)", 3))
    ]
    plan = bring(database, council, package(release(awards=several)))
    assert (plan.value, len(plan.awards)) == (Decimal(6), 3)
    assert bring(database, council, package(release(awards=several))).does_nothing


def test_one_event_for_each_tender_and_supplier(database: Database, council: int) -> None:
    bring(database, council, look_alike())
    with database.reading() as session:
        log = list(audit.log(session, scope=WHOLE_INSTALLATION, filters=Filters()))
        rows = len(list(session.execute(text("SELECT id FROM supplier"))))
        assert audit.check_chains(session) == ()
    kinds = [entry.object_kind for entry in log]
    assert (kinds.count("tender"), kinds.count("supplier")) == (10, rows)
    told = " ".join(entry.changes for entry in log)
    assert "Wren" not in told
    assert "example" not in told


def test_nothing_is_saved_where_the_last_release_fails(
    database: Database, council: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(database)
    add = tender_store.add_tender

    def fail_at_the_last(session: Session, values: Any) -> StoredTender:
        if values["ocid"] == OCID.format(10):
            raise RuntimeError("the power went")
        return add(session, values)

    monkeypatch.setattr(tender_store, "add_tender", fail_at_the_last)
    with pytest.raises(RuntimeError, match="the power went"):
        bring(database, council, look_alike())
    assert everything(database) == before
    monkeypatch.undo()
    assert counts(bring(database, council, look_alike()))["tenders"] == (10, 0, 0)


def test_a_file_that_is_no_package_stops_the_import(database: Database, council: int) -> None:
    before = everything(database)
    with pytest.raises(RefusedError) as caught:
        bring(database, council, look_alike(), b"<html>")
    assert [problem.file for problem in caught.value.problems] == ["2.json"]
    assert everything(database) == before


def test_without_an_organisation_there_is_a_plan_and_no_import(database: Database) -> None:
    files = [("a.json", look_alike())]
    with database.reading() as session:
        assert counts(importing.plan_import(session, files, organisation_id=None))["tenders"] == (10, 0, 0)
    with database.writing() as session, pytest.raises(NotFoundError, match="organisations add"):
        importing.import_releases(session, files, organisation_id=None, actor=COMMAND_LINE)


def test_more_tenders_than_stand_in_one_query(
    database: Database, council: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "AT_ONCE", 3)
    several = package(*(awarded(number, number, ALDER) for number in range(1, 9)))
    assert counts(bring(database, council, several))["tenders"] == (8, 0, 0)
    again = bring(database, council, several)
    assert again.does_nothing
    assert (again.value, counts(again)["awards"]) == (Decimal(36), (0, 0, 8))
