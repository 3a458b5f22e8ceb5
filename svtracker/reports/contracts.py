"""Contracts as tables to take along: one row a contract, one row a commitment, one row a claim that counts."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from svtracker.delivery.rules import periods as calendar
from svtracker.delivery.rules.figures import Amount, Figures, Position
from svtracker.delivery.service.progress import Standing
from svtracker.files.tables_out import Cell, Column, Sheet, Style
from svtracker.kernel import numbers, wording
from svtracker.registers.rules.policy import Policy

FOUR = ("Committed", "Due", "Claimed", "Verified")
INVENTED = "Contracts and figures marked as invented belong to a demo."


def contract_sheets(
    standings: Sequence[Standing], *, names: Mapping[int, str], at_day: date, policy: Policy
) -> list[Sheet]:
    """All contracts with their four figures in £ at a day, and all commitments."""
    return [_contracts(standings, names=names, at_day=at_day, policy=policy), _commitments(standings, policy=policy)]


def one_contract_sheets(one: Standing, *, names: Mapping[int, str], at_day: date, policy: Policy) -> list[Sheet]:
    """One contract: its commitments, its figures, and every claim that counts."""
    return [
        _commitments([one], policy=policy),
        _contracts([one], names=names, at_day=at_day, policy=policy),
        _claims(one),
    ]


def _contracts(standings: Sequence[Standing], *, names: Mapping[int, str], at_day: date, policy: Policy) -> Sheet:
    return Sheet(
        name="Contracts",
        about=(f"What contracts promised and what came of it by {wording.day(at_day)}", *_invented(standings)),
        columns=(
            Column(heading="Reference", width=20),
            Column(heading="Contract", width=44),
            Column(heading="Supplier", width=30),
            Column(heading="Contract manager", width=24),
            Column(heading="Directorate", width=18),
            Column(heading="First day", style=Style.DATE, width=14),
            Column(heading="Last day", style=Style.DATE, width=14),
            Column(heading="Contract value", style=Style.MONEY, width=16),
            *(Column(heading=f"{name} £", style=Style.MONEY, width=16) for name in FOUR),
            Column(heading="Verified of due %", style=Style.PERCENT, width=16),
            Column(heading="Not capped %", style=Style.PERCENT, width=14),
            Column(heading="Status", width=16),
        ),
        rows=tuple(_contract(one, names=names, policy=policy) for one in standings),
    )


def _contract(one: Standing, *, names: Mapping[int, str], policy: Policy) -> tuple[Cell, ...]:
    contract = one.stored.contract
    manager = None if contract.manager_id is None else names.get(contract.manager_id)
    return (
        contract.reference,
        contract.title,
        one.stored.supplier,
        manager,
        contract.directorate,
        contract.starts_on,
        calendar.last_day(contract),
        contract.value,
        *_four(one.figures),
        _two(one.figures.of_due.capped),
        _two(one.figures.of_due.uncapped),
        one.figures.status(policy).value.replace("_", " "),
    )


def _commitments(standings: Sequence[Standing], *, policy: Policy) -> Sheet:
    return Sheet(
        name="Commitments",
        about=("Quantities in the unit of the measure; £ at the unit value of the contract", *_invented(standings)),
        columns=(
            Column(heading="Contract", width=20),
            Column(heading="Measure", width=10),
            Column(heading="Title", width=44),
            Column(heading="Unit", width=16),
            Column(heading="Unit value", style=Style.UNIT_VALUE, width=14),
            *(Column(heading=name, style=Style.NUMBER, width=14) for name in FOUR),
            *(Column(heading=f"{name} £", style=Style.MONEY, width=16) for name in FOUR),
            Column(heading="Verified of due %", style=Style.PERCENT, width=16),
            Column(heading="Status", width=16),
            Column(heading="In words", style=Style.LONG_TEXT, width=44),
        ),
        rows=tuple(_commitment(one, position, policy=policy) for one in standings for position in one.positions),
    )


def _commitment(one: Standing, position: Position, *, policy: Policy) -> tuple[Cell, ...]:
    line, words = position.commitment, one.stored.words[position.commitment.id]
    four = (position.committed, position.due, position.claimed, position.verified)
    status = position.status(policy)
    return (
        one.stored.contract.reference,
        line.measure,
        words.title,
        line.unit.value,
        line.unit_value,
        *(None if value is None or not position.is_counted else _quantity(value) for value in four),
        *(None if value is None or not position.is_valued else _two(position.value(value)) for value in four),
        _two(position.of_due.capped),
        "due unknown" if status is None else status.value.replace("_", " "),
        words.text or None,
    )


def _claims(one: Standing) -> Sheet:
    measures = {line.id: line.measure for line in one.stored.contract.commitments}
    days = {period.number: period.last_day for period in calendar.schedule(one.stored.contract)}
    return Sheet(
        name="Claims",
        about=("The row that counts for each commitment and period", *_invented([one])),
        columns=(
            Column(heading="Measure", width=10),
            Column(heading="Period", style=Style.WHOLE, width=8),
            Column(heading="Last day", style=Style.DATE, width=14),
            Column(heading="State", width=12),
            Column(heading="Claimed", style=Style.NUMBER, width=14),
            Column(heading="Accepted", style=Style.NUMBER, width=14),
            Column(heading="Reason", style=Style.LONG_TEXT, width=44),
        ),
        rows=tuple(
            (
                measures[claim.commitment_id],
                claim.period,
                days.get(claim.period),
                claim.state.value,
                claim.claimed,
                claim.accepted,
                claim.reason or None,
            )
            for claim in sorted(one.claims, key=lambda row: (measures[row.commitment_id], row.period))
        ),
    )


def _four(found: Figures) -> tuple[Cell, ...]:
    return tuple(_two(value) for value in (found.committed, found.due, found.claimed, found.verified))


def _two(value: numbers.Exact | None) -> Decimal | None:
    return None if value is None else numbers.round_half_up(value, 2)


def _quantity(value: Amount) -> Decimal:
    return numbers.round_half_up(value, 4)


def _invented(standings: Sequence[Standing]) -> tuple[str, ...]:
    return (INVENTED,) if any(one.stored.is_invented for one in standings) else ()
