"""Evaluating opened bids: what counts of each line, questions to bidders, marks under seal, moderation (RULES 4.3)."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from svtracker.audit.rules.events import Actor, Change, Value, canonical, is_keepable
from svtracker.kernel import numbers, wording
from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import NotAnEvaluatorError, NotFoundError, NotYetError, RefusedError, SealedError
from svtracker.kernel.problems import Problem, shown
from svtracker.kernel.units import DECIMALS
from svtracker.tenders.rules.marking import Moderation, asked_of, fault_of_mark, moderation_of, scale_of
from svtracker.tenders.rules.records import Clarification, Evaluator, StoredBid, StoredLine, StoredMark, StoredTender
from svtracker.tenders.rules.stages import Step
from svtracker.tenders.rules.values import BidStatus
from svtracker.tenders.service.common import bid_of, record, require_reason, tender_of
from svtracker.tenders.service.standing import note_standing
from svtracker.tenders.store import bids as bid_store
from svtracker.tenders.store import evaluation as store

LONGEST_TEXT = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Marking:
    """What one person may see of the marks of a tender: their own, and those of the others once nothing is sealed."""

    evaluators: tuple[Evaluator, ...]
    own: tuple[StoredMark, ...]
    others: tuple[StoredMark, ...] | None
    """None while anybody is still marking."""

    @property
    def is_sealed(self) -> bool:
        """Whether the marks of others are sealed."""
        return self.others is None


def add_evaluator(
    session: Session,
    number: int,
    person_id: int,
    *,
    organisation_id: int,
    is_lead: bool,
    actor: Actor,
    clock: Clock = system_clock,
) -> None:
    """Names somebody who is to mark the bids, or makes them lead or lead no more.

    One who dropped out before comes back with nothing submitted.
    """
    tender = tender_of(session, number, organisation_id=organisation_id)
    if tender.decided_at is not None:
        raise NotYetError(step="name an evaluator", why="the tender is decided.")
    at = clock()
    known = {one.person_id: one for one in list_evaluators(session, number, organisation_id=organisation_id)}
    before = known.get(person_id)
    if before is not None and before.removed_at is None and before.is_lead == is_lead:
        return
    if before is None:
        values = {"tender_id": number, "person_id": person_id, "is_lead": is_lead, "added_at": at}
        store.add_evaluator(session, {**values, "conflict": "", "removed_because": ""}, organisation_id=organisation_id)
    else:
        again: dict[str, Any] = {"is_lead": is_lead}
        if before.removed_at is not None:
            again |= {"removed_at": None, "removed_because": "", "submitted_at": None}
        store.change_evaluator(session, number, person_id, again, organisation_id=organisation_id)
    changes = {"person": Change(new=person_id), "lead": Change(new=is_lead)}
    record(session, "evaluator_added", tender, actor=actor, at=at, changes=changes)


def remove_evaluator(
    session: Session,
    number: int,
    person_id: int,
    *,
    organisation_id: int,
    reason: str,
    actor: Actor,
    clock: Clock = system_clock,
) -> None:
    """Takes an evaluator out, with a reason; the marks stay on record and count no more."""
    tender = tender_of(session, number, organisation_id=organisation_id)
    if tender.decided_at is not None:
        raise NotYetError(step="remove an evaluator", why="the tender is decided.")
    why = require_reason(reason, to="remove an evaluator")
    _evaluator(session, tender, person_id)
    at = clock()
    values = {"removed_at": at, "removed_because": why}
    store.change_evaluator(session, number, person_id, values, organisation_id=organisation_id)
    record(
        session, "evaluator_removed", tender, actor=actor, at=at, changes={"person": Change(old=person_id)}, reason=why
    )


def declare(
    session: Session,
    number: int,
    person_id: int,
    *,
    organisation_id: int,
    has_conflict: bool,
    conflict: str,
    actor: Actor,
    clock: Clock = system_clock,
) -> None:
    """Declares whether an evaluator has a conflict of interest with any bidder; with one, they do not mark."""
    tender = tender_of(session, number, organisation_id=organisation_id, step=Step.EVALUATE)
    before = _evaluator(session, tender, person_id)
    if has_conflict:
        conflict = require_reason(conflict, to="declare a conflict of interest")
        _require_short(conflict=conflict)
    at = clock()
    said = conflict.strip() if has_conflict else ""
    values = {"declared_at": at, "has_conflict": has_conflict, "conflict": said}
    store.change_evaluator(session, number, person_id, values, organisation_id=organisation_id)
    changes = {
        "person": Change(new=person_id),
        "has_conflict": Change(old=before.has_conflict, new=has_conflict),
        "conflict": Change(old=before.conflict or None, new=said or None),
    }
    record(session, "interests_declared", tender, actor=actor, at=at, changes=changes)


def give_mark(
    session: Session,
    number: int,
    person_id: int,
    *,
    organisation_id: int,
    bid_id: int,
    question: str,
    mark: str,
    reason: str,
    feedback: str = "",
    actor: Actor,
    clock: Clock = system_clock,
) -> None:
    """Keeps one evaluator's mark for one answer, with its reason; sealed from everybody else until all are in.

    The event holds only the SHA-256 of the mark with a random text. The same mark and words again change nothing.
    Refused with everything that is wrong with mark, reason and feedback.
    """
    tender = tender_of(session, number, organisation_id=organisation_id, step=Step.EVALUATE)
    evaluator = _marking(session, tender, person_id)
    if evaluator.submitted_at is not None:
        raise NotYetError(
            step="change a mark", why="your marks are submitted. The lead evaluator can open them again, with a reason."
        )
    bid = bid_of(session, tender, bid_id)
    _require_answer(tender, bid, question)
    value, why = _mark_and_reason(tender, mark=mark, reason=reason, feedback=feedback, to="give a mark")
    own = store.list_marks(session, number, organisation_id=organisation_id, person_id=person_id)
    before = next((one for one in own if (one.bid_id, one.question) == (bid_id, question)), None)
    if before is not None and (before.mark, before.reason, before.feedback) == (value, why, feedback.strip()):
        return
    nonce, at = secrets.token_hex(16), clock()
    said = {"mark": value, "reason": why, "feedback": feedback.strip(), "nonce": nonce}
    sha256 = mark_seal(mark=value, reason=why, feedback=feedback.strip(), nonce=nonce)
    values = {
        "tender_id": number,
        "bid_id": bid_id,
        "question": question,
        "person_id": person_id,
        **said,
        "at": at,
        "sha256": sha256,
    }
    store.add_mark(session, values, organisation_id=organisation_id)
    changes = {"bid": Change(new=bid.number), "question": Change(new=question), "sha256": Change(new=sha256)}
    record(session, "mark_given", tender, actor=actor, at=at, changes=changes)


def submit_marks(
    session: Session,
    number: int,
    person_id: int,
    *,
    organisation_id: int,
    actor: Actor,
    clock: Clock = system_clock,
) -> None:
    """Says that an evaluator is done; once all are, the marks are open to all who take part."""
    tender = tender_of(session, number, organisation_id=organisation_id, step=Step.EVALUATE)
    _marking(session, tender, person_id)
    marks = store.list_marks(session, number, organisation_id=organisation_id, person_id=person_id)
    given = {(mark.bid_id, mark.question) for mark in marks}
    bids = bid_store.list_bids(session, number, organisation_id=organisation_id)
    missing = [(bid, question) for bid, question in asked_of(tender, bids) if (bid.id, question) not in given]
    if missing:
        left = wording.counted(len(missing), "answer")
        raise NotYetError(
            step="submit your marks", why=f"{left} of {wording.bidder(missing[0][0].bidder)} and on wait."
        )
    at = clock()
    store.change_evaluator(session, number, person_id, {"submitted_at": at}, organisation_id=organisation_id)
    record(session, "marks_submitted", tender, actor=actor, at=at, changes={"person": Change(new=person_id)})


def reopen_marks(
    session: Session,
    number: int,
    person_id: int,
    *,
    organisation_id: int,
    reason: str,
    actor: Actor,
    clock: Clock = system_clock,
) -> None:
    """Lets an evaluator change submitted marks, with a reason; everybody's are sealed again until they are done.

    The lead evaluator of the tender does it.
    """
    tender = tender_of(session, number, organisation_id=organisation_id, step=Step.EVALUATE)
    _require_lead(list_evaluators(session, number, organisation_id=organisation_id), actor, tender=tender)
    why = require_reason(reason, to="open submitted marks again")
    evaluator = _evaluator(session, tender, person_id)
    if evaluator.submitted_at is None:
        raise NotYetError(step="open marks again", why="they are not submitted.")
    store.change_evaluator(session, number, person_id, {"submitted_at": None}, organisation_id=organisation_id)
    changes = {"person": Change(new=person_id)}
    record(session, "marks_reopened", tender, actor=actor, at=clock(), changes=changes, reason=why)


def marking_of(session: Session, number: int, person_id: int | None, *, organisation_id: int) -> Marking:
    """What a person may see of the marks; nobody sees another's while anybody is still marking (RULES 4.3)."""
    evaluators = list_evaluators(session, number, organisation_id=organisation_id)
    own: tuple[StoredMark, ...] = ()
    if person_id is not None:
        own = store.list_marks(session, number, organisation_id=organisation_id, person_id=person_id)
    if _is_sealed(evaluators):
        return Marking(evaluators=evaluators, own=own, others=None)
    counting = {one.person_id for one in evaluators if one.marks}
    everybody = store.list_marks(session, number, organisation_id=organisation_id, person_id=None)
    others = tuple(mark for mark in everybody if mark.person_id in counting)
    return Marking(evaluators=evaluators, own=own, others=others)


