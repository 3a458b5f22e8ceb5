"""The decision on a tender: who leads, what is missing, what each bidder is told, the award and its confirmation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from svtracker.audit.answer import person_name
from svtracker.audit.store import Person
from svtracker.identity.rules.roles import Role
from svtracker.kernel import wording
from svtracker.tenders.rules import findings
from svtracker.tenders.rules.assembling import QUESTIONS
from svtracker.tenders.rules.deciding import can_be_awarded, needs_reason
from svtracker.tenders.rules.records import Decision, Edition, StoredTender
from svtracker.tenders.rules.result import BidResult, Result
from svtracker.tenders.rules.stages import Step, may
from svtracker.tenders.rules.values import OutcomeStatus
from svtracker.tenders.service.feedback import BidFeedback
from svtracker.tenders.service.results import Scored
from svtracker.web.pages.desk import TenderPage, frame_of
from svtracker.web.pages.frame import FormError
from svtracker.web.pages.frameworks import Fact
from svtracker.web.pages.tender_words import STATUS_WORDS

HERE = "/decision"
NOT_OPENED = "Bids are not opened yet, so there is nothing to decide between."


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Something that must be there before an award, and where it is done."""

    text: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedBid:
    """A bid in the list that is awarded from."""

    number: int
    name: str
    rank: str
    marks: str
    value: str
    percent: str
    note: str
    can_be_awarded: bool
    is_chosen: bool
    is_awarded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackForm:
    """What one bidder is told; the text of the form is what was written, else the draft."""

    bid_id: int
    bidder: str
    text: str
    draft: str | None
    """The draft of today, where something else was written."""
    state: str
    edition: int
    error: str | None


