"""Bidding by a personal link: invited, drafted, checked, sent, corrected, taken back; nobody else sees any of it."""

import hashlib
import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from svtracker.audit import service as audit
from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.identity.rules.roles import Role
from svtracker.tenders.rules.records import Source
from svtracker.tenders.rules.values import Commitment
from svtracker.tenders.service import amending, setup, workbooks
from svtracker.tenders.workbook.layout import layout_of
from svtracker.tenders.workbook.values import BidContent
from svtracker.tenders.workbook.values import Bidder as Firm
from svtracker.tenders.workbook.writing import bid_workbook
from tests.web.bidders import CLOSES, Bidder, Market, fields_of_bid
from tests.web.council import Council, words


@pytest.fixture
def here(council: Council) -> Market:
    return Market(council)


@pytest.fixture
def quick(council_on_sqlite: Council) -> Market:
    """Where the database makes no difference."""
    return Market(council_on_sqlite)


def test_a_bid_comes_in_by_a_link_and_is_read_at_the_opening(here: Market) -> None:
    answer = here.browser.send(
        f"{here.base}/invitations", bidder="Alder Works", name="Ann Alder", email="ann@alder.example"
    )
    assert answer.headers["location"] == f"{here.base}/invitations"
    (mail,) = here.deliver().texts_to("ann@alder.example")
    token = mail.split("/links/")[1].split()[0]
    assert "Mowing" in mail
    assert "Bid for Mowing" in here.council.browser().get(f"/links/{token}").text
    alder = here.enter(token)
    start = words(alder.get())
    assert "Bids may come in until" in start
    assert "Alder Works" in start
    assert "157,442.07" not in start
    assert alder.save(fields_of_bid()).headers["location"] == "/bid/form?saved=yes"
    checked = words(alder.get("/bid/check"))
    assert "Everything is in order." in checked
    for figure in ("£157,442.07", "20.99%", "£123,528.35", "5 full-time years", "How X1 is done.", "£742,000.00"):
        assert figure in checked, figure
    assert alder.browser.send("/bid/send", version="1").status_code == 422
    assert alder.send().headers["location"] == "/bid/receipt"
    receipt = words(alder.get("/bid/receipt"))
    file = alder.get("/bid/receipt.json").content
    assert hashlib.sha256(file).hexdigest() in receipt
    assert b"How X1 is done." in file
    _, sent = here.deliver().texts_to("ann@alder.example")
    for said in (hashlib.sha256(file).hexdigest(), "£157,442.07, 20.99% of £750,000.00", "Price: £742,000.00"):
        assert said in sent, said
    assert "1 bid received." in here.browser.get(f"{here.base}/bids").text
    here.close()
    here.open()
    (bid,) = here.opened
    assert (bid.bidder, bid.source, bid.is_late, bid.sha256) == (
        "Alder Works",
        Source.LINK,
        False,
        hashlib.sha256(file).hexdigest(),
    )
    assert "bid received" in here.browser.get(f"{here.base}/invitations").text
    alder = here.enter(token)
    assert "The bids were opened" in alder.get("/bid/receipt").text
    assert alder.get("/bid/form").status_code == 409
    assert alder.save(fields_of_bid()).status_code == 409


def test_a_corrected_bid_replaces_the_former_and_both_are_kept(here: Market) -> None:
    alder = here.bidder()
    assert alder.bid(fields_of_bid()).status_code == 303
    here.council.clock.now += timedelta(minutes=5)
    assert alder.bid(fields_of_bid(**{"quantity-X1": "6"})).status_code == 303
    assert [one.replaced_at is None for one in here.sealed] == [False, True]
    assert "1 bid received." in here.browser.get(f"{here.base}/bids").text
    said = words(alder.get("/bid/receipt"))
    assert "replaced" in said
    assert "6 full-time years" in said
    assert "5 full-time years" not in said
    here.close()
    here.open()
    assert [(bid.number, bid.counts) for bid in here.opened] == [(1, False), (2, True)]


