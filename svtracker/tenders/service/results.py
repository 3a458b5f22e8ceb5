"""What a stored tender scores, how it ends, and the proof that it still scores the same."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from svtracker.audit.rules.events import Actor, Change, canonical
from svtracker.kernel import numbers, wording
from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import NotFoundError, NotYetError, RefusedError, SealedError
from svtracker.kernel.problems import Problem
from svtracker.registers.rules.figures import MinimumWage
from svtracker.tenders.answer import answer_of
from svtracker.tenders.loader import load_content
from svtracker.tenders.rules.assembling import Assembled, anonymised, assemble
from svtracker.tenders.rules.deciding import needs_reason
from svtracker.tenders.rules.portfolio import standing_of_result
from svtracker.tenders.rules.records import BidResult, Decision, StoredBid, StoredTender
from svtracker.tenders.rules.result import Result, score
from svtracker.tenders.rules.stages import Stage, Step
from svtracker.tenders.rules.values import BidStatus, OutcomeStatus
from svtracker.tenders.rules.warnings import Limits
from svtracker.tenders.service.bids import seal_again
from svtracker.tenders.service.common import record, require_reason, save, tender_of, versions_in
from svtracker.tenders.service.files import limits_for
from svtracker.tenders.store import bids as bid_store
from svtracker.tenders.store import evaluation as evaluation_store
from svtracker.tenders.store import invitations
from svtracker.tenders.store import portfolio as portfolio_store
from svtracker.tenders.store import tenders as store


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A stored tender, scored: its file, its result, the limits of its warnings, and which marks are not in yet."""

    content: Mapping[str, Any]
    result: Result
    limits: Limits
    missing: tuple[str, ...]


def score_tender(
    session: Session,
    number: int,
    *,
    organisation_id: int,
    minimum_wage: MinimumWage | None,
    limits: Limits | None = None,
    is_anonymous: bool = False,
) -> Scored:
    """The result of a tender as it stands; sealed for everybody until the bids are opened.

    A decided tender is scored from what was frozen with its decision, by the limits of that day.
    """
    tender = tender_of(session, number, organisation_id=organisation_id)
    if tender.opened_at is None:
        raise SealedError(what="What the bids hold", until="they are opened")
    decision = store.get_decision(session, number, organisation_id=organisation_id)
    if decision is not None and decision.document is not None:
        frozen = json.loads(decision.document)
        content, missing = frozen["file"], tuple(frozen["missing"])
        own: Limits | None = _limits_from(frozen["limits"])
    else:
        found = _assembled(session, tender)
        content, missing, own = found.content, found.missing, None
    if is_anonymous:
        content = anonymised(content)[0]
    result, used = _scored(session, tender, content, minimum_wage=minimum_wage, limits=limits or Limits(), frozen=own)
    return Scored(content=content, result=result, limits=used, missing=missing)


def award(
    session: Session,
    number: int,
    *,
    organisation_id: int,
    bidders: Sequence[str],
    reason: str,
    minimum_wage: MinimumWage | None,
    limits: Limits | None = None,
    version: int,
    actor: Actor,
    clock: Clock = system_clock,
) -> StoredTender:
    """Awards a tender and freezes its result: settings, lines, unit values and marks, with their SHA-256.

    Another than the first rank, or more than one bid, needs a reason (RULES 5.1). Not while a mark is missing.
    """
    tender = tender_of(session, number, organisation_id=organisation_id, step=Step.DECIDE, version=version)
    scored = score_tender(session, number, organisation_id=organisation_id, minimum_wage=minimum_wage, limits=limits)
    if scored.missing:
        raise NotYetError(step=Step.DECIDE, why=f"marks are missing: {wording.listed(scored.missing)}.")
    assessed = {bid.bidder: bid for bid in scored.result.bids if bid.status is BidStatus.ASSESSED}
    if not bidders:
        wanted = "one bidder or more, of those whose bids are assessed"
        raise RefusedError([Problem(file="award", path="bidder", seen="nothing", wanted=wanted)])
    for bidder in bidders:
        if bidder not in assessed:
            raise NotFoundError(what="assessed bid of", name=bidder, do="Choose one of the bids that are assessed.")
    if needs_reason(scored.result, bidders):
        reason = require_reason(reason, to="award to another bid than the first alone")
    outcome = OutcomeStatus.AWARDED
    return _decide(
        session,
        tender,
        scored,
        outcome=outcome,
        bidders=bidders,
        reason=reason,
        actor=actor,
        clock=clock,
    )


