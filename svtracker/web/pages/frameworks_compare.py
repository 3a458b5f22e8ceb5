"""Two versions of a measure set side by side: what was added, dropped, revalued, moved, and why (RULES 7.2)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from svtracker.frameworks.rules import wording as words
from svtracker.frameworks.rules.diff import (
    Added,
    Difference,
    LocalityChanged,
    Moved,
    Regrouped,
    Removed,
    Renamed,
    Revalued,
    UnitChanged,
)
from svtracker.frameworks.rules.values import ListName, Version
from svtracker.kernel import wording
from svtracker.kernel.units import WORDS
from svtracker.web.pages.frame import Download, FormError, Page, downloads
from svtracker.web.pages.frameworks import (
    TABLE_KINDS,
    Named,
    compare_href,
    named,
    newest_first,
    set_href,
    version_href,
    version_title,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell: words, a second line, or measures as links."""

    text: str = ""
    below: str = ""
    measures: tuple[Named, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The heading of a column."""

    label: str
    is_number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """One measure that differs: the measure first, then what was and what is."""

    measure: Named
    was: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One kind of difference."""

    id: str
    title: str
    note: str
    heads: tuple[Head, ...]
    rows: tuple[ChangeRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountRow:
    """How many measures a list has in both versions."""

    label: str
    before: int
    after: int
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two versions."""

    version: str
    title: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Everything that differs."""

    before: Side
    after: Side
    counts: tuple[CountRow, ...]
    sections: tuple[Section, ...]
    none: tuple[str, ...]
    unchanged: int
    swap_href: str
    is_backwards: bool
    downloads: tuple[Download, ...]


@dataclass(frozen=True, kw_only=True)
class ComparePage(Page):
    """Two versions side by side, with the form that chooses them."""

    action: str
    versions: tuple[tuple[str, str], ...]
    chosen_from: str
    chosen_to: str
    error_from: str | None
    error_to: str | None
    result: Comparison | None


def compare_page(old: Version, new: Version, found: Difference, *, versions: Mapping[str, Version]) -> ComparePage:
    """Two versions side by side; `versions` are those of the set by version name."""
    base = f"{set_href(new.set_id)}/compare"
    query = urlencode({"from": old.version, "to": new.version})
    sections = _sections(old, new, found)
    return ComparePage(
        title=f"{new.title}: {old.version} and {new.version}",
        caption="Two versions side by side",
        head_title=f"Compare {version_title(old)} and {new.version}",
        answer=_answer(old, new, found),
        crumbs=_crumbs(new),
        action=base,
        versions=_choices(versions),
        chosen_from=old.version,
        chosen_to=new.version,
        error_from=None,
        error_to=None,
        result=Comparison(
            before=_side(old),
            after=_side(new),
            counts=_counts(found),
            sections=tuple(section for section in sections if section.rows),
            none=tuple(section.title for section in sections if not section.rows),
            unchanged=_unchanged(found),
            swap_href=compare_href(new.set_id, new.version, old.version),
            is_backwards=old.valid_from > new.valid_from,
            downloads=downloads(f"{base}/download", TABLE_KINDS, query=query),
        ),
    )


def proposed(versions: Mapping[str, Version], *, old: str, new: str) -> tuple[str, str]:
    """The two versions to compare: what was asked for, else the newest with the one it replaces or the one before."""
    ordered = [version.version for version in newest_first(list(versions.values()))]
    new = new or next((name for name in ordered if name != old), "")
    if not old and new in versions:
        before = versions[new].supersedes or ""
        older = [name for name in ordered if name != new]
        old = before if before in versions else next(iter(older), "")
    return old, new


def choose_page(versions: Mapping[str, Version], *, old: str, new: str) -> ComparePage:
    """The form alone, with what is wrong with the choice."""
    latest = newest_first(list(versions.values()))[0]
    known = wording.listed(sorted(versions))

    def unknown(name: str) -> str | None:
        is_unknown = name and name not in versions
        return f"There is no version “{name}” of {latest.title}. Choose from {known}" if is_unknown else None

    error_from, error_to = unknown(old), unknown(new)
    if old and old == new and error_from is None:
        error_to = f"Choose two versions that differ: both are {new}"
    elif old == new:
        error_to = None
    only_one = len(versions) < 2
    return ComparePage(
        title=f"{latest.title}: compare two versions",
        caption="Two versions side by side",
        answer="There is only one version, so there is nothing to compare it with yet." if only_one else None,
        crumbs=_crumbs(latest),
        errors=tuple(
            FormError(text=text, href=href) for text, href in ((error_from, "#from"), (error_to, "#to")) if text
        ),
        action=f"{set_href(latest.set_id)}/compare",
        versions=_choices(versions),
        chosen_from=old,
        chosen_to=new,
        error_from=error_from,
        error_to=error_to,
        result=None,
    )


def _crumbs(version: Version) -> tuple[tuple[str, str], ...]:
    return (("Measures", "/frameworks"), (version_title(version), version_href(version)))


def _choices(versions: Mapping[str, Version]) -> tuple[tuple[str, str], ...]:
    return tuple((one.version, version_title(one)) for one in newest_first(list(versions.values())))


def _side(version: Version) -> Side:
    return Side(
        version=version.version,
        title=version_title(version),
        href=version_href(version),
    )


def _answer(old: Version, new: Version, found: Difference) -> str:
    """How the size changed, and how many measures changed in which way."""
    sizes = len(old.measures), len(new.measures)
    start = (
        f"{sizes[0]} measures become {sizes[1]}."
        if sizes[0] != sizes[1]
        else f"{wording.counted(sizes[0], 'measure')} in both."
    )
    kinds = (
        (len(found.added), "new", "new"),
        (len(found.removed), "dropped", "dropped"),
        (len(found.regrouped), "group split or merged", "groups split or merged"),
        (len(found.revalued), "with another unit value", "with another unit value"),
        (len(found.moved), "on other lists", "on other lists"),
        (len(found.unit_changed), "in another unit", "in another unit"),
    )
    parts = [f"{number} {one if number == 1 else many}" for number, one, many in kinds if number]
    if not parts:
        return f"{start} Nothing that is valued, listed or counted differs."
    return f"{start} {wording.listed(parts)}."


def _counts(found: Difference) -> tuple[CountRow, ...]:
    rows = [(LIST_TITLES[name], *found.counts[name]) for name in ListName if any(found.counts[name])]
    return tuple(
        CountRow(label=label, before=before, after=after, change=_signed(after - before))
        for label, before, after in rows
    )


LIST_TITLES = {ListName.MAIN: "Main", ListName.LITE: "Lite, part of main", ListName.RECORD_ONLY: "Record only"}


def _signed(number: int) -> str:
    if number == 0:
        return "0"
    return f"+{number}" if number > 0 else f"{wording.MINUS}{-number}"


def _unchanged(found: Difference) -> int:
    """How many measures went over as they were, but for their reference."""
    groups: tuple[Iterable[Renamed | Revalued | Moved | UnitChanged | LocalityChanged], ...] = (
        found.renamed,
        found.revalued,
        found.moved,
        found.unit_changed,
        found.locality_changed,
    )
    changed = {one.ref for group in groups for one in group}
    return sum(ref not in changed for _, ref in found.same)


def _sections(old: Version, new: Version, found: Difference) -> tuple[Section, ...]:
    was, now = Head(label=old.version), Head(label=new.version)
    values = (
        Head(label=old.version, is_number=True),
        Head(label=new.version, is_number=True),
        Head(label="Change", is_number=True),
    )
    return (
        Section(
            id="added",
            title="New",
            note=f"Only in {new.version}",
            heads=(
                Head(label="Measure"),
                Head(label="Lists"),
                Head(label="Unit"),
                Head(label="Unit value", is_number=True),
            ),
            rows=tuple(_added(new, one) for one in found.added),
        ),
        Section(
            id="removed",
            title="Dropped",
            note=f"Only in {old.version}",
            heads=(Head(label="Measure"), Head(label="Lists"), Head(label="Reason")),
            rows=tuple(_removed(old, one) for one in found.removed),
        ),
        Section(
            id="regrouped",
            title="Split or merged",
            note="",
            heads=(Head(label="How"), was, now),
            rows=tuple(_regrouped(old, new, one) for one in found.regrouped),
        ),
        Section(
            id="revalued",
            title="Another unit value",
            note="Largest change first",
            heads=(Head(label="Measure"), *values),
            rows=tuple(_revalued(old, new, one, found) for one in sorted(found.revalued, key=_largest_first)),
        ),
        Section(
            id="moved",
            title="On other lists",
            note="",
            heads=(Head(label="Measure"), was, now),
            rows=tuple(_row(old, new, one, _lists(one.from_lists), _lists(one.to_lists)) for one in found.moved),
        ),
        Section(
            id="renamed",
            title="Renamed",
            note="",
            heads=(Head(label="Measure"), was, now),
            rows=tuple(_row(old, new, one, one.from_title, one.to_title) for one in found.renamed),
        ),
        Section(
            id="unit",
            title="Counted in another unit",
            note="",
            heads=(Head(label="Measure"), was, now),
            rows=tuple(
                _row(old, new, one, WORDS[one.from_unit].one, WORDS[one.to_unit].one) for one in found.unit_changed
            ),
        ),
        Section(
            id="locality",
            title="Local or anywhere",
            note="",
            heads=(Head(label="Measure"), was, now),
            rows=tuple(
                _row(old, new, one, words.LOCALITIES[one.from_locality], words.LOCALITIES[one.to_locality])
                for one in found.locality_changed
            ),
        ),
    )


def _lists(names: Sequence[ListName]) -> str:
    text = words.lists(names)
    return text[:1].upper() + text[1:]


def _was(new_ref: str, old_ref: str, old: Version) -> str:
    return "" if new_ref == old_ref else f"{old_ref} in {old.version}"


def _row(
    old: Version,
    new: Version,
    one: Renamed | Moved | UnitChanged | LocalityChanged | Revalued,
    before: str,
    after: str,
    *more: Cell,
) -> ChangeRow:
    return ChangeRow(
        measure=named(new, one.ref),
        was=_was(one.ref, one.old_ref, old),
        cells=(Cell(text=before), Cell(text=after), *more),
    )


def _added(new: Version, one: Added) -> ChangeRow:
    measure = new.measures[one.ref]
    value = words.unit_value(measure.unit_value) or "no value"
    cells = (Cell(text=_lists(measure.lists)), Cell(text=WORDS[measure.unit].one), Cell(text=value))
    return ChangeRow(measure=named(new, one.ref), was="", cells=cells)


def _removed(old: Version, one: Removed) -> ChangeRow:
    reason = words.DROP_REASONS[one.reason].capitalize() if one.reason else "No reason given"
    cells = (Cell(text=_lists(old.measures[one.ref].lists)), Cell(text=reason, below=one.note))
    return ChangeRow(measure=named(old, one.ref), was="", cells=cells)


def _regrouped(old: Version, new: Version, one: Regrouped) -> ChangeRow:
    how = words.HOWS[one.how]
    return ChangeRow(
        measure=Named(ref="", title=how, href=None),
        was="",
        cells=(
            Cell(measures=tuple(named(old, ref) for ref in one.old_refs)),
            Cell(measures=tuple(named(new, ref) for ref in one.refs)),
        ),
    )


def _largest_first(one: Revalued) -> tuple[bool, Decimal]:
    return one.percent is not None, -abs(one.percent or Decimal(0))


def _revalued(old: Version, new: Version, one: Revalued, found: Difference) -> ChangeRow:
    before, after = words.unit_value(one.from_value), words.unit_value(one.to_value)
    other_unit = any(change.ref == one.ref for change in found.unit_changed)
    if other_unit:
        change = "other unit"
    elif one.percent is not None:
        change = words.change(one.percent)
    else:
        change = "first value" if one.from_value is None else "no longer valued"
    return _row(old, new, one, before or "no value", after or "no value", Cell(text=change))
