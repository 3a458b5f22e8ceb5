"""The evaluation report: the same on page, in workbook, PDF and JSON; anonymised, it names nobody anywhere."""

import hashlib
import io
import json
import zlib
from typing import Any

import pytest
from httpx2 import Response
from openpyxl import load_workbook

from svtracker.identity.rules.roles import Role
from svtracker.tenders.service import evaluation, feedback, results
from tests.tenders import stored
from tests.web.council import Council, words
from tests.web.test_tender_decision import Desk, desk_of, stored_in

FIRMS = {"A": "Quince and Sons", "B": "Rowan Works", "C": "Teasel Partners", "D": "Umber Group"}


def decided(council: Council) -> Desk:
    """A tender with everything in it that a report tells, awarded to the second."""
    where = stored_in(council)
    tender = stored.published(where)
    for place, firm in enumerate(FIRMS.values()):
        with where.database.writing() as session:
            stored.bids.receive(session, tender.id, stored.worked_bid(place, bidder=firm), **where.by("officer"))
    with where.database.writing() as session:
        again = stored.worked_bid(3, bidder=FIRMS["D"])
        stored.bids.receive(session, tender.id, again, **where.by("officer"))
    where.clock.now = stored.CLOSES + stored.timedelta(days=1)
    with where.database.writing() as session:
        stored.bids.open_bids(session, tender.id, version=where.tender(tender.id).version, **where.by("officer"))
    with where.database.reading() as session:
        standing = results.bid_store.list_bids(session, tender.id, organisation_id=where.id)
    ids = {bid.bidder: bid.id for bid in standing if bid.counts}
    stored.name_evaluators(where, tender, "Lena Marsh", "Omar Field")
    marked = zip(FIRMS.values(), stored.AGREED.values(), strict=True)
    for firm, mark in marked:
        common: dict[str, Any] = {"bid_id": ids[firm], "question": "answer", "mark": mark}
        for name in ("Lena Marsh", "Omar Field"):
            with where.database.writing() as session:
                person = where.person(name)
                why = f"{firm} convinced {name}."
                evaluation.give_mark(session, tender.id, person, reason=why, **common, **where.by(name))
    for name in ("Lena Marsh", "Omar Field"):
        with where.database.writing() as session:
            evaluation.submit_marks(session, tender.id, where.person(name), **where.by(name))
    for (firm, mark), bid in zip(
        zip(FIRMS.values(), stored.AGREED.values(), strict=True), stored.WORKED["bids"], strict=True
    ):
        with where.database.writing() as session:
            own: dict[str, Any] = {"bid_id": ids[firm], **where.by("Lena Marsh")}
            evaluation.agree(session, tender.id, question="answer", mark=mark, reason=f"We agree on {firm}.", **own)
            evaluation.give_other_marks(session, tender.id, marks=bid["other_marks"], **own)
    with where.database.writing() as session:
        own = {"bid_id": ids[FIRMS["A"]], **where.by("officer")}
        why = "Quince counted Rowan's firms."
        evaluation.accept_line(session, tender.id, measure="X6", accepted="10000", reason=why, **own)
        asked = evaluation.ask(session, tender.id, measure="X6", question="Is Quince local?", **own)
        evaluation.answer(session, tender.id, asked, text="Quince is.", **where.by("officer"))
        feedback.write_feedback(session, tender.id, text="Quince did well.", edition=0, **own)
    with where.database.writing() as session:
        results.award(
            session,
            tender.id,
            bidders=[FIRMS["A"], FIRMS["B"]],
            reason="Quince and Rowan share the area.",
            minimum_wage=None,
            version=where.tender(tender.id).version,
            **where.by("officer"),
        )
    return desk_of(council, where, tender)


@pytest.fixture
def desk(council: Council) -> Desk:
    return decided(council)


@pytest.fixture
def desk_on_sqlite(council_on_sqlite: Council) -> Desk:
    return decided(council_on_sqlite)


def report(desk: Desk, kind: str = "", query: str = "") -> Response:
    path = f"/tenders/{desk.tender.id}/report"
    if kind == "api":
        path = f"/api/v1{path}"
    elif kind:
        path = f"{path}/download.{kind}"
    answer = desk.officer.get(f"{path}{query}")
    assert answer.status_code == 200
    return answer


def cells(answer: Response) -> dict[str, list[tuple[Any, ...]]]:
    book = load_workbook(io.BytesIO(answer.content))
    return {sheet.title: [tuple(cell.value for cell in row) for row in sheet.iter_rows()] for sheet in book}


def inside(pdf: bytes) -> bytes:
    """A PDF with its compressed parts unpacked, as far as they are."""
    parts = [pdf]
    for piece in pdf.split(b"stream")[1:]:
        try:
            parts.append(zlib.decompressobj().decompress(piece.lstrip(b"\r\n")))
        except zlib.error:
            continue
    return b"\n".join(parts)


