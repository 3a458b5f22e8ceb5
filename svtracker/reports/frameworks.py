"""Measure sets as tables to take along: the list of versions, a version to read, two versions compared."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from svtracker.files.tables_out import Cell, Column, Sheet, Style
from svtracker.frameworks.rules import wording as words
from svtracker.frameworks.rules.diff import Difference, LocalityChanged, Moved, Renamed, Revalued, UnitChanged
from svtracker.frameworks.rules.values import ListName, Measure, Outcome, Theme, Version
from svtracker.kernel import wording
from svtracker.kernel.units import WORDS

YES = "yes"
LIST_HEADINGS = {ListName.MAIN: "Main", ListName.LITE: "Lite", ListName.RECORD_ONLY: "Record only"}


def versions_sheet(versions: Sequence[Version]) -> Sheet:
    """All versions, in the order given."""
    return Sheet(
        name="Measure sets",
        about=("Measure sets and their versions", "A released version never changes."),
        columns=(
            Column(heading="Measure set", width=24),
            Column(heading="Id", width=16),
            Column(heading="Version", width=10),
            Column(heading="State", width=12),
            Column(heading="Valid from", style=Style.DATE),
            Column(heading="Valid to", style=Style.DATE),
            Column(heading="Replaces", width=10),
            Column(heading="Prices of", width=10),
            *(Column(heading=heading, style=Style.WHOLE, width=12) for heading in LIST_HEADINGS.values()),
            Column(heading="All measures", style=Style.WHOLE),
            Column(heading="Licence", width=36),
            Column(heading="SHA-256 of the file", width=68),
        ),
        rows=tuple(
            (
                version.title,
                version.set_id,
                version.version,
                words.STATUSES[version.status],
                version.valid_from,
                version.valid_to,
                version.supersedes,
                str(version.price_year),
                *(version.count(name) for name in LIST_HEADINGS),
                len(version.measures),
                words.licence(version.licence),
                version.sha256,
            )
            for version in versions
        ),
    )


# --- One version ------------------------------------------------------------------------------------------------------


def version_sheets(
    version: Version, *, themes: Sequence[Theme], chosen: str, others: Mapping[str, Version]
) -> list[Sheet]:
    """A version as a workbook: what it is, its measures (those of `themes`), its sources, what was dropped and why.

    `chosen` says in words which measures were chosen, empty where all are there; `others` are the versions of the set.
    """
    sheets = [_about(version, chosen), measures_sheet(version, themes=themes, chosen=chosen), _sources(version)]
    return [*sheets, _dropped(version, others)] if version.dropped else sheets


def measures_sheet(version: Version, *, themes: Sequence[Theme], chosen: str) -> Sheet:
    """One row a measure, in the order of the version: what counts, its lists, and where its unit value comes from."""
    title = words.version_title(version)
    return Sheet(
        name="Measures",
        about=(f"{title}: measures", *([f"Only: {chosen}"] if chosen else [])),
        columns=(
            Column(heading="Reference", width=10),
            Column(heading="Measure", style=Style.LONG_TEXT, width=36),
            Column(heading="Theme", style=Style.LONG_TEXT, width=18),
            Column(heading="Outcome", style=Style.LONG_TEXT, width=24),
            Column(heading="Unit", width=16),
            Column(heading="Unit value", style=Style.UNIT_VALUE, width=13),
            Column(heading="Forecast prices", width=10),
            *(Column(heading=heading, width=9) for heading in LIST_HEADINGS.values()),
            Column(heading="Kind", width=18),
            Column(heading="Counts", style=Style.LONG_TEXT, width=18),
            Column(heading="Category", width=20),
            Column(heading="What counts", style=Style.LONG_TEXT, width=60),
            Column(heading="What does not count", style=Style.LONG_TEXT, width=50),
            Column(heading="Evidence", style=Style.LONG_TEXT, width=44),
            Column(heading="Weighting", style=Style.LONG_TEXT, width=22),
            Column(heading="First year only", width=10),
            Column(heading="May also count in", width=14),
            Column(heading="Never with", width=18),
            Column(heading="Source", style=Style.LONG_TEXT, width=40),
            Column(heading="Where it stands", style=Style.LONG_TEXT, width=36),
            Column(heading="Source figure", style=Style.UNIT_VALUE, width=13),
            Column(heading="Source price year", width=10),
            Column(heading="Lowest in the source", style=Style.UNIT_VALUE, width=13),
            Column(heading="Highest in the source", style=Style.UNIT_VALUE, width=13),
            Column(heading="Price index", width=30),
            Column(heading="Years of the index", width=12),
            Column(heading="Replaces", style=Style.LONG_TEXT, width=40),
            Column(heading="Why it changed", style=Style.LONG_TEXT, width=44),
            Column(heading="Also known as", width=16),
        ),
        rows=tuple(
            _measure_row(version, theme, outcome, measure)
            for theme in themes
            for outcome in theme.outcomes
            for measure in outcome.measures
        ),
    )


def _measure_row(version: Version, theme: Theme, outcome: Outcome, measure: Measure) -> tuple[Cell, ...]:
    counted, not_counted = words.counts(measure)
    return (
        measure.ref,
        measure.title,
        theme.title,
        outcome.title,
        WORDS[measure.unit].one,
        measure.unit_value,
        YES if measure.value_basis is not None and measure.value_basis.forecast else None,
        *(YES if name in measure.lists else None for name in LIST_HEADINGS),
        words.KINDS[measure.kind],
        words.LOCALITIES[measure.locality],
        words.CATEGORIES[measure.category],
        counted,
        not_counted,
        measure.evidence,
        words.WEIGHTINGS[measure.weighting],
        YES if measure.first_year_only else None,
        ", ".join(measure.also_counts_in),
        ", ".join(measure.never_with),
        *_basis_cells(version, measure),
        "; ".join(_replaced(measure)),
        measure.changed,
        ", ".join(measure.aliases),
    )


def _basis_cells(version: Version, measure: Measure) -> tuple[Cell, ...]:
    basis = measure.value_basis
    if basis is None:
        return (None,) * 8
    source = next(source for source in version.sources if source.key == basis.source)
    return (
        source.title,
        basis.at,
        basis.figure,
        None if basis.price_year is None else str(basis.price_year),
        basis.range.low if basis.range else None,
        basis.range.high if basis.range else None,
        basis.index,
        basis.year.value,
    )


def _replaced(measure: Measure) -> Iterator[str]:
    for one in measure.replaces:
        reason = f": {one.reason}" if one.reason else ""
        yield f"{one.version} {one.ref} ({words.HOWS[one.how].lower()}){reason}"


def _about(version: Version, chosen: str) -> Sheet:
    title = words.version_title(version)
    rows: list[tuple[Cell, ...]] = [
        ("Measure set", version.title),
        ("Version", version.version),
        ("State", words.STATUSES[version.status]),
        ("For tenders opened", words.valid(version)),
        ("Prices of", str(version.price_year)),
        ("Replaces", version.supersedes),
        ("Licence", words.licence(version.licence)),
        ("About", version.about),
        *((own.title, _list_words(version, own.name)) for own in version.lists),
        ("All measures", wording.counted(len(version.measures), "measure")),
        ("File", f"{version.set_id}/{version.version}.yaml"),
        ("SHA-256 of the file", version.sha256),
        ("Forecast prices", "The unit value rests on a forecast of the price index, not on its outturn."),
        ("No value", "The measure is recorded or described; it never moves a total, a mark or a rank."),
    ]
    if chosen:
        rows.insert(0, ("Measures in this workbook", f"Only: {chosen}"))
    return Sheet(
        name="About",
        about=(title,),
        columns=(Column(heading="What", width=26), Column(heading="Answer", style=Style.LONG_TEXT, width=90)),
        rows=tuple(rows),
    )


def _list_words(version: Version, name: ListName) -> str:
    own = next(one for one in version.lists if one.name is name)
    bounds = [
        f"{word} {wording.pounds(bound, places=0)}"
        for word, bound in (("from", own.contract_value_from), ("below", own.contract_value_below))
        if bound is not None
    ]
    meant = f", for contracts {' and '.join(bounds)}" if bounds else ""
    return f"{wording.counted(version.count(name), 'measure')}{meant}"


def _sources(version: Version) -> Sheet:
    used = [measure.value_basis.source for measure in version.measures.values() if measure.value_basis]
    return Sheet(
        name="Sources",
        about=(f"{words.version_title(version)}: sources of unit values",),
        columns=(
            Column(heading="Source", style=Style.LONG_TEXT, width=60),
            Column(heading="Link", style=Style.LONG_TEXT, width=60),
            Column(heading="Terms", width=36),
            Column(heading="Read on", style=Style.DATE),
            Column(heading="Measures", style=Style.WHOLE, width=10),
        ),
        rows=tuple(
            (source.title, source.href, words.licence(source.licence), source.retrieved, used.count(source.key))
            for source in version.sources
        ),
    )


def _dropped(version: Version, others: Mapping[str, Version]) -> Sheet:
    return Sheet(
        name="Dropped",
        about=(f"{words.version_title(version)}: measures of earlier versions that have no successor",),
        columns=(
            Column(heading="Reference", width=10),
            Column(heading="Version", width=10),
            Column(heading="Measure", style=Style.LONG_TEXT, width=44),
            Column(heading="Reason", width=38),
            Column(heading="Why", style=Style.LONG_TEXT, width=80),
        ),
        rows=tuple(
            (
                one.ref,
                one.version,
                _title(others.get(one.version), one.ref),
                words.DROP_REASONS[one.reason],
                one.note,
            )
            for one in version.dropped
        ),
    )


def _title(version: Version | None, ref: str) -> str | None:
    return version.measures[ref].title if version is not None and ref in version.measures else None


# --- Two versions -----------------------------------------------------------------------------------------------------


def difference_sheets(old: Version, new: Version, found: Difference) -> list[Sheet]:
    """What differs between two versions, one row a difference, and how many measures each list has (RULES 7.2)."""
    title = f"{words.version_title(old)} and {new.version}"
    return [
        Sheet(
            name="Differences",
            about=(f"{title}: what differs",),
            columns=(
                Column(heading="What", width=24),
                Column(heading=f"Reference in {old.version}", width=14),
                Column(heading=f"Reference in {new.version}", width=14),
                Column(heading="Measure", style=Style.LONG_TEXT, width=44),
                Column(heading=f"In {old.version}", style=Style.LONG_TEXT, width=36),
                Column(heading=f"In {new.version}", style=Style.LONG_TEXT, width=36),
                Column(heading=f"Unit value in {old.version}", style=Style.UNIT_VALUE, width=14),
                Column(heading=f"Unit value in {new.version}", style=Style.UNIT_VALUE, width=14),
                Column(heading="Change in %", style=Style.PERCENT, width=12),
                Column(heading="Reason", style=Style.LONG_TEXT, width=36),
                Column(heading="Why", style=Style.LONG_TEXT, width=70),
            ),
            rows=tuple(_difference_rows(old, new, found)),
        ),
        Sheet(
            name="Measures per list",
            about=(f"{title}: measures per list",),
            columns=(
                Column(heading="List", width=20),
                Column(heading=old.version, style=Style.WHOLE),
                Column(heading=new.version, style=Style.WHOLE),
            ),
            rows=tuple((LIST_HEADINGS[name], before, after) for name, (before, after) in found.counts.items()),
        ),
    ]


def _difference_rows(old: Version, new: Version, found: Difference) -> Iterator[tuple[Cell, ...]]:
    for added in found.added:
        measure = new.measures[added.ref]
        yield _row("New", None, added.ref, added.title, after=words.lists(measure.lists), now=measure.unit_value)
    for removed in found.removed:
        measure = old.measures[removed.ref]
        yield _row(
            "Dropped",
            removed.ref,
            None,
            removed.title,
            before=words.lists(measure.lists),
            was=measure.unit_value,
            reason=words.DROP_REASONS[removed.reason] if removed.reason else None,
            why=removed.note,
        )
    for group in found.regrouped:
        yield _row(
            words.HOWS[group.how],
            ", ".join(group.old_refs),
            ", ".join(group.refs),
            None,
            before="; ".join(f"{ref} {_title(old, ref)}" for ref in group.old_refs),
            after="; ".join(f"{ref} {_title(new, ref)}" for ref in group.refs),
        )
    for valued in found.revalued:
        yield _row(
            "Another unit value",
            valued.old_ref,
            valued.ref,
            _title(new, valued.ref),
            was=valued.from_value,
            now=valued.to_value,
            percent=None if _other_unit(found, valued) else valued.percent,
            reason="counted in another unit" if _other_unit(found, valued) else None,
            why=new.measures[valued.ref].changed,
        )
    for one, what, before, after in _changes(found):
        yield _row(what, one.old_ref, one.ref, _title(new, one.ref), before=before, after=after)


def _changes(
    found: Difference,
) -> Iterator[tuple[Moved | Renamed | UnitChanged | LocalityChanged, str, str, str]]:
    for moved in found.moved:
        yield moved, "On other lists", words.lists(moved.from_lists), words.lists(moved.to_lists)
    for renamed in found.renamed:
        yield renamed, "Renamed", renamed.from_title, renamed.to_title
    for unit in found.unit_changed:
        yield unit, "Counted in another unit", WORDS[unit.from_unit].one, WORDS[unit.to_unit].one
    for place in found.locality_changed:
        was, now = words.LOCALITIES[place.from_locality], words.LOCALITIES[place.to_locality]
        yield place, "Local or anywhere", was, now


def _other_unit(found: Difference, valued: Revalued) -> bool:
    return any(change.ref == valued.ref for change in found.unit_changed)


def _row(
    what: str,
    old_ref: str | None,
    ref: str | None,
    title: str | None,
    *,
    before: str | None = None,
    after: str | None = None,
    was: Decimal | None = None,
    now: Decimal | None = None,
    percent: Decimal | None = None,
    reason: str | None = None,
    why: str | None = None,
) -> tuple[Cell, ...]:
    return (what, old_ref, ref, title, before, after, was, now, percent, reason, why)
