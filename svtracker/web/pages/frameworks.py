"""Pages about measure sets: sets with their versions, and a version as a tree of themes, outcomes and measures."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import quote, urlencode

from svtracker.frameworks.rules import wording as words
from svtracker.frameworks.rules.selection import Selection, Tally, select, tally
from svtracker.frameworks.rules.values import (
    Kind,
    ListName,
    Measure,
    MeasureList,
    Status,
    Theme,
    Version,
    Weighting,
)
from svtracker.kernel import wording
from svtracker.kernel.units import WORDS
from svtracker.web.pages.audit import object_href
from svtracker.web.pages.frame import Download, Page, downloads

STATUS_WORDS = words.STATUSES
LIST_FILTER = {ListName.MAIN: "Main", ListName.LITE: "Lite, part of main", ListName.RECORD_ONLY: "Record only"}
NUMBER_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TABLE_KINDS = (("Workbook (XLSX)", "xlsx"), ("Table (CSV)", "csv"))


def set_href(set_id: str) -> str:
    """Where the newest released version of a measure set is found."""
    return f"/frameworks/{quote(set_id, safe='')}"


def version_href(version: Version) -> str:
    """Where a version lives."""
    return f"{set_href(version.set_id)}/{quote(version.version, safe='')}"


def measure_href(version: Version, ref: str) -> str:
    """Where a measure lives."""
    return f"{version_href(version)}/measures/{quote(ref, safe='')}"


def compare_href(set_id: str, before: str, after: str) -> str:
    """Where two versions stand side by side."""
    return f"{set_href(set_id)}/compare?{urlencode({'from': before, 'to': after})}"


def version_title(version: Version) -> str:
    """A version as people say it: “Open TOMs 2026.1”."""
    return words.version_title(version)


def counts_text(version: Version) -> str:
    """How many measures stand on each list, in words."""
    return wording.listed([f"{version.count(name)} {words.LISTS[name]}" for name in ListName if version.count(name)])


def unit_value_words(measure: Measure) -> str | None:
    """A unit value in £: pence from £1 on, four decimals below (RULES 2.7)."""
    return words.unit_value(measure.unit_value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A label with its value, which may be a link."""

    label: str
    text: str
    href: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A measure as a link: its reference and title; no link where its version is not loaded."""

    ref: str
    title: str
    href: str | None


def named(version: Version | None, ref: str) -> Named:
    """A measure of a version as a link; the bare reference where the version or the measure is not there."""
    if version is None or ref not in version.measures:
        return Named(ref=ref, title="", href=None)
    return Named(ref=ref, title=version.measures[ref].title, href=measure_href(version, ref))


def newest_first(versions: Sequence[Version]) -> list[Version]:
    """Versions by the day from which they are valid, the latest first; names decide between equal days."""
    by_name = sorted(versions, key=lambda version: (version.set_id, version.version))
    return sorted(by_name, key=lambda version: version.valid_from, reverse=True)


def newest(versions: Sequence[Version]) -> Version:
    """The version to start from: the newest released one, else the newest of all; there must be one."""
    ordered = newest_first(versions)
    released = [version for version in ordered if version.status is Status.RELEASED]
    return (released or ordered)[0]


# --- Sets and versions ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """A version in the list of a set."""

    name: str
    version: str
    href: str
    status: str
    status_class: str
    valid: str
    price_year: int
    counts: tuple[int, int, int]
    compare_href: str | None
    compare_with: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRow:
    """A measure set with its versions, newest first."""

    set_id: str
    title: str
    about: str
    licence: str
    is_own: bool
    lists: tuple[Fact, ...]
    rows: tuple[VersionRow, ...]


@dataclass(frozen=True, kw_only=True)
class SetsPage(Page):
    """All measure sets."""

    sets: tuple[SetRow, ...]
    may_load: bool
    downloads: tuple[Download, ...]


STATUS_CLASSES = {
    Status.DRAFT: "govuk-tag--yellow",
    Status.RELEASED: "govuk-tag--green",
    Status.WITHDRAWN: "govuk-tag--grey",
}


def sets_page(versions: Sequence[Version], *, own: Collection[str] = (), may_load: bool = False) -> SetsPage:
    """Every set with its versions; the set with the newest version first, versions newest first."""
    by_set: dict[str, list[Version]] = {}
    for version in newest_first(versions):
        by_set.setdefault(version.set_id, []).append(version)
    return SetsPage(
        title="Measure sets",
        answer=(
            f"{wording.counted(len(by_set), 'measure set')} in {wording.counted(len(versions), 'version')}. "
            "A version says what you may ask bidders for and what one of it is worth; once released, it never changes."
            if by_set
            else "No measure set is loaded yet."
        ),
        sets=tuple(_set_row(several, is_own=set_id in own) for set_id, several in by_set.items()),
        may_load=may_load,
        downloads=downloads("/frameworks/download", TABLE_KINDS) if by_set else (),
    )


def _set_row(versions: Sequence[Version], *, is_own: bool) -> SetRow:
    latest = versions[0]
    return SetRow(
        set_id=latest.set_id,
        title=latest.title,
        about=latest.about,
        licence=words.licence(latest.licence),
        is_own=is_own,
        lists=tuple(Fact(label=own.title, text=_list_purpose(own)) for own in latest.lists if latest.count(own.name)),
        rows=tuple(_version_row(version, among=versions) for version in versions),
    )


def _version_row(version: Version, *, among: Sequence[Version]) -> VersionRow:
    before = version.supersedes if any(one.version == version.supersedes for one in among) else None
    return VersionRow(
        name=version_title(version),
        version=version.version,
        href=version_href(version),
        status=words.STATUSES[version.status],
        status_class=STATUS_CLASSES[version.status],
        valid=words.valid(version),
        price_year=version.price_year,
        counts=_list_counts(list(version.measures.values())),
        compare_with=before,
        compare_href=compare_href(version.set_id, before, version.version) if before else None,
    )


def _list_purpose(own: MeasureList) -> str:
    bounds = []
    if own.contract_value_from is not None:
        bounds.append(f"from {wording.pounds(own.contract_value_from, places=0)}")
    if own.contract_value_below is not None:
        bounds.append(f"below {wording.pounds(own.contract_value_below, places=0)}")
    if bounds:
        return f"For contracts {' and '.join(bounds)}"
    return "Reported, never valued" if own.name is ListName.RECORD_ONLY else "For every contract"


# --- One version ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One value of a filter: its label, how many measures it leaves, where it leads."""

    label: str
    count: int
    href: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A filter with its choices; the first one is “all”."""

    id: str
    title: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRow:
    """A measure in the tree."""

    ref: str
    href: str
    title: str
    unit: str
    value: str | None
    forecast: bool
    weighted_only: bool
    on: tuple[bool, bool, bool]
    small: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRows:
    """An outcome with its measures."""

    title: str
    measures: tuple[MeasureRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeRows:
    """A theme with its counts per list."""

    id: str
    title: str
    counts: tuple[int, int, int]
    outcomes: tuple[OutcomeRows, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way out of an empty result: one choice taken back, and how many measures that gives."""

    label: str
    count: int
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """A source of unit values, with its terms and how many measures rest on it."""

    title: str
    href: str | None
    licence: str
    retrieved: str
    measures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedRow:
    """A measure of the version before that has no successor."""

    measure: Named
    reason: str
    note: str


