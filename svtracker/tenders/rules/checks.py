"""Why a tender file is refused: all faults at once, nothing scored (RULES 3.7, 4.1; FORMATS 2).

What a single value must look like (a text, a quoted decimal, a known word) is checked before, by the file's shape.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from svtracker.frameworks.rules.values import Kind, ListName, Measure, Version
from svtracker.kernel import numbers, wording
from svtracker.kernel.problems import Finding, shown
from svtracker.kernel.units import DECIMALS, LARGEST_LINE, LARGEST_QUANTITY
from svtracker.tenders.rules.values import (
    Bid,
    BidStatus,
    Commitment,
    Denominator,
    Method,
    OutcomeStatus,
    Scoring,
    Tender,
    TieRule,
)
from svtracker.tenders.rules.valuing import line_of

RESERVED_MARKS = ("quantitative", "qualitative", "social_value", "price", "questions", "total")


def faults_of(tender: Tender, *, version: Version) -> tuple[Finding, ...]:
    """Everything that stops this tender from being scored, in the order of the file."""
    return (
        *_money(tender),
        *_named_measures(tender, version=version),
        *_scoring(tender.scoring),
        *_questions(tender),
        *_other_marks(tender),
        *_outcome(tender),
        *_bidders(tender),
        *(
            fault
            for place, bid in enumerate(tender.bids)
            for fault in _bid(bid, at=("bids", place), tender=tender, version=version)
        ),
    )


def _money(tender: Tender) -> Iterator[Finding]:
    if tender.contract_value <= 0:
        yield _amount_fault(("tender", "contract_value"), tender.contract_value, "an amount in £ above 0")
    if tender.price_weight is not None and tender.price_weight <= 0:
        yield _amount_fault(("tender", "price", "weight"), tender.price_weight, "a weight above 0")


def _named_measures(tender: Tender, *, version: Version) -> Iterator[Finding]:
    for key, refs in (("leave_out", tender.leave_out), ("mandatory", tender.mandatory)):
        for place, ref in enumerate(refs):
            path: tuple[str | int, ...] = ("tender", key, place)
            if ref in refs[:place]:
                yield Finding(path=path, seen=f"{shown(ref)} a second time", wanted="each measure once")
            elif (
                why := not_offered(ref, tender=tender, version=version, ignore_left_out=key == "leave_out")
            ) is not None:
                yield Finding(path=path, seen=shown(ref), wanted=why)
    for ref, weight in tender.measure_weights.items():
        path = ("tender", "measure_weights", ref)
        if (why := not_offered(ref, tender=tender, version=version)) is not None:
            yield Finding(path=path, seen=shown(ref), wanted=why)
        if weight <= 0 or numbers.decimal_places(weight) > DECIMALS:
            yield _amount_fault(path, weight, "a weight above 0 with at most 4 decimals")


def not_offered(ref: str, *, tender: Tender, version: Version, ignore_left_out: bool = False) -> str | None:
    """Why a measure cannot be used in this tender: what was wanted instead, or nothing where it can (RULES 3.7)."""
    measure = version.measures.get(ref)
    if measure is None:
        aliased = next((m.ref for m in version.measures.values() if ref in m.aliases), None)
        hint = f"; {ref} is an alias of {aliased}" if aliased else ""
        return f"a measure of {version.name}, written as there{hint}"
    if ListName.RECORD_ONLY in measure.lists:
        if not tender.record_only:
            return "no record-only measure: this tender does not offer that list"
    elif tender.list not in measure.lists:
        return f"a measure on the {tender.list.replace('_', '-')} list; {ref} stands on {_lists_of(measure)}"
    if ref in tender.leave_out and not ignore_left_out:
        return "a measure that this tender has not left out"
    return None


def _lists_of(measure: Measure) -> str:
    return wording.listed([name.replace("_", "-") for name in measure.lists])


def _scoring(scoring: Scoring) -> Iterator[Finding]:
    at = ("tender", "scoring")
    for key in ("quantitative", "qualitative"):
        weight: Decimal = getattr(scoring, key)
        if weight < 0:
            yield _amount_fault((*at, key), weight, "a weight of 0 or more")
    if scoring.minimum_percent is not None and scoring.minimum_percent < 0:
        yield _amount_fault((*at, "minimum_percent"), scoring.minimum_percent, "a share of 0 or more")
    if scoring.method is Method.TARGET:
        if scoring.target_percent is None:
            yield Finding(path=(*at, "target_percent"), seen="nothing", wanted='a target rate in %, as in "25"')
        elif scoring.target_percent <= 0:
            yield _amount_fault((*at, "target_percent"), scoring.target_percent, "a target rate above 0")
    if scoring.method is Method.BANDS:
        yield from _bands(scoring)


def _bands(scoring: Scoring) -> Iterator[Finding]:
    at = ("tender", "scoring", "bands")
    if not scoring.bands:
        yield Finding(path=at, seen="nothing", wanted='at least one band, as in ["0", "0"]')
    for place, band in enumerate(scoring.bands):
        if band.lower_percent < 0:
            yield _amount_fault((*at, place, 0), band.lower_percent, "a lower bound of 0 or more")
        if not 0 <= band.marks <= max(scoring.quantitative, numbers.ZERO):
            wanted = f"marks from 0 to the quantitative weight, {numbers.plain(scoring.quantitative)}"
            yield _amount_fault((*at, place, 1), band.marks, wanted)
    for place, (before, band) in enumerate(pairwise(scoring.bands), start=1):
        if band.lower_percent <= before.lower_percent:
            wanted = f"a lower bound above {numbers.plain(before.lower_percent)}: bounds rise from band to band"
            yield _amount_fault((*at, place, 0), band.lower_percent, wanted)
        if band.marks < before.marks:
            wanted = f"marks of {numbers.plain(before.marks)} or more: marks never fall from band to band"
            yield _amount_fault((*at, place, 1), band.marks, wanted)


def _questions(tender: Tender) -> Iterator[Finding]:
    at = ("tender", "questions")
    if not tender.questions_named:
        return
    seen: set[str] = set()
    for place, question in enumerate(tender.questions):
        if question.id in seen:
            yield Finding(path=(*at, place, "id"), seen=f"{shown(question.id)} a second time", wanted="each id once")
        seen.add(question.id)
        if question.weight <= 0:
            yield _amount_fault((*at, place, "weight"), question.weight, "a weight above 0")
    together = numbers.total(question.weight for question in tender.questions)
    if together != tender.scoring.qualitative:
        yield Finding(
            path=at,
            seen=f"weights that sum to {numbers.plain(together)}",
            wanted=f"weights that sum to scoring.qualitative, {numbers.plain(tender.scoring.qualitative)}",
        )


def _other_marks(tender: Tender) -> Iterator[Finding]:
    for place, name in enumerate(tender.other_marks):
        path = ("tender", "other_marks", place)
        if name in RESERVED_MARKS:
            yield Finding(
                path=path, seen=shown(name), wanted="a name that svtracker does not use for a mark of its own"
            )
        elif name in tender.other_marks[:place]:
            yield Finding(path=path, seen=f"{shown(name)} a second time", wanted="each name once")


def _outcome(tender: Tender) -> Iterator[Finding]:
    outcome, at = tender.outcome, ("tender", "outcome", "bidder")
    bidders = [bid.bidder for bid in tender.bids]
    if outcome.status is OutcomeStatus.AWARDED and outcome.bidder is None:
        yield Finding(path=at, seen="nothing", wanted="the bidder that was awarded")
    elif outcome.bidder is not None and outcome.status is not OutcomeStatus.AWARDED:
        yield Finding(path=at, seen=shown(outcome.bidder), wanted=f"nothing: the tender is {outcome.status}")
    elif outcome.bidder is not None and outcome.bidder not in bidders:
        yield Finding(path=at, seen=shown(outcome.bidder), wanted=f"one of the bidders: {wording.listed(bidders)}")
    awarded = [outcome.bidder]
    for place, name in enumerate(outcome.also):
        also: tuple[str | int, ...] = ("tender", "outcome", "also", place)
        if outcome.bidder is None:
            yield Finding(path=also, seen=shown(name), wanted="the first bidder that was awarded under “bidder”")
        elif name in awarded:
            yield Finding(path=also, seen=f"{shown(name)} a second time", wanted="each bidder once")
        elif name not in bidders:
            yield Finding(path=also, seen=shown(name), wanted=f"one of the bidders: {wording.listed(bidders)}")
        awarded.append(name)


def _bidders(tender: Tender) -> Iterator[Finding]:
    seen: set[str] = set()
    for place, bid in enumerate(tender.bids):
        if bid.bidder in seen:
            yield Finding(
                path=("bids", place, "bidder"), seen=f"{shown(bid.bidder)} a second time", wanted="each bidder once"
            )
        seen.add(bid.bidder)


def _bid(bid: Bid, *, at: tuple[str | int, ...], tender: Tender, version: Version) -> Iterator[Finding]:
    assessed = bid.status is BidStatus.ASSESSED
    if bid.price is None and assessed and (why := why_price(tender)) is not None:
        yield Finding(path=(*at, "price"), seen="nothing", wanted=f"a price in £: {why}")
    if bid.price is not None and bid.price <= 0:
        yield _amount_fault((*at, "price"), bid.price, "a price in £ above 0")
    yield from _answers(bid, at=at, tender=tender)
    for name in dict.fromkeys(tender.other_marks):
        if name not in bid.other_marks and assessed:
            yield Finding(path=(*at, "other_marks", name), seen="nothing", wanted=f"the mark for {shown(name)}")
    for name, mark in bid.other_marks.items():
        if name not in tender.other_marks:
            wanted = "a name listed in tender.other_marks"
            yield Finding(path=(*at, "other_marks", name), seen=shown(name), wanted=wanted)
        elif mark < 0:
            yield _amount_fault((*at, "other_marks", name), mark, "a mark of 0 or more")
    for commitment in bid.commitments:
        path = (*at, "commitments", commitment.measure)
        if (why_not := not_offered(commitment.measure, tender=tender, version=version)) is not None:
            yield Finding(path=path, seen=shown(commitment.measure), wanted=why_not)
        else:
            measure = version.measures[commitment.measure]
            yield from _commitment(commitment, at=path, measure=measure, tender=tender)


def why_price(tender: Tender) -> str | None:
    """Why a bid in this tender needs a price, or nothing where it needs none (FORMATS 2)."""
    if tender.price_weight is not None:
        return "this tender gives marks for price"
    if tender.denominator is Denominator.BID_PRICE:
        return "social value is a share of the bid’s own price"
    if tender.scoring.tie is TieRule.LOWER_PRICE:
        return "the lower price decides between equal marks"
    return None


def _answers(bid: Bid, *, at: tuple[str | int, ...], tender: Tender) -> Iterator[Finding]:
    known = {question.id for question in tender.questions}
    for question, mark in bid.qualitative.items():
        path = (*at, "qualitative", question) if tender.questions_named else (*at, "qualitative")
        if tender.questions_named and question not in known:
            yield Finding(
                path=path, seen=shown(question), wanted=f"one of the questions: {wording.listed(sorted(known))}"
            )
        elif not 0 <= mark <= tender.qualitative_scale:
            yield _amount_fault(path, mark, f"a mark from 0 to {tender.qualitative_scale}")
        elif numbers.decimal_places(mark) > 2:
            yield _amount_fault(path, mark, "a mark with at most 2 decimals")


def _commitment(
    commitment: Commitment, *, at: tuple[str | int, ...], measure: Measure, tender: Tender
) -> Iterator[Finding]:
    if measure.kind is Kind.NARRATIVE:
        if commitment.offered is not None or commitment.accepted is not None:
            yield Finding(path=at, seen="a quantity", wanted='a description: {text: "…"}; this measure has no quantity')
        return
    if commitment.text is not None:
        yield Finding(path=(*at, "text"), seen=shown(commitment.text), wanted="a quantity: this measure is counted")
        return
    offered, accepted = commitment.offered, commitment.accepted
    here = list(_quantity_faults(commitment, at=at))
    yield from here
    if here:
        return
    if accepted is not None and offered is None:
        yield Finding(path=(*at, "accepted"), seen=shown(accepted), wanted="nothing: no quantity is offered")
    elif accepted is not None and offered is not None and accepted > offered:
        wanted = f"at most what is offered, {numbers.plain(offered)}"
        yield Finding(path=(*at, "accepted"), seen=numbers.plain(accepted), wanted=wanted)
    elif accepted != offered and not (commitment.reason or "").strip():
        wanted = f"a reason: {_said(accepted)} of {_said(offered)} is accepted"
        yield Finding(path=(*at, "reason"), seen="nothing", wanted=wanted)
    if offered is not None and commitment.outside_area is not None and commitment.outside_area > offered:
        wanted = f"at most what is offered, {numbers.plain(offered)}"
        yield _amount_fault((*at, "outside_area"), commitment.outside_area, wanted)
    line = line_of(commitment, measure=measure, tender=tender)
    if max(line.value, line.weighted_value) > LARGEST_LINE:
        yield Finding(
            path=at,
            seen=f"a line of {wording.pounds(max(line.value, line.weighted_value))}",
            wanted=f"a line of at most {wording.pounds(LARGEST_LINE, places=0)}",
        )


def _said(value: Decimal | None) -> str:
    return "nothing" if value is None else numbers.plain(value)


def _quantity_faults(commitment: Commitment, *, at: tuple[str | int, ...]) -> Iterator[Finding]:
    given: Sequence[tuple[str, Decimal | None]] = (
        ("offered", commitment.offered),
        ("accepted", commitment.accepted if commitment.accepted != commitment.offered else None),
        ("outside_area", commitment.outside_area),
    )
    for key, value in given:
        path = (*at, key) if commitment.detailed else at
        if value is None:
            continue
        if value < 0:
            yield _amount_fault(path, value, "a quantity of 0 or more")
        elif value > LARGEST_QUANTITY:
            yield _amount_fault(path, value, f"a quantity of at most {wording.grouped(LARGEST_QUANTITY)}")
        elif numbers.decimal_places(value) > DECIMALS:
            yield _amount_fault(path, value, "a quantity with at most 4 decimals")


def _amount_fault(path: tuple[str | int, ...], value: Decimal, wanted: str) -> Finding:
    return Finding(path=path, seen=numbers.plain(value), wanted=wanted)
