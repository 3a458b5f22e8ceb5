"""The form in which a bid is typed, by an officer or by the bidder: what was typed becomes a bid.

Whatever was typed is kept, also where it is wrong, so that nobody types it twice. A quantity may be worked out line by
line (RULES 2.3); its inputs stay beside it.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from fastapi import Request
from starlette.datastructures import FormData

from svtracker.frameworks.rules.values import Measure, Version
from svtracker.kernel import numbers
from svtracker.kernel.units import Unit
from svtracker.registers.rules import suppliers
from svtracker.tenders.rules.checks import not_offered
from svtracker.tenders.rules.records import Source
from svtracker.tenders.rules.values import Commitment, Tender
from svtracker.tenders.service.bids import BidIn, LineIn
from svtracker.tenders.service.workbooks import worked_words
from svtracker.tenders.workbook.helpers import HELPERS, LINES, missing, quantity_of
from svtracker.tenders.workbook.values import BidContent, HelperLine
from svtracker.tenders.workbook.words import input_message

NOT_APPLICABLE = "n/a"
LONGEST_FIELD = 20_000
DETAILS = ("company_number", "postcode")
A_QUANTITY = "Enter a quantity in digits, as in 2.5 or 40000, or n/a where it does not apply."


async def sent_form(request: Request) -> FormData:
    """What was sent, where the names of the fields depend on the tender."""
    return await request.form()


def texts_of(form: FormData) -> dict[str, str]:
    """The texts of a form by the names of their fields."""
    return {name: value for name, value in form.items() if isinstance(value, str)}


def offered(settled: Tender, version: Version) -> tuple[Measure, ...]:
    """The measures that a bid in this tender may have lines on."""
    return tuple(
        measure
        for ref, measure in version.measures.items()
        if not_offered(ref, tender=settled, version=version) is None
    )


def helper_field(ref: str, place: int, key: str) -> str:
    """The name of a field of a quantity helper: measure, line counted from 1, input."""
    return f"helper-{ref}-{place}-{key}"


def field_names(settled: Tender, version: Version) -> frozenset[str]:
    """The fields that a bidder may fill in; whatever else is sent is nobody's."""
    names = {"price", *DETAILS, *(f"answer-{question.id}" for question in settled.questions)}
    for measure in offered(settled, version):
        names |= {f"quantity-{measure.ref}", f"statement-{measure.ref}"}
        helper = HELPERS.get(measure.unit)
        keys = [] if helper is None else ["about", *(each.key for each in helper.inputs)]
        names |= {helper_field(measure.ref, place, key) for place in range(1, LINES + 1) for key in keys}
    return frozenset(names)


def read_bid(typed: Mapping[str, str], settled: Tender, version: Version) -> tuple[BidIn, dict[str, str]]:
    """The bid of a form, and what is wrong with it by the names of its fields."""
    faults: dict[str, str] = {}
    lines = [
        line for measure in offered(settled, version) if (line := _line(typed, measure, faults=faults)) is not None
    ]
    price = _number(typed, "price", "Enter an amount in £ in digits, as in 742000.", faults=faults)
    bid = BidIn(
        bidder=typed.get("bidder", ""),
        price=price,
        answers={
            name.removeprefix("answer-"): text.strip()
            for name, text in typed.items()
            if name.startswith("answer-") and text.strip()
        },
        lines=lines,
        source=Source.TYPED,
        details=_details(typed, faults=faults),
    )
    return bid, faults


def fields_of(content: BidContent) -> dict[str, str]:
    """A workbook that was read, as if it had been typed in the form."""
    found = {f"answer-{key}": text for key, text in content.answers.items()}
    found |= {"company_number": content.bidder.company_number, "postcode": content.bidder.postcode}
    if content.price is not None:
        found["price"] = numbers.trimmed(content.price)
    for one in content.commitments:
        quantity = "" if one.offered is None else numbers.trimmed(one.offered)
        found[f"quantity-{one.measure}"] = NOT_APPLICABLE if one.not_applicable else one.text or quantity
        found[f"statement-{one.measure}"] = one.statement or ""
        for place, line in enumerate(content.helpers.get(one.measure, ()), start=1):
            if line.inputs:
                found[helper_field(one.measure, place, "about")] = line.about
            for key, value in line.inputs.items():
                found[helper_field(one.measure, place, key)] = numbers.trimmed(value)
    return {name: text for name, text in found.items() if text}


