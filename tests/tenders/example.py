"""Measure sets and tender files for these tests: the worked example, and a set with every kind of measure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from svtracker.frameworks.folder import find_in_folder
from svtracker.frameworks.rules.values import (
    Category,
    Kind,
    ListName,
    Locality,
    Measure,
    Outcome,
    Status,
    Theme,
    Version,
    Weighting,
)
from svtracker.kernel.problems import Problem
from svtracker.kernel.units import Unit
from svtracker.tenders.answer import answer_of
from svtracker.tenders.loader import load_tender
from svtracker.tenders.rules.result import Result, score
from svtracker.tenders.rules.values import Tender
from svtracker.tenders.rules.warnings import Limits

ROOT = Path(__file__).parents[2]
WORKED = (ROOT / "data" / "demo" / "worked.yaml").read_text(encoding="utf-8")
# Without remarks and blank lines, so that a line keeps its number whatever is explained around it.
PLAIN = "".join(line for line in WORKED.splitlines(keepends=True) if line.strip() and not line.lstrip().startswith("#"))
FILE = "tender.yaml"
LIMITS = Limits(full_time_wage=Decimal(17000))

Json = dict[str, Any]


def measure(
    ref: str,
    unit: Unit,
    value: str | None,
    category: Category,
    *,
    lists: Sequence[ListName] = (ListName.MAIN,),
    locality: Locality = Locality.ANYWHERE,
    **more: Any,
) -> Measure:
    kind = Kind.NARRATIVE if unit is Unit.TEXT else Kind.RECORDED if value is None else Kind.VALUED
    return Measure(
        ref=ref,
        title=f"Measure {ref}",
        counts="What is counted.",
        unit=unit,
        lists=tuple(lists),
        category=category,
        locality=locality,
        evidence="A record.",
        kind=kind,
        unit_value=None if value is None else Decimal(value),
        value_basis=None,
        **more,
    )


def version(set_id: str, *measures: Measure, status: Status = Status.RELEASED) -> Version:
    outcome = Outcome(id="O1", title="An outcome", measures=measures)
    return Version(
        set_id=set_id,
        version="2021.1",
        title=f"The set {set_id}",
        status=status,
        valid_from=date(2021, 4, 1),
        valid_to=None,
        supersedes=None,
        price_year=2021,
        licence="CC-BY-4.0",
        about="",
        lists=(),
        sources=(),
        themes=(Theme(id="T1", title="A theme", outcomes=(outcome,)),),
        dropped=(),
        sha256="0" * 64,
    )


_LOCAL, _SOCIAL, _GREEN = Category.LOCAL_ECONOMIC, Category.SOCIAL, Category.ENVIRONMENTAL
_INSIDE = Locality.LOCAL


def _example() -> Version:
    found = find_in_folder(ROOT / "frameworks", set_id="example", version="2021.1", indices={})
    assert found is not None
    return found


EXAMPLE = _example()

RICH = version(
    "rich",
    measure("J1", Unit.FTE_YEAR, "20000", _LOCAL, lists=(ListName.MAIN, ListName.LITE), locality=_INSIDE),
    measure("J2", Unit.FTE_YEAR, "10000.5", _SOCIAL, also_counts_in=("J1",)),
    measure("P1", Unit.PERSON, "500", _SOCIAL, lists=(ListName.MAIN, ListName.LITE), aliases=("NT9",)),
    measure("V1", Unit.VISIT, "30.3333", _SOCIAL),
    measure("I1", Unit.ITEM, "12.5", _SOCIAL),
    measure("S1", Unit.GBP_SPENT, "0.42", _LOCAL, locality=_INSIDE, never_with=("S2",)),
    measure("S2", Unit.GBP_SPENT, "0.3", _LOCAL, locality=_INSIDE),
    measure("G1", Unit.GBP_INVESTED, "1.00", _SOCIAL),
    measure("E1", Unit.TCO2E, "75.5", _GREEN),
    measure("W1", Unit.STAFF_HOUR, "17.05", _SOCIAL, weighting=Weighting.REQUIRED),
    measure("N1", Unit.TEXT, None, _SOCIAL),
    measure("Q1", Unit.PERSON_WEEK, None, _SOCIAL),
    measure("R1", Unit.PERCENT, None, _SOCIAL, lists=(ListName.RECORD_ONLY,)),
    measure("R2", Unit.ITEM, None, _GREEN, lists=(ListName.RECORD_ONLY,)),
)

VERSIONS = {known.name: known for known in (EXAMPLE, RICH)}


def load(
    data: str | bytes | Json, *, name: str = FILE, versions: Mapping[str, Version] = VERSIONS
) -> tuple[tuple[Tender, Version] | None, tuple[Problem, ...]]:
    """The tender of a text, of bytes, or of keys and values (which are read as a JSON file)."""
    if isinstance(data, dict):
        data, name = json.dumps(data, ensure_ascii=False), name.replace(".yaml", ".json")
    return load_tender(
        name=name,
        data=data if isinstance(data, bytes) else data.encode(),
        find_version=lambda set_id, number: versions.get(f"{set_id}@{number}"),
        known_versions=lambda: sorted(versions),
    )


def result_of(
    data: str | bytes | Json, *, limits: Limits = LIMITS, versions: Mapping[str, Version] = VERSIONS
) -> Result:
    loaded, problems = load(data, versions=versions)
    assert not problems, "\n".join(map(str, problems))
    assert loaded is not None
    return score(loaded[0], version=loaded[1], limits=limits)


def answer(data: str | bytes | Json, **more: Any) -> Json:
    return answer_of(result_of(data, **more))


def worked(*changes: tuple[str, str]) -> str:
    """The worked example without its remarks and with texts of it replaced; each must stand there exactly once."""
    text = PLAIN
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the worked example"
        text = text.replace(old, new)
    return text


def bid(bidder: str, commitments: Json | None = None, **more: Any) -> Json:
    return {"bidder": bidder, "commitments": commitments or {}, **more}


def tender(*bids: Json, scoring: Json | None = None, framework: str = "rich@2021.1", **more: Any) -> Json:
    """A tender of £100,000 with 10 marks by target rate, 20 %, and no answer to mark, unless told otherwise."""
    settings = {"method": "target", "quantitative": "10", "qualitative": "0", **(scoring or {})}
    if settings["method"] == "target":
        settings.setdefault("target_percent", "20")
    head = {"id": "T", "title": "A tender", "framework": framework, "list": "main", "contract_value": "100000"}
    return {"tender": {**head, **more, "scoring": settings}, "bids": list(bids)}


def of_bids(answered: Json, *path: str) -> list[Any]:
    """One figure of every bid of an answer, in the order of the file."""
    found = []
    for each in answered["bids"]:
        here: Any = each
        for step in path:
            here = None if here is None else here[step]
        found.append(here)
    return found


def bid_of(answered: Json, bidder: str) -> Json:
    return next(each for each in answered["bids"] if each["bidder"] == bidder)


def codes(warnings: Sequence[Json]) -> list[str]:
    return [warning["code"] for warning in warnings]


def with_status(known: Version, status: Status) -> Version:
    return replace(known, status=status)
