"""OCDS releases: how those of one process become one, and what a tender takes from it.

A release is kept as the part of it that is used, as plain JSON values; amounts are texts with the digits of the file.
The releases of an ocid are put together in the order of their dates, as the standard says: a field that a later one
states wins, one that it leaves out stays, one that it sets to null goes; things with an id are told apart by it.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from svtracker.audit.rules.events import canonical
from svtracker.kernel import numbers
from svtracker.registers.rules.suppliers import Details, Sighting, charity_number, company_number
from svtracker.tenders.rules.stages import Stage
from svtracker.tenders.rules.values import OutcomeStatus

LONGEST_REFERENCE = 60
LONGEST_TITLE = 300
MOST_MONTHS = 1200

# What a published status says of the tender, and of an award.
ENDED = ("cancelled", "unsuccessful", "withdrawn")
WITHOUT_EFFECT = ("cancelled", "unsuccessful")

# Some systems write the first or the last day of the calendar where they have none.
FIRST_YEAR, LAST_YEAR = 1900, 9998

_COMPANY_SCHEMES = ("GB-COH",)
_CHARITY_SCHEMES = ("GB-CHC", "GB-SC", "GB-NIC")
_SME_SCALES = ("micro", "small", "medium", "sme")


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One OCDS release: of which process, of what time, and the part of it that is used, with its SHA-256."""

    ocid: str
    id: str
    at: datetime
    content: Mapping[str, Any]
    text: str
    sha256: str


