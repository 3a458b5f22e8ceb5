"""What a person should look at before deciding; a warning never changes a figure (RULES 3.8)."""

import statistics
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import chain
from typing import NamedTuple

from svtracker.frameworks.rules.values import Kind, Locality, Status, Version
from svtracker.kernel import numbers, wording
from svtracker.kernel.units import WHOLE_UNITS, WORDS, Unit
from svtracker.tenders.rules.values import METHOD_OF_SETTING, OUT_OF_THE_RUNNING, Method, Tender
from svtracker.tenders.rules.valuing import Line, Valuation, denominator_words


class Code(StrEnum):
    """The kinds of warning (RULES 3.8)."""

    HIGH_PERCENT = "high_percent"
    CONCENTRATION = "concentration"
    FTE_BEYOND_VALUE = "fte_beyond_value"
    TEN_TIMES_MEDIAN = "ten_times_median"
    OUT_OF_AREA = "out_of_area"
    OVERLAP = "overlap"
    STATEMENT_MISSING = "statement_missing"
    MANDATORY_MISSING = "mandatory_missing"
    DISREGARDED = "disregarded"
    BANDS_TOP = "bands_top"
    PART_OF_A_UNIT = "part_of_a_unit"
    VERSION_NOT_VALID = "version_not_valid"
    SETTING_IGNORED = "setting_ignored"
    RELATIVE_METHOD = "relative_method"


class ScoreWarning(NamedTuple):
    """One warning in a plain sentence; `measures` are the lines it speaks of.

    A named tuple because a tender with many bids has many, and it is made faster than a frozen class.
    """

    code: Code
    message: str
    measures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From where on a figure is doubted: the organisation's settings, with the defaults of RULES 3.8.

    Shares in %; `full_time_wage` is a full-time year at the minimum wage in £, nothing where it is not known.
    """

    high_percent: Decimal = Decimal(50)
    concentration_percent: Decimal = Decimal(50)
    fte_percent: Decimal = Decimal(50)
    median_times: Decimal = Decimal(10)
    median_of_at_least: int = 3
    full_time_wage: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantities:
    """The accepted quantities above zero on one measure, smallest first.

    Below `doubtful_from`, the stated multiple of the smallest, nothing can be that multiple of a median.
    """

    sorted: Sequence[Decimal]
    doubtful_from: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What the bids are held against, worked out once: quantities by measure, and pairs that exclude each other."""

    quantities: Mapping[str, Quantities]
    never_together: Sequence[tuple[str, str]]

    @classmethod
    def of(cls, valuations: Sequence[Valuation], *, version: Version, limits: Limits) -> "Compared":
        """From the bids that are neither excluded nor withdrawn."""
        found: dict[str, list[Decimal]] = {}
        for valuation in valuations:
            for line in valuation.lines:
                if line.accepted:
                    found.setdefault(line.measure, []).append(line.accepted)
        pairs = {
            (min(ref, other), max(ref, other))
            for ref, measure in version.measures.items()
            for other in measure.never_with
        }
        return cls(
            quantities={
                measure: Quantities(sorted=accepted, doubtful_from=numbers.times(limits.median_times, accepted[0]))
                for measure, accepted in ((measure, sorted(accepted)) for measure, accepted in found.items())
            },
            never_together=sorted(pairs),
        )


def warnings_of_tender(tender: Tender, *, version: Version) -> tuple[ScoreWarning, ...]:
    """What concerns the published settings themselves."""
    scoring = tender.scoring
    found = []
    if scoring.method is Method.RELATIVE:
        found.append(
            ScoreWarning(
                code=Code.RELATIVE_METHOD,
                message="Marks are relative to the highest value, so one bid’s value moves everybody’s marks: a bid "
                "that cannot win may decide who does. A published target rate does not have this effect.",
            )
        )
    if scoring.method is Method.BANDS and scoring.bands[-1].marks < scoring.quantitative:
        found.append(
            ScoreWarning(
                code=Code.BANDS_TOP,
                message=f"The highest band gives {numbers.plain(scoring.bands[-1].marks)} of "
                f"{numbers.plain(scoring.quantitative)} marks, so no bid can earn all of them.",
            )
        )
    found.extend(
        ScoreWarning(code=Code.SETTING_IGNORED, message=f"The setting {name} was not used: {why}.")
        for name, why in _ignored(tender, version=version)
    )
    if (why_not := _not_valid(tender, version=version)) is not None:
        found.append(ScoreWarning(code=Code.VERSION_NOT_VALID, message=why_not))
    return tuple(found)


