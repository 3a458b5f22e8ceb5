"""Variations, opening and closing: what is refused and why, and what stays visible (RULES 5.1, 5.3, 5.4, 7.4)."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from svtracker.delivery.rules import opening, variations
from svtracker.delivery.rules.closing import closing
from svtracker.delivery.rules.figures import figures, positions
from svtracker.delivery.rules.measures import measure_records
from svtracker.delivery.rules.records import (
    ClaimState,
    Commitment,
    Contract,
    Kpi,
    PeriodKind,
    Spread,
    Variation,
    VariationKind,
)
from svtracker.delivery.rules.targets import plans
from tests.delivery.made import MORNING, Claims, commitment, contract, d, spend, variation
from tests.tenders.example import RICH

QUANTITY, PROFILE, RATE, SUBSTITUTION = (
    VariationKind.QUANTITY,
    VariationKind.PROFILE,
    VariationKind.RATE,
    VariationKind.SUBSTITUTION,
)
EXTENSION, TERMINATION, VALUE = VariationKind.EXTENSION, VariationKind.TERMINATION, VariationKind.VALUE
OCTOBER = date(2026, 10, 1)

PER_POUND = commitment("X3", None, id=3, spread=Spread.PER_POUND, rate=d("0.001"), estimated_spend=d("1000"))
MADE = commitment("X3", "4.3064", id=2, in_force_from=OCTOBER, replaces=1)
HOURS = contract(commitment("X4", "80"), MADE, PER_POUND)


def verified() -> Claims:
    found = Claims()
    found.verified(1, "12", "9", reason="No evidence.")
    found.verified(2, "10")
    found.verified(0, "3")
    return found


def faults(change: Variation, made: Contract = HOURS) -> list[str]:
    found = variations.faults_of_variation(change, contract=made, claims=verified().rows)
    return [f"{'.'.join(map(str, one.path))}: {one.seen}; {one.wanted}" for one in found]


def of(kind: VariationKind, on: date = OCTOBER, **more: Any) -> Variation:
    given = {"commitment_id": 1} if kind in {QUANTITY, PROFILE, SUBSTITUTION} else {}
    return variation(kind, on, **{**given, **more})


@pytest.mark.parametrize(
    "change",
    [
        of(QUANTITY, quantity=d(22)),
        of(QUANTITY, quantity=d(100), spread=Spread.BACK),
        of(QUANTITY, quantity=d(81), spread=Spread.OWN, profile=(d(61), *[d(0)] * 5)),
        of(PROFILE, spread=Spread.OWN, profile=(d(60), *[d(0)] * 5)),
        of(VALUE, value=d(1)),
        of(EXTENSION, ends_on=date(2028, 4, 1)),
        of(EXTENSION, date(2028, 6, 1), ends_on=date(2028, 6, 1)),
        of(TERMINATION, ends_on=OCTOBER),
        of(TERMINATION, ends_on=date(2028, 3, 30)),
        of(TERMINATION, date(2026, 9, 1), ends_on=date(2026, 9, 30)),
        of(RATE, commitment_id=3, rate=d("0.01"), estimated_spend=d("1000")),
        of(SUBSTITUTION, quantity=d(40), made_id=2),
        of(QUANTITY, quantity=d(80), approved_by=None, approved_at=None),
    ],
)
def test_what_is_accepted(change: Variation) -> None:
    assert faults(change) == []


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (of(VALUE, value=d(1), reason=" "), ["reason: blank characters; a reason for the variation"]),
        (
            of(VALUE, value=d(1), approved_by=1),
            ["approved_by: approval by the person who proposed it; a second person's approval"],
        ),
        (of(VALUE, value=d(0)), ["value: 0; a contract value in £ above 0"]),
        (of(VALUE), ["value: nothing; a contract value in £ above 0"]),
        (
            of(QUANTITY, date(2026, 3, 31), quantity=d(90)),
            ["effective_on: 31 March 2026; a day of the term, 1 April 2026 to 31 March 2028"],
        ),
        (
            of(QUANTITY, date(2028, 4, 1), quantity=d(90)),
            ["effective_on: 1 April 2028; a day of the term, 1 April 2026 to 31 March 2028"],
        ),
        # 9 and 10 accepted and 3 before this system.
        (of(QUANTITY, quantity=d("21.9999")), ["quantity: 21.9999; at least 22, which is verified already"]),
        (of(QUANTITY, quantity=d("-1")), ["quantity: −1; a quantity of 0 or more, with at most 4 decimals"]),
        (of(QUANTITY), ["quantity: nothing; a quantity of 0 or more, with at most 4 decimals"]),
        (
            of(QUANTITY, quantity=d(9), commitment_id=99),
            ["commitment_id: commitment 99; a commitment of this contract"],
        ),
        (
            of(PROFILE, spread=Spread.OWN, profile=(d(1), d(2))),
            ["profile: 2 quantities; 6 quantities, one for each period"],
        ),
        (
            of(PROFILE, spread=Spread.OWN, profile=(d(59), *[d(0)] * 5)),
            ["profile: a sum of 59; targets that add up to 60, what is to be spread"],
        ),
        (
            of(PROFILE, spread=Spread.OWN, profile=(d(61), d(-1), *[d(0)] * 4)),
            ["profile.1: −1; a quantity of 0 or more, with at most 4 decimals"],
        ),
        (of(EXTENSION), ["ends_on: nothing; the new last day"]),
        (
            of(EXTENSION, ends_on=date(2028, 3, 31)),
            ["ends_on: 31 March 2028; a day after 31 March 2028, the last day now"],
        ),
        (
            of(EXTENSION, date(2028, 6, 1), ends_on=date(2028, 5, 31)),
            ["ends_on: 31 May 2028; 1 June 2028, the day on which it takes effect, or later"],
        ),
        (
            of(EXTENSION, ends_on=date(2127, 1, 1)),
            ["ends_on: 1 January 2127; a term of at most 100 years that ends by 2199"],
        ),
        (
            of(TERMINATION, ends_on=date(2028, 3, 31)),
            ["ends_on: 31 March 2028; a day from 1 October 2026, when it takes effect, and before 31 March 2028"],
        ),
        (
            of(TERMINATION, ends_on=date(2026, 9, 30)),
            ["ends_on: 30 September 2026; a day from 1 October 2026, when it takes effect, and before 31 March 2028"],
        ),
        (
            of(TERMINATION, date(2026, 5, 1), ends_on=date(2026, 6, 30)),
            ["ends_on: 30 June 2026; a last day after what is claimed: there are claims for period 2"],
        ),
        (
            of(RATE, commitment_id=3, rate=d(0)),
            ["rate: 0; a rate per £ above 0", "estimated_spend: nothing; an estimated spend in £ above 0"],
        ),
        (
            of(RATE, commitment_id=1, rate=d(1), estimated_spend=d(100)),
            ["commitment_id: X4; a commitment per £ of spend"],
        ),
        (
            of(SUBSTITUTION, quantity=d(40), made_id=3),
            ["made_id: commitment 3; the commitment that stands in for it, from the same day"],
        ),
        (
            of(SUBSTITUTION, quantity=d(80), made_id=2),
            ["quantity: 80; less than 80, of which a part is substituted"],
        ),
        (
            of(SUBSTITUTION, quantity=d(41), made_id=2),
            ["made_id: 4.3064; 4.1987, of the same value as what it stands in for"],
        ),
    ],
)
def test_what_is_refused(change: Variation, wanted: list[str]) -> None:
    assert faults(change) == wanted


def test_lines_without_value_cannot_stand_in_for_one_another() -> None:
    made = contract(commitment("X4", "80"), commitment("X7", "4", id=2, in_force_from=OCTOBER, replaces=1), PER_POUND)
    assert faults(of(SUBSTITUTION, quantity=d(40), made_id=2), made) == [
        "made_id: X7 without a unit value; two commitments with unit values"
    ]


def test_the_second_row_of_a_substitution() -> None:
    measure = RICH.measures["J1"]
    line = commitment("X4", "80")
    found = variations.standing_in(line, measure=measure, quantity=d(1000), id_=8, theme="T", outcome="O", on=OCTOBER)
    assert measure.unit_value is not None
    assert found.unit_value == measure.unit_value
    assert abs(found.quantity * measure.unit_value - 17050) <= measure.unit_value / 20000
    assert (found.replaces, found.in_force_from, found.measure) == (1, OCTOBER, "J1")
    with pytest.raises(ValueError, match="J1"):
        variations.standing_in(
            commitment("X7", "80"), measure=measure, quantity=d(1), id_=8, theme="T", outcome="O", on=OCTOBER
        )


def test_the_original_stays_visible() -> None:
    change = of(QUANTITY, quantity=d(200), approved_at=MORNING + timedelta(days=30))
    made = contract(commitment("X4", "80"), variations=(change,), spend=spend("1"))
    claims = Claims()
    claims.verified(1, "10", at=MORNING)
    claims.add(ClaimState.REOPENED, 1, "10", reason="Why?", at=MORNING + timedelta(days=2))
    then, rows = variations.as_known(made, claims.rows, moment=MORNING + timedelta(days=1))
    assert (plans(then)[0].quantity, plans(made)[0].quantity) == (80, 200)
    assert made.commitments[0].quantity == 80
    assert [row.state for row in rows] == [ClaimState.VERIFIED]
    assert then.spend == made.spend
    assert variations.as_known(made, [], moment=MORNING - timedelta(days=1))[0].spend == ()


def test_the_value_of_the_contract_after_its_variations() -> None:
    assert variations.value_now(contract()) == 750000
    changes = (of(VALUE, value=d(800000)), of(VALUE, value=d(790000)), of(QUANTITY, quantity=d(90)))
    assert variations.value_now(contract(variations=changes)) == 790000


class TestOpening:
    @pytest.mark.parametrize(
        ("more", "path", "wanted"),
        [
            ({"manager_id": None}, "manager", "a named contract manager"),
            ({"title": " "}, "title", "a title"),
            ({"ends_on": date(2026, 3, 31)}, "ends_on", "1 April 2026, the first day, or later"),
            ({"ends_on": date(2127, 4, 1)}, "ends_on", "a term of at most 100 years"),
            ({"starts_on": date(1949, 12, 31)}, "starts_on", "a day from 1950 to 2199"),
            (
                {"taken_over_on": date(2028, 4, 1)},
                "taken_over_on",
                "a day of the term, 1 April 2026 to 31 March 2028",
            ),
        ],
    )
    def test_a_contract(self, more: dict[str, Any], path: str, wanted: str) -> None:
        found = opening.faults_of_contract(replace(contract(commitment("X3", "104")), **more))
        assert [(one.path, one.wanted) for one in found] == [((path,), wanted)]

    @pytest.mark.parametrize(
        ("line", "wanted"),
        [
            (commitment("X3", "104"), []),
            (commitment("X9", None), []),
            (PER_POUND, []),
            (commitment("X3", None), ["quantity: a quantity above 0"]),
            (commitment("X3", "0"), ["quantity: a quantity above 0"]),
            (commitment("X3", "4", opening_due=d(5)), ["opening_due: 0 to 4, the whole commitment"]),
            (commitment("X3", "4", profile=["4"]), ["profile: 8 quantities, one for each period"]),
            (commitment("X3", "4", profile=["0.5"] * 8), []),
            (
                commitment("X3", "5", profile=["0.5"] * 8),
                ["profile: targets that add up to 5, what is to be spread"],
            ),
            (commitment("X3", "5", profile=["0.5"] * 8, opening_due=d(1)), []),
            (replace(PER_POUND, rate=None), ["rate: a figure above 0, for targets per £ of spend"]),
        ],
    )
    def test_its_commitments(self, line: Commitment, wanted: list[str]) -> None:
        found = opening.faults_of_contract(contract(line))
        assert [f"{one.path[2]}: {one.wanted}" for one in found] == wanted


class TestClosing:
    def test_what_came_of_it(self) -> None:
        made = contract(commitment("X3", "26"), commitment("X7", "4", id=2), ends_on=date(2026, 9, 30))
        claims = Claims()
        claims.verified(1, "12")
        claims.verified(2, "11", "10", reason="One has no evidence.")
        claims.verified(1, "5", commitment=2)
        claims.submitted(2, "1", commitment=2)
        found = closing(made, claims.rows, at=date(2026, 10, 1), kpis=[Kpi(id=1, title="Weeks")])
        assert found.on == date(2026, 9, 30)
        assert [(line.missing, line.missing_value) for line in found.lines] == [(4, d("633.48")), (0, None)]
        assert found.figures == figures(positions(made, claims.rows, at=date(2026, 9, 30)))
        assert [one.seen for one in found.still_open] == [
            "the claim for X7 in period 2 waits to be verified",
            "no rating of “Weeks” for the end of the contract",
        ]

    def test_what_is_still_open_while_it_runs(self) -> None:
        made = contract(commitment("X3", "26"), ends_on=date(2026, 12, 31))
        claims = Claims()
        claims.add(ClaimState.RETURNED, 1, "5", reason="No evidence.")
        found = closing(made, claims.rows, at=date(2026, 12, 30))
        assert [one.seen for one in found.still_open] == [
            "a contract that runs until 31 December 2026",
            "the claim for X3 in period 1 was returned and not submitted again",
            "no claim for X3 in periods 1, 2 and 3",
        ]

    def test_nothing_is_open_after_a_clean_end(self) -> None:
        made = contract(commitment("X3", "26"), ends_on=date(2026, 6, 30), periods=PeriodKind.QUARTER)
        claims = Claims()
        claims.verified(1, "26")
        assert closing(made, claims.rows, at=date(2026, 6, 30)).still_open == ()


def test_the_record_of_each_measure() -> None:
    own = contract(commitment("X3", "104"), commitment("X3", "8", id=2), PER_POUND)
    other = contract(commitment("X7", "8", id=4), id=2)
    claims = Claims()
    claims.submitted(1, "9")
    claims.add(ClaimState.RETURNED, 1, "9", reason="No evidence.")
    claims.submitted(1, "9")
    claims.verified(1, "9")
    at = date(2026, 6, 30)
    some = [*positions(own, claims.rows, at=at), *positions(other, claims.rows, at=at)]
    weeks, items = measure_records(some, claims.rows, bids={("example@2021.1", "X3"): (d(500), d(480))})
    assert (weeks.measure, weeks.offered, weeks.accepted, weeks.contracts) == ("X3", 500, 480, 1)
    assert (weeks.committed, weeks.due, weeks.verified) == (113, 14, 9)
    assert (weeks.claims, weeks.returned) == (1, 1)
    assert (items.measure, items.offered, items.claims, items.returned) == ("X7", 0, 0, 0)
