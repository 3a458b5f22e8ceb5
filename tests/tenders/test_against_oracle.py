"""The program against a second, slow scorer, and what must hold for any tender at all (RULES 3 and 4)."""

from copy import deepcopy
from fractions import Fraction

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.tenders.chance import MEASURES, commitments, tenders
from tests.tenders.example import Json, answer, bid_of, of_bids, result_of
from tests.tenders.oracle import Oracle

CHECKS = settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
FEWER = settings(CHECKS, max_examples=80)


def comparable(answered: Json) -> Json:
    """An answer without warnings, version and draws, with its firmness laid out as the second scorer does."""
    found = deepcopy(answered)
    firm = found.pop("robustness")
    del found["framework"], found["warnings"]
    for bid in found["bids"]:
        del bid["warnings"]
    return found | {
        "removals": firm["removals"],
        "flip_thresholds": sorted(
            (flip["ahead"], flip["behind"], flip["highest_value_above"], flip["now"])
            for flip in firm["flip_thresholds"]
        ),
        "quantitative_weight_range": firm["quantitative_weight_range"],
    }


@CHECKS
@given(tenders())
def test_every_figure_is_the_one_of_the_second_scorer(file: Json) -> None:
    assert comparable(answer(file)) == Oracle(file, MEASURES).answer()
