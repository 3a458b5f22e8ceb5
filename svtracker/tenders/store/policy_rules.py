"""The policy rules of an organisation, and the waivers from them."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from svtracker.tenders.rules.policy_rules import PolicyRule, RuleKind, StoredRule, Waiver, WaiverState
from svtracker.tenders.tables import PolicyRuleRow, WaiverRow

_OF_RULE = tuple(field.name for field in fields(PolicyRule))
_BESIDE = tuple(field.name for field in fields(StoredRule) if field.name != "rule")
_RULE = tuple(getattr(PolicyRuleRow, name) for name in (*_BESIDE, *_OF_RULE))
_WAIVER = tuple(getattr(WaiverRow, field.name) for field in fields(Waiver))


def add_rule(
    session: Session,
    rule: PolicyRule,
    *,
    basis: str,
    from_day: date,
    replaces: int | None,
    created_at: datetime,
    organisation_id: int,
) -> StoredRule:
    """Writes a new rule, which holds from its first day until it is ended."""
    values = {name: getattr(rule, name) for name in _OF_RULE}
    row = session.execute(
        insert(PolicyRuleRow)
        .values(
            organisation_id=organisation_id,
            basis=basis,
            from_day=from_day,
            to_day=None,
            replaces=replaces,
            created_at=created_at,
            version=1,
            **values,
        )
        .returning(*_RULE)
    ).one()
    return _rule(row)


def list_rules(session: Session, *, organisation_id: int) -> tuple[StoredRule, ...]:
    """All rules of an organisation, those that ended among them, in the order in which they were added."""
    rows = session.execute(
        select(*_RULE).where(col(PolicyRuleRow.organisation_id) == organisation_id).order_by(col(PolicyRuleRow.id))
    )
    return tuple(_rule(row) for row in rows)


def get_rule(session: Session, number: int, *, organisation_id: int) -> StoredRule | None:
    """A rule of an organisation by its number."""
    row = session.execute(
        select(*_RULE).where(col(PolicyRuleRow.organisation_id) == organisation_id, col(PolicyRuleRow.id) == number)
    ).one_or_none()
    return None if row is None else _rule(row)


def end_rule(session: Session, number: int, *, to_day: date, version: int, organisation_id: int) -> bool:
    """Writes the last day of a rule that has none; false where somebody else changed it meanwhile."""
    done: Any = session.execute(
        update(PolicyRuleRow)
        .where(
            col(PolicyRuleRow.organisation_id) == organisation_id,
            col(PolicyRuleRow.id) == number,
            col(PolicyRuleRow.version) == version,
            col(PolicyRuleRow.to_day).is_(None),
        )
        .values(to_day=to_day, version=version + 1)
    )
    return bool(done.rowcount == 1)


def add_waiver(session: Session, values: Mapping[str, Any], *, organisation_id: int) -> Waiver:
    """Writes a request for a waiver, which nobody has decided yet."""
    row = session.execute(
        insert(WaiverRow)
        .values(
            organisation_id=organisation_id,
            withdrawn_at=None,
            outcome=None,
            decided_by=None,
            decided_because="",
            decided_at=None,
            **values,
        )
        .returning(*_WAIVER)
    ).one()
    return _waiver(row)


def list_waivers(session: Session, *, organisation_id: int, tender_id: int | None = None) -> tuple[Waiver, ...]:
    """The waivers of an organisation, or those of one tender, the newest first."""
    asked = select(*_WAIVER).where(col(WaiverRow.organisation_id) == organisation_id)
    if tender_id is not None:
        asked = asked.where(col(WaiverRow.tender_id) == tender_id)
    return tuple(_waiver(row) for row in session.execute(asked.order_by(col(WaiverRow.id).desc())))


def close_waiver(session: Session, number: int, values: Mapping[str, Any], *, organisation_id: int) -> bool:
    """Writes what became of a request that is still open; false where it is not any more."""
    done: Any = session.execute(
        update(WaiverRow)
        .where(
            col(WaiverRow.organisation_id) == organisation_id,
            col(WaiverRow.id) == number,
            col(WaiverRow.outcome).is_(None),
            col(WaiverRow.withdrawn_at).is_(None),
        )
        .values(**values)
    )
    return bool(done.rowcount == 1)


def _rule(row: Row[Any]) -> StoredRule:
    values = row._asdict()
    rule = {name: values.pop(name) for name in _OF_RULE}
    return StoredRule(rule=PolicyRule(**{**rule, "kind": RuleKind(rule["kind"])}), **values)


def _waiver(row: Row[Any]) -> Waiver:
    values = row._asdict()
    outcome = values["outcome"]
    return Waiver(**{**values, "outcome": None if outcome is None else WaiverState(outcome)})