def moderation(session: Session, number: int, *, organisation_id: int) -> tuple[Moderation, ...]:
    """Answer by answer the marks of all evaluators with their spread, and what was agreed; sealed until all are in."""
    tender = tender_of(session, number, organisation_id=organisation_id)
    marking = marking_of(session, number, None, organisation_id=organisation_id)
    if marking.others is None:
        raise SealedError(what="What others marked", until="everybody has submitted their marks")
    bids = bid_store.list_bids(session, number, organisation_id=organisation_id)
    agreed = store.list_agreed_marks(session, number, organisation_id=organisation_id)
    return moderation_of(tender, bids, marks=marking.others, agreed=agreed)


def agree(
    session: Session,
    number: int,
    *,
    organisation_id: int,
    bid_id: int,
    question: str,
    mark: str,
    reason: str,
    feedback: str = "",
    actor: Actor,
    clock: Clock = system_clock,
) -> None:
    """Keeps the mark that moderation agreed, with its reason, beside the individual marks (RULES 4.3).

    The lead evaluator of the tender does it. The same mark and words again change nothing, unless an evaluator's mark
    came after them. Refused with everything that is wrong with mark, reason and feedback.
    """
    tender = tender_of(session, number, organisation_id=organisation_id, step=Step.EVALUATE)
    evaluators = list_evaluators(session, number, organisation_id=organisation_id)
    if _is_sealed(evaluators):
        raise NotYetError(step="agree a mark", why="not everybody has submitted their marks.")
    _require_lead(evaluators, actor, tender=tender)
    bid = bid_of(session, tender, bid_id)
    _require_answer(tender, bid, question)
    value, why = _mark_and_reason(tender, mark=mark, reason=reason, feedback=feedback, to="agree a mark")
    found = moderation(session, number, organisation_id=organisation_id)
    answer_now = next(one for one in found if (one.bid.id, one.question.id) == (bid_id, question))
    before, at = answer_now.agreed, clock()
    same = before is not None and (before.mark, before.reason, before.feedback) == (value, why, feedback.strip())
    if same and not answer_now.is_overtaken:
        return
    values = {
        "tender_id": number,
        "bid_id": bid_id,
        "question": question,
        "mark": value,
        "reason": why,
        "feedback": feedback.strip(),
        "person_id": actor.person_id,
        "at": at,
    }
    store.add_agreed_mark(session, values, organisation_id=organisation_id)
    changes = {
        "bid": Change(new=bid.number),
        "question": Change(new=question),
        "mark": Change(old=None if before is None else before.mark, new=value),
    }
    record(session, "mark_agreed", tender, actor=actor, at=at, changes=changes, reason=why)


