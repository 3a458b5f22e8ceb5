"""Pages about tenders: the list, and a scored tender as a reader wants it (DESIGN 4.1, 4.3)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from svtracker.frameworks.rules.values import Category, Kind, ListName, Measure
from svtracker.kernel import numbers, wording
from svtracker.kernel.problems import Problem
from svtracker.kernel.units import WORDS, Unit
from svtracker.tenders.rules import findings
from svtracker.tenders.rules.result import BidResult, Result
from svtracker.tenders.rules.values import (
    BidStatus,
    Denominator,
    Method,
    OutcomeStatus,
    Tender,
    TieRule,
    ZeroRule,
)
from svtracker.tenders.rules.valuing import Line, counted_kind, denominator_words
from svtracker.tenders.rules.warnings import ScoreWarning
from svtracker.web.pages.frame import Download, FormError, Page
from svtracker.web.pages.frameworks import Fact, measure_href, unit_value_words, version_href, version_title

STATUS_WORDS = {
    BidStatus.ASSESSED: "assessed",
    BidStatus.BELOW_MINIMUM: "below the minimum",
    BidStatus.EXCLUDED: "excluded",
    BidStatus.WITHDRAWN: "withdrawn",
}
OUTCOME_WORDS = {
    OutcomeStatus.OPEN: "In evaluation",
    OutcomeStatus.AWARDED: "Awarded",
    OutcomeStatus.ABANDONED: "Abandoned",
}
OUTCOME_TAGS = {
    OutcomeStatus.OPEN: "govuk-tag--yellow",
    OutcomeStatus.AWARDED: "govuk-tag--green",
    OutcomeStatus.ABANDONED: "govuk-tag--grey",
}
SIGN_CLASSES = {
    findings.Sign.HOLDS: "sv-yes",
    findings.Sign.CHANGES: "sv-no",
    findings.Sign.INFORMS: "sv-info",
}
SIGN_WORDS = {
    findings.Sign.HOLDS: "Holds:",
    findings.Sign.CHANGES: "Would change:",
    findings.Sign.INFORMS: "To know:",
}
ZERO_WORDS = {
    ZeroRule.SCORE_ZERO: "What is not offered or not answered earns 0; the rest of the bid is marked",
    ZeroRule.DISREGARD: "A bid that offers nothing, or leaves an answer out, gets 0 for all social value",
}
TIE_WORDS = {
    TieRule.SHARED: "Equal marks share the rank",
    TieRule.HIGHER_VALUE: "Equal marks: the higher social value is first",
    TieRule.LOWER_PRICE: "Equal marks: the lower price is first",
}
# Lower bounds of the five shades in £; a tender with larger lines takes ten or a hundred times as much.
HEAT_STEPS = (0, 1_000, 5_000, 20_000, 50_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class BidHead:
    """The head of a bid's column."""

    name: str
    note: str
    leads: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure of one bid, with a second line below it."""

    text: str | None
    below: str | None = None
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
class Bar:
    """A part of the marks in which the first bid leads or trails; positions in % of the drawing."""

    label: str
    text: str
    start: str
    width: str
    leads: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why the first leads the second."""

    title: str
    caption: str
    bars: tuple[Bar, ...]
    lead: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightBar:
    """The range of the quantitative weight as a drawing; positions in %."""

    start: str
    width: str
    mark: str
    of: str
    published: str
    below: str | None
    below_at: str
    above: str | None
    above_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmPoint:
    """One test of the result."""

    title: str
    sign_class: str
    sign_words: str
    sentence: str
    weight: WeightBar | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A numbered point to look at before deciding."""

    number: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one bidder writes about a measure."""

    bidder: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statements:
    """What the bids say about one measure: method statements, and commitments that are described in words."""

    id: str
    ref: str
    title: str
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatStep:
    """A shade with its words."""

    step: int
    words: str


