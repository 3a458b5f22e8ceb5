"""What the values of a measure set are called: the same words on pages, in workbooks and on the command line."""

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

from svtracker.frameworks.rules.values import (
    Category,
    DropReason,
    How,
    Kind,
    ListName,
    Locality,
    Measure,
    Series,
    Status,
    Version,
    Weighting,
)
from svtracker.kernel import numbers, wording

LISTS = {ListName.MAIN: "main", ListName.LITE: "lite", ListName.RECORD_ONLY: "record only"}
KINDS = {Kind.VALUED: "Valued", Kind.RECORDED: "Recorded, no value", Kind.NARRATIVE: "Described in words"}
CATEGORIES = {
    Category.LOCAL_ECONOMIC: "Local jobs and spend",
    Category.SOCIAL: "Social",
    Category.ENVIRONMENTAL: "Environmental",
}
LOCALITIES = {Locality.LOCAL: "Only inside the tender’s area", Locality.ANYWHERE: "Anywhere"}
STATUSES = {Status.DRAFT: "Draft", Status.RELEASED: "Released", Status.WITHDRAWN: "Withdrawn"}
HOWS = {How.SAME: "Kept", How.SPLIT: "Split", How.MERGE: "Merged"}
WEIGHTINGS = {
    Weighting.OPTIONAL: "As the tender wishes",
    Weighting.REQUIRED: "Only where a tender gives it a weight",
}
DROP_REASONS = {
    DropReason.NOT_DELIVERABLE: "not deliverable",
    DropReason.NO_ADDED_VALUE_WITHOUT_WEIGHTING: "no added value without weighting",
    DropReason.DUPLICATE: "duplicate",
    DropReason.NOT_LIMITED_TO_LOCAL: "local limit not needed",
    DropReason.NEVER_USED: "never used",
    DropReason.MERGED: "merged",
}
SERIES = {
    Series.FINANCIAL: "financial years, from April to March",
    Series.CALENDAR: "calendar years",
}
LICENCES = {
    "CC-BY-4.0": "Creative Commons Attribution 4.0",
    "MIT": "MIT licence",
    "OGL-UK-3.0": "Open Government Licence 3.0",
    "no statement": "The source states no terms",
}


def licence(short: str) -> str:
    """A licence by its name rather than its short form; one without a name here stays as it is."""
    return LICENCES.get(short, short)


def lists(names: Iterable[ListName]) -> str:
    """Lists in a sentence: “main and lite”."""
    return wording.listed([LISTS[name] for name in names])


def version_title(version: Version) -> str:
    """A version as people say it: “Open TOMs 2026.1”."""
    return f"{version.title} {version.version}"


def valid(version: Version) -> str:
    """The days on which a version is meant to be used: “1 April 2021 to 31 March 2026”, “from 1 April 2026”."""
    start = wording.day(version.valid_from)
    return f"from {start}" if version.valid_to is None else f"{start} to {wording.day(version.valid_to)}"


@lru_cache(maxsize=4096)
def unit_value(value: Decimal | None) -> str | None:
    """A unit value in £: pence from £1 on, four decimals below (RULES 2.7). £31,569.64, £0.3730."""
    if value is None:
        return None
    return wording.pounds(value, places=max(2, numbers.decimal_places(value)) if value >= 1 else 4)


def figure(value: Decimal) -> str:
    """A figure in £ as its source gives it, without pence that it does not give: £9,800, £257.05, £0.373."""
    places = numbers.decimal_places(value)
    return wording.pounds(value, places=2 if places == 1 else places)


def change(percent: numbers.Exact) -> str:
    """A change in per cent with its sign and two decimals: +7.23%, −3.00%, 0.00%."""
    sign = "+" if numbers.round_half_up(percent, 2) > 0 else ""
    return f"{sign}{wording.percent_fixed(percent)}"


def counts(measure: Measure) -> tuple[str, str]:
    """What counts, and what does not: the sentences before and from the first that begins with “Do not count”."""
    text = " ".join(measure.counts.split())
    before, mark, after = text.partition("Do not count")
    return before.strip(), f"{mark}{after}".strip()