def test_a_bid_that_is_taken_back_is_read_by_nobody_ever(here: Market) -> None:
    alder, birch = here.bidder(), here.bidder("Birch & Sons")
    assert alder.bid(fields_of_bid(**{"answer-answer": "alder-says-so"})).status_code == 303
    assert birch.bid(fields_of_bid(1)).status_code == 303
    assert "Take your bid back" in alder.get("/bid/withdraw").text
    assert alder.browser.send("/bid/withdraw").headers["location"] == "/bid/receipt"
    assert alder.browser.send("/bid/withdraw").status_code == 404
    assert "No bid of yours stands." in alder.get("/bid/receipt").text
    assert alder.get("/bid/receipt.json").status_code == 404
    assert "alder-says-so" in alder.get("/bid/form").text
    page = here.browser.get(f"{here.base}/bids").text
    assert "1 bid received." in page
    assert "withdrawn" in page
    assert "was taken back on" in here.deliver().texts_to("alder.works@")[-1]
    here.close()
    here.open()
    assert [bid.bidder for bid in here.opened] == ["Birch & Sons"]
    after = here.browser.get(f"{here.base}/bids").text
    assert "Alder Works" not in after
    assert here.enter(here.token(1)).browser.send("/bid/withdraw").status_code == 409
    export = here.council.signed_in().get("/organisation/export.zip").content
    assert b"alder-says-so" not in export
    assert "bid withdrawn" in here.browser.get(f"{here.base}/invitations").text


def test_after_the_closing_time_a_bid_is_late_and_waits_for_a_decision(here: Market) -> None:
    alder = here.bidder()
    assert alder.bid(fields_of_bid()).status_code == 303
    token = here.token(1)
    here.close()
    alder = here.enter(token)
    assert "The closing time is over." in alder.get().text
    assert alder.browser.send("/bid/withdraw").status_code == 409
    assert alder.bid(fields_of_bid(2)).status_code == 303
    assert "late, to be decided" in alder.get("/bid/receipt").text
    assert [(one.is_late, one.is_admitted) for one in here.sealed] == [(False, True), (True, None)]
    assert "waits for a decision" in here.browser.get(f"{here.base}/bids").text


def test_a_draft_keeps_what_is_right_and_wrong_and_names_all_problems_at_once(quick: Market) -> None:
    alder = quick.bidder()
    wrong = fields_of_bid(price="a lot", **{"quantity-X1": "five", "quantity-X2": "", "statement-X2": "later"})
    assert alder.save(wrong, do="check").headers["location"] == "/bid/check"
    page = alder.get("/bid/check")
    assert "3 things to put right" in page.text
    assert "Send the bid" not in page.text
    for name in ("price", "quantity-X1", "quantity-X2"):
        assert f'href="/bid/form?checked=yes#{name}"' in page.text
    shown = alder.get("/bid/form?checked=yes").text
    for said in ('value="a lot"', 'value="five"', "How we do it.", 'id="quantity-X1-error"', 'id="price-error"'):
        assert said in shown, said
    assert alder.send().headers["location"] == "/bid/check"
    assert quick.sealed == ()
    assert alder.save(fields_of_bid(**{"quantity-X2": "-1"})).status_code == 303
    assert "X2: Saw" in alder.get("/bid/check").text
    long = alder.save(fields_of_bid(**{"statement-X1": "x" * 20_001}))
    assert long.status_code == 422
    assert "x" * 20_001 in long.text


def test_a_quantity_is_worked_out_line_by_line(quick: Market) -> None:
    alder = quick.bidder()
    worked = {"helper-X1-1-about": "Site team", "helper-X1-1-people": "10", "helper-X1-1-months": "18"}
    half = {"helper-X1-2-people": "5", "helper-X1-2-full_time_share": "0.5", "helper-X1-2-months": "18"}
    assert alder.save(fields_of_bid(**{"quantity-X1": "", **worked, **half})).status_code == 303
    checked = words(alder.get("/bid/check"))
    assert "18.75 full-time years" in checked
    assert "Site team: people 10, months 18" in checked
    assert "There is no answer" not in checked
    alder.save(fields_of_bid(**{"quantity-X1": "18", "answer-answer": "", "statement-X3": ""}))
    looks = words(alder.get("/bid/check"))
    assert "There is no answer to “" in looks
    assert "X3" in looks.split("They stop nothing")[1].split("Alder Works")[1]
    alder.save(fields_of_bid(**{"quantity-X1": "18", **worked, **half}))
    assert "It says 18, and what was worked out comes to 18.75." in words(alder.get("/bid/check"))
    alder.save(fields_of_bid(**{"quantity-X1": "", "helper-X1-1-people": "10"}))
    assert "Worked out, line 1: fill in Months too." in words(alder.get("/bid/check"))
    alder.save(fields_of_bid(**{"quantity-X1": "n/a", **worked}))
    assert "It says n/a" in words(alder.get("/bid/check"))
    alder.save(fields_of_bid(**{"quantity-X1": "", "helper-X1-1-people": "ten", "helper-X1-1-months": "18"}))
    assert "Worked out, line 1, People" in words(alder.get("/bid/check"))