@dataclass(frozen=True, kw_only=True)
class EvaluationPage(Page):
    """A scored tender: bids across, measures down."""

    invented: bool
    outcome: str
    outcome_words: str
    outcome_tag: str
    bids: tuple[BidHead, ...]
    columns: int
    marks: tuple[FigureRow, ...]
    values: tuple[FigureRow, ...]
    groups: tuple[Group, ...]
    heat: tuple[HeatStep, ...]
    checks: tuple[Check, ...]
    statements: tuple[Statements, ...]
    why: Why | None
    firm_summary: str
    firm: tuple[FirmPoint, ...]
    settings: tuple[Fact, ...]
    version_href: str
    version_title: str
    downloads: tuple[Download, ...]
    upload: "Upload | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """The file that was sent, carried along so that its result can be downloaded; nothing is stored."""

    name: str
    text: str
    action: str
    kinds: tuple[tuple[str, str], ...]


def evaluation_page(
    result: Result,
    *,
    caption: str,
    crumbs: tuple[tuple[str, str], ...],
    files: tuple[Download, ...] = (),
    upload: Upload | None = None,
) -> EvaluationPage:
    """The compare page of a scored tender."""
    tender = result.tender
    checks, flags = _checks(result)
    steps = _heat_steps(result)
    measures = _measures_of(result)
    return EvaluationPage(
        title=tender.title,
        caption=caption,
        answer=findings.answer(result),
        crumbs=crumbs,
        invented=tender.invented,
        outcome=_outcome_note(tender),
        outcome_words=OUTCOME_WORDS[tender.outcome.status],
        outcome_tag=OUTCOME_TAGS[tender.outcome.status],
        bids=tuple(_head(bid, result=result) for bid in result.bids),
        columns=len(result.bids) + 1,
        marks=_mark_rows(result, flags=flags),
        values=_value_rows(result),
        groups=tuple(_groups(result, measures=measures, steps=steps, flags=flags)),
        heat=_heat_words(steps),
        checks=checks,
        statements=tuple(_statements(result, measures=measures)),
        why=_why(result),
        firm_summary=findings.firm_summary(result),
        firm=tuple(_firm_point(point, result=result) for point in findings.firm_points(result)),
        settings=settings_facts(tender),
        version_href=version_href(result.version),
        version_title=version_title(result.version),
        downloads=files,
        upload=upload,
    )


def _outcome_note(tender: Tender) -> str:
    """What stands behind the tag that says how the tender ended."""
    outcome = tender.outcome
    said = []
    if outcome.bidder is not None:
        said.append(f"To {wording.the_bidder(outcome.bidder)}")
    if outcome.on is not None:
        said.append(f"on {wording.day(outcome.on)}")
    sentence = " ".join(said)
    parts = [f"{sentence[:1].upper()}{sentence[1:]}." if sentence else "", outcome.reason or ""]
    return " ".join(part for part in parts if part)


def money_short(value: Decimal) -> str:
    """£6.0m, £750,000: a contract value as it stands behind a tender's title."""
    if value >= 1_000_000:
        return f"£{numbers.round_half_up(numbers.ratio(value, 1_000_000), 1):,f}m"
    return wording.pounds(value, places=0)


def _head(bid: BidResult, *, result: Result) -> BidHead:
    rank = wording.ordinal(bid.rank) if bid.rank is not None else STATUS_WORDS[bid.status]
    if bid.rank is not None and sum(other.rank == bid.rank for other in result.bids) > 1:
        rank = f"joint {rank}"
    return BidHead(name=wording.bidder(bid.bidder), note=rank, leads=bid.rank == 1)


# --- Rows of figures ------------------------------------------------------------------------------------------------

Flags = dict[tuple[str, str], tuple[int, ...]]
# The key of warnings that speak of a bid as a whole.
WHOLE_BID = ""


def _mark_rows(result: Result, *, flags: Flags) -> tuple[FigureRow, ...]:
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
                    below=_head(bid, result=result).note,
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


def _value_rows(result: Result) -> tuple[FigureRow, ...]:
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


# --- Measures -------------------------------------------------------------------------------------------------------


