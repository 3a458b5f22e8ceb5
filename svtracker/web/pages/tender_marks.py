"""Marking alone, and the evaluators of a tender, on pages (RULES 4.3, DESIGN 4.2)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import quote

from svtracker.frameworks.rules.values import Version
from svtracker.identity.rules.roles import Role
from svtracker.identity.service.candidates import Candidate
from svtracker.kernel import numbers, wording
from svtracker.tenders.rules.marking import (
    AskedQuestion,
    marking_order,
    marks_to_choose,
    questions_of,
    scale_of,
    unanswered,
    words_of_scale,
)
from svtracker.tenders.rules.records import Evaluator, StoredBid, StoredLine, StoredMark, StoredTender
from svtracker.tenders.rules.stages import Stage
from svtracker.web.pages.desk import TenderPage, frame_of
from svtracker.web.pages.frame import FormError

MARKS, EVALUATORS, MODERATION = "/marks", "/evaluators", "/moderation"

# More bids than this do not fit side by side as steps: the page leads on by its button and by the list.
MOST_STEPS = 8

# Words of an answer that a laptop shows whole.
SHORT_ANSWER = 250

TYPED = "typed"

Faults = Mapping[str, str]
Values = Mapping[str, str]


def mark_words(mark: Decimal) -> str:
    """A mark as it is said: 3, 3.5, 2.25."""
    return numbers.trimmed(mark)


def question_href(tender: int, part: str, bid: int, question: str) -> str:
    """The page on which one answer is marked, or its mark agreed."""
    return f"/tenders/{tender}{part}/{bid}/{quote(question, safe='')}"


def names_of(people: Iterable[int | None], names: Mapping[int, str]) -> dict[int, str]:
    """What these people are called; one whose name was erased by their number."""
    return {one: names.get(one, f"Person {one}") for one in people if one is not None}


def form_errors(faults: Faults) -> tuple[FormError, ...]:
    """The errors of a form on top of the page, each leading to its field."""
    return tuple(FormError(text=text, href=f"#{name}") for name, text in faults.items())


def question_caption(tender: StoredTender, question: AskedQuestion) -> str:
    """What stands above a question: its place, and how many marks it is worth."""
    ids = [one.id for one in questions_of(tender)]
    return f"Question {ids.index(question.id) + 1} of {len(ids)}, worth {_marks(question.weight)}"


def _marks(weight: Decimal) -> str:
    return f"{numbers.trimmed(weight)} {'mark' if weight == 1 else 'marks'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnMark:
    """One answer in the list of who marks it."""

    bidder: str
    href: str | None
    state: str
    mark: str | None
    reason: str
    feedback: str
    is_next: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnQuestion:
    """A question with the answers of all bids."""

    title: str
    note: str
    rows: tuple[OwnMark, ...]


@dataclass(frozen=True, kw_only=True)
class OwnMarksPage(TenderPage):
    """What is left for one evaluator: declare, mark, look through, submit."""

    action: str
    may_declare: bool
    is_declaring: bool
    said: str | None
    bidders: tuple[str, ...]
    values: Values
    faults: Faults
    questions: tuple[OwnQuestion, ...]
    done: int
    total: int
    done_width: str
    next_href: str | None
    next_label: str
    may_submit: bool
    opens: str | None


def own_marks_page(
    tender: StoredTender,
    *,
    roles: frozenset[Role],
    bids: Sequence[StoredBid],
    me: Evaluator | None,
    own: Sequence[StoredMark],
    evaluators: Sequence[Evaluator],
    is_sealed: bool,
    values: Values | None = None,
    faults: Faults | None = None,
) -> OwnMarksPage:
    """The page of one evaluator; empty but for a sentence where there is nothing to mark for the reader."""
    found = faults or {}
    can_act = tender.stage is Stage.OPENED and me is not None and me.removed_at is None
    declares = can_act and me is not None and (me.declared_at is None or "conflict" in found or "what" in found)
    given = {(one.bid_id, one.question): one for one in own}
    order = marking_order(tender, bids)
    left = [(bid, question) for bid, question in order if (bid.id, question.id) not in given]
    is_marking = can_act and me is not None and me.declared_at is not None and not me.has_conflict
    may_mark = is_marking and me is not None and me.submitted_at is None
    shows = me is not None and me.removed_at is None and me.declared_at is not None and not me.has_conflict
    following = left[0] if left and may_mark else None
    done = len(order) - len(left)
    return OwnMarksPage(
        **{  # type: ignore[arg-type]  # the frame's own keywords
            **frame_of(tender, roles=roles, here=MARKS, title=f"Your marks: {tender.title}"),
            "answer": _what_is_left(
                tender, me=me, evaluators=evaluators, left=len(left), total=len(order), sealed=is_sealed
            ),
            "errors": form_errors(found),
        },
        action=f"/tenders/{tender.id}{MARKS}",
        may_declare=can_act,
        is_declaring=declares,
        said=_said(me),
        bidders=tuple(wording.bidder(bid.bidder) for bid in bids if bid.counts) if can_act else (),
        values=values or {},
        faults=found,
        questions=tuple(
            _own_question(tender, question, bids=bids, given=given, may_mark=may_mark, following=following)
            for question in questions_of(tender)
        )
        if shows
        else (),
        done=done,
        total=len(order),
        done_width=f"{done * 100 // max(len(order), 1)}%",
        next_href=None if following is None else question_href(tender.id, MARKS, following[0].id, following[1].id),
        next_label="" if following is None else _next_label(following[0], begun=bool(given)),
        may_submit=may_mark and not left and bool(order),
        opens=f"/tenders/{tender.id}{MODERATION}" if shows and not is_sealed else None,
    )


def _next_label(bid: StoredBid, *, begun: bool) -> str:
    return f"{'Go on with' if begun else 'Begin with'} {wording.the_bidder(bid.bidder)}"


def _said(me: Evaluator | None) -> str | None:
    if me is None or me.declared_at is None:
        return None
    when = wording.day(me.declared_at.date())
    if me.has_conflict:
        return f"You declared a conflict of interest on {when}: {me.conflict}"
    return f"You declared on {when} that you have no conflict of interest with any bidder."


def _what_is_left(
    tender: StoredTender, *, me: Evaluator | None, evaluators: Sequence[Evaluator], left: int, total: int, sealed: bool
) -> str:
    if tender.opened_at is None:
        return "The bids are not open yet, so there is nothing to mark."
    if me is None or me.removed_at is not None:
        return "You are not an evaluator of this tender, so there is nothing here for you to mark."
    if me.has_conflict:
        return "You declared a conflict of interest, so you do not mark the bids of this tender."
    if tender.stage is not Stage.OPENED:
        return "The tender is decided. Marks can no longer be changed."
    if not total:
        return "No bid has an answer to mark."
    if me.declared_at is None:
        return "Say first whether you have a conflict of interest with any bidder. Then you mark alone."
    if me.submitted_at is not None:
        return f"Your marks are in. {_waits_for(evaluators) if sealed else 'Everybody has marked: marks are open.'}"
    if not left:
        return "Every answer has your mark. Look through them, change what you want, then submit."
    return f"{wording.counted(left, 'answer')} of {total} left to mark. {sealed_until(evaluators)}"


def sealed_until(evaluators: Sequence[Evaluator]) -> str:
    """For how long nobody else sees a mark."""
    marking = sum(one.marks for one in evaluators)
    if marking < 2:
        return "Your marks stay sealed until you submit them."
    everybody = "both evaluators" if marking == 2 else f"all {numbers_in_words(marking)} evaluators"
    return f"Your marks stay sealed until {everybody} have submitted theirs."


def numbers_in_words(number: int) -> str:
    """Small numbers as words, as they are said in a sentence: three; 12 stays as it is."""
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    return words[number] if number < len(words) else str(number)


def _waits_for(evaluators: Sequence[Evaluator]) -> str:
    waiting = sum(one.marks and one.submitted_at is None for one in evaluators)
    return f"They stay sealed while {wording.counted(waiting, 'evaluator')} {'is' if waiting == 1 else 'are'} marking."


def _own_question(
    tender: StoredTender,
    question: AskedQuestion,
    *,
    bids: Sequence[StoredBid],
    given: Mapping[tuple[int, str], StoredMark],
    may_mark: bool,
    following: tuple[StoredBid, AskedQuestion] | None,
) -> OwnQuestion:
    rows = []
    silent = unanswered(bids, question.id)
    for bid in bids:
        is_asked = bid in silent or any((bid, question) == pair for pair in marking_order(tender, [bid]))
        if not is_asked:
            continue
        mark = given.get((bid.id, question.id))
        has_answer = bid not in silent
        rows.append(
            OwnMark(
                bidder=wording.bidder(bid.bidder),
                href=question_href(tender.id, MARKS, bid.id, question.id) if has_answer and may_mark else None,
                state="No answer: 0 by rule" if not has_answer else ("Marked" if mark else "To mark"),
                mark=None if mark is None else mark_words(mark.mark),
                reason="" if mark is None else mark.reason,
                feedback="" if mark is None else mark.feedback,
                is_next=(bid, question) == following,
            )
        )
    note = f"Worth {_marks(question.weight)}, marked from 0 to {scale_of(tender)}"
    return OwnQuestion(title=question.title, note=note, rows=tuple(rows))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A mark to choose: its figure, its word, what it stands for."""

    value: str
    word: str
    hint: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOfMarking:
    """A bid in the row of bids: marked, now, to mark, or without an answer."""

    bidder: str
    note: str
    href: str | None
    is_done: bool
    is_now: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A line of the bid: what is promised, and how it is to be done."""

    title: str
    quantity: str
    statement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkForm:
    """The form of a mark, for one evaluator or for moderation: choices, what was typed, what is wrong."""

    action: str
    choices: tuple[Choice, ...]
    halves: tuple[Choice, ...]
    typed: str
    is_typed: bool
    scale: int
    reason: str
    feedback: str
    faults: Faults


@dataclass(frozen=True, kw_only=True)
class MarkPage(TenderPage):
    """One answer of one bid, beside the scale."""

    who: str
    possessive: str
    steps: tuple[StepOfMarking, ...]
    place: str
    paragraphs: tuple[str, ...]
    is_short: bool
    words: str
    promises: tuple[Promise, ...]
    form: MarkForm
    save_label: str
    list_href: str


def mark_page(
    tender: StoredTender,
    *,
    roles: frozenset[Role],
    bids: Sequence[StoredBid],
    bid: StoredBid,
    question: AskedQuestion,
    own: Sequence[StoredMark],
    evaluators: Sequence[Evaluator],
    version: Version | None,
    values: Values | None = None,
    faults: Faults | None = None,
    general: str | None = None,
) -> MarkPage:
    """The page on which one answer is marked; what was typed stands in it again where it could not be saved."""
    given = {(one.bid_id, one.question): one for one in own}
    mark = given.get((bid.id, question.id))
    found = faults or {}
    who = wording.the_bidder(bid.bidder)
    order = marking_order(tender, bids)
    following = following_answer(order, given, after=(bid, question))
    errors = form_errors(found) if general is None else (FormError(text=general, href="#why"),)
    return MarkPage(
        **{  # type: ignore[arg-type]  # the frame's own keywords
            **frame_of(tender, roles=roles, here=MARKS, title=question.title),
            "caption": question_caption(tender, question),
            "answer": f"Mark {who} on your own. {sealed_until(evaluators)}",
            "head_title": f"Mark {who}: {question.title}",
            "crumbs": (
                ("Tenders", "/tenders"),
                (tender.title, f"/tenders/{tender.id}"),
                ("Your marks", f"/tenders/{tender.id}{MARKS}"),
            ),
            "errors": errors,
        },
        who=who,
        possessive=possessive(wording.bidder(bid.bidder)),
        steps=steps_of(tender, MARKS, bids=bids, bid=bid, question=question, given=given),
        place=_place(bids, bid, question),
        paragraphs=paragraphs_of(bid.answers.get(question.id, "")),
        is_short=is_short(bid.answers.get(question.id, "")),
        words=wording.counted(len(bid.answers.get(question.id, "").split()), "word"),
        promises=promises_of(bid.lines, version=version),
        form=mark_form(
            tender,
            action=question_href(tender.id, MARKS, bid.id, question.id),
            mark=None if mark is None else mark.mark,
            reason="" if mark is None else mark.reason,
            feedback="" if mark is None else mark.feedback,
            values=values,
            faults=found,
        ),
        save_label=_save_label(following, question),
        list_href=f"/tenders/{tender.id}{MARKS}",
    )


def following_answer(
    order: Sequence[tuple[StoredBid, AskedQuestion]],
    given: Mapping[tuple[int, str], object],
    *,
    after: tuple[StoredBid, AskedQuestion],
) -> tuple[StoredBid, AskedQuestion] | None:
    """The next answer without a mark, from here to the end and then from the beginning; none when all are marked."""
    at = order.index(after) + 1 if after in order else 0
    for bid, question in (*order[at:], *order[:at]):
        if (bid, question) != after and (bid.id, question.id) not in given:
            return bid, question
    return None


def _save_label(following: tuple[StoredBid, AskedQuestion] | None, question: AskedQuestion) -> str:
    if following is None:
        return "Save and look through your marks"
    bid, then = following
    where = "" if then.id == question.id else " on the next question"
    return f"Save and mark {wording.the_bidder(bid.bidder)}{where}"


def steps_of(
    tender: StoredTender,
    part: str,
    *,
    bids: Sequence[StoredBid],
    bid: StoredBid,
    question: AskedQuestion,
    given: Mapping[tuple[int, str], StoredMark],
) -> tuple[StepOfMarking, ...]:
    """The bids at one question, side by side; none where there are too many of them."""
    asked = [one for one, about in marking_order(tender, bids) if about.id == question.id]
    silent = unanswered(bids, question.id)
    shown = [one for one in bids if one in asked or one in silent]
    if len(shown) > MOST_STEPS:
        return ()
    steps = []
    for one in shown:
        mark = given.get((one.id, question.id))
        note = "To mark" if mark is None else f"Marked {mark_words(mark.mark)}"
        if one in silent:
            note = "No answer: 0 by rule"
        elif one.id == bid.id:
            note = "Marking now" if mark is None else f"Marked {mark_words(mark.mark)}, open now"
        steps.append(
            StepOfMarking(
                bidder=wording.bidder(one.bidder),
                note=note,
                href=None if one in silent else question_href(tender.id, part, one.id, question.id),
                is_done=mark is not None,
                is_now=one.id == bid.id,
            )
        )
    return tuple(steps)


def _place(bids: Sequence[StoredBid], bid: StoredBid, question: AskedQuestion) -> str:
    answered = [one.id for one in bids if one.counts and one.answers.get(question.id)]
    return f"Bid {answered.index(bid.id) + 1} of {len(answered)}" if bid.id in answered else ""


def possessive(name: str) -> str:
    """Whose: Bid B’s, Croft and Sons’."""
    return f"{name}’" if name.endswith("s") else f"{name}’s"


def paragraphs_of(text: str) -> tuple[str, ...]:
    """A text as its writer divided it."""
    return tuple(part.strip() for part in text.replace("\r\n", "\n").split("\n") if part.strip())


def is_short(text: str) -> bool:
    """Whether a text stays in view beside a form, or is read beside the marks without being asked for."""
    return len(text.split()) <= SHORT_ANSWER


def promises_of(lines: Sequence[StoredLine], *, version: Version | None) -> tuple[Promise, ...]:
    """What a bid promises, with the method statements; in £ nowhere, because the answer is marked and not the money."""
    known = {} if version is None else version.measures
    found = []
    for line in lines:
        measure = known.get(line.measure)
        if line.not_applicable or (line.offered is None and not line.text):
            continue
        if line.offered is None:
            quantity = line.text
        elif measure is None:
            quantity = wording.grouped(line.offered)
        else:
            quantity = wording.quantity(line.offered, measure.unit)
        title = line.measure if measure is None else f"{line.measure} {measure.title}"
        found.append(Promise(title=title, quantity=quantity, statement=line.statement or ""))
    return tuple(found)


def mark_form(
    tender: StoredTender,
    *,
    action: str,
    mark: Decimal | None,
    reason: str,
    feedback: str,
    values: Values | None,
    faults: Faults,
) -> MarkForm:
    """The form with what is saved, or with what was typed where it could not be saved."""
    scale, words = scale_of(tender), words_of_scale(tender)
    whole, halves = marks_to_choose(scale)
    chosen = "" if mark is None else mark_words(mark)
    offered = {mark_words(one) for one in (*whole, *halves)}
    typed = chosen if chosen not in offered else ""
    if typed and offered:
        chosen = TYPED
    if values is not None:
        chosen, typed = values.get("mark", ""), values.get("other", "")
        reason, feedback = values.get("why", ""), values.get("feedback", "")
    return MarkForm(
        action=action,
        choices=tuple(_choice(mark_words(one), words, chosen=chosen) for one in whole),
        halves=tuple(_choice(mark_words(one), {}, chosen=chosen) for one in halves),
        typed=typed,
        is_typed=chosen == TYPED,
        scale=scale,
        reason=reason,
        feedback=feedback,
        faults=faults,
    )


def _choice(value: str, words: Mapping[str, str], *, chosen: str) -> Choice:
    word, hint = split_descriptor(words.get(value, ""))
    return Choice(value=value, word=word, hint=hint, is_chosen=value == chosen)


def split_descriptor(text: str) -> tuple[str, str]:
    """The word of a descriptor and the rest: “Good”, “A clear plan.” of “Good: a clear plan.”."""
    word, colon, rest = text.partition(": ")
    if not colon or len(word) > 30:
        return "", text
    return word, rest[:1].upper() + rest[1:]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluatorLine:
    """Somebody who marks: who they are, what they declared, and whether their marks are in; never what."""

    person: int
    name: str
    role: str
    is_lead: bool
    declared: str
    conflict: str
    marks: str
    tag: str
    submitted: str
    may_remove: bool
    values: Values
    faults: Faults


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerLine:
    """Somebody who marks no more."""

    name: str
    when: str
    why: str


@dataclass(frozen=True, kw_only=True)
class EvaluatorsPage(TenderPage):
    """Who marks the bids, and how far everybody is."""

    action: str
    lines: tuple[EvaluatorLine, ...]
    former: tuple[FormerLine, ...]
    may_change: bool
    with_role: tuple[tuple[str, str], ...]
    without_role: tuple[tuple[str, str], ...]
    person: str
    is_lead: bool
    faults: Faults
    warning: str | None


def evaluators_page(
    tender: StoredTender,
    *,
    roles: frozenset[Role],
    evaluators: Sequence[Evaluator],
    names: Mapping[int, str],
    candidates: Sequence[Candidate],
    me: int,
    may_change: bool,
    sees_conflicts: bool,
    place: str = "",
    values: Values | None = None,
    faults: Faults | None = None,
    general: str | None = None,
) -> EvaluatorsPage:
    """The panel; `place` is the person whose form was refused, or nothing for the form that names one."""
    typed, found = values or {}, faults or {}
    open_now = may_change and tender.stage is not Stage.DECIDED
    called = names_of([one.person_id for one in evaluators], names)
    is_naming = not place
    errors = tuple(
        FormError(text=text, href=f"#{name}" if is_naming else f"#{name}-{place}") for name, text in found.items()
    )
    if general is not None:
        errors = (FormError(text=general, href="#evaluators"),)
    marking = [one for one in evaluators if one.marks]
    all_in = bool(marking) and all(one.submitted_at is not None for one in marking)
    return EvaluatorsPage(
        **{  # type: ignore[arg-type]  # the frame's own keywords
            **frame_of(tender, roles=roles, here=EVALUATORS, title=f"Evaluators: {tender.title}"),
            "answer": _panel_words(tender, evaluators),
            "errors": errors,
        },
        action=f"/tenders/{tender.id}{EVALUATORS}",
        lines=tuple(
            EvaluatorLine(
                person=one.person_id,
                name=called[one.person_id],
                role="Lead evaluator" if one.is_lead else "Evaluator",
                is_lead=one.is_lead,
                declared=_declared(one),
                conflict=one.conflict if sees_conflicts or one.person_id == me else "",
                marks=_marks_state(tender, one)[0],
                tag=_marks_state(tender, one)[1],
                submitted="" if one.submitted_at is None else wording.day(one.submitted_at.date()),
                may_remove=open_now and one.person_id != me,
                values=typed if place == str(one.person_id) else {},
                faults=found if place == str(one.person_id) else {},
            )
            for one in evaluators
            if one.removed_at is None
        ),
        former=tuple(
            FormerLine(name=called[one.person_id], when=wording.day(one.removed_at.date()), why=one.removed_because)
            for one in evaluators
            if one.removed_at is not None
        ),
        may_change=open_now,
        with_role=tuple((str(one.person_id), one.name) for one in candidates if one.has_role),
        without_role=tuple((str(one.person_id), one.name) for one in candidates if not one.has_role),
        person=typed.get("person", "") if is_naming else "",
        is_lead=bool(typed.get("lead")) if is_naming else not any(one.is_lead and one.marks for one in evaluators),
        faults=found if is_naming else {},
        warning="Everybody’s marks are open now. Whoever is named marks alone first, and all marks are sealed again."
        if all_in and open_now
        else None,
    )


def _panel_words(tender: StoredTender, evaluators: Sequence[Evaluator]) -> str:
    present = [one for one in evaluators if one.removed_at is None]
    if not present:
        return "Nobody is named yet. Name a lead evaluator and at least one other, so that no mark stands alone."
    marking = [one for one in present if one.marks]
    if tender.opened_at is None:
        return f"{wording.counted(len(present), 'evaluator')} named. They mark alone once the bids are open."
    if not marking:
        return "Nobody who is named can mark: name another evaluator."
    waiting = sum(one.submitted_at is None for one in marking)
    if not waiting:
        return "All marks are in, and open to everybody who takes part."
    submitted, everybody = len(marking) - waiting, wording.counted(len(marking), "evaluator")
    said = f"{submitted} of {everybody} {'has' if submitted == 1 else 'have'} submitted."
    if not submitted:
        said = f"{everybody} marking, nobody has submitted yet."
    return f"{said} All marks stay sealed until the last is in."


def _declared(one: Evaluator) -> str:
    if one.declared_at is None:
        return "Not yet"
    when = wording.day(one.declared_at.date())
    return f"Conflict of interest, {when}" if one.has_conflict else f"No conflict, {when}"


def _marks_state(tender: StoredTender, one: Evaluator) -> tuple[str, str]:
    if one.has_conflict:
        return "Does not mark", "govuk-tag--grey"
    if one.submitted_at is not None:
        return "Submitted", "govuk-tag--green"
    if tender.stage is Stage.DECIDED:
        return "None", "govuk-tag--grey"
    if tender.opened_at is None:
        return "Bids not open yet", "govuk-tag--grey"
    return "Marking", "govuk-tag--yellow"
