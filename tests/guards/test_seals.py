"""What is sealed is in no answer: every route that reads, asked by everybody, its bytes searched (RULES 4.3)."""

import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from svtracker.audit import service as audit
from svtracker.audit.store import Scope
from svtracker.identity import service
from svtracker.identity.rules.roles import Role
from svtracker.identity.service.demo import address_of
from svtracker.storage.engines import Database
from svtracker.tenders.service import bids, evaluation
from svtracker.web.access import ACCESS, Rule
from tests.guards.test_access import QUERIES, REAL, paths_of
from tests.tenders import stored
from tests.web.installation import application, client_of
from tests.web.visitors import BY_BID_LINK, BY_LINK, ELSEWHERE, MARKED, OPEN, SIGNED_OUT, add_elsewhere, bidder, visitor

ROLES = tuple(Role)
READS = [rule for rule in ACCESS if rule.method == "GET" and not rule.path.startswith("/static")]

# Words that stand nowhere else, and a mark that nobody else gives.
REASON, FEEDBACK, MARK = "quizzical-heron-reason", "quizzical-heron-feedback", "1.37"
MARK_WORDS = [REASON, FEEDBACK, MARK]
BIDDER, ANSWER, STATEMENT = "Quizzical Otters Ltd", "otters-will-do-it", "otters-swear-to-it"
PRICE, QUANTITY = "613579", "8642.75"
BID_WORDS = [BIDDER, ANSWER, STATEMENT, PRICE, "613,579", QUANTITY, "8,642.75"]

# Who is invited is known to who runs the tender; what they write, and whether they have, is not.
DRAFTER, DRAFT = "Quizzical Newts Ltd", "newts-are-still-typing"
LINK_WORDS = [*BID_WORDS[1:], DRAFT, DRAFT.upper(), "Your bid was received", "Your bid was taken back"]

# Where somebody looks for something: each word but its last letter is asked for, and the whole word looked for.
SEARCHES = {"/audit": "find", "/audit/download.{kind}": "find", "/api/v1/audit": "find"}


@pytest.fixture
def app(demo_url: str, tmp_path: Path) -> FastAPI:
    """The demo in a database of its own, with another organisation."""
    file = tmp_path / "seals.db"
    shutil.copyfile(demo_url.removeprefix("sqlite:///"), file)
    made = application(f"sqlite:///{file}")
    add_elsewhere(made.state.database)
    return made


@pytest.fixture
def asking(app: FastAPI) -> Iterator[TestClient]:
    with client_of(app) as client:
        yield client


@pytest.fixture
def here(app: FastAPI) -> stored.Council:
    """The demo's council, with its people by their roles; its clock stands after the opening."""
    database: Database = app.state.database
    with database.reading() as session:
        known = {one.email: one.person_id for one in service.list_users(session, organisation_id=1)}
    people = {role.value: known[address_of(role)] for role in Role}
    return stored.Council(database=database, id=1, clock=stored.HandClock(), people=people)


def said(answer: Response) -> str:
    """Everything that an answer holds, its headers among it; a workbook or a pack is unpacked."""
    text = answer.content.decode("utf-8", errors="replace")
    if answer.content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
            text = "".join(packed.read(name).decode("utf-8", errors="replace") for name in packed.namelist())
    return text + repr(answer.headers)


def is_in(word: str, text: str) -> bool:
    """Whether a word stands in a text; a figure not as a part of another one."""
    return re.search(rf"(?<![\d.,]){re.escape(word)}(?!\d)", text) is not None


