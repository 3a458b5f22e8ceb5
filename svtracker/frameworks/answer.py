"""Measure sets as other programs get them: the JSON of FORMATS 3, the same from command and API."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from svtracker.frameworks.rules.diff import Difference
from svtracker.frameworks.store import StoredVersion
from svtracker.kernel import numbers

Answer = dict[str, Any]


def versions_answer(versions: Iterable[StoredVersion]) -> Answer:
    """The list of versions: identity, standing, counts per list, and the SHA-256 of the file."""
    return {
        "versions": [
            {
                "id": one.set_id,
                "version": one.version,
                "title": one.title,
                "status": one.status.value,
                "valid": {
                    "from": one.valid_from.isoformat(),
                    "to": None if one.valid_to is None else one.valid_to.isoformat(),
                },
                "supersedes": one.supersedes,
                "price_year": one.price_year,
                "licence": one.licence,
                "counts": {name.value: number for name, number in one.counts.items()},
                "sha256": one.sha256,
                "loaded_at": one.loaded_at.isoformat(timespec="seconds"),
            }
            for one in versions
        ]
    }


def difference_answer(difference: Difference) -> Answer:
    """What differs between two versions; unit values as in the set, changes in per cent with two decimals."""
    return {
        "from": difference.from_version,
        "to": difference.to_version,
        "counts": {name.value: list(pair) for name, pair in difference.counts.items()},
        "added": [{"ref": one.ref, "title": one.title} for one in difference.added],
        "removed": [
            {
                "ref": one.ref,
                "title": one.title,
                "reason": None if one.reason is None else one.reason.value,
                "note": one.note,
            }
            for one in difference.removed
        ],
        "renamed": [
            {"ref": one.ref, "old_ref": one.old_ref, "from": one.from_title, "to": one.to_title}
            for one in difference.renamed
        ],
        "revalued": [
            {
                "ref": one.ref,
                "old_ref": one.old_ref,
                "from": _plain(one.from_value),
                "to": _plain(one.to_value),
                "percent": _plain(one.percent),
            }
            for one in difference.revalued
        ],
        "moved": [
            {
                "ref": one.ref,
                "old_ref": one.old_ref,
                "from": [name.value for name in one.from_lists],
                "to": [name.value for name in one.to_lists],
            }
            for one in difference.moved
        ],
        "unit_changed": [
            {"ref": one.ref, "old_ref": one.old_ref, "from": one.from_unit.value, "to": one.to_unit.value}
            for one in difference.unit_changed
        ],
        "locality_changed": [
            {"ref": one.ref, "old_ref": one.old_ref, "from": one.from_locality.value, "to": one.to_locality.value}
            for one in difference.locality_changed
        ],
        "regrouped": [
            {"how": one.how.value, "old_refs": list(one.old_refs), "refs": list(one.refs)}
            for one in difference.regrouped
        ],
    }


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else numbers.plain(value)
