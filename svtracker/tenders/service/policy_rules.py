"""Keeping the policy rules of an organisation, and asking them of a tender's settings."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, timedelta

from sqlalchemy.orm import Session

from svtracker.audit import service as audit
from svtracker.audit.rules.events import Actor, Change, Event
from svtracker.frameworks import service as frameworks
from svtracker.frameworks.rules.owners import Whose
from svtracker.kernel import uk_time, wording
from svtracker.kernel.clock import Clock, system_clock
from svtracker.kernel.exceptions import ChangedMeanwhileError, NotFoundError, RefusedError, StageError
from svtracker.kernel.problems import Problem, shown
from svtracker.tenders.rules import policy_rules as rules
from svtracker.tenders.rules.policy_rules import Check, PolicyRule, Standing, StoredRule
from svtracker.tenders.rules.records import StoredTender
from svtracker.tenders.rules.settings import Settings
from svtracker.tenders.service.common import require_reason
from svtracker.tenders.service.explaining import version_of
from svtracker.tenders.store import policy_rules as store

RULE = "policy rule"
OBJECT = "policy_rule"


def list_rules(session: Session, *, organisation_id: int) -> tuple[StoredRule, ...]:
    """All rules of an organisation, those that are still to come or have ended among them."""
    return store.list_rules(session, organisation_id=organisation_id)


def get_rule(session: Session, number: int, *, organisation_id: int) -> StoredRule:
    """A rule of an organisation; that of another one is not found."""
    found = store.get_rule(session, number, organisation_id=organisation_id)
    if found is None:
        raise NotFoundError(what=RULE, name=str(number), do="Choose one from the list of policy rules.")
    return found


def list_themes(session: Session, *, organisation_id: int) -> tuple[str, ...]:
    """The titles of the themes of all versions that are loaded, each once: what a rule can be about."""
    whose = Whose(organisation_id=organisation_id)
    loaded = frameworks.list_versions(session, whose=whose)
    titles = [
        theme.title
        for one in reversed(loaded)
        for theme in frameworks.get_version(session, one.name, whose=whose).themes
    ]
    return tuple(dict.fromkeys(titles))


def add_rule(
    session: Session,
    rule: PolicyRule,
    *,
    organisation_id: int,
    basis: str,
    from_day: date,
    actor: Actor,
    clock: Clock = system_clock,
) -> StoredRule:
    """Adds a rule that holds from a day on, today or later; `basis` says where it was decided."""
    _require_usable(rule, basis=basis, from_day=from_day, clock=clock)
    return _add(session, rule, None, organisation_id, basis=basis, from_day=from_day, actor=actor, clock=clock)


def change_rule(
    session: Session,
    number: int,
    rule: PolicyRule,
    *,
    organisation_id: int,
    basis: str,
    from_day: date,
    version: int,
    actor: Actor,
    clock: Clock = system_clock,
) -> StoredRule:
    """Puts another rule in the place of one, from a day on; the old one holds until the day before and is kept.

    The same words again change nothing. What was published under the old rule stays under it.
    """
    before = _open_rule(session, number, organisation_id=organisation_id, version=version, step="change the rule")
    if rule == before.rule and basis.strip() == before.basis:
        return before
    _require_usable(rule, basis=basis, from_day=from_day, clock=clock)
    _end(session, before, from_day, organisation_id, actor=actor, reason="Another rule takes its place.", clock=clock)
    return _add(session, rule, before, organisation_id, basis=basis, from_day=from_day, actor=actor, clock=clock)


def end_rule(
    session: Session,
    number: int,
    *,
    organisation_id: int,
    off_day: date,
    reason: str,
    version: int,
    actor: Actor,
    clock: Clock = system_clock,
) -> StoredRule:
    """Ends a rule, which no longer holds from a day on, today or later; it stays in the list."""
    before = _open_rule(session, number, organisation_id=organisation_id, version=version, step="end the rule")
    why = require_reason(reason, to="end a policy rule")
    problems = [*_day_problem("off_day", off_day, clock=clock)]
    if problems:
        raise RefusedError(problems)
    _end(session, before, off_day, organisation_id, actor=actor, reason=why, clock=clock)
    return get_rule(session, number, organisation_id=organisation_id)


def checks_of(session: Session, tender: StoredTender, *, clock: Clock = system_clock) -> tuple[Check, ...]:
    """How a tender's settings stand to each rule that is about it, in the order of the rules, waivers counted in.

    A tender that is published is asked the rules of the day on which it was first published, every other those of
    today. So a new rule does not reach what bidders have read already.
    """
    organisation_id = tender.organisation_id
    day = uk_time.local(tender.published_at or clock()).date()
    waivers = {one.id: one for one in store.list_waivers(session, organisation_id=organisation_id, tender_id=tender.id)}
    held = [one for one in list_rules(session, organisation_id=organisation_id) if one.holds_on(day)]
    if not held:
        return ()
    facts = _facts(session, tender.settings, organisation_id=organisation_id)
    made = [rules.check(one, facts) for one in held]
    return tuple(rules.with_waiver(one, waivers) for one in made if one is not None)


def problems_of(session: Session, tender: StoredTender, *, clock: Clock = system_clock) -> tuple[Problem, ...]:
    """Each rule that a tender's settings do not meet and that is not waived: it stops the tender being published."""
    return tuple(
        Problem(
            file="settings",
            path=f"{rules.PROBLEM}.{one.stored.id}",
            seen=one.said,
            wanted=f"{rules.limit_words(one.stored.rule)}, or a waiver",
        )
        for one in checks_of(session, tender, clock=clock)
        if one.standing is Standing.NOT_MET
    )


