"""A tender from set-up to decision on both databases: the same figures as its file, sealed until its time, provable."""

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from svtracker.audit import service as audit
from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.audit.store import Filters, Scope
from svtracker.kernel.exceptions import (
    ChangedMeanwhileError,
    NotAnEvaluatorError,
    NotFoundError,
    NotYetError,
    ReasonMissingError,
    ReferenceTakenError,
    RefusedError,
    SealedError,
    StageError,
    SvtrackerError,
)
from svtracker.storage.engines import Database
from svtracker.tenders.answer import answer_of
from svtracker.tenders.rules.stages import Stage
from svtracker.tenders.rules.values import BidStatus, OutcomeStatus
from svtracker.tenders.service import bids, evaluation, results, setup, taking_over
from svtracker.tenders.service.common import versions_in
from svtracker.tenders.service.files import score_file
from tests.tenders import stored
from tests.tenders.stored import CLOSES, DEMO, REFERENCE, Council

GOLDEN = json.loads((Path(__file__).parent / "golden" / "worked.json").read_text(encoding="utf-8"))
WAGE = REFERENCE.minimum_wage


@pytest.fixture
def here(database: Database) -> Council:
    return stored.council(database)


def answer(here: Council, number: int, **more: Any) -> dict[str, Any]:
    with here.database.reading() as session:
        scored = results.score_tender(session, number, organisation_id=here.id, minimum_wage=WAGE, **more)
        return answer_of(scored.result)


def problems(here: Council) -> list[str]:
    with here.database.reading() as session:
        return [str(one) for one in results.check_tenders(session, organisation_id=here.id)]


def without_warnings(one: dict[str, Any]) -> dict[str, Any]:
    """Warnings depend on the day of opening, by the minimum wage."""
    bare = {key: value for key, value in one.items() if key not in {"tender", "warnings"}}
    return {**bare, "bids": [{key: value for key, value in bid.items() if key != "warnings"} for bid in one["bids"]]}


def test_the_worked_example_comes_out_to_the_digit_after_four_people_had_their_hands_on_it(here: Council) -> None:
    tender = stored.evaluated(here)
    assert without_warnings(answer(here, tender.id)) == without_warnings(GOLDEN)
    with here.database.writing() as session:
        done = results.award(
            session,
            tender.id,
            bidders=["B"],
            reason="",
            minimum_wage=WAGE,
            version=here.tender(tender.id).version,
            **here.by("officer"),
        )
    assert (done.stage, done.outcome) == (Stage.DECIDED, OutcomeStatus.AWARDED)
    assert without_warnings(answer(here, tender.id)) == without_warnings(GOLDEN)
    assert problems(here) == []


@pytest.mark.parametrize("file", sorted(DEMO.glob("*.yaml")), ids=lambda file: file.stem)
def test_a_file_that_was_taken_over_scores_as_the_file_does(here: Council, file: Path) -> None:
    data = file.read_bytes()
    with here.database.writing() as session:
        tender = taking_over.take_over(
            session, name=file.name, data=data, organisation_id=here.id, minimum_wage=WAGE, actor=COMMAND_LINE
        )
    with here.database.reading() as session:
        find, known = versions_in(session)
        scored = score_file(name=file.name, data=data, find_version=find, known_versions=known, minimum_wage=WAGE)
    assert answer(here, tender.id) == answer_of(scored)
    assert problems(here) == []


def test_a_file_with_a_fault_leaves_nothing_behind(here: Council) -> None:
    data = (DEMO / "worked.yaml").read_bytes().replace(b'X4: "75.5"', b'X44: "75.5"')
    with pytest.raises(RefusedError, match="X44"), here.database.writing() as session:
        taking_over.take_over(
            session, name="a.yaml", data=data, organisation_id=here.id, minimum_wage=WAGE, actor=COMMAND_LINE
        )
    with here.database.reading() as session:
        assert setup.list_tenders(session, organisation_id=here.id) == ()


SPOILS: list[tuple[str, str]] = [
    ("UPDATE commitment SET offered = offered + 1 WHERE measure = 'X1'", "bid 1: saw a bid that is not the one"),
    ("UPDATE bid SET price = price - 100000000 WHERE bidder = 'B'", "bid 2: saw a bid that is not the one"),
    ("UPDATE agreed_mark SET mark = '5' WHERE mark = '4'", "settings, lines or marks that differ"),
    ("UPDATE tender_decision SET answer = replace(answer, '84.32', '94.32')", "a stored result that was changed"),
    ("UPDATE tender SET settings = replace(settings, '750000', '760000')", "settings, lines or marks that differ"),
    ("DELETE FROM tender_decision", "decision: saw a stage that does not fit it"),
]