def test_two_who_type_at_once_lose_nothing(quick: Market) -> None:
    token = quick.token(quick.invite())
    first, second = quick.enter(token), quick.enter(token)
    page = second.get("/bid/form").text
    assert first.save(fields_of_bid()).status_code == 303
    hidden = {"version": "0", "page": page.split('name="page" value="')[1][:16]}
    answer = second.browser.send("/bid/form", **hidden, **{"quantity-X1": "7", "price": "1"})
    assert answer.status_code == 409
    assert 'value="7"' in answer.text
    assert "742000" in answer.text
    assert "How we do it." in first.get("/bid/form").text
    again = second.browser.send("/bid/form", **{**hidden, "version": "1"}, **{"quantity-X1": "7", "price": "1"})
    assert again.status_code == 303
    more = second.browser.send("/bid/form", **{**hidden, "version": "1"}, **{"quantity-X1": "8", "price": "1"})
    assert more.status_code == 303  # the same page saved before: a script that saves as one types
    sent = first.browser.send("/bid/send", version="1", declared="yes")
    assert sent.status_code == 422
    assert "changed meanwhile" in sent.text
    assert quick.sealed == ()


def test_a_script_saves_in_the_background(quick: Market) -> None:
    alder = quick.bidder()
    partial = {"hx-request": "true", "hx-request-type": "partial"}
    fields = {"form_token": alder.browser.form_token(), "version": "0", "page": "0123456789abcdef", "quantity-X1": "2"}
    answer = alder.browser.client.post("/bid/form", data=fields, headers=partial)
    assert answer.status_code == 200
    assert "Draft saved" in answer.text
    assert 'name="version" value="1"' in answer.text
    assert "<html" not in answer.text
    other = alder.browser.client.post("/bid/form", data={**fields, "page": "f" * 16}, headers=partial)
    assert "Not saved" in other.text


def test_the_workbook_becomes_the_draft_and_the_bid(here: Market) -> None:
    alder = here.bidder()
    data = filled_workbook(here)
    answer = upload(alder, data)
    assert answer.status_code == 303, words(answer)
    checked = words(alder.get("/bid/check"))
    assert "£157,442.07" in checked
    assert "bid.xlsx" in checked
    assert alder.send().status_code == 303
    here.close()
    here.open()
    (bid,) = here.opened
    assert (bid.bidder, bid.file_name, bid.file_sha256) == ("Alder Works", "bid.xlsx", hashlib.sha256(data).hexdigest())
    assert bid.details["company_number"] == "01234567"


def test_a_workbook_with_faults_is_refused_with_each_and_keeps_the_draft(quick: Market) -> None:
    alder = quick.bidder()
    alder.save(fields_of_bid())
    assert upload(alder, b"no workbook", version="1").status_code == 422
    bad = upload(alder, filled_workbook(quick, confirmed=False), version="1")
    assert bad.status_code == 422
    assert "What to put right" in bad.text
    assert "How we do it." in alder.get("/bid/form").text
    old = upload(alder, filled_workbook(quick), version="0")
    assert "changed meanwhile" in old.text
    assert upload(alder, b"").status_code == 422
    assert alder.browser.send("/bid/upload", version="1").status_code == 422


def test_the_pages_of_a_bidder_say_how_it_is_evaluated(quick: Market) -> None:
    alder = quick.bidder()
    how = alder.get("/bid/how")
    assert how.status_code == 200
    assert "From your offer to your marks" in how.text
    assert "/api/v1/tenders" not in how.text
    book = alder.get("/bid/workbook.xlsx")
    assert book.content.startswith(b"PK")
    page = alder.get().text
    for place in ("/people", "/audit", f"{quick.base}/"):
        assert f'href="{place}' not in page


def test_a_link_opens_its_own_tender_and_nothing_else(here: Market) -> None:
    other = here.publish(reference="R-2", title="Weeding")
    alder, birch, cedar = here.bidder(), here.bidder("Birch"), here.bidder("Cedar", tender=other)
    assert birch.bid(fields_of_bid(1, **{"answer-answer": "birch-says-so"})).status_code == 303
    cedar.save(fields_of_bid(2, **{"answer-answer": "cedar-says-so"}))
    for path in ("", "/bids", "/how", "/setup", "/workbook.xlsx", "/invitations", "/bids/add", "/evaluation"):
        assert alder.get(f"{here.base}{path}").status_code in {403, 404}, path
        assert alder.get(f"/tenders/{other}{path}").status_code in {403, 404}, path
    for path in ("/people", "/audit", "/organisation", "/account", "/personal-links", "/messages"):
        assert alder.get(path).status_code == 403
    assert here.browser.get("/bid").status_code == 403
    assert here.council.browser().get("/bid").status_code == 401
    for path in ("", "/how", "/form", "/check", "/receipt", "/withdraw"):
        said = alder.get(f"/bid{path}").text
        for word in ("birch", "cedar", "Birch", "Cedar", "Weeding"):
            assert word not in said, (path, word)
    assert alder.get("/bid/receipt.json").status_code == 404
    assert "Weeding" in cedar.get().text


