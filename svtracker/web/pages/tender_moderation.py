"""Moderation on pages: how the marks lie, who gave which and why, and the mark that was agreed (RULES 4.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from svtracker.identity.rules.roles import Role
from svtracker.kernel import numbers, wording
from svtracker.tenders.rules.marking import (
    AskedQuestion,
    Moderation,
    questions_of,
    scale_of,
    spread_to_talk_about,
    unanswered,
)
from svtracker.tenders.rules.records import Evaluator, StoredBid, StoredTender
from svtracker.tenders.rules.stages import Stage
from svtracker.web.pages.desk import TenderPage, frame_of
from svtracker.web.pages.frame import FormError
from svtracker.web.pages.tender_marks import (
    MODERATION,
    MOST_STEPS,
    Faults,
    MarkForm,
    StepOfMarking,
    Values,
    form_errors,
    is_short,
    mark_form,
    mark_words,
    names_of,
    numbers_in_words,
    paragraphs_of,
    possessive,
    question_caption,
    question_href,
)
from svtracker.web.pages.tender_words import position

# The scale on the drawing begins and ends inside it, so that the outermost marks have room; in % of its width.
SCALE_FROM, SCALE_WIDTH = 9, 82
DOT = 16
MOST_TICKS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A mark of the scale on the drawing."""

    x: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One evaluator's mark on the drawing; equal marks stand beside one another, `shift` px from their place."""

    x: str
    shift: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadRow:
    """One bid at one question: every evaluator's mark, as a picture and as figures."""

    bidder: str
    href: str | None
    dots: tuple[Dot, ...]
    marks: tuple[str, ...]
    state: str
    is_far: bool
    agreed: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadTable:
    """A question with the marks of all its answers, those furthest apart first."""

    title: str
    note: str
    rows: tuple[SpreadRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelLine:
    """An evaluator in moderation: whether they are done, and the form that opens their marks again."""

    person: int
    name: str
    state: str
    submitted: str
    is_waited_for: bool
    may_reopen: bool
    reason: str
    fault: str | None


@dataclass(frozen=True, kw_only=True)
class ModerationPage(TenderPage):
    """Where the evaluators differ, and what is still to be agreed; sealed while anybody is marking."""

    action: str
    is_sealed: bool
    panel: tuple[PanelLine, ...]
    columns: tuple[str, ...]
    tables: tuple[SpreadTable, ...]
    ticks: tuple[Tick, ...]
    scale: int
    next_href: str | None
    next_label: str


def moderation_page(
    tender: StoredTender,
    *,
    roles: frozenset[Role],
    bids: Sequence[StoredBid],
    evaluators: Sequence[Evaluator],
    names: Mapping[int, str],
    found: Sequence[Moderation] | None,
    leads: bool,
    is_barred: bool = False,
    place: str = "",
    values: Values | None = None,
    faults: Faults | None = None,
) -> ModerationPage:
    """The page of a panel; `found` is nothing while the marks are sealed, and then it holds no mark of anybody."""
    marking = [one for one in evaluators if one.marks]
    called = names_of([one.person_id for one in evaluators], names)
    wrong, scale = faults or {}, scale_of(tender)
    shown = () if is_barred else found or ()
    following = _first_open(shown, scale) if leads else None
    may_reopen = leads and tender.stage is Stage.OPENED
    return ModerationPage(
        **{  # type: ignore[arg-type]  # the frame's own keywords
            **frame_of(tender, roles=roles, here=MODERATION, title=f"Moderation: {tender.title}"),
            "answer": _how_it_stands(tender, marking, found=found, scale=scale, called=called, is_barred=is_barred),
            "errors": tuple(FormError(text=text, href=f"#reason-{place}") for text in wrong.values()),
        },
        action=f"/tenders/{tender.id}{MODERATION}",
        is_sealed=found is None or is_barred,
        panel=tuple(
            PanelLine(
                person=one.person_id,
                name=called[one.person_id],
                state="Marking" if one.submitted_at is None else "Submitted",
                submitted="" if one.submitted_at is None else wording.day(one.submitted_at.date()),
                is_waited_for=one.submitted_at is None,
                may_reopen=may_reopen and one.submitted_at is not None,
                reason=(values or {}).get("reason", "") if place == str(one.person_id) else "",
                fault=wrong.get("reason") if place == str(one.person_id) else None,
            )
            for one in marking
        ),
        columns=tuple(short_name(called[one.person_id]) for one in marking),
        tables=tuple(
            _table(tender, question, bids=bids, found=shown, marking=marking, scale=scale)
            for question in questions_of(tender)
        )
        if shown
        else (),
        ticks=ticks_of(scale),
        scale=scale,
        next_href=None
        if following is None
        else question_href(tender.id, MODERATION, following.bid.id, following.question.id),
        next_label="" if following is None else f"Agree the mark of {wording.the_bidder(following.bid.bidder)}",
    )


def _how_it_stands(
    tender: StoredTender,
    marking: Sequence[Evaluator],
    *,
    found: Sequence[Moderation] | None,
    scale: int,
    called: Mapping[int, str],
    is_barred: bool,
) -> str:
    if tender.opened_at is None:
        return "The bids are not open yet, so there are no marks."
    if found is None and tender.stage is Stage.DECIDED:
        return "The tender is decided. No evaluator’s marks were handed in here."
    if not marking and tender.stage is Stage.OPENED:
        return "Nobody marks this tender yet. Name the evaluators first."
    if is_barred:
        return "You declared a conflict of interest, so you do not take part in moderation."
    if found is None:
        waiting = [called[one.person_id] for one in marking if one.submitted_at is None]
        return f"Still marking: {wording.listed(waiting)}. All marks are sealed from everybody until the last is in."
    if not found:
        return "No bid has an answer that was marked."
    left = [one for one in found if one.is_open]
    everybody = _everybody(len(marking))
    if not left:
        return f"{everybody} marked, and every mark is agreed."
    far = sum(one.spread > spread_to_talk_about(scale) for one in left)
    apart = (
        f" {wording.counted(far, 'answer')} {'lies' if far == 1 else 'lie'} more than "
        f"{mark_words(spread_to_talk_about(scale))} apart: talk about {'it' if far == 1 else 'them'} first."
        if far
        else ""
    )
    agreed = len(found) - len(left)
    return f"{everybody} marked. {agreed} of {wording.counted(len(found), 'mark')} agreed.{apart}"


def _everybody(number: int) -> str:
    if number < 3:
        return {0: "Nobody has", 1: "The one evaluator has", 2: "Both evaluators have"}[number]
    return f"All {numbers_in_words(number)} evaluators have"


def short_name(name: str) -> str:
    """A name for the head of a narrow column: M Pendle for Morag Pendle."""
    first, _, rest = name.partition(" ")
    return f"{first[:1]} {rest}" if rest and not name.startswith("Person ") else name


def ticks_of(scale: int) -> tuple[Tick, ...]:
    """The marks of the scale that the drawing names: each of a short scale, five steps of a long one."""
    steps = range(scale + 1) if scale <= MOST_TICKS else sorted({scale * part // 5 for part in range(6)})
    return tuple(Tick(x=_at(Decimal(mark), scale), label=str(mark)) for mark in steps)


def dots_of(marks: Sequence[Decimal], scale: int) -> tuple[Dot, ...]:
    """The marks on the drawing; two marks of 3 stand 8 px to the left and to the right of it."""
    dots = []
    for mark in sorted(set(marks)):
        same = marks.count(mark)
        dots += [Dot(x=_at(mark, scale), shift=DOT * place - DOT * (same - 1) // 2) for place in range(same)]
    return tuple(dots)


def _at(mark: Decimal, scale: int) -> str:
    return position(SCALE_FROM + SCALE_WIDTH * numbers.ratio(mark, scale))


def in_order(found: Sequence[Moderation], scale: int) -> tuple[Moderation, ...]:
    """What is to be talked about first: within each question the marks that lie furthest apart."""
    far = spread_to_talk_about(scale)
    places = {one.question.id: place for place, one in reversed(list(enumerate(found)))}
    return tuple(
        sorted(found, key=lambda one: (places[one.question.id], one.spread <= far, -one.spread))  # a stable sort
    )


def _first_open(found: Sequence[Moderation], scale: int) -> Moderation | None:
    return next((one for one in in_order(found, scale) if one.is_open), None)


def next_open(found: Sequence[Moderation], scale: int, *, after: Moderation) -> Moderation | None:
    """The next answer whose mark is to be agreed, in the order of the page; the one that is open now is left out."""
    order = in_order(found, scale)
    at = order.index(after) + 1
    return next((one for one in (*order[at:], *order[:at]) if one.is_open and one is not after), None)


def _table(
    tender: StoredTender,
    question: AskedQuestion,
    *,
    bids: Sequence[StoredBid],
    found: Sequence[Moderation],
    marking: Sequence[Evaluator],
    scale: int,
) -> SpreadTable:
    far = spread_to_talk_about(scale)
    rows = [
        SpreadRow(
            bidder=wording.bidder(one.bid.bidder),
            href=question_href(tender.id, MODERATION, one.bid.id, question.id),
            dots=dots_of([mark.mark for mark in one.marks], scale),
            marks=_figures(one, marking),
            state=state_of(one),
            is_far=one.is_open and one.spread > far,
            agreed=None if one.agreed is None or one.is_overtaken else mark_words(one.agreed.mark),
        )
        for one in in_order([one for one in found if one.question.id == question.id], scale)
    ]
    rows += [
        SpreadRow(
            bidder=wording.bidder(bid.bidder),
            href=None,
            dots=(),
            marks=("–",) * len(marking),
            state="No answer: 0 by rule",
            is_far=False,
            agreed="0",
        )
        for bid in unanswered(bids, question.id)
    ]
    return SpreadTable(
        title=question.title,
        note=f"Furthest apart first; marks more than {mark_words(far)} apart are flagged",
        rows=tuple(rows),
    )


def _figures(one: Moderation, marking: Sequence[Evaluator]) -> tuple[str, ...]:
    given = {mark.person_id: mark_words(mark.mark) for mark in one.marks}
    return tuple(given.get(evaluator.person_id, "–") for evaluator in marking)


def state_of(one: Moderation) -> str:
    """Where one answer stands in moderation, in a few words."""
    if one.is_overtaken:
        return "A mark changed since it was agreed"
    if one.agreed is not None:
        return "Agreed"
    if len(one.marks) < 2:
        return "One mark only"
    return f"Differ by {mark_words(one.spread)}" if one.spread else "All the same"


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenMark:
    """What one evaluator gave, and why."""

    name: str
    mark: str
    reason: str
    feedback: str


@dataclass(frozen=True, kw_only=True)
class AgreePage(TenderPage):
    """One answer in moderation: the marks with their reasons, and the form for the agreed one."""

    who: str
    possessive: str
    steps: tuple[StepOfMarking, ...]
    dots: tuple[Dot, ...]
    ticks: tuple[Tick, ...]
    scale: int
    spread: str
    given: tuple[GivenMark, ...]
    paragraphs: tuple[str, ...]
    is_short: bool
    agreed: GivenMark | None
    is_overtaken: bool
    form: MarkForm | None
    save_label: str
    list_href: str


def agree_page(
    tender: StoredTender,
    *,
    roles: frozenset[Role],
    found: Sequence[Moderation],
    one: Moderation,
    names: Mapping[int, str],
    leads: bool,
    values: Values | None = None,
    faults: Faults | None = None,
    general: str | None = None,
) -> AgreePage:
    """The page on which one mark is agreed; others than the lead read it."""
    scale, wrong = scale_of(tender), faults or {}
    who, question = wording.the_bidder(one.bid.bidder), one.question
    agreed_by = None if one.agreed is None else one.agreed.person_id
    called = names_of([*(mark.person_id for mark in one.marks), agreed_by], names)
    errors = form_errors(wrong) if general is None else (FormError(text=general, href="#why"),)
    may_agree = leads and tender.stage is Stage.OPENED
    following = next_open(found, scale, after=one)
    agreed = one.agreed
    same = {mark.mark for mark in one.marks}
    proposed = agreed.mark if agreed is not None else (next(iter(same)) if len(same) == 1 else None)
    form = mark_form(
        tender,
        action=question_href(tender.id, MODERATION, one.bid.id, question.id),
        mark=proposed,
        reason="" if agreed is None else agreed.reason,
        feedback=_gathered(one) if agreed is None else agreed.feedback,
        values=values,
        faults=wrong,
    )
    return AgreePage(
        **{  # type: ignore[arg-type]  # the frame's own keywords
            **frame_of(tender, roles=roles, here=MODERATION, title=question.title),
            "caption": f"{question_caption(tender, question)}: moderation",
            "answer": _where_it_stands(one, called, may_agree=may_agree),
            "head_title": f"Agree the mark of {who}: {question.title}",
            "crumbs": (
                ("Tenders", "/tenders"),
                (tender.title, f"/tenders/{tender.id}"),
                ("Moderation", f"/tenders/{tender.id}{MODERATION}"),
            ),
            "errors": errors,
        },
        who=who,
        possessive=possessive(who),
        steps=_steps(tender, found, one, scale),
        dots=dots_of([mark.mark for mark in one.marks], scale),
        ticks=ticks_of(scale),
        scale=scale,
        spread=state_of(one) if one.agreed is None else f"Differ by {mark_words(one.spread)}",
        given=tuple(
            GivenMark(
                name=called[mark.person_id],
                mark=mark_words(mark.mark),
                reason=mark.reason,
                feedback=mark.feedback,
            )
            for mark in one.marks
        ),
        paragraphs=paragraphs_of(one.bid.answers.get(question.id, "")),
        is_short=is_short(one.bid.answers.get(question.id, "")),
        agreed=None
        if agreed is None
        else GivenMark(
            name="" if agreed.person_id is None else called[agreed.person_id],
            mark=mark_words(agreed.mark),
            reason=agreed.reason,
            feedback=agreed.feedback,
        ),
        is_overtaken=one.is_overtaken,
        form=form if may_agree else None,
        save_label="Save and go back to all marks" if following is None else _save_label(following, one),
        list_href=f"/tenders/{tender.id}{MODERATION}",
    )


def _save_label(following: Moderation, one: Moderation) -> str:
    where = "" if following.question.id == one.question.id else ", next question"
    return f"Save and go to {wording.the_bidder(following.bid.bidder)}{where}"


def _gathered(one: Moderation) -> str:
    """What the evaluators would tell the bidder, one under the other, for the lead to make one of."""
    return "\n".join(dict.fromkeys(mark.feedback for mark in one.marks if mark.feedback))


def _where_it_stands(one: Moderation, called: Mapping[int, str], *, may_agree: bool) -> str:
    if one.is_overtaken:
        return "A mark was changed after this one was agreed. Agree it again, or change it."
    if one.agreed is not None:
        by = "" if one.agreed.person_id is None else f" by {called[one.agreed.person_id]}"
        return f"Agreed at {mark_words(one.agreed.mark)} on {wording.day(one.agreed.at.date())}{by}."
    who = wording.the_bidder(one.bid.bidder)
    if one.spread:
        return f"The marks of {who} lie {mark_words(one.spread)} apart. {_whose_turn(may_agree=may_agree)}"
    return f"The marks of {who} are the same. {_whose_turn(may_agree=may_agree)}"


def _whose_turn(*, may_agree: bool) -> str:
    return "Agree one mark, and say why." if may_agree else "The lead evaluator writes down the agreed mark."


def _steps(tender: StoredTender, found: Sequence[Moderation], one: Moderation, scale: int) -> tuple[StepOfMarking, ...]:
    same = [other for other in in_order(found, scale) if other.question.id == one.question.id]
    if len(same) > MOST_STEPS:
        return ()
    return tuple(
        StepOfMarking(
            bidder=wording.bidder(other.bid.bidder),
            note=f"Agreed {mark_words(other.agreed.mark)}"
            if other.agreed is not None and not other.is_overtaken
            else state_of(other),
            href=question_href(tender.id, MODERATION, other.bid.id, other.question.id),
            is_done=not other.is_open,
            is_now=other.bid.id == one.bid.id,
        )
        for other in same
    )


def following_of(tender: StoredTender, found: Sequence[Moderation], one: Moderation) -> Moderation | None:
    """The next answer whose mark is to be agreed after this one; none when all are."""
    return next_open(found, scale_of(tender), after=one)
