"""What a result means, in plain sentences that name bidder, number and unit (RULES 4.6; DESIGN 4.1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from svtracker.frameworks.rules.values import Category
from svtracker.kernel import numbers, wording
from svtracker.kernel.wording import bidder as named
from svtracker.kernel.wording import the_bidder
from svtracker.tenders.rules.firmness import Removal
from svtracker.tenders.rules.result import Result
from svtracker.tenders.rules.scoring import Marks
from svtracker.tenders.rules.values import Method, OutcomeStatus, Tender, TieRule
from svtracker.tenders.rules.valuing import Line

QUANTITY = "Social value: quantity"
ANSWER = "Social value: answer"
PRICE = "Price"


class Sign(StrEnum):
    """Whether the result stands a test, would change, or the point is only worth knowing."""

    HOLDS = "holds"
    CHANGES = "changes"
    INFORMS = "informs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One test of the result: its name, whether it holds, and what it found in a sentence or two."""

    test: str
    title: str
    sign: Sign
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A component of the marks, and by how many marks (`lead`) the first bid leads or trails the second in it."""

    name: str
    weight: Decimal | None
    first: Decimal
    second: Decimal
    lead: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Why the first bid leads the second."""

    first: str
    second: str
    parts: tuple[Part, ...]
    lead: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduced:
    """A line of which less than offered is accepted."""

    bidder: str
    measure: str
    sentence: str


def parts_of(marks: Marks, *, tender: Tender) -> tuple[tuple[str, Decimal | None, Decimal], ...]:
    """The components of a bid's marks as they are shown: name, published weight where known, marks."""
    parts: list[tuple[str, Decimal | None, Decimal]] = [(QUANTITY, tender.scoring.quantitative, marks.quantitative)]
    for question, mark in zip(tender.questions, marks.answers, strict=True):
        parts.append((question.title if tender.questions_named else ANSWER, question.weight, mark))
    if tender.price_weight is not None and marks.price is not None:
        parts.append((PRICE, tender.price_weight, marks.price))
    for name, mark in zip(tender.other_marks, marks.others, strict=True):
        parts.append((name[:1].upper() + name[1:], None, mark))
    return tuple(parts)


def comparison(result: Result) -> Comparison | None:
    """The first bid against the next, part by part; nothing where fewer than two bids are ranked.

    In RULES 4.7 bid B leads bid A by 1.12: +2.31 price, +2.00 answer, -1.19 quantity, -2.00 quality.
    """
    if len(result.ranked) < 2:
        return None
    first, second = result.ranked[:2]
    if first.marks is None or second.marks is None:
        return None
    pairs = zip(parts_of(first.marks, tender=result.tender), parts_of(second.marks, tender=result.tender), strict=True)
    decimals = result.tender.scoring.decimals
    parts = tuple(
        Part(name=name, weight=weight, first=own, second=other, lead=_lead(own, other, decimals=decimals))
        for (name, weight, own), (_, _, other) in pairs
    )
    return Comparison(
        first=first.bidder,
        second=second.bidder,
        parts=tuple(sorted(parts, key=lambda part: -part.lead)),
        lead=_lead(first.marks.total, second.marks.total, decimals=decimals),
    )


def _lead(first: Decimal, second: Decimal, *, decimals: int) -> Decimal:
    """First less second, in marks, with the declared decimals at least: 30 less 28 is 2.00."""
    return numbers.at_least(numbers.minus(first, second), decimals)


def answer(result: Result) -> str:
    """Who is first, by how much and why, in one or two sentences."""
    ranked = result.ranked
    if not ranked:
        return "No bid could be assessed, so nobody is first."
    top = ranked[0]
    total = wording.marks(top.marks.total) if top.marks is not None else ""
    if result.tied:
        names = wording.listed([named(result.tied[0]), *(the_bidder(name) for name in result.tied[1:])])
        return f"{names} share the first rank with {total} marks each: nobody has won. An award needs a reason."
    if len(ranked) == 1:
        return f"{named(top.bidder)} is the only assessed bid, with {total} marks."
    compared = comparison(result)
    if compared is None:
        return f"{named(top.bidder)} is first with {total} marks."
    if not compared.lead:
        by_value = result.tender.scoring.tie is TieRule.HIGHER_VALUE
        return (
            f"{named(top.bidder)} and {the_bidder(compared.second)} both have {total} marks; "
            f"{the_bidder(top.bidder)} is first by its {'higher social value' if by_value else 'lower price'}, "
            "as published."
        )
    lead = f"{named(top.bidder)} is first with {total} marks, {wording.marks(compared.lead)} ahead of "
    return f"{lead}{the_bidder(compared.second)}. {_why(compared)}"


def _why(compared: Comparison) -> str:
    ahead = [_part_words(part) for part in compared.parts if part.lead > 0]
    behind = [_part_words(part) for part in reversed(compared.parts) if part.lead < 0]
    if not behind:
        return f"It gains {wording.listed(ahead)}, and loses nothing."
    return f"It gains {wording.listed(ahead)}, and loses {wording.listed(behind)}."