def _measures_of(result: Result) -> list[Measure]:
    """The measures that any bid speaks of, in the order of the version."""
    used = {line.measure for bid in result.bids for line in bid.valuation.lines}
    return [measure for ref, measure in result.version.measures.items() if ref in used]


def _groups(result: Result, *, measures: Sequence[Measure], steps: tuple[int, ...], flags: Flags) -> Iterable[Group]:
    tender, version = result.tender, result.version
    lines = {(bid.bidder, line.measure): line for bid in result.bids for line in bid.valuation.lines}

    def measure_line(measure: Measure) -> MeasureLine:
        return MeasureLine(
            ref=measure.ref,
            title=measure.title,
            href=measure_href(version, measure.ref),
            unit=_unit_words(measure, tender=tender),
            cells=tuple(
                _cell(lines.get((bid.bidder, measure.ref)), steps=steps, flags=flags.get((bid.bidder, measure.ref), ()))
                for bid in result.bids
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


def _cell(line: Line | None, *, steps: tuple[int, ...], flags: tuple[int, ...]) -> Cell:
    if line is None or (line.offered is None and line.accepted is None and line.commitment.text is None):
        not_applicable = line is not None and line.commitment.not_applicable
        return Cell(
            main=None,
            spoken="not applicable" if not_applicable else "left blank",
            below="n/a" if not_applicable else None,
            offered=None,
            heat=0,
            flags=flags,
        )
    offered = None
    if line.offered is not None and line.offered != line.accepted:
        offered = _quantity(line.offered, line.unit)
    if line.kind is Kind.NARRATIVE:
        return Cell(main="in words", spoken=None, below=None, offered=None, heat=0, flags=flags)
    quantity = _quantity(line.accepted, line.unit) if line.accepted is not None else "0"
    if line.unit_value is None:
        return Cell(main=quantity, spoken=None, below=None, offered=offered, heat=0, flags=flags)
    return Cell(
        main=wording.pounds(line.value, places=0),
        spoken=None,
        below=quantity,
        offered=offered,
        heat=_heat(line.value, steps),
        flags=flags,
    )


def _statements(result: Result, *, measures: Sequence[Measure]) -> Iterable[Statements]:
    said: dict[str, list[Said]] = {}
    for bid in result.bids:
        for line in bid.valuation.lines:
            text = line.commitment.text or line.commitment.statement
            if text:
                said.setdefault(line.measure, []).append(Said(bidder=wording.bidder(bid.bidder), text=text))
    for place, measure in enumerate(measures, start=1):
        if measure.ref in said:
            yield Statements(id=f"said-{place}", ref=measure.ref, title=measure.title, said=tuple(said[measure.ref]))


def _quantity(value: Decimal, unit: Unit) -> str:
    return f"{wording.grouped(value)}%" if unit is Unit.PERCENT else wording.grouped(value)


def _heat_steps(result: Result) -> tuple[int, ...]:
    largest = max((line.value for bid in result.bids for line in bid.valuation.lines), default=numbers.ZERO)
    factor = 1
    while largest >= HEAT_STEPS[-1] * factor * 10:
        factor *= 10
    return tuple(step * factor for step in HEAT_STEPS)


def _heat(value: Decimal, steps: tuple[int, ...]) -> int:
    return 0 if not value else max(number for number, step in enumerate(steps, start=1) if value >= step)


def _heat_words(steps: tuple[int, ...]) -> tuple[HeatStep, ...]:
    words = [HeatStep(step=1, words=f"under £{steps[1]:,}")]
    words += [
        HeatStep(step=number, words=f"£{steps[number - 1]:,} to £{steps[number] - 1:,}")
        for number in range(2, len(steps))
    ]
    return (*words, HeatStep(step=len(steps), words=f"£{steps[-1]:,} and over"))


# --- Checks ---------------------------------------------------------------------------------------------------------


def _checks(result: Result) -> tuple[tuple[Check, ...], Flags]:
    checks: list[Check] = []
    flags: Flags = {}

    def add(text: str, keys: Iterable[tuple[str, str]]) -> None:
        checks.append(Check(number=len(checks) + 1, text=text))
        for key in keys:
            flags[key] = (*flags.get(key, ()), len(checks))

    for warning in result.warnings:
        add(warning.message, ())
    for bid in result.bids:
        for warning in bid.warnings:
            add(warning.message, _flagged(bid, warning))
        for line in bid.valuation.lines:
            if line.commitment.reason and line.offered is not None and line.offered != line.accepted:
                add(_reduced(bid, line), [(bid.bidder, line.measure)])
    return tuple(checks), flags


def _flagged(bid: BidResult, warning: ScoreWarning) -> list[tuple[str, str]]:
    own = {line.measure for line in bid.valuation.lines}
    named = [(bid.bidder, measure) for measure in warning.measures if measure in own]
    return named or [(bid.bidder, WHOLE_BID)]


def _reduced(bid: BidResult, line: Line) -> str:
    accepted = wording.grouped(line.accepted) if line.accepted is not None else "0"
    offered = wording.quantity(line.offered, line.unit)
    reason = (line.commitment.reason or "").strip().rstrip(".")
    return f"{wording.bidder(bid.bidder)}, {line.measure}: {accepted} of {offered} accepted. Reason: {reason}."


# --- Why, and how firm ----------------------------------------------------------------------------------------------


def _why(result: Result) -> Why | None:
    compared = findings.comparison(result)
    if compared is None:
        return None
    widest = max((abs(part.lead) for part in compared.parts), default=numbers.ZERO)
    first, second = wording.the_bidder(compared.first), wording.the_bidder(compared.second)
    level = f"{wording.bidder(compared.first)} and {second} are level"
    title = level if not compared.lead else f"Why {first} leads {second}"
    return Why(
        title=title,
        caption=f"Marks of {first} less marks of {second}",
        bars=tuple(_bar(part, widest=widest) for part in compared.parts),
        lead=_signed(compared.lead),
    )


def _bar(part: findings.Part, *, widest: Decimal) -> Bar:
    width = numbers.ratio(abs(part.lead), widest) * 44 if widest else Fraction(0)
    start = Fraction(50) if part.lead >= 0 else 50 - width
    return Bar(
        label=part.name.removeprefix("Social value: ").capitalize(),
        text=_signed(part.lead),
        start=_position(start),
        width=_position(width),
        leads=part.lead >= 0,
    )


def _signed(value: Decimal) -> str:
    return f"+{wording.marks(value)}" if value > 0 else wording.marks(value)


def _position(value: Fraction) -> str:
    return f"{numbers.trimmed(numbers.round_half_up(value, 2))}%"


def _firm_point(point: findings.Point, *, result: Result) -> FirmPoint:
    return FirmPoint(
        title=point.title,
        sign_class=SIGN_CLASSES[point.sign],
        sign_words=SIGN_WORDS[point.sign],
        sentence=point.sentence,
        weight=_weight_bar(result) if point.test == "weight" else None,
    )


def _weight_bar(result: Result) -> WeightBar | None:
    weight = result.firmness.weight_range
    if weight is None or not weight.of:
        return None
    start, end = (numbers.ratio(edge, weight.of) * 100 for edge in (weight.low, weight.high))
    published = result.tender.scoring.quantitative
    # A name needs room to stand in; where there is none the sentence above says it.
    room = 14
    return WeightBar(
        start=_position(start),
        width=_position(end - start),
        mark=_position(numbers.ratio(published, weight.of) * 100),
        of=numbers.trimmed(weight.of),
        published=numbers.trimmed(published),
        below=weight.below if weight.below and len(weight.below) <= 2 and start > room else None,
        below_at=_position(start / 2),
        above=weight.above if weight.above and len(weight.above) <= 2 and end < 100 - room else None,
        above_at=_position((end + 100) / 2),
    )


# --- Settings -------------------------------------------------------------------------------------------------------


def method_words(tender: Tender) -> str:
    """The scoring method in a few words."""
    scoring = tender.scoring
    match scoring.method:
        case Method.TARGET:
            cap = "" if scoring.cap else ", without a cap"
            return f"Target rate of {numbers.trimmed(scoring.target_percent or numbers.ZERO)}%{cap}"
        case Method.RELATIVE:
            return "Relative to the highest bid"
        case Method.BANDS:
            return f"Bands of {denominator_words(tender)}"


def settings_facts(tender: Tender) -> tuple[Fact, ...]:
    """The published settings in words (RULES 4.1)."""
    scoring = tender.scoring
    facts = [
        Fact(label="Quantity", text=f"{method_words(tender)}, {numbers.trimmed(scoring.quantitative)} marks"),
        Fact(label="Answer", text=f"0 to {tender.qualitative_scale}, {numbers.trimmed(scoring.qualitative)} marks"),
    ]
    if scoring.method is Method.BANDS:
        bands = [f"from {numbers.trimmed(b.lower_percent)}%: {numbers.trimmed(b.marks)}" for b in scoring.bands]
        facts.insert(1, Fact(label="Bands", text="; ".join(bands)))
    if tender.price_weight is not None:
        facts.append(
            Fact(label="Price", text=f"Lowest price / own price, {numbers.trimmed(tender.price_weight)} marks")
        )
    basis = denominator_words(tender)
    if tender.denominator is Denominator.CONTRACT_VALUE:
        basis = f"{basis}, {wording.pounds(tender.contract_value, places=0)}{_basis_words(tender)}"
    facts += [
        Fact(label="Share of", text=basis[:1].upper() + basis[1:]),
        Fact(label="List", text="Main" if tender.list is ListName.MAIN else "Lite"),
        Fact(label="Nothing offered", text=ZERO_WORDS[scoring.zero]),
        Fact(label="Ties", text=TIE_WORDS[scoring.tie]),
        Fact(label="Rounding", text=f"Each mark once, half up, to {wording.counted(scoring.decimals, 'decimal')}"),
    ]
    if scoring.minimum_percent is not None:
        facts.append(Fact(label="Minimum", text=f"{wording.percent(scoring.minimum_percent)}; equal passes"))
    if tender.measure_weights:
        weights = [f"{ref} × {numbers.trimmed(weight)}" for ref, weight in tender.measure_weights.items()]
        applied = "marks use them" if tender.weights_applied else "shown, not used for marks"
        facts.append(Fact(label="Measure weights", text=f"{', '.join(weights)} ({applied})"))
    if tender.leave_out:
        facts.append(Fact(label="Left out", text=wording.listed(list(tender.leave_out))))
    if tender.mandatory:
        facts.append(Fact(label="Asked of every bid", text=wording.listed(list(tender.mandatory))))
    return tuple(facts)


def _basis_words(tender: Tender) -> str:
    said = [
        f"{name} {state}"
        for name, state in (
            ("VAT", tender.value_basis.get("vat")),
            ("extensions", tender.value_basis.get("extensions")),
        )
        if state is not None
    ]
    return f" ({', '.join(said)})" if said else ""


# --- The list -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class TenderRow:
    """A tender in the list: figures in words, and where they stand on the bar in % of its width."""

    href: str
    label: str
    note: str
    bids: str
    lowest: str | None
    first: str | None
    highest: str | None
    low_at: str
    width: str
    first_at: str | None
    abandoned: bool
    status: str
    tag: str


@dataclass(frozen=True, kw_only=True)
class TendersPage(Page):
    """All tenders, with what their bids promised."""

    rows: tuple[TenderRow, ...]
    axis: tuple[tuple[str, str], ...]
    downloads: tuple[Download, ...]
    invented: bool


def tenders_page(results: Sequence[tuple[str, Result]], *, files: tuple[Download, ...]) -> TendersPage:
    """The list of tenders: the highest first bid first, abandoned tenders last."""
    ordered = sorted(results, key=lambda pair: _by_first_bid(pair[1]))
    highest = max((r.percent_range.highest or Fraction(0) for _, r in ordered), default=Fraction(0))
    top = int(highest / 10 + 1) * 10
    step = 10 if top <= 60 else 50
    return TendersPage(
        title="Tenders",
        caption="Social value commitments as % of contract value in evaluation",
        answer=_tenders_answer([result for _, result in ordered]),
        rows=tuple(_tender_row(key, result, top=top) for key, result in ordered),
        axis=tuple((f"{mark}%", _position(Fraction(mark * 100, top))) for mark in range(0, top + 1, step)),
        downloads=files,
        invented=any(result.tender.invented for _, result in ordered),
    )


def _by_first_bid(result: Result) -> tuple[bool, Fraction, str]:
    abandoned = result.tender.outcome.status is OutcomeStatus.ABANDONED
    return abandoned, -(result.percent_range.winner or Fraction(0)), result.tender.title


def _tenders_answer(results: Sequence[Result]) -> str:
    if not results:
        return "No tender is here yet. Score a tender file to see how it works."
    ended = sum(r.tender.outcome.status is OutcomeStatus.ABANDONED for r in results)
    standing = [r for r in results if r.tender.outcome.status is not OutcomeStatus.ABANDONED]
    winners = [r.percent_range.winner for r in standing if r.percent_range.winner is not None]
    start = f"{wording.counted(len(results), 'tender')}, {wording.counted(sum(len(r.bids) for r in results), 'bid')}."
    if winners:
        lowest, highest = (wording.percent(edge, places=1) for edge in (min(winners), max(winners)))
        start += f" The first bids promise {lowest} to {highest} of contract value."
    return f"{start} {wording.counted(ended, 'tender was', 'tenders were')} abandoned." if ended else start


def _tender_row(key: str, result: Result, *, top: int) -> TenderRow:
    spread, tender = result.percent_range, result.tender
    low, high = spread.lowest or Fraction(0), spread.highest or Fraction(0)
    opened = f"Opened {wording.day(tender.opened)}. " if tender.opened is not None else ""
    by_price = tender.denominator is Denominator.BID_PRICE
    return TenderRow(
        href=f"/tenders/{key}",
        label=f"{tender.title} ({money_short(tender.contract_value)})",
        note=f"{opened}{method_words(tender)}{'; % of own price' if by_price else ''}",
        bids=str(len(result.bids)),
        lowest=wording.percent_fixed(low, places=1) if spread.lowest is not None else None,
        first=wording.percent_fixed(spread.winner, places=1) if spread.winner is not None else _no_first(result),
        highest=wording.percent_fixed(high, places=1) if spread.highest is not None else None,
        low_at=_position(low * 100 / top),
        width=_position((high - low) * 100 / top),
        first_at=_position(spread.winner * 100 / top) if spread.winner is not None else None,
        abandoned=tender.outcome.status is OutcomeStatus.ABANDONED,
        status=OUTCOME_WORDS[tender.outcome.status],
        tag=OUTCOME_TAGS[tender.outcome.status],
    )


def _no_first(result: Result) -> str | None:
    return "tied" if result.tied else None


# --- The form -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class ScorePage(Page):
    """The form to score a tender file, and everything that is wrong with the file that was sent."""

    field_error: str | None
    problems: tuple[Problem, ...]
    file_name: str | None
    text: str
    versions: tuple[str, ...]


def score_page(
    *,
    versions: Sequence[str],
    error: str | None = None,
    problems: Sequence[Problem] = (),
    file_name: str | None = None,
    text: str = "",
) -> ScorePage:
    """The empty form, or the form with what was wrong."""
    if problems and error is None:
        error = (
            f"{file_name or 'The file'} was not scored: {wording.counted(len(problems), 'thing')} to put right. "
            "Nothing was stored."
        )
    return ScorePage(
        title="Score a tender file",
        answer="Send a tender file in YAML or JSON. It is scored at once, shown to you and not kept.",
        errors=(FormError(text=error, href="#file"),) if error else (),
        field_error=error,
        problems=tuple(problems),
        file_name=file_name,
        text=text,
        versions=tuple(versions),
    )