@dataclass(frozen=True, kw_only=True)
class VersionPage(Page):
    """A version as a tree, with what was chosen of it."""

    action: str
    find: str
    hidden: tuple[tuple[str, str], ...]
    filters: tuple[Filter, ...]
    themes: tuple[ThemeRows, ...]
    totals: tuple[int, int, int]
    found: str
    chosen: str
    is_all: bool
    has_forecast: bool
    ways: tuple[Way, ...]
    all_href: str
    notice: str | None
    facts: tuple[Fact, ...]
    about: str
    digest: str
    sources: tuple[SourceRow, ...]
    supersedes: str | None
    dropped: tuple[DroppedRow, ...]
    compare_href: str | None
    compare_with: str | None
    workbook_href: str
    downloads: tuple[Download, ...]
    downloads_chosen: tuple[Download, ...]
    history_href: str | None


def version_page(
    version: Version,
    *,
    selection: Selection,
    others: Mapping[str, Version],
    on: date | None = None,
    sees_record: bool = False,
) -> VersionPage:
    """The tree of a version, filtered by list, theme, kind and text; counts are of what is shown.

    `others` are the versions of its set by version name; `on` is the day for which the page says whether the version
    is the one to use. `sees_record` is whether the reader may see who loaded it.
    """
    themes = select(version, selection)
    counted = tally(version, selection)
    shown = [measure for theme in themes for measure in theme.measures]
    before = others.get(version.supersedes or "")
    after = next((one for one in others.values() if one.supersedes == version.version), None)
    base = f"{version_href(version)}/download"
    return VersionPage(
        title=version_title(version),
        caption="Measure set version",
        answer=_version_answer(version),
        crumbs=(("Measures", "/frameworks"),),
        action=version_href(version),
        find=selection.text.strip(),
        hidden=tuple((key, value) for key, value in query_of(selection).items() if key != "find"),
        filters=_filters(version, selection, counted),
        themes=tuple(_theme_rows(version, theme) for theme in themes),
        totals=_list_counts(shown),
        found=_found_words(counted.found, len(version.measures)),
        chosen=chosen_words(version, selection),
        is_all=selection.is_all,
        has_forecast=any(_is_forecast(measure) for measure in shown),
        ways=_ways(version, selection) if not shown else (),
        all_href=version_href(version),
        notice=_notice(version, list(others.values()), on),
        facts=_version_facts(version, before=before, after=after),
        about=version.about,
        digest=version.sha256,
        sources=_source_rows(version),
        supersedes=version.supersedes,
        dropped=tuple(
            DroppedRow(
                measure=named(others.get(dropped.version), dropped.ref),
                reason=words.DROP_REASONS[dropped.reason].capitalize(),
                note=dropped.note,
            )
            for dropped in version.dropped
        ),
        compare_with=before.version if before else None,
        compare_href=compare_href(version.set_id, before.version, version.version) if before else None,
        workbook_href=f"{base}.xlsx",
        downloads=downloads(base, (*TABLE_KINDS, ("The file itself (YAML)", "yaml"))),
        downloads_chosen=()
        if selection.is_all or not shown
        else downloads(base, TABLE_KINDS, query=urlencode(query_of(selection))),
        history_href=object_href("version", version.name) if sees_record else None,
    )


