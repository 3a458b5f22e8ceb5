"""A contract of 12 periods that was calculated by hand in a spreadsheet: every figure of it, at the end of each period.

How the file came about stands in `by_hand/make.py`; its values were worked out without any rule of this program.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from svtracker.delivery.rules.figures import figures, positions
from svtracker.delivery.rules.records import Claim, ClaimState, Contract, PeriodKind, Spread
from svtracker.delivery.rules.targets import plans
from svtracker.kernel import numbers
from tests.delivery.by_hand.make import FILE
from tests.delivery.made import Claims, commitment, contract, d

NAMES = ("X3", "X4", "X6", "X7")
SPREADS = (Spread.EVEN, Spread.FRONT, Spread.BACK, Spread.EVEN)

Table = list[dict[str, Any]]


@pytest.fixture(scope="module")
def sheets() -> dict[str, tuple[Any, Table]]:
    """For each sheet the quantity on top and the rows by their heads, with the values that the file keeps."""
    workbook = openpyxl.load_workbook(FILE, data_only=True)
    found = {}
    for sheet in workbook:
        rows = list(sheet.iter_rows(values_only=True))
        found[sheet.title] = rows[0], [dict(zip(rows[1], row, strict=True)) for row in rows[2:]]
    return found


def exact(value: Any) -> Decimal:
    """A number of a spreadsheet, which is a binary one, to the 8 decimals that its figures have at most."""
    return numbers.round_half_up(Decimal(repr(value or 0)), 8)


def made(sheets: dict[str, tuple[Any, Table]]) -> tuple[Contract, list[Claim]]:
    claims = Claims()
    lines = []
    for place, name in enumerate(NAMES, start=1):
        top, rows = sheets[name]
        lines.append(commitment(name, str(top[1]), id=place, spread=SPREADS[place - 1]))
        for row in rows:
            if row["state"]:
                accepted = None if row["accepted"] is None else str(row["accepted"])
                claims.add(ClaimState(row["state"]), row["period"], str(row["claimed"]), accepted, commitment=place)
    own = contract(*lines, starts_on=date(2027, 4, 15), ends_on=date(2028, 4, 14), periods=PeriodKind.MONTH)
    return own, claims.rows


def test_the_file_is_the_whole_contract(sheets: dict[str, tuple[Any, Table]]) -> None:
    assert list(sheets) == [*NAMES, "Contract"]
    assert {len(rows) for _, rows in sheets.values()} == {12}


@pytest.mark.parametrize(("place", "name"), list(enumerate(NAMES)))
def test_targets(sheets: dict[str, tuple[Any, Table]], place: int, name: str) -> None:
    found, rows = plans(made(sheets)[0])[place].targets, sheets[name][1]
    assert [(one.period.last_day, one.period.days) for one in found] == [
        (row["last day"].date(), row["days"]) for row in rows
    ]
    assert [one.quantity for one in found] == [exact(row["target"]) for row in rows]


@pytest.mark.parametrize("period", range(12))
def test_every_commitment_at_the_end_of_each_period(sheets: dict[str, tuple[Any, Table]], period: int) -> None:
    own, claims = made(sheets)
    for name, one in zip(
        NAMES, positions(own, claims, at=sheets["Contract"][1][period]["last day"].date()), strict=True
    ):
        row = sheets[name][1][period]
        assert (one.due, one.claimed, one.verified) == (
            exact(row["cumulative target"]),
            exact(row["claimed so far"]),
            exact(row["verified so far"]),
        )
        assert [one.value(amount) for amount in (one.due or d(0), one.claimed, one.verified)] == [
            exact(row["due £"]),
            exact(row["claimed £"]),
            exact(row["verified £"]),
        ]


@pytest.mark.parametrize("period", range(12))
def test_the_contract_at_the_end_of_each_period(sheets: dict[str, tuple[Any, Table]], period: int) -> None:
    own, claims = made(sheets)
    row = sheets["Contract"][1][period]
    found = figures(positions(own, claims, at=row["last day"].date()))
    assert [found.due, found.claimed, found.verified, found.counted_of_due] == [
        exact(row[name]) for name in ("due", "claimed", "verified", "counted")
    ]
    assert [numbers.round_half_up(one or 0, 2) for one in (found.of_due.capped, found.of_due.uncapped)] == [
        exact(row["capped %"]),
        exact(row["uncapped %"]),
    ]
    assert (found.met, found.to_meet) == (row["met"], row["to meet"])
