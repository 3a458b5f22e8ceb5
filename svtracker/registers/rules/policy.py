"""What an organisation sets for itself: its colour, from where on a figure is doubted, its status bands.

Each has the default of the rules. A setting says from where a warning is shown or how a ratio is called; none of them
ever changes a figure (RULES 3.8, 6.6).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from decimal import Decimal

from svtracker.kernel import numbers

WHITE = "#ffffff"
# White words stand on the colour: the Web Content Accessibility Guidelines 2.2 want 4.5 to 1.
LEAST_CONTRAST = 4.5

LARGEST_PERCENT = Decimal(1000)
LARGEST_TIMES = Decimal(1000)

_COLOUR = re.compile(r"#[0-9a-f]{6}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The settings of one organisation, with the defaults of RULES 3.8 and 6.6; shares in %.

    `high_percent`: social value above this share of the denominator is doubted. `concentration_percent`: one line
    above this share of a bid's value. `fte_percent`: full-time years that would cost more than this share of the
    denominator at the minimum wage. `median_times`: a quantity of so many times the median of the others.
    The bands name a ratio of verified to due: on track, slightly behind, behind, and below it far behind.
    """

    brand_colour: str = "#12436d"
    high_percent: Decimal = Decimal(50)
    concentration_percent: Decimal = Decimal(50)
    fte_percent: Decimal = Decimal(50)
    median_times: Decimal = Decimal(10)
    on_track_percent: Decimal = Decimal(100)
    slightly_behind_percent: Decimal = Decimal(80)
    behind_percent: Decimal = Decimal(50)


DEFAULT = Policy()
FIGURES = tuple(field.name for field in fields(Policy) if field.name != "brand_colour")


def contrast(colour: str, other: str = WHITE) -> float:
    """How much two colours differ in light, from 1 (not at all) to 21 (black on white), as WCAG 2.2 defines it.

    White on #12436d is 10.2.
    """
    lighter, darker = sorted((_luminance(colour), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def faults_of_policy(policy: Policy) -> Iterator[tuple[str, str, str]]:
    """What cannot be used, as (setting, seen, wanted); nothing where all can."""
    if not _COLOUR.fullmatch(policy.brand_colour):
        yield "brand_colour", policy.brand_colour, "a colour as # and six digits, as in #12436d"
    elif contrast(policy.brand_colour) < LEAST_CONTRAST:
        seen = (
            f"{policy.brand_colour}, on which white words have a contrast of {contrast(policy.brand_colour):.1f} to 1"
        )
        yield "brand_colour", seen, f"a darker colour: at least {LEAST_CONTRAST} to 1"
    for name in FIGURES:
        value = getattr(policy, name)
        largest = LARGEST_TIMES if name == "median_times" else LARGEST_PERCENT
        if not 0 < value <= largest or numbers.decimal_places(value) > 2:
            yield name, numbers.plain(value), f"a figure above 0 and at most {largest:,}, with at most 2 decimals"
    bands = (policy.on_track_percent, policy.slightly_behind_percent, policy.behind_percent)
    for name, above, below in zip(FIGURES[-2:], bands, bands[1:], strict=False):
        if below >= above:
            yield name, numbers.plain(below), f"less than the band above it, {numbers.plain(above)}"


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
