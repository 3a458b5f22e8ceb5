"""Progress and register import as other programs get them: the JSON of FORMATS 3, from command, page and API alike."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from svtracker.delivery.rules.figures import Amount, Position, by_category, figures
from svtracker.delivery.rules.records import Contract
from svtracker.delivery.rules.register import RegisterPlan, count
from svtracker.delivery.rules.stored import StoredContract
from svtracker.kernel import numbers
from svtracker.kernel.units import DECIMALS
from svtracker.registers.rules.policy import DEFAULT, Policy

Answer = dict[str, Any]


def progress_answer(
    contract: Contract, some: Sequence[Position], *, at: date, elapsed: bool = False, policy: Policy = DEFAULT
) -> Answer:
    """The four figures of a contract and of each of its commitments; £ and % with two decimals, quantities as they are.

    What is unknown, or a share of nothing, is null.
    """
    sums = figures(some)
    return {
        "at": at.isoformat(),
        "elapsed": elapsed,
        "contract": contract.reference,
        "committed": _two(sums.committed),
        "due": _two(sums.due),
        "claimed": _two(sums.claimed),
        "verified": _two(sums.verified),
        "achievement_percent": _two(sums.of_due.capped),
        "achievement_percent_uncapped": _two(sums.of_due.uncapped),
        "verified_of_committed_percent": _two(sums.of_committed.uncapped),
        "verified_of_committed_percent_capped": _two(sums.of_committed.capped),
        "status": sums.status(policy).value,
        "without_value": {"met": sums.met, "due": sums.to_meet},
        "by_category": {
            category.value: {
                "committed": _two(one.committed),
                "due": _two(one.due),
                "claimed": _two(one.claimed),
                "verified": _two(one.verified),
            }
            for category, one in by_category(some).items()
        },
        "commitments": [_commitment(one, policy=policy) for one in some],
    }


def contract_answer(stored: StoredContract) -> Answer:
    """What a contract is: its names, parties, term and value in £, none of its figures."""
    about = stored.contract
    return {
        "number": stored.id,
        "contract": about.reference,
        "title": about.title,
        "supplier": stored.supplier,
        "source": stored.source.value,
        "tender": stored.tender_id,
        "framework": about.framework,
        "starts_on": about.starts_on.isoformat(),
        "ends_on": about.ends_on.isoformat(),
        "periods": about.periods.value,
        "value": _two(about.value),
        "estimated_value": _two(about.estimated_value),
        "directorate": about.directorate,
        "category": about.category,
        "area": about.area,
        "commitments": len(about.commitments),
        "invented": stored.is_invented,
    }


def import_answer(plan: RegisterPlan) -> Answer:
    """What an import of a contracts register does or would do: every row is a contract or listed with its reason.

    `value` is the sum of the contracts, `value_listed` that of the listed rows as far as it can be read; together they
    are `value_in_file`.
    """
    return {
        "rows": plan.rows,
        "contracts": count(plan.contracts),
        "suppliers": count(plan.suppliers),
        "value": _two(plan.value),
        "value_in_file": _two(plan.value_in_file),
        "value_listed": _two(plan.value_listed),
        "listed": [{"line": one.line, "reason": one.reason} for one in plan.listed],
        "notes": [{"line": line, "note": note} for line, note in plan.notes],
        "columns": plan.columns.named,
        "columns_left_aside": list(plan.columns.unused),
    }


def _commitment(one: Position, *, policy: Policy) -> Answer:
    status = one.status(policy)
    return {
        "measure": one.commitment.measure,
        "unit": one.commitment.unit.value,
        "committed": _both(one, one.committed),
        "due": _both(one, one.due),
        "claimed": _both(one, one.claimed),
        "verified": _both(one, one.verified),
        "achievement_percent": _two(one.of_due.capped),
        "achievement_percent_uncapped": _two(one.of_due.uncapped),
        "status": None if status is None else status.value,
        "periods_without_claim": list(one.missing),
    }


def _both(one: Position, quantity: Amount | None) -> Answer:
    """A figure as quantity and in £; null where the line has none of it."""
    if quantity is None or not one.is_counted:
        return {"quantity": None, "value": None}
    rounded = numbers.round_half_up(quantity, DECIMALS)
    return {"quantity": numbers.trimmed(rounded), "value": _two(one.value(quantity)) if one.is_valued else None}


def _two(value: numbers.Exact | None) -> str | None:
    return None if value is None else numbers.plain(numbers.round_half_up(value, 2))