def abandon(
    session: Session,
    number: int,
    *,
    organisation_id: int,
    reason: str,
    minimum_wage: MinimumWage | None,
    limits: Limits | None = None,
    version: int,
    actor: Actor,
    clock: Clock = system_clock,
) -> StoredTender:
    """Ends a tender without an award, with a reason; it stays in history and charts (RULES 5.2)."""
    tender = tender_of(session, number, organisation_id=organisation_id, step=Step.ABANDON, version=version)
    why = require_reason(reason, to="abandon a tender")
    scored = None
    if tender.opened_at is not None:
        scored = score_tender(
            session, number, organisation_id=organisation_id, minimum_wage=minimum_wage, limits=limits
        )
    outcome = OutcomeStatus.ABANDONED
    return _decide(session, tender, scored, outcome=outcome, bidders=(), reason=why, actor=actor, clock=clock)


def get_decision(session: Session, number: int, *, organisation_id: int) -> Decision | None:
    """How a tender ended, where it has."""
    return store.get_decision(session, number, organisation_id=organisation_id)


def list_results(session: Session, *, organisation_id: int) -> Mapping[int, tuple[BidResult, ...]]:
    """What the bids of decided tenders scored, by the number of the tender."""
    return store.list_results(session, organisation_id=organisation_id)


def count_bids(session: Session, *, organisation_id: int) -> Mapping[int, int]:
    """How many bids stand for each tender."""
    return store.count_bids(session, organisation_id=organisation_id)


def list_decided(session: Session, *, organisation_id: int) -> tuple[StoredTender, ...]:
    """The tenders that have ended, the newest first."""
    everything = store.list_tenders(session, organisation_id=organisation_id)
    return tuple(tender for tender in everything if tender.stage is Stage.DECIDED)


def check_tenders(session: Session, *, organisation_id: int) -> tuple[Problem, ...]:
    """What is wrong with the tenders of an organisation: bids that differ from what came in, and frozen results.

    Every decided tender is put together and scored again from its rows, and compared with what was frozen.
    """
    return tuple(
        problem
        for tender in store.list_tenders(session, organisation_id=organisation_id)
        for problem in _check(session, tender)
    )


def _decide(
    session: Session,
    tender: StoredTender,
    scored: Scored | None,
    *,
    outcome: OutcomeStatus,
    bidders: Sequence[str],
    reason: str,
    actor: Actor,
    clock: Clock,
) -> StoredTender:
    at = clock()
    decision = Decision(
        outcome=outcome,
        bidders=tuple(bidders),
        on=at.date(),
        reason=reason.strip(),
        person_id=actor.person_id,
        at=at,
        document=None,
        answer=None,
        sha256=None,
    )
    if scored is not None:
        decision = _frozen(session, tender, decision, limits=scored.limits)
        results = _results(session, tender, scored.result)
        store.put_results(session, results, tender_id=tender.id, organisation_id=tender.organisation_id)
        standing = standing_of_result(scored.result, bidders=bidders)
        portfolio_store.put_standing(session, standing, tender_id=tender.id, organisation_id=tender.organisation_id)
    invitations.forget_drafts(session, tender.id, organisation_id=tender.organisation_id)
    store.add_decision(session, decision, tender_id=tender.id, organisation_id=tender.organisation_id)
    save(session, tender, {"stage": Stage.DECIDED, "outcome": outcome, "decided_at": at})
    changes = {
        "stage": Change(old=tender.stage, new=Stage.DECIDED),
        "outcome": Change(old=tender.outcome, new=outcome),
        "bidders": Change(new=list(bidders)),
        "sha256": Change(new=decision.sha256),
    }
    record(session, f"tender_{outcome.value}", tender, actor=actor, at=at, changes=changes, reason=reason.strip())
    return tender_of(session, tender.id, organisation_id=tender.organisation_id)


def _frozen(session: Session, tender: StoredTender, decision: Decision, *, limits: Limits) -> Decision:
    """The decision with the file and the result as they stand, and the SHA-256 over both."""
    found = _assembled(session, tender, decision=decision)
    result = _scored(session, tender, found.content, minimum_wage=None, limits=limits, frozen=limits)[0]
    frozen = {"file": found.content, "missing": list(found.missing), "limits": _limits_text(limits)}
    # Not in canonical form: the order of the lines is that of the bid.
    document = json.dumps(frozen, ensure_ascii=False)
    answer = canonical(answer_of(result))
    return replace(decision, document=document, answer=answer, sha256=_hash(document, answer))