def asked_of(rule: Rule, *, tender: int, bid: int, words: list[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """A route's address about a tender, with what it takes as a question; where it searches, for each word."""
    values = {**REAL, "tender": str(tender), "bid": str(bid), "object_kind": "tender", "object_id": str(tender)}
    for path in paths_of(rule.path, values):
        query = QUERIES.get(rule.path, {})
        yield path, query
        name = SEARCHES.get(rule.path)
        if name is not None:
            yield from ((path, {**query, name: word[:-1]}) for word in words)


def found_in(
    app: FastAPI, client: TestClient, everybody: list[str], *, tender: int, bid: int, words: list[str]
) -> tuple[list[tuple[str, str, str]], int]:
    """Who reads which of the words where; and how many answers were searched."""
    leaks, searched = [], 0
    for who in everybody:
        knocking = visitor(app, client, who).client
        for rule in READS:
            for path, query in asked_of(rule, tender=tender, bid=bid, words=words):
                answer = knocking.get(path, params=query)
                assert answer.status_code < 500, path
                searched += 1
                text = said(answer)
                leaks += [(str(who), path, word) for word in words if is_in(word, text)]
    return leaks, searched


def marked(here: stored.Council) -> int:
    """Marks of the demo's lead evaluator with the words, handed in while the other evaluator still marks."""
    tender = here.tender(MARKED)
    lead = Role.LEAD_EVALUATOR.value
    here.clock.now = tender.opened_at or here.clock.now
    with here.database.writing() as session:
        for role in (lead, Role.EVALUATOR.value):
            evaluation.declare(session, MARKED, here.person(role), has_conflict=False, conflict="", **here.by(role))
    ids = stored.bid_ids(here, tender)
    for bid in ids.values():
        with here.database.writing() as session:
            evaluation.give_mark(
                session,
                MARKED,
                here.person(lead),
                bid_id=bid,
                question="answer",
                mark=MARK,
                reason=REASON,
                feedback=FEEDBACK,
                **here.by(lead),
            )
    with here.database.writing() as session:
        evaluation.submit_marks(session, MARKED, here.person(lead), **here.by(lead))
    return min(ids.values())


def test_nobody_reads_anothers_mark_while_marks_are_sealed(
    app: FastAPI, asking: TestClient, here: stored.Council
) -> None:
    bid = marked(here)
    lead: str = Role.LEAD_EVALUATOR
    others = [SIGNED_OUT, BY_LINK, BY_BID_LINK, ELSEWHERE, *(role for role in ROLES if role is not Role.LEAD_EVALUATOR)]
    leaks, searched = found_in(app, asking, others, tender=MARKED, bid=bid, words=MARK_WORDS)
    assert leaks == []
    assert searched >= 1_000
    # The search finds what is there: who gave the marks reads them, on the page and as JSON.
    own, _ = found_in(app, asking, [lead], tender=MARKED, bid=bid, words=MARK_WORDS)
    assert {path for _, path, _ in own} == {f"/tenders/{MARKED}/marks", f"/api/v1/tenders/{MARKED}/marks"}


def test_everybody_who_takes_part_reads_the_marks_once_all_are_in(
    app: FastAPI, asking: TestClient, here: stored.Council
) -> None:
    bid, second = marked(here), Role.EVALUATOR.value
    stored.mark_all(here, here.tender(MARKED), second, stored.AGREED)
    with here.database.writing() as session:
        evaluation.submit_marks(session, MARKED, here.person(second), **here.by(second))
    seen, _ = found_in(app, asking, [second], tender=MARKED, bid=bid, words=[REASON])
    assert {path for _, path, _ in seen} == {
        f"/tenders/{MARKED}/moderation/{bid}/answer",
        f"/api/v1/tenders/{MARKED}/moderation",
        f"/tenders/{MARKED}/report",
        f"/tenders/{MARKED}/report/download.xlsx",
    }
    nobody = [SIGNED_OUT, BY_LINK, ELSEWHERE, Role.ADMINISTRATOR, Role.VIEWER, Role.POLICY_LEAD, Role.APPROVER]
    leaks, _ = found_in(app, asking, nobody, tender=MARKED, bid=bid, words=MARK_WORDS)
    # An administrator takes along all that is sealed no more.
    assert {(who, path) for who, path, _ in leaks} == {(Role.ADMINISTRATOR.value, "/organisation/export.zip")}


def test_nobody_reads_a_bid_before_the_opening(app: FastAPI, asking: TestClient, here: stored.Council) -> None:
    officer = Role.PROCUREMENT_OFFICER.value
    tender = here.tender(OPEN)
    assert tender.published_at is not None
    here.clock.now = tender.published_at
    received = stored.worked_bid(
        0,
        bidder=BIDDER,
        price=stored.Decimal(PRICE),
        answers={"answer": ANSWER},
        lines=[
            stored.LineIn(
                commitment=stored.Commitment(
                    measure="X5",
                    offered=stored.Decimal(QUANTITY),
                    accepted=stored.Decimal(QUANTITY),
                    statement=STATEMENT,
                    detailed=True,
                )
            )
        ],
    )
    with here.database.writing() as session:
        bids.receive(session, OPEN, received, **here.by(officer))
        for role in (Role.LEAD_EVALUATOR, Role.EVALUATOR):
            person = here.person(role.value)
            evaluation.add_evaluator(session, OPEN, person, is_lead=False, **here.by(officer))
        last = max(one.id for one in bids.list_sealed(session, OPEN, organisation_id=1))
    everybody = [SIGNED_OUT, BY_LINK, BY_BID_LINK, ELSEWHERE, *ROLES]
    leaks, searched = found_in(app, asking, everybody, tender=OPEN, bid=last, words=BID_WORDS)
    assert leaks == []
    assert searched >= 1_000


def typed_by(app: FastAPI, client: TestClient, name: str, *, version: str, **fields: str) -> None:
    """Somebody who comes by the link of a bidder saves a draft."""
    own = bidder(app, client, name).own_form
    assert client.post("/bid/form", data={"version": version, **fields}, headers=own).status_code == 303


def test_nobody_learns_what_a_bidder_does_by_their_link(app: FastAPI, asking: TestClient, here: stored.Council) -> None:
    """A draft, a bid that was sent, and one that was taken back: nothing of them in any answer, nor who sent them."""
    bid = {"price": PRICE, "quantity-X5": QUANTITY, "statement-X5": STATEMENT, "answer-answer": ANSWER}
    bidder(app, asking, BIDDER)
    bidder(app, asking, DRAFTER)
    with here.database.reading() as session:
        before = max(one.sequence for one in audit.log(session, scope=Scope(organisation_id=1)))
    typed_by(app, asking, DRAFTER, version="0", **{"answer-answer": DRAFT})
    typed_by(app, asking, BIDDER, version="0", **bid)
    own = bidder(app, asking, BIDDER).own_form
    sent = {"version": "1", "declared": "yes"}
    assert asking.post("/bid/send", data=sent, headers=own).status_code == 303
    assert asking.post("/bid/withdraw", headers=own).status_code == 303
    assert asking.post("/bid/send", data=sent, headers=own).status_code == 303
    assert is_in(ANSWER, said(asking.get("/bid/receipt")))
    with here.database.reading() as session:
        last = max(one.id for one in bids.list_sealed(session, OPEN, organisation_id=1))
        events = [one for one in audit.log(session, scope=Scope(organisation_id=1)) if one.sequence > before]
    # Who came by a link is known; what they did then is told of nobody.
    told = [one for one in events if one.object_kind not in {"session", "link"}]
    assert {one.what for one in told} == {"bid_received", "bid_taken_back", "message_queued"}
    assert {one.actor_id for one in told} == {None}
    assert not [one for one in told if re.search('person|invitation|"to"', one.changes)]
    everybody = [SIGNED_OUT, BY_LINK, BY_BID_LINK, ELSEWHERE, *ROLES]
    leaks, searched = found_in(app, asking, everybody, tender=OPEN, bid=last, words=LINK_WORDS)
    assert leaks == []
    assert searched >= 1_000
    page = visitor(app, asking, Role.PROCUREMENT_OFFICER).client.get(f"/tenders/{OPEN}/invitations").text
    assert BIDDER in page
    assert page.count("link used") == 2 + 1  # the third one is the visitor of this search
