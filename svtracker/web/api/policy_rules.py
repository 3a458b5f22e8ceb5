"""Policy rules and the register of waivers as JSON, from the same values as the pages."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request

from svtracker.audit.rules.events import at_text
from svtracker.identity.service import users
from svtracker.kernel import numbers, uk_time
from svtracker.tenders.rules import policy_rules as rules
from svtracker.tenders.rules.policy_rules import Check, StoredRule
from svtracker.tenders.service import policy_rules, waivers
from svtracker.tenders.service.waivers import RegisteredWaiver
from svtracker.web.api.responses import CLOSED
from svtracker.web.dependencies import Reading, Signed

router = APIRouter(prefix="/api/v1", tags=["policy"])


@router.get("/policy/rules", summary="The policy rules of the organisation", responses=CLOSED)
def all_rules(request: Request, session: Reading, me: Signed) -> list[dict[str, Any]]:
    """Every rule with its days of effect, those that ended and those to come among them."""
    today = uk_time.local(request.app.state.clock()).date()
    found = policy_rules.list_rules(session, organisation_id=me.organisation.id)
    return [{**rule_json(one), "holds_today": one.holds_on(today)} for one in found]


@router.get("/policy/waivers", summary="The register of waivers", responses=CLOSED)
def register(session: Reading, me: Signed) -> list[dict[str, Any]]:
    """Every waiver that was asked for, the newest first."""
    names = users.names(session)
    found = waivers.list_waivers(session, organisation_id=me.organisation.id)
    return [_waiver(one, names) for one in found]


def rule_json(stored: StoredRule) -> dict[str, Any]:
    """A rule as other programs read it."""
    rule = stored.rule
    return {
        "number": stored.id,
        "kind": rule.kind.value,
        "figure": numbers.plain(rule.figure),
        "unit": "percent" if rule.kind in rules.IN_PERCENT else "measures",
        "theme": rule.theme,
        "value_from": None if rule.value_from is None else numbers.plain(rule.value_from),
        "value_below": None if rule.value_below is None else numbers.plain(rule.value_below),
        "category": rule.category,
        "words": rules.rule_words(rule),
        "applies_to": rules.scope_words(rule),
        "basis": stored.basis or None,
        "from": stored.from_day.isoformat(),
        "to": None if stored.to_day is None else stored.to_day.isoformat(),
        "replaces": stored.replaces,
    }


def check_json(made: Check) -> dict[str, Any]:
    """How a tender stands to a rule, as other programs read it."""
    rule = made.stored.rule
    return {
        "rule": made.stored.id,
        "words": rules.rule_words(rule),
        "standing": made.standing.name.lower(),
        "wanted": numbers.plain(rule.figure),
        "found": None if made.found is None else numbers.trimmed(rules.shown_figure(rule, made.found)),
        "said": made.said,
        "waiver": made.waiver,
    }


def _waiver(one: RegisteredWaiver, names: dict[int, str]) -> dict[str, Any]:
    waiver = one.waiver
    value = waiver.contract_value
    return {
        "number": waiver.id,
        "tender": {"number": one.tender.id, "reference": one.tender.reference, "title": one.tender.title},
        "rule": {"number": one.rule.id, "words": rules.rule_words(one.rule.rule)},
        "contract_value": None if value is None else numbers.plain(numbers.round_half_up(value, 2)),
        "found": numbers.trimmed(waiver.found),
        "asked": numbers.trimmed(waiver.asked),
        "reason": waiver.reason,
        "asked_by": _person(waiver.asked_by, names),
        "asked_at": at_text(waiver.asked_at),
        "state": waiver.state.value,
        "decided_by": _person(waiver.decided_by, names),
        "decided_because": waiver.decided_because or None,
        "decided_at": _moment(waiver.decided_at),
        "withdrawn_at": _moment(waiver.withdrawn_at),
    }


def _person(number: int | None, names: dict[int, str]) -> dict[str, Any] | None:
    return None if number is None else {"person": number, "name": names.get(number)}


def _moment(value: datetime | None) -> str | None:
    return None if value is None else at_text(value)