def _assembled(session: Session, tender: StoredTender, *, decision: Decision | None = None) -> Assembled:
    bids = bid_store.list_bids(session, tender.id, organisation_id=tender.organisation_id)
    agreed = evaluation_store.list_agreed_marks(session, tender.id, organisation_id=tender.organisation_id)
    return assemble(tender, bids, agreed, decision=decision)


def _scored(
    session: Session,
    tender: StoredTender,
    content: Any,
    *,
    minimum_wage: MinimumWage | None,
    limits: Limits,
    frozen: Limits | None,
) -> tuple[Result, Limits]:
    find, known = versions_in(session, tender.organisation_id)
    found, problems = load_content(content, find_version=find, known_versions=known)
    if found is None:
        raise RefusedError(problems)
    read, version = found
    own = frozen or limits_for(read, version=version, minimum_wage=minimum_wage, limits=limits)
    return score(read, version=version, limits=own), own


def _results(session: Session, tender: StoredTender, result: Result) -> dict[int, dict[str, Any]]:
    by_name = {bid.bidder: bid.id for bid in _counting(session, tender)}
    return {
        by_name[one.bidder]: {
            "status": one.status,
            "value": one.valuation.value,
            "percent": None if one.valuation.percent is None else numbers.round_half_up(one.valuation.percent, 2),
            "total": None if one.marks is None else one.marks.total,
            "rank": one.rank,
            "is_winner": one.bidder == result.winner,
        }
        for one in result.bids
    }


def _counting(session: Session, tender: StoredTender) -> tuple[StoredBid, ...]:
    bids = bid_store.list_bids(session, tender.id, organisation_id=tender.organisation_id)
    return tuple(bid for bid in bids if bid.counts)


def _check(session: Session, tender: StoredTender) -> Iterator[Problem]:
    place = f"tender {tender.id}"
    for bid in bid_store.list_bids(session, tender.id, organisation_id=tender.organisation_id):
        if seal_again(bid) != bid.sha256:
            seen = "a bid that is not the one that came in"
            yield Problem(file=place, path=f"bid {bid.number}", seen=seen, wanted="the bid with its SHA-256")
    decision = store.get_decision(session, tender.id, organisation_id=tender.organisation_id)
    if (decision is None) != (tender.stage is not Stage.DECIDED):
        yield Problem(file=place, path="decision", seen="a stage that does not fit it", wanted="both or neither")
    if decision is None or decision.document is None or decision.answer is None:
        return
    if _hash(decision.document, decision.answer) != decision.sha256:
        seen = "a stored result that was changed"
        yield Problem(file=place, path="result", seen=seen, wanted="the result with its SHA-256")
        return
    frozen = json.loads(decision.document)
    again = _assembled(session, tender, decision=decision)
    if canonical(again.content) != canonical(frozen["file"]):
        seen = "settings, lines or marks that differ from those that were frozen with the decision"
        yield Problem(file=place, path="result", seen=seen, wanted="what was frozen")
    limits = _limits_from(frozen["limits"])
    result = _scored(session, tender, frozen["file"], minimum_wage=None, limits=limits, frozen=limits)[0]
    if canonical(answer_of(result)) != decision.answer:
        seen = "a result that is not what its file scores"
        yield Problem(file=place, path="result", seen=seen, wanted="the same when it is performed again")
    standing = portfolio_store.get_standing(session, tender.id, organisation_id=tender.organisation_id)
    if standing != standing_of_result(result, bidders=decision.bidders):
        seen = "a row of the portfolio that is not what the bids promise"
        yield Problem(file=place, path="portfolio", seen=seen, wanted="the range of its bids and its winners")


def _hash(document: str, answer: str) -> str:
    return hashlib.sha256(f"{document}\n{answer}".encode()).hexdigest()


def _limits_text(limits: Limits) -> dict[str, Any]:
    values = {field.name: getattr(limits, field.name) for field in fields(limits)}
    return {name: numbers.plain(value) if isinstance(value, Decimal) else value for name, value in values.items()}


def _limits_from(values: Mapping[str, Any]) -> Limits:
    read: dict[str, Any] = {name: Decimal(one) if isinstance(one, str) else one for name, one in values.items()}
    return Limits(**read)