def accept_line(
    session: Session,
    number: int,
    *,
    organisation_id: int,
    bid_id: int,
    measure: str,
    accepted: str,
    reason: str,
    actor: Actor,
    clock: Clock = system_clock,
) -> None:
    """Lets less than what was offered count, or all of it again, with a reason; what was offered stays beside it.

    `accepted` is a quantity from 0 (rejected) to what was offered (RULES 3.7).
    """
    tender = tender_of(session, number, organisation_id=organisation_id, step=Step.EVALUATE)
    bid = bid_of(session, tender, bid_id)
    line = _line(bid, measure)
    value = numbers.parse_decimal(accepted.replace(",", "").strip())
    offered = line.offered
    if value is None or offered is None or not 0 <= value <= offered or numbers.decimal_places(value) > DECIMALS:
        most = "nothing, because nothing was offered" if offered is None else f"0 to {wording.grouped(offered)}"
        wanted = f"{most}, with at most {DECIMALS} decimals" if offered is not None else most
        raise RefusedError([Problem(file="line", path="accepted", seen=shown(accepted), wanted=wanted)])
    why = require_reason(reason, to="change what counts of a line")
    if value == line.accepted and why == line.reason:
        return
    at = clock()
    bid_store.add_acceptance(
        session,
        line.id,
        accepted=value,
        reason=why,
        person_id=actor.person_id,
        at=at,
        organisation_id=organisation_id,
    )
    changes = {
        "bid": Change(new=bid.number),
        "measure": Change(new=measure),
        "accepted": Change(old=_trimmed(line.accepted), new=numbers.trimmed(value)),
    }
    record(session, "line_accepted", tender, actor=actor, at=at, changes=changes, reason=why)
    note_standing(session, tender)


