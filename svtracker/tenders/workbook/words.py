"""The words of a bidder's workbook: headings, rules, what a measure counts."""

from svtracker.frameworks.rules import wording as set_wording
from svtracker.frameworks.rules.values import Locality, Measure
from svtracker.kernel import wording
from svtracker.tenders.rules.values import Tender
from svtracker.tenders.workbook.helpers import Input

HEADS = {
    "ref": "Ref",
    "measure": "Measure",
    "counts": "What counts, and what does not",
    "unit": "Unit",
    "unit_value": "£ for one",
    "weight": "Weight",
    "quantity": "Your quantity",
    "applies": "Does not apply",
    "helper": "From Helpers",
    "value": "Value",
    "weighted": "Weighted value",
    "category": "Category",
    "check": "Check",
    "statement": "Method statement: how, who, when",
}
RULES = (
    ("Leave empty", "You promise nothing here. It is shown as left blank."),
    ("0", "You looked at the measure and promise nothing. It is shown as 0."),
    ("n/a", "The measure does not apply to this contract. Choose it under “Does not apply”."),
    ("Numbers", "Digits and a point, as 2.5 or 40000. No commas, £, %, words or formulas. At most 4 decimals."),
    ("Over the whole term", "Quantities are for the whole term of the contract, not for a year."),
    ("Do not", "Move, rename or delete rows, columns or sheets; the workbook could not be read any more."),
)
DECLARED = (
    "I may bind the bidder. The commitments in this workbook are made for this contract, are not promised to anybody "
    "else, and may become part of it."
)


def contract_value_words(tender: Tender) -> str:
    """What social value is a share of, and what that amount takes in (RULES 3.3)."""
    said = [
        f"{what} {how}"
        for what, how in (("VAT", tender.value_basis.get("vat")), ("extensions", tender.value_basis.get("extensions")))
        if how
    ]
    return f"The contract value that was published{', ' + ', '.join(said) if said else ''}"


def measure_title(measure: Measure, *, mandatory: bool) -> str:
    """A measure by its title, and whether every bid is asked for it."""
    return f"{measure.title}\n\nAsked of every bid." if mandatory else measure.title


def what_counts(measure: Measure) -> str:
    """What counts, what does not, where, beside what else, and what is accepted as evidence."""
    counted, not_counted = set_wording.counts(measure)
    parts = [counted, not_counted]
    if measure.locality is Locality.LOCAL:
        parts.append("Local: only inside the area of this tender.")
    if measure.never_with:
        parts.append(f"Not the same again under {wording.listed(measure.never_with)}.")
    parts.append(f"Evidence: {measure.evidence}")
    return "\n".join(part for part in parts if part)


def input_message(each: Input) -> str:
    """What a spreadsheet says where a number of a helper does not fit."""
    most = "" if each.highest > 1200 else f" and at most {wording.grouped(each.highest)}"
    return f"Type a number of 0 or more{most}, with at most {each.decimals} decimals."


def price_note(tender: Tender) -> str:
    """What the price is for."""
    basis = tender.value_basis.get("vat")
    return f"For the whole contract, VAT {basis}." if basis else "For the whole contract."