def _facts(session: Session, settings: Settings, *, organisation_id: int) -> rules.Facts:
    return rules.facts_of(settings, version_of(session, settings, organisation_id=organisation_id))


def _open_rule(session: Session, number: int, *, organisation_id: int, version: int, step: str) -> StoredRule:
    found = get_rule(session, number, organisation_id=organisation_id)
    if version != found.version:
        raise ChangedMeanwhileError(what=RULE)
    if found.to_day is not None:
        raise StageError(step=step, tender=f"rule {number}", stage="ended")
    return found


def _add(
    session: Session,
    rule: PolicyRule,
    before: StoredRule | None,
    organisation_id: int,
    *,
    basis: str,
    from_day: date,
    actor: Actor,
    clock: Clock,
) -> StoredRule:
    at = clock()
    added = store.add_rule(
        session,
        rule,
        basis=basis.strip(),
        from_day=from_day,
        replaces=None if before is None else before.id,
        created_at=at,
        organisation_id=organisation_id,
    )
    changes = {"from_day": Change(new=from_day.isoformat()), "basis": Change(new=added.basis)}
    if before is not None:
        changes["replaces"] = Change(new=before.id)
    for field in fields(rule):
        old = None if before is None else getattr(before.rule, field.name)
        new = getattr(rule, field.name)
        if old != new:
            changes[field.name] = Change(old=old, new=new)
    what = "policy_rule_added" if before is None else "policy_rule_changed"
    _record(session, what, added.id, organisation_id, actor=actor, clock=clock, changes=changes)
    return added


def _end(
    session: Session,
    before: StoredRule,
    off_day: date,
    organisation_id: int,
    *,
    actor: Actor,
    reason: str,
    clock: Clock,
) -> None:
    to_day = off_day - timedelta(days=1)
    done = store.end_rule(session, before.id, to_day=to_day, version=before.version, organisation_id=organisation_id)
    if not done:
        raise ChangedMeanwhileError(what=RULE)
    changes = {"to_day": Change(old=None, new=to_day.isoformat())}
    _record(
        session, "policy_rule_ended", before.id, organisation_id, actor=actor, clock=clock, changes=changes, why=reason
    )


def _record(
    session: Session,
    what: str,
    number: int,
    organisation_id: int,
    *,
    actor: Actor,
    clock: Clock,
    changes: dict[str, Change],
    why: str = "",
) -> None:
    event = Event(
        organisation_id=organisation_id,
        at=clock(),
        actor=actor,
        what=what,
        object_kind=OBJECT,
        object_id=str(number),
        changes=changes,
        reason=why,
    )
    audit.record(session, event)


def _require_usable(rule: PolicyRule, *, basis: str, from_day: date, clock: Clock) -> None:
    faults: Sequence[Problem] = [
        Problem(file=RULE, path=place, seen=seen, wanted=wanted) for place, seen, wanted in rules.faults_of_rule(rule)
    ]
    problems = [*faults, *_day_problem("from_day", from_day, clock=clock)]
    text = basis.strip()
    if len(text) > rules.LONGEST_BASIS or not text.isprintable():
        wanted = f"one line of at most {rules.LONGEST_BASIS} characters"
        problems.append(Problem(file=RULE, path="basis", seen=shown(text), wanted=wanted))
    if problems:
        raise RefusedError(problems)


def _day_problem(path: str, day: date, *, clock: Clock) -> tuple[Problem, ...]:
    today = uk_time.local(clock()).date()
    if day >= today:
        return ()
    wanted = f"{wording.day(today)} or later: a rule never reaches back"
    return (Problem(file=RULE, path=path, seen=wording.day(day), wanted=wanted),)
