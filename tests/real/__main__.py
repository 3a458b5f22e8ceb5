"""Turns every sample OCDS release that carries a value into a tender file and scores it over all shipped versions.

Title, value, dates and CPV are as published; the bids are invented. Prints what could not be used, and why. Then
imports the samples into an empty database, twice, and so the contracts registers in `contracts-registers`, if any.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from svtracker.frameworks.folder import find_in_folder, names_in_folder
from svtracker.frameworks.rules.values import Kind, ListName, Version, Weighting
from svtracker.kernel import numbers, wording
from svtracker.kernel.exceptions import RefusedError
from svtracker.registers.loader import load_reference
from svtracker.settings import read_settings
from svtracker.tenders.rules.result import Result
from svtracker.tenders.service.files import score_file
from tests.real.importing import import_twice
from tests.real.registers import import_registers

VERSIONS = ("2018.1", "2021.1", "2026.1")
# Social value of the invented bids as shares of the contract value, spread over the first valued measures.
INVENTED_BIDS = {"Invented bidder A": "0.22", "Invented bidder B": "0.12", "Invented bidder C": "0.03"}
FROM_WHICH_VALUE_MAIN = Decimal(100_000)


@dataclass(frozen=True)
class Usable:
    """What a release says that a tender file needs."""

    ocid: str
    title: str
    value: Decimal
    value_from: str
    months: int | None
    opened: date | None
    cpv: str | None


@dataclass(frozen=True)
class Unusable:
    """Why a release cannot become a tender file."""

    ocid: str
    reason: str


def main() -> int:
    """Run over the folder that the command line names."""
    folder = Path(sys.argv[1])
    files = sorted((folder / "ocds-samples").glob("*.json"))
    if not files:
        print(f"There are no OCDS samples in {folder / 'ocds-samples'}.")
        return 2
    settings = read_settings()
    indices = load_reference(settings.reference_dir)
    versions = {
        name: found
        for name in VERSIONS
        if (found := find_in_folder(settings.frameworks_dir, set_id="open-toms", version=name, indices=indices.indices))
    }
    read = [usable_of(release) for file in files for release in releases_of(file)]
    usable = [one for one in read if isinstance(one, Usable)]
    refused: list[str] = []
    scored = 0
    for one in usable:
        print(f"{one.title[:60]:60}  {wording.pounds(one.value, places=0):>14}  ({one.value_from})")
        for name, version in versions.items():
            try:
                result = score_file(
                    name=f"{one.ocid}.json",
                    data=json.dumps(tender_file(one, version)).encode(),
                    find_version=lambda _set, wanted: versions.get(wanted),
                    known_versions=lambda: names_in_folder(settings.frameworks_dir),
                    minimum_wage=indices.minimum_wage,
                )
            except RefusedError as error:
                refused.append(f"{one.ocid} over {name}: {error}")
                continue
            scored += 1
            print(f"    {name}: {_line(result)}")
    print()
    print(
        f"{len(read)} releases read from {len(files)} files; {len(usable)} carry a value, together "
        f"{wording.pounds(sum((one.value for one in usable), Decimal(0)))}."
    )
    print(f"{scored} results over {len(versions)} versions; {len(refused)} refused.")
    for said in refused:
        print(f"  refused {said}")
    for one in (one for one in read if isinstance(one, Unusable)):
        print(f"  not used {one.ocid}: {one.reason}")
    print()
    is_imported = import_twice(files)
    found = sorted(file for ending in ("csv", "xlsx") for file in (folder / "contracts-registers").glob(f"*.{ending}"))
    is_imported = import_registers(found) and is_imported
    return 0 if is_imported and not refused else 1


def releases_of(file: Path) -> Iterator[Mapping[str, Any]]:
    """The releases of a package; amounts keep their digits."""
    yield from json.loads(file.read_text(encoding="utf-8"), parse_float=Decimal, parse_int=Decimal)["releases"]


def usable_of(release: Mapping[str, Any]) -> Usable | Unusable:
    """What the release says, or why it cannot be used: the tender's value first, else the sum of its awards."""
    tender, ocid = release.get("tender", {}), str(release.get("ocid", "no ocid"))
    amounts = [("tender value", tender.get("value"))]
    awarded = [award["value"] for award in release.get("awards", []) if award.get("value")]
    if awarded:
        amounts.append(("sum of award values", {**awarded[0], "amount": sum(one["amount"] for one in awarded)}))
    known = [(said, value) for said, value in amounts if value]
    if not known:
        return Unusable(ocid=ocid, reason="neither the tender nor an award has a value")
    above_zero = [(said, value) for said, value in known if value["amount"] > 0]
    if not above_zero:
        return Unusable(ocid=ocid, reason=f"its value is £0 ({known[0][0]})")
    said, value = above_zero[0]
    if value.get("currency") != "GBP":
        return Unusable(ocid=ocid, reason=f"its value is in {value.get('currency')}")
    if not tender.get("title"):
        return Unusable(ocid=ocid, reason="the tender has no title")
    period = tender.get("contractPeriod") or {}
    start, end = _day(period.get("startDate")), _day(period.get("endDate"))
    return Usable(
        ocid=ocid,
        title=tender["title"],
        value=Decimal(value["amount"]),
        value_from=said,
        months=max(1, round((end - start).days / 30.4375)) if start and end else None,
        opened=_day((tender.get("tenderPeriod") or {}).get("endDate")),
        cpv=(tender.get("classification") or {}).get("id"),
    )


def _day(text: str | None) -> date | None:
    return datetime.fromisoformat(text).date() if text else None


def tender_file(one: Usable, version: Version) -> dict[str, Any]:
    """The tender file: published facts, invented bids."""
    chosen = ListName.MAIN if one.value >= FROM_WHICH_VALUE_MAIN else ListName.LITE
    measures = [
        measure
        for measure in version.measures.values()
        if chosen in measure.lists and measure.kind is Kind.VALUED and measure.weighting is Weighting.OPTIONAL
    ][:6]
    tender: dict[str, Any] = {
        "id": one.ocid,
        "title": one.title,
        "framework": version.name,
        "list": chosen.value,
        "contract_value": numbers.plain(one.value),
        "invented": True,
        "scoring": {"method": "target", "quantitative": "10", "qualitative": "10", "target_percent": "20"},
    }
    if one.months is not None:
        tender["duration_months"] = one.months
    if one.opened is not None:
        tender["opened"] = one.opened.isoformat()
    if one.cpv is not None:
        tender["category"] = one.cpv
    bids = []
    for place, (bidder, share) in enumerate(INVENTED_BIDS.items()):
        commitments = {}
        for measure in measures[place:]:
            value = numbers.times(one.value, Decimal(share)) / len(measures)
            quantity = numbers.round_down(value / (measure.unit_value or Decimal(1)), 4)
            commitments[measure.ref] = numbers.plain(quantity)
        bids.append({"bidder": bidder, "qualitative": str(4 - place), "commitments": commitments})
    return {"tender": tender, "bids": bids}


def _line(result: Result) -> str:
    shares = [bid.valuation.percent for bid in result.bids if bid.valuation.percent is not None]
    warned = sorted({warning.code.value for bid in result.bids for warning in bid.warnings})
    warned += sorted({warning.code.value for warning in result.warnings})
    spread = f"{wording.percent_fixed(min(shares))} to {wording.percent_fixed(max(shares))}"
    return f"{spread}, first {result.winner}" + (f"; {', '.join(warned)}" if warned else "")


if __name__ == "__main__":
    sys.exit(main())
