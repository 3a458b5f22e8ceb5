"""Waivers: an officer asks that a tender may fall short of a policy rule, and somebody else decides."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from svtracker.audit import store as people
from svtracker.audit.rules.events import Actor, Change
from svtracker.identity.rules.accounts import AccountState
from svtracker.identity.rules.roles import Role, roles_on
from svtracker.identity.service import users
from svtracker.kernel import numbers
from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import (
    ChangedMeanwhileError,
    NotFoundError,
    NotYetError,
    RefusedError,
    SecondPersonNeededError,
)
from svtracker.kernel.problems import Problem, shown
from svtracker.messages import service as messages
from svtracker.tenders.rules import policy_rules as rules
from svtracker.tenders.rules.policy_rules import Check, StoredRule, Waiver, WaiverState
from svtracker.tenders.rules.records import StoredTender
from svtracker.tenders.rules.stages import Step
from svtracker.tenders.service.common import record, require_reason, tender_of
from svtracker.tenders.service.policy_rules import RULE, checks_of
from svtracker.tenders.store import policy_rules as store
from svtracker.tenders.store import tenders as tender_store

WAIVER = "waiver"
LONGEST_REASON = 2_000

ASKED_SUBJECT = "A waiver from a policy rule waits for your decision"
ASKED_BODY = """A waiver is asked for, for the tender {reference}.

The rule: {rule}
What is asked for: {asked}
Why: {reason}

Sign in and open the tender to approve or refuse it. Nobody decides on what they asked for themselves.
"""
DECIDED_SUBJECT = "Your waiver was decided"
DECIDED_BODY = """The waiver that you asked for, for the tender {reference}, was {outcome}.

The rule: {rule}
What was asked for: {asked}
Why it was {outcome}: {reason}

Sign in and open the tender to go on.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredWaiver:
    """A waiver with the tender and the rule that it is about."""

    waiver: Waiver
    tender: StoredTender
    rule: StoredRule


def ask_waiver(
    session: Session,
    number: int,
    rule_id: int,
    *,
    organisation_id: int,
    asked: Decimal,
    reason: str,
    actor: Actor,
    clock: Clock = system_clock,
) -> tuple[Waiver, int]:
    """Asks that a tender may fall short of a rule, as far as a figure, and tells the approvers who have an address.

    A request for the same rule that nobody has decided yet is withdrawn. Gives the waiver, and how many were told.
    """
    tender = tender_of(session, number, organisation_id=organisation_id, step=Step.WAIVE)
    made = _check_of(session, tender, rule_id, clock=clock)
    rule = made.stored.rule
    if made.found is None:
        raise NotYetError(step="ask for a waiver", why=made.said[:1].lower() + made.said[1:])
    why = _reason(reason, to="ask for a waiver")
    others = store.list_waivers(session, organisation_id=organisation_id, tender_id=number)
    earlier = [one for one in others if one.rule_id == rule_id]
    _require_worth_asking(made, asked, earlier)
    at = clock()
    for one in earlier:
        if one.state is WaiverState.ASKED:
            store.close_waiver(session, one.id, {"withdrawn_at": at}, organisation_id=organisation_id)
            changes = {WAIVER: Change(new=one.id), "state": Change(old=one.state, new=WaiverState.WITHDRAWN)}
            record(session, "waiver_withdrawn", tender, actor=actor, at=at, changes=changes, reason="Asked for anew.")
    values = {
        "tender_id": number,
        "rule_id": rule_id,
        "asked": asked,
        "found": rules.shown_figure(rule, made.found),
        "contract_value": tender.contract_value,
        "reason": why,
        "asked_by": actor.person_id,
        "asked_at": at,
    }
    added = store.add_waiver(session, values, organisation_id=organisation_id)
    asked_words = rules.figure_words(rule, asked)
    changes = {
        WAIVER: Change(new=added.id),
        "policy_rule": Change(new=rule_id),
        "rule": Change(new=rules.rule_words(rule)),
        "asked": Change(new=asked_words),
    }
    record(session, "waiver_asked", tender, actor=actor, at=at, changes=changes, reason=why)
    body = _body(ASKED_BODY, tender, rule=rules.rule_words(rule), asked=asked_words, reason=why)
    told = [one for one in _approvers(session, organisation_id, clock=clock) if one != actor.person_id]
    for person_id in told:
        messages.queue(
            session,
            organisation_id=organisation_id,
            to_person_id=person_id,
            subject=ASKED_SUBJECT,
            body=body,
            actor=actor,
            clock=clock,
        )
    return added, len(told)