def _part_words(part: Part) -> str:
    return f"{wording.marks(part.lead.copy_abs())} on {_inside_a_sentence(part.name)}"


def _inside_a_sentence(part: str) -> str:
    if part in (QUANTITY, ANSWER):
        return "the social value quantity" if part == QUANTITY else "the social value answer"
    if " " in part:
        return f"“{part}”"
    return part[:1].lower() + part[1:] if part[1:2].islower() else part


def firm_points(result: Result) -> tuple[Point, ...]:
    """Every test of RULES 4.6 that applies to this result, each in plain words; a bid alone has nothing to stand."""
    if len(result.ranked) < 2:
        return tuple(_concentration_points(result))
    return (
        *_removal_points(result),
        *_flip_points(result),
        *_weight_points(result),
        *_stability_points(result),
        *_concentration_points(result),
    )


def firm_summary(result: Result) -> str:
    """The tests in one sentence: how many the result stands, and which it does not."""
    if result.winner is None:
        return "Nobody is first alone, so there is no result to test."
    if len(result.ranked) < 2:
        return "There is nothing to test: no other bid was assessed."
    tests = [point for point in firm_points(result) if point.sign is not Sign.INFORMS]
    changes = [f"“{point.title}”" for point in tests if point.sign is Sign.CHANGES]
    if not changes:
        everywhere = {1: "the one test", 2: "both tests"}
        return f"It holds in {everywhere.get(len(tests), f'all {len(tests)} tests')}."
    held = len(tests) - len(changes)
    of = wording.counted(len(tests), "test") if held else f"the {wording.counted(len(tests), 'test')}"
    return f"It holds in {held or 'none'} of {of}. Look at {wording.listed(changes)}."


def _removal_points(result: Result) -> Iterator[Point]:
    removals, winner = result.firmness.removals, result.winner
    if winner is None or not removals:
        return
    reversals = [removal for removal in removals if removal.reversal]
    title = "Remove any losing bid"
    if not reversals:
        number = len(removals)
        times = (
            "if the other assessed bid is removed"
            if number == 1
            else f"whichever of the {number} other assessed bids is removed"
        )
        leads = [removal.lead for removal in removals if removal.lead is not None]
        least = f", by {_marks_of(min(leads), result=result)} at the least" if leads else ""
        sentence = f"{named(winner)} stays first {times}{least}."
        yield Point(test="removal", title=title, sign=Sign.HOLDS, sentence=sentence)
        return
    said = [f"Without {the_bidder(removal.removed)}, {_would_win(removal, result=result)}." for removal in reversals]
    yield Point(test="removal", title=title, sign=Sign.CHANGES, sentence=" ".join(said))


def _would_win(removal: Removal, *, result: Result) -> str:
    if removal.winner is None:
        return "nobody would be first alone"
    lead = "" if removal.lead is None else f" by {_marks_of(removal.lead, result=result)}"
    return f"{the_bidder(removal.winner)} would win{lead}"


def _marks_of(lead: Decimal, *, result: Result) -> str:
    """A lead in marks, with the declared decimals at least; where there is none, the tie rule decides."""
    if not lead:
        return "the tie rule alone"
    return f"{wording.marks(numbers.at_least(lead, result.tender.scoring.decimals))} marks"


def _flip_points(result: Result) -> Iterator[Point]:
    if result.tender.scoring.method is not Method.RELATIVE or not result.standing.entries:
        return
    first = set(result.standing.first)
    highest = wording.pounds(result.standing.highest_value)
    holder = next(e.bidder for e in result.standing.entries if e.highest_candidate == result.standing.highest_value)
    title = "Another highest value"
    told = [
        flip
        for flip in result.firmness.flip_thresholds
        if (flip.behind in first and not flip.now) or (flip.ahead in first and flip.now)
    ]
    if not told:
        yield Point(
            test="flip",
            title=title,
            sign=Sign.HOLDS,
            sentence="However much another bid offered, no bid with less social value would pass the first bid.",
        )
        return
    upcoming = [flip for flip in told if not flip.now]
    said = [
        f"{named(flip.ahead)} stands ahead of {the_bidder(flip.behind)} only while the highest value is above "
        f"{wording.pounds(flip.highest_value_above)}; it is {highest}, in {the_bidder(holder)}."
        for flip in told
        if flip.now
    ]
    said += [
        f"A bid with more than {wording.pounds(flip.highest_value_above)} of social value would put "
        f"{the_bidder(flip.ahead)} ahead of {the_bidder(flip.behind)}."
        for flip in upcoming
    ]
    if upcoming:
        said.append(f"The highest value here is {highest}, in {the_bidder(holder)}.")
    yield Point(test="flip", title=title, sign=Sign.CHANGES, sentence=" ".join(said))