def query_of(selection: Selection) -> dict[str, str]:
    """A selection as the parameters of an address."""
    given = {
        "list": selection.list.value if selection.list else "",
        "theme": selection.theme or "",
        "kind": selection.kind.value if selection.kind else "",
        "find": selection.text.strip(),
    }
    return {key: value for key, value in given.items() if value}


def chosen_words(version: Version, selection: Selection) -> str:
    """What was chosen, in words: “lite list, Jobs and skills, “wage””; empty where everything is shown."""
    titles = {theme.id: theme.title for theme in version.themes}
    parts = [
        f"{words.LISTS[selection.list]} list" if selection.list else "",
        titles.get(selection.theme, selection.theme) if selection.theme else "",
        words.KINDS[selection.kind].lower() if selection.kind else "",
        f"“{selection.text.strip()}”" if selection.text.strip() else "",
    ]
    return ", ".join(part for part in parts if part)


def _found_words(found: int, of: int) -> str:
    if found == of:
        return wording.counted(of, "measure")
    return f"{found or 'None'} of {wording.counted(of, 'measure')}"


def _version_answer(version: Version) -> str:
    themes = len(version.themes)
    number = NUMBER_WORDS[themes] if themes < len(NUMBER_WORDS) else str(themes)
    start = f"{wording.counted(len(version.measures), 'measure')} in {number} {'theme' if themes == 1 else 'themes'}."
    uses = [use for use in (_list_use(own) for own in version.lists) if use]
    return f"{start} Use {wording.listed(uses)}." if uses else start


def _list_use(own: MeasureList) -> str:
    name = f"the {words.LISTS[own.name]} list"
    if own.contract_value_from is not None:
        return f"{name} from {wording.pounds(own.contract_value_from, places=0)} of contract value"
    if own.contract_value_below is not None:
        return f"{name} below {wording.pounds(own.contract_value_below, places=0)}"
    return ""


def _notice(version: Version, others: Sequence[Version], on: date | None) -> str | None:
    if version.status is Status.DRAFT:
        return "This version is a draft: it may still change. Do not publish a tender with it."
    if version.status is Status.WITHDRAWN:
        return "This version was withdrawn. Tenders that used it keep their results; do not start a new one with it."
    if on is not None and version.valid_to is not None and version.valid_to < on:
        now = [one for one in others if one.status is Status.RELEASED and one.is_valid_on(on)]
        newer = f" New tenders use {newest(now).version}." if now else ""
        return f"This version was for tenders opened until {wording.day(version.valid_to)}.{newer}"
    return None


def _version_facts(version: Version, *, before: Version | None, after: Version | None) -> tuple[Fact, ...]:
    valid = words.valid(version)
    facts = [
        Fact(label="State", text=words.STATUSES[version.status]),
        Fact(label="For tenders opened", text=valid),
        Fact(label="Prices of", text=str(version.price_year)),
        Fact(label="Licence", text=words.licence(version.licence)),
    ]
    if version.supersedes is not None:
        facts.append(Fact(label="Replaces", text=version.supersedes, href=version_href(before) if before else None))
    if after is not None:
        facts.append(Fact(label="Replaced by", text=after.version, href=version_href(after)))
    return tuple(facts)


