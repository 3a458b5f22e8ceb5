"""What tenders draw, and who won: the portfolio of an organisation as a chart in a table (DESIGN 4.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from urllib.parse import urlencode

from svtracker.kernel import numbers, wording
from svtracker.reports import charts
from svtracker.reports.portfolio import (
    METHOD_WORDS,
    MOST_BARS,
    TITLE,
    label_of,
    subtitle_of,
    winner_words,
)
from svtracker.tenders.rules.cpv import division_of, with_division
from svtracker.tenders.rules.portfolio import Choice, Choices, Portfolio, PortfolioRow, opened_on
from svtracker.tenders.rules.values import Denominator, OutcomeStatus
from svtracker.web.pages.frame import Download, Page
from svtracker.web.pages.tender_words import position

HREF = "/tenders/portfolio"
FILES = (("Table (CSV)", "csv"), ("Workbook (XLSX)", "xlsx"), ("Chart (SVG)", "svg"), ("Chart (PNG)", "png"))
STATUS_CHOICES = {
    OutcomeStatus.AWARDED: "Awarded",
    OutcomeStatus.ABANDONED: "Abandoned",
    OutcomeStatus.OPEN: "In evaluation",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeRow:
    """A tender: its figures in words, and where they stand on the bar in % of its width."""

    href: str | None
    label: str
    note: str
    bids: str
    lowest: str | None
    winner: str
    has_winner: bool
    highest: str | None
    low_at: str
    width: str
    winners_at: tuple[str, ...]
    is_abandoned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure over all awards."""

    label: str
    value: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A field of the filter with what can be chosen and what is."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    value: str


@dataclass(frozen=True, kw_only=True)
class PortfolioPage(Page):
    """The chart, its figures, and the filter."""

    heading: str
    rows: tuple[RangeRow, ...]
    axis: tuple[tuple[str, str], ...]
    figures: tuple[Figure, ...]
    figures_note: str
    lots_note: str | None
    is_invented: bool
    filters: tuple[Chosen, ...]
    is_filtered: bool
    all_href: str
    downloads: tuple[Download, ...]
    earlier_href: str | None
    later_href: str | None


def part_of(portfolio: Portfolio, part: int) -> tuple[PortfolioRow, ...]:
    """The tenders that one page and one picture show, counted from 1."""
    start = (part - 1) * MOST_BARS
    return portfolio.rows[start : start + MOST_BARS]


def portfolio_page(
    portfolio: Portfolio, *, choice: Choice, choices: Choices, part: int, may_open: bool
) -> PortfolioPage:
    """The page; `may_open` says whether the reader may come to a tender from it."""
    rows = part_of(portfolio, part)
    top, step = charts.axis_of([row.standing.highest for row in rows if row.standing.highest is not None])
    query = query_of(choice)
    shown = {**query, **({"part": str(part)} if part > 1 else {})}
    last = (len(portfolio.rows) + MOST_BARS - 1) // MOST_BARS
    return PortfolioPage(
        title="Social value offered in tenders",
        caption=subtitle_of(portfolio.rows, of=len(portfolio.rows)) if portfolio.rows else None,
        answer=answer_of(portfolio),
        crumbs=(("Tenders", "/tenders"),),
        heading=TITLE,
        rows=tuple(_row(row, top=top, may_open=may_open) for row in rows),
        axis=tuple((f"{mark}%", position(Fraction(mark * 100, top))) for mark in range(0, top + 1, step)),
        figures=tuple(_figures(portfolio)),
        figures_note=f"{wording.counted(portfolio.awards, 'award')}, {wording.pounds_short(portfolio.contract_value)}",
        lots_note="A tender with lots is in none of these figures; its lots are."
        if any(row.has_lots for row in portfolio.rows)
        else None,
        is_invented=any(row.is_invented for row in portfolio.rows),
        filters=tuple(_filters(choice, choices)),
        is_filtered=bool(query),
        all_href=HREF,
        downloads=tuple(
            Download(label=label, href=_href(f"{HREF}/download.{kind}", shown if kind in {"svg", "png"} else query))
            for label, kind in FILES
        ),
        earlier_href=_href(HREF, {**query, "part": str(part - 1)}) if part > 1 else None,
        later_href=_href(HREF, {**query, "part": str(part + 1)}) if part < last else None,
    )


def answer_of(portfolio: Portfolio) -> str:
    """What winners promised, in how many awards another bid had offered more, and what has not ended in an award."""
    said = []
    if portfolio.lowest is not None and portfolio.highest is not None:
        low, high = (wording.percent_fixed(one, places=1) for one in (portfolio.lowest, portfolio.highest))
        number = wording.counted(portfolio.awards, "award")
        promised = f"promised {low}" if low == high else f"promised between {low} and {high}"
        said.append(f"The winners of {number} {promised} of the contract value.")
        more = portfolio.more_offered
        if more:
            where = "each" if more == portfolio.awards > 1 else str(more)
            said.append(f"In {where} of them another bid had offered more.")
    if portfolio.in_evaluation:
        said.append(f"{wording.counted(portfolio.in_evaluation, 'tender is', 'tenders are')} in evaluation.")
    if portfolio.abandoned:
        said.append(f"{wording.counted(portfolio.abandoned, 'tender was', 'tenders were')} abandoned.")
    return " ".join(said) or "No tender fits."