@pytest.mark.parametrize(("spoil", "named"), SPOILS)
def test_what_is_changed_behind_the_record_is_named(here: Council, spoil: str, named: str) -> None:
    tender = stored.evaluated(here)
    award(here, tender.id, ["B"])
    assert problems(here) == []
    with here.database.writing() as session:
        session.execute(text(spoil))
    assert any(named in problem for problem in problems(here))


def award(here: Council, number: int, bidders: list[str], reason: str = "") -> None:
    with here.database.writing() as session:
        results.award(
            session,
            number,
            bidders=bidders,
            reason=reason,
            minimum_wage=WAGE,
            version=here.tender(number).version,
            **here.by("officer"),
        )


def test_another_than_the_first_is_awarded_with_a_reason_only(here: Council) -> None:
    tender = stored.evaluated(here)
    with pytest.raises(ReasonMissingError):
        award(here, tender.id, ["A"])
    with pytest.raises(NotFoundError):
        award(here, tender.id, ["E"], "because")
    assert here.tender(tender.id).stage is Stage.OPENED
    award(here, tender.id, ["A", "B"], "Two suppliers are wanted.")
    with here.database.reading() as session:
        decision = results.get_decision(session, tender.id, organisation_id=here.id)
    assert decision is not None
    assert decision.bidders == ("A", "B")
    assert problems(here) == []


def test_nothing_is_awarded_while_a_mark_is_missing(here: Council) -> None:
    tender = stored.opened(here)
    with pytest.raises(NotYetError, match="questions and quality"):
        award(here, tender.id, ["B"])
    assert [bid["marks"] for bid in answer(here, tender.id)["bids"]] == [
        {"quantitative": "10.00", "qualitative": "0.00", "social_value": "10.00", "price": "37.20"},
        {"quantitative": "8.81", "qualitative": "0.00", "social_value": "8.81", "price": "39.51"},
        {"quantitative": "0.11", "qualitative": "0.00", "social_value": "0.11", "price": "37.81"},
        {"quantitative": "0.00", "qualitative": "0.00", "social_value": "0.00", "price": "40.00"},
    ]


@pytest.mark.parametrize("stage", ["draft", "published", "opened"])
def test_a_tender_can_be_abandoned_at_every_stage(here: Council, stage: str) -> None:
    begin: dict[str, Callable[[Council], Any]] = {
        "draft": stored.add_tender,
        "published": stored.published,
        "opened": stored.opened,
    }
    number = begin[stage](here).id
    more: dict[str, Any] = {"minimum_wage": WAGE, "version": here.tender(number).version, **here.by("officer")}
    with pytest.raises(ReasonMissingError), here.database.writing() as session:
        results.abandon(session, number, reason=" ", **more)
    with here.database.writing() as session:
        done = results.abandon(session, number, reason="The need has gone.", **more)
    assert (done.stage, done.outcome) == (Stage.DECIDED, OutcomeStatus.ABANDONED)
    assert problems(here) == []


def test_a_line_counts_for_less_with_a_reason_and_what_was_offered_stays(here: Council) -> None:
    tender = stored.evaluated(here)
    ids = stored.bid_ids(here, tender)

    def accept(bidder: str, measure: str, accepted: str, reason: str = "Not in the area.") -> None:
        with here.database.writing() as session:
            evaluation.accept_line(
                session,
                tender.id,
                bid_id=ids[bidder],
                measure=measure,
                accepted=accepted,
                reason=reason,
                **here.by("lead"),
            )

    accept("B", "X6", "0")
    changed = {bid["bidder"]: bid for bid in answer(here, tender.id)["bids"]}
    assert (changed["B"]["value"], changed["B"]["marks"]["quantitative"]) == ("75691.42", "4.81")
    assert changed["A"]["marks"]["quantitative"] == "10.00"
    line = next(one for one in changed["B"]["lines"] if one["measure"] == "X6")
    assert (line["offered"], line["accepted"], line["reason"]) == ("150000", "0", "Not in the area.")
    accept("B", "X6", "150,000", "It is in the area after all.")
    accept("A", "X1", "0")
    again = {bid["bidder"]: bid["marks"]["quantitative"] for bid in answer(here, tender.id)["bids"]}
    assert again == {"A": "3.66", "B": "10.00", "C": "0.13", "D": "0.00"}
    for wrong in ("2.6", "-1", "lots", "1.00001"):
        with pytest.raises(RefusedError):
            accept("B", "X1", wrong)
    with pytest.raises(ReasonMissingError):
        accept("B", "X1", "1", "")
    assert problems(here) == []


