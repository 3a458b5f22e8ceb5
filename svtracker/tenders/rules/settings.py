"""What is set for a tender beside its scoring: reasons, scale descriptors, and what an organisation would propose."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from svtracker.frameworks.rules.values import ListName, Status, Version
from svtracker.kernel import wording
from svtracker.kernel.problems import Problem, shown

Settings = Mapping[str, object]

# What stands beside the keys of a tender file: why a measure is set apart, and the words of the scale.
REASONS, DESCRIPTORS = "reasons", "descriptors"

# The closing time among the settings of an edition, in UTC; of a tender itself it stands beside the settings.
CLOSES_AT = "closes_at"

# What was typed as closing time and is none: kept until it is mended, never published.
TYPED_CLOSING = "typed_closing"

# The scale that is published where nothing else is (RULES 4.3).
DEFAULT_DESCRIPTORS: Mapping[str, str] = {
    "0": "No answer, or nothing that can be assessed.",
    "1": "Poor: little of what was asked, with no evidence of how it would be done.",
    "2": "Weak: part of what was asked; how and when stays unclear.",
    "3": "Acceptable: what was asked, with a plan that could work and some evidence.",
    "4": "Good: a clear plan with dates, people and evidence, and few doubts.",
    "5": "Excellent: all of what was asked, specific to this contract, measurable and proven.",
}


def tender_part(settings: Settings) -> Mapping[str, object]:
    """The keys of a tender file (FORMATS 2) among the settings; none of them yet where nothing was set."""
    part = settings.get("tender")
    return part if isinstance(part, Mapping) else {}


def reasons_of(settings: Settings) -> Mapping[str, str]:
    """Why a measure is left out, mandatory or weighted, by its reference."""
    found = settings.get(REASONS)
    return {str(ref): str(text) for ref, text in found.items()} if isinstance(found, Mapping) else {}


def descriptors_of(settings: Settings) -> Mapping[str, str]:
    """What each mark of the scale stands for, in words."""
    found = settings.get(DESCRIPTORS)
    return {str(mark): str(text) for mark, text in found.items()} if isinstance(found, Mapping) else {}


def published_of(settings: Settings) -> tuple[Settings, datetime | None]:
    """What an edition published: the settings, and the closing time that stands among them."""
    said = settings.get(CLOSES_AT)
    closes_at = datetime.fromisoformat(said) if isinstance(said, str) else None
    return {key: value for key, value in settings.items() if key != CLOSES_AT}, closes_at


def faults_of_settings(settings: Settings, *, closes_at: datetime | None) -> Iterator[Problem]:
    """What a published tender needs beside its scoring: a closing time, and a reason for each measure set apart."""
    if closes_at is None:
        typed = settings.get(TYPED_CLOSING)
        seen = " ".join(str(part) for part in typed) if isinstance(typed, list) else None
        yield _fault("closes_at", seen, "the day and time until which bids may come in, as in 1 12 2026 and 12:00")
    part, reasons = tender_part(settings), reasons_of(settings)
    for key, words in (("leave_out", "is left out"), ("mandatory", "is mandatory"), ("measure_weights", "is weighted")):
        refs = part.get(key)
        for ref in refs if isinstance(refs, list | tuple | Mapping) else ():
            if not reasons.get(str(ref), "").strip():
                yield _fault(f"reasons.{ref}", None, f"why {ref} {words}, which is published with the tender")


def _fault(path: str, seen: object, wanted: str) -> Problem:
    return Problem(file="settings", path=path, seen="nothing" if seen is None else shown(seen), wanted=wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The version and list that a tender of some value would use, and why."""

    version: Version
    list: ListName
    why: str


def proposal_for(versions: Sequence[Version], *, contract_value: Decimal, day: date) -> Proposal | None:
    """The newest released version that is valid on a day, and its list for a contract of that value in £.

    £750,000 in 2026 is the main list of 2026.1, because that list is for contracts of £100,000 and more.
    """
    usable = [one for one in versions if one.status is Status.RELEASED and one.valid_from <= day]
    for version in sorted(usable, key=lambda one: one.valid_from, reverse=True):
        for measure_list in version.lists:
            if measure_list.name is ListName.RECORD_ONLY:
                continue
            low, below = measure_list.contract_value_from, measure_list.contract_value_below
            is_limited = low is not None or below is not None
            is_above, is_below = low is None or low <= contract_value, below is None or contract_value < below
            if is_limited and is_above and is_below:
                return Proposal(version=version, list=measure_list.name, why=_why(measure_list.title, low, below))
    return None


def _why(title: str, low: Decimal | None, below: Decimal | None) -> str:
    bounds = [
        *([] if low is None else [f"from {wording.pounds(low)}"]),
        *([] if below is None else [f"below {wording.pounds(below)}"]),
    ]
    return f"{title}: for contracts {wording.listed(bounds)}"