def test_a_bid_stands_under_the_name_that_was_invited(here: Market) -> None:
    """A forged field replaces nobody's bid, and nothing gets in that the form does not ask for."""
    alder, birch = here.bidder(), here.bidder("Birch")
    assert birch.bid(fields_of_bid(1)).status_code == 303
    forged = {
        "bidder": "Birch",
        "invitation": "2",
        "invitation_id": "2",
        "organisation_id": "2",
        "source": "typed",
        "received_at": "2001-01-01",
        "is_late": "false",
        "status": "excluded",
        "answer-other": "not asked",
        "quantity-Z99": "1",
    }
    assert alder.save(fields_of_bid(**forged)).status_code == 303
    assert alder.send(**forged, number="1", tender=str(here.number + 1)).status_code == 303
    assert alder.browser.client.post("/bid/send", data={"version": "1", "declared": "yes"}).status_code == 403
    assert [one.replaced_at for one in here.sealed] == [None, None]
    here.close()
    here.open()
    assert [(bid.bidder, bid.source, sorted(bid.answers)) for bid in here.opened] == [
        ("Birch", Source.LINK, ["answer"]),
        ("Alder Works", Source.LINK, ["answer"]),
    ]


def test_revoked_over_and_asked_for_anew(here: Market) -> None:
    number = here.invite()
    token = here.token(number)
    alder = here.enter(token)
    assert alder.save(fields_of_bid()).status_code == 303
    assert "link used" in here.browser.get(f"{here.base}/invitations").text
    assert here.browser.send(f"{here.base}/invitations/{number}/revoke").status_code == 303
    assert alder.get().status_code == 401
    assert alder.browser.send("/bid/form", **fields_of_bid()).status_code == 401
    assert here.council.browser().get(f"/links/{token}").status_code == 410
    assert here.browser.send(f"{here.base}/invitations/{number}/send").status_code == 303
    mail = here.deliver().texts_to("alder.works@firms.example")[-1]
    again = here.enter(mail.split("/links/")[1].split()[0])
    assert "How we do it." in again.get("/bid/form").text
    here.council.clock.now = CLOSES + timedelta(days=16)
    assert again.get().status_code == 401
    assert here.council.browser().get(f"/links/{token}").status_code == 410
    officer = here.council.signed_in(here.officer)
    assert "link over" in officer.get(f"{here.base}/invitations").text
    assert officer.send(f"{here.base}/invitations/{number}/send").status_code == 409


def test_forwarded_links_open_visits_of_their_own(quick: Market) -> None:
    token = quick.token(quick.invite())
    first, second = quick.enter(token), quick.enter(token)
    assert first.browser.cookies != second.browser.cookies
    before = dict(first.browser.cookies)
    first.browser.send(f"/links/{token}", on=f"/links/{token}")
    assert first.browser.cookies != before
    assert first.get().status_code == second.get().status_code == 200
    foreign = {"form_token": second.browser.form_token("/bid"), "version": "0"}
    assert first.browser.client.post("/bid/form", data=foreign).status_code == 403


def test_an_officer_invites_each_bidder_once_with_an_address(quick: Market) -> None:
    bad = quick.browser.send(f"{quick.base}/invitations", bidder=" ", name="", email="nobody")
    assert bad.status_code == 422
    for field in ("bidder", "name", "email"):
        assert f'id="{field}-error"' in bad.text
    good: dict[str, Any] = {"name": "Ann Alder", "email": "ann@alder.example"}
    assert quick.browser.send(f"{quick.base}/invitations", bidder="Alder  Works", **good).status_code == 303
    twice = quick.browser.send(f"{quick.base}/invitations", bidder="ALDER WORKS", **good)
    assert twice.status_code == 422
    assert 'value="ALDER WORKS"' in twice.text
    said = quick.browser.get(f"/api/v1{quick.base}/invitations").json()
    assert [(one["bidder"], one["contact"], one["state"]) for one in said["invited"]] == [
        ("Alder Works", "Ann Alder", "invited")
    ]
    other = quick.publish(reference="R-2", title="Weeding")
    assert quick.browser.send(f"/tenders/{other}/invitations/1/revoke").status_code == 404
    evaluator = quick.council.signed_in(quick.council.add("Eva Lark", Role.EVALUATOR))
    assert evaluator.get(f"{quick.base}/invitations").status_code == 403
    quick.close()
    assert quick.browser.send(f"{quick.base}/invitations", bidder="Late Ltd", **good).status_code == 409
    assert "The closing time is over" in quick.browser.get(f"{quick.base}/invitations").text