def decide_waiver(
    session: Session,
    number: int,
    waiver_id: int,
    *,
    organisation_id: int,
    is_approved: bool,
    reason: str,
    actor: Actor,
    clock: Clock = system_clock,
) -> Waiver:
    """Approves or refuses a waiver with a reason, once and never by who asked for it, and tells that person."""
    tender = tender_of(session, number, organisation_id=organisation_id, step=Step.WAIVE)
    found = _waiver_of(session, tender, waiver_id)
    if found.state is not WaiverState.ASKED:
        raise ChangedMeanwhileError(what=WAIVER)
    if actor.person_id is None or actor.person_id == found.asked_by:
        raise SecondPersonNeededError(what="A waiver")
    outcome = WaiverState.APPROVED if is_approved else WaiverState.REFUSED
    why = _reason(reason, to=f"{'approve' if is_approved else 'refuse'} a waiver")
    at = clock()
    values = {
        "outcome": outcome.value,
        "decided_by": actor.person_id,
        "decided_because": why,
        "decided_at": at,
    }
    if not store.close_waiver(session, waiver_id, values, organisation_id=organisation_id):
        raise ChangedMeanwhileError(what=WAIVER)
    changes = {
        WAIVER: Change(new=waiver_id),
        "policy_rule": Change(new=found.rule_id),
        "state": Change(old=found.state, new=outcome),
    }
    record(session, f"waiver_{outcome}", tender, actor=actor, at=at, changes=changes, reason=why)
    asker = None if found.asked_by is None else people.get_person(session, found.asked_by)
    if asker is not None and asker.email is not None:
        stored = store.get_rule(session, found.rule_id, organisation_id=organisation_id)
        rule = stored.rule if stored is not None else None
        body = _body(
            DECIDED_BODY,
            tender,
            rule="" if rule is None else rules.rule_words(rule),
            asked="" if rule is None else rules.figure_words(rule, found.asked),
            reason=why,
            outcome=outcome.value,
        )
        messages.queue(
            session,
            organisation_id=organisation_id,
            to_person_id=asker.id,
            subject=DECIDED_SUBJECT,
            body=body,
            actor=actor,
            clock=clock,
        )
    return _waiver_of(session, tender, waiver_id)


def list_waivers(
    session: Session, *, organisation_id: int, tender_id: int | None = None
) -> tuple[RegisteredWaiver, ...]:
    """The register: every waiver of an organisation, or of one tender, the newest first."""
    found = store.list_waivers(session, organisation_id=organisation_id, tender_id=tender_id)
    if not found:
        return ()
    of_rules = {one.id: one for one in store.list_rules(session, organisation_id=organisation_id)}
    of_tenders = {one.id: one for one in tender_store.list_tenders(session, organisation_id=organisation_id)}
    return tuple(
        RegisteredWaiver(waiver=one, tender=of_tenders[one.tender_id], rule=of_rules[one.rule_id]) for one in found
    )


def _check_of(session: Session, tender: StoredTender, rule_id: int, *, clock: Clock) -> Check:
    for made in checks_of(session, tender, clock=clock):
        if made.stored.id == rule_id:
            return made
    raise NotFoundError(what=RULE, name=str(rule_id), do="Choose one of the rules that apply to the tender.")


def _waiver_of(session: Session, tender: StoredTender, waiver_id: int) -> Waiver:
    for one in store.list_waivers(session, organisation_id=tender.organisation_id, tender_id=tender.id):
        if one.id == waiver_id:
            return one
    raise NotFoundError(what=WAIVER, name=str(waiver_id), do="Choose one of the waivers of the tender.")


def _require_worth_asking(made: Check, asked: Decimal, earlier: Iterable[Waiver]) -> None:
    rule = made.stored.rule
    largest = rules.LARGEST_PERCENT if rule.kind in rules.IN_PERCENT else rules.LARGEST_COUNT
    places = 2 if rule.kind in rules.IN_PERCENT else 0
    limit = rules.figure_words(rule, rule.figure)
    wanted = None
    if not 0 <= asked <= largest or numbers.decimal_places(asked) > places:
        wanted = "a share in % with at most 2 decimals" if places else "a whole number of measures"
    elif rules.no_worse(rule, asked, rule.figure):
        wanted = f"{'more' if rule.kind in rules.AT_MOST else 'less'} than {limit}: the rule itself allows that"
    elif any(one.state is WaiverState.APPROVED and rules.no_worse(rule, asked, one.asked) for one in earlier):
        wanted = "a figure that no approved waiver of this tender allows already"
    if wanted is not None:
        raise RefusedError([Problem(file=WAIVER, path="figure", seen=numbers.plain(asked), wanted=wanted)])


def _reason(reason: str, *, to: str) -> str:
    why = require_reason(reason.replace("\r\n", "\n"), to=to)
    if len(why) > LONGEST_REASON:
        wanted = f"at most {LONGEST_REASON:,} characters"
        raise RefusedError([Problem(file=WAIVER, path="reason", seen=shown(why), wanted=wanted)])
    return why


def _approvers(session: Session, organisation_id: int, *, clock: Clock) -> list[int]:
    day = clock().date()
    return [
        one.person_id
        for one in users.list_users(session, organisation_id=organisation_id)
        if one.state is AccountState.ACTIVE
        and one.email is not None
        and Role.APPROVER in roles_on(one.grants, organisation_id=organisation_id, day=day)
    ]


def _body(template: str, tender: StoredTender, **words: str) -> str:
    """The text of a message; braces would look like the place of a personal link, which it does not have."""
    said = {"reference": tender.reference, **words}
    return template.format(**{key: text.replace("{", "(").replace("}", ")") for key, text in said.items()})
