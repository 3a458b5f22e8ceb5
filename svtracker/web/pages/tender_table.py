"""The table of a scored tender: bids across, marks, values and measures down (DESIGN 4.1)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from svtracker.frameworks.rules.values import Category, Kind, Measure
from svtracker.kernel import numbers, wording
from svtracker.kernel.units import WORDS, Unit
from svtracker.tenders.rules import findings
from svtracker.tenders.rules.result import BidResult, Result
from svtracker.tenders.rules.values import (
    Denominator,
    Tender,
)
from svtracker.tenders.rules.valuing import Line, counted_kind
from svtracker.web.pages.frameworks import measure_href, unit_value_words
from svtracker.web.pages.tender_columns import Look
from svtracker.web.pages.tender_words import STATUS_WORDS

# Lower bounds of the five shades in £; a tender with larger lines takes ten or a hundred times as much.
HEAT_STEPS = (0, 1_000, 5_000, 20_000, 50_000)

Flags = dict[tuple[str, str], tuple[int, ...]]

# Where a figure leads, by bidder and measure: to the line behind it.
Hrefs = Mapping[tuple[str, str], str]

# The key of warnings, and of links, that speak of a bid as a whole.
WHOLE_BID = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BidHead:
    """The head of a bid's column."""

    name: str
    note: str
    leads: bool
    href: str | None
    pin_id: str
    pin_href: str | None
    is_pinned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure of one bid, with the numbers of the checks that speak of it."""

    text: str | None
    flags: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """A row of figures over all bids."""

    label: str
    of: str | None
    figures: tuple[Figure, ...]
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A commitment in the table: money or words first, quantity below, offered struck through where not accepted."""

    main: str | None
    spoken: str | None
    below: str | None
    offered: str | None
    heat: int
    flags: tuple[int, ...]
    href: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureLine:
    """A measure over all bids."""

    ref: str
    title: str
    href: str
    unit: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Measures under a heading."""

    title: str
    rows: tuple[MeasureLine, ...]
    shaded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BidsTable:
    """A table of bids: all of a comparison, or those that stand on one sheet of paper."""

    title: str
    bids: tuple[BidHead, ...]
    marks: tuple[FigureRow, ...]
    values: tuple[FigureRow, ...]
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatStep:
    """A shade with its words."""

    step: int
    words: str


def bids_table(
    shown: Result, *, whole: Result, title: str, look: Look, steps: tuple[int, ...], flags: Flags, hrefs: Hrefs
) -> BidsTable:
    """The bids that are shown, of all those of the whole result."""
    return BidsTable(
        title=title,
        bids=tuple(head(bid, result=whole, look=look, hrefs=hrefs) for bid in shown.bids),
        marks=mark_rows(shown, flags=flags),
        values=value_rows(shown),
        groups=tuple(groups(shown, measures=measures_of(whole), steps=steps, flags=flags, hrefs=hrefs)),
    )


def head(bid: BidResult, *, result: Result, look: Look, hrefs: Hrefs) -> BidHead:
    """The head of a bid's column: its name, its rank or why it has none, and the way to pin it."""
    rank = wording.ordinal(bid.rank) if bid.rank is not None else STATUS_WORDS[bid.status]
    if bid.rank is not None and sum(other.rank == bid.rank for other in result.bids) > 1:
        rank = f"joint {rank}"
    href = hrefs.get((bid.bidder, WHOLE_BID))
    return BidHead(
        name=wording.bidder(bid.bidder),
        note=rank,
        leads=bid.rank == 1,
        href=href,
        pin_id=f"pin-{look.names.get(bid.bidder, '')}",
        pin_href=look.pin_href(bid.bidder),
        is_pinned=bid.bidder == look.bidder,
    )


def mark_rows(result: Result, *, flags: Flags) -> tuple[FigureRow, ...]:
    """Marks first: the total with the rank, then each part with its weight."""
    tender = result.tender
    weights = [tender.scoring.quantitative, tender.scoring.qualitative, tender.price_weight or numbers.ZERO]
    whole = f"of {numbers.plain(numbers.total(weights))}" if not tender.other_marks else None
    rows = [
        FigureRow(
            label="Marks",
            of=whole,
            strong=True,
            figures=tuple(
                Figure(
                    text=wording.marks(bid.marks.total) if bid.marks else None,
                    flags=flags.get((bid.bidder, WHOLE_BID), ()),
                )
                for bid in result.bids
            ),
        )
    ]
    parts = {bid.bidder: findings.parts_of(bid.marks, tender=tender) for bid in result.bids if bid.marks}
    if not parts:
        return tuple(rows)
    for place, (name, weight, _) in enumerate(next(iter(parts.values()))):
        rows.append(
            FigureRow(
                label=name,
                of=f"of {numbers.plain(weight)}" if weight is not None else None,
                figures=tuple(
                    Figure(text=wording.marks(parts[bid.bidder][place][2]) if bid.bidder in parts else None)
                    for bid in result.bids
                ),
            )
        )
    return tuple(rows)


