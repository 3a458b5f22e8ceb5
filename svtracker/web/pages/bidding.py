"""What a bidder sees by their link: where they stand, the form, the check before sending, what they sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from svtracker.frameworks.rules.values import Category, Version
from svtracker.kernel import uk_time, wording
from svtracker.kernel.problems import Problem
from svtracker.tenders.rules.checks import why_price
from svtracker.tenders.rules.marking import questions_of
from svtracker.tenders.rules.records import OwnBid, StoredBid, StoredTender
from svtracker.tenders.rules.values import Tender
from svtracker.tenders.rules.valuing import Valuation, denominator_words
from svtracker.tenders.service.bidding import Bidding
from svtracker.web.pages.bid_fields import AnswerField, LineGroup, answer_fields, line_groups
from svtracker.web.pages.desk import TenderPage, frame_of
from svtracker.web.pages.frame import FormError, Link
from svtracker.web.pages.frameworks import Fact
from svtracker.web.pages.tender_how import HowPage

FIRST = "/bid"
PARTS = (
    ("Overview", ""),
    ("How it is evaluated", "/how"),
    ("Your bid", "/form"),
    ("Check and send", "/check"),
    ("What you sent", "/receipt"),
)
CATEGORY_WORDS = {
    Category.LOCAL_ECONOMIC: "Local jobs and spend",
    Category.SOCIAL: "Social",
    Category.ENVIRONMENTAL: "Environmental",
}
DECLARED = (
    "I may bind the bidder. The commitments in this bid are made for this contract, are not promised to anybody else, "
    "and may become part of it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentBid:
    """A bid that was sent: when, what became of it, and its SHA-256."""

    received: str
    note: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class StartPage(TenderPage):
    """Where a bidder begins, and sees how far they are."""

    facts: tuple[Fact, ...]
    may_send: bool
    closing: str
    has_draft: bool
    draft_note: str
    sent: SentBid | None
    may_withdraw: bool
    problems: tuple[Problem, ...]
    file_error: str | None
    version: int


@dataclass(frozen=True, kw_only=True)
class BidFormPage(TenderPage):
    """The form in which a bidder types a bid; `page_mark` is the same for all that is saved from one page."""

    bidder: str
    why_price: str | None
    price: str
    company_number: str
    postcode: str
    faults: Mapping[str, str]
    answers: tuple[AnswerField, ...]
    groups: tuple[LineGroup, ...]
    version: int
    page_mark: str
    saved: str
    differs: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """A line of a bid in words: what is promised, what it is worth, how it will be delivered."""

    ref: str
    title: str
    quantity: str
    worked: tuple[tuple[str, str], ...]
    value: str
    statement: str


@dataclass(frozen=True, kw_only=True)
class CheckPage(TenderPage):
    """What would be sent: totals and every line, everything that stops it, and the declaration."""

    bidder: str
    is_empty: bool
    may_send: bool
    is_late: bool
    facts: tuple[Fact, ...]
    figures: tuple[tuple[str, str], ...]
    categories: tuple[tuple[str, str], ...]
    lines: tuple[CheckLine, ...]
    answers: tuple[Fact, ...]
    looks: tuple[str, ...]
    version: int
    declared: str
    declared_error: str | None
    replaces: bool


@dataclass(frozen=True, kw_only=True)
class ReceiptPage(TenderPage):
    """What was sent, and what proves it."""

    bidder: str
    sent: tuple[SentBid, ...]
    stands: bool
    facts: tuple[Fact, ...]
    figures: tuple[tuple[str, str], ...]
    lines: tuple[CheckLine, ...]
    answers: tuple[Fact, ...]
    may_send: bool
    may_withdraw: bool


@dataclass(frozen=True, kw_only=True)
class WithdrawPage(TenderPage):
    """Taking a bid back, to be confirmed; `received` is empty where none stands."""

    received: str
    closing: str


def frame(bidding: Bidding, here: str, title: str | None = None) -> dict[str, Any]:
    """The values that every page of a bidder is made with; `here` is the last part of its address."""
    tender = bidding.tender
    values = dict(frame_of(tender, roles=frozenset(), here=here, title=title))
    rooms = [Link(label=label, href=FIRST + part, current=part == here) for label, part in PARTS]
    if not bidding.own:
        rooms = [one for one in rooms if not one.href.endswith("/receipt")]
    if not bidding.may_send:
        rooms = [one for one in rooms if not one.href.endswith(("/form", "/check"))]
    return {
        **values,
        "crumbs": ((tender.title, FIRST),) if here else (),
        "rooms": tuple(rooms),
        "head_title": f"{title or 'Overview of your bid'}: {tender.title}",
    }


def start_page(
    bidding: Bidding,
    *,
    organisation: str,
    now: datetime,
    problems: Sequence[Problem] = (),
    file_error: str | None = None,
) -> StartPage:
    """Where a bidder stands now."""
    tender, standing, draft = bidding.tender, bidding.standing, bidding.draft
    errors = []
    if problems:
        refused = f"The workbook was not taken: {wording.counted(len(problems), 'thing')} to put right."
        errors = [FormError(text=refused, href="#problems")]
    if file_error:
        errors = [FormError(text=file_error, href="#file")]
    said = [
        ("Who asks", organisation),
        ("Reference", tender.reference),
        ("Your bid stands under", bidding.invitation.bidder),
        ("Closing time", "" if tender.closes_at is None else uk_time.said(tender.closes_at)),
    ]
    return StartPage(
        **frame(bidding, ""),
        answer=_where(bidding, now=now),
        errors=tuple(errors),
        facts=tuple(Fact(label=label, text=text) for label, text in said if text),
        may_send=bidding.may_send,
        closing="" if tender.closes_at is None else uk_time.said(tender.closes_at),
        has_draft=draft is not None,
        draft_note=_draft_note(bidding),
        sent=None if standing is None else _sent(standing),
        may_withdraw=may_withdraw(bidding, now=now),
        problems=tuple(problems),
        file_error=file_error,
        version=0 if draft is None else draft.version,
    )


def form_page(
    bidding: Bidding,
    settled: Tender,
    version: Version,
    *,
    typed: Mapping[str, str],
    faults: Mapping[str, str],
    page_mark: str,
    based_on: int,
    saved: str = "",
    differs: Sequence[tuple[str, str, str]] = (),
) -> BidFormPage:
    """The form with what was typed, and what is wrong with it by the names of the fields."""
    errors = tuple(FormError(text=text, href=f"#{name}") for name, text in faults.items())
    if differs:
        text = "Your draft was saved from another page or by somebody else meanwhile. Nothing of either is lost."
        errors = (FormError(text=text, href="#differs"),)
    return BidFormPage(
        **frame(bidding, "/form", "Your bid"),
        answer="What you save here is a draft that nobody of the council sees. You send it on the next page.",
        errors=errors,
        bidder=bidding.invitation.bidder,
        why_price=why_price(settled),
        price=typed.get("price", ""),
        company_number=typed.get("company_number", ""),
        postcode=typed.get("postcode", ""),
        faults=faults,
        answers=answer_fields(questions_of(bidding.tender), typed, faults),
        groups=line_groups(settled, version, typed=typed, faults=faults),
        version=based_on,
        page_mark=page_mark,
        saved=saved,
        differs=tuple(differs),
    )


def check_page(
    bidding: Bidding,
    settled: Tender,
    *,
    typed: Mapping[str, str],
    faults: Mapping[str, str],
    valuation: Valuation | None,
    looks: Sequence[str],
    worked: Mapping[str, Mapping[str, str]],
    now: datetime,
    declared_error: str | None = None,
) -> CheckPage:
    """What would be sent as things stand."""
    draft = bidding.draft
    is_empty = draft is None
    errors = [
        FormError(text=f"{_field_words(name)}: {text}", href=f"/bid/form?checked=yes#{name}")
        for name, text in faults.items()
    ]
    if declared_error:
        errors = [FormError(text=declared_error, href="#declared")]
    answer = "Nothing is typed yet." if is_empty else "Everything is in order. Read it once more, then send it."
    if errors and not declared_error:
        answer = f"{wording.counted(len(errors), 'thing')} to put right before it can be sent."
    return CheckPage(
        **frame(bidding, "/check", "Check and send"),
        answer=answer,
        errors=tuple(errors),
        bidder=bidding.invitation.bidder,
        is_empty=is_empty,
        may_send=bidding.may_send and valuation is not None and not faults,
        is_late=_is_late(bidding.tender, now),
        facts=_facts(
            price=None if valuation is None or valuation.bid.price is None else wording.pounds(valuation.bid.price),
            file_name="" if draft is None else draft.file_name,
            details=typed,
        ),
        figures=() if valuation is None else _figures(valuation, settled),
        categories=() if valuation is None else _categories(valuation),
        lines=() if valuation is None else _lines(valuation, worked=worked),
        answers=_answers(bidding.tender, {key.removeprefix("answer-"): text for key, text in typed.items()}),
        looks=tuple(looks),
        version=0 if draft is None else draft.version,
        declared=DECLARED,
        declared_error=declared_error,
        replaces=bidding.standing is not None,
    )


def receipt_page(
    bidding: Bidding,
    *,
    settled: Tender,
    valuation: Valuation | None,
    bid: StoredBid | None,
    now: datetime,
) -> ReceiptPage:
    """What was sent by this link: the bid that stands in full, and the times of all others."""
    stands = bid is not None
    worked = {} if bid is None else {line.measure: _texts(line.worked) for line in bid.lines}
    price = None if bid is None or bid.price is None else wording.pounds(bid.price)
    answer = "The council has it, under seal until the opening." if stands else "No bid of yours stands."
    if stands and bidding.tender.opened_at is not None:
        answer = f"The bids were opened {uk_time.said(bidding.tender.opened_at)}."
    return ReceiptPage(
        **frame(bidding, "/receipt", "What you sent"),
        answer=answer,
        bidder=bidding.invitation.bidder,
        sent=tuple(_sent(one) for one in bidding.own),
        stands=stands,
        facts=() if bid is None else _facts(price=price, file_name=bid.file_name, details=bid.details),
        figures=() if valuation is None else _figures(valuation, settled),
        lines=() if valuation is None else _lines(valuation, worked=worked),
        answers=() if bid is None else _answers(bidding.tender, bid.answers),
        may_send=bidding.may_send,
        may_withdraw=may_withdraw(bidding, now=now),
    )


def withdraw_page(bidding: Bidding) -> WithdrawPage:
    """What taking the bid back means."""
    standing = bidding.standing
    return WithdrawPage(
        **frame(bidding, "/withdraw", "Take your bid back"),
        answer="Nobody ever reads what it holds, and it takes no part. Your draft stays, so you can send it again.",
        received="" if standing is None else uk_time.said(standing.received_at),
        closing="" if bidding.tender.closes_at is None else uk_time.said(bidding.tender.closes_at),
    )


def own_how_page(page: HowPage, bidding: Bidding) -> HowPage:
    """The page on how bids are evaluated, with the ways of a bidder around it."""
    values = frame(bidding, "/how")
    return replace(page, rooms=values["rooms"], crumbs=values["crumbs"], settings_href=None)


def may_withdraw(bidding: Bidding, *, now: datetime) -> bool:
    """Whether the bid that stands can still be taken back."""
    return bidding.may_send and bidding.standing is not None and not _is_late(bidding.tender, now)


def _is_late(tender: StoredTender, now: datetime) -> bool:
    return tender.closes_at is not None and now > tender.closes_at


def _where(bidding: Bidding, *, now: datetime) -> str:
    tender = bidding.tender
    sent = bidding.standing
    said = "" if sent is None else f"Your bid came in on {uk_time.said(sent.received_at)}. "
    if tender.opened_at is not None:
        return f"{said}The bids were opened {uk_time.said(tender.opened_at)}; nothing more can be sent."
    if not bidding.may_send:
        return f"{said}Bids are taken in no more."
    if _is_late(tender, now):
        return f"{said}The closing time is over. A bid that you send now is late: whether it may take part is decided."
    if tender.closes_at is None:
        return said or "Bids are coming in."
    until = uk_time.said(tender.closes_at)
    return f"{said}You can send it corrected until {until}." if said else f"Bids may come in until {until}."


def _draft_note(bidding: Bidding) -> str:
    draft, standing = bidding.draft, bidding.standing
    if draft is None:
        return ""
    source = f", from {draft.file_name}" if draft.file_name else ""
    if standing is not None and draft.saved_at > standing.received_at:
        return f"Draft saved {uk_time.said(draft.saved_at)}{source}: it was changed after you sent your bid."
    return f"Draft saved {uk_time.said(draft.saved_at)}{source}."


def _sent(one: OwnBid) -> SentBid:
    notes = []
    if one.withdrawn_at is not None:
        notes.append(f"taken back {uk_time.said(one.withdrawn_at)}")
    elif one.replaced_at is not None:
        notes.append(f"replaced {uk_time.said(one.replaced_at)}")
    else:
        notes.append("stands")
    if one.is_late:
        notes.append(
            {None: "late, to be decided", True: "late, admitted", False: "late, not admitted"}[one.is_admitted]
        )
    return SentBid(received=uk_time.said(one.received_at), note=", ".join(notes), sha256=one.sha256)


def _facts(*, price: str | None, file_name: str, details: Mapping[str, str]) -> tuple[Fact, ...]:
    said = [
        ("Price", price or ""),
        ("Company number", details.get("company_number", "")),
        ("Postcode", details.get("postcode", "")),
        ("Workbook", file_name),
    ]
    return tuple(Fact(label=label, text=text) for label, text in said if text)


def _figures(valuation: Valuation, settled: Tender) -> tuple[tuple[str, str], ...]:
    said = [("Social value", wording.pounds(valuation.value))]
    if valuation.percent is not None:
        said.append((f"of {denominator_words(settled)}", wording.percent(valuation.percent)))
    if settled.measure_weights:
        said.append(("Weighted", wording.pounds(valuation.weighted_value)))
        if valuation.weighted_percent is not None:
            said.append(("Weighted, as a share", wording.percent(valuation.weighted_percent)))
    return tuple(said)


def _categories(valuation: Valuation) -> tuple[tuple[str, str], ...]:
    return tuple((CATEGORY_WORDS[category], wording.pounds(value)) for category, value in valuation.by_category.items())


def _lines(valuation: Valuation, *, worked: Mapping[str, Mapping[str, str]]) -> tuple[CheckLine, ...]:
    return tuple(
        CheckLine(
            ref=line.measure,
            title=line.of.title,
            quantity="Does not apply"
            if line.commitment.not_applicable
            else line.commitment.text or wording.quantity(line.offered, line.unit),
            worked=tuple(worked.get(line.measure, {}).items()),
            value=wording.pounds(line.value) if line.unit_value is not None else "no value",
            statement=line.commitment.statement or "",
        )
        for line in valuation.lines
    )


def _answers(tender: StoredTender, texts: Mapping[str, str]) -> tuple[Fact, ...]:
    return tuple(Fact(label=one.title, text=texts.get(one.id) or "No answer") for one in questions_of(tender))


def _texts(values: Mapping[str, object]) -> dict[str, str]:
    return {key: str(value) for key, value in values.items()}


def _field_words(name: str) -> str:
    """A field of the form as its label says it."""
    head, _, rest = name.partition("-")
    said = {"quantity": rest, "statement": rest, "answer": "Answer", "company_number": "Company number"}
    return said.get(head, head.capitalize())


def not_saved(page: BidFormPage, said: str) -> BidFormPage:
    """The same page for the one line that says what became of the draft."""
    return replace(page, saved=said)
