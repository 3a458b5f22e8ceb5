"""Claims: the states and every step between them, the row that counts, several people's parts, restated figures."""

from datetime import date, timedelta
from itertools import product

import pytest

from svtracker.delivery.rules import claims as rules
from svtracker.delivery.rules import periods as calendar
from svtracker.delivery.rules.claims import Restatement
from svtracker.delivery.rules.figures import positions
from svtracker.delivery.rules.records import Claim, ClaimState, Part
from tests.delivery.made import MORNING, Claims, commitment, contract, d

DRAFT, SUBMITTED, VERIFIED, RETURNED, REOPENED = ClaimState

# From which state to which a row may go: RULES 6.3, and a correction of what still waits as a replacing row.
STEPS = {
    (None, DRAFT),
    (None, SUBMITTED),
    (DRAFT, DRAFT),
    (DRAFT, SUBMITTED),
    (SUBMITTED, SUBMITTED),
    (SUBMITTED, VERIFIED),
    (SUBMITTED, RETURNED),
    (RETURNED, DRAFT),
    (RETURNED, SUBMITTED),
    (VERIFIED, REOPENED),
    (REOPENED, SUBMITTED),
    (REOPENED, VERIFIED),
}


def row(state: ClaimState, claimed: str | None = "10", accepted: str | None = None, reason: str = "") -> Claim:
    return Claims().add(state, 1, claimed, accepted, reason=reason)


def faults(new: Claim, before: Claim | None = None, **more: bool) -> list[tuple[str, str, str]]:
    return [(str(one.path[0]), one.seen, one.wanted) for one in rules.faults_of_row(new, before=before, **more)]


@pytest.mark.parametrize(("before", "after"), list(product([None, *ClaimState], ClaimState)))
def test_every_step(before: ClaimState | None, after: ClaimState) -> None:
    earlier = None if before is None else row(before, accepted="10" if before is VERIFIED else None)
    new = row(after, accepted="10" if after is VERIFIED else None, reason="Asked for again.")
    found = faults(new, earlier)
    assert (found == []) is ((before, after) in STEPS)
    if found:
        assert [path for path, _, _ in found] == ["state"]


def test_a_step_that_is_none_says_which_are() -> None:
    assert faults(row(DRAFT), row(VERIFIED, accepted="10")) == [
        ("state", "“draft” after a claim that is verified", "“reopened” as the next step")
    ]
    assert faults(row(VERIFIED, accepted="10")) == [
        ("state", "“verified” after no claim yet", "“draft” or “submitted” as the next step")
    ]


QUANTITY = "a quantity of 0 or more, with at most 4 decimals"


@pytest.mark.parametrize(
    ("claimed", "wanted"),
    [
        ("0", []),
        ("0.0001", []),
        ("999999999.9999", []),
        (None, [("claimed", "nothing", QUANTITY)]),
        ("-1", [("claimed", "−1", QUANTITY)]),
        ("0.00001", [("claimed", "0.00001", QUANTITY)]),
        ("NaN", [("claimed", "“NaN”", QUANTITY)]),
        ("Infinity", [("claimed", "“Infinity”", QUANTITY)]),
        ("1000000000", [("claimed", "1,000,000,000", f"{QUANTITY} and at most 999,999,999.9999")]),
    ],
)
def test_quantities(claimed: str | None, wanted: list[tuple[str, str, str]]) -> None:
    assert faults(row(SUBMITTED, claimed)) == wanted


def test_a_draft_may_be_empty() -> None:
    assert faults(row(DRAFT, None)) == []


def test_submitting_needs_the_confirmation() -> None:
    wanted = "the confirmation that these are the figures of this contract and this period"
    assert faults(row(SUBMITTED), confirmed=False) == [("confirmed", "no confirmation", wanted)]
    assert faults(row(DRAFT), confirmed=False) == []


class TestVerifying:
    def test_a_part_needs_a_reason(self) -> None:
        assert faults(row(VERIFIED, "16", "12"), row(SUBMITTED, "16")) == [
            ("reason", "an empty text", "a reason why only a part is accepted")
        ]
        assert faults(row(VERIFIED, "16", "12", "No evidence for 4."), row(SUBMITTED, "16")) == []
        assert faults(row(VERIFIED, "16", "0", "No evidence."), row(SUBMITTED, "16")) == []

    def test_never_more_than_claimed(self) -> None:
        assert faults(row(VERIFIED, "16", "16.0001"), row(SUBMITTED, "16")) == [
            ("accepted", "16.0001 accepted of 16 claimed", "at most what is claimed")
        ]

    def test_of_what_was_submitted(self) -> None:
        assert faults(row(VERIFIED, "20", "20"), row(SUBMITTED, "16")) == [
            ("claimed", "20 claimed", "16 claimed, as it was submitted")
        ]

    def test_a_reopened_claim_may_be_corrected_with_a_reason(self) -> None:
        before = row(REOPENED, "16", reason="A timesheet came in.")
        for claimed in ("12", "20"):
            assert faults(row(VERIFIED, claimed, claimed), before) == [
                ("reason", "an empty text", "a reason why the claimed quantity is corrected")
            ]
            assert faults(row(VERIFIED, claimed, claimed, "Counted again."), before) == []
        assert faults(row(VERIFIED, "16", "16"), before) == []

    def test_a_quantity_is_needed(self) -> None:
        assert faults(row(VERIFIED, "16", None), row(SUBMITTED, "16")) == [("accepted", "nothing", QUANTITY)]
        assert faults(row(VERIFIED, "16", "-1"), row(SUBMITTED, "16")) == [("accepted", "−1", QUANTITY)]


