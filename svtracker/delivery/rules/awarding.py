"""What an award obliges to: accepted lines become commitments, their unit values frozen (RULES 5.1)."""

from collections.abc import Iterator, Mapping

from svtracker.delivery.rules.records import Commitment, Spread
from svtracker.delivery.rules.stored import Words
from svtracker.frameworks.rules.values import Measure, Outcome, Theme, Version
from svtracker.tenders.rules.result import Result
from svtracker.tenders.rules.valuing import Line


def promised(
    result: Result, bidder: str, *, spreads: Mapping[str, Spread] | None = None
) -> tuple[tuple[Commitment, Words], ...]:
    """The commitments that a bid of a scored tender becomes, in the order of its lines, numbered from 1.

    All accepted lines above zero, recorded and narrative ones too: nothing is typed again. A line that the evaluators
    reduced is owed as reduced. `spreads` says of a measure how it falls due, where not evenly.
    """
    (bid,) = (one for one in result.bids if one.bidder == bidder)
    places = places_of(result.version)
    return tuple(
        (_commitment(number, line, places[line.measure], spread=(spreads or {}).get(line.measure)), _words(line))
        for number, line in enumerate(filter(_is_owed, bid.valuation.lines), start=1)
    )


def places_of(version: Version) -> dict[str, tuple[Theme, Outcome, Measure]]:
    """Where each measure stands in the tree, by its reference."""
    return {measure.ref: (theme, outcome, measure) for theme, outcome, measure in _tree(version)}


def _tree(version: Version) -> Iterator[tuple[Theme, Outcome, Measure]]:
    for theme in version.themes:
        for outcome in theme.outcomes:
            for measure in outcome.measures:
                yield theme, outcome, measure


def _is_owed(line: Line) -> bool:
    if line.commitment.text:
        return True
    return line.accepted is not None and line.accepted > 0


def _commitment(number: int, line: Line, place: tuple[Theme, Outcome, Measure], *, spread: Spread | None) -> Commitment:
    theme, outcome, measure = place
    return Commitment(
        id=number,
        measure=measure.ref,
        theme=theme.id,
        outcome=outcome.id,
        category=measure.category,
        kind=line.kind,
        unit=line.unit,
        unit_value=line.unit_value,
        quantity=None if line.commitment.text else line.accepted,
        spread=spread or Spread.EVEN,
    )


def _words(line: Line) -> Words:
    said = line.commitment
    return Words(title=line.of.title, text=said.text or "", statement=said.statement or "")