def change_status(
    session: Session,
    number: int,
    *,
    organisation_id: int,
    bid_id: int,
    status: BidStatus,
    reason: str,
    actor: Actor,
    clock: Clock = system_clock,
) -> None:
    """Excludes a bid, notes that it was withdrawn, or takes it back into the evaluation, with a reason (RULES 3.6)."""
    tender = tender_of(session, number, organisation_id=organisation_id, step=Step.EVALUATE)
    bid = bid_of(session, tender, bid_id)
    why = require_reason(reason, to="change where a bid stands")
    if status is BidStatus.BELOW_MINIMUM:
        wanted = "assessed, excluded or withdrawn; below the minimum is set by the rule"
        raise RefusedError([Problem(file="bid", path="status", seen=shown(status.value), wanted=wanted)])
    values = {"status": status, "status_because": why}
    bid_store.change_bid(session, bid_id, values, organisation_id=organisation_id)
    changes = {"bid": Change(new=bid.number), "status": Change(old=bid.status, new=status)}
    record(session, "bid_status_changed", tender, actor=actor, at=clock(), changes=changes, reason=why)
    note_standing(session, tender)


def give_other_marks(
    session: Session,
    number: int,
    *,
    organisation_id: int,
    bid_id: int,
    marks: Mapping[str, str],
    actor: Actor,
    clock: Clock = system_clock,
) -> None:
    """Keeps marks that come finished from elsewhere, such as those for quality (RULES 4.4)."""
    tender = tender_of(session, number, organisation_id=organisation_id, step=Step.EVALUATE)
    bid = bid_of(session, tender, bid_id)
    read = {name: numbers.parse_decimal(text.strip()) for name, text in marks.items() if text.strip()}
    problems = [
        Problem(file="marks", path=name, seen=shown(marks[name]), wanted="a mark of 0 or more, as in 30 or 27.5")
        for name, value in read.items()
        if value is None or value < 0 or numbers.decimal_places(value) > DECIMALS
    ]
    if problems:
        raise RefusedError(problems)
    new = {name: numbers.plain(value) for name, value in read.items() if value is not None}
    old = {name: numbers.plain(value) for name, value in bid.other_marks.items()}
    if new == old:
        return
    bid_store.change_bid(session, bid_id, {"other_marks": new}, organisation_id=organisation_id)
    changes = {"bid": Change(new=bid.number), "other_marks": Change(old=old, new=new)}
    record(session, "other_marks_given", tender, actor=actor, at=clock(), changes=changes)