def too_long(typed: Mapping[str, str]) -> dict[str, str]:
    """The fields that hold more than is kept."""
    return {
        name: f"Shorten it: at most {LONGEST_FIELD:,} characters are kept, and there are {len(text):,}."
        for name, text in typed.items()
        if len(text) > LONGEST_FIELD
    }


def _details(typed: Mapping[str, str], *, faults: dict[str, str]) -> dict[str, str]:
    found = {}
    number, postcode = (typed.get(name, "").strip() for name in DETAILS)
    if number:
        found["company_number"] = suppliers.company_number(number) or ""
        if not found["company_number"]:
            faults["company_number"] = "Enter a company number of 8 characters, as in 01234567, or leave it empty."
    if postcode:
        found["postcode"] = suppliers.postcode(postcode) or ""
        if not found["postcode"]:
            faults["postcode"] = "Enter a whole postcode, as in HD1 2TA, or leave it empty."
    return found


def _number(typed: Mapping[str, str], name: str, wanted: str, *, faults: dict[str, str]) -> Decimal | None:
    text = typed.get(name, "").strip()
    value = numbers.parse_decimal(text) if text else None
    if text and value is None:
        faults[name] = wanted
    return value


def _line(typed: Mapping[str, str], measure: Measure, *, faults: dict[str, str]) -> LineIn | None:
    name = f"quantity-{measure.ref}"
    text, statement = typed.get(name, "").strip(), typed.get(f"statement-{measure.ref}", "").strip()
    if text.casefold() == NOT_APPLICABLE:
        if _begun(typed, measure):
            faults[name] = "It says n/a, and below a quantity was worked out. Empty one of the two."
        return LineIn(commitment=Commitment(measure=measure.ref, not_applicable=True))
    if measure.unit is Unit.TEXT:
        return LineIn(commitment=Commitment(measure=measure.ref, text=text, detailed=True)) if text else None
    value = _number(typed, name, A_QUANTITY, faults=faults)
    worked, helped = _worked_out(typed, measure, faults=faults)
    if value is not None and helped is not None and value != helped:
        faults.setdefault(
            name,
            f"It says {numbers.trimmed(value)}, and what was worked out comes to {numbers.trimmed(helped)}. "
            "Empty one of the two.",
        )
    value = helped if value is None else value
    if value is None:
        if statement and name not in faults:
            faults[name] = "Enter a quantity, or n/a: only how it will be delivered is there."
        return None
    commitment = Commitment(
        measure=measure.ref, offered=value, accepted=value, statement=statement or None, detailed=True
    )
    return LineIn(commitment=commitment, worked=worked_words(worked))


def _begun(typed: Mapping[str, str], measure: Measure) -> bool:
    helper = HELPERS.get(measure.unit)
    return helper is not None and any(
        typed.get(helper_field(measure.ref, place, each.key), "").strip()
        for place in range(1, LINES + 1)
        for each in helper.inputs
    )


def _worked_out(
    typed: Mapping[str, str], measure: Measure, *, faults: dict[str, str]
) -> tuple[tuple[HelperLine, ...], Decimal | None]:
    """The lines of a quantity helper and the quantity that they come to; its faults stand at the quantity."""
    helper = HELPERS.get(measure.unit)
    if helper is None:
        return (), None
    name = f"quantity-{measure.ref}"
    lines = []
    for place in range(1, LINES + 1):
        inputs: dict[str, Decimal] = {}
        for each in helper.inputs:
            text = typed.get(helper_field(measure.ref, place, each.key), "").strip()
            value: Any = numbers.parse_decimal(text) if text else None
            if text and (value is None or not 0 <= value <= each.highest or _decimals(value) > each.decimals):
                faults.setdefault(name, f"Worked out, line {place}, {each.heading}: {input_message(each)}")
            elif text:
                inputs[each.key] = value
        lacking = missing(measure.unit, inputs)
        if lacking is not None:
            heading = next(each.heading for each in helper.inputs if each.key == lacking)
            faults.setdefault(name, f"Worked out, line {place}: fill in {heading} too.")
        about = typed.get(helper_field(measure.ref, place, "about"), "").strip()
        lines.append(HelperLine(about=about, inputs=inputs))
    if name in faults:
        return (), None
    return tuple(lines), quantity_of(measure.unit, lines, first_year_only=measure.first_year_only)


def _decimals(value: Decimal) -> int:
    return numbers.decimal_places(value)