def _filters(version: Version, selection: Selection, counted: Tally) -> tuple[Filter, ...]:
    def choice(label: str, count: int, changed: Selection) -> Choice:
        return Choice(label=label, count=count, href=_selection_href(version, changed), current=changed == selection)

    lists = [choice("All measures", counted.lists[None], replace(selection, list=None))]
    lists += [
        choice(LIST_FILTER[name], counted.lists[name], replace(selection, list=name))
        for name in ListName
        if version.count(name)
    ]
    themes = [choice("All themes", counted.themes[None], replace(selection, theme=None))]
    themes += [
        choice(theme.title, counted.themes[theme.id], replace(selection, theme=theme.id)) for theme in version.themes
    ]
    present = {measure.kind for measure in version.measures.values()}
    kinds = [choice("All kinds", counted.kinds[None], replace(selection, kind=None))]
    kinds += [
        choice(words.KINDS[kind], counted.kinds[kind], replace(selection, kind=kind))
        for kind in Kind
        if kind in present
    ]
    return (
        Filter(id="by-list", title="List", choices=tuple(lists)),
        Filter(id="by-theme", title="Theme", choices=tuple(themes)),
        Filter(id="by-kind", title="Kind", choices=tuple(kinds)),
    )


def _selection_href(version: Version, selection: Selection) -> str:
    query = urlencode(query_of(selection))
    return f"{version_href(version)}{'?' if query else ''}{query}"


def _ways(version: Version, selection: Selection) -> tuple[Way, ...]:
    """Each choice taken back alone, where that finds something."""
    titles = {theme.id: theme.title for theme in version.themes}
    ways: list[tuple[str, Selection]] = []
    if selection.text.strip():
        ways.append((f"Without “{selection.text.strip()}”", replace(selection, text="")))
    if selection.list is not None:
        ways.append((f"Not only on the {words.LISTS[selection.list]} list", replace(selection, list=None)))
    if selection.theme is not None:
        ways.append((f"Not only in {titles.get(selection.theme, selection.theme)}", replace(selection, theme=None)))
    if selection.kind is not None:
        ways.append((f"Not only “{words.KINDS[selection.kind].lower()}”", replace(selection, kind=None)))
    counted = [(label, tally(version, changed).found, changed) for label, changed in ways]
    return tuple(
        Way(label=label, count=count, href=_selection_href(version, changed))
        for label, count, changed in counted
        if count
    )


def _list_counts(measures: Sequence[Measure]) -> tuple[int, int, int]:
    main, lite, record_only = (sum(name in measure.lists for measure in measures) for name in ListName)
    return main, lite, record_only


def _theme_rows(version: Version, theme: Theme) -> ThemeRows:
    return ThemeRows(
        id=theme.id,
        title=theme.title,
        counts=_list_counts(theme.measures),
        outcomes=tuple(
            OutcomeRows(
                title=outcome.title, measures=tuple(_measure_row(version, measure) for measure in outcome.measures)
            )
            for outcome in theme.outcomes
        ),
    )


def _measure_row(version: Version, measure: Measure) -> MeasureRow:
    value = unit_value_words(measure)
    lists = ", ".join(words.LISTS[name] for name in measure.lists)
    unit = WORDS[measure.unit].one
    forecast = _is_forecast(measure)
    worth = f", {value}{' (forecast)' if forecast else ''}" if value else ""
    main, lite, record_only = (name in measure.lists for name in ListName)
    return MeasureRow(
        ref=measure.ref,
        href=measure_href(version, measure.ref),
        title=measure.title,
        unit=unit,
        value=value,
        forecast=forecast,
        weighted_only=measure.weighting is Weighting.REQUIRED,
        on=(main, lite, record_only),
        small=f"{lists}; {unit}{worth}",
    )


def _is_forecast(measure: Measure) -> bool:
    return measure.value_basis is not None and measure.value_basis.forecast


def _source_rows(version: Version) -> tuple[SourceRow, ...]:
    used = [measure.value_basis.source for measure in version.measures.values() if measure.value_basis]
    return tuple(
        SourceRow(
            title=source.title,
            href=source.href,
            licence=words.licence(source.licence),
            retrieved=wording.day(source.retrieved) if source.retrieved else "–",
            measures=used.count(source.key),
        )
        for source in version.sources
    )