@pytest.mark.parametrize(("state", "before"), [(RETURNED, row(SUBMITTED)), (REOPENED, row(VERIFIED, accepted="10"))])
def test_returning_and_reopening_need_a_reason_and_change_nothing(state: ClaimState, before: Claim) -> None:
    assert faults(row(state, reason=" "), before) == [
        ("reason", "blank characters", f"a reason why the claim is {state.value}")
    ]
    assert faults(row(state, "11", reason="Why?"), before) == [
        ("claimed", "11 claimed", "10 claimed, as it was submitted")
    ]


def test_nothing_is_accepted_before_it_is_verified() -> None:
    wanted = "nothing accepted before the claim is verified"
    assert faults(row(SUBMITTED, accepted="10")) == [("accepted", "10 accepted", wanted)]


def test_a_commitment_in_words_has_no_quantity() -> None:
    assert faults(row(SUBMITTED, None), in_words=True) == []
    assert faults(row(VERIFIED, None), row(SUBMITTED, None), in_words=True) == []
    assert faults(row(SUBMITTED, "1"), in_words=True) == [("claimed", "1", "no quantity for a commitment in words")]


def test_periods_that_can_be_claimed_for() -> None:
    periods = calendar.schedule(contract())
    at = date(2026, 7, 1)
    assert [bool(rules.faults_of_period(number, periods=periods, at=at)) for number in (0, 1, 2, 3, 9)] == [
        True,
        False,
        False,
        True,
        True,
    ]
    (fault,) = rules.faults_of_period(3, periods=periods, at=at)
    assert (fault.seen, fault.wanted) == ("a period that begins on 1 October 2026", "one that has begun by 1 July 2026")
    (fault,) = rules.faults_of_period(9, periods=periods, at=at)
    assert (fault.seen, fault.wanted) == ("period 9", "a period of this contract, 1 to 8")


@pytest.mark.parametrize(
    ("state", "claimed", "verified"),
    [(DRAFT, 0, 0), (SUBMITTED, 16, 0), (VERIFIED, 16, 12), (RETURNED, 0, 0), (REOPENED, 16, 0)],
)
def test_what_counts_as_what(state: ClaimState, claimed: int, verified: int) -> None:
    found = row(state, "16", "12")
    assert (rules.claimed_of(found), rules.verified_of(found)) == (claimed, verified)
    assert (rules.claimed_of(None), rules.verified_of(None)) == (0, 0)


def test_the_latest_row_of_a_commitment_and_period_counts_alone() -> None:
    made, found = contract(commitment("X3", "104")), Claims()
    history: list[tuple[int, int]] = []
    steps = [
        (DRAFT, "5", None),
        (SUBMITTED, "16", None),
        (RETURNED, "16", None),
        (SUBMITTED, "14", None),
        (VERIFIED, "14", "12"),
        (REOPENED, "14", None),
        (VERIFIED, "9", "9"),
    ]
    for state, claimed, accepted in steps:
        found.add(state, 1, claimed, accepted, reason="Said why.")
        (one,) = positions(made, reversed(found.rows), at=date(2026, 6, 30))
        history.append((int(one.claimed), int(one.verified)))
    assert history == [(0, 0), (16, 0), (0, 0), (14, 0), (14, 12), (14, 0), (9, 9)]


def test_what_was_not_accepted_does_not_carry_over() -> None:
    found = Claims()
    found.verified(1, "16", "12", reason="No evidence.")
    found.verified(2, "3")
    (one,) = positions(contract(commitment("X3", "104")), found.rows, at=date(2026, 9, 30))
    assert (one.claimed, one.verified) == (19, 15)


def test_parts_of_several_people_are_added_together() -> None:
    parts = [
        Part(id=3, contributor="Subcontractor", quantity=d(3), at=MORNING),
        Part(id=1, contributor="Supplier", quantity=d(10), at=MORNING),
        Part(id=2, contributor="Subcontractor", quantity=d(2), at=MORNING),
    ]
    assert rules.added_together(parts) == 13
    assert rules.added_together([]) == 0


class TestRestated:
    def test_a_correction_of_what_was_published(self) -> None:
        found = Claims()
        found.verified(1, "16", "16")
        found.submitted(2, "5")
        found.submitted(3, "5")
        published_at = found.rows[-1].at
        found.add(REOPENED, 1, "16", reason="Counted twice.")
        found.verified(1, "10", reason="Counted again.")
        found.verified(2, "5")
        found.submitted(3, "7")
        found.submitted(4, "8")
        assert rules.restated(found.rows, published_at=published_at) == (
            Restatement(
                commitment_id=1,
                period=1,
                claimed_before=d(16),
                claimed_now=d(10),
                verified_before=d(16),
                verified_now=d(10),
            ),
            Restatement(
                commitment_id=1,
                period=3,
                claimed_before=d(5),
                claimed_now=d(7),
                verified_before=d(0),
                verified_now=d(0),
            ),
        )

    def test_a_reopened_claim_is_restated_until_it_is_verified_again(self) -> None:
        found = Claims()
        found.verified(1, "16", "16")
        published_at = found.rows[-1].at
        found.add(REOPENED, 1, "16", reason="Looked at again.")
        assert [
            (one.verified_before, one.verified_now) for one in rules.restated(found.rows, published_at=published_at)
        ] == [(16, 0)]
        found.verified(1, "16")
        assert rules.restated(found.rows, published_at=published_at) == ()

    def test_drafts_were_never_published(self) -> None:
        found = Claims()
        found.add(DRAFT, 1, "5")
        published_at = found.rows[-1].at
        found.submitted(1, "16")
        assert rules.restated(found.rows, published_at=published_at) == ()
        assert rules.restated(found.rows, published_at=published_at - timedelta(days=1)) == ()
