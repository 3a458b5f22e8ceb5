"""Bids on pages: typed in under seal, late ones decided, opened, compared, and each line behind its figure."""

import re
from datetime import timedelta
from typing import Any

import pytest

from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.frameworks import service as frameworks
from svtracker.identity.rules.roles import Role
from svtracker.tenders.service import bids, evaluation, setup
from tests.identity.people import NOON
from tests.tenders import stored
from tests.web.council import Browser, Council

CLOSES = NOON + timedelta(days=1)


class Place:
    """A council with the worked example published, and an officer in a browser."""

    def __init__(self, council: Council) -> None:
        self.council = council
        self.officer = council.add("Fern Reed", Role.PROCUREMENT_OFFICER)
        by: dict[str, Any] = {"organisation_id": council.organisation_id, "actor": COMMAND_LINE, "clock": council.clock}
        self.by = by
        with council.database.writing() as session:
            frameworks.load_folder(
                session, stored.ROOT / "frameworks", indices=stored.REFERENCE.indices, actor=COMMAND_LINE
            )
            made = setup.create_tender(
                session,
                reference="R-1",
                title="Mowing",
                settings=stored.worked_settings(),
                closes_at=CLOSES,
                **by,
            )
            self.number = setup.publish(session, made.id, version=made.version, **by).id
        self.browser = council.signed_in(self.officer)

    @property
    def base(self) -> str:
        return f"/tenders/{self.number}"

    def type_in(self, place: int, **changes: str) -> Any:
        given = stored.WORKED["bids"][place]
        fields = {f"quantity-{ref}": quantity for ref, quantity in given["commitments"].items()}
        words = {"bidder": given["bidder"], "price": given["price"], "answer-answer": "How we do it."}
        return self.browser.send(f"{self.base}/bids/add", **{**fields, **words, **changes})

    def close(self) -> None:
        self.council.clock.now = CLOSES + timedelta(minutes=1)
        self.browser = self.council.signed_in(self.officer)

    def open(self) -> Any:
        page = self.browser.get(f"{self.base}/bids").text
        version = re.search(r'name="version" value="(\d+)"', page)
        return self.browser.send(f"{self.base}/open", version=version[1] if version else "0")

    def open_all(self) -> None:
        for place in range(4):
            assert self.type_in(place).status_code == 303
        self.close()
        assert self.open().headers["location"] == f"{self.base}/evaluation"

    def bid(self, bidder: str) -> int:
        with self.council.database.reading() as session:
            found = bids.list_bids(session, self.number, organisation_id=self.council.organisation_id)
        return next(bid.id for bid in found if bid.bidder == bidder)


@pytest.fixture
def here(council: Council) -> Place:
    return Place(council)


@pytest.fixture
def quick(council_on_sqlite: Council) -> Place:
    """Where the database makes no difference."""
    return Place(council_on_sqlite)


def test_bids_are_typed_in_sealed_opened_and_compared(here: Place) -> None:
    for place in range(4):
        assert here.type_in(place).headers["location"] == f"{here.base}/bids"
    page = here.browser.get(f"{here.base}/bids").text
    assert "4 bids received." in page
    assert "742" not in page
    assert "Open all bids" not in page
    assert here.browser.get(f"{here.base}/evaluation").status_code == 409
    assert here.browser.get(f"/api/v1{here.base}/evaluation").status_code == 409
    here.close()
    assert here.open().headers["location"] == f"{here.base}/evaluation"
    compared = here.browser.get(f"{here.base}/evaluation").text
    assert "£157,442" in compared
    assert "The marks for the answers and quality are not all in" in compared
    said = here.browser.get(f"/api/v1{here.base}/evaluation").json()
    assert [bid["value"] for bid in said["bids"]] == ["157442.07", "138691.42", "1787.28", "0.00"]
    assert said["missing"] == ["questions", "quality"]
    listed = here.browser.get(f"/api/v1{here.base}/bids").json()
    assert [bid["bidder"] for bid in listed["bids"]] == ["A", "B", "C", "D"]


def test_a_typed_bid_with_faults_keeps_what_was_typed(quick: Place) -> None:
    answer = quick.type_in(0, bidder=" ", price="a lot", **{"quantity-X1": "five", "quantity-X2": "-1"})
    assert answer.status_code == 422
    assert "1,5" not in answer.text
    for text in ('value="five"', 'value="a lot"', "How we do it.", "There is a problem"):
        assert text in answer.text
    again = quick.type_in(0, bidder="", price="", **{"quantity-X2": "-1"})
    assert again.status_code == 422
    for name in ("bidder", "price", "quantity-X2"):
        assert f'id="{name}-error"' in again.text
    assert "0 bids received." in quick.browser.get(f"{quick.base}/bids").text


def test_blank_zero_and_not_applicable_stay_three_things(quick: Place) -> None:
    quick.type_in(1, **{"quantity-X1": "0", "quantity-X2": " ", "quantity-X3": "N/A"})
    quick.close()
    quick.open()
    page = quick.browser.get(f"{quick.base}/bids/{quick.bid('B')}").text
    assert "does not apply" in page
    said = quick.browser.get(f"/api/v1{quick.base}/evaluation").json()["bids"][0]["lines"]
    assert {line["measure"]: line["offered"] for line in said if line["measure"] in {"X1", "X2", "X3"}} == {
        "X1": "0",
        "X3": "n/a",
    }