def _ignored(tender: Tender, *, version: Version) -> Iterable[tuple[str, str]]:
    for name in tender.scoring.ignored:
        own, used = METHOD_OF_SETTING[name], tender.scoring.method
        yield f"scoring.{name}", f"it belongs to the method {own}, and this tender uses {used}"
    for ref in tender.measure_weights:
        if version.measures[ref].kind is not Kind.VALUED:
            yield f"measure_weights.{ref}", f"{ref} has no unit value, so there is nothing to weight"
    if tender.weights_applied and not tender.measure_weights:
        yield "weights_applied", "no measure has a weight"


def _not_valid(tender: Tender, *, version: Version) -> str | None:
    if version.status is not Status.RELEASED:
        state = wording.a_or_an(f"{version.status} version")
        return f"{version.name} is {state}, not a released one. The bids are scored all the same."
    if tender.opened is not None and not version.is_valid_on(tender.opened):
        until = f" to {wording.day(version.valid_to)}" if version.valid_to else ""
        return (
            f"{version.name} is meant for tenders from {wording.day(version.valid_from)}{until}; bids were opened on "
            f"{wording.day(tender.opened)}. They are scored all the same."
        )
    return None


def warnings_of_bid(
    valuation: Valuation,
    *,
    compared: Compared,
    disregarded: bool,
    tender: Tender,
    version: Version,
    limits: Limits,
) -> tuple[ScoreWarning, ...]:
    """What concerns one bid, in the order of RULES 3.8; `disregarded` is what the zero rule made of it."""
    who = wording.bidder(valuation.bid.bidder)
    lines = {line.measure: line for line in valuation.lines}
    found: list[ScoreWarning] = []
    found += _high_percent(valuation, who=who, tender=tender, limits=limits)
    found += _concentration(valuation, who=who, limits=limits)
    found += _fte_beyond_value(valuation, who=who, limits=limits)
    found += _ten_times_median(valuation, quantities=compared.quantities, who=who, limits=limits)
    found += _out_of_area(valuation, who=who)
    found += _overlap(lines, who=who, never_together=compared.never_together)
    found += _statement_missing(valuation, who=who)
    found += _mandatory_missing(lines, who=who, tender=tender, version=version)
    found += _disregarded(valuation, who=who) if disregarded else []
    found += _part_of_a_unit(valuation, who=who)
    return tuple(found)


def _high_percent(valuation: Valuation, *, who: str, tender: Tender, limits: Limits) -> list[ScoreWarning]:
    if valuation.percent is None or valuation.percent <= limits.high_percent:
        return []
    hardly = numbers.round_half_up(valuation.percent, 2) == limits.high_percent
    return [
        ScoreWarning(
            code=Code.HIGH_PERCENT,
            message=f"{who} promises {wording.pounds(valuation.value)} of social value, "
            f"{wording.percent(valuation.percent)} of {denominator_words(tender)} and {'just ' if hardly else ''}above "
            f"{wording.percent(limits.high_percent)}.",
        )
    ]


def _concentration(valuation: Valuation, *, who: str, limits: Limits) -> list[ScoreWarning]:
    largest = valuation.largest_line
    if largest is None or largest.percent <= limits.concentration_percent:
        return []
    line = next(line for line in valuation.lines if line.measure == largest.measure)
    return [
        ScoreWarning(
            code=Code.CONCENTRATION,
            message=f"{who}: one line, {largest.measure}, is {wording.pounds(line.value)} of "
            f"{wording.pounds(valuation.value)}, {wording.percent(largest.percent)} of the bid’s value.",
            measures=(largest.measure,),
        )
    ]


def _fte_beyond_value(valuation: Valuation, *, who: str, limits: Limits) -> list[ScoreWarning]:
    years = [line for line in valuation.lines if line.unit is Unit.FTE_YEAR and line.accepted]
    if limits.full_time_wage is None or valuation.denominator is None or not years:
        return []
    promised = numbers.total(line.accepted for line in years if line.accepted is not None)
    cost = numbers.times(promised, limits.full_time_wage)
    if numbers.percent(cost, valuation.denominator) <= limits.fte_percent:
        return []
    return [
        ScoreWarning(
            code=Code.FTE_BEYOND_VALUE,
            message=f"{who}: {wording.quantity(promised, Unit.FTE_YEAR)} at the minimum wage "
            f"({wording.pounds(limits.full_time_wage)} each) would cost {wording.pounds(cost)}, more than "
            f"{wording.percent(limits.fte_percent)} of {wording.pounds(valuation.denominator)}.",
            measures=tuple(line.measure for line in years),
        )
    ]