def release_of(content: Mapping[str, Any]) -> Release:
    """The release of what is used of one, in the one way of writing it."""
    text = canonical(content)
    return Release(
        ocid=content["ocid"],
        id=content["id"],
        at=datetime.fromisoformat(content["date"]).astimezone(UTC),
        content=content,
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedAward:
    """An award as it was published: its value in £ where one is given, and to whom it went."""

    key: str
    status: str
    on: date | None
    value: Decimal | None
    suppliers: tuple[tuple[str, Sighting], ...]
    unnamed: int

    @property
    def stands(self) -> bool:
        """Whether something was awarded: not cancelled, and not without success."""
        return self.status not in WITHOUT_EFFECT


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What the releases of one process say together, in the words of a tender."""

    ocid: str
    reference: str
    title: str
    stage: Stage
    outcome: OutcomeStatus
    reason: str
    decided_at: datetime | None
    decided_on: date | None
    category: str | None
    contract_value: Decimal | None
    value_basis: Mapping[str, str]
    duration_months: int | None
    area: str | None
    closes_at: datetime | None
    lots: int
    awards: tuple[PublishedAward, ...]

    @property
    def settings(self) -> dict[str, Any]:
        """The keys of a tender file that are known (FORMATS 2), without its names; what is not known is left out."""
        value = self.contract_value
        found = {
            "contract_value": None if value is None else numbers.trimmed(value),
            "value_basis": dict(self.value_basis) or None,
            "duration_months": self.duration_months,
            "category": self.category,
            "area": self.area,
        }
        return {key: one for key, one in found.items() if one is not None}

    @property
    def bidders(self) -> tuple[str, ...]:
        """The suppliers of the awards that stand, by name."""
        names = {one.details.name for award in self.awards if award.stands for _, one in award.suppliers}
        return tuple(sorted(names))


def published(releases: Sequence[Release]) -> Published:
    """What the releases of one process say together; they are given in the order in which they hold."""
    merged: dict[str, Any] = {}
    found: _Ending | None = None
    for release in releases:
        merged = merge(merged, release.content)
        found = _ending(merged, at=release.at, before=found)
    if found is None:
        raise ValueError("There is no process without a release.")
    tender = _mapping(merged.get("tender"))
    awards = tuple(_awards(merged, at=releases[-1].at))
    value, basis = _value(tender)
    return Published(
        ocid=merged["ocid"],
        reference=_reference(tender.get("id"), merged["ocid"]),
        title=_title(merged, tender),
        stage=Stage.DRAFT if found.outcome is OutcomeStatus.OPEN else Stage.DECIDED,
        outcome=found.outcome,
        reason=found.reason,
        decided_at=found.at,
        decided_on=found.on,
        category=_category(tender),
        contract_value=value,
        value_basis=basis,
        duration_months=_months(_mapping(tender.get("contractPeriod"))),
        area=_area(tender),
        closes_at=_moment(_mapping(tender.get("tenderPeriod")).get("endDate")),
        lots=len(_mappings(tender.get("lots"))),
        awards=awards,
    )


def in_order(stored: Sequence[Release], new: Iterable[Release]) -> tuple[Release, ...]:
    """Stored and new releases of one process in the order in which they hold: by date.

    Of two of one moment the one that came in later holds; of two that came together the order of their texts decides,
    so that the order of files never does.
    """
    fresh = sorted(new, key=lambda release: release.text)
    return tuple(sorted([*stored, *fresh], key=lambda release: release.at))


def merge(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """One object of JSON with a later one laid over it: what is null there goes, what is left out there stays."""
    found = dict(before)
    for key, value in after.items():
        if value is None:
            found.pop(key, None)
        elif isinstance(value, Mapping):
            found[key] = merge(_mapping(found.get(key)), value)
        elif isinstance(value, list):
            found[key] = _merged_list(found.get(key), value)
        else:
            found[key] = value
    return found


def _merged_list(before: object, after: Sequence[Any]) -> list[Any]:
    if not all(isinstance(one, Mapping) and one.get("id") is not None for one in after):
        return [merge({}, one) if isinstance(one, Mapping) else one for one in after]
    places = {one["id"]: one for one in _mappings(before) if "id" in one}
    for one in after:
        places[one["id"]] = merge(places.get(one["id"], {}), one)
    return list(places.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ending:
    """How a process stands: still open, awarded or abandoned, why, and since when."""

    outcome: OutcomeStatus
    reason: str
    at: datetime | None
    on: date | None


def _ending(merged: Mapping[str, Any], *, at: datetime, before: _Ending | None) -> _Ending:
    """An award that stands decides; else a tender, or all its awards, that came to nothing; else it is open."""
    status = _mapping(merged.get("tender")).get("status")
    awards = tuple(_awards(merged, at=at))
    standing = [award for award in awards if award.stands]
    if standing:
        outcome, reason = OutcomeStatus.AWARDED, ""
    elif status in ENDED:
        outcome, reason = OutcomeStatus.ABANDONED, f"The tender was published as “{status}”."
    elif awards:
        said = " and ".join(sorted({f"“{award.status}”" for award in awards}))
        outcome, reason = OutcomeStatus.ABANDONED, f"Its awards were published as {said}."
    else:
        return _Ending(outcome=OutcomeStatus.OPEN, reason="", at=None, on=None)
    latest = max((award.on for award in standing if award.on is not None), default=None)
    if latest is not None:
        # The day as it is written: a midnight in summer time is the evening before in UTC.
        return _Ending(outcome=outcome, reason=reason, at=datetime.combine(latest, time(), tzinfo=UTC), on=latest)
    if before is not None and before.outcome is outcome and before.at is not None:
        return _Ending(outcome=outcome, reason=reason, at=before.at, on=before.on)
    return _Ending(outcome=outcome, reason=reason, at=at, on=at.date())


def _reference(tender_id: object, ocid: str) -> str:
    """The number of the tender in its own system, else the ocid; cut where neither is short enough."""
    said = [line for text in (tender_id, ocid) if (line := _line(text))]
    return next((line for line in said if len(line) <= LONGEST_REFERENCE), said[-1][:LONGEST_REFERENCE])


def _title(merged: Mapping[str, Any], tender: Mapping[str, Any]) -> str:
    awards = _mappings(merged.get("awards"))
    said = [tender.get("title"), merged.get("title"), *(award.get("title") for award in awards)]
    title = next((line for text in said if (line := _line(text))), "") or f"Tender {merged['ocid']}"
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…"


def _value(tender: Mapping[str, Any]) -> tuple[Decimal | None, Mapping[str, str]]:
    """The authority's own estimate: of the tender, else the sum of its lots where each has one. £0 says nothing.

    The amount of the standard is without VAT where the gross amount stands beside it; a gross amount alone is with it.
    """
    value = _mapping(tender.get("value"))
    net, gross = _amount(value.get("amount")), _amount(value.get("amountGross"))
    if net:
        return net, {"vat": "excluded"} if gross else {}
    if gross:
        return gross, {"vat": "included"}
    lots = [_amount(_mapping(lot.get("value")).get("amount")) for lot in _mappings(tender.get("lots"))]
    known = [lot for lot in lots if lot]
    return (numbers.total(known), {}) if known and len(known) == len(lots) else (None, {})


def _amount(text: object) -> Decimal | None:
    return Decimal(text) if isinstance(text, str) else None


def _category(tender: Mapping[str, Any]) -> str | None:
    """The CPV code of the tender, else the one that all its items share: "45000000-7" is "45000000"."""
    own = _cpv(tender.get("classification"))
    if own is not None:
        return own
    items = {_cpv(item.get("classification")) for item in _mappings(tender.get("items"))}
    return items.pop() if len(items) == 1 else None


def _cpv(classification: object) -> str | None:
    found = _mapping(classification)
    if str(found.get("scheme", "")).upper() != "CPV":
        return None
    code = str(found.get("id", "")).strip().partition("-")[0].removesuffix(".0")
    return code if len(code) == 8 and code.isascii() and code.isdigit() else None


def _area(tender: Mapping[str, Any]) -> str | None:
    """The region of delivery where exactly one is named."""
    named = {
        region
        for item in _mappings(tender.get("items"))
        for address in _mappings(item.get("deliveryAddresses"))
        if (region := _line(address.get("region")))
    }
    return named.pop() if len(named) == 1 else None


def _months(period: Mapping[str, Any]) -> int | None:
    """The term in whole months, both days included; 15 days over count as one more.

    1 April 2025 to 31 March 2028 is 36; 12 December 2024 to 31 August 2025 is 8 months and 20 days, so 9. Days are
    taken as they are written, whatever the offset beside them. Without an end, the days of the period count.
    """
    start, end = _day(period.get("startDate")), _day(period.get("endDate"))
    days = period.get("durationInDays")
    if start is not None and end is not None and end >= start:
        after = end + timedelta(days=1)
        months = (after.year - start.year) * 12 + after.month - start.month - (after.day < start.day)
        over = (after - _months_later(start, months)).days
        months += over >= 15
    elif isinstance(days, int) and days > 0:
        months = int(numbers.round_half_up(numbers.ratio(days * 12, 365), 0))
    else:
        return None
    months = max(1, months)
    return months if months <= MOST_MONTHS else None


def _months_later(day: date, months: int) -> date:
    """The same day of a later month, or the last day that month has."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - timedelta(days=1)).day))


def _awards(merged: Mapping[str, Any], *, at: datetime) -> Iterator[PublishedAward]:
    parties = {one["id"]: one for one in _mappings(merged.get("parties")) if "id" in one}
    for award in _mappings(merged.get("awards")):
        named: dict[str, Sighting] = {}
        unnamed = 0
        for place, reference in enumerate(_mappings(award.get("suppliers")), start=1):
            party = merge(reference, parties.get(reference.get("id"), {}))
            sighting = _sighting(party, at=at)
            if sighting is None:
                unnamed += 1
            else:
                named[_line(reference.get("id")) or str(place)] = sighting
        yield PublishedAward(
            key=_line(award["id"]),
            status=_line(award.get("status")),
            on=_day(award.get("date")),
            value=_amount(_mapping(award.get("value")).get("amount")),
            suppliers=tuple(named.items()),
            unnamed=unnamed,
        )


def _sighting(party: Mapping[str, Any], *, at: datetime) -> Sighting | None:
    """The supplier that a party is; nothing where it has no name."""
    identifiers = [_mapping(party.get("identifier")), *_mappings(party.get("additionalIdentifiers"))]
    name = next((line for text in (party.get("name"), identifiers[0].get("legalName")) if (line := _line(text))), "")
    if not name:
        return None
    numbered = [(str(one.get("scheme") or "").upper(), str(one.get("id") or "")) for one in identifiers]
    # The standard's own way to write the id of a party: the scheme, a hyphen, the number.
    own = str(party.get("id") or "")
    numbered += [
        (scheme, own.removeprefix(f"{scheme}-"))
        for scheme in (*_COMPANY_SCHEMES, *_CHARITY_SCHEMES)
        if own.startswith(f"{scheme}-")
    ]
    companies = (company_number(text) for scheme, text in numbered if scheme in _COMPANY_SCHEMES)
    charities = (
        charity_number(text if scheme == "GB-CHC" else _prefixed(scheme, text))
        for scheme, text in numbered
        if scheme in _CHARITY_SCHEMES
    )
    details, scale = _mapping(party.get("details")), _mapping(party.get("details")).get("scale")
    return Sighting(
        details=Details(
            name=name if len(name) <= LONGEST_TITLE else f"{name[: LONGEST_TITLE - 1]}…",
            company_number=next((one for one in companies if one is not None), None),
            charity_number=next((one for one in charities if one is not None), None),
            postcode=_mapping(party.get("address")).get("postalCode"),
            is_sme=None if scale is None else scale in _SME_SCALES,
            is_vcse=details.get("vcse"),
        ),
        at=at,
    )


def _prefixed(scheme: str, text: str) -> str:
    letters = {"GB-SC": "SC", "GB-NIC": "NIC"}[scheme]
    return text if text.strip().upper().startswith(letters) else f"{letters}{text}"


def _moment(text: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if FIRST_YEAR <= moment.year <= LAST_YEAR else None


def _day(text: object) -> date | None:
    """The day as it is written, in the zone that stands beside it."""
    if not isinstance(text, str):
        return None
    day = datetime.fromisoformat(text).date()
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def _line(text: object) -> str:
    """A text or number on one line that can be printed; empty where there is none."""
    if not isinstance(text, (str, int)):
        return ""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in str(text)).split())


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
