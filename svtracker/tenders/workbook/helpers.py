"""The quantity helpers of a workbook: what is typed, and the quantity that comes of it (RULES 2.3, 2.4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from svtracker.kernel import numbers
from svtracker.kernel.units import DECIMALS, Unit
from svtracker.tenders.workbook.values import HelperLine

LINES = 3
ONE, A_YEAR = Decimal(1), Decimal(12)
_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """One number of a helper: its name, its heading, its range and decimals, and whether it may be left empty."""

    key: str
    heading: str
    highest: Decimal = _MILLION
    decimals: int = 2
    optional: bool = False
    money: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Helper:
    """How a unit is worked out: a title, a sentence, the inputs, and what one line is called."""

    unit: Unit
    title: str
    how: str
    about: str
    inputs: tuple[Input, ...]


HELPERS: dict[Unit, Helper] = {
    helper.unit: helper
    for helper in (
        Helper(
            unit=Unit.FTE_YEAR,
            title="Full-time years",
            how="People x full-time share x share of their time on this contract x months on the contract / 12. "
            "One line for each group of people. Half-time is 0.5. An empty share is 1.",
            about="Who",
            inputs=(
                Input(key="people", heading="People", decimals=4),
                Input(key="full_time_share", heading="Full-time share", highest=ONE, decimals=4, optional=True),
                Input(key="contract_share", heading="Time on this contract", highest=ONE, decimals=4, optional=True),
                Input(key="months", heading="Months", highest=Decimal(1200), decimals=4),
            ),
        ),
        Helper(
            unit=Unit.PERSON_HOUR,
            title="Person hours",
            how="Length in hours x people present. One line for each kind of session.",
            about="What",
            inputs=(
                Input(key="hours", heading="Length in hours"),
                Input(key="people", heading="People present"),
            ),
        ),
        Helper(
            unit=Unit.GBP_INVESTED,
            title="£ invested",
            how="Cash + hours of staff x £ an hour + materials. One line for each gift or project.",
            about="What",
            inputs=(
                Input(key="cash", heading="Cash in £", highest=Decimal(999_999_999), optional=True, money=True),
                Input(key="hours", heading="Hours of staff", optional=True),
                Input(key="hourly_rate", heading="£ an hour", optional=True, money=True),
                Input(
                    key="materials", heading="Materials in £", highest=Decimal(999_999_999), optional=True, money=True
                ),
            ),
        ),
    )
}


def missing(unit: Unit, inputs: Mapping[str, Decimal]) -> str | None:
    """The input without which a line that was begun says nothing; nothing where the line is empty or complete."""
    if not inputs:
        return None
    if unit is Unit.GBP_INVESTED:
        together = ("hours", "hourly_rate")
        lacking = [key for key in together if key not in inputs]
        return lacking[0] if len(lacking) == 1 else None
    return next((each.key for each in HELPERS[unit].inputs if not each.optional and each.key not in inputs), None)


def quantity_of(unit: Unit, lines: Sequence[HelperLine], *, first_year_only: bool) -> Decimal | None:
    """The quantity of all lines together, or nothing where all are empty (RULES 2.3, 2.4).

    10 full-time and 5 half-time people for 18 months are 12.5 x 18 / 12 = 18.75 full-time years, 12.5 with
    `first_year_only`; rounded once, over all lines, to 4 decimals half-up.
    """
    filled = [line.inputs for line in lines if line.inputs and missing(unit, line.inputs) is None]
    if not filled:
        return None
    match unit:
        case Unit.FTE_YEAR:
            months = numbers.total(_fte_months(inputs, first_year_only=first_year_only) for inputs in filled)
            return numbers.round_half_up(numbers.ratio(months, A_YEAR), DECIMALS)
        case Unit.PERSON_HOUR:
            return numbers.total(numbers.times(inputs["hours"], inputs["people"]) for inputs in filled)
        case _:
            return numbers.total(_pounds(inputs) for inputs in filled)


def line_quantity(unit: Unit, inputs: Mapping[str, Decimal], *, first_year_only: bool) -> Decimal | None:
    """What one line gives, for the cell beside it, as exactly as a spreadsheet keeps it."""
    if not inputs or missing(unit, inputs) is not None:
        return None
    if unit is Unit.FTE_YEAR:
        return numbers.round_half_up(numbers.ratio(_fte_months(inputs, first_year_only=first_year_only), A_YEAR), 18)
    return quantity_of(unit, [HelperLine(about="", inputs=inputs)], first_year_only=first_year_only)


def _fte_months(inputs: Mapping[str, Decimal], *, first_year_only: bool) -> Decimal:
    months = min(inputs["months"], A_YEAR) if first_year_only else inputs["months"]
    shares = numbers.times(inputs.get("full_time_share", ONE), inputs.get("contract_share", ONE))
    return numbers.times(numbers.times(inputs["people"], shares), months)


def _pounds(inputs: Mapping[str, Decimal]) -> Decimal:
    def of(key: str) -> Decimal:
        return inputs.get(key, numbers.ZERO)

    return numbers.total([of("cash"), numbers.times(of("hours"), of("hourly_rate")), of("materials")])
