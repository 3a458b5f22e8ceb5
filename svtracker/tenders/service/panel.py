"""Who marks the bids of a tender: named from the organisation's people, with the role for it (RULES 4.3)."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from svtracker.audit.rules.events import Actor
from svtracker.identity import service as identity
from svtracker.identity.rules.roles import Role, roles_on
from svtracker.identity.service import User, candidates
from svtracker.identity.service.candidates import Candidate, fault_of_candidate
from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import NotAnEvaluatorError, RefusedError
from svtracker.kernel.problems import Problem
from svtracker.tenders.rules.records import Evaluator, StoredTender
from svtracker.tenders.service import evaluation
from svtracker.tenders.service.common import TENDER, require_reason, tender_of
from svtracker.tenders.service.telling import tell

PANEL_ROLES = frozenset({Role.LEAD_EVALUATOR, Role.EVALUATOR})

NAMED = "You were named {part} of a tender"
NAMED_BODY = """You were named {part} of the tender {reference}, {title}.

Sign in and open the tender. First you say whether you have an interest in any bidder. Once the bids are opened you mark
them alone; nobody sees your marks before everybody has handed in.
"""
REMOVED = "You no longer mark a tender"
REMOVED_BODY = """You were taken out of the panel of the tender {reference}, {title}.

Whatever you marked stays on record and counts no more. Why is kept with the tender; who keeps it can tell you.
"""


def list_candidates(
    session: Session, number: int, *, organisation_id: int, clock: Clock = system_clock
) -> tuple[Candidate, ...]:
    """Who can be named evaluator of a tender and is none yet: those with the role first, then by name."""
    tender_of(session, number, organisation_id=organisation_id)
    named = {one.person_id for one in _present(session, number, organisation_id=organisation_id)}
    return candidates.list_candidates(
        session, organisation_id=organisation_id, roles=PANEL_ROLES, day=clock().date(), left_out=named
    )


def name_evaluator(
    session: Session,
    number: int,
    person_id: int,
    *,
    organisation_id: int,
    is_lead: bool,
    actor: Actor,
    clock: Clock = system_clock,
) -> None:
    """Names an evaluator, or makes one the lead; there is one lead, so the lead before goes on as an evaluator.

    Who lacks the role gets it for this tender alone. Everybody whose part changes gets a message.
    """
    tender = tender_of(session, number, organisation_id=organisation_id)
    at = clock()
    user = identity.get_user(session, person_id, organisation_id=organisation_id)
    present = _present(session, number, organisation_id=organisation_id)
    common: dict[str, Any] = {"organisation_id": organisation_id, "actor": actor, "clock": lambda: at}
    if person_id not in {one.person_id for one in present}:
        fault = fault_of_candidate(user, organisation_id=organisation_id, roles=PANEL_ROLES, day=at.date())
        if fault is not None:
            raise RefusedError([Problem(file="panel", path="person", seen=fault, wanted="somebody in the list")])
    if is_lead:
        for one in present:
            if one.is_lead and one.person_id != person_id:
                evaluation.add_evaluator(session, number, one.person_id, is_lead=False, **common)
                before = identity.get_user(session, one.person_id, organisation_id=organisation_id)
                _fit_role(session, number, before, Role.EVALUATOR, common, day=at.date())
                _tell(session, tender, one.person_id, part="evaluator", **common)
    evaluation.add_evaluator(session, number, person_id, is_lead=is_lead, **common)
    _fit_role(session, number, user, Role.LEAD_EVALUATOR if is_lead else Role.EVALUATOR, common, day=at.date())
    if (person_id, is_lead) not in {(one.person_id, one.is_lead) for one in present}:
        _tell(session, tender, person_id, part="lead evaluator" if is_lead else "evaluator", **common)


def drop_evaluator(
    session: Session,
    number: int,
    person_id: int,
    *,
    organisation_id: int,
    reason: str,
    replacement: int | None = None,
    actor: Actor,
    clock: Clock = system_clock,
) -> None:
    """Takes an evaluator out, with a reason, and names another in their place where one is given; both are told.

    Their marks stay on record and count no more; a role for this tender alone ends. Nobody takes out themself, so
    that no evaluator reads what the others marked before their own marks are in.
    """
    tender = tender_of(session, number, organisation_id=organisation_id)
    if person_id == actor.person_id:
        raise NotAnEvaluatorError(why="You cannot take yourself out: somebody else who keeps this tender does.")
    why = require_reason(reason, to="remove an evaluator")
    at = clock()
    common: dict[str, Any] = {"organisation_id": organisation_id, "actor": actor, "clock": lambda: at}
    before = next(
        (one for one in _present(session, tender.id, organisation_id=organisation_id) if one.person_id == person_id),
        None,
    )
    evaluation.remove_evaluator(session, number, person_id, reason=why, **common)
    user = identity.get_user(session, person_id, organisation_id=organisation_id)
    _fit_role(session, number, user, None, common, day=at.date(), reason=why)
    _tell(session, tender, person_id, part=None, **common)
    if replacement is not None:
        is_lead = before is not None and before.is_lead
        name_evaluator(session, number, replacement, is_lead=is_lead, **common)


def _tell(
    session: Session,
    tender: StoredTender,
    person_id: int,
    *,
    part: str | None,
    organisation_id: int,
    actor: Actor,
    clock: Clock,
) -> None:
    """A message to somebody who has another part in the panel, or none; nobody is told what they did themselves."""
    if person_id == actor.person_id:
        return
    subject, body = (REMOVED, REMOVED_BODY) if part is None else (NAMED.format(part=part), NAMED_BODY)
    values = {"part": part or "", "reference": tender.reference, "title": tender.title}
    own: dict[str, Any] = {"organisation_id": organisation_id, "actor": actor, "clock": clock}
    tell(session, [person_id], subject=subject, body=body, values=values, **own)


def _present(session: Session, number: int, *, organisation_id: int) -> tuple[Evaluator, ...]:
    everybody = evaluation.list_evaluators(session, number, organisation_id=organisation_id)
    return tuple(one for one in everybody if one.removed_at is None)


def _fit_role(
    session: Session,
    number: int,
    user: User,
    wanted: Role | None,
    common: dict[str, Any],
    *,
    day: date,
    reason: str = "",
) -> None:
    """Gives somebody the role for this tender that they need and lack, and ends the other one."""
    about: dict[str, Any] = {"object_kind": TENDER, "object_id": str(number), "reason": reason, **common}
    organisation_id = common["organisation_id"]
    whole = roles_on(user.grants, organisation_id=organisation_id, day=day)
    enough = PANEL_ROLES if wanted is Role.EVALUATOR else frozenset({Role.LEAD_EVALUATOR})
    wanted_here = set() if wanted is None or not whole.isdisjoint(enough) else {wanted}
    held = {
        one.role
        for one in user.grants
        if one.organisation_id == organisation_id and (one.object_kind, one.object_id) == (TENDER, str(number))
    }
    for role in PANEL_ROLES & (held - wanted_here):
        identity.end_role(session, user.person_id, role, **about)
    for role in PANEL_ROLES & (wanted_here - held):
        identity.grant_role(session, user.person_id, role, **about)
