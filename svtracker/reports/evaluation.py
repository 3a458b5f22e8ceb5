"""The evaluation report of a stored tender: what explains the decision, as section 98 of the Procurement Act asks.

One model makes the page, the workbook, the PDF and the JSON. The anonymised one names Bidder A, B … and Evaluator 1,
2 …, and leaves out every text that somebody wrote freely, because such texts name people and firms.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from svtracker.audit import service as audit
from svtracker.audit.answer import person_name
from svtracker.audit.rules.events import at_text
from svtracker.audit.store import Person, Scope
from svtracker.files.pdf_out import PdfColumn, PdfTable, as_pdf
from svtracker.files.tables_out import Cell, Column, Sheet, Style, as_xlsx
from svtracker.kernel import numbers, wording
from svtracker.kernel.units import WORDS
from svtracker.registers.rules.figures import MinimumWage
from svtracker.tenders.answer import answer_of
from svtracker.tenders.rules import findings
from svtracker.tenders.rules.assembling import IN_THE_RECORD, anonymised
from svtracker.tenders.rules.marking import moderation_of
from svtracker.tenders.rules.records import Decision, Edition, Evaluator, StoredBid, StoredTender
from svtracker.tenders.rules.result import BidResult, Result
from svtracker.tenders.rules.settings import descriptors_of, reasons_of
from svtracker.tenders.rules.values import OutcomeStatus, Tender
from svtracker.tenders.rules.warnings import Limits
from svtracker.tenders.service import bids as bid_service
from svtracker.tenders.service import evaluation, feedback, results, setup
from svtracker.tenders.store import evaluation as evaluation_store

YEARS_KEPT = 3
# The day from which procurements are begun under the Procurement Act 2023.
ACT_IN_FORCE = date(2025, 2, 24)
SEALED = "What each evaluator marked stays sealed until everybody has submitted their marks."
LEFT_OUT = (
    "Anonymised: bidders and evaluators are letters and numbers. Reasons, method statements, questions to bidders and "
    "feedback are left out, because such texts name people and firms; they stand in the full report."
)
INVENTED = "The bids and figures of this tender are invented."


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A table of the report. `shown` are the columns for page and PDF; a workbook has all of them."""

    id: str
    title: str
    note: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    shown: tuple[int, ...]
    is_on_page: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationReport:
    """The whole report."""

    title: str
    reference: str
    lines: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    is_anonymous: bool
    is_frozen: bool
    answer: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    tender: StoredTender
    result: Result
    bids: tuple[StoredBid, ...]
    letters: Mapping[str, str]
    """What each bidder is called here: their own name, or a letter."""
    people: Mapping[int, Person]
    evaluators: tuple[Evaluator, ...]
    is_anonymous: bool

    def who(self, person_id: int | None) -> str:
        """Somebody by name; an evaluator by number where nobody is named."""
        if person_id is None:
            return "svtracker"
        if not self.is_anonymous:
            return person_name(person_id, self.people)
        for place, one in enumerate(self.evaluators, start=1):
            if one.person_id == person_id:
                return f"Evaluator {place}"
        return "An officer"

    def said(self, text: str) -> str:
        """A text that somebody wrote freely, which an anonymised report leaves out."""
        return (IN_THE_RECORD if text.strip() else "") if self.is_anonymous else text


