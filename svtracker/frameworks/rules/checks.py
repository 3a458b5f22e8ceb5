"""What is wrong with a version of a measure set, all at once, each fault with its place (RULES 2 and 7.1).

A check looks at frozen values only. `check_version` looks at one version alone, `check_succession` at a version
and the one that it supersedes.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal

from svtracker.frameworks.rules.uprating import NotUprated, wanted_unit_value
from svtracker.frameworks.rules.values import (
    NO_INDEX,
    How,
    Kind,
    ListName,
    Measure,
    Replacement,
    ValueBasis,
    Version,
    Weighting,
)
from svtracker.kernel import numbers
from svtracker.kernel.problems import Finding, shown
from svtracker.kernel.units import DECIMALS, LARGEST_UNIT_VALUE, Unit
from svtracker.registers.rules.figures import PriceIndex

Path = tuple[str | int, ...]


def check_version(version: Version, *, indices: Mapping[str, PriceIndex]) -> tuple[Finding, ...]:
    """Every fault of a version that shows without looking at another version."""
    found: list[Finding] = []
    for check in _CHECKS_OF_A_VERSION:
        found += check(version)
    for path, measure in measures_with_paths(version):
        for check_measure in _CHECKS_OF_A_MEASURE:
            found += check_measure(path, measure)
        found += _value(path, measure, version=version, indices=indices)
        found += _overlaps(path, measure, version=version)
        found += _lists_at_the_top(path, measure, version=version)
    return tuple(found)


def check_succession(version: Version, *, previous: Version | None) -> tuple[Finding, ...]:
    """Every fault in how a version follows the one that it supersedes (RULES 2.1, 2.10).

    `previous` is the superseded version, or none where there is no such version.
    """
    if version.supersedes is None:
        return tuple(_follows_nothing(version))
    if version.supersedes == version.version:
        return ()
    if previous is None:
        seen, wanted = shown(version.supersedes), f"another version of {version.set_id} that exists, or null"
        return (Finding(path=("supersedes",), seen=seen, wanted=wanted),)
    return (
        *_wrong_version(version),
        *_dangling(version, previous),
        *_replaced_twice(version, previous),
        *_dropped_twice(version),
        *_how(version),
        *_left_over(version, previous),
    )


def measures_with_paths(version: Version) -> Iterator[tuple[Path, Measure]]:
    """Every measure in the order of the file, with its place."""
    for t, theme in enumerate(version.themes):
        for o, outcome in enumerate(theme.outcomes):
            for m, measure in enumerate(outcome.measures):
                yield ("themes", t, "outcomes", o, "measures", m), measure


def _replacements(version: Version) -> Iterator[tuple[Path, Measure, Replacement]]:
    for path, measure in measures_with_paths(version):
        for r, replacement in enumerate(measure.replaces):
            yield (*path, "replaces", r), measure, replacement


# --- the version as a whole -------------------------------------------------------------------------------------------


def _dates(version: Version) -> Iterator[Finding]:
    if version.valid_to is not None and version.valid_to < version.valid_from:
        wanted = f"a day not before {version.valid_from.isoformat()}, when the version begins"
        yield Finding(path=("valid", "to"), seen=version.valid_to.isoformat(), wanted=wanted)


def _supersedes_itself(version: Version) -> Iterator[Finding]:
    if version.supersedes == version.version:
        yield Finding(path=("supersedes",), seen=shown(version.supersedes), wanted="an earlier version, or null")


def _ids(version: Version) -> Iterator[Finding]:
    themes = [(("themes", t, "id"), theme.id) for t, theme in enumerate(version.themes)]
    outcomes = [
        (("themes", t, "outcomes", o, "id"), outcome.id)
        for t, theme in enumerate(version.themes)
        for o, outcome in enumerate(theme.outcomes)
    ]
    references = [((*path, "ref"), measure.ref) for path, measure in measures_with_paths(version)]
    yield from _repeated(themes, what="theme id")
    yield from _repeated(outcomes, what="outcome id")
    yield from _repeated(references, what="reference")


def _repeated(placed: Iterable[tuple[Path, str]], *, what: str) -> Iterator[Finding]:
    used: set[str] = set()
    for path, name in placed:
        if name in used:
            yield Finding(path=path, seen=f"{shown(name)} a second time", wanted=f"each {what} once in the version")
        used.add(name)


def _aliases(version: Version) -> Iterator[Finding]:
    references = {measure.ref for _, measure in measures_with_paths(version)}
    used: dict[str, str] = {}
    for path, measure in measures_with_paths(version):
        for a, alias in enumerate(measure.aliases):
            place: Path = (*path, "aliases", a)
            if alias in references:
                wanted = "an alias that is not a reference of this version"
                yield Finding(path=place, seen=f"{shown(alias)}, which is the reference of a measure", wanted=wanted)
            elif alias in used:
                seen = f"{shown(alias)}, which is already an alias of {used[alias]}"
                yield Finding(path=place, seen=seen, wanted="each alias once in the version")
            used.setdefault(alias, measure.ref)


def _thresholds(version: Version) -> Iterator[Finding]:
    for listed in version.lists:
        path: Path = ("lists", listed.name.value, "contract_value")
        lowest, below = listed.contract_value_from, listed.contract_value_below
        for key, amount in (("from", lowest), ("below", below)):
            if amount is not None and amount < 0:
                yield Finding(path=(*path, key), seen=numbers.plain(amount), wanted="an amount of £0 or more")
        if lowest is not None and below is not None and below <= lowest:
            wanted = f"an amount above {numbers.plain(lowest)}, where the list begins"
            yield Finding(path=(*path, "below"), seen=numbers.plain(below), wanted=wanted)
    yield from _between_main_and_lite(version)


def _between_main_and_lite(version: Version) -> Iterator[Finding]:
    bounds = {listed.name: listed for listed in version.lists}
    main, lite = bounds.get(ListName.MAIN), bounds.get(ListName.LITE)
    if main is None or lite is None:
        return
    starts, ends = main.contract_value_from, lite.contract_value_below
    if starts is not None and ends is not None and starts != ends:
        what = "a gap" if ends < starts else "an overlap"
        seen = f"{numbers.plain(ends)}, where the main list begins at {numbers.plain(starts)}: {what}"
        wanted = "the amount at which the main list begins, so that every contract value has one list"
        yield Finding(path=("lists", ListName.LITE.value, "contract_value", "below"), seen=seen, wanted=wanted)


_CHECKS_OF_A_VERSION: tuple[Callable[[Version], Iterator[Finding]], ...] = (
    _dates,
    _supersedes_itself,
    _ids,
    _aliases,
    _thresholds,
)


# --- one measure --------------------------------------------------------------------------------------------------


def _lists(path: Path, measure: Measure) -> Iterator[Finding]:
    place: Path = (*path, "lists")
    seen = f"[{', '.join(measure.lists)}]"
    if not measure.lists:
        yield Finding(path=place, seen="an empty list", wanted="main, main and lite, or record_only")
    if len(set(measure.lists)) < len(measure.lists):
        yield Finding(path=place, seen=seen, wanted="each list once")
    names = set(measure.lists)
    if ListName.RECORD_ONLY in names and len(names) > 1:
        yield Finding(path=place, seen=seen, wanted="record_only alone, or main or lite without it")
    elif ListName.LITE in names and ListName.MAIN not in names:
        yield Finding(path=place, seen=seen, wanted="main as well, since lite is part of main")


def _kind(path: Path, measure: Measure) -> Iterator[Finding]:
    """Kind, unit, list and value must say the same (RULES 2.2)."""
    place: Path = (*path, "kind")
    kind = measure.kind
    if (measure.unit is Unit.TEXT) != (kind is Kind.NARRATIVE):
        wanted = (
            "narrative, since the unit is text" if measure.unit is Unit.TEXT else "narrative only with the unit text"
        )
        yield Finding(path=place, seen=kind.value, wanted=wanted)
    elif kind is Kind.RECORDED and measure.unit_value is not None and not _never_valued(measure):
        yield Finding(path=place, seen="recorded with a value", wanted="valued, or no value")
    elif kind is Kind.VALUED and measure.unit_value is None:
        if _never_valued(measure):
            yield Finding(path=place, seen="valued", wanted=f"recorded, since {_why_never_valued(measure)}")
        else:
            wanted = "a value with its basis, or `kind: recorded` written out where no open source has one"
            yield Finding(path=(*path, "value"), seen="nothing", wanted=wanted)
    if _never_valued(measure) and measure.unit_value is not None:
        seen = numbers.plain(measure.unit_value)
        yield Finding(path=(*path, "value"), seen=seen, wanted=f"no value, since {_why_never_valued(measure)}")


def _never_valued(measure: Measure) -> bool:
    return ListName.RECORD_ONLY in measure.lists or measure.unit in {Unit.PERCENT, Unit.TEXT}


def _why_never_valued(measure: Measure) -> str:
    if measure.unit in {Unit.PERCENT, Unit.TEXT}:
        return f"the unit is {measure.unit}"
    return "the measure is on the list record_only"


def _basis(path: Path, measure: Measure) -> Iterator[Finding]:
    if measure.unit_value is not None and measure.value_basis is None:
        wanted = "the basis of the value: source, where it stands, figure, price year, index"
        yield Finding(path=(*path, "value_basis"), seen="nothing", wanted=wanted)
    if measure.value_basis is None:
        return
    if measure.unit_value is None and measure.kind is not Kind.VALUED:
        wanted = "the value that it is the basis of, or no basis"
        yield Finding(path=(*path, "value_basis"), seen="a basis without a value", wanted=wanted)
    basis = measure.value_basis
    if basis.figure <= 0:
        place: Path = (*path, "value_basis", "figure")
        yield Finding(path=place, seen=numbers.plain(basis.figure), wanted="a figure above 0")
    if basis.range is not None and basis.range.low > basis.range.high:
        seen = f"{numbers.plain(basis.range.low)} to {numbers.plain(basis.range.high)}"
        yield Finding(
            path=(*path, "value_basis", "range"), seen=seen, wanted="a low figure that is not above the high one"
        )


def _size(path: Path, measure: Measure) -> Iterator[Finding]:
    value, place = measure.unit_value, (*path, "value")
    if value is None:
        return
    seen = numbers.plain(value)
    if value <= 0:
        yield Finding(path=place, seen=seen, wanted="a value above 0")
    if value > LARGEST_UNIT_VALUE:
        yield Finding(path=place, seen=seen, wanted=f"a value of at most {LARGEST_UNIT_VALUE:,f}")
    if numbers.decimal_places(value) > DECIMALS:
        yield Finding(path=place, seen=seen, wanted=f"a value with at most {DECIMALS} decimals")


def _only_with(path: Path, measure: Measure) -> Iterator[Finding]:
    if measure.first_year_only and measure.unit is not Unit.FTE_YEAR:
        wanted = "false: only full-time years (fte_year) end after the first 12 months"
        yield Finding(path=(*path, "first_year_only"), seen=f"true with the unit {measure.unit}", wanted=wanted)
    if measure.weighting is Weighting.REQUIRED and measure.kind is not Kind.VALUED:
        wanted = "optional, since only a valued measure can be weighted"
        yield Finding(path=(*path, "weighting"), seen=f"required on a {measure.kind} measure", wanted=wanted)


_CHECKS_OF_A_MEASURE: tuple[Callable[[Path, Measure], Iterator[Finding]], ...] = (
    _lists,
    _kind,
    _basis,
    _size,
    _only_with,
)


def _lists_at_the_top(path: Path, measure: Measure, *, version: Version) -> Iterator[Finding]:
    defined = [listed.name for listed in version.lists]
    for name in dict.fromkeys(measure.lists):
        if name not in defined:
            known = ", ".join(defined) or "none"
            wanted = f"one of the lists at the top of the file ({known}), or {name} added there"
            yield Finding(path=(*path, "lists"), seen=f"the list {name}", wanted=wanted)


def _value(path: Path, measure: Measure, *, version: Version, indices: Mapping[str, PriceIndex]) -> Iterator[Finding]:
    """The value must be what figure, price year and index lead to, to the digit (RULES 2.7)."""
    basis, value = measure.value_basis, measure.unit_value
    if basis is None:
        return
    place: Path = (*path, "value_basis")
    sources = [source.key for source in version.sources]
    if basis.source not in sources:
        known = ", ".join(sources) or "none"
        yield Finding(path=(*place, "source"), seen=shown(basis.source), wanted=f"a key of sources at the top: {known}")
    if basis.index != NO_INDEX and basis.index not in indices:
        known = ", ".join([*indices, NO_INDEX])
        yield Finding(path=(*place, "index"), seen=shown(basis.index), wanted=f"one of the indices: {known}")
    elif basis.index != NO_INDEX and basis.price_year is None:
        wanted = f"the source’s price year, since the index {basis.index} is used"
        yield Finding(path=(*place, "price_year"), seen="nothing", wanted=wanted)
    elif basis.figure > 0:
        yield from _result(path, basis, value, price_year=version.price_year, index=indices.get(basis.index))


def _result(
    path: Path, basis: ValueBasis, value: Decimal | None, *, price_year: int, index: PriceIndex | None
) -> Iterator[Finding]:
    expected = wanted_unit_value(basis=basis, price_year=price_year, index=index)
    if isinstance(expected, NotUprated):
        wanted = f"years that the index covers: {expected.reason}"
        seen = f"price year {basis.price_year} of the source, {price_year} of the version"
        yield Finding(path=(*path, "value_basis", "price_year"), seen=seen, wanted=wanted)
        return
    if value is not None and value > 0 and value != expected.value:
        wanted = f"{numbers.plain(expected.value)}: {expected.working}"
        yield Finding(path=(*path, "value"), seen=numbers.plain(value), wanted=wanted)
    if basis.forecast != expected.forecast:
        wanted = (
            "true, since a year lies after the last outturn of the index"
            if expected.forecast
            else "false, since no forecast is used"
        )
        yield Finding(path=(*path, "value_basis", "forecast"), seen=shown(basis.forecast), wanted=wanted)


def _overlaps(path: Path, measure: Measure, *, version: Version) -> Iterator[Finding]:
    """Overlaps name other measures of the version, and never say two things of one pair (RULES 2.5)."""
    for key, named in (("also_counts_in", measure.also_counts_in), ("never_with", measure.never_with)):
        for n, ref in enumerate(named):
            place: Path = (*path, key, n)
            if ref == measure.ref:
                yield Finding(path=place, seen=f"{shown(ref)}, the measure itself", wanted="another measure")
            elif ref not in version.measures:
                yield Finding(path=place, seen=shown(ref), wanted="the reference of a measure of this version")
            elif ref in named[:n]:
                yield Finding(path=place, seen=f"{shown(ref)} a second time", wanted="each measure once")
    for n, ref in enumerate(measure.never_with):
        other = version.measures.get(ref)
        if ref != measure.ref and (
            ref in measure.also_counts_in or (other is not None and measure.ref in other.also_counts_in)
        ):
            seen = f"{shown(ref)}, which {measure.ref} also counts in or the other way round"
            wanted = "one or the other: also_counts_in, or never_with"
            yield Finding(path=(*path, "never_with", n), seen=seen, wanted=wanted)


# --- a version and the one it supersedes ------------------------------------------------------------------------------


def _follows_nothing(version: Version) -> Iterator[Finding]:
    wanted = "nothing, since the version supersedes none"
    for path, _, replacement in _replacements(version):
        yield Finding(path=path, seen=f"{replacement.ref} of {replacement.version}", wanted=wanted)
    for d, dropped in enumerate(version.dropped):
        yield Finding(path=("dropped", d), seen=f"{dropped.ref} of {dropped.version}", wanted=wanted)


def _wrong_version(version: Version) -> Iterator[Finding]:
    places: list[tuple[Path, str]] = [(path, replacement.version) for path, _, replacement in _replacements(version)]
    places += [(("dropped", d), dropped.version) for d, dropped in enumerate(version.dropped)]
    for path, named in places:
        if named != version.supersedes:
            wanted = f"“{version.supersedes}”, the version that this one supersedes"
            yield Finding(path=(*path, "version"), seen=shown(named), wanted=wanted)


def _dangling(version: Version, previous: Version) -> Iterator[Finding]:
    places: list[tuple[Path, str, str]] = [(path, r.version, r.ref) for path, _, r in _replacements(version)]
    places += [(("dropped", d), dropped.version, dropped.ref) for d, dropped in enumerate(version.dropped)]
    for path, named, ref in places:
        if named == previous.version and ref not in previous.measures:
            wanted = f"the reference of a measure of {previous.name}"
            yield Finding(path=(*path, "ref"), seen=shown(ref), wanted=wanted)


def _replaced_twice(version: Version, previous: Version) -> Iterator[Finding]:
    """An earlier measure has one successor, unless it was split among several."""
    successors: dict[str, list[tuple[Path, Measure, Replacement]]] = defaultdict(list)
    for path, measure, replacement in _replacements(version):
        if replacement.version == previous.version:
            successors[replacement.ref].append((path, measure, replacement))
    dropped = {entry.ref: d for d, entry in enumerate(version.dropped) if entry.version == previous.version}
    for ref, found in successors.items():
        yield from _successors(ref, found)
        if ref in dropped:
            seen = f"{ref}, which {found[0][1].ref} replaces"
            wanted = "a measure that is replaced or dropped, not both"
            yield Finding(path=("dropped", dropped[ref], "ref"), seen=seen, wanted=wanted)


def _successors(ref: str, found: list[tuple[Path, Measure, Replacement]]) -> Iterator[Finding]:
    (first_path, first, first_replacement), *others = found
    if not others and first_replacement.how is How.SPLIT:
        wanted = f"same, or at least two measures that {ref} was split into"
        yield Finding(path=(*first_path, "how"), seen="split with one successor", wanted=wanted)
    all_split = all(replacement.how is How.SPLIT for _, _, replacement in found)
    for path, measure, _ in others:
        if measure.ref == first.ref:
            yield Finding(path=(*path, "ref"), seen=f"{ref} a second time", wanted="each earlier measure once")
        elif not all_split:
            wanted = "one successor of each measure, or `how: split` in every one of them"
            yield Finding(path=(*path, "ref"), seen=f"{ref}, which {first.ref} replaces too", wanted=wanted)


def _dropped_twice(version: Version) -> Iterator[Finding]:
    placed: list[tuple[Path, str]] = [(("dropped", d, "ref"), entry.ref) for d, entry in enumerate(version.dropped)]
    used = Counter[str]()
    for path, ref in placed:
        if used[ref]:
            yield Finding(path=path, seen=f"{shown(ref)} a second time", wanted="each dropped measure once")
        used[ref] += 1


def _how(version: Version) -> Iterator[Finding]:
    """`same` stands alone in a measure; `merge` stands with at least one more."""
    for path, measure in measures_with_paths(version):
        merged = [replacement for replacement in measure.replaces if replacement.how is How.MERGE]
        for r, replacement in enumerate(measure.replaces):
            place: Path = (*path, "replaces", r, "how")
            if replacement.how is How.SAME and len(measure.replaces) > 1:
                wanted = "merge, since the measure replaces more than one"
                yield Finding(path=place, seen="same", wanted=wanted)
            elif replacement.how is How.MERGE and len(merged) == 1:
                wanted = "same, or all the measures that were merged into this one"
                yield Finding(path=place, seen="merge of one measure", wanted=wanted)


def _left_over(version: Version, previous: Version) -> Iterator[Finding]:
    """Every measure of the superseded version is replaced or dropped (RULES 2.10)."""
    settled = {replacement.ref for _, _, replacement in _replacements(version)}
    settled |= {entry.ref for entry in version.dropped}
    for ref, measure in previous.measures.items():
        if ref not in settled:
            seen = f"neither a successor nor a reason for {ref} of {previous.name}, {shown(measure.title)}"
            wanted = "each measure of the superseded version replaced, or dropped with a reason"
            yield Finding(path=("dropped",), seen=seen, wanted=wanted)
