"""OCDS packages as publishers write them, with every oddity seen in real ones; all names and addresses are invented."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

OCID = "ocds-inv001-{:04d}"


def party(
    number: int, name: str | None, *, company: str | None = None, street: str | None = None, **more: Any
) -> dict[str, Any]:
    """A supplier as a party, as Contracts Finder writes one."""
    found: dict[str, Any] = {"id": f"GB-CFS-{number}", "roles": ["supplier"]}
    if name is not None:
        found |= {"name": name, "identifier": {"legalName": name}}
    if company is not None:
        found["identifier"] = {"legalName": name, "scheme": "GB-COH", "id": company}
    if street is not None:
        found["address"] = {"streetAddress": street}
    return found | more


def award(ocid: str, amount: Any, *parties: Mapping[str, Any], number: int = 1, **more: Any) -> dict[str, Any]:
    """An award; its suppliers are named by the id of their party."""
    return {
        "id": f"{ocid}-{number}",
        "status": "active",
        "date": "2026-03-02T00:00:00Z",
        "value": {"amount": amount, "currency": "GBP"},
        "suppliers": [{"id": one["id"], **({"name": one["name"]} if "name" in one else {})} for one in parties],
        **more,
    }


def release(
    number: int = 1,
    *,
    tag: str = "tender",
    date: str = "2026-03-11T09:40:02Z",
    tender: Mapping[str, Any] | None = None,
    awards: Sequence[Mapping[str, Any]] = (),
    parties: Sequence[Mapping[str, Any]] = (),
    **more: Any,
) -> dict[str, Any]:
    """A release of one process; `tender` is laid over a plain one."""
    ocid = OCID.format(number)
    plain = {
        "id": f"NV-{number:03d}",
        "title": f"Invented tender {number}",
        "description": "Not read. Ask Wren Alder, wren.alder@northvale.example.",
        "status": "complete" if awards else "active",
        "classification": {"scheme": "CPV", "id": "45000000", "description": "Construction work"},
        "value": {"amount": 100_000, "currency": "GBP"},
        "tenderPeriod": {"endDate": "2026-04-15T12:00:00+01:00"},
        "contractPeriod": {"startDate": "2026-06-01T00:00:00+01:00", "endDate": "2028-05-31T23:59:59+01:00"},
    }
    found: dict[str, Any] = {
        "ocid": ocid,
        "id": f"{ocid}-{tag}-{date}",
        "language": "en",
        "date": date,
        "tag": [tag],
        "initiationType": "tender",
        "tender": _without_gaps({**plain, **(tender or {})}),
        "parties": [
            {
                "id": "GB-CFS-1",
                "name": "North Vale Council",
                "roles": ["buyer"],
                "contactPoint": {"name": "Wren Alder", "email": "wren.alder@northvale.example"},
            },
            *parties,
        ],
        "buyer": {"id": "GB-CFS-1", "name": "North Vale Council"},
        **more,
    }
    if awards:
        found["awards"] = list(awards)
    return _without_gaps(found)


def _without_gaps(value: Mapping[str, Any]) -> dict[str, Any]:
    """Without what a test leaves out by three dots."""
    return {key: one for key, one in value.items() if one is not ...}


def awarded(number: int, amount: Any, *parties: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A release of one award."""
    return release(number, tag="award", awards=[award(OCID.format(number), amount, *parties)], parties=parties, **more)


def package(*releases: Any) -> bytes:
    """A release package."""
    return json.dumps(
        {
            "uri": "https://northvale.example/releases",
            "version": "1.1",
            "publishedDate": "2026-03-21T11:12:31Z",
            "publisher": {"name": "North Vale Council"},
            "releases": releases,
        },
        ensure_ascii=False,
        indent=1,
    ).encode()


def record_package(*records: Any) -> bytes:
    """A record package."""
    return json.dumps({"uri": "https://northvale.example/records", "version": "1.1", "records": records}).encode()


ALDER = party(11, "Alder Works Limited", company="00123456", street="1 Elm Road, Northvale, NV1 1AA")
BEECH = party(12, "Beech & Sons Ltd", company="7654321", street="Unit 2nOak LanernNorthvalenNV2 2BB, UK")
CEDAR = party(13, "Cedar Catering", street="3 Ash Street, nv33dd", details={"scale": "sme", "vcse": False})
DOGWOOD = party(14, "Dogwood Institute (international)", street="Geneva 23n        CH-0000")
ROWANS = [
    party(20 + one, f"Rowan Care {one} Ltd", street=f"{one} Rowan Road, Northvale, NV4 {one % 10}DD")
    for one in range(17)
]
UNNAMED = {"id": "GB-CFS-173", "roles": ["supplier"]}


def look_alike() -> bytes:
    """One package with a release for each oddity."""
    return package(
        awarded(1, 104988.02, ALDER, tender={"value": ...}),
        awarded(2, 0, *ROWANS, tender={"value": {"amount": 0, "currency": "GBP"}}),
        awarded(3, 3637000, UNNAMED),
        awarded(4, 48172.8, BEECH, tender={"value": {"amount": 140, "currency": "GBP"}, "minValue": {"amount": 30.88}}),
        awarded(5, 751167, DOGWOOD, tender={"id": "NV-001"}),
        awarded(6, 5000, CEDAR, ALDER),
        release(
            7, tender={"items": [{"id": "1", "deliveryAddresses": [{"region": "North West"}, {"countryName": "UK"}]}]}
        ),
        release(
            8,
            tag="planning",
            title="Early engagement",
            tender={"status": "planning", "value": ..., "tenderPeriod": ..., "contractPeriod": ..., "title": None},
            planning={"milestones": [{"id": "1", "type": "engagement"}]},
        ),
        release(9, tender={"status": "cancelled"}),
        release(10, tender={"value": ..., "lots": [lot("1", 30000), lot("2", 20000.5)]}),
        awarded(11, -5, ALDER),
        awarded(12, 5, ALDER, date="yesterday"),
    )


def lot(key: str, amount: Any) -> dict[str, Any]:
    """A lot with a value."""
    return {"id": key, "title": f"Lot {key}", "value": {"amount": amount, "currency": "GBP"}}
