"""The words for a tender on every page: how it ended, how it is scored, what it is worth."""

from decimal import Decimal
from fractions import Fraction

from svtracker.frameworks.rules.values import ListName
from svtracker.kernel import numbers, wording
from svtracker.tenders.rules.values import (
    BidStatus,
    Denominator,
    Method,
    OutcomeStatus,
    Tender,
    TieRule,
    ZeroRule,
)
from svtracker.tenders.rules.valuing import denominator_words
from svtracker.web.pages.frameworks import Fact

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

ZERO_WORDS = {
    ZeroRule.SCORE_ZERO: "What is not offered or not answered earns 0; the rest of the bid is marked",
    ZeroRule.DISREGARD: "A bid that offers nothing, or leaves an answer out, gets 0 for all social value",
}

TIE_WORDS = {
    TieRule.SHARED: "Equal marks share the rank",
    TieRule.HIGHER_VALUE: "Equal marks: the higher social value is first",
    TieRule.LOWER_PRICE: "Equal marks: the lower price is first",
}


def money_short(value: Decimal) -> str:
    """£6.0m, £750,000: a contract value as it stands behind a tender's title."""
    return wording.pounds_short(value)


def position(value: Fraction) -> str:
    """A place on a drawing in % of its width, to two decimals."""
    return f"{numbers.trimmed(numbers.round_half_up(value, 2))}%"


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