@dataclass(frozen=True, kw_only=True)
class DecisionPage(TenderPage):
    """Everything that a decision rests on, and the forms that make it."""

    number: int
    version: int
    firm: str | None
    is_whole: bool
    """Whether every mark is in; feedback is written from then on."""
    missing: tuple[Missing, ...]
    bids: tuple[RankedBid, ...]
    feedback: tuple[FeedbackForm, ...]
    facts: tuple[Fact, ...]
    sha256: str | None
    may_decide: bool
    may_award: bool
    may_abandon: bool
    award_reason: str
    abandon_reason: str
    faults: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What somebody typed into one of the forms, and what is wrong with it."""

    bids: tuple[int, ...] = ()
    award_reason: str = ""
    abandon_reason: str = ""
    feedback: Mapping[int, str] | None = None
    faults: Mapping[str, str] | None = None


def decision_page(
    tender: StoredTender,
    *,
    roles: frozenset[Role],
    may_decide: bool,
    scored: Scored | None,
    feedback: Sequence[BidFeedback],
    numbers_of: Mapping[str, int],
    decision: Decision | None,
    people: Mapping[int, Person],
    typed: Typed | None = None,
) -> DecisionPage:
    """The page; `scored` is none before the bids are opened, `numbers_of` gives the number of each bid by bidder."""
    sent = typed or Typed()
    faults = sent.faults or {}
    result = None if scored is None else scored.result
    missing = () if scored is None or decision is not None else _missing(scored, tender)
    frame = frame_of(tender, roles=roles, here=HERE)
    return DecisionPage(
        **frame,  # type: ignore[arg-type]  # the frame's own keywords
        head_title=f"Decision: {tender.title}",
        answer=_answer(result, decision, missing=missing),
        errors=tuple(FormError(text=text, href=f"#{field}") for field, text in faults.items()),
        number=tender.id,
        version=tender.version,
        firm=None if result is None or missing else findings.firm_summary(result),
        is_whole=not missing,
        missing=missing,
        bids=() if result is None else _bids(result, numbers_of=numbers_of, chosen=sent.bids, decision=decision),
        feedback=tuple(
            _feedback(one, people=people, typed=sent, faults=faults)
            for one in feedback
            if not missing or one.written is not None
        ),
        facts=() if decision is None else _facts(decision, people=people),
        sha256=None if decision is None else decision.sha256,
        may_decide=may_decide,
        may_award=may_decide and result is not None and decision is None and not missing,
        may_abandon=may_decide and may(Step.ABANDON, tender.stage),
        award_reason=sent.award_reason,
        abandon_reason=sent.abandon_reason,
        faults=faults,
    )


def _answer(result: Result | None, decision: Decision | None, *, missing: Sequence[Missing]) -> str:
    if decision is not None:
        if decision.outcome is OutcomeStatus.ABANDONED:
            return f"Abandoned on {wording.day(decision.on)}. {decision.reason}"
        to = wording.listed([wording.the_bidder(name) for name in decision.bidders])
        return f"Awarded to {to} on {wording.day(decision.on)}. The result is frozen."
    if result is None:
        return NOT_OPENED
    return f"With the marks that are in so far: {findings.answer(result)}" if missing else findings.answer(result)


def _missing(scored: Scored, tender: StoredTender) -> tuple[Missing, ...]:
    here = f"/tenders/{tender.id}"
    return tuple(
        Missing(text="Agreed marks for the answers of every assessed bid", href=f"{here}/moderation")
        if name == QUESTIONS
        else Missing(text=f"Marks for {name} of every assessed bid", href=f"{here}/bids")
        for name in scored.missing
    )


def _bids(
    result: Result, *, numbers_of: Mapping[str, int], chosen: Sequence[int], decision: Decision | None
) -> tuple[RankedBid, ...]:
    awarded = set(decision.bidders) if decision is not None else set()
    possible = {bid.bidder for bid in can_be_awarded(result)}
    rest = [bid for bid in result.bids if bid.rank is None]

    def line(bid: BidResult) -> RankedBid:
        valued = bid.valuation
        number = numbers_of.get(bid.bidder, 0)
        return RankedBid(
            number=number,
            name=wording.bidder(bid.bidder),
            rank="" if bid.rank is None else wording.ordinal(bid.rank),
            marks="" if bid.marks is None else wording.marks(bid.marks.total),
            value=wording.pounds(valued.value, places=0),
            percent="" if valued.percent is None else wording.percent_fixed(valued.percent),
            note=STATUS_WORDS[bid.status] if bid.rank is None else "",
            can_be_awarded=bid.bidder in possible,
            is_chosen=number in chosen,
            is_awarded=bid.bidder in awarded,
        )

    return tuple(line(bid) for bid in (*result.ranked, *rest))


def _feedback(
    one: BidFeedback, *, people: Mapping[int, Person], typed: Typed, faults: Mapping[str, str]
) -> FeedbackForm:
    written = one.written
    sent = (typed.feedback or {}).get(one.bid_id)
    state = "Draft from the marks; not saved yet"
    if written is not None:
        by = "" if written.person_id is None else f" by {person_name(written.person_id, people)}"
        state = f"Saved {wording.moment(written.at)}{by}"
    stands = one.draft if written is None else written.text
    return FeedbackForm(
        bid_id=one.bid_id,
        bidder=wording.bidder(one.bidder),
        text=stands if sent is None else sent,
        draft=one.draft if written is not None and written.text != one.draft else None,
        state=state,
        edition=0 if written is None else written.edition,
        error=faults.get(f"feedback-{one.bid_id}"),
    )


def _facts(decision: Decision, *, people: Mapping[int, Person]) -> tuple[Fact, ...]:
    by = "svtracker" if decision.person_id is None else person_name(decision.person_id, people)
    facts = [Fact(label="Decided", text=f"{wording.moment(decision.at)}, by {by}")]
    if decision.bidders:
        names = wording.listed([wording.bidder(name) for name in decision.bidders])
        facts.insert(0, Fact(label="Awarded to", text=names))
    if decision.reason:
        facts.append(Fact(label="Reason", text=decision.reason))
    return tuple(facts)


@dataclass(frozen=True, kw_only=True)
class ConfirmPage(TenderPage):
    """What will be frozen, said once more before it is."""

    action: str
    back: str
    button: str
    version: int
    fields: tuple[tuple[str, str], ...]
    facts: tuple[Fact, ...]
    warnings: tuple[str, ...]


def confirm_award(
    tender: StoredTender,
    *,
    roles: frozenset[Role],
    scored: Scored,
    bidders: Sequence[str],
    chosen: Sequence[int],
    reason: str,
    editions: Sequence[Edition],
    without_feedback: Sequence[str],
) -> ConfirmPage:
    """The page that repeats an award and what will be frozen with it."""
    result = scored.result
    names = wording.listed([wording.the_bidder(name) for name in bidders])
    facts = [Fact(label="Award to", text=wording.listed([wording.bidder(name) for name in bidders]))]
    if reason:
        facts.append(Fact(label="Reason", text=reason))
    warnings = []
    if needs_reason(result, bidders):
        first = (
            f"{wording.the_bidder(result.winner)} is first" if result.winner is not None else "nobody is first alone"
        )
        warnings.append(f"This is not an award to the first bid alone: {first}. Your reason goes into the record.")
    if without_feedback:
        names_of = wording.listed([wording.the_bidder(name) for name in without_feedback])
        warnings.append(f"No feedback is saved for {names_of}. It can be written after the award too.")
    return ConfirmPage(
        **_confirm_frame(tender, roles),  # type: ignore[arg-type]  # the frame's own keywords
        answer=f"Award to {names}? This cannot be taken back.",
        action=f"/tenders/{tender.id}{HERE}/award",
        back=f"/tenders/{tender.id}{HERE}",
        button=f"Award to {names} and freeze the result",
        version=tender.version,
        fields=(*(("bid", str(number)) for number in chosen), ("reason", reason)),
        facts=(*facts, *_frozen(result, editions)),
        warnings=tuple(warnings),
    )


def confirm_abandon(
    tender: StoredTender,
    *,
    roles: frozenset[Role],
    scored: Scored | None,
    reason: str,
    editions: Sequence[Edition],
) -> ConfirmPage:
    """The page that repeats why a tender ends without an award."""
    return ConfirmPage(
        **_confirm_frame(tender, roles),  # type: ignore[arg-type]  # the frame's own keywords
        answer="End this tender without an award? This cannot be taken back.",
        action=f"/tenders/{tender.id}{HERE}/abandon",
        back=f"/tenders/{tender.id}{HERE}",
        button="Abandon the tender",
        version=tender.version,
        fields=(("reason", reason),),
        facts=(Fact(label="Reason", text=reason), *(() if scored is None else _frozen(scored.result, editions))),
        warnings=()
        if scored is not None
        else ("Bids were never opened: what came in stays sealed, and nothing of it is frozen.",),
    )


def _confirm_frame(tender: StoredTender, roles: frozenset[Role]) -> dict[str, object]:
    frame = frame_of(tender, roles=roles, here=HERE)
    return {**frame, "head_title": f"Confirm the decision: {tender.title}"}


def _frozen(result: Result, editions: Sequence[Edition]) -> tuple[Fact, ...]:
    lines = sum(len(bid.valuation.lines) for bid in result.bids)
    marked = [bid for bid in result.bids if bid.marks is not None]
    marks = sum(len(findings.parts_of(bid.marks, tender=result.tender)) for bid in marked if bid.marks is not None)
    facts = [
        Fact(
            label="Frozen with it",
            text=f"{wording.counted(len(result.bids), 'bid')}, {wording.counted(lines, 'line')} with their unit "
            f"values, {wording.counted(marks, 'mark')}, and the limits of the warnings",
        ),
        Fact(label="Measure set", text=f"{result.version.name}, SHA-256 {result.version.sha256}"),
    ]
    if editions:
        last = editions[-1]
        facts.append(
            Fact(
                label="Settings",
                text=f"as published {wording.moment(last.published_at)}, SHA-256 {last.sha256}",
            )
        )
    return tuple(facts)
