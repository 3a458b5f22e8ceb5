"""Tenders by chance, as tender files hold them: every method, rule, status and way of writing a quantity."""

from typing import Any

from hypothesis import strategies as st

from tests.tenders.example import RICH, Json

MEASURES: dict[str, Json] = {
    ref: {
        "kind": measure.kind.value,
        "unit": measure.unit.value,
        "value": None if measure.unit_value is None else str(measure.unit_value),
        "category": measure.category.value,
        "weighting": measure.weighting.value,
    }
    for ref, measure in RICH.measures.items()
}

# Few and often equal, so that bids tie, meet a limit exactly, or differ by one unit only.
QUANTITIES = ("0", "1", "2", "2.0", "3", "10", "0.3333", "75.5", "1000")
MARKS_AS_GIVEN = ("27", "28", "28.5", "30", "30.25", "31.125")
COUNTED = ("J1", "J2", "P1", "V1", "S1", "E1", "W1", "Q1", "R1")


@st.composite
def commitments(draw: st.DrawFn) -> Json:
    found: Json = {}
    for ref in draw(
        st.lists(st.sampled_from(COUNTED), unique=True, min_size=draw(st.sampled_from((0, 1, 1, 1))), max_size=5)
    ):
        given: Any = draw(st.sampled_from((*QUANTITIES, "n/a", None)))
        form = draw(st.sampled_from(("short", "short", "long", "less")))
        if form == "long":
            given = {"offered": given, "statement": "By our own staff."}
        elif form == "less" and given not in {None, "n/a"}:
            less = draw(st.sampled_from(("0", given)))
            given = {"offered": given, "accepted": less, "reason": "No evidence was given."}
        found[ref] = given
    if draw(st.booleans()):
        found["N1"] = {"text": "We listen."}
    return found


@st.composite
def scorings(draw: st.DrawFn) -> Json:
    method = draw(st.sampled_from(("target", "relative", "bands")))
    scoring: Json = {
        "method": method,
        "quantitative": draw(st.sampled_from(("0", "5", "10", "20", "12.5"))),
        "qualitative": draw(st.sampled_from(("0", "5", "7.25", "10"))),
        "decimals": draw(st.integers(0, 3)),
        "zero": draw(st.sampled_from(("score_zero", "disregard"))),
        "tie": draw(st.sampled_from(("shared", "higher_value", "lower_price"))),
    }
    if (minimum := draw(st.sampled_from((None, None, None, None, "0", "1", "20")))) is not None:
        scoring["minimum_percent"] = minimum
    if method == "target":
        scoring |= {"target_percent": draw(st.sampled_from(("1", "20", "33.3"))), "cap": draw(st.booleans())}
    if method == "bands":
        top = scoring["quantitative"]
        some = draw(st.sampled_from(([["0", "0"]], [["0", "0.5"]], [["0.5", "0"], ["1", "1"]], [])))
        if top == "0":
            some = [[lower, "0"] for lower, _ in some]
        scoring["bands"] = [*some, ["20", draw(st.sampled_from((top, "0" if top == "0" else "4.5")))], ["60", top]]
    return scoring


@st.composite
def tenders(draw: st.DrawFn, *, most_bids: int = 5) -> Json:
    scoring = draw(scorings())
    tender: Json = {
        "id": "T-1",
        "title": "A tender by chance",
        "framework": "rich@2021.1",
        "list": "main",
        "record_only": True,
        "contract_value": draw(st.sampled_from(("100000", "75000.5", "200000", "300"))),
        "denominator": draw(st.sampled_from(("contract_value", "bid_price"))),
        "measure_weights": draw(st.sampled_from(({}, {"W1": "1"}, {"J1": "1.5", "W1": "0.0001"}))),
        "weights_applied": draw(st.booleans()),
        "qualitative_scale": draw(st.sampled_from((5, 3))),
        "scoring": scoring,
    }
    if draw(st.booleans()):
        tender["price"] = {"weight": draw(st.sampled_from(("40", "33.3")))}
    if draw(st.booleans()):
        tender["other_marks"] = ["quality"]
    if scoring["qualitative"] == "10" and draw(st.booleans()):
        tender["questions"] = [
            {"id": "q1", "title": "How?", "weight": "3.3"},
            {"id": "q2", "title": "Who?", "weight": "6.7"},
        ]
    needs_price = "price" in tender or tender["denominator"] == "bid_price" or scoring["tie"] == "lower_price"
    bids = []
    for place in range(draw(st.sampled_from((1, 2, 3, *range(3, most_bids + 1))))):
        bid: Json = {
            "bidder": f"Firm {place + 1}",
            "status": draw(st.sampled_from(("assessed",) * 12 + ("excluded", "withdrawn"))),
            "commitments": draw(commitments()),
        }
        out = bid["status"] != "assessed"
        if (needs_price and not out) or draw(st.booleans()):
            bid["price"] = draw(st.sampled_from(("50000", "52000", "52000.5", "59999.99")))
        mark = st.sampled_from((None, "0", "1", "1.25", "3"))
        answer = {"q1": draw(mark), "q2": draw(mark)} if "questions" in tender else draw(mark)
        if answer is not None:
            bid["qualitative"] = answer
        if "other_marks" in tender and not (out and draw(st.booleans())):
            bid["other_marks"] = {"quality": draw(st.sampled_from(MARKS_AS_GIVEN))}
        bids.append(bid)
    return {"tender": tender, "bids": bids}


@st.composite
def close_races(draw: st.DrawFn) -> Json:
    """Bids that are near one another and marked by the highest value, so that one bid often decides between others."""
    bids: list[Json] = []
    giant = draw(st.booleans())
    for place in range(draw(st.integers(2, 5))):
        large = giant and place == 0
        bids.append(
            {
                "bidder": f"Firm {place + 1}",
                "price": str(draw(st.integers(500, 560)) * 100),
                "qualitative": draw(st.sampled_from(("2", "2", "2.5"))),
                "other_marks": {"quality": str(draw(st.integers(0, 20) if large else st.integers(30, 37)))},
                "commitments": {"P1": str(draw(st.integers(80, 200) if large else st.integers(10, 60)))},
            }
        )
    scoring = {
        "method": "relative",
        "quantitative": draw(st.sampled_from(("10", "20", "10.5"))),
        "qualitative": draw(st.sampled_from(("5", "10"))),
        "decimals": draw(st.integers(0, 2)),
        "tie": draw(st.sampled_from(("shared", "higher_value", "lower_price"))),
    }
    tender: Json = {
        "id": "T-2",
        "title": "A close race",
        "framework": "rich@2021.1",
        "list": "main",
        "contract_value": "100000",
        "other_marks": ["quality"],
        "scoring": scoring,
    }
    if draw(st.booleans()):
        tender["price"] = {"weight": draw(st.sampled_from(("5", "40")))}
    return {"tender": tender, "bids": bids}
