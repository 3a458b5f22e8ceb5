"""The decision on a tender, form by form: what is missing, what bidders are told, award or end, confirmed again."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest

from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.frameworks import service as frameworks
from svtracker.identity.rules.roles import Role
from svtracker.tenders.rules.records import StoredTender
from svtracker.tenders.rules.stages import Stage
from svtracker.tenders.service import evaluation, results
from tests.tenders import stored
from tests.web.council import Browser, Council, at_field, words

FIRST, SECOND = "B", "A"


@dataclass
class Desk:
    """A council on pages with the worked example stored, and an officer who has signed in."""

    council: Council
    stored: stored.Council
    tender: StoredTender
    officer: Browser

    @property
    def path(self) -> str:
        return f"/tenders/{self.tender.id}/decision"

    def numbers(self) -> dict[str, int]:
        with self.council.database.reading() as session:
            bids = results.bid_store.list_bids(session, self.tender.id, organisation_id=self.council.organisation_id)
        return {bid.bidder: bid.number for bid in bids}

    def version(self) -> str:
        return str(self.stored.tender(self.tender.id).version)

    def stage(self) -> Stage:
        return self.stored.tender(self.tender.id).stage

    def award(self, *bidders: str, reason: str = "", **more: str) -> Any:
        chosen = [str(self.numbers()[one]) for one in bidders]
        return self.officer.send(
            f"{self.path}/award", on=self.path, bid=chosen, reason=reason, version=self.version(), **more
        )


def stored_in(council: Council) -> stored.Council:
    """The same council as the tests of stored tenders know it, by the same clock."""
    with council.database.writing() as session:
        frameworks.load_folder(
            session,
            stored.ROOT / "frameworks",
            indices=stored.REFERENCE.indices,
            actor=COMMAND_LINE,
            reason="for a test",
        )
    council.clock.now = stored.CLOSES - stored.timedelta(days=20)
    return stored.Council(database=council.database, id=council.organisation_id, clock=council.clock)  # type: ignore[arg-type]


def desk_of(council: Council, where: stored.Council, tender: StoredTender) -> Desk:
    officer = council.add("Olive Finch", Role.PROCUREMENT_OFFICER)
    return Desk(council=council, stored=where, tender=tender, officer=council.signed_in(officer))


@pytest.fixture
def desk(council: Council) -> Desk:
    where = stored_in(council)
    return desk_of(council, where, stored.evaluated(where))


@pytest.fixture
def desk_on_sqlite(council_on_sqlite: Council) -> Desk:
    where = stored_in(council_on_sqlite)
    return desk_of(council_on_sqlite, where, stored.evaluated(where))


def texts(page: str) -> dict[str, str]:
    """What stands in each text box of a page, by its id."""
    found = re.findall(r'<textarea[^>]* id="([^"]+)"[^>]*>\n?(.*?)</textarea>', page, flags=re.DOTALL)
    return {name: unescape(text) for name, text in found}


def test_the_first_bid_is_awarded_after_it_was_said_what_is_frozen(desk: Desk) -> None:
    page = desk.officer.get(desk.path)
    assert "Bid B is first with 84.32 marks, 1.12 ahead of bid A" in words(page)
    assert "It holds in " in words(page)
    asked = desk.award(FIRST)
    assert asked.status_code == 200
    said = words(asked)
    assert "Award to bid B? This cannot be taken back." in said
    assert "4 bids, " in said
    assert "16 marks" in said
    assert "open-toms@" in said or "example@" in said
    assert "No feedback is saved for bid A, bid B, bid C and bid D." in said
    assert desk.stage() is Stage.OPENED
    assert desk.award(FIRST, confirmed="yes").status_code == 303
    done = words(desk.officer.get(desk.path))
    assert "Awarded to bid B on 2 December 2026. The result is frozen." in done
    assert "by Olive Finch" in done
    with desk.council.database.reading() as session:
        decision = results.get_decision(session, desk.tender.id, organisation_id=desk.stored.id)
        assert results.check_tenders(session, organisation_id=desk.stored.id) == ()
    assert decision is not None
    assert decision.sha256 is not None
    assert decision.sha256 in done
    twin = desk.officer.get(f"/api/v1{desk.path}").json()
    assert (twin["stage"], twin["decision"]["bidders"]) == ("decided", [FIRST])
    assert twin["decision"]["sha256"] == decision.sha256
    assert desk.award(SECOND, reason="Later thought", confirmed="yes").status_code == 409


@pytest.mark.parametrize("bidders", [(SECOND,), (FIRST, SECOND)])
def test_another_award_than_to_the_first_alone_needs_a_reason(desk_on_sqlite: Desk, bidders: tuple[str, ...]) -> None:
    desk = desk_on_sqlite
    for sent in ({}, {"confirmed": "yes"}):
        refused = desk.award(*bidders, reason="  ", **sent)
        assert refused.status_code == 422
        assert "This is not an award to the first bid alone" in at_field(refused, "reason")
        assert (
            f'value="{desk.numbers()[bidders[0]]}" id="bid-{desk.numbers()[bidders[0]]}-chosen" checked' in refused.text
        )
    assert desk.stage() is Stage.OPENED
    asked = words(desk.award(*bidders, reason="B withdrew its price."))
    assert "This is not an award to the first bid alone: bid B is first." in asked
    assert desk.award(*bidders, reason="B withdrew its price.", confirmed="yes").status_code == 303
    assert "Reason B withdrew its price." in words(desk.officer.get(desk.path))


def test_nothing_is_awarded_without_a_bid_or_to_one_that_is_not_assessed(desk_on_sqlite: Desk) -> None:
    desk = desk_on_sqlite
    assert at_field(desk.award(), "bid") == "Choose at least one bid."
    ids = stored.bid_ids(desk.stored, desk.tender)
    with desk.council.database.writing() as session:
        evaluation.change_status(
            session,
            desk.tender.id,
            bid_id=ids["C"],
            status=evaluation.BidStatus.EXCLUDED,
            reason="Late accounts.",
            **desk.stored.by("officer"),
        )
    assert at_field(desk.award("C", confirmed="yes"), "bid") == "Choose at least one bid."
    assert desk.stage() is Stage.OPENED


def test_what_was_changed_meanwhile_is_not_awarded_over(desk_on_sqlite: Desk) -> None:
    desk = desk_on_sqlite
    number = str(desk.numbers()[FIRST])
    path = f"{desk.path}/award"
    stale = desk.officer.send(path, on=desk.path, bid=number, version="1", confirmed="yes")
    assert stale.status_code == 422
    assert "somebody else changed the tender" in at_field(stale, "bid")
    assert desk.stage() is Stage.OPENED


def test_while_a_mark_is_missing_it_is_named_and_nothing_is_awarded(council_on_sqlite: Council) -> None:
    where = stored_in(council_on_sqlite)
    desk = desk_of(council_on_sqlite, where, stored.opened(where))
    page = desk.officer.get(desk.path)
    assert "Agreed marks for the answers of every assessed bid" in words(page)
    assert "Marks for quality of every assessed bid" in words(page)
    assert "/decision/award" not in page.text
    assert "With the marks that are in so far" in words(page)
    assert texts(page.text).keys() == {"abandon-reason"}, "no draft is shown with marks that nobody gave"
    refused = desk.award(FIRST, reason="Now.", confirmed="yes")
    assert refused.status_code == 422
    assert "marks are missing" in words(refused)
    assert desk.stage() is Stage.OPENED


def test_each_bidder_is_told_of_its_own_bid_in_words(desk: Desk) -> None:
    ids = stored.bid_ids(desk.stored, desk.tender)
    with desk.council.database.writing() as session:
        common = {"bid_id": ids["A"], **desk.stored.by("lead")}
        evaluation.accept_line(
            session, desk.tender.id, measure="X6", accepted="10000", reason="Two firms are outside.", **common
        )
        evaluation.agree(
            session,
            desk.tender.id,
            question="answer",
            mark="3",
            reason="Agreed.",
            feedback="Name who reports, and how often.",
            **common,
        )
    box = f"feedback-{ids['A']}"
    draft = texts(desk.officer.get(desk.path).text)[box]
    assert "is 2nd of 4 assessed bids." in draft
    assert "Social value: answer: 6.00 of 10 marks. Name who reports, and how often." in draft
    assert "10,000 of £40,000 spent. Two firms are outside." in draft
    assert not re.search(r"\b(bid|Bid) [BCD]\b", draft)

    def write(text: str, edition: int = 0) -> Any:
        return desk.officer.send(
            f"{desk.path}/feedback", on=desk.path, bid=str(ids["A"]), text=text, edition=str(edition)
        )

    assert write("Your plan\r\nwas clear.").status_code == 303
    after = desk.officer.get(desk.path)
    assert texts(after.text)[box] == "Your plan\nwas clear."
    assert "by Olive Finch" in words(after)
    assert "What the marks would say today" in words(after)
    stale = write("Mine, written at the same time.")
    assert (stale.status_code, texts(stale.text)[box]) == (422, "Mine, written at the same time.")
    assert "somebody else changed the feedback" in at_field(stale, box)
    assert at_field(write("  ", 1), box) == "Write what the bidder is told."
    assert at_field(write("x" * 10_001, 1), box) != ""
    assert write("Your plan was clear.", 1).status_code == 303
    (told, *_) = desk.officer.get(f"/api/v1{desk.path}").json()["feedback"]
    assert (told["bidder"], told["text"]) == ("A", "Your plan was clear.")


@pytest.mark.parametrize("stage", ["published", "opened"])
def test_a_tender_ends_without_an_award_with_a_reason(council: Council, stage: str) -> None:
    where = stored_in(council)
    desk = desk_of(council, where, getattr(stored, stage)(where))

    def abandon(**more: str) -> Any:
        return desk.officer.send(f"{desk.path}/abandon", on=desk.path, version=desk.version(), **more)

    assert (
        at_field(abandon(reason=" ", confirmed="yes"), "abandon-reason") == "Say why: the reason is kept in the record."
    )
    asked = words(abandon(reason="The grant was withdrawn."))
    assert "End this tender without an award?" in asked
    assert ("stays sealed" in asked) == (stage == "published")
    assert desk.stage() is not Stage.DECIDED
    assert abandon(reason="The grant was withdrawn.", confirmed="yes").status_code == 303
    assert "Abandoned on " in words(desk.officer.get(desk.path))
    assert abandon(reason="Again.", confirmed="yes").status_code == 409


def test_who_only_reads_has_no_form_and_another_council_finds_nothing(desk_on_sqlite: Desk) -> None:
    desk = desk_on_sqlite
    auditor = desk.council.signed_in(desk.council.add("Ada Quill", Role.AUDITOR))
    page = auditor.get(desk.path)
    assert page.status_code == 200
    assert 'method="post" action="/tenders' not in page.text
    assert auditor.send(f"{desk.path}/award", bid="2", version=desk.version(), confirmed="yes").status_code == 403
    stranger = desk.council.signed_in(desk.council.add("Eve Reed", Role.EVALUATOR))
    assert stranger.get(desk.path).status_code == 404
    assert desk.stage() is Stage.OPENED


def test_before_the_opening_the_page_tells_nothing_of_a_bid(council_on_sqlite: Council) -> None:
    where = stored_in(council_on_sqlite)
    tender = stored.published(where)
    with where.database.writing() as session:
        stored.bids.receive(session, tender.id, stored.worked_bid(0, bidder="Quince & Sons"), **where.by("officer"))
    desk = desk_of(council_on_sqlite, where, tender)
    for answer in (desk.officer.get(desk.path), desk.officer.get(f"/api/v1{desk.path}")):
        assert answer.status_code == 200
        assert "Quince" not in answer.text