def value_rows(result: Result) -> tuple[FigureRow, ...]:
    """Then money: social value in £ and %, weighted where weights are given, without local jobs, and price."""
    tender = result.tender
    share = "Share of its own price" if tender.denominator is Denominator.BID_PRICE else "Share of contract value"

    def row(label: str, texts: Iterable[str | None], *, strong: bool = False) -> FigureRow:
        return FigureRow(label=label, of=None, strong=strong, figures=tuple(Figure(text=text) for text in texts))

    valued = [bid.valuation for bid in result.bids]
    rows = [
        row("Social value", (wording.pounds(v.value, places=0) for v in valued), strong=True),
        row(share, (wording.percent_fixed(v.percent) if v.percent is not None else None for v in valued)),
    ]
    if tender.measure_weights:
        rows += [
            row("Social value, weighted", (wording.pounds(v.weighted_value, places=0) for v in valued)),
            row(
                f"{share}, weighted",
                (wording.percent_fixed(v.weighted_percent) if v.weighted_percent is not None else None for v in valued),
            ),
        ]
    rows.append(
        row(
            "Without local jobs and spend",
            (wording.pounds(numbers.minus(v.value, v.by_category[Category.LOCAL_ECONOMIC]), places=0) for v in valued),
        )
    )
    rows.append(row("Environmental", (wording.pounds(v.by_category[Category.ENVIRONMENTAL], places=0) for v in valued)))
    if any(v.bid.price is not None for v in valued):
        rows.append(
            row("Price", (wording.pounds(v.bid.price, places=0) if v.bid.price is not None else None for v in valued))
        )
    return tuple(rows)


def measures_of(result: Result) -> list[Measure]:
    """The measures that any bid speaks of, in the order of the version."""
    used = {line.measure for bid in result.bids for line in bid.valuation.lines}
    return [measure for ref, measure in result.version.measures.items() if ref in used]


def groups(
    result: Result, *, measures: Sequence[Measure], steps: tuple[int, ...], flags: Flags, hrefs: Hrefs
) -> Iterable[Group]:
    """Then each measure under its theme; what is never counted stands last."""
    tender, version = result.tender, result.version
    lines = {(bid.bidder, line.measure): line for bid in result.bids for line in bid.valuation.lines}

    def measure_line(measure: Measure) -> MeasureLine:
        return MeasureLine(
            ref=measure.ref,
            title=measure.title,
            href=measure_href(version, measure.ref),
            unit=_unit_words(measure, tender=tender),
            cells=tuple(
                _cell(lines.get(key), steps=steps, flags=flags.get(key, ()), href=hrefs.get(key))
                for key in ((bid.bidder, measure.ref) for bid in result.bids)
            ),
        )

    for theme in version.themes:
        rows = [
            measure_line(measure)
            for measure in measures
            if measure in theme.measures and counted_kind(measure, tender) is Kind.VALUED
        ]
        if rows:
            yield Group(title=theme.title, rows=tuple(rows), shaded=True)
    rest = [measure_line(measure) for measure in measures if counted_kind(measure, tender) is not Kind.VALUED]
    if rest:
        yield Group(title="Recorded only, never counted", rows=tuple(rest), shaded=False)


def _unit_words(measure: Measure, *, tender: Tender) -> str:
    words = WORDS[measure.unit]
    if counted_kind(measure, tender) is not Kind.VALUED:
        note = ", no weight given" if measure.kind is Kind.VALUED else ", no value"
        return f"{words.many}{'' if measure.unit is Unit.TEXT else note}"
    weight = tender.measure_weights.get(measure.ref)
    weighted = f", weight {numbers.trimmed(weight)}" if weight is not None else ""
    return f"{words.many} at {unit_value_words(measure)}{weighted}"


def _cell(line: Line | None, *, steps: tuple[int, ...], flags: tuple[int, ...], href: str | None) -> Cell:
    if line is None or (line.offered is None and line.accepted is None and line.commitment.text is None):
        not_applicable = line is not None and line.commitment.not_applicable
        return Cell(
            main=None,
            spoken="not applicable" if not_applicable else "left blank",
            below="n/a" if not_applicable else None,
            offered=None,
            heat=0,
            flags=flags,
            href=None if line is None else href,
        )
    offered = None
    if line.offered is not None and line.offered != line.accepted:
        offered = _quantity(line.offered, line.unit)
    if line.kind is Kind.NARRATIVE:
        return Cell(main="in words", spoken=None, below=None, offered=None, heat=0, flags=flags, href=href)
    quantity = _quantity(line.accepted, line.unit) if line.accepted is not None else "0"
    if line.unit_value is None:
        return Cell(main=quantity, spoken=None, below=None, offered=offered, heat=0, flags=flags, href=href)
    return Cell(
        main=wording.pounds(line.value, places=0),
        spoken=None,
        below=quantity,
        offered=offered,
        heat=_heat(line.value, steps),
        flags=flags,
        href=href,
    )


def _quantity(value: Decimal, unit: Unit) -> str:
    return f"{wording.grouped(value)}%" if unit is Unit.PERCENT else wording.grouped(value)


def heat_steps(result: Result) -> tuple[int, ...]:
    """The lower bounds of the shades in £, the same over the whole table."""
    largest = max((line.value for bid in result.bids for line in bid.valuation.lines), default=numbers.ZERO)
    factor = 1
    while largest >= HEAT_STEPS[-1] * factor * 10:
        factor *= 10
    return tuple(step * factor for step in HEAT_STEPS)


def _heat(value: Decimal, steps: tuple[int, ...]) -> int:
    return 0 if not value else max(number for number, step in enumerate(steps, start=1) if value >= step)


def heat_words(steps: tuple[int, ...]) -> tuple[HeatStep, ...]:
    """What each shade means, as it is printed below the table."""
    words = [HeatStep(step=1, words=f"under £{steps[1]:,}")]
    words += [
        HeatStep(step=number, words=f"£{steps[number - 1]:,} to £{steps[number] - 1:,}")
        for number in range(2, len(steps))
    ]
    return (*words, HeatStep(step=len(steps), words=f"£{steps[-1]:,} and over"))