def test_until_the_opening_nobody_learns_more_than_that_a_bid_came(here: Council) -> None:
    tender = stored.published(here)
    bid = stored.worked_bid(1, bidder="Alderwick Grounds", answers={"answer": "Four apprentices from Moorbottom"})
    with here.database.writing() as session:
        receipt = bids.receive(session, tender.id, bid, **here.by("officer"))
    assert (receipt.number, receipt.is_late, receipt.replaces) == (1, False, False)
    with here.database.reading() as session:
        with pytest.raises(SealedError):
            bids.list_bids(session, tender.id, organisation_id=here.id)
        with pytest.raises(SealedError):
            results.score_tender(session, tender.id, organisation_id=here.id, minimum_wage=WAGE)
        seen = repr(bids.list_sealed(session, tender.id, organisation_id=here.id))
        scope = Scope(organisation_id=here.id)
        seen += repr(list(audit.log(session, scope=scope, filters=Filters())))
    for secret in ("Alderwick", "Moorbottom", "698500", "150000"):
        assert secret not in seen


def test_a_bid_that_is_sent_again_replaces_the_one_before_and_both_stay(here: Council) -> None:
    tender = stored.published(here)
    for price in ("700000", "690000"):
        with here.database.writing() as session:
            receipt = bids.receive(session, tender.id, stored.worked_bid(1, price=Decimal(price)), **here.by("officer"))
    assert receipt.replaces
    here.clock.now = CLOSES + timedelta(days=1)
    with here.database.writing() as session:
        bids.open_bids(session, tender.id, version=here.tender(tender.id).version, **here.by("officer"))
    with here.database.reading() as session:
        kept = bids.list_bids(session, tender.id, organisation_id=here.id)
    assert [(bid.price, bid.counts) for bid in kept] == [(Decimal(700000), False), (Decimal(690000), True)]


@pytest.mark.parametrize("is_admitted", [True, False])
def test_a_late_bid_waits_for_a_decision(here: Council, is_admitted: bool) -> None:
    tender = stored.published(here)
    receive(here, tender.id, price=Decimal(700000))
    here.clock.now = CLOSES + timedelta(minutes=1)
    assert receive(here, tender.id, price=Decimal(650000)).is_late
    version = here.tender(tender.id).version
    with pytest.raises(NotYetError, match="late bid 2"), here.database.writing() as session:
        bids.open_bids(session, tender.id, version=version, **here.by("officer"))
    decide: dict[str, Any] = {"is_admitted": is_admitted, **here.by("officer")}
    with pytest.raises(ReasonMissingError), here.database.writing() as session:
        bids.decide_late(session, tender.id, 2, reason="", **decide)
    with pytest.raises(NotFoundError), here.database.writing() as session:
        bids.decide_late(session, tender.id, 1, reason="It is not late.", **decide)
    with here.database.writing() as session:
        bids.decide_late(session, tender.id, 2, reason="The portal was down.", **decide)
        bids.open_bids(session, tender.id, version=version, **here.by("officer"))
    with here.database.reading() as session:
        kept = bids.list_bids(session, tender.id, organisation_id=here.id)
    assert [bid.counts for bid in kept] == [not is_admitted, is_admitted]


def receive(here: Council, number: int, **changes: Any) -> bids.Receipt:
    with here.database.writing() as session:
        return bids.receive(session, number, stored.worked_bid(1, **changes), **here.by("officer"))


def test_bids_are_not_opened_before_their_time_or_without_any(here: Council) -> None:
    tender = stored.published(here)

    def open_them() -> None:
        with here.database.writing() as session:
            bids.open_bids(session, tender.id, version=here.tender(tender.id).version, **here.by("officer"))

    with pytest.raises(NotYetError, match="1 December 2026, 12:00 GMT"):
        open_them()
    here.clock.now = CLOSES + timedelta(seconds=1)
    with pytest.raises(NotYetError, match="no bid came in"):
        open_them()


def test_a_bid_with_faults_is_refused_with_all_of_them(here: Council) -> None:
    tender = stored.published(here)
    with pytest.raises(RefusedError) as refused:
        receive(here, tender.id, price=None, bidder=" ")
    assert {problem.path for problem in refused.value.problems} == {"bids[1].bidder", "bids[1].price"}


