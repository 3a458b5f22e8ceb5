"""The page of one measure: what counts, what one is worth and why, and where it came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from svtracker.frameworks.rules import wording as words
from svtracker.frameworks.rules.examples import example
from svtracker.frameworks.rules.history import History, Stage
from svtracker.frameworks.rules.uprating import NotUprated, Uprated, wanted_unit_value
from svtracker.frameworks.rules.values import (
    NO_INDEX,
    How,
    Kind,
    ListName,
    Measure,
    Theme,
    ValueBasis,
    Version,
    Weighting,
)
from svtracker.kernel import numbers, wording
from svtracker.kernel.units import WORDS, Unit
from svtracker.registers.rules.figures import IndexValue, PriceIndex, year_name
from svtracker.web.pages.frame import Page
from svtracker.web.pages.frameworks import (
    Fact,
    Named,
    measure_href,
    named,
    unit_value_words,
    version_href,
    version_title,
)

# One of a unit, as the subject of “… counts as £12.71”.
ONE_OF = {
    Unit.FTE_YEAR: "One person in a full-time job for one year",
    Unit.PERSON: "One person",
    Unit.PERSON_WEEK: "One week of one person",
    Unit.STAFF_HOUR: "One hour of a member of staff",
    Unit.EXPERT_HOUR: "One hour of a specialist",
    Unit.PERSON_HOUR: "One hour of one person who takes part",
    Unit.GBP_SPENT: "One pound spent",
    Unit.GBP_INVESTED: "One pound given in money, time or materials",
    Unit.TONNE: "One tonne",
    Unit.TCO2E: "One tonne of CO₂e",
    Unit.MILE: "One mile",
    Unit.VISIT: "One visit",
    Unit.ITEM: "One",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One figure of a working, with the sign in front of it."""

    sign: str
    label: str
    figure: str
    is_result: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFacts:
    """Where the figure of a unit value stands, and on which terms."""

    title: str
    href: str | None
    at: str
    licence: str
    retrieved: str | None
    prices: str | None
    range: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexFacts:
    """Which index brought the figure to the prices of the version, and how its forecast was made."""

    title: str
    href: str
    publisher: str
    series: str
    forecasts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleWords:
    """A quantity worked through."""

    case: str
    quantity: str
    sum: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRow:
    """The measure in one version."""

    version: str
    measure: Named
    is_here: bool
    price_year: int
    value: str
    forecast: bool
    change: str
    what: str
    why: str


@dataclass(frozen=True, kw_only=True)
class MeasurePage(Page):
    """A measure: what counts, what one is worth and why, where it came from."""

    counted: str
    not_counted: str
    evidence: str
    example: ExampleWords | None
    terms: tuple[Term, ...]
    as_source_gives_it: bool
    why_no_value: str | None
    why_no_working: str | None
    forecast: bool
    rounding: str | None
    source: SourceFacts | None
    index: IndexFacts | None
    facts: tuple[Fact, ...]
    also_counts_in: tuple[Named, ...]
    also_counted_from: tuple[Named, ...]
    never_with: tuple[Named, ...]
    stages: tuple[StageRow, ...]
    dropped: str | None
    before: Named | None
    after: Named | None


def measure_page(
    version: Version, measure: Measure, *, indices: Mapping[str, PriceIndex], told: History
) -> MeasurePage:
    """The page of a measure; `indices` are the reference figures by name, `told` its history over the versions."""
    theme = next(theme for theme in version.themes if measure in theme.measures)
    outcome = next(outcome for outcome in theme.outcomes if measure in outcome.measures)
    counted, not_counted = words.counts(measure)
    basis = measure.value_basis
    index = indices.get(basis.index) if basis else None
    worked = wanted_unit_value(basis=basis, price_year=version.price_year, index=index) if basis else None
    refs = list(version.measures)
    place = refs.index(measure.ref)
    return MeasurePage(
        title=measure.title,
        caption=f"Measure {measure.ref}, {version_title(version)}",
        head_title=f"{measure.ref} {measure.title}, {version_title(version)}",
        answer=_answer(measure),
        crumbs=(
            ("Measures", "/frameworks"),
            (version_title(version), version_href(version)),
            (theme.title, f"{version_href(version)}?{urlencode({'theme': theme.id})}"),
        ),
        counted=counted,
        not_counted=not_counted,
        evidence=measure.evidence,
        example=_example(measure),
        terms=_terms(version, measure, worked) if isinstance(worked, Uprated) else (),
        as_source_gives_it=basis is not None and basis.index == NO_INDEX,
        why_no_value=_why_no_value(measure),
        why_no_working=worked.reason if isinstance(worked, NotUprated) else None,
        forecast=basis is not None and basis.forecast,
        rounding=_rounding(worked),
        source=_source_facts(version, basis) if basis else None,
        index=_index_facts(basis, index, worked, version) if basis and index else None,
        facts=_facts(measure, theme=theme, outcome=outcome.title),
        also_counts_in=tuple(named(version, ref) for ref in measure.also_counts_in),
        also_counted_from=tuple(
            named(version, other.ref) for other in version.measures.values() if measure.ref in other.also_counts_in
        ),
        never_with=tuple(
            named(version, other.ref)
            for other in version.measures.values()
            if other.ref in measure.never_with or measure.ref in other.never_with
        ),
        stages=tuple(_stage_row(stage, here=(version.version, measure.ref), told=told) for stage in told.stages),
        dropped=_dropped(told),
        before=named(version, refs[place - 1]) if place else None,
        after=named(version, refs[place + 1]) if place + 1 < len(refs) else None,
    )


