"""Two valid versions of a small measure set for the tests, and the price index that they use."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from svtracker.frameworks.loader import load_version
from svtracker.frameworks.rules.values import Version
from svtracker.registers.rules.figures import IndexSeries, PriceIndex

FOLDER = Path(__file__).parent / "bad"
EARLIER = (FOLDER / "valid-2018.1.yaml").read_text(encoding="utf-8")
LATER = (FOLDER / "valid-2021.1.yaml").read_text(encoding="utf-8")

DEFLATOR = PriceIndex(
    id="deflator",
    title="GDP deflators of 30 October 2024, the years that the tests use",
    publisher="HM Treasury",
    href="https://www.gov.uk/government/collections/gdp-deflators-at-market-prices-and-money-gdp",
    licence="OGL-UK-3.0",
    retrieved=date(2026, 11, 21),
    series={
        "financial": IndexSeries(
            base="2023-24 = 100",
            last_outturn=2023,
            index={
                2012: Decimal("74.4335"),
                2018: Decimal("82.0171"),
                2021: Decimal("87.9486"),
                2023: Decimal(100),
            },
            growth_percent={2024: Decimal("2.37467"), 2025: Decimal("2.38597"), 2026: Decimal("1.97088")},
        ),
        "calendar": IndexSeries(
            base="2023 = 100",
            last_outturn=2023,
            index={
                2012: Decimal("74.7401"),
                2018: Decimal("82.3858"),
                2021: Decimal("88.3883"),
                2023: Decimal(100),
            },
            growth_percent={2024: Decimal("2.81743")},
        ),
    },
)
INDICES = {DEFLATOR.id: DEFLATOR}


def read(text: str) -> Version:
    """A version from the text of its file, which must be without a fault."""
    version, problems = load_version(name="sample.yaml", data=text.encode(), indices=INDICES)
    assert version is not None, "\n".join(map(str, problems))
    return version


def changed(text: str, old: str, new: str) -> str:
    """The text with one place changed; the place must be there exactly once."""
    assert text.count(old) == 1, f"{text.count(old)} times: {old}"
    return text.replace(old, new)