def chosen_words(choice: Choice) -> str:
    """What was chosen, in words; nothing where everything was."""
    said = []
    match choice.first_year, choice.last_year:
        case None, None:
            pass
        case int(), None:
            said.append(f"opened from {choice.first_year} on")
        case None, int():
            said.append(f"opened up to {choice.last_year}")
        case first, last:
            said.append(f"opened in {first}" if first == last else f"opened from {first} to {last}")
    if choice.category is not None:
        said.append(f"CPV {with_division(choice.category)}")
    if choice.directorate is not None:
        said.append(choice.directorate)
    if choice.status is not None:
        said.append(STATUS_CHOICES[choice.status].lower())
    return f"Only: {', '.join(said)}" if said else ""


def query_of(choice: Choice) -> dict[str, str]:
    """The choice as it stands in an address."""
    given = {
        "from": choice.first_year,
        "to": choice.last_year,
        "category": choice.category,
        "directorate": choice.directorate,
        "status": None if choice.status is None else choice.status.value,
    }
    return {name: str(value) for name, value in given.items() if value is not None}


def _href(path: str, query: dict[str, str]) -> str:
    return f"{path}?{urlencode(query)}" if query else path


def _row(row: PortfolioRow, *, top: int, may_open: bool) -> RangeRow:
    standing = row.standing
    low, high = standing.lowest or numbers.ZERO, standing.highest or numbers.ZERO
    return RangeRow(
        href=f"/tenders/{row.tender_id}" if may_open else None,
        label=label_of(row),
        note=_note(row),
        bids=str(standing.bids),
        lowest=None if standing.lowest is None else wording.percent_fixed(low, places=1),
        winner=winner_words(row),
        has_winner=bool(standing.winners),
        highest=None if standing.highest is None else wording.percent_fixed(high, places=1),
        low_at=_at(Fraction(low), top),
        width=_at(Fraction(high) - Fraction(low), top),
        winners_at=tuple(_at(Fraction(one.percent), top) for one in standing.winners),
        is_abandoned=row.status is OutcomeStatus.ABANDONED,
    )


def _at(value: Fraction, top: int) -> str:
    return position(value * 100 / top)


def _note(row: PortfolioRow) -> str:
    said = [f"Opened {opened_on(row):%b %Y}", METHOD_WORDS[row.standing.method]]
    if row.lot is not None:
        said.insert(0, f"Lot {row.lot}")
    if row.standing.denominator is Denominator.BID_PRICE:
        said.append("% of own price")
    if row.has_lots:
        said.append("has lots")
    return "; ".join(said)


def _figures(portfolio: Portfolio) -> Sequence[Figure]:
    if portfolio.weighted is None or portfolio.mean is None or portfolio.middle is None:
        return ()
    promised = numbers.round_half_up(numbers.ratio(portfolio.winner_value, 1_000_000), 2)
    return (
        Figure(
            label="Weighted by contract value",
            value=wording.percent_fixed(portfolio.weighted, places=1),
            note=f"£{promised}m promised on {wording.pounds_short(portfolio.contract_value)}",
        ),
        Figure(
            label="Simple mean",
            value=wording.percent_fixed(portfolio.mean, places=1),
            note="each award counts the same",
        ),
        Figure(
            label="Middle award (median)",
            value=wording.percent_fixed(portfolio.middle, places=1),
            note="half of the awards are above, half below",
        ),
    )


def _category_words(begin: str) -> str:
    division = division_of(begin)
    return f"{begin}…" if division is None else f"{begin}: {division}"


def _filters(choice: Choice, choices: Choices) -> Sequence[Chosen]:
    years = tuple((str(year), str(year)) for year in choices.years)
    value = query_of(choice)
    fields = [
        Chosen(name="from", label="Opened from", options=(("", "Any year"), *years), value=value.get("from", "")),
        Chosen(name="to", label="To", options=(("", "Any year"), *years), value=value.get("to", "")),
        Chosen(
            name="category",
            label="Category (CPV)",
            options=(("", "All"), *((one, _category_words(one)) for one in choices.categories)),
            value=value.get("category", ""),
        ),
        Chosen(
            name="directorate",
            label="Directorate",
            options=(("", "All"), *((one, one) for one in choices.directorates)),
            value=value.get("directorate", ""),
        ),
        Chosen(
            name="status",
            label="Status",
            options=(
                ("", "All"),
                *(
                    (status.value, words)
                    for status, words in STATUS_CHOICES.items()
                    if status is not OutcomeStatus.OPEN or not choice.decided_only
                ),
            ),
            value=value.get("status", ""),
        ),
    ]
    return [one for one in fields if len(one.options) > 1]