def _answer(measure: Measure) -> str:
    value = unit_value_words(measure)
    if value is None:
        if measure.kind is Kind.NARRATIVE:
            return "Described in words: it has no quantity and no value in pounds."
        return (
            f"Recorded in {WORDS[measure.unit].many}. It has no value in pounds and never moves a total, a mark or "
            "a rank."
        )
    forecast = ", in forecast prices" if measure.value_basis and measure.value_basis.forecast else ""
    note = " It counts only in a tender that gives it a weight." if measure.weighting is Weighting.REQUIRED else ""
    return f"{ONE_OF[measure.unit]} counts as {value}{forecast}.{note}"


def _why_no_value(measure: Measure) -> str | None:
    if measure.unit_value is not None:
        return None
    if measure.kind is Kind.NARRATIVE:
        return "A description has no quantity, so it cannot have a value. Evaluators mark it as part of the answer."
    if ListName.RECORD_ONLY in measure.lists:
        return "Measures on the record-only list are reported and never valued."
    if measure.unit is Unit.PERCENT:
        return "A share of 100 does not say how much of anything there is, so it is never valued."
    return "No open source carries a value for what this measure counts, so it is recorded and not valued."


def _example(measure: Measure) -> ExampleWords | None:
    worked = example(measure)
    if worked is None:
        return None
    quantity = wording.quantity(worked.quantity, measure.unit)
    return ExampleWords(
        case=worked.case,
        quantity=f"{worked.working} = {quantity}" if worked.working else "",
        sum=f"{wording.grouped(worked.quantity)} × {unit_value_words(measure)}",
        value=wording.pounds(worked.value),
    )


# --- The working ------------------------------------------------------------------------------------------------------


def _terms(version: Version, measure: Measure, worked: Uprated) -> tuple[Term, ...]:
    basis = measure.value_basis
    value = unit_value_words(measure)
    if basis is None or value is None:
        return ()
    if basis.price_year is None:
        figure = Term(sign="", label="Source figure", figure=words.figure(basis.figure))
    else:
        prices = _year(basis.price_year, basis)
        figure = Term(sign="", label=f"Source figure, in prices of {prices}", figure=words.figure(basis.figure))
    if worked.index_from is None or worked.index_to is None or basis.price_year is None:
        return (figure, Term(sign="=", label="Unit value, as the source gives it", figure=value, is_result=True))
    return (
        figure,
        _index_term("×", worked.index_to, version.price_year, basis),
        _index_term("÷", worked.index_from, basis.price_year, basis),
        Term(sign="=", label=f"Unit value, {_rounded_to(worked)}", figure=value, is_result=True),
    )


def _index_term(sign: str, index: IndexValue, year: int, basis: ValueBasis) -> Term:
    forecast = " (forecast)" if index.forecast else ""
    return Term(sign=sign, label=f"Price index, {_year(year, basis)}{forecast}", figure=_index_figure(index))


def _year(year: int, basis: ValueBasis) -> str:
    """A year that is never broken over two lines."""
    return year_name(year, basis.year).replace("-", "\N{NON-BREAKING HYPHEN}")


def _index_figure(index: IndexValue) -> str:
    return wording.grouped(numbers.round_half_up(index.value, 4))


def _rounded_to(worked: Uprated) -> str:
    return "to the penny" if worked.exact >= 1 else "to four decimals"


