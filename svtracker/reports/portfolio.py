"""The portfolio of tenders to take along: table, native chart, picture, JSON; all of the rows that the page shows."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from svtracker.audit.rules.events import at_text
from svtracker.files.tables_out import Cell, Column, Marker, RangeChart, Sheet, Style
from svtracker.kernel import numbers, wording
from svtracker.reports import charts
from svtracker.tenders.rules.portfolio import Counts, Portfolio, PortfolioRow, opened_on
from svtracker.tenders.rules.values import Denominator, Method, OutcomeStatus

TITLE = "Suppliers’ social value commitments as % of contract value in evaluation"
INVENTED = "The bids are invented."
# A picture or a native chart of more tenders than this cannot be read.
MOST_BARS = 50

STATUS_WORDS = {
    OutcomeStatus.OPEN: "in evaluation",
    OutcomeStatus.AWARDED: "awarded",
    OutcomeStatus.ABANDONED: "abandoned",
}
METHOD_WORDS = {
    Method.TARGET: "target rate",
    Method.RELATIVE: "relative to the highest bid",
    Method.BANDS: "bands",
}
DENOMINATOR_WORDS = {
    Denominator.CONTRACT_VALUE: "the contract value",
    Denominator.BID_PRICE: "the bidder’s own price",
}
COUNTS_WORDS = {
    Counts.YES: "yes",
    Counts.HAS_LOTS: "no, its lots are counted",
    Counts.NO_AWARD: "no award",
}


def label_of(row: PortfolioRow) -> str:
    """A tender as it stands on the chart: New market (£1.0m)."""
    return f"{row.title} ({wording.pounds_short(row.contract_value)})"


def winner_words(row: PortfolioRow) -> str:
    """What stands where the winner's figure would: 31.5%, abandoned, in evaluation."""
    percent = row.winner_percent
    return STATUS_WORDS[row.status] if percent is None else wording.percent_fixed(percent, places=1)


def subtitle_of(rows: Sequence[PortfolioRow], *, of: int) -> str:
    """How many tenders, and of which months."""
    if not rows:
        return "No tender"
    days = sorted(opened_on(row) for row in rows)
    first, last = f"{days[0]:%B %Y}", f"{days[-1]:%B %Y}"
    when = f"in {first}" if first == last else f"from {first} to {last}"
    number = wording.counted(len(rows), "tender")
    return f"{number} opened {when}" if of == len(rows) else f"{number} of {of:,}, opened {when}"


def tender_sheets(portfolio: Portfolio, *, about: Sequence[str]) -> list[Sheet]:
    """The table of all tenders, and a chart of the first of them that people can edit."""
    told = (TITLE, *about, *([INVENTED] if any(row.is_invented for row in portfolio.rows) else []))
    table = Sheet(
        name="Tenders",
        about=told,
        columns=(
            Column(heading="Tender", width=48),
            Column(heading="Reference", width=18),
            Column(heading="Lot", width=6),
            Column(heading="Contract value", style=Style.MONEY, width=18),
            Column(heading="Category (CPV)", width=14),
            Column(heading="Directorate", width=24),
            Column(heading="Bids opened", style=Style.DATE, width=14),
            Column(heading="Decided", style=Style.DATE, width=14),
            Column(heading="Status", width=14),
            Column(heading="Measure set version", width=20),
            Column(heading="Method", width=26),
            Column(heading="Shares are of", width=22),
            Column(heading="Bids", style=Style.WHOLE, width=7),
            Column(heading="Lowest %", style=Style.PERCENT, width=11),
            Column(heading="Winner %", style=Style.PERCENT, width=11),
            Column(heading="Highest %", style=Style.PERCENT, width=11),
            Column(heading="Winner", width=40),
            Column(heading="Counts in sums", width=24),
        ),
        rows=tuple(_cells(row) for row in portfolio.rows),
    )
    if not portfolio.rows:
        return [table]
    chart = Sheet(
        name="Chart",
        about=told,
        columns=(),
        rows=(),
        chart=RangeChart(
            of=table.name,
            names=0,
            series=((13, Marker.END), (15, Marker.END), (14, Marker.WINNER)),
            axis="% of contract value",
            rows=min(len(portfolio.rows), MOST_BARS),
        ),
    )
    return [table, chart]