def report_of(
    session: Session,
    number: int,
    *,
    organisation_id: int,
    minimum_wage: MinimumWage | None,
    limits: Limits,
    settings_words: Callable[[Tender], Sequence[tuple[str, str]]],
    is_anonymous: bool = False,
) -> EvaluationReport:
    """The report of a tender whose bids are open; of a decided one from what was frozen with its decision."""
    own: dict[str, Any] = {"organisation_id": organisation_id}
    how: dict[str, Any] = {"minimum_wage": minimum_wage, "limits": limits, **own}
    tender = setup.get_tender(session, number, **own)
    named = results.score_tender(session, number, **how)
    scored = results.score_tender(session, number, is_anonymous=True, **how) if is_anonymous else named
    names = {bid.bidder: bid.bidder for bid in named.result.bids}
    parts = _Parts(
        tender=tender,
        result=scored.result,
        bids=bid_service.list_bids(session, number, **own),
        letters=anonymised(dict(named.content))[1] if is_anonymous else names,
        people={one.id: one for one in audit.list_people(session, scope=Scope(organisation_id=organisation_id))},
        evaluators=evaluation.list_evaluators(session, number, **own),
        is_anonymous=is_anonymous,
    )
    decision = results.get_decision(session, number, **own)
    editions = setup.list_editions(session, number, **own)
    sections = (
        _settings(parts, settings_words(parts.result.tender)),
        _editions(parts, editions),
        _bids(parts),
        _received(parts),
        _marks(session, parts),
        _evaluators(parts),
        _reduced(parts),
        _lines(parts),
        _firmness(parts.result),
        _warnings(parts),
        *([] if is_anonymous else [_clarifications(session, parts), _feedback(session, parts)]),
    )
    return EvaluationReport(
        title=f"Evaluation report: {tender.title}",
        reference=tender.reference,
        lines=tuple(_sentences(parts, decision, scored.missing)),
        facts=tuple(_facts(parts, decision)),
        sections=sections,
        is_anonymous=is_anonymous,
        is_frozen=decision is not None and decision.document is not None,
        answer=_answer(parts, decision, scored.missing),
    )


# --- The same report as a workbook, a PDF, a JSON file ----------------------------------------------------------------


def report_xlsx(report: EvaluationReport) -> bytes:
    """The report as a workbook: first the decision, then a sheet for each table."""
    about = (report.title, *report.lines)
    facts = Sheet(
        name="Decision",
        about=about,
        columns=(Column(heading="What", width=34), Column(heading="Answer", style=Style.LONG_TEXT, width=100)),
        rows=report.facts,
    )
    tables = [
        Sheet(
            name=one.title,
            about=(f"{report.reference}: {one.title}", *([one.note] if one.note else [])),
            columns=one.columns,
            rows=one.rows,
        )
        for one in report.sections
    ]
    return as_xlsx([facts, *tables], title=report.title)


def report_pdf(report: EvaluationReport) -> bytes:
    """The report as a PDF, each line of each bid among it."""
    return as_pdf(
        title=report.title,
        caption=report.reference,
        lines=report.lines,
        facts=report.facts,
        tables=[
            PdfTable(
                title=one.title,
                note=one.note,
                columns=tuple(
                    PdfColumn(heading=column.heading, is_number=is_figure(column.style), width=min(column.width, 40))
                    for column in shown_columns(one)
                ),
                rows=tuple(shown_rows(one)),
            )
            for one in report.sections
        ],
    )


def report_json(report: EvaluationReport) -> bytes:
    """The frozen answer with the texts that its SHA-256 is taken over; an anonymised one has none of these texts."""
    return f"{json.dumps(report.answer, ensure_ascii=False, indent=2)}\n".encode()


def shown_columns(section: Section) -> tuple[Column, ...]:
    """The columns that page and PDF show."""
    return tuple(section.columns[place] for place in section.shown)


def shown_rows(section: Section) -> Iterator[tuple[str, ...]]:
    """The rows that page and PDF show, each cell in words."""
    for row in section.rows:
        yield tuple(in_words(row[place], section.columns[place].style) for place in section.shown)


def is_figure(style: Style) -> bool:
    """Whether a column stands at the right."""
    return style not in {Style.TEXT, Style.LONG_TEXT}