def _rounding(worked: Uprated | NotUprated | None) -> str | None:
    if not isinstance(worked, Uprated) or worked.index_to is None or worked.index_from is None:
        return None
    once = f"Once, at the end, half up, {_rounded_to(worked)}"
    if worked.index_to.forecast or worked.index_from.forecast:
        return f"{once}. A forecast index is shown to four decimals and used with all of them"
    return once


def _source_facts(version: Version, basis: ValueBasis) -> SourceFacts:
    source = next(source for source in version.sources if source.key == basis.source)
    spread = basis.range
    return SourceFacts(
        title=source.title,
        href=source.href,
        at=basis.at,
        licence=words.licence(source.licence),
        retrieved=wording.day(source.retrieved) if source.retrieved else None,
        prices=year_name(basis.price_year, basis.year) if basis.price_year is not None else None,
        range=f"{words.figure(spread.low)} to {words.figure(spread.high)}" if spread else None,
    )


def _index_facts(
    basis: ValueBasis, index: PriceIndex, worked: Uprated | NotUprated | None, version: Version
) -> IndexFacts:
    ends: list[tuple[int, IndexValue]] = []
    if isinstance(worked, Uprated):
        years = ((version.price_year, worked.index_to), (basis.price_year, worked.index_from))
        ends = [(year, value) for year, value in years if year is not None and value is not None]
    return IndexFacts(
        title=index.title,
        href=index.href,
        publisher=index.publisher,
        series=words.SERIES[basis.year],
        forecasts=tuple(
            Fact(label=f"Index of {year_name(year, basis.year)}", text=value.working)
            for year, value in ends
            if value.forecast
        ),
    )


# --- Facts and history ------------------------------------------------------------------------------------------------


def _facts(measure: Measure, *, theme: Theme, outcome: str) -> tuple[Fact, ...]:
    lists = words.lists(measure.lists)
    unit = WORDS[measure.unit]
    facts = [
        Fact(label="Unit", text=f"{unit.one[:1].upper() + unit.one[1:]}: {unit.meaning}"),
        Fact(label="Lists" if len(measure.lists) > 1 else "List", text=lists[:1].upper() + lists[1:]),
        Fact(label="Kind", text=words.KINDS[measure.kind]),
        Fact(label="Counts", text=words.LOCALITIES[measure.locality]),
        Fact(label="Category", text=words.CATEGORIES[measure.category]),
        Fact(label="Outcome", text=f"{outcome} ({theme.title})"),
    ]
    if measure.first_year_only:
        facts.append(Fact(label="How long", text="At most the first 12 months of each person"))
    if measure.weighting is Weighting.REQUIRED:
        facts.append(
            Fact(label="Weighting", text="Counts only in a tender that gives this measure a weight; else recorded")
        )
    if measure.aliases:
        facts.append(Fact(label="Also known as", text=wording.listed(list(measure.aliases))))
    return tuple(facts)


def _stage_row(stage: Stage, *, here: tuple[str, str], told: History) -> StageRow:
    measure, version = stage.measure, stage.version
    is_here = (version.version, measure.ref) == here
    return StageRow(
        version=version.version,
        measure=Named(
            ref=measure.ref, title=measure.title, href=None if is_here else measure_href(version, measure.ref)
        ),
        is_here=is_here,
        price_year=version.price_year,
        value=unit_value_words(measure) or "no value",
        forecast=measure.value_basis is not None and measure.value_basis.forecast,
        change=_change(stage, told),
        what=_what(stage),
        why=measure.changed,
    )


def _change(stage: Stage, told: History) -> str:
    """The change against the version before; where there is none, why."""
    if stage.change_percent == 0:
        return "no change"
    if stage.change_percent is not None:
        return words.change(stage.change_percent)
    if stage.measure.unit_value is None:
        return "–"
    replaced = {(one.version, one.ref) for one in stage.measure.replaces}
    before = [one.measure for one in told.stages if (one.version.version, one.measure.ref) in replaced]
    if all(measure.unit_value is None for measure in before):
        return "first value"
    return "not compared"


def _what(stage: Stage) -> str:
    """What happened to the measure in that version, in the words of its file where it has some."""
    if stage.how is None:
        return "In the first version" if stage.version.supersedes is None else "New"
    if stage.how is How.SAME:
        return stage.reason or words.HOWS[stage.how]
    return f"{words.HOWS[stage.how]}. {stage.reason}".strip()


def _dropped(told: History) -> str | None:
    if told.dropped is None or told.dropped_in is None:
        return None
    note = f" {told.dropped.note}" if told.dropped.note else ""
    return f"Dropped in {told.dropped_in.version}: {words.DROP_REASONS[told.dropped.reason]}.{note}"