def test_marks_are_sealed_from_one_another_until_all_are_in(here: Council) -> None:
    tender = stored.opened(here)
    stored.name_evaluators(here, tender, "lead", "second")
    stored.mark_all(here, tender, "lead", {**stored.AGREED, "A": "2.25"})

    def seen_by(name: str) -> str:
        with here.database.reading() as session:
            marking = evaluation.marking_of(session, tender.id, here.person(name), organisation_id=here.id)
            return repr(marking)

    assert "lead thinks so" in seen_by("lead")
    assert "lead thinks so" not in seen_by("second")
    with here.database.writing() as session:
        evaluation.submit_marks(session, tender.id, here.person("lead"), **here.by("lead"))
    assert "lead thinks so" not in seen_by("second")
    with here.database.reading() as session:
        with pytest.raises(SealedError):
            evaluation.moderation(session, tender.id, organisation_id=here.id)
        scope = Scope(organisation_id=here.id)
        log = repr(list(audit.log(session, scope=scope, filters=Filters())))
    assert "thinks so" not in log
    assert "2.25" not in log
    stored.mark_all(here, tender, "second", stored.AGREED)
    with here.database.writing() as session:
        evaluation.submit_marks(session, tender.id, here.person("second"), **here.by("second"))
    assert "lead thinks so" in seen_by("second")
    with here.database.reading() as session:
        (first, *_) = evaluation.moderation(session, tender.id, organisation_id=here.id)
    assert (first.bid.bidder, first.spread, first.agreed) == ("A", Decimal("0.75"), None)
    with here.database.writing() as session:
        evaluation.reopen_marks(
            session, tender.id, here.person("second"), reason="A page was missed.", **here.by("lead")
        )
    assert "lead thinks so" not in seen_by("second")


def test_who_has_a_conflict_or_dropped_out_is_not_waited_for(here: Council) -> None:
    tender = stored.opened(here)
    stored.name_evaluators(here, tender, "lead", "second", "third")
    stored.mark_all(here, tender, "lead", stored.AGREED)
    with here.database.writing() as session:
        evaluation.submit_marks(session, tender.id, here.person("lead"), **here.by("lead"))
        evaluation.declare(
            session,
            tender.id,
            here.person("second"),
            has_conflict=True,
            conflict="A brother works for C.",
            **here.by("second"),
        )
    with pytest.raises(NotAnEvaluatorError):
        stored.mark_all(here, tender, "second", stored.AGREED)
    with here.database.writing() as session:
        evaluation.remove_evaluator(
            session, tender.id, here.person("third"), reason="On long leave.", **here.by("officer")
        )
    with pytest.raises(NotAnEvaluatorError):
        stored.mark_all(here, tender, "third", stored.AGREED)
    with here.database.reading() as session:
        assert len(evaluation.moderation(session, tender.id, organisation_id=here.id)) == 4


def test_marks_are_given_on_the_scale_with_a_reason_and_submitted_whole(here: Council) -> None:
    tender = stored.opened(here)
    stored.name_evaluators(here, tender, "lead")
    for wrong in ("6", "-1", "3.555", "good", ""):
        with pytest.raises(RefusedError):
            stored.mark_all(here, tender, "lead", {"A": wrong})
    stored.mark_all(here, tender, "lead", {"A": "3.5"})
    with pytest.raises(NotYetError, match="3 answers"), here.database.writing() as session:
        evaluation.submit_marks(session, tender.id, here.person("lead"), **here.by("lead"))
    with pytest.raises(NotAnEvaluatorError):
        stored.mark_all(here, tender, "somebody else", {"A": "3.5"})


def test_a_bid_that_is_excluded_leaves_the_ranks_and_stays_on_record(here: Council) -> None:
    tender = stored.evaluated(here)
    ids = stored.bid_ids(here, tender)
    with here.database.writing() as session:
        evaluation.change_status(
            session,
            tender.id,
            bid_id=ids["B"],
            status=BidStatus.EXCLUDED,
            reason="Mandatory exclusion ground.",
            **here.by("officer"),
        )
    ranks = {bid["bidder"]: (bid["status"], bid["rank"]) for bid in answer(here, tender.id)["bids"]}
    assert ranks["B"] == ("excluded", None)
    assert ranks["A"] == ("assessed", 1)


