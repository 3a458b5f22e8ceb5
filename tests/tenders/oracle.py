"""A second scorer, written from RULES 3 and 4 alone and slow on purpose: it shares no line with the program.

Its input is a tender file as plain keys and values and a table of measures; its answer has the keys of FORMATS 2
without warnings, stability and the version. Everything is a `Fraction` until it is printed. A weight range is found
by trying every hundredth, a removal by scoring the file again without the bid.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import wraps
from math import floor, lcm
from typing import Any

Json = dict[str, Any]

HALF = Fraction(1, 2)
CATEGORIES = ("local_economic", "social", "environmental")


def half_up(value: Fraction, places: int) -> Fraction:
    """RULES 3.1; no figure of a tender is below zero."""
    return Fraction(floor(value * 10**places + HALF), 10**places)


def printed(value: Fraction | None, places: int) -> str | None:
    if value is None:
        return None
    digits = str(floor(value * 10**places + HALF)).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}" if places else digits


def shortest(value: Fraction) -> str:
    text = printed(value, 12)
    assert text is not None
    assert Fraction(text) == value
    return text.rstrip("0").rstrip(".")


def decimals_of(text: str) -> int:
    return len(text.partition(".")[2])


def once_a_bid(work_out: Callable[..., Any]) -> Callable[..., Any]:
    """Slow on purpose, yet not without end: a figure of a bid is worked out once for each tender."""

    @wraps(work_out)
    def remembered(oracle: "Oracle", bid: Json, **how: bool) -> Any:
        key = (work_out.__name__, bid["bidder"], *how.items())
        if key not in oracle.known:
            oracle.known[key] = work_out(oracle, bid, **how)
        return oracle.known[key]

    return remembered


class Oracle:
    """One tender file, scored."""

    def __init__(self, file: Json, measures: dict[str, Json]) -> None:
        self.known: dict[Any, Any] = {}
        self.tender = file["tender"]
        self.scoring = self.tender["scoring"]
        self.measures = measures
        self.bids = file["bids"]
        self.file = file
        self.places = self.scoring.get("decimals", 2)
        self.quantitative = Fraction(self.scoring["quantitative"])
        self.qualitative = Fraction(self.scoring["qualitative"])
        self.scale = self.tender.get("qualitative_scale", 5)
        self.weighted = self.tender.get("weights_applied", False)
        self.disregards = self.scoring.get("zero", "score_zero") == "disregard"

    # --- values (RULES 3.1 to 3.4) -------------------------------------------------------------------------------

    @once_a_bid
    def lines(self, bid: Json) -> list[Json]:
        found = []
        for ref, given in bid.get("commitments", {}).items():
            detailed = given if isinstance(given, dict) else {"offered": given}
            offered = detailed.get("offered")
            accepted = detailed.get("accepted")
            accepted = offered if accepted is None else accepted
            measure = self.measures[ref]
            weights = self.tender.get("measure_weights", {})
            kind = measure["kind"]
            if kind == "valued" and measure["weighting"] == "required" and ref not in weights:
                kind = "recorded"
            counts = kind == "valued" and accepted not in {None, "n/a"}
            value = Fraction(accepted) * Fraction(measure["value"]) if counts else Fraction(0)
            weight = weights.get(ref, "1")
            line = {
                "measure": ref,
                "kind": kind,
                "unit": measure["unit"],
                "offered": offered,
                "accepted": accepted,
                "unit_value": measure["value"] if kind == "valued" else None,
                "weight": weight,
                "value": value,
                "weighted_value": value * Fraction(weight),
                "reason": detailed.get("reason"),
                "category": measure["category"],
                "above_zero": counts and Fraction(accepted) > 0,
            }
            if "text" in detailed:
                line["text"] = detailed["text"]
            found.append(line)
        return found

    @once_a_bid
    def value(self, bid: Json, *, weighted: bool) -> Fraction:
        return sum((line["weighted_value" if weighted else "value"] for line in self.lines(bid)), Fraction(0))

    def denominator(self, bid: Json) -> Fraction | None:
        if self.tender.get("denominator", "contract_value") == "contract_value":
            return Fraction(self.tender["contract_value"])
        return Fraction(bid["price"]) if bid.get("price") is not None else None

    def percent(self, bid: Json, *, weighted: bool) -> Fraction | None:
        below = self.denominator(bid)
        return None if below is None else self.value(bid, weighted=weighted) / below * 100

    # --- the zero rule and statuses (RULES 3.5, 3.6) -------------------------------------------------------------

    def offers_nothing(self, bid: Json) -> bool:
        return not any(line["above_zero"] for line in self.lines(bid))

    def agreed(self, bid: Json) -> list[tuple[str, Fraction, Fraction | None]]:
        """Each question with its weight and the agreed mark, nothing where it is not answered."""
        given = bid.get("qualitative")
        if "questions" not in self.tender:
            return [("", self.qualitative, None if given is None else Fraction(given))]
        marks = given or {}
        return [
            (q["id"], Fraction(q["weight"]), None if marks.get(q["id"]) is None else Fraction(marks[q["id"]]))
            for q in self.tender["questions"]
        ]

    def disregarded(self, bid: Json) -> bool:
        unanswered = self.qualitative > 0 and any(mark is None for _, _, mark in self.agreed(bid))
        return self.disregards and (self.offers_nothing(bid) or unanswered)

    @once_a_bid
    def status(self, bid: Json) -> str:
        given = bid.get("status", "assessed")
        minimum = self.scoring.get("minimum_percent")
        if given == "assessed" and minimum is not None:
            percent = self.percent(bid, weighted=self.weighted)
            assert percent is not None
            return "below_minimum" if percent < Fraction(minimum) else given
        return given

    @property
    def assessed(self) -> list[Json]:
        return [bid for bid in self.bids if self.status(bid) == "assessed"]

    # --- marks (RULES 4.2 to 4.5) --------------------------------------------------------------------------------

    @property
    def highest(self) -> Fraction:
        return max(
            (self.value(bid, weighted=self.weighted) for bid in self.assessed if not self.disregarded(bid)),
            default=Fraction(0),
        )

    @once_a_bid
    def share_of_quantity(self, bid: Json) -> Fraction:
        """The exact share a of RULES 4.6."""
        if self.offers_nothing(bid) or self.disregarded(bid):
            return Fraction(0)
        percent = self.percent(bid, weighted=self.weighted)
        assert percent is not None
        method = self.scoring["method"]
        if method == "relative":
            highest = self.highest
            return self.value(bid, weighted=self.weighted) / highest if highest else Fraction(0)
        if method == "target":
            share = percent / Fraction(self.scoring["target_percent"])
            return min(share, Fraction(1)) if self.scoring.get("cap", True) else share
        marks = Fraction(0)
        for lower, given in self.scoring["bands"]:
            if Fraction(lower) <= percent:
                marks = Fraction(given)
        return marks / self.quantitative if self.quantitative else Fraction(0)

    @once_a_bid
    def share_of_answer(self, bid: Json) -> Fraction:
        """The exact share b of RULES 4.6: the weighted mean over the questions."""
        if self.disregarded(bid) or not self.qualitative:
            return Fraction(0)
        earned = sum((weight * (mark or 0) / self.scale for _, weight, mark in self.agreed(bid)), Fraction(0))
        return earned / sum(weight for _, weight, _ in self.agreed(bid))

    @once_a_bid
    def marks(self, bid: Json) -> dict[str, Any]:
        quantity = half_up(self.quantitative * self.share_of_quantity(bid), self.places)
        dropped = self.disregarded(bid)
        answers = {
            question: half_up(Fraction(0) if dropped else weight * (mark or 0) / self.scale, self.places)
            for question, weight, mark in self.agreed(bid)
        }
        price = None
        if self.tender.get("price"):
            lowest = min(Fraction(each["price"]) for each in self.assessed)
            price = half_up(Fraction(self.tender["price"]["weight"]) * lowest / Fraction(bid["price"]), self.places)
        others = {name: bid["other_marks"][name] for name in self.tender.get("other_marks", [])}
        return {"quantity": quantity, "answers": answers, "price": price, "others": others}

    def other_than_quantity(self, bid: Json) -> Fraction:
        marks = self.marks(bid)
        return sum(marks["answers"].values(), Fraction(0)) + self.fixed(bid)

    def fixed(self, bid: Json) -> Fraction:
        marks = self.marks(bid)
        return sum((Fraction(text) for text in marks["others"].values()), Fraction(0)) + (marks["price"] or 0)

    @once_a_bid
    def total(self, bid: Json) -> Fraction:
        return self.marks(bid)["quantity"] + self.other_than_quantity(bid)

    def stands_before(self, one: Json, other: Json) -> bool:
        if self.total(one) != self.total(other):
            return self.total(one) > self.total(other)
        tie = self.scoring.get("tie", "shared")
        if tie == "higher_value":
            return self.value(one, weighted=self.weighted) > self.value(other, weighted=self.weighted)
        if tie == "lower_price":
            return Fraction(one["price"]) < Fraction(other["price"])
        return False

    @once_a_bid
    def rank(self, bid: Json) -> int:
        return 1 + sum(self.stands_before(other, bid) for other in self.assessed)

    @property
    def first(self) -> list[str]:
        return [bid["bidder"] for bid in self.assessed if self.rank(bid) == 1]

    @property
    def winner(self) -> str | None:
        return self.first[0] if len(self.first) == 1 else None

    # --- how firm (RULES 4.6) ------------------------------------------------------------------------------------

    def removals(self) -> list[Json]:
        found = []
        for bid in self.assessed:
            if bid["bidder"] in self.first:
                continue
            rest = [other for other in self.bids if other is not bid]
            after = Oracle({**self.file, "bids": rest}, self.measures).winner
            reversal = self.winner is not None and after != self.winner
            found.append({"removed": bid["bidder"], "winner": after, "reversal": reversal})
        return found

    def value_in_play(self, bid: Json) -> Fraction:
        return Fraction(0) if self.disregarded(bid) else self.value(bid, weighted=self.weighted)

    def flips(self) -> list[tuple[str, str, Fraction, bool]]:
        if self.scoring["method"] != "relative":
            return []
        found = []
        for one in self.assessed:
            for other in self.assessed:
                lead = self.other_than_quantity(one) - self.other_than_quantity(other)
                gap = self.value_in_play(other) - self.value_in_play(one)
                if lead > 0 and gap > 0:
                    threshold = self.quantitative * gap / lead
                    if threshold > self.value_in_play(other):
                        found.append((one["bidder"], other["bidder"], threshold, self.highest > threshold))
        return found

    def mark_at(self, bid: Json, weight: Fraction) -> Fraction:
        whole = self.quantitative + self.qualitative
        return weight * self.share_of_quantity(bid) + (whole - weight) * self.share_of_answer(bid) + self.fixed(bid)

    def weight_range(self) -> Json | None:
        if self.winner is None or not self.qualitative:
            return None
        if self.scoring["method"] == "bands" and not self.quantitative:
            return None
        ends = {
            bid["bidder"]: (self.mark_at(bid, Fraction(0)), self.mark_at(bid, Fraction(1, 100)))
            for bid in self.assessed
        }
        # In whole numbers, so that thousands of weights can be tried one by one.
        whole = lcm(*(mark.denominator for pair in ends.values() for mark in pair))
        marks = {bidder: (int(at_0 * whole), int((at_1 - at_0) * whole)) for bidder, (at_0, at_1) in ends.items()}
        start, step = marks[self.winner]
        held = [
            hundredths
            for hundredths in range(floor((self.quantitative + self.qualitative) * 100) + 1)
            if all(s + hundredths * each <= start + hundredths * step for s, each in marks.values())
        ]
        if not held:
            return None
        assert held == list(range(held[0], held[-1] + 1)), "the range has a hole"
        return {
            "winner": self.winner,
            "from": printed(Fraction(held[0], 100), 2),
            "to": printed(Fraction(held[-1], 100), 2),
        }

    # --- the answer (FORMATS 2) ----------------------------------------------------------------------------------

    def answer(self) -> Json:
        percents = {bid["bidder"]: self.percent(bid, weighted=False) for bid in self.assessed}
        by_price = self.tender.get("denominator") == "bid_price"
        return {
            "tender": self.tender["id"],
            "list": self.tender["list"],
            "denominator": {
                "basis": self.tender.get("denominator", "contract_value"),
                "amount": None if by_price else printed(Fraction(self.tender["contract_value"]), 2),
            },
            "method": self.scoring["method"],
            "weights_applied": self.weighted,
            "bids": [self._bid(bid) for bid in self.bids],
            "winner": self.winner,
            "tied": self.first if len(self.first) > 1 else [],
            "range": {
                "lowest": printed(min(percents.values(), default=None), 2),
                "highest": printed(max(percents.values(), default=None), 2),
                "winner": printed(percents[self.winner], 2) if self.winner else None,
            },
            "removals": self.removals(),
            "flip_thresholds": sorted(
                (ahead, behind, printed(threshold, 2), now) for ahead, behind, threshold, now in self.flips()
            ),
            "quantitative_weight_range": self.weight_range(),
        }

    def _bid(self, bid: Json) -> Json:
        lines, value = self.lines(bid), self.value(bid, weighted=False)
        assessed = self.status(bid) == "assessed"
        largest = None
        if value:
            most = max(line["value"] for line in lines)
            ref = next(line["measure"] for line in lines if line["value"] == most)
            largest = {"measure": ref, "percent": printed(most / value * 100, 2)}
        return {
            "bidder": bid["bidder"],
            "status": self.status(bid),
            "denominator": printed(self.denominator(bid), 2),
            "lines": [self._line(line) for line in lines],
            "value": printed(value, 2),
            "weighted_value": printed(self.value(bid, weighted=True), 2),
            "by_category": {
                name: printed(sum((line["value"] for line in lines if line["category"] == name), Fraction(0)), 2)
                for name in CATEGORIES
            },
            "percent": printed(self.percent(bid, weighted=False), 2),
            "weighted_percent": printed(self.percent(bid, weighted=True), 2),
            "largest_line": largest,
            "marks": self._marks(bid) if assessed else None,
            "total": self._total(bid) if assessed else None,
            "rank": self.rank(bid) if assessed else None,
        }

    def _line(self, line: Json) -> Json:
        shown = {key: line[key] for key in line if key not in {"category", "above_zero"}}
        return shown | {"value": shortest(line["value"]), "weighted_value": shortest(line["weighted_value"])}

    def _marks(self, bid: Json) -> Json:
        marks = self.marks(bid)
        answers = sum(marks["answers"].values(), Fraction(0))
        shown = {
            "quantitative": printed(marks["quantity"], self.places),
            "qualitative": printed(answers, self.places),
            "social_value": printed(marks["quantity"] + answers, self.places),
        }
        if "questions" in self.tender:
            shown["questions"] = {question: printed(mark, self.places) for question, mark in marks["answers"].items()}
        if self.tender.get("price"):
            shown["price"] = printed(marks["price"], self.places)
        return shown | marks["others"]

    def _total(self, bid: Json) -> str | None:
        places = max([self.places, *(decimals_of(text) for text in self.marks(bid)["others"].values())])
        return printed(self.total(bid), places)
