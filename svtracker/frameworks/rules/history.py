"""A measure over the versions of its set: what it replaced, what replaced it, and how its value moved (RULES 2.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from svtracker.frameworks.rules.values import Dropped, How, Measure, Version
from svtracker.kernel import numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A measure as it stood in one version; `how` and `reason` say how it replaces the one before it.

    `change_percent` is against the unit value before, exact, where both have one in the same unit.
    """

    version: Version
    measure: Measure
    how: How | None
    reason: str
    change_percent: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All stages, newest first, and where the measure was dropped in the end, if it was."""

    stages: tuple[Stage, ...]
    dropped_in: Version | None
    dropped: Dropped | None


def history(*, version: Version, ref: str, versions: Mapping[str, Version]) -> History:
    """The measure followed backwards and forwards through `replaces`; `versions` are those of the set, by name.

    A merge has several stages in the older version, a split several in the newer one.
    """
    here = version.measures[ref]
    found: dict[tuple[str, str], Stage] = {}
    _go_back(version, here, versions, found)
    dropped_in, dropped = _go_on(version, here, versions, found)
    stages = sorted(found.values(), key=lambda stage: stage.measure.ref)
    stages.sort(key=lambda stage: stage.version.valid_from, reverse=True)
    return History(stages=tuple(stages), dropped_in=dropped_in, dropped=dropped)


def _go_back(
    version: Version, measure: Measure, versions: Mapping[str, Version], found: dict[tuple[str, str], Stage]
) -> None:
    known = [
        (replaced, versions[replaced.version].measures[replaced.ref])
        for replaced in measure.replaces
        if replaced.version in versions and replaced.ref in versions[replaced.version].measures
    ]
    first = known[0] if known else None
    found[version.version, measure.ref] = Stage(
        version=version,
        measure=measure,
        how=first[0].how if first else None,
        reason=" ".join(replaced.reason for replaced, _ in known if replaced.reason),
        change_percent=_change(first[1], measure) if first and len(known) == 1 else None,
    )
    for replaced, before in known:
        if (replaced.version, before.ref) not in found:
            _go_back(versions[replaced.version], before, versions, found)


def _go_on(
    version: Version, measure: Measure, versions: Mapping[str, Version], found: dict[tuple[str, str], Stage]
) -> tuple[Version | None, Dropped | None]:
    for later in versions.values():
        if later.supersedes != version.version:
            continue
        heirs = [
            heir
            for heir in later.measures.values()
            if any(r.version == version.version and r.ref == measure.ref for r in heir.replaces)
        ]
        ends = [_go_on(later, heir, versions, found) for heir in heirs if not _go_on_seen(later, heir, versions, found)]
        if heirs:
            return ends[0] if ends else (None, None)
        for dropped in later.dropped:
            if dropped.version == version.version and dropped.ref == measure.ref:
                return later, dropped
    return None, None


def _go_on_seen(
    version: Version, measure: Measure, versions: Mapping[str, Version], found: dict[tuple[str, str], Stage]
) -> bool:
    if (version.version, measure.ref) in found:
        return True
    _go_back(version, measure, versions, found)
    return False


def _change(before: Measure, after: Measure) -> Fraction | None:
    old: Decimal | None = before.unit_value
    if old is None or after.unit_value is None or before.unit is not after.unit:
        return None
    return numbers.percent(numbers.minus(after.unit_value, old), old)
