"""A scored tender as a reader wants it: who leads, why, how firm that is, what to check (DESIGN 4.1)."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from svtracker.frameworks.rules.values import Measure
from svtracker.kernel import numbers, wording
from svtracker.tenders.rules import findings
from svtracker.tenders.rules.result import BidResult, Result
from svtracker.tenders.rules.values import (
    Tender,
)
from svtracker.tenders.rules.warnings import ScoreWarning
from svtracker.web.pages.frame import Download, Page
from svtracker.web.pages.frameworks import Fact, version_href, version_title
from svtracker.web.pages.tender_columns import BESIDE, ON_A_SHEET, Look, in_order, sheets
from svtracker.web.pages.tender_table import (
    WHOLE_BID,
    BidsTable,
    Flags,
    HeatStep,
    Hrefs,
    bids_table,
    heat_steps,
    heat_words,
    measures_of,
)
from svtracker.web.pages.tender_words import OUTCOME_TAGS, OUTCOME_WORDS, position, settings_facts

# More checks than this stand folded, one fold for each bid.
FOLDED = 30

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
class ChecksOfBid:
    """What to look at in one bid, where there is too much for one list."""

    bidder: str
    checks: tuple[Check, ...]


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
class Upload:
    """The file that was sent, carried along so that its result can be downloaded; nothing is stored."""

    name: str
    text: str
    action: str
    kinds: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class EvaluationPage(Page):
    """A scored tender: bids across, measures down."""

    invented: bool
    outcome: str
    outcome_words: str
    outcome_tag: str
    tables: tuple[BidsTable, ...]
    is_wide: bool
    order_note: str
    print_note: str
    sheets_href: str | None
    on_sheets: bool
    heat: tuple[HeatStep, ...]
    checks: tuple[Check, ...]
    checks_of_bids: tuple[ChecksOfBid, ...]
    number_of_checks: int
    statements: tuple[Statements, ...]
    why: Why | None
    firm_summary: str
    firm: tuple[FirmPoint, ...]
    settings: tuple[Fact, ...]
    version_href: str
    version_title: str
    downloads: tuple[Download, ...]
    upload: Upload | None = None


def evaluation_page(
    result: Result,
    *,
    caption: str,
    crumbs: tuple[tuple[str, str], ...],
    files: tuple[Download, ...] = (),
    upload: Upload | None = None,
    hrefs: Hrefs | None = None,
    look: Look | None = None,
) -> EvaluationPage:
    """The compare page of a scored tender; `hrefs` lead from a figure to the line behind it."""
    tender, look = result.tender, look or Look()
    shown = in_order(result, pinned=look.bidder)
    # The numbers of the checks stay the same, whoever is pinned.
    checks, flags = _checks(in_order(result, pinned=None))
    steps = heat_steps(result)
    measures = measures_of(result)
    is_wide = len(result.bids) > BESIDE
    is_folded = sum(len(ones) for _, ones in checks) > FOLDED
    is_cut = len(result.bids) > ON_A_SHEET and not look.on_sheets
    parts = sheets(shown, pinned=look.bidder) if look.on_sheets and look.sheets_href else [("", shown)]
    return EvaluationPage(
        title=tender.title,
        caption=caption,
        answer=findings.answer(result),
        crumbs=crumbs,
        invented=tender.invented,
        outcome=_outcome_note(tender),
        outcome_words=OUTCOME_WORDS[tender.outcome.status],
        outcome_tag=OUTCOME_TAGS[tender.outcome.status],
        tables=tuple(
            bids_table(part, whole=result, title=title, look=look, steps=steps, flags=flags, hrefs=hrefs or {})
            for title, part in parts
        ),
        is_wide=is_wide,
        order_note=_order_note(len(result.bids), look=look) if is_wide else "",
        print_note=f"On paper stand the first {ON_A_SHEET} of {len(result.bids)} bids." if is_cut else "",
        sheets_href=look.sheets_href,
        on_sheets=look.on_sheets,
        heat=heat_words(steps),
        checks=tuple(one for bidder, ones in checks if bidder is None or not is_folded for one in ones),
        checks_of_bids=tuple(
            ChecksOfBid(bidder=wording.bidder(bidder), checks=ones)
            for bidder, ones in checks
            if bidder is not None and ones and is_folded
        ),
        number_of_checks=sum(len(ones) for _, ones in checks),
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


def _order_note(bids: int, *, look: Look) -> str:
    beside = f"; {wording.bidder(look.bidder)} is pinned" if look.bidder is not None else ""
    return f"{bids} bids by rank, the first next to the measures{beside}."


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


def _checks(result: Result) -> tuple[list[tuple[str | None, tuple[Check, ...]]], Flags]:
    """The checks of the tender as a whole and then of each bid, numbered through, with the cells that they speak of."""
    numbers_from = itertools.count(1)
    flags: Flags = {}

    def check(text: str, keys: Iterable[tuple[str, str]]) -> Check:
        made = Check(number=next(numbers_from), text=text)
        for key in keys:
            flags[key] = (*flags.get(key, ()), made.number)
        return made

    found: list[tuple[str | None, tuple[Check, ...]]] = [
        (None, tuple(check(warning.message, ()) for warning in result.warnings))
    ]
    reduced: dict[str, list[findings.Reduced]] = {}
    for one in findings.reduced_lines(result):
        reduced.setdefault(one.bidder, []).append(one)
    for bid in result.bids:
        of_bid = [check(warning.message, _flagged(bid, warning)) for warning in bid.warnings]
        of_bid += [check(one.sentence, [(bid.bidder, one.measure)]) for one in reduced.get(bid.bidder, ())]
        found.append((bid.bidder, tuple(of_bid)))
    return found, flags


def _flagged(bid: BidResult, warning: ScoreWarning) -> list[tuple[str, str]]:
    own = {line.measure for line in bid.valuation.lines}
    named = [(bid.bidder, measure) for measure in warning.measures if measure in own]
    return named or [(bid.bidder, WHOLE_BID)]


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
        start=position(start),
        width=position(width),
        leads=part.lead >= 0,
    )


def _signed(value: Decimal) -> str:
    return f"+{wording.marks(value)}" if value > 0 else wording.marks(value)


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
    start, end = (numbers.percent(edge, weight.of) for edge in (weight.low, weight.high))
    published = result.tender.scoring.quantitative
    # A name needs room to stand in; where there is none the sentence above says it.
    room = 14
    return WeightBar(
        start=position(start),
        width=position(end - start),
        mark=position(numbers.percent(published, weight.of)),
        of=numbers.trimmed(weight.of),
        published=numbers.trimmed(published),
        below=weight.below if weight.below and len(weight.below) <= 2 and start > room else None,
        below_at=position(start / 2),
        above=weight.above if weight.above and len(weight.above) <= 2 and end < 100 - room else None,
        above_at=position((end + 100) / 2),
    )
