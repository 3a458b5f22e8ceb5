"""The shape of an OCDS 1.1 release, as far as it is used: what the standard's schema asks of those fields.

Other fields are left aside and never looked at, so contact people and descriptions are not read at all.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

from svtracker.files.shapes import wanted
from svtracker.kernel import numbers
from svtracker.tenders.rules.releases import FIRST_YEAR, LAST_YEAR

CURRENCY = "GBP"
# What a tender may be worth, and with how many decimals; the database adds up to £92bn exactly (DESIGN 2).
LARGEST_AMOUNT = Decimal(10) ** 10
MOST_DECIMALS = 4
LONGEST_ID = 300

_DATE_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)


class OcdsShape(BaseModel):
    """One object of a release: the keys that are used; others may stand there."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


def _date_time(value: str) -> str:
    try:
        if _DATE_TIME.fullmatch(value):
            datetime.fromisoformat(value.upper())
            return value.upper()
    except ValueError:
        pass
    raise wanted("a day and time with its zone, as in 2025-03-11T09:40:02Z")


def _real_date_time(value: str) -> str:
    if not FIRST_YEAR <= datetime.fromisoformat(value).year <= LAST_YEAR:
        raise wanted("the day and time of the release")
    return value


def _amount(value: object) -> object:
    """The digits of an amount as text; not a float, since the file is read exactly."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise wanted("a number without quotes, as in 75000 or 104988.02")
    amount = Decimal(value)
    if amount < 0:
        raise wanted("an amount of £0 or more")
    if amount > LARGEST_AMOUNT or numbers.decimal_places(amount) > MOST_DECIMALS:
        raise wanted(f"an amount of at most £{LARGEST_AMOUNT:,} with at most {MOST_DECIMALS} decimals")
    return numbers.trimmed(amount)


def _short(value: str) -> str:
    if not value.strip():
        raise wanted("a text that is not empty")
    if len(value) > LONGEST_ID:
        raise wanted(f"at most {LONGEST_ID} characters")
    return value


def _identity(value: object) -> object:
    """The standard lets an id be a whole number too."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Text = str | None
Key = Annotated[str, BeforeValidator(_identity), AfterValidator(_short)]
MaybeKey = Annotated[str | None, BeforeValidator(_identity)]
DateTime = Annotated[str, AfterValidator(_date_time)]
Amount = Annotated[str | None, BeforeValidator(_amount)]


class ValueShape(OcdsShape):
    """An amount of money. `amountGross` is an extension of the United Kingdom: the amount with VAT."""

    amount: Amount = None
    amountGross: Amount = None  # noqa: N815 - the standard's own name
    currency: Annotated[Text, Field(validate_default=True)] = None

    @field_validator("currency")
    @classmethod
    def in_pounds(cls, value: str | None, info: ValidationInfo) -> str | None:
        """An amount is in pounds; where there is none, its currency does not matter."""
        has_amount = any(info.data.get(name) is not None for name in ("amount", "amountGross"))
        if has_amount and value != CURRENCY:
            raise wanted(f"the currency {CURRENCY}; no amount is converted")
        return value


Pounds = ValueShape | None


class PeriodShape(OcdsShape):
    """A span of time."""

    startDate: DateTime | None = None  # noqa: N815
    endDate: DateTime | None = None  # noqa: N815
    durationInDays: int | None = None  # noqa: N815


class ClassificationShape(OcdsShape):
    """A code of a list, as CPV."""

    scheme: Text = None
    id: MaybeKey = None


class AddressShape(OcdsShape):
    """An address; only its postcode and region are kept."""

    streetAddress: Text = None  # noqa: N815
    postalCode: Text = None  # noqa: N815
    region: Text = None


class ItemShape(OcdsShape):
    """What is bought, and where it is delivered."""

    id: Key
    classification: ClassificationShape | None = None
    deliveryAddresses: list[AddressShape] | None = None  # noqa: N815


class LotShape(OcdsShape):
    """A part of the tender that is awarded by itself; an extension."""

    id: Key
    value: Pounds = None


class TenderShape(OcdsShape):
    """The tender of a release."""

    id: Key
    title: Text = None
    status: Literal["planning", "planned", "active", "cancelled", "unsuccessful", "complete", "withdrawn"] | None = None
    value: Pounds = None
    classification: ClassificationShape | None = None
    items: list[ItemShape] | None = None
    tenderPeriod: PeriodShape | None = None  # noqa: N815
    contractPeriod: PeriodShape | None = None  # noqa: N815
    lots: list[LotShape] | None = None


class IdentifierShape(OcdsShape):
    """The number of a body in a register."""

    scheme: Text = None
    id: MaybeKey = None
    legalName: Text = None  # noqa: N815


class DetailsShape(OcdsShape):
    """What kind of supplier it is."""

    scale: Text = None
    vcse: bool | None = None


class PartyShape(OcdsShape):
    """A body that takes part, or a reference to one."""

    id: MaybeKey = None
    name: Text = None
    identifier: IdentifierShape | None = None
    additionalIdentifiers: list[IdentifierShape] | None = None  # noqa: N815
    address: AddressShape | None = None
    details: DetailsShape | None = None


class AwardShape(OcdsShape):
    """An award of a release."""

    id: Key
    title: Text = None
    status: Literal["pending", "active", "cancelled", "unsuccessful"] | None = None
    date: DateTime | None = None
    value: Pounds = None
    suppliers: list[PartyShape] | None = None


Tag = Literal[
    "planning",
    "planningUpdate",
    "tender",
    "tenderAmendment",
    "tenderUpdate",
    "tenderCancellation",
    "award",
    "awardUpdate",
    "awardCancellation",
    "contract",
    "contractUpdate",
    "contractAmendment",
    "contractTermination",
    "implementation",
    "implementationUpdate",
    "compiled",
]


class ReleaseShape(OcdsShape):
    """A release: what the standard requires of each, and what is used."""

    ocid: Annotated[str, AfterValidator(_short)]
    id: Annotated[str, AfterValidator(_short)]
    date: Annotated[DateTime, AfterValidator(_real_date_time)]
    tag: Annotated[list[Tag], Field(min_length=1)]
    initiationType: str  # noqa: N815
    title: Text = None
    tender: TenderShape | None = None
    awards: list[AwardShape] | None = None
    parties: list[PartyShape] | None = None


def used_part(shape: ReleaseShape) -> Mapping[str, Any]:
    """What a release states, as plain values: what it leaves out is not there, what it sets to null is."""
    return shape.model_dump(exclude_unset=True)
