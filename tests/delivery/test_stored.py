"""Contracts on both databases: made of an award without retyping, RULES 6.12 to the digit, nothing half-done."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from svtracker.audit import service as audit
from svtracker.audit.store import Scope
from svtracker.delivery.answer import progress_answer
from svtracker.delivery.rules.figures import positions
from svtracker.delivery.rules.records import ClaimState, Spread
from svtracker.delivery.rules.stored import Source
from svtracker.delivery.service import contracts, managers, returns
from svtracker.delivery.service.contracts import Running
from svtracker.frameworks.rules.values import Kind
from svtracker.kernel.exceptions import (
    ContractThereError,
    NotFoundError,
    NotYetError,
    ReferenceTakenError,
    RefusedError,
)
from svtracker.storage.engines import Database
from svtracker.tenders.service import results
from tests.delivery import stored as here
from tests.tenders import stored
from tests.tenders.stored import Council, council

SUMS = ("committed", "due", "claimed", "verified", "achievement_percent", "achievement_percent_uncapped")


@pytest.fixture
def where(database: Database) -> Council:
    return council(database)


def answer(where: Council, number: int, at: date, *, elapsed: bool = False) -> dict[str, object]:
    with where.database.reading() as session:
        found = contracts.get_contract(session, number, organisation_id=where.id)
        claims = returns.claims_of(session, number, organisation_id=where.id)
    return progress_answer(found.contract, positions(found.contract, claims, at=at, elapsed=elapsed), at=at)


class TestWorkedTable:
    """RULES 6.12."""

    def test_at_the_end_of_september(self, where: Council) -> None:
        contract = here.delivered(where)
        found = answer(where, contract.id, date(2026, 9, 30))
        assert [found[name] for name in SUMS] == ["31413.72", "18037.86", "4680.27", "3910.39", "21.21", "21.68"]
        assert (found["verified_of_committed_percent"], found["status"]) == ("12.45", "far_behind")
        assert found["contract"] == "C-612"
        lines = {one["measure"]: one for one in found["commitments"]}  # type: ignore[attr-defined,index]
        assert lines["X3"]["committed"] == {"quantity": "104", "value": "16470.48"}
        assert lines["X3"]["due"] == {"quantity": "26", "value": "4117.62"}
        assert lines["X4"]["verified"] == {"quantity": "25", "value": "426.25"}
        assert lines["X2"]["periods_without_claim"] == [1, 2]

    @pytest.mark.parametrize(("elapsed", "due"), [(False, "15808.55"), (True, "16923.21")])
    def test_in_the_middle_of_august(self, where: Council, *, elapsed: bool, due: str) -> None:
        contract = here.delivered(where)
        assert answer(where, contract.id, date(2026, 8, 15), elapsed=elapsed)["due"] == due

    def test_every_row_stands_in_the_record(self, where: Council) -> None:
        contract = here.delivered(where)
        with where.database.reading() as session:
            events = audit.history(
                session, scope=Scope(organisation_id=where.id), object_kind="contract", object_id=str(contract.id)
            )
            rows = returns.claims_of(session, contract.id, organisation_id=where.id, only_latest=False)
        assert len(rows) == 7
        words = [one.what for one in events]
        assert words.count("claim_submitted") == 4
        assert words.count("claim_verified") == 3
        assert words.count("contract_begun") == 1


class TestAward:
    def test_nothing_is_typed_again(self, where: Council) -> None:
        tender = here.awarded(where)
        terms = here.named(where, value=None)
        with where.database.writing() as session:
            made = contracts.make_contract(session, tender.id, bidder="B", terms=terms, **where.by("officer"))
        scored = stored_result(where, tender.id)
        (bid,) = (one for one in scored.bids if one.bidder == "B")
        assert [(one.measure, one.quantity, one.unit_value) for one in made.contract.commitments] == [
            (line.measure, line.accepted, line.unit_value) for line in bid.valuation.lines if line.accepted
        ]
        assert {one.kind for one in made.contract.commitments} == {Kind.VALUED, Kind.RECORDED}
        assert made.contract.value == tender.contract_value
        assert made.contract.framework == "example@2021.1"
        assert made.framework_sha256 == scored.version.sha256
        assert (made.source, made.supplier, made.tender_id) == (Source.AWARD, "B", tender.id)
        sums = answer(where, made.id, date(2026, 4, 1))
        assert sums["committed"] == f"{bid.valuation.value:.2f}"

    def test_its_manager_has_the_role_for_it(self, where: Council) -> None:
        tender = here.awarded(where)
        terms = here.named(where)
        terms = replace(terms, deputy_id=here.account(where, "deputy"), deputy_to=date(2026, 12, 24))
        with where.database.writing() as session:
            made = contracts.make_contract(session, tender.id, bidder="B", terms=terms, **where.by("officer"))
        day = where.clock().date()
        with where.database.reading() as session:
            named = managers.managers_of(session, organisation_id=where.id, day=day)
        assert named == {made.id: (terms.manager_id,)}

    def test_one_contract_of_an_award(self, where: Council) -> None:
        tender = here.awarded(where)
        terms = here.named(where)
        with where.database.writing() as session:
            contracts.make_contract(session, tender.id, bidder="B", terms=terms, **where.by("officer"))
        with pytest.raises(ContractThereError, match="C-612"), where.database.writing() as session:
            contracts.make_contract(session, tender.id, bidder="B", terms=terms, **where.by("officer"))
        with where.database.reading() as session:
            assert len(contracts.list_contracts(session, organisation_id=where.id)) == 1
            assert contracts.waiting_awards(session, organisation_id=where.id) == ()

    def test_an_award_waits_for_its_contract(self, where: Council) -> None:
        tender = here.awarded(where)
        with where.database.reading() as session:
            (waiting,) = contracts.waiting_awards(session, organisation_id=where.id)
        assert (waiting.tender_id, waiting.bidder) == (tender.id, "B")

    def test_only_of_an_award_and_of_who_won(self, where: Council) -> None:
        tender = stored.evaluated(where)
        terms = here.named(where)
        with pytest.raises(NotYetError, match="has none"), where.database.writing() as session:
            contracts.make_contract(session, tender.id, bidder="B", terms=terms, **where.by("officer"))
        version = where.tender(tender.id).version
        with where.database.writing() as session:
            results.award(
                session,
                tender.id,
                bidders=["B"],
                reason="",
                minimum_wage=stored.REFERENCE.minimum_wage,
                version=version,
                **where.by("officer"),
            )
        with pytest.raises(NotFoundError, match="Choose B"), where.database.writing() as session:
            contracts.make_contract(session, tender.id, bidder="A", terms=terms, **where.by("officer"))


class TestRefused:
    def test_all_faults_at_once_and_nothing_saved(self, where: Council) -> None:
        terms = replace(here.TERMS, manager_id=None, reference=" ", title="", ends_on=date(2026, 3, 1), due_days=400)
        with pytest.raises(RefusedError) as refused, where.database.writing() as session:
            contracts.take_over(
                session,
                framework="example@2021.1",
                lines=here.OWED,
                terms=terms,
                supplier="B",
                **where.by("officer"),
            )
        assert {one.path for one in refused.value.problems} == {"manager", "title", "ends_on", "reference", "due_days"}
        with where.database.reading() as session:
            assert contracts.list_contracts(session, organisation_id=where.id) == ()

    def test_a_measure_that_is_not_in_the_version(self, where: Council) -> None:
        with pytest.raises(RefusedError, match="X99"), where.database.writing() as session:
            contracts.take_over(
                session,
                framework="example@2021.1",
                lines=[Running(measure="X99", quantity=Decimal(1))],
                terms=here.named(where),
                supplier="B",
                **where.by("officer"),
            )

    def test_a_reference_twice(self, where: Council) -> None:
        here.worked(where)
        with pytest.raises(ReferenceTakenError, match="Worked contract"):
            here.worked(where)

    def test_a_manager_of_another_council(self, where: Council) -> None:
        other = council(where.database, "south-vale")
        terms = replace(here.TERMS, manager_id=here.account(other, "stranger"))
        with pytest.raises(RefusedError, match="not one of yours"), where.database.writing() as session:
            contracts.take_over(
                session, framework="example@2021.1", lines=here.OWED, terms=terms, supplier="B", **where.by("officer")
            )

    def test_a_contract_of_another_council_is_not_found(self, where: Council) -> None:
        contract = here.worked(where)
        other = council(where.database, "south-vale")
        with pytest.raises(NotFoundError), where.database.reading() as session:
            contracts.get_contract(session, contract.id, organisation_id=other.id)

    @pytest.mark.parametrize(
        ("period", "state", "claimed", "fault"),
        [
            (1, ClaimState.VERIFIED, "1", "state"),
            (1, ClaimState.SUBMITTED, "-1", "claimed"),
            (9, ClaimState.SUBMITTED, "1", "period"),
            (8, ClaimState.SUBMITTED, "1", "period"),
        ],
    )
    def test_a_row_that_cannot_follow(
        self, where: Council, period: int, state: ClaimState, claimed: str, fault: str
    ) -> None:
        contract = here.worked(where)
        with pytest.raises(RefusedError) as refused:
            here.claimed(where, contract, period, here.step(contract, "X3", state, claimed=claimed))
        assert any(one.path.endswith(fault) for one in refused.value.problems)
        with where.database.reading() as session:
            assert returns.claims_of(session, contract.id, organisation_id=where.id) == ()

    def test_steps_are_written_all_or_none(self, where: Council) -> None:
        contract = here.worked(where)
        good = here.step(contract, "X3", ClaimState.SUBMITTED, claimed="5")
        bad = here.step(contract, "X4", ClaimState.SUBMITTED, claimed="-5")
        with pytest.raises(RefusedError, match="X4"):
            here.claimed(where, contract, 1, good, bad)
        with where.database.reading() as session:
            assert returns.claims_of(session, contract.id, organisation_id=where.id) == ()


class TestOpening:
    """RULES 5.4."""

    def test_what_was_verified_before_is_one_row(self, where: Council) -> None:
        terms = here.named(where)
        line = Running(measure="X3", quantity=Decimal(104), verified=Decimal(40), due=Decimal(52))
        with where.database.writing() as session:
            contract = contracts.take_over(
                session,
                framework="example@2021.1",
                lines=[line],
                terms=terms,
                taken_over_on=date(2027, 4, 1),
                supplier="Bidder B",
                **where.by("officer"),
            )
        found = answer(where, contract.id, date(2027, 4, 1))
        (row,) = found["commitments"]  # type: ignore[misc]
        assert row["committed"]["quantity"] == "104"
        assert (row["due"]["quantity"], row["verified"]["quantity"]) == ("52", "40")
        at_the_end = answer(where, contract.id, date(2028, 3, 31))
        assert at_the_end["commitments"][0]["due"]["quantity"] == "104"  # type: ignore[index]

    def test_per_pound_of_spend(self, where: Council) -> None:
        line = Running(measure="X6", spread=Spread.PER_POUND, rate=Decimal("0.25"), estimated_spend=Decimal(100_000))
        with where.database.writing() as session:
            contract = contracts.take_over(
                session,
                framework="example@2021.1",
                lines=[line],
                terms=here.named(where),
                supplier="Bidder B",
                **where.by("officer"),
            )
        where.clock.now = here.AT_THE_END
        at = date(2026, 6, 30)
        (row,) = answer(where, contract.id, at)["commitments"]  # type: ignore[misc]
        assert row["due"] == {"quantity": None, "value": None}
        with where.database.writing() as session:
            returns.enter_spend(session, contract.id, 1, Decimal(20_000), **where.by("manager"))
            returns.enter_spend(session, contract.id, 1, Decimal("10000.50"), **where.by("manager"))
        (row,) = answer(where, contract.id, at)["commitments"]  # type: ignore[misc]
        assert row["committed"]["quantity"] == "25000"
        assert row["due"]["quantity"] == "2500.125"


def stored_result(where: Council, number: int) -> results.Result:
    with where.database.reading() as session:
        scored = results.score_tender(
            session, number, organisation_id=where.id, minimum_wage=stored.REFERENCE.minimum_wage
        )
    return scored.result