def _ten_times_median(
    valuation: Valuation, *, quantities: Mapping[str, Quantities], who: str, limits: Limits
) -> list[ScoreWarning]:
    found = []
    in_the_running = valuation.bid.status not in OUT_OF_THE_RUNNING
    for line in valuation.lines:
        given = quantities.get(line.measure)
        if not line.accepted or given is None or line.accepted < given.doubtful_from:
            continue
        others = given.sorted
        number = len(others) - 1 if in_the_running else len(others)
        if number < limits.median_of_at_least:
            continue
        own = bisect_left(others, line.accepted) if in_the_running else len(others)
        middle = [others[place + (place >= own)] for place in ((number - 1) // 2, number // 2)]
        median = statistics.median(middle)
        if line.accepted >= numbers.times(limits.median_times, median):
            found.append(
                ScoreWarning(
                    code=Code.TEN_TIMES_MEDIAN,
                    message=f"{who}, {line.measure}: {wording.quantity(line.accepted, line.unit)} is "
                    f"at least {numbers.trimmed(limits.median_times)} times the median of the {number} other "
                    f"bids that offer it, {wording.quantity(median, line.unit)}.",
                    measures=(line.measure,),
                )
            )
    return found


def _out_of_area(valuation: Valuation, *, who: str) -> list[ScoreWarning]:
    found = []
    for line in valuation.lines:
        outside = line.commitment.outside_area
        if not outside or line.of.locality is not Locality.LOCAL or not line.offered or line.accepted is None:
            continue
        inside = numbers.minus(line.offered, outside)
        if line.accepted > inside:
            found.append(
                ScoreWarning(
                    code=Code.OUT_OF_AREA,
                    message=f"{who}, {line.measure}: {wording.quantity(outside, line.unit)} of "
                    f"{wording.grouped(line.offered)} offered is outside the area, and "
                    f"{wording.grouped(line.accepted)} is accepted. This measure counts only inside it.",
                    measures=(line.measure,),
                )
            )
    return found


def _overlap(lines: dict[str, Line], *, who: str, never_together: Sequence[tuple[str, str]]) -> list[ScoreWarning]:
    accepted = {ref for ref, line in lines.items() if line.accepted}
    both = [pair for pair in never_together if accepted.issuperset(pair)]
    # A measure that stands in many pairs is put into words once.
    said = {ref: wording.quantity(lines[ref].accepted, lines[ref].unit) for ref in set(chain(*both))}
    return [
        ScoreWarning(
            code=Code.OVERLAP,
            message=f"{who} offers both {first} and {second}. The same thing may not be counted in both: "
            f"check {said[first]} against {said[second]}.",
            measures=(first, second),
        )
        for first, second in both
    ]


def _statement_missing(valuation: Valuation, *, who: str) -> list[ScoreWarning]:
    missing = tuple(
        line.measure
        for line in valuation.lines
        if line.commitment.detailed and line.offered and not (line.commitment.statement or "").strip()
    )
    if not missing:
        return []
    return [
        ScoreWarning(
            code=Code.STATEMENT_MISSING,
            message=f"{who} does not say how it will deliver {wording.listed(missing)}.",
            measures=missing,
        )
    ]


def _mandatory_missing(lines: dict[str, Line], *, who: str, tender: Tender, version: Version) -> list[ScoreWarning]:
    def is_given(ref: str) -> bool:
        line = lines.get(ref)
        if line is None:
            return False
        return bool(line.commitment.text) if version.measures[ref].kind is Kind.NARRATIVE else bool(line.accepted)

    missing = tuple(ref for ref in tender.mandatory if not is_given(ref))
    if not missing:
        return []
    rejected = [ref for ref in missing if ref in lines and lines[ref].offered]
    said = [
        f"{words} {wording.listed(refs)}"
        for words, refs in (
            ("offers nothing on", [ref for ref in missing if ref not in rejected]),
            ("has nothing accepted on", rejected),
        )
        if refs
    ]
    return [
        ScoreWarning(
            code=Code.MANDATORY_MISSING,
            message=f"{who} {wording.listed(said)}, which this tender asks of every bid.",
            measures=missing,
        )
    ]


def _disregarded(valuation: Valuation, *, who: str) -> list[ScoreWarning]:
    why = "no accepted quantity has a value" if valuation.offers_nothing else "an answer is missing"
    return [
        ScoreWarning(
            code=Code.DISREGARDED,
            message=f"{who}: {why}. By the published zero rule both social value marks are 0 and the bid sets no "
            "highest value; its other marks stand.",
        )
    ]


def _part_of_a_unit(valuation: Valuation, *, who: str) -> list[ScoreWarning]:
    return [
        ScoreWarning(
            code=Code.PART_OF_A_UNIT,
            message=f"{who}, {line.measure}: {wording.quantity(line.accepted, line.unit)} is not a whole number. "
            f"A part of {wording.a_or_an(WORDS[line.unit].one)} cannot be delivered.",
            measures=(line.measure,),
        )
        for line in valuation.lines
        if line.unit in WHOLE_UNITS and line.accepted is not None and line.accepted != int(line.accepted)
    ]