def test_a_late_bid_is_decided_before_the_opening(quick: Place) -> None:
    quick.type_in(0)
    quick.close()
    quick.type_in(1)
    page = quick.browser.get(f"{quick.base}/bids").text
    assert "Late bid 2: may it take part?" in page
    assert "Late bid 2 waits for a decision" in page
    refused = quick.browser.send(f"{quick.base}/bids/late", place="2", admit="yes", reason="")
    assert (refused.status_code, "say why" in refused.text) == (422, True)
    decided = quick.browser.send(f"{quick.base}/bids/late", place="2", admit="no", reason="The portal was up.")
    assert decided.status_code == 303
    assert quick.open().status_code == 303
    assert len(quick.browser.get(f"/api/v1{quick.base}/evaluation").json()["bids"]) == 1
    assert "late, not admitted" in quick.browser.get(f"{quick.base}/bids").text


def test_bids_are_not_opened_early(quick: Place) -> None:
    quick.type_in(0)
    answer = quick.browser.send(f"{quick.base}/open", version="2")
    assert (answer.status_code, "bids may come in until" in answer.text) == (422, True)


def test_a_line_is_accepted_in_part_with_a_reason(here: Place) -> None:
    here.open_all()
    line = f"{here.base}/bids/{here.bid('B')}/lines/X6"
    assert "150,000" in here.browser.get(line).text
    for fields, place in (
        ({"accepted": "200000", "reason": "more"}, "accepted"),
        ({"accepted": "0", "reason": " "}, "reason"),
    ):
        answer = here.browser.send(line, **fields)
        assert answer.status_code == 422
        assert f'id="{place}-error"' in answer.text
        assert f'value="{fields["accepted"]}"' in answer.text
    assert here.browser.send(line, accepted="0", reason="Not in the area.").status_code == 303
    said = {bid["bidder"]: bid for bid in here.browser.get(f"/api/v1{here.base}/evaluation").json()["bids"]}
    assert said["B"]["value"] == "75691.42"
    assert "Not in the area." in here.browser.get(f"{here.base}/evaluation").text


def test_questions_answers_marks_and_standing_are_noted_at_the_bid(here: Place) -> None:
    here.open_all()
    bid = f"{here.base}/bids/{here.bid('A')}"
    assert (
        here.browser.send(f"{bid}/ask", measure="X1", question="Where do they live?")
        .headers["location"]
        .endswith("/lines/X1")
    )
    assert "Where do they live?" in here.browser.get(f"{here.base}/evaluation").text
    with here.council.database.reading() as session:
        kept = bids.list_bids(session, here.number, organisation_id=here.council.organisation_id)
        (asked,) = evaluation.list_clarifications(session, kept, organisation_id=here.council.organisation_id)
    refused = here.browser.send(f"{bid}/answer", clarification=str(asked.id), text="")
    assert refused.status_code == 422
    assert here.browser.send(f"{bid}/answer", clarification=str(asked.id), text="In town.").status_code == 303
    assert "In town." in here.browser.get(bid).text
    assert here.browser.send(f"{bid}/marks", **{"mark-quality": "thirty"}).status_code == 422
    assert here.browser.send(f"{bid}/marks", **{"mark-quality": "30", "mark-charm": "99"}).status_code == 303
    assert 'value="30"' in here.browser.get(bid).text
    assert here.browser.send(f"{bid}/status", status="excluded", reason="").status_code == 422
    assert here.browser.send(f"{bid}/status", status="below_minimum", reason="x").status_code == 404
    assert here.browser.send(f"{bid}/status", status="excluded", reason="Exclusion ground.").status_code == 303
    assert "Excluded. Exclusion ground." in here.browser.get(bid).text


def test_who_reads_along_decides_nothing(here: Place) -> None:
    here.open_all()
    bid = here.bid("A")
    auditor: Browser = here.council.signed_in(here.council.add("Ash Grey", Role.AUDITOR))
    page = auditor.get(f"{here.base}/bids/{bid}/lines/X1").text
    assert "Save what counts" not in page
    assert "Note the question" not in page
    token = {"form_token": "x"}
    assert (
        auditor.client.post(f"{here.base}/bids/{bid}/status", data={"status": "excluded", **token}).status_code == 403
    )


def test_an_evaluator_comes_only_to_the_tenders_they_were_named_for(here: Place) -> None:
    here.open_all()
    user = here.council.add("Jay Elm", Role.EVALUATOR)
    browser = here.council.signed_in(user)
    for path in (here.base, f"{here.base}/bids", f"{here.base}/evaluation", f"/api/v1{here.base}/evaluation"):
        assert browser.get(path).status_code == 404
    assert "Mowing" not in browser.get("/tenders").text
    with here.council.database.writing() as session:
        evaluation.add_evaluator(session, here.number, user.person_id, is_lead=False, **here.by)
    assert browser.get(f"{here.base}/evaluation").status_code == 200
    assert "Mowing" in browser.get("/tenders").text