def test_a_question_to_a_bidder_stands_beside_the_line_with_its_answer(here: Council) -> None:
    tender = stored.opened(here)
    ids = stored.bid_ids(here, tender)
    with here.database.writing() as session:
        number = evaluation.ask(
            session, tender.id, bid_id=ids["A"], measure="X1", question="Where do they live?", **here.by("lead")
        )
        evaluation.answer(session, tender.id, number, text="In the borough.", **here.by("officer"))
    with pytest.raises(NotFoundError), here.database.writing() as session:
        evaluation.answer(session, tender.id, number, text="Elsewhere.", **here.by("officer"))
    with here.database.reading() as session:
        kept = bids.list_bids(session, tender.id, organisation_id=here.id)
        (asked,) = evaluation.list_clarifications(session, kept, organisation_id=here.id)
    assert (asked.measure, asked.answer) == ("X1", "In the borough.")


def test_settings_are_locked_by_publishing_and_amended_with_a_reason(here: Council) -> None:
    tender = stored.published(here)
    with here.database.reading() as session:
        (first,) = setup.list_editions(session, tender.id, organisation_id=here.id)
    settings = stored.worked_settings(contract_value="800000")
    common: dict[str, Any] = {"settings": settings, "closes_at": CLOSES, **here.by("officer")}
    with pytest.raises(StageError), here.database.writing() as session:
        setup.change_tender(
            session,
            tender.id,
            reference="R",
            title="T",
            directorate=None,
            note={},
            version=tender.version,
            **common,
        )
    with pytest.raises(ReasonMissingError), here.database.writing() as session:
        setup.amend(session, tender.id, reason="", version=tender.version, **common)
    with here.database.writing() as session:
        amended = setup.amend(session, tender.id, reason="A park was added.", version=tender.version, **common)
    with pytest.raises(ChangedMeanwhileError), here.database.writing() as session:
        setup.amend(session, tender.id, reason="Again.", version=tender.version, **common)
    assert amended.contract_value == Decimal(800000)
    with here.database.reading() as session:
        kept = setup.list_editions(session, tender.id, organisation_id=here.id)
    assert kept[0] == first
    assert (kept[1].number, kept[1].reason) == (2, "A park was added.")
    assert kept[1].sha256 != first.sha256


def test_a_draft_keeps_what_is_wrong_and_is_not_published_with_it(here: Council) -> None:
    tender = stored.add_tender(here, contract_value="a lot", leave_out=["X3"])
    with here.database.reading() as session:
        found = {one.path for one in setup.problems_of(session, tender)}
    assert {"tender.contract_value", "reasons.X3"} <= found
    with pytest.raises(RefusedError), here.database.writing() as session:
        setup.publish(session, tender.id, version=tender.version, **here.by("officer"))
    assert here.tender(tender.id).stage is Stage.DRAFT


def test_a_lot_and_a_copy_have_the_settings_and_none_of_the_bids(here: Council) -> None:
    tender = stored.opened(here)
    with here.database.writing() as session:
        lot = setup.copy_tender(
            session, tender.id, reference="WORKED-1-A", title="Lot A", lot="A", **here.by("officer")
        )
        with pytest.raises(ReferenceTakenError):
            setup.copy_tender(session, tender.id, reference="WORKED-1", title="Again", **here.by("officer"))
    assert (lot.parent_id, lot.lot, lot.stage) == (tender.id, "A", Stage.DRAFT)
    assert lot.settings["tender"]["scoring"] == tender.settings["tender"]["scoring"]  # type: ignore[index]
    with here.database.reading() as session:
        assert setup.list_lots(session, tender.id, organisation_id=here.id) == (lot,)
        assert bids.list_sealed(session, lot.id, organisation_id=here.id) == ()


def test_another_organisation_finds_nothing_of_it(here: Council) -> None:
    tender = stored.evaluated(here)
    other = stored.council(here.database, "south-vale")
    ids = stored.bid_ids(here, tender)
    tries: list[Callable[[Any], Any]] = [
        lambda session: setup.get_tender(session, tender.id, organisation_id=other.id),
        lambda session: bids.list_bids(session, tender.id, organisation_id=other.id),
        lambda session: results.score_tender(session, tender.id, organisation_id=other.id, minimum_wage=WAGE),
        lambda session: evaluation.moderation(session, tender.id, organisation_id=other.id),
        lambda session: evaluation.accept_line(
            session, tender.id, bid_id=ids["A"], measure="X1", accepted="1", reason="No.", **other.by("stranger")
        ),
    ]
    for attempt in tries:
        with pytest.raises(SvtrackerError) as stopped, here.database.writing() as session:
            attempt(session)
        assert isinstance(stopped.value, NotFoundError)
    with here.database.reading() as session:
        assert setup.list_tenders(session, organisation_id=other.id) == ()
