"""Measure sets as other programs get them: the JSON of FORMATS 3, the same from command and API."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from svtracker.frameworks.rules.diff import Difference
from svtracker.frameworks.rules.history import History, Stage
from svtracker.frameworks.rules.uprating import NotUprated, Uprated
from svtracker.frameworks.rules.values import Measure, Theme, ValueBasis, Version
from svtracker.frameworks.store import StoredVersion
from svtracker.kernel import numbers
from svtracker.registers.rules.figures import IndexValue, year_name

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


def version_answer(version: Version, *, themes: Sequence[Theme] | None = None) -> Answer:
    """A version with the keys of its file (FORMATS 1), defaults written out; of its tree only `themes`, if given."""
    return {
        "id": version.set_id,
        "version": version.version,
        "title": version.title,
        "status": version.status.value,
        "valid": {"from": version.valid_from.isoformat(), "to": _day(version.valid_to)},
        "supersedes": version.supersedes,
        "price_year": version.price_year,
        "licence": version.licence,
        "about": version.about,
        "sha256": version.sha256,
        "counts": {one.name.value: version.count(one.name) for one in version.lists},
        "lists": {
            one.name.value: {
                "title": one.title,
                "contract_value": {
                    "from": _plain(one.contract_value_from),
                    "below": _plain(one.contract_value_below),
                },
            }
            for one in version.lists
        },
        "sources": {source.key: _source(version, source.key) for source in version.sources},
        "themes": [
            {
                "id": theme.id,
                "title": theme.title,
                "outcomes": [
                    {
                        "id": outcome.id,
                        "title": outcome.title,
                        "measures": [_measure(measure) for measure in outcome.measures],
                    }
                    for outcome in theme.outcomes
                ],
            }
            for theme in (version.themes if themes is None else themes)
        ],
        "dropped": [
            {"version": one.version, "ref": one.ref, "reason": one.reason.value, "note": one.note}
            for one in version.dropped
        ],
    }


def measure_answer(version: Version, measure: Measure, *, worked: Uprated | NotUprated | None, told: History) -> Answer:
    """A measure with the working of its unit value and its history, newest first.

    The index figures of the working are exact, also where they rest on a forecast.
    """
    theme = next(theme for theme in version.themes if measure in theme.measures)
    outcome = next(outcome for outcome in theme.outcomes if measure in outcome.measures)
    basis = measure.value_basis
    return {
        "framework": {"id": version.set_id, "version": version.version, "sha256": version.sha256},
        "theme": {"id": theme.id, "title": theme.title},
        "outcome": {"id": outcome.id, "title": outcome.title},
        "measure": _measure(measure),
        "source": None if basis is None else _source(version, basis.source),
        "working": _working(version, basis, worked),
        "history": [_stage(stage) for stage in told.stages],
        "dropped": None
        if told.dropped is None or told.dropped_in is None
        else {"in": told.dropped_in.version, "reason": told.dropped.reason.value, "note": told.dropped.note},
    }


def _source(version: Version, key: str) -> Answer:
    source = next(source for source in version.sources if source.key == key)
    return {
        "title": source.title,
        "href": source.href,
        "licence": source.licence,
        "retrieved": _day(source.retrieved),
    }


def _measure(measure: Measure) -> Answer:
    return {
        "ref": measure.ref,
        "title": measure.title,
        "counts": measure.counts,
        "unit": measure.unit.value,
        "lists": [name.value for name in measure.lists],
        "category": measure.category.value,
        "locality": measure.locality.value,
        "evidence": measure.evidence,
        "kind": measure.kind.value,
        "value": _plain(measure.unit_value),
        "value_basis": None if measure.value_basis is None else _basis(measure.value_basis),
        "replaces": [
            {"version": one.version, "ref": one.ref, "how": one.how.value, "reason": one.reason}
            for one in measure.replaces
        ],
        "changed": measure.changed,
        "aliases": list(measure.aliases),
        "first_year_only": measure.first_year_only,
        "also_counts_in": list(measure.also_counts_in),
        "never_with": list(measure.never_with),
        "weighting": measure.weighting.value,
    }


def _basis(basis: ValueBasis) -> Answer:
    return {
        "source": basis.source,
        "at": basis.at,
        "figure": _plain(basis.figure),
        "price_year": basis.price_year,
        "year": basis.year.value,
        "index": basis.index,
        "forecast": basis.forecast,
        "range": None if basis.range is None else {"low": _plain(basis.range.low), "high": _plain(basis.range.high)},
    }


def _working(version: Version, basis: ValueBasis | None, worked: Uprated | NotUprated | None) -> Answer | None:
    if basis is None or not isinstance(worked, Uprated):
        return None
    return {
        "figure": _plain(basis.figure),
        "index_to": _index(worked.index_to, version.price_year, basis),
        "index_from": _index(worked.index_from, basis.price_year, basis),
        "value": _plain(worked.value),
        "forecast": worked.forecast,
        "text": worked.working,
    }


def _index(value: IndexValue | None, year: int | None, basis: ValueBasis) -> Answer | None:
    if value is None or year is None:
        return None
    # A forecast is a product of decimals, so 60 places hold all of it.
    exact = numbers.trimmed(numbers.round_half_up(value.value, 60))
    return {"year": year_name(year, basis.year), "value": exact, "forecast": value.forecast}


def _stage(stage: Stage) -> Answer:
    measure = stage.measure
    change = stage.change_percent
    return {
        "version": stage.version.version,
        "ref": measure.ref,
        "title": measure.title,
        "unit": measure.unit.value,
        "price_year": stage.version.price_year,
        "value": _plain(measure.unit_value),
        "how": None if stage.how is None else stage.how.value,
        "reason": stage.reason,
        "changed": measure.changed,
        "change_percent": None if change is None else numbers.plain(numbers.round_half_up(change, 2)),
    }


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


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