def test_invited_bidders_are_told_of_an_amendment_and_their_links_last_longer(here: Market) -> None:
    number = here.invite()
    alder = here.enter(here.token(number))
    alder.save(fields_of_bid())
    later = CLOSES + timedelta(days=30)
    with here.council.database.writing() as session:
        tender = setup.get_tender(session, here.number, organisation_id=here.council.organisation_id)
        _, told = amending.amend_and_tell(
            session,
            here.number,
            settings=tender.settings,
            closes_at=later,
            reason="More {time} for everybody.",
            version=tender.version,
            **here.by,
        )
    assert told == 1
    mail = here.deliver().texts_to("alder.works@firms.example")[-1]
    assert "More (time) for everybody." in mail
    here.council.clock.now = later - timedelta(minutes=1)
    again = here.enter(mail.split("/links/")[1].split()[0])
    assert "How we do it." in again.get("/bid/form").text
    assert again.send().status_code == 303
    assert [one.is_late for one in here.sealed] == [False]


def test_drafts_are_gone_after_the_opening(here: Market) -> None:
    alder, birch = here.bidder(), here.bidder("Birch")
    assert alder.bid(fields_of_bid()).status_code == 303
    birch.save(fields_of_bid(**{"answer-answer": "birch-never-sent-it"}))
    assert "1 bid received." in here.browser.get(f"{here.base}/bids").text
    here.close()
    here.open()
    with here.council.database.reading() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM bid_draft").scalar_one() == 0


def test_a_bid_is_received_also_where_its_contact_was_erased(here: Market) -> None:
    alder = here.bidder()
    with here.council.database.writing() as session:
        (contact,) = [
            one for one in audit.list_people(session, scope=here.scope) if (one.name or "").startswith("Contact")
        ]
        audit.erase_person(session, contact.id, actor=COMMAND_LINE, reason="asked for", clock=here.council.clock)
    assert alder.bid(fields_of_bid()).status_code == 303
    assert len(here.sealed) == 1


def test_a_bid_on_paper_of_the_same_bidder_replaces_and_is_replaced(here: Market) -> None:
    alder = here.bidder()
    assert alder.bid(fields_of_bid()).status_code == 303
    on_paper = fields_of_bid(1, bidder="alder works")
    assert here.browser.send(f"{here.base}/bids/add", **on_paper).status_code == 303
    assert "No bid of yours stands." in alder.get("/bid/receipt").text
    assert alder.send().status_code == 303
    assert [one.replaced_at is None for one in here.sealed] == [False, False, True]


def upload(bidder: Bidder, data: bytes, *, version: str = "0") -> Any:
    fields = {"form_token": bidder.browser.form_token("/bid"), "version": version}
    return bidder.browser.client.post("/bid/upload", data=fields, files={"file": ("bid.xlsx", io.BytesIO(data))})


def filled_workbook(market: Market, *, confirmed: bool = True) -> bytes:
    """The workbook of the tender, filled in with the first bid of the worked example."""
    with market.council.database.reading() as session:
        tender = setup.get_tender(session, market.number, organisation_id=market.council.organisation_id)
        brief = workbooks.brief_of(session, tender, organisation="north-vale Council")
    given = fields_of_bid()
    content = BidContent(
        bidder=Firm(name="Birch", company_number="01234567"),
        price=Decimal(given["price"]),
        confirmed=confirmed,
        answers={"answer": "How we do it."},
        commitments=tuple(
            Commitment(
                measure=line.measure.ref,
                offered=Decimal(text) if (text := given.get(f"quantity-{line.measure.ref}")) else None,
                accepted=Decimal(text) if text else None,
                statement="As the workbook says." if text else None,
                detailed=True,
            )
            for line in layout_of(brief).lines
        ),
    )
    return bid_workbook(brief, filled=content)
