"""Bids on pages: how many came in, one that is typed in, and after the opening each bid with its lines."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any

from svtracker.frameworks.rules.values import Measure, Version
from svtracker.identity.rules.roles import Role
from svtracker.kernel import numbers, uk_time, wording
from svtracker.kernel.problems import Problem
from svtracker.kernel.units import Unit
from svtracker.tenders.rules.assembling import QUESTIONS
from svtracker.tenders.rules.marking import questions_of
from svtracker.tenders.rules.records import Clarification, SealedBid, Source, StoredBid, StoredLine, StoredTender
from svtracker.tenders.rules.values import BidStatus, Tender
from svtracker.web.pages.bid_fields import AnswerField, LineGroup, answer_fields, line_groups, unit_of
from svtracker.web.pages.desk import TenderPage, frame_of
from svtracker.web.pages.evaluation import EvaluationPage
from svtracker.web.pages.frame import FormError, Link
from svtracker.web.pages.frameworks import Fact, unit_value_words
from svtracker.web.pages.tender_words import STATUS_WORDS, settings_facts

SOURCE_WORDS = {
    Source.WORKBOOK: "as a workbook",
    Source.TYPED: "typed in",
    Source.LINK: "by the bidder’s link",
    Source.FILE: "from a tender file",
}

STATUS_OPTIONS = tuple(
    (status.value, STATUS_WORDS[status].capitalize())
    for status in (BidStatus.ASSESSED, BidStatus.EXCLUDED, BidStatus.WITHDRAWN)
)

MARKS_NAMES = {QUESTIONS: "the answers"}
ANSWER_BAR = "Answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedLine:
    """A bid that came in: before the opening without its name."""

    name: str
    href: str | None
    received: str
    note: str
    place: int
    waits: bool


@dataclass(frozen=True, kw_only=True)
class BidsPage(TenderPage):
    """The bids of a tender: under seal until the opening, then by name."""

    base: str
    version: int
    lines: tuple[ReceivedLine, ...]
    may_receive: bool
    may_open: bool
    opens_note: str
    error: str | None
    typed: Mapping[str, str]
    problems: tuple[Problem, ...]
    checked: str
    aside: tuple[str, ...]
    workbook: str | None
    invitations: str | None


def bids_page(
    tender: StoredTender,
    *,
    roles: frozenset[Role],
    sealed: Sequence[SealedBid],
    bids: Sequence[StoredBid] = (),
    is_officer: bool,
    sees_invited: bool,
    is_closed: bool,
    error: str | None = None,
    typed: Mapping[str, str] | None = None,
    problems: Sequence[Problem] = (),
    checked: int | None = None,
    aside: Sequence[str] = (),
) -> BidsPage:
    """How many bids came in, and what may be done with them now."""
    base = f"/tenders/{tender.id}"
    by_place = {bid.number: bid for bid in bids}
    standing = sum(1 for one in sealed if one.replaced_at is None)
    waits = [one.number for one in sealed if one.is_admitted is None and one.replaced_at is None]
    coming_in = tender.published_at is not None and tender.opened_at is None and tender.decided_at is None
    return BidsPage(
        **_frame(tender, roles=roles, here="/bids", said="Bids"),
        answer=_received_words(tender, standing),
        errors=_bids_errors(error, problems),
        base=base,
        version=tender.version,
        lines=tuple(_received(one, by_place.get(one.number), base=base) for one in sealed),
        may_receive=is_officer and coming_in,
        may_open=is_officer and coming_in and is_closed and bool(standing) and not waits,
        opens_note=_opens_note(tender, standing=standing, waits=waits, is_closed=is_closed) if coming_in else "",
        error=error,
        typed=typed or {},
        problems=tuple(problems),
        checked="" if checked is None or problems else _checked_words(checked),
        aside=tuple(aside),
        invitations=f"{base}/invitations" if sees_invited and tender.published_at is not None else None,
        workbook=f"{base}/workbook.xlsx" if is_officer and tender.published_at is not None else None,
    )


def _bids_errors(error: str | None, problems: Sequence[Problem]) -> tuple[FormError, ...]:
    if problems:
        said = f"No bid was taken in: {wording.counted(len(problems), 'thing')} to put right."
        return (FormError(text=said, href="#problems"),)
    return (FormError(text=error, href="#files" if error.startswith("Choose") else "#reason"),) if error else ()


def _checked_words(checked: int) -> str:
    return f"{wording.counted(checked, 'workbook')} can be taken in. Nothing was taken in yet."


def _frame(
    tender: StoredTender, *, roles: frozenset[Role], here: str, title: str | None = None, said: str = ""
) -> dict[str, Any]:
    """The frame of a page about bids; `said` names the page in the title of the window where its own does not."""
    head_title = f"{said or title}: {tender.title}"
    return {**frame_of(tender, roles=roles, here=here, title=title), "head_title": head_title}


def _received_words(tender: StoredTender, standing: int) -> str:
    said = f"{wording.counted(standing, 'bid')} received."
    if tender.opened_at is not None:
        return f"{said} Opened {uk_time.said(tender.opened_at)}."
    return f"{said} Nobody sees more until they are opened."


def _opens_note(tender: StoredTender, *, standing: int, waits: Sequence[int], is_closed: bool) -> str:
    if not is_closed and tender.closes_at is not None:
        return f"Bids may come in until {uk_time.said(tender.closes_at)}. They can be opened after that."
    if waits:
        return f"Late bid {wording.listed([str(one) for one in waits])} waits for a decision before bids can be opened."
    if not standing:
        return "No bid came in. A tender without bids can be abandoned."
    return "The time is over. Opening locks the settings for good and shows all bids at once."


def _received(one: SealedBid, bid: StoredBid | None, *, base: str) -> ReceivedLine:
    notes = []
    if one.replaced_at is not None:
        how = "replaced" if one.withdrawn_at is None else "withdrawn"
        notes.append(f"{how} {uk_time.said(one.replaced_at)}")
    if one.is_late:
        decided = {None: "late, waits for a decision", True: "late, admitted", False: "late, not admitted"}
        notes.append(decided[one.is_admitted])
    if bid is not None and bid.status is not BidStatus.ASSESSED:
        notes.append(STATUS_WORDS[bid.status])
    return ReceivedLine(
        name=f"Bid {one.number}" if bid is None else bid.bidder,
        href=None if bid is None else f"{base}/bids/{bid.id}",
        received=uk_time.said(one.received_at),
        note=", ".join(notes),
        place=one.number,
        waits=one.is_late and one.is_admitted is None and one.replaced_at is None,
    )


@dataclass(frozen=True, kw_only=True)
class TypedBidPage(TenderPage):
    """The form in which an officer types a bid that came on paper or by mail."""

    base: str
    bidder: str
    price: str
    faults: Mapping[str, str]
    answers: tuple[AnswerField, ...]
    groups: tuple[LineGroup, ...]


def typed_bid_page(
    tender: StoredTender,
    settled: Tender,
    version: Version,
    *,
    roles: frozenset[Role],
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
) -> TypedBidPage:
    """The form, empty or with what was typed and what is wrong with it; `faults` are by the name of the field."""
    given, found = typed or {}, faults or {}
    return TypedBidPage(
        **_frame(tender, roles=roles, here="/bids/add", title="Type a bid in"),
        answer="Once it is saved it is sealed: nobody sees it again before the opening, not even you.",
        errors=tuple(FormError(text=text, href=f"#{name}") for name, text in found.items()),
        base=f"/tenders/{tender.id}",
        bidder=given.get("bidder", ""),
        price=given.get("price", ""),
        faults=found,
        answers=answer_fields(questions_of(tender), given),
        groups=line_groups(settled, version, typed=given, faults=found),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BidLine:
    """A line of an opened bid, in words."""

    ref: str
    title: str
    unit: str
    offered: str
    accepted: str | None
    reason: str
    statement: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionLine:
    """A question to a bidder, and its answer."""

    number: int
    about: str
    question: str
    asked: str
    answer: str | None
    answered: str


@dataclass(frozen=True, kw_only=True)
class BidPage(TenderPage):
    """One opened bid: what the bidder wrote, and what counts of it."""

    base: str
    facts: tuple[Fact, ...]
    lines: tuple[BidLine, ...]
    answers: tuple[Fact, ...]
    questions: tuple[QuestionLine, ...]
    other_marks: tuple[tuple[str, str], ...]
    status: str
    statuses: tuple[tuple[str, str], ...]
    may_decide: bool
    faults: Mapping[str, str]
    typed: Mapping[str, str]


def bid_page(
    tender: StoredTender,
    bid: StoredBid,
    settled: Tender,
    version: Version,
    *,
    roles: frozenset[Role],
    asked: Iterable[Clarification],
    may_decide: bool,
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
) -> BidPage:
    """Everything that one bidder wrote, with what was accepted of it and what was asked."""
    base = f"/tenders/{tender.id}/bids/{bid.id}"
    found = faults or {}
    titles = {question.id: question.title for question in questions_of(tender)}
    return BidPage(
        **_frame(tender, roles=roles, here=f"/bids/{bid.number}", title=wording.bidder(bid.bidder)),
        errors=tuple(FormError(text=text, href=f"#{name}") for name, text in found.items()),
        base=base,
        facts=_bid_facts(bid),
        lines=tuple(_bid_line(line, version.measures[line.measure], base=base) for line in bid.lines),
        answers=tuple(Fact(label=titles.get(key, key), text=text) for key, text in bid.answers.items() if text),
        questions=tuple(question_line(one) for one in asked),
        other_marks=tuple(
            (name, numbers.plain(bid.other_marks[name]) if name in bid.other_marks else "")
            for name in settled.other_marks
        ),
        status=bid.status.value,
        statuses=STATUS_OPTIONS,
        may_decide=may_decide,
        faults=found,
        typed=typed or {},
    )


def _bid_facts(bid: StoredBid) -> tuple[Fact, ...]:
    standing = STATUS_WORDS[bid.status].capitalize()
    facts = [
        Fact(label="Stands as", text=f"{standing}. {bid.status_because}".strip() if bid.status_because else standing),
        Fact(label="Received", text=f"{uk_time.said(bid.received_at)}, {SOURCE_WORDS[bid.source]}"),
    ]
    if bid.is_late:
        decided = "admitted" if bid.is_admitted else "not admitted"
        facts.append(Fact(label="Late", text=f"{decided.capitalize()}: {bid.admitted_because}"))
    if bid.replaced_at is not None:
        facts.append(Fact(label="Replaced", text=f"{uk_time.said(bid.replaced_at)} by a later bid of this bidder"))
    if bid.price is not None:
        facts.append(Fact(label="Price", text=wording.pounds(bid.price)))
    facts.append(Fact(label="SHA-256", text=bid.sha256))
    return tuple(facts)


def _bid_line(line: StoredLine, measure: Measure, *, base: str) -> BidLine:
    accepted = None if line.accepted == line.offered else quantity_words(line.accepted, measure.unit)
    return BidLine(
        ref=measure.ref,
        title=measure.title,
        unit=unit_of(measure),
        offered="in words" if line.text else offered_words(line, measure.unit),
        accepted=accepted,
        reason=line.reason,
        statement="\n".join(said for said in (line.text, line.statement) if said),
        href=f"{base}/lines/{measure.ref}",
    )


def offered_words(line: StoredLine, unit: Unit) -> str:
    """What a bidder wrote: a quantity, words, that the measure does not apply, or nothing (RULES 3.4)."""
    if line.not_applicable:
        return "does not apply"
    if line.text:
        return line.text
    return "left blank" if line.offered is None else quantity_words(line.offered, unit)


def quantity_words(value: Decimal | None, unit: Unit) -> str:
    """A quantity as it stands in a column."""
    if value is None:
        return "left blank"
    return f"{wording.grouped(value)}%" if unit is Unit.PERCENT else wording.grouped(value)


def question_line(one: Clarification) -> QuestionLine:
    """A question to a bidder, in words."""
    return QuestionLine(
        number=one.id,
        about=one.measure or "the whole bid",
        question=one.question,
        asked=uk_time.said(one.asked_at),
        answer=one.answer,
        answered="" if one.answered_at is None else uk_time.said(one.answered_at),
    )


@dataclass(frozen=True, kw_only=True)
class LinePage(TenderPage):
    """One line of a bid: what was offered, what counts, what was asked."""

    base: str
    bid_href: str
    ref: str
    facts: tuple[Fact, ...]
    statement: str
    measure_href: str
    accepted: str
    reason: str
    questions: tuple[QuestionLine, ...]
    may_decide: bool
    may_accept: bool
    faults: Mapping[str, str]
    typed: Mapping[str, str]


def line_page(
    tender: StoredTender,
    bid: StoredBid,
    line: StoredLine,
    measure: Measure,
    *,
    roles: frozenset[Role],
    measure_href: str,
    asked: Iterable[Clarification],
    may_decide: bool,
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
) -> LinePage:
    """What stands behind one figure of the comparison."""
    given, found = typed or {}, faults or {}
    base = f"/tenders/{tender.id}/bids/{bid.id}"
    accepted = "" if line.accepted is None else numbers.trimmed(line.accepted)
    title = f"{measure.ref} {measure.title}"
    said = f"{title} of {wording.bidder(bid.bidder)}"
    frame = _frame(tender, roles=roles, here=f"/bids/{bid.number}/{measure.ref}", title=title, said=said)
    frame["crumbs"] = (*frame["crumbs"], (wording.bidder(bid.bidder), base))
    frame["caption"] = wording.bidder(bid.bidder)
    return LinePage(
        **frame,
        answer=_line_words(bid, line, measure),
        errors=tuple(FormError(text=text, href=f"#{name}") for name, text in found.items()),
        base=f"{base}/lines/{measure.ref}",
        bid_href=base,
        ref=measure.ref,
        facts=_line_facts(line, measure),
        statement=line.statement or "",
        measure_href=measure_href,
        accepted=given.get("accepted", accepted),
        reason=given.get("reason", line.reason),
        questions=tuple(question_line(one) for one in asked),
        may_decide=may_decide,
        may_accept=may_decide and line.offered is not None,
        faults=found,
        typed=given,
    )


def _line_words(bid: StoredBid, line: StoredLine, measure: Measure) -> str:
    name = wording.bidder(bid.bidder)
    if line.offered is None:
        return f"{name}: {offered_words(line, measure.unit)}."
    offered = wording.quantity(line.offered, measure.unit)
    if line.accepted == line.offered:
        return f"{name} offers {offered}; all of it counts."
    return f"{name} offers {offered}; {wording.quantity(line.accepted, measure.unit)} counts."


def _line_facts(line: StoredLine, measure: Measure) -> tuple[Fact, ...]:
    facts = [Fact(label="What counts", text=measure.counts), Fact(label="Unit", text=unit_of(measure))]
    if line.offered is not None and measure.unit_value is not None and line.accepted is not None:
        value = numbers.times(line.accepted, measure.unit_value)
        working = f"{wording.grouped(line.accepted)} × {unit_value_words(measure)}"
        facts.append(Fact(label="Value", text=f"{working} = {wording.pounds(value)}"))
    if line.outside_area is not None:
        facts.append(Fact(label="Outside the area", text=quantity_words(line.outside_area, measure.unit)))
    facts += [Fact(label=str(name), text=str(given)) for name, given in line.worked.items()]
    return tuple(facts)


@dataclass(frozen=True, kw_only=True)
class ComparePage(EvaluationPage):
    """The comparison of a stored tender, with the way to its other pages."""

    stage: str
    tag: str
    rooms: tuple[Link, ...]
    missing: str
    waiting: tuple[Fact, ...]


def compare_page(
    page: EvaluationPage,
    tender: StoredTender,
    settled: Tender,
    *,
    roles: frozenset[Role],
    missing: Sequence[str],
    waiting: Iterable[Clarification],
) -> ComparePage:
    """The comparison with what is still missing and which questions wait for an answer."""
    frame = _frame(tender, roles=roles, here="/evaluation", said="Compare the bids")
    page = replace(page, settings=settings_facts(settled))
    if QUESTIONS in missing:
        page = _without_answers(page)
    inherited = {field.name: getattr(page, field.name) for field in fields(EvaluationPage)}
    answer = f"With the marks that are in so far: {page.answer}" if missing and page.answer else page.answer
    named = wording.listed([MARKS_NAMES.get(one, one) for one in missing])
    return ComparePage(
        **{
            **inherited,
            "answer": answer,
            "title": tender.title,
            "head_title": frame["head_title"],
            "caption": frame["caption"],
            "crumbs": frame["crumbs"],
        },
        stage=frame["stage"],
        tag=frame["tag"],
        rooms=frame["rooms"],
        missing=f"The marks for {named} are not all in, so no bid has them here yet." if missing else "",
        waiting=tuple(
            Fact(label=f"About {one.measure or 'the whole bid'}, {uk_time.said(one.asked_at)}", text=one.question)
            for one in waiting
        ),
    )


def _without_answers(page: EvaluationPage) -> EvaluationPage:
    """The comparison without the row and bar of a part that has no marks yet."""
    why = page.why
    if why is not None:
        why = replace(why, bars=tuple(bar for bar in why.bars if bar.label != ANSWER_BAR))
    tables = [replace(one, marks=tuple(row for row in one.marks if row.of != "of 0")) for one in page.tables]
    return replace(page, tables=tuple(tables), why=why)


def faults_of_bid(problems: Sequence[Problem], commitments: Iterable[str]) -> dict[str, str]:
    """Each problem of a bid by the name of its field in the form; the first one of a field is shown there."""
    refs = set(commitments)
    found: dict[str, str] = {}
    for problem in problems:
        place = problem.path.removeprefix("bids[1].")
        head, _, rest = place.partition(".")
        ref = rest.split(".", 1)[0]
        name = f"quantity-{ref}" if head == "commitments" and ref in refs else head
        found.setdefault(name, f"Saw {problem.seen}; wanted {problem.wanted}.")
    return found