def chart_of(rows: Sequence[PortfolioRow], *, of: int, organisation: str, chosen: str) -> charts.RangeChart:
    """The picture of these tenders, the first on top; `chosen` says in words which were asked for."""
    top, step = charts.axis_of([row.standing.highest for row in rows if row.standing.highest is not None])
    said = [organisation, chosen, INVENTED.rstrip(".") if any(row.is_invented for row in rows) else ""]
    return charts.RangeChart(
        title=TITLE,
        subtitle=f"{subtitle_of(rows, of=of)}; assessed bids",
        note=". ".join(one for one in said if one) + ".",
        bars=tuple(
            charts.RangeBar(
                label=label_of(row),
                note=_bar_note(row),
                lowest=row.standing.lowest,
                highest=row.standing.highest,
                winners=tuple(one.percent for one in row.standing.winners),
                is_abandoned=row.status is OutcomeStatus.ABANDONED,
            )
            for row in rows
        ),
        top=top,
        step=step,
    )


def _bar_note(row: PortfolioRow) -> str:
    if row.standing.lowest is None:
        return "no assessed bid"
    return f"winner {winner_words(row)}" if row.standing.winners else winner_words(row)


def chart_hash(chart: charts.RangeChart) -> str:
    """The SHA-256 over everything that a picture shows, under which it is kept."""
    return hashlib.sha256(json.dumps(asdict(chart), default=str).encode()).hexdigest()


def portfolio_answer(portfolio: Portfolio, *, chosen: dict[str, Any]) -> dict[str, Any]:
    """The portfolio as other programs get it: percentages with two decimals, money in pounds."""
    return {
        "chosen": chosen,
        "tenders": [_answer(row) for row in portfolio.rows],
        "awards": {
            "number": portfolio.awards,
            "contract_value": _money(portfolio.contract_value),
            "value": _money(portfolio.winner_value),
            "weighted_percent": _two(portfolio.weighted),
            "mean_percent": _two(portfolio.mean),
            "median_percent": _two(portfolio.middle),
            "lowest_percent": _two(portfolio.lowest),
            "highest_percent": _two(portfolio.highest),
            "more_offered": portfolio.more_offered,
        },
        "abandoned": portfolio.abandoned,
        "in_evaluation": portfolio.in_evaluation,
    }


def _answer(row: PortfolioRow) -> dict[str, Any]:
    standing = row.standing
    return {
        "number": row.tender_id,
        "reference": row.reference,
        "title": row.title,
        "lot": row.lot,
        "label": label_of(row),
        "contract_value": _money(row.contract_value),
        "category": row.category,
        "directorate": row.directorate,
        "opened_at": at_text(row.opened_at),
        "decided_at": None if row.decided_at is None else at_text(row.decided_at),
        "status": row.status.value,
        "framework": row.framework,
        "method": standing.method.value,
        "denominator": standing.denominator.value,
        "bids": standing.bids,
        "lowest": _two(standing.lowest),
        "highest": _two(standing.highest),
        "winners": [{"bidder": one.bidder, "percent": _two(one.percent)} for one in standing.winners],
        "counts": row.counts is Counts.YES,
        "invented": row.is_invented,
    }


def _cells(row: PortfolioRow) -> tuple[Cell, ...]:
    standing = row.standing
    return (
        label_of(row),
        row.reference,
        row.lot,
        Decimal(numbers.trimmed(row.contract_value)),
        row.category,
        row.directorate,
        opened_on(row),
        None if row.decided_at is None else row.decided_at.date(),
        STATUS_WORDS[row.status],
        row.framework,
        METHOD_WORDS[standing.method],
        DENOMINATOR_WORDS[standing.denominator],
        standing.bids,
        _rounded(standing.lowest),
        _rounded(row.winner_percent),
        _rounded(standing.highest),
        wording.listed([one.bidder for one in standing.winners]),
        COUNTS_WORDS[row.counts],
    )


def _rounded(value: numbers.Exact | None) -> Decimal | None:
    return None if value is None else numbers.round_half_up(value, 2)


def _two(value: numbers.Exact | None) -> str | None:
    return None if value is None else numbers.plain(numbers.round_half_up(value, 2))


def _money(value: Decimal) -> str:
    return numbers.plain(numbers.round_half_up(value, 2))