def _weight_points(result: Result) -> Iterator[Point]:
    weight, scoring = result.firmness.weight_range, result.tender.scoring
    if weight is None:
        return
    sides = (("less", weight.below), ("more", weight.above))
    whole = numbers.plain(weight.of)
    reach = (
        f" while the quantity counts for {numbers.plain(weight.low)} to {numbers.plain(weight.high)} of the {whole} "
        "social value marks"
        if weight.below or weight.above
        else f", whatever part of the {whole} social value marks the quantity counts for"
    )
    beyond = "".join(f" With {side}, {the_bidder(other)} has more." for side, other in sides if other is not None)
    sentence = (
        f"No bid has more marks than {the_bidder(weight.winner)}{reach}.{beyond} "
        f"Published: {numbers.plain(scoring.quantitative)}."
    )
    inside = weight.low <= scoring.quantitative <= weight.high
    yield Point(
        test="weight",
        title="Weight of the quantity",
        sign=Sign.HOLDS if inside else Sign.CHANGES,
        sentence=sentence,
    )


def _stability_points(result: Result) -> Iterator[Point]:
    stability, winner = result.firmness.stability, result.winner
    if stability is None or winner is None:
        return
    own = next(first for first in stability.first if first.bidder == winner)
    others = sorted((f for f in stability.first if f.bidder != winner and f.share), key=lambda f: -f.share)
    rest = "".join(f" {named(f.bidder)}: {_draws(f.share, samples=stability.samples)}." for f in others[:3])
    yield Point(
        test="stability",
        title=f"Weights of the measures, ±{stability.spread_percent}%",
        sign=Sign.HOLDS if own.low > 0.95 else Sign.CHANGES,
        sentence=f"{named(winner)} is first in {_draws(own.share, samples=stability.samples)} of "
        f"{stability.samples:,} draws "
        f"(95% interval {own.low * 100:.2f}% to {own.high * 100:.2f}%).{rest}",
    )


def _draws(share: float, *, samples: int) -> str:
    """In how many draws a bid comes first; a shared first counts in equal parts, so one decimal may stand."""
    return wording.grouped(numbers.round_half_up(Fraction(share) * samples, 1))


def _concentration_points(result: Result) -> Iterator[Point]:
    """How much of the leading value is one line, and who offers most without local jobs and spend."""
    bids = [bid for bid in result.bids if bid.rank is not None and bid.valuation.value]
    if not bids:
        return
    said = []
    for bid in [bid for bid in result.ranked if bid.rank == 1 and bid.valuation.largest_line is not None][:1]:
        largest = bid.valuation.largest_line
        if largest is not None:
            said.append(
                f"{largest.measure} alone is {wording.percent(largest.percent)} of the value of "
                f"{the_bidder(bid.bidder)}."
            )
    if any(bid.valuation.by_category[Category.LOCAL_ECONOMIC] for bid in bids):
        rest = {bid.bidder: bid.valuation.without_local_economic for bid in bids}
        most = max(bids, key=lambda bid: bid.valuation.value)
        left = max(bids, key=lambda bid: rest[bid.bidder])
        most_words = f"{named(most.bidder)} offers the most social value, {wording.pounds(most.valuation.value)}"
        left_words = wording.pounds(rest[left.bidder])
        said.append(
            f"{most_words}, and still the most without local jobs and spend, {left_words}."
            if left is most
            else f"{most_words}; without local jobs and spend {the_bidder(left.bidder)} does, {left_words}."
        )
    if said:
        yield Point(test="concentration", title="What the value is made of", sign=Sign.INFORMS, sentence=" ".join(said))


def reduced_lines(result: Result) -> tuple[Reduced, ...]:
    """Every line of which less than offered is accepted, with its reason, in the order of the file (RULES 3.7)."""
    return tuple(
        Reduced(bidder=bid.bidder, measure=line.measure, sentence=_reduced(bid.bidder, line))
        for bid in result.bids
        for line in bid.valuation.lines
        if line.offered is not None and line.offered != line.accepted
    )


def _reduced(bidder: str, line: Line) -> str:
    accepted = wording.grouped(line.accepted) if line.accepted is not None else "0"
    reason = (line.commitment.reason or "").strip().rstrip(".")
    offered = wording.quantity(line.offered, line.unit)
    return f"{named(bidder)}, {line.measure}: {accepted} of {offered} accepted. Reason: {reason}."


def outcome_sentence(tender: Tender) -> str:
    """How the tender ended: awarded to whom, abandoned and why, or still open."""
    outcome = tender.outcome
    on = f" on {wording.day(outcome.on)}" if outcome.on is not None else ""
    because = f" {outcome.reason}" if outcome.reason else ""
    match outcome.status:
        case OutcomeStatus.AWARDED:
            return f"Awarded to {the_bidder(outcome.bidder or '')}{on}.{because}"
        case OutcomeStatus.ABANDONED:
            return f"Abandoned{on}.{because}"
        case OutcomeStatus.OPEN:
            return "Not yet awarded."