def ask(
    session: Session,
    number: int,
    *,
    organisation_id: int,
    bid_id: int,
    measure: str | None,
    question: str,
    actor: Actor,
    clock: Clock = system_clock,
) -> int:
    """Notes a question to a bidder about a line or the whole bid; answers its number."""
    tender = tender_of(session, number, organisation_id=organisation_id, step=Step.EVALUATE)
    bid = bid_of(session, tender, bid_id)
    if measure is not None:
        _line(bid, measure)
    text = require_reason(question, to="ask a bidder")
    _require_short(question=text)
    at = clock()
    values = {
        "bid_id": bid_id,
        "measure": measure,
        "question": text,
        "asked_by": actor.person_id,
        "asked_at": at,
    }
    asked = bid_store.add_clarification(session, values, organisation_id=organisation_id)
    changes = {"bid": Change(new=bid.number), "measure": Change(new=measure), "question": Change(new=text)}
    record(session, "clarification_asked", tender, actor=actor, at=at, changes=changes)
    return asked


def answer(
    session: Session,
    number: int,
    clarification: int,
    *,
    organisation_id: int,
    text: str,
    actor: Actor,
    clock: Clock = system_clock,
) -> None:
    """Notes what a bidder answered; an answer is given once and changes no figure by itself."""
    tender = tender_of(session, number, organisation_id=organisation_id, step=Step.EVALUATE)
    found = bid_store.get_clarification(session, clarification, organisation_id=organisation_id)
    if found is None or found.answered_at is not None:
        raise NotFoundError(what="open question", name=str(clarification), do="Look at the questions of the bid.")
    bid = bid_of(session, tender, found.bid_id)
    said = require_reason(text, to="note an answer")
    _require_short(answer=said)
    at = clock()
    bid_store.answer_clarification(
        session, clarification, answer=said, person_id=actor.person_id, at=at, organisation_id=organisation_id
    )
    changes = {"bid": Change(new=bid.number), "clarification": Change(new=clarification), "answer": Change(new=said)}
    record(session, "clarification_answered", tender, actor=actor, at=at, changes=changes)


def list_clarifications(
    session: Session, bids: Sequence[StoredBid], *, organisation_id: int
) -> tuple[Clarification, ...]:
    """The questions that were asked about bids."""
    return bid_store.list_clarifications(session, [bid.id for bid in bids], organisation_id=organisation_id)


def list_evaluators(session: Session, number: int, *, organisation_id: int) -> tuple[Evaluator, ...]:
    """Who marks the bids of a tender, those among them who dropped out."""
    return store.list_evaluators(session, number, organisation_id=organisation_id)


def list_opened(session: Session, *, organisation_id: int) -> Mapping[str, frozenset[int]]:
    """What is sealed no more, for whoever takes everything along: the tenders whose bids, or marks, are open."""
    return {
        "bid": store.list_opened(session, organisation_id=organisation_id),
        "mark": store.list_unsealed(session, organisation_id=organisation_id),
    }


