"""The form that makes an award a contract: who follows it, from when to when; what is owed stands beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from svtracker.delivery.rules.records import Commitment, PeriodKind
from svtracker.delivery.rules.stored import Words
from svtracker.delivery.service.contracts import Awarded
from svtracker.identity.service.candidates import Candidate
from svtracker.kernel import wording
from svtracker.web.pages.contracts import CRUMBS
from svtracker.web.pages.frame import FormError, Page

PERIODS = (
    (PeriodKind.QUARTER.value, "quarter from its start"),
    (PeriodKind.MONTH.value, "month from its start"),
    (PeriodKind.YEAR.value, "year from its start"),
    (PeriodKind.CALENDAR_QUARTER.value, "quarter of the calendar"),
)
# Days stand in three fields; a fault of one of them leads to the first.
_FIRST_FIELD = {"starts_on": "starts_on-day", "ends_on": "ends_on-day"}


@dataclass(frozen=True, kw_only=True)
class AddContractPage(Page):
    """What is asked of a new contract, and what of the award becomes its commitments."""

    tender: int
    bid: int
    people: tuple[tuple[str, str], ...]
    periods: tuple[tuple[str, str], ...]
    owed: tuple[tuple[str, str], ...]
    values: Mapping[str, str]
    faults: Mapping[str, str]


def add_contract_page(
    award: Awarded,
    *,
    candidates: Sequence[Candidate],
    owed: Sequence[tuple[Commitment, Words]],
    values: Mapping[str, str],
    faults: Mapping[str, str] | None = None,
) -> AddContractPage:
    """The form, with what was typed and what is wrong with it."""
    found = faults or {}
    return AddContractPage(
        title="Make the contract",
        head_title=f"Make the contract: {award.title}",
        caption=f"{award.reference} {award.title}",
        answer=f"Awarded to {wording.the_bidder(award.bidder)} on {wording.day(award.on)}.",
        crumbs=CRUMBS,
        errors=tuple(FormError(text=text, href=f"#{_FIRST_FIELD.get(name, name)}") for name, text in found.items()),
        tender=award.tender_id,
        bid=award.bid_id,
        people=(
            ("", "Choose somebody"),
            *((str(one.person_id), one.name + ("" if one.has_role else ", no contract yet")) for one in candidates),
        ),
        periods=PERIODS,
        owed=tuple((words.title, words.text or wording.quantity(line.quantity, line.unit)) for line, words in owed),
        values=values,
        faults=found,
    )