def test_it_tells_everything_that_explains_the_decision(desk: Desk) -> None:
    page = words(report(desk))
    book = cells(report(desk, "xlsx"))
    told = json.loads(report(desk, "json").content)
    flat = "\n".join(str(cell) for rows in book.values() for row in rows for cell in row if cell is not None)
    for said in (
        "Quince and Sons and Rowan Works",
        "Quince and Rowan share the area.",
        "Rowan Works convinced Omar Field.",
        "We agree on Teasel Partners.",
        "Quince counted Rowan's firms.",
        "Is Quince local?",
        "Quince did well.",
        "replaced by a later bid",
        told["decision"]["sha256"],
    ):
        assert said in page, said
        assert said in flat, said
    assert list(book) == [
        "Decision",
        "Settings as published",
        "What was published",
        "Bids",
        "Bids as they came in",
        "Marks",
        "Evaluators",
        "Lines that count for less",
        "Every line",
        "How firm the result is",
        "Warnings",
        "Questions to bidders",
        "What bidders are told",
    ]
    with desk.council.database.reading() as session:
        (edition,) = results.store.list_editions(session, desk.tender.id, organisation_id=desk.stored.id)
    assert edition.sha256 in page
    assert "Keep at least until 2 December 2029" in page
    assert told["answer"]["bids"][0]["bidder"] == "Quince and Sons"


def test_the_hash_can_be_taken_again_over_what_the_json_holds(desk_on_sqlite: Desk) -> None:
    told = report(desk_on_sqlite, "api").json()
    assert told == json.loads(report(desk_on_sqlite, "json").content)
    frozen = told["frozen"]
    again = hashlib.sha256(f"{frozen['document']}\n{frozen['answer']}".encode()).hexdigest()
    assert again == told["decision"]["sha256"]
    assert json.loads(frozen["answer"]) == told["answer"]


def test_anonymised_it_names_no_firm_and_no_person_anywhere(desk: Desk) -> None:
    named = ("Quince", "Rowan", "Teasel", "Umber", "Lena", "Marsh", "Omar", "Field", "local?", "did well")
    query = "?anonymous=yes"
    with_frame = words(report(desk, query=query))
    texts = {
        "page": with_frame,
        "xlsx": json.dumps(cells(report(desk, "xlsx", query)), default=str),
        "json": report(desk, "json", query).text,
        "api": report(desk, "api", query).text,
    }
    for kind, text in texts.items():
        assert [name for name in named if name in text] == [], kind
        assert "Bidder A" in text, kind
    assert "Bidder A and Bidder B" in texts["page"]
    assert "Evaluator 2" in texts["page"]
    told = report(desk, "api", query).json()
    assert told["decision"]["bidders"] == ["Bidder A", "Bidder B"]
    assert told["frozen"] is None
    assert 'filename="evaluation-WORKED-1-anonymised.pdf"' in report(desk, "pdf", query).headers["content-disposition"]


def test_the_pdf_is_tagged_titled_and_the_same_twice(desk_on_sqlite: Desk) -> None:
    pdf = report(desk_on_sqlite, "pdf").content
    assert pdf.startswith(b"%PDF-1.")
    assert pdf == report(desk_on_sqlite, "pdf").content
    assert pdf != report(desk_on_sqlite, "pdf", "?anonymous=yes").content
    unpacked = inside(pdf)
    for mark in (b"pdfuaid", b"/StructTreeRoot", b"/Lang", b"Evaluation report: Worked example"):
        assert mark in unpacked


def test_what_somebody_typed_is_never_run_in_a_workbook_or_a_pdf(council_on_sqlite: Council) -> None:
    where = stored_in(council_on_sqlite)
    tender = stored.evaluated(where)
    ids = stored.bid_ids(where, tender)
    evil = '=HYPERLINK("http://x.example") #read("/etc/passwd") <script>alert(1)</script> *b* $1$ \\ @x'
    with where.database.writing() as session:
        feedback.write_feedback(session, tender.id, bid_id=ids["A"], text=evil, edition=0, **where.by("officer"))
    desk = desk_of(council_on_sqlite, where, tender)
    assert "<script>alert(1)" not in report(desk).text
    assert cells(report(desk, "xlsx"))["What bidders are told"][-1][1] == evil
    assert report(desk, "pdf").content.startswith(b"%PDF")


def test_sealed_marks_stand_in_no_report(council_on_sqlite: Council) -> None:
    where = stored_in(council_on_sqlite)
    tender = stored.opened(where)
    stored.name_evaluators(where, tender, "lead", "second")
    stored.mark_all(where, tender, "lead", stored.AGREED)
    desk = desk_of(council_on_sqlite, where, tender)
    for kind in ("", "xlsx", "json", "api"):
        answer = report(desk, kind)
        text = json.dumps(cells(answer), default=str) if kind == "xlsx" else answer.text
        assert "lead thinks so" not in text, kind
    assert "stays sealed until everybody has submitted" in words(report(desk))


def test_before_the_opening_there_is_no_report(council_on_sqlite: Council) -> None:
    where = stored_in(council_on_sqlite)
    desk = desk_of(council_on_sqlite, where, stored.published(where))
    for path in ("report", "report/download.pdf"):
        assert desk.officer.get(f"/tenders/{desk.tender.id}/{path}").status_code == 409
    assert desk.officer.get(f"/api/v1/tenders/{desk.tender.id}/report").status_code == 409
    viewer = desk.council.signed_in(desk.council.add("Vera Lark", Role.VIEWER))
    assert viewer.get(f"/tenders/{desk.tender.id}/report").status_code == 403
