"""The list of tenders, and the form that scores a tender file (DESIGN 4.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from svtracker.kernel import wording
from svtracker.kernel.problems import Problem
from svtracker.tenders.rules.result import Result
from svtracker.tenders.rules.values import (
    Denominator,
    OutcomeStatus,
)
from svtracker.web.pages.frame import Download, FormError, Page
from svtracker.web.pages.tender_words import OUTCOME_TAGS, OUTCOME_WORDS, method_words, money_short, position


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
        axis=tuple((f"{mark}%", position(Fraction(mark * 100, top))) for mark in range(0, top + 1, step)),
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
        low_at=position(low * 100 / top),
        width=position((high - low) * 100 / top),
        first_at=position(spread.winner * 100 / top) if spread.winner is not None else None,
        abandoned=tender.outcome.status is OutcomeStatus.ABANDONED,
        status=OUTCOME_WORDS[tender.outcome.status],
        tag=OUTCOME_TAGS[tender.outcome.status],
    )


def _no_first(result: Result) -> str | None:
    return "tied" if result.tied else None


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