def in_words(cell: Cell, style: Style) -> str:
    """A cell as it is read: £157,442.07, 20.99%, 5."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return wording.moment(cell)
    if isinstance(cell, date):
        return wording.day(cell)
    if isinstance(cell, str):
        return cell
    value = Decimal(cell)
    match style:
        case Style.MONEY:
            return wording.pounds(value)
        case Style.UNIT_VALUE:
            return f"£{wording.grouped(value)}"
        case Style.PERCENT:
            return wording.percent_fixed(value)
        case _:
            return wording.marks(value)


# --- What stands in it ------------------------------------------------------------------------------------------------


def _sentences(parts: _Parts, decision: Decision | None, missing: Sequence[str]) -> Iterator[str]:
    if missing:
        yield f"Not finished: marks are missing ({wording.listed(list(missing))}). This is how it stands so far."
    yield findings.answer(parts.result)
    yield findings.firm_summary(parts.result)
    if decision is None:
        yield "There is no decision yet, so nothing is frozen."
    if parts.is_anonymous:
        yield LEFT_OUT
    if parts.tender.is_invented or parts.tender.is_training:
        yield INVENTED


def _facts(parts: _Parts, decision: Decision | None) -> Iterator[tuple[str, str]]:
    tender = parts.tender
    yield "Tender", f"{tender.title}, reference {tender.reference}"
    if tender.contract_value is not None:
        yield "Contract value", wording.pounds(tender.contract_value)
    yield "Measure set", f"{parts.result.version.name}, SHA-256 {parts.result.version.sha256}"
    if tender.opened_at is not None:
        yield "Bids opened", wording.moment(tender.opened_at)
    if decision is None:
        yield "Decision", "none yet"
        return
    if decision.outcome is OutcomeStatus.AWARDED:
        yield "Awarded to", wording.listed([parts.letters.get(name, name) for name in decision.bidders])
    else:
        yield "Outcome", "abandoned without an award"
    yield "Decided", f"{wording.moment(decision.at)}, by {parts.who(decision.person_id)}"
    if decision.reason:
        yield "Reason", parts.said(decision.reason)
    if decision.sha256 is not None:
        yield "SHA-256 of what was frozen", decision.sha256
    if decision.outcome is OutcomeStatus.AWARDED and decision.on >= ACT_IN_FORCE:
        until = _years_on(decision.on, YEARS_KEPT)
        yield "Keep at least until", f"{wording.day(until)} (section 98, Procurement Act 2023: three years)"


def _years_on(day: date, years: int) -> date:
    """The same day some years on; 29 February becomes 1 March."""
    is_leap_day = (day.month, day.day) == (2, 29)
    return date(day.year + years, 3, 1) if is_leap_day else day.replace(year=day.year + years)


def _settings(parts: _Parts, words: Sequence[tuple[str, str]]) -> Section:
    settings = parts.tender.settings
    rows = [
        *words,
        *((f"Why {ref} is set apart", reason) for ref, reason in reasons_of(settings).items()),
        *((f"A mark of {mark}", text) for mark, text in descriptors_of(settings).items()),
    ]
    return Section(
        id="settings",
        title="Settings as published",
        note="",
        columns=(Column(heading="Setting", width=30), Column(heading="As set", style=Style.LONG_TEXT, width=90)),
        rows=tuple(rows),
        shown=(0, 1),
    )


def _editions(parts: _Parts, editions: Sequence[Edition]) -> Section:
    return Section(
        id="editions",
        title="What was published",
        note="The SHA-256 is taken over the settings and the closing time of each publication.",
        columns=(
            Column(heading="Edition", style=Style.WHOLE, width=9),
            Column(heading="Published", width=26),
            Column(heading="By", width=24),
            Column(heading="Reason", style=Style.LONG_TEXT, width=40),
            Column(heading="SHA-256", width=68),
        ),
        rows=tuple(
            (
                one.number,
                wording.moment(one.published_at),
                parts.who(one.person_id),
                parts.said(one.reason),
                one.sha256,
            )
            for one in editions
        ),
        shown=(0, 1, 2, 3, 4),
    )


def _bids(parts: _Parts) -> Section:
    result = parts.result
    heads = next((findings.parts_of(bid.marks, tender=result.tender) for bid in result.bids if bid.marks), ())
    columns = (
        Column(heading="Bidder", width=30),
        Column(heading="Status", width=22),
        Column(heading="Rank", style=Style.WHOLE, width=7),
        Column(heading="Marks", style=Style.NUMBER, width=10),
        *(Column(heading=name, style=Style.NUMBER, width=14) for name, _, _ in heads),
        Column(heading="Social value £", style=Style.MONEY, width=18),
        Column(heading="Social value %", style=Style.PERCENT, width=12),
        Column(heading="Bid price £", style=Style.MONEY, width=18),
    )
    unranked = [bid for bid in result.bids if bid.rank is None]
    return Section(
        id="bids",
        title="Bids",
        note="",
        columns=columns,
        rows=tuple(_bid(bid, result, heads=len(heads)) for bid in (*result.ranked, *unranked)),
        shown=tuple(range(len(columns))),
    )


def _bid(bid: BidResult, result: Result, *, heads: int) -> tuple[Cell, ...]:
    own: list[Cell] = [None] * heads
    if bid.marks is not None:
        own = [mark for _, _, mark in findings.parts_of(bid.marks, tender=result.tender)]
    percent = bid.valuation.percent
    return (
        bid.bidder,
        bid.status.value.replace("_", " "),
        bid.rank,
        None if bid.marks is None else bid.marks.total,
        *own,
        numbers.round_half_up(bid.valuation.value, 2),
        None if percent is None else numbers.round_half_up(percent, 2),
        bid.valuation.bid.price,
    )


def _received(parts: _Parts) -> Section:
    # Bids that were replaced, or came late and were not admitted, have no letter: they are not in an anonymised report.
    kept = [bid for bid in parts.bids if bid.counts or not parts.is_anonymous]
    return Section(
        id="received",
        title="Bids as they came in",
        note="" if parts.is_anonymous else "The SHA-256 proves that a bid is still what came in.",
        columns=(
            Column(heading="Bidder", width=28),
            Column(heading="Bid", style=Style.WHOLE, width=6),
            Column(heading="Received", width=30),
            Column(heading="In the evaluation", width=22),
            Column(heading="Reason", style=Style.LONG_TEXT, width=40),
            Column(heading="SHA-256 of the bid", width=68),
        ),
        rows=tuple(
            (
                parts.letters.get(bid.bidder, bid.bidder),
                bid.number,
                f"{wording.moment(bid.received_at)}{', late' if bid.is_late else ''}",
                _is_in(bid),
                parts.said(" ".join(text for text in (bid.admitted_because, bid.status_because) if text)),
                None if parts.is_anonymous else bid.sha256,
            )
            for bid in kept
        ),
        shown=(0, 1, 2, 3, 4) if parts.is_anonymous else (0, 1, 2, 3, 4, 5),
    )


def _is_in(bid: StoredBid) -> str:
    if bid.counts:
        return "yes"
    return "no, late" if bid.replaced_at is None else "no, replaced by a later bid"


def _marks(session: Session, parts: _Parts) -> Section:
    number, own = parts.tender.id, {"organisation_id": parts.tender.organisation_id}
    marking = evaluation.marking_of(session, number, None, **own)
    agreed = evaluation_store.list_agreed_marks(session, number, **own)
    rows: list[tuple[Cell, ...]] = []
    for one in moderation_of(parts.tender, parts.bids, marks=marking.others or (), agreed=agreed):
        bidder = parts.letters.get(one.bid.bidder, one.bid.bidder)
        rows += [
            (bidder, one.question.title, parts.who(mark.person_id), mark.mark, parts.said(mark.reason), None)
            for mark in one.marks
        ]
        if one.agreed is not None:
            told = parts.said(one.agreed.feedback) or None
            said = parts.said(one.agreed.reason)
            rows.append((bidder, one.question.title, "Agreed in moderation", one.agreed.mark, said, told))
    return Section(
        id="marks",
        title="Marks",
        note=SEALED if marking.is_sealed and parts.evaluators else "",
        columns=(
            Column(heading="Bidder", width=28),
            Column(heading="Question", style=Style.LONG_TEXT, width=30),
            Column(heading="Marked by", width=24),
            Column(heading="Mark", style=Style.NUMBER, width=8),
            Column(heading="Reason", style=Style.LONG_TEXT, width=60),
            Column(heading="Feedback", style=Style.LONG_TEXT, width=40),
        ),
        rows=tuple(rows),
        shown=(0, 1, 2, 3, 4, 5),
    )


def _evaluators(parts: _Parts) -> Section:
    return Section(
        id="evaluators",
        title="Evaluators",
        note="" if parts.evaluators else "Nobody was named.",
        columns=(
            Column(heading="Evaluator", width=26),
            Column(heading="Part", width=16),
            Column(heading="Conflict of interest", style=Style.LONG_TEXT, width=44),
            Column(heading="Marks submitted", width=26),
            Column(heading="Dropped out", style=Style.LONG_TEXT, width=40),
        ),
        rows=tuple(
            (
                parts.who(one.person_id),
                "lead" if one.is_lead else "evaluator",
                _interest(parts, one),
                "not yet" if one.submitted_at is None else wording.moment(one.submitted_at),
                None
                if one.removed_at is None
                else f"{wording.moment(one.removed_at)}. {parts.said(one.removed_because)}".strip(),
            )
            for one in parts.evaluators
        ),
        shown=(0, 1, 2, 3, 4),
    )


def _interest(parts: _Parts, one: Evaluator) -> str:
    if one.has_conflict is None:
        return "not declared yet"
    return f"yes. {parts.said(one.conflict)}".strip() if one.has_conflict else "none"


def _reduced(parts: _Parts) -> Section:
    found = [
        (bid, line)
        for bid in parts.result.bids
        for line in bid.valuation.lines
        if line.offered is not None and line.offered != line.accepted
    ]
    return Section(
        id="reduced",
        title="Lines that count for less",
        note="" if found else "Every line counts as it was offered.",
        columns=(
            Column(heading="Bidder", width=30),
            Column(heading="Measure", style=Style.LONG_TEXT, width=40),
            Column(heading="Offered", width=20),
            Column(heading="Accepted", width=20),
            Column(heading="Reason", style=Style.LONG_TEXT, width=60),
        ),
        rows=tuple(
            (
                bid.bidder,
                f"{line.measure} {line.of.title}",
                wording.quantity(line.offered, line.unit),
                wording.quantity(line.accepted, line.unit),
                line.commitment.reason,
            )
            for bid, line in found
        ),
        shown=(0, 1, 2, 3, 4),
    )


def _lines(parts: _Parts) -> Section:
    return Section(
        id="lines",
        title="Every line",
        note="Figures are exact.",
        columns=(
            Column(heading="Bidder", width=26),
            Column(heading="Measure", width=10),
            Column(heading="Title", style=Style.LONG_TEXT, width=40),
            Column(heading="Unit", width=18),
            Column(heading="Offered", style=Style.NUMBER, width=13),
            Column(heading="Accepted", style=Style.NUMBER, width=13),
            Column(heading="Unit value £", style=Style.UNIT_VALUE, width=13),
            Column(heading="Weight", style=Style.NUMBER, width=9),
            Column(heading="Value £", style=Style.UNIT_VALUE, width=16),
            Column(heading="Weighted £", style=Style.UNIT_VALUE, width=16),
            Column(heading="Reason", style=Style.LONG_TEXT, width=40),
            Column(heading="Method statement", style=Style.LONG_TEXT, width=60),
        ),
        rows=tuple(
            (
                bid.bidder,
                line.measure,
                line.of.title,
                WORDS[line.unit].many,
                "n/a" if line.commitment.not_applicable else line.offered,
                "n/a" if line.commitment.not_applicable else line.accepted,
                line.unit_value,
                line.weight,
                line.value,
                line.weighted_value,
                line.commitment.reason,
                line.commitment.statement or line.commitment.text,
            )
            for bid in parts.result.bids
            for line in bid.valuation.lines
        ),
        shown=(0, 1, 2, 3, 4, 5, 6, 8),
        is_on_page=False,
    )


def _firmness(result: Result) -> Section:
    return Section(
        id="firmness",
        title="How firm the result is",
        note="",
        columns=(
            Column(heading="Test", width=30),
            Column(heading="Finding", width=12),
            Column(heading="In words", style=Style.LONG_TEXT, width=100),
        ),
        rows=tuple((point.title, point.sign.value, point.sentence) for point in findings.firm_points(result)),
        shown=(0, 1, 2),
    )


def _warnings(parts: _Parts) -> Section:
    result = parts.result
    rows: list[tuple[Cell, ...]] = [("the tender", one.code.value, one.message) for one in result.warnings]
    rows += [(bid.bidder, one.code.value, one.message) for bid in result.bids for one in bid.warnings]
    return Section(
        id="warnings",
        title="Warnings",
        note="A warning never changes a figure." if rows else "There is none.",
        columns=(
            Column(heading="Bidder", width=26),
            Column(heading="Warning", width=20),
            Column(heading="In words", style=Style.LONG_TEXT, width=100),
        ),
        rows=tuple(rows),
        shown=(0, 2),
    )


def _clarifications(session: Session, parts: _Parts) -> Section:
    bidders = {bid.id: bid.bidder for bid in parts.bids}
    asked = evaluation.list_clarifications(session, parts.bids, organisation_id=parts.tender.organisation_id)
    return Section(
        id="clarifications",
        title="Questions to bidders",
        note="" if asked else "None was asked.",
        columns=(
            Column(heading="Bidder", width=26),
            Column(heading="Measure", width=10),
            Column(heading="Question", style=Style.LONG_TEXT, width=50),
            Column(heading="Asked", style=Style.LONG_TEXT, width=26),
            Column(heading="Answer", style=Style.LONG_TEXT, width=50),
            Column(heading="Answered", width=26),
        ),
        rows=tuple(
            (
                bidders[one.bid_id],
                one.measure,
                one.question,
                f"{wording.moment(one.asked_at)}, by {parts.who(one.asked_by)}",
                one.answer,
                None if one.answered_at is None else wording.moment(one.answered_at),
            )
            for one in asked
        ),
        shown=(0, 1, 2, 3, 4, 5),
    )


def _feedback(session: Session, parts: _Parts) -> Section:
    written = feedback.list_feedback(session, parts.tender.id, organisation_id=parts.tender.organisation_id)
    return Section(
        id="feedback",
        title="What bidders are told",
        note="" if written else "Nothing is saved yet.",
        columns=(
            Column(heading="Bidder", width=26),
            Column(heading="Feedback", style=Style.LONG_TEXT, width=90),
            Column(heading="Saved", style=Style.LONG_TEXT, width=36),
        ),
        rows=tuple(
            (
                bid.bidder,
                written[bid.id].text,
                f"{wording.moment(written[bid.id].at)}, by {parts.who(written[bid.id].person_id)}",
            )
            for bid in parts.bids
            if bid.id in written
        ),
        shown=(0, 1, 2),
    )


def _answer(parts: _Parts, decision: Decision | None, missing: Sequence[str]) -> dict[str, Any]:
    """The answer of FORMATS 2 with the decision; the frozen texts where they may be told."""
    tells = decision is not None and not parts.is_anonymous
    return {
        "number": parts.tender.id,
        "reference": parts.tender.reference,
        "anonymous": parts.is_anonymous,
        "missing": list(missing),
        "decision": None
        if decision is None
        else {
            "outcome": decision.outcome.value,
            "bidders": [parts.letters.get(name, name) for name in decision.bidders],
            "on": decision.on.isoformat(),
            "at": at_text(decision.at),
            "reason": parts.said(decision.reason) or None,
            "sha256": decision.sha256,
        },
        "answer": answer_of(parts.result),
        "frozen": {"document": decision.document, "answer": decision.answer} if tells and decision else None,
    }