def tenders_to_mark(session: Session, person_id: int, *, organisation_id: int) -> Mapping[int, Evaluator]:
    """The tenders whose bids a person marks, and how far they are with each."""
    return store.list_tenders_of(session, person_id, organisation_id=organisation_id)


def _is_sealed(evaluators: Sequence[Evaluator]) -> bool:
    marking = [one for one in evaluators if one.marks]
    return not marking or any(one.submitted_at is None for one in marking)


def _evaluator(session: Session, tender: StoredTender, person_id: int) -> Evaluator:
    for one in list_evaluators(session, tender.id, organisation_id=tender.organisation_id):
        if one.person_id == person_id and one.removed_at is None:
            return one
    raise NotAnEvaluatorError(why=f"Only the evaluators of {tender.title} mark its bids.")


def _marking(session: Session, tender: StoredTender, person_id: int) -> Evaluator:
    found = _evaluator(session, tender, person_id)
    if found.declared_at is None:
        raise NotAnEvaluatorError(why="Declare first whether you have a conflict of interest with any bidder.")
    if found.has_conflict:
        raise NotAnEvaluatorError(
            why="You declared a conflict of interest, so you do not mark the bids of this tender."
        )
    return found


def _require_lead(evaluators: Sequence[Evaluator], actor: Actor, *, tender: StoredTender) -> None:
    if not any(one.is_lead and one.marks and one.person_id == actor.person_id for one in evaluators):
        raise NotAnEvaluatorError(why=f"The lead evaluator of {tender.title} leads its moderation.")


def _require_answer(tender: StoredTender, bid: StoredBid, question: str) -> None:
    if (bid.id, question) not in {(one.id, asked) for one, asked in asked_of(tender, [bid])}:
        raise NotFoundError(what="answer to mark", name=question, do="Choose one from the answers of the bids.")


def _mark_and_reason(tender: StoredTender, *, mark: str, reason: str, feedback: str, to: str) -> tuple[Decimal, str]:
    """The mark and why, or everything that is wrong with them and with the feedback, by the name of its field."""
    value = numbers.parse_decimal(mark.strip())
    fault = fault_of_mark(value, scale=scale_of(tender))
    problems = [] if fault is None else [Problem(file="mark", path="mark", seen=shown(mark), wanted=fault)]
    if not reason.strip():
        wanted = f"a reason: to {to}, say why"
        problems.append(Problem(file="mark", path="reason", seen="nothing", wanted=wanted))
    problems += _faults_of_texts(reason=reason.strip(), feedback=feedback.strip())
    if value is None or problems:
        raise RefusedError(problems)
    return value, reason.strip()


def _line(bid: StoredBid, measure: str) -> StoredLine:
    for line in bid.lines:
        if line.measure == measure:
            return line
    raise NotFoundError(what="line", name=measure, do="Choose one from the lines of the bid.")


def _require_short(**texts: str) -> None:
    problems = _faults_of_texts(**texts)
    if problems:
        raise RefusedError(problems)


def _faults_of_texts(**texts: str) -> list[Problem]:
    wanted = f"at most {LONGEST_TEXT:,} characters"
    long = [
        Problem(file="text", path=name, seen=f"{len(text):,} characters", wanted=wanted)
        for name, text in texts.items()
        if len(text) > LONGEST_TEXT
    ]
    odd = [
        Problem(file="text", path=name, seen="a character that cannot be stored", wanted="the text typed anew")
        for name, text in texts.items()
        if not is_keepable(text)
    ]
    return long + odd


def _trimmed(value: Decimal | None) -> str | None:
    return None if value is None else numbers.trimmed(value)


def mark_seal(*, mark: Decimal, reason: str, feedback: str, nonce: str) -> str:
    """The SHA-256 that the event of a mark holds."""
    said: dict[str, Value] = {"mark": mark, "reason": reason, "feedback": feedback, "nonce": nonce}
    return hashlib.sha256(canonical(said).encode()).hexdigest()
