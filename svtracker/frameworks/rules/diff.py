"""What differs between two versions of a measure set, and between a released version and a changed file."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from svtracker.frameworks.rules.values import DropReason, How, ListName, Locality, Measure, Version
from svtracker.kernel import numbers
from svtracker.kernel.problems import shown
from svtracker.kernel.units import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A measure of the later version that has no forerunner."""

    ref: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """A measure of the earlier version that has no successor, and the reason where one is given."""

    ref: str
    title: str
    reason: DropReason | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed:
    """A measure whose title changed."""

    ref: str
    old_ref: str
    from_title: str
    to_title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Revalued:
    """A measure whose unit value changed, in £; a side is none where it has no value, and then so is `percent`."""

    ref: str
    old_ref: str
    from_value: Decimal | None
    to_value: Decimal | None
    percent: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A measure that stands on other lists than before."""

    ref: str
    old_ref: str
    from_lists: tuple[ListName, ...]
    to_lists: tuple[ListName, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitChanged:
    """A measure that is counted in another unit."""

    ref: str
    old_ref: str
    from_unit: Unit
    to_unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalityChanged:
    """A measure that counts elsewhere than before."""

    ref: str
    old_ref: str
    from_locality: Locality
    to_locality: Locality


@dataclass(frozen=True, slots=True, kw_only=True)
class Regrouped:
    """Measures that were split or merged: their values are not set against one another."""

    how: How
    old_refs: tuple[str, ...]
    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Everything that differs between two versions (RULES 7.2); `same` pairs the measures that were matched."""

    from_version: str
    to_version: str
    counts: Mapping[ListName, tuple[int, int]]
    same: tuple[tuple[str, str], ...]
    added: tuple[Added, ...]
    removed: tuple[Removed, ...]
    renamed: tuple[Renamed, ...]
    revalued: tuple[Revalued, ...]
    moved: tuple[Moved, ...]
    unit_changed: tuple[UnitChanged, ...]
    locality_changed: tuple[LocalityChanged, ...]
    regrouped: tuple[Regrouped, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Link:
    """One earlier measure and one later measure that took its place."""

    old_ref: str
    ref: str
    how: How


@dataclass(frozen=True, slots=True, kw_only=True)
class _Links:
    links: tuple[_Link, ...]
    dropped: Mapping[str, tuple[DropReason, str]]


def difference(old: Version, new: Version, *, between: Sequence[Version] = ()) -> Difference:
    """What a reader must know who used the old version and now uses the new one (RULES 7.2).

    Measures are matched by what they replace, also through the versions in `between` where the new version follows
    the old one at a distance, and also backwards. Versions of one set that do not follow one another are matched by
    equal references, versions of different sets not at all. J1 at 9,800.00, replaced by J1 at 10,094.00, is revalued
    by 3.00 %.
    """
    found = _links(old, new, between)
    pairs = [(old.measures[link.old_ref], new.measures[link.ref]) for link in found.links if link.how is How.SAME]
    return Difference(
        from_version=old.name,
        to_version=new.name,
        counts={name: (old.count(name), new.count(name)) for name in ListName},
        same=tuple((before.ref, after.ref) for before, after in pairs),
        added=_added(new, found),
        removed=_removed(old, found),
        renamed=tuple(
            Renamed(ref=after.ref, old_ref=before.ref, from_title=before.title, to_title=after.title)
            for before, after in pairs
            if before.title != after.title
        ),
        revalued=tuple(_revalued(before, after) for before, after in pairs if before.unit_value != after.unit_value),
        moved=tuple(
            Moved(ref=after.ref, old_ref=before.ref, from_lists=before.lists, to_lists=after.lists)
            for before, after in pairs
            if set(before.lists) != set(after.lists)
        ),
        unit_changed=tuple(
            UnitChanged(ref=after.ref, old_ref=before.ref, from_unit=before.unit, to_unit=after.unit)
            for before, after in pairs
            if before.unit is not after.unit
        ),
        locality_changed=tuple(
            LocalityChanged(
                ref=after.ref, old_ref=before.ref, from_locality=before.locality, to_locality=after.locality
            )
            for before, after in pairs
            if before.locality is not after.locality
        ),
        regrouped=_regrouped(found),
    )


def percent_change(*, before: Decimal, after: Decimal) -> Decimal:
    """The change in per cent of the earlier figure, half-up to two decimals: 9,800 to 10,094 is 3.00."""
    return numbers.round_half_up(numbers.percent(numbers.minus(after, before), before), 2)


def _revalued(before: Measure, after: Measure) -> Revalued:
    was, now = before.unit_value, after.unit_value
    # A value per hour and a value per visit have no percentage between them.
    percent = None
    if was is not None and now is not None and before.unit is after.unit:
        percent = percent_change(before=was, after=now)
    return Revalued(
        ref=after.ref,
        old_ref=before.ref,
        from_value=was,
        to_value=now,
        percent=percent,
    )


def _added(new: Version, found: _Links) -> tuple[Added, ...]:
    linked = {link.ref for link in found.links}
    return tuple(Added(ref=ref, title=measure.title) for ref, measure in new.measures.items() if ref not in linked)


def _removed(old: Version, found: _Links) -> tuple[Removed, ...]:
    linked = {link.old_ref for link in found.links}
    gone = [measure for ref, measure in old.measures.items() if ref not in linked]
    reasons = [found.dropped.get(measure.ref, (None, "")) for measure in gone]
    return tuple(
        Removed(ref=measure.ref, title=measure.title, reason=reason, note=note)
        for measure, (reason, note) in zip(gone, reasons, strict=True)
    )


def _regrouped(found: _Links) -> tuple[Regrouped, ...]:
    """Links other than one to one, gathered: what was split or merged together stands in one entry."""
    groups: list[tuple[set[str], set[str], list[_Link]]] = []
    for link in found.links:
        if link.how is How.SAME:
            continue
        joined: tuple[set[str], set[str], list[_Link]] = ({link.old_ref}, {link.ref}, [link])
        apart = []
        for group in groups:
            if group[0] & joined[0] or group[1] & joined[1]:
                joined = (group[0] | joined[0], group[1] | joined[1], group[2] + joined[2])
            else:
                apart.append(group)
        groups = [*apart, joined]
    return tuple(
        Regrouped(
            how=links[0].how,
            old_refs=tuple(dict.fromkeys(link.old_ref for link in links)),
            refs=tuple(dict.fromkeys(link.ref for link in links)),
        )
        for _, _, links in groups
    )


# --- which measure took whose place -----------------------------------------------------------------------------------


def _links(old: Version, new: Version, between: Sequence[Version]) -> _Links:
    if old.set_id != new.set_id:
        return _Links(links=(), dropped={})  # a reference means nothing outside its measure set (RULES 2.1)
    if old.version != new.version:
        forwards = _chain(old, new, between)
        if forwards is not None:
            return _along(forwards)
        backwards = _chain(new, old, between)
        if backwards is not None:
            return _turned(_along(backwards), order=list(old.measures))
    same = tuple(_Link(old_ref=ref, ref=ref, how=How.SAME) for ref in old.measures if ref in new.measures)
    return _Links(links=same, dropped={})


def _chain(old: Version, new: Version, between: Sequence[Version]) -> list[Version] | None:
    """The versions from old to new, each superseded by the next; none where one is missing."""
    known = {version.version: version for version in between if version.set_id == new.set_id}
    known[old.version] = old
    chain = [new]
    while chain[0].version != old.version:
        before = known.pop(chain[0].supersedes or "", None)
        if before is None:
            return None
        chain.insert(0, before)
    return chain


def _along(chain: Sequence[Version]) -> _Links:
    """The links from the first to the last version of a chain, each step joined to the one before."""
    links = tuple(_Link(old_ref=ref, ref=ref, how=How.SAME) for ref in chain[0].measures)
    dropped: dict[str, tuple[DropReason, str]] = {}
    for before, after in pairwise(chain):
        step = _step(before, after)
        reasons = {entry.ref: (entry.reason, entry.note) for entry in after.dropped}
        for link in links:
            if link.ref in reasons:
                dropped.setdefault(link.old_ref, reasons[link.ref])
        links = tuple(
            _Link(old_ref=link.old_ref, ref=following.ref, how=_joined(link.how, following.how))
            for link in links
            for following in step
            if following.old_ref == link.ref
        )
    return _Links(links=tuple(dict.fromkeys(links)), dropped=dropped)


def _step(before: Version, after: Version) -> list[_Link]:
    return [
        _Link(old_ref=replacement.ref, ref=measure.ref, how=replacement.how)
        for measure in after.measures.values()
        for replacement in measure.replaces
        if replacement.version == before.version and replacement.ref in before.measures
    ]


def _joined(first: How, second: How) -> How:
    return second if first is How.SAME else first


def _turned(found: _Links, *, order: Sequence[str]) -> _Links:
    turned = {How.SAME: How.SAME, How.SPLIT: How.MERGE, How.MERGE: How.SPLIT}
    links = [_Link(old_ref=link.ref, ref=link.old_ref, how=turned[link.how]) for link in found.links]
    place = {ref: number for number, ref in enumerate(order)}
    return _Links(links=tuple(sorted(links, key=lambda link: place[link.old_ref])), dropped={})


# --- a released version and a changed file ----------------------------------------------------------------------------


def changes_between_files(old: Version, new: Version) -> tuple[str, ...]:
    """Everything that a changed file says otherwise than the version that was released (RULES 2.9).

    One sentence a field: `J1 unit value: was 11579.41, is now 11579.42`. Empty where no figure and no word differs,
    only the bytes.
    """
    before, after = dict(_statements(old)), dict(_statements(new))
    changes = []
    for place in dict.fromkeys([*before, *after]):
        was, now = before.get(place, _ABSENT), after.get(place, _ABSENT)
        if was == now:
            continue
        if was is _ABSENT:
            changes.append(f"{place}: is new, {_said(now)}")
        elif now is _ABSENT:
            changes.append(f"{place}: was {_said(was)}, is gone")
        else:
            changes.append(f"{place}: was {_said(was)}, is now {_said(now)}")
    return tuple(changes)


_ABSENT = object()
_NAMED = ("key", "name", "id", "ref")


def _statements(version: Version) -> Iterator[tuple[str, object]]:
    """Every single statement of a version with the words for its place, in the order of the file."""
    for name, value in _own_fields(version):
        if name == "sha256":
            continue
        if name != "themes":
            yield from _flat(_words(name), value)
    yield "order of the themes", tuple(theme.id for theme in version.themes)
    for theme in version.themes:
        yield f"theme {theme.id} title", theme.title
        yield f"theme {theme.id} outcomes", tuple(outcome.id for outcome in theme.outcomes)
        for outcome in theme.outcomes:
            yield f"outcome {outcome.id} title", outcome.title
            yield f"outcome {outcome.id} measures", tuple(measure.ref for measure in outcome.measures)
    for ref, measure in version.measures.items():
        for name, value in _own_fields(measure):
            yield from _flat(f"{ref} {_words(name)}", value)


def _own_fields(value: object) -> Iterator[tuple[str, object]]:
    if is_dataclass(value):
        for each in fields(value):
            yield each.name, getattr(value, each.name)


def _flat(place: str, value: object) -> Iterator[tuple[str, object]]:
    """A field as single statements: the parts of a value of its own, and the members of a list of such values."""
    if is_dataclass(value):
        for name, inner in _own_fields(value):
            yield from _flat(f"{place} {_words(name)}", inner)
    elif isinstance(value, tuple) and any(is_dataclass(inner) for inner in value):
        named = _names(value)
        yield place, tuple(named)
        for name, inner in zip(named, value, strict=True):
            yield from _flat(f"{place} {name}", inner)
    else:
        yield place, value


def _names(values: Iterable[object]) -> list[str]:
    """What the members of a list are called: key, name, id or reference, with a number where one comes again."""
    used = Counter[str]()
    names: list[str] = []
    for value in values:
        own = dict(_own_fields(value))
        name = next((str(own[key]) for key in _NAMED if key in own), "")
        used[name] += 1
        names.append(name if used[name] == 1 else f"{name} ({used[name]})")
    return names


def _words(name: str) -> str:
    return name.replace("_", " ")


def _said(value: object) -> str:
    match value:
        case Decimal():
            return numbers.plain(value)
        case date():
            return value.isoformat()
        case tuple():
            return f"[{', '.join(str(inner) for inner in value)}]"
        case _:
            return shown(value)
