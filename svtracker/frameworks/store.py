"""Versions of measure sets, in and out of the database: rows in the order of the file, frozen values for the rest.

A version is written once per list of rows and read with ten selects, whatever its size.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Result, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.orm import Mapped, Session
from sqlmodel import SQLModel, col

from svtracker.frameworks import tables
from svtracker.frameworks.rules.owners import SHARED, WHOLE_INSTALLATION, Owner, Whose
from svtracker.frameworks.rules.values import (
    Category,
    Dropped,
    DropReason,
    How,
    Kind,
    ListName,
    Locality,
    Measure,
    MeasureList,
    Outcome,
    Replacement,
    Series,
    Source,
    Status,
    Theme,
    ValueBasis,
    ValueRange,
    Version,
    Weighting,
)
from svtracker.kernel import numbers
from svtracker.kernel.units import Unit
from svtracker.storage.walls import across

ALSO_COUNTS_IN, NEVER_WITH = "also_counts_in", "never_with"

# What hangs below a version, children before their parents.
_BELOW_VERSION: tuple[type[SQLModel], ...] = (
    tables.DroppedRow,
    tables.ReplacementRow,
    tables.RelationRow,
    tables.AliasRow,
    tables.MeasureOnListRow,
    tables.MeasureRow,
    tables.OutcomeRow,
    tables.ThemeRow,
    tables.SourceRow,
    tables.VersionListRow,
)

# Why a statement means the measure sets of all organisations.
_ONE_NAME = "a name has one owner on the whole installation, and who loads a version must not take another's"
_WHOLE = "the check and the command line see every measure set"

Fields = dict[str, Any]
Rows = Result[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVersion:
    """What the list of versions says of one: identity, standing, and how many measures stand on each list."""

    set_id: str
    version: str
    title: str
    status: Status
    valid_from: date
    valid_to: date | None
    supersedes: str | None
    price_year: int
    licence: str
    sha256: str
    loaded_at: datetime
    organisation_id: int | None = None
    counts: Mapping[ListName, int]

    @property
    def name(self) -> str:
        """The identity in files and commands: `open-toms@2021.1`."""
        return f"{self.set_id}@{self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """The file of a version, byte for byte as it was loaded."""

    name: str
    data: bytes
    sha256: str


def get_owner(session: Session, *, set_id: str) -> Owner | None:
    """Whose the measure set of a name is; none where there is no such set."""
    if "\0" in set_id:
        return None  # no stored name holds it, and PostgreSQL refuses to look for it
    row = tables.MeasureSetRow
    asked = across(select(col(row.organisation_id)).where(col(row.slug) == set_id), _ONE_NAME)
    found = session.execute(asked).one_or_none()
    return None if found is None else Owner(organisation_id=found.organisation_id)


def add_version(
    session: Session,
    *,
    version: Version,
    file_name: str,
    data: bytes,
    loaded_at: datetime,
    organisation_id: int | None = None,
) -> None:
    """Writes a version that is not there yet, with the bytes of its file; a new set is an organisation's, or shared."""
    row = tables.MeasureSetRow
    asked = across(select(col(row.id)).where(col(row.slug) == version.set_id), _ONE_NAME)
    set_key = session.execute(asked).scalar_one_or_none()
    if set_key is None:
        adding = insert(row).values(slug=version.set_id, organisation_id=organisation_id)
        set_key = session.execute(adding.returning(col(row.id))).scalar_one()
    fields = {"measure_set_id": set_key, **_version_fields(version, file_name, data, loaded_at)}
    session.execute(insert(tables.VersionRow).values(fields))
    _add_below(session, _version_id(session, set_id=version.set_id, version=version.version), version)


def replace_version(session: Session, *, version: Version, file_name: str, data: bytes, loaded_at: datetime) -> None:
    """Writes a version over the one of the same name; whether that is allowed is the service's to say."""
    version_id = _version_id(session, set_id=version.set_id, version=version.version)
    for table in _BELOW_VERSION:
        session.execute(delete(table).where(_column(table, "version_id") == version_id))
    session.execute(
        update(tables.VersionRow)
        .where(col(tables.VersionRow.id) == version_id)
        .values(_version_fields(version, file_name, data, loaded_at))
    )
    _add_below(session, version_id, version)


# Asked with almost every page, so made once.
_HASHES = select(col(tables.VersionRow.sha256))
_STANDINGS = (
    select(
        col(tables.VersionRow.version),
        col(tables.VersionRow.status),
        col(tables.VersionRow.sha256),
        col(tables.VersionRow.valid_from),
    )
    .join(tables.MeasureSetRow, col(tables.MeasureSetRow.id) == col(tables.VersionRow.measure_set_id))
    .where(col(tables.MeasureSetRow.slug) == bindparam("set_id"))
    .order_by(col(tables.VersionRow.id))
)


def list_versions(session: Session, *, whose: Whose = SHARED) -> tuple[StoredVersion, ...]:
    """The versions that may be seen, by set, then by the day from which they are valid."""
    counts: dict[int, dict[ListName, int]] = defaultdict(lambda: dict.fromkeys(ListName, 0))
    on_list = tables.MeasureOnListRow
    counting = select(col(on_list.version_id), col(on_list.list), func.count()).group_by(
        col(on_list.version_id), col(on_list.list)
    )
    for version_id, name, number in session.execute(counting):
        counts[version_id][ListName(name)] = number
    row = tables.VersionRow
    asked = (
        select(
            col(row.id),
            col(tables.MeasureSetRow.slug),
            col(tables.MeasureSetRow.organisation_id),
            col(row.version),
            col(row.title),
            col(row.status),
            col(row.valid_from),
            col(row.valid_to),
            col(row.supersedes),
            col(row.price_year),
            col(row.licence),
            col(row.sha256),
            col(row.loaded_at),
        )
        .join(tables.MeasureSetRow, col(tables.MeasureSetRow.id) == col(row.measure_set_id))
        .order_by(col(row.id))
    )
    versions = [
        StoredVersion(
            set_id=one.slug,
            version=one.version,
            title=one.title,
            status=Status(one.status),
            valid_from=one.valid_from,
            valid_to=one.valid_to,
            supersedes=one.supersedes,
            price_year=one.price_year,
            licence=one.licence,
            sha256=one.sha256,
            loaded_at=one.loaded_at,
            organisation_id=one.organisation_id,
            counts=counts[one.id],
        )
        for one in session.execute(_seen(asked, whose))
    ]
    # Sorted here, because databases do not agree on the order of texts.
    return tuple(sorted(versions, key=lambda one: (one.set_id, one.valid_from, one.version)))


def list_hashes(session: Session) -> frozenset[str]:
    """The SHA-256 of every version that is stored."""
    return frozenset(session.connection().scalars(_HASHES))


def list_standings(session: Session, *, set_id: str, whose: Whose = SHARED) -> tuple[tuple[str, Status, str], ...]:
    """Every version of a set with its status and SHA-256, by the day from which it is valid: one cheap select."""
    if "\0" in set_id:
        return ()  # no stored name holds it, and PostgreSQL refuses to look for it
    found = session.connection().execute(_standings_for(whose), {"set_id": set_id})
    ordered = sorted(found, key=lambda one: (one.valid_from, one.version))
    return tuple((one.version, Status(one.status), one.sha256) for one in ordered)


def get_standing(session: Session, *, set_id: str, version: str, whose: Whose = SHARED) -> tuple[Status, str] | None:
    """The status and SHA-256 of a version, or none where it is not stored: one cheap select."""
    found = session.execute(
        _named(select(col(tables.VersionRow.status), col(tables.VersionRow.sha256)), set_id, version, whose)
    ).one_or_none()
    return None if found is None else (Status(found.status), found.sha256)


def get_file(session: Session, *, set_id: str, version: str, whose: Whose = SHARED) -> StoredFile | None:
    """The file of a version as it was loaded."""
    row = tables.VersionRow
    found = session.execute(
        _named(select(col(row.file_name), col(row.file), col(row.sha256)), set_id, version, whose)
    ).one_or_none()
    return None if found is None else StoredFile(name=found.file_name, data=found.file, sha256=found.sha256)


def get_version(session: Session, *, set_id: str, version: str, whose: Whose = SHARED) -> Version | None:
    """A version as its file said it, made from rows: equal to what the loader made from the bytes."""
    row = tables.VersionRow
    head = session.execute(
        _named(
            select(
                col(row.id),
                col(row.title),
                col(row.status),
                col(row.valid_from),
                col(row.valid_to),
                col(row.supersedes),
                col(row.price_year),
                col(row.licence),
                col(row.about),
                col(row.sha256),
            ),
            set_id,
            version,
            whose,
        )
    ).one_or_none()
    if head is None:
        return None
    return Version(
        set_id=set_id,
        version=version,
        title=head.title,
        status=Status(head.status),
        valid_from=head.valid_from,
        valid_to=head.valid_to,
        supersedes=head.supersedes,
        price_year=head.price_year,
        licence=head.licence,
        about=head.about,
        lists=_lists(session, head.id),
        sources=_sources(session, head.id),
        themes=_themes(session, head.id),
        dropped=_dropped(session, head.id),
        sha256=head.sha256,
    )


def _seen(query: Any, whose: Whose) -> Any:
    owner = col(tables.MeasureSetRow.organisation_id)
    if whose.whole:
        return across(query, _WHOLE)
    if whose.organisation_id is None:
        return query.where(owner.is_(None))
    return query.where(or_(owner.is_(None), owner == whose.organisation_id))


@lru_cache(maxsize=64)
def _standings_for(whose: Whose) -> Any:
    """The same statement for the same eyes: what SQLAlchemy found out about it is kept with it."""
    return _seen(_STANDINGS, whose)


def _named(query: Any, set_id: str, version: str, whose: Whose) -> Any:
    row = tables.VersionRow
    return (
        _seen(query, whose)
        .join(tables.MeasureSetRow, col(tables.MeasureSetRow.id) == col(row.measure_set_id))
        .where(col(tables.MeasureSetRow.slug) == set_id, col(row.version) == version)
    )


def _version_id(session: Session, *, set_id: str, version: str) -> int:
    found: int = session.execute(
        _named(select(col(tables.VersionRow.id)), set_id, version, WHOLE_INSTALLATION)
    ).scalar_one()
    return found


def _version_fields(version: Version, file_name: str, data: bytes, loaded_at: datetime) -> Fields:
    return {
        "version": version.version,
        "title": version.title,
        "status": version.status.value,
        "valid_from": version.valid_from,
        "valid_to": version.valid_to,
        "supersedes": version.supersedes,
        "price_year": version.price_year,
        "licence": version.licence,
        "about": version.about,
        "file_name": file_name,
        "file": data,
        "sha256": version.sha256,
        "loaded_at": loaded_at,
    }


def _add_below(session: Session, version_id: int, version: Version) -> None:
    outcomes = [(theme, outcome) for theme in version.themes for outcome in theme.outcomes]
    measures = [(outcome, measure) for _, outcome in outcomes for measure in outcome.measures]
    only = version.measures.values()
    _add_all(
        session,
        version_id,
        {
            tables.VersionListRow: [
                {
                    "position": position,
                    "name": one.name.value,
                    "title": one.title,
                    "contract_value_from": one.contract_value_from,
                    "contract_value_below": one.contract_value_below,
                }
                for position, one in enumerate(version.lists)
            ],
            tables.SourceRow: [
                {
                    "position": position,
                    "key": one.key,
                    "title": one.title,
                    "href": one.href,
                    "licence": one.licence,
                    "retrieved": one.retrieved,
                }
                for position, one in enumerate(version.sources)
            ],
            tables.ThemeRow: [
                {"position": position, "code": theme.id, "title": theme.title}
                for position, theme in enumerate(version.themes)
            ],
            tables.OutcomeRow: [
                {"position": position, "code": outcome.id, "theme": theme.id, "title": outcome.title}
                for position, (theme, outcome) in enumerate(outcomes)
            ],
            tables.MeasureRow: [
                {"position": position, "outcome": outcome.id, **_measure_fields(measure)}
                for position, (outcome, measure) in enumerate(measures)
            ],
            tables.MeasureOnListRow: [
                {"ref": measure.ref, "position": position, "list": name.value}
                for measure in only
                for position, name in enumerate(measure.lists)
            ],
            tables.AliasRow: [
                {"ref": measure.ref, "position": position, "alias": alias}
                for measure in only
                for position, alias in enumerate(measure.aliases)
            ],
            tables.RelationRow: [
                {"ref": measure.ref, "kind": kind, "position": position, "other": other}
                for measure in only
                for kind, others in ((ALSO_COUNTS_IN, measure.also_counts_in), (NEVER_WITH, measure.never_with))
                for position, other in enumerate(others)
            ],
            tables.ReplacementRow: [
                {
                    "ref": measure.ref,
                    "position": position,
                    "old_version": one.version,
                    "old_ref": one.ref,
                    "how": one.how.value,
                    "reason": one.reason,
                }
                for measure in only
                for position, one in enumerate(measure.replaces)
            ],
            tables.DroppedRow: [
                {
                    "position": position,
                    "old_version": one.version,
                    "old_ref": one.ref,
                    "reason": one.reason.value,
                    "note": one.note,
                }
                for position, one in enumerate(version.dropped)
            ],
        },
    )


def _add_all(session: Session, version_id: int, rows: Mapping[type[SQLModel], Sequence[Fields]]) -> None:
    for table, fields in rows.items():
        if fields:
            session.execute(insert(table), [{"version_id": version_id, **one} for one in fields])


def _measure_fields(measure: Measure) -> Fields:
    value, basis = measure.unit_value, measure.value_basis
    between = basis.range if basis else None
    return {
        "ref": measure.ref,
        "title": measure.title,
        "counts": measure.counts,
        "unit": measure.unit.value,
        "category": measure.category.value,
        "locality": measure.locality.value,
        "evidence": measure.evidence,
        "kind": measure.kind.value,
        "unit_value": value,
        "unit_value_decimals": None if value is None else _decimals_written(value),
        "basis_source": basis.source if basis else None,
        "basis_at": basis.at if basis else None,
        "basis_figure": basis.figure if basis else None,
        "basis_price_year": basis.price_year if basis else None,
        "basis_series": basis.year.value if basis else None,
        "basis_index": basis.index if basis else None,
        "basis_forecast": basis.forecast if basis else None,
        "basis_low": between.low if between else None,
        "basis_high": between.high if between else None,
        "changed": measure.changed,
        "first_year_only": measure.first_year_only,
        "weighting": measure.weighting.value,
    }


def _decimals_written(value: Decimal) -> int:
    return max(0, -int(value.as_tuple().exponent))


def _below(session: Session, table: type[SQLModel], version_id: int, *names: str) -> Rows:
    """The named columns of one table below a version: plain rows, in the order of the file."""
    query = select(*(_column(table, name) for name in names))
    return session.execute(query.where(_column(table, "version_id") == version_id).order_by(_column(table, "position")))


def _column(table: type[SQLModel], name: str) -> Mapped[Any]:
    return cast("Mapped[Any]", getattr(table, name))


def _lists(session: Session, version_id: int) -> tuple[MeasureList, ...]:
    found = _below(
        session, tables.VersionListRow, version_id, "name", "title", "contract_value_from", "contract_value_below"
    )
    return tuple(
        MeasureList(
            name=ListName(one.name),
            title=one.title,
            contract_value_from=one.contract_value_from,
            contract_value_below=one.contract_value_below,
        )
        for one in found
    )


def _sources(session: Session, version_id: int) -> tuple[Source, ...]:
    found = _below(session, tables.SourceRow, version_id, "key", "title", "href", "licence", "retrieved")
    return tuple(Source(**one._asdict()) for one in found)


def _themes(session: Session, version_id: int) -> tuple[Theme, ...]:
    theme, outcome = tables.ThemeRow, tables.OutcomeRow
    found: Rows = session.execute(
        select(col(theme.code), col(theme.title), col(outcome.code), col(outcome.title))
        .join(outcome, (col(outcome.version_id) == col(theme.version_id)) & (col(outcome.theme) == col(theme.code)))
        .where(col(theme.version_id) == version_id)
        .order_by(col(theme.position), col(outcome.position))
    )
    measures = _measures_by_outcome(session, version_id)
    titles: dict[str, str] = {}
    outcomes: dict[str, list[Outcome]] = defaultdict(list)
    for theme_code, theme_title, code, title in found:
        titles[theme_code] = theme_title
        outcomes[theme_code].append(Outcome(id=code, title=title, measures=tuple(measures[code])))
    return tuple(Theme(id=code, title=title, outcomes=tuple(outcomes[code])) for code, title in titles.items())


_OF_A_MEASURE = (
    "outcome",
    "ref",
    "title",
    "counts",
    "unit",
    "category",
    "locality",
    "evidence",
    "kind",
    "unit_value",
    "unit_value_decimals",
    "basis_source",
    "basis_at",
    "basis_figure",
    "basis_price_year",
    "basis_series",
    "basis_index",
    "basis_forecast",
    "basis_low",
    "basis_high",
    "changed",
    "first_year_only",
    "weighting",
)


def _measures_by_outcome(session: Session, version_id: int) -> Mapping[str, list[Measure]]:
    lists = _texts(session, version_id, tables.MeasureOnListRow, "list")
    aliases = _texts(session, version_id, tables.AliasRow, "alias")
    relations = _relations(session, version_id)
    replacements = _replacements(session, version_id)
    measures: dict[str, list[Measure]] = defaultdict(list)
    for one in _below(session, tables.MeasureRow, version_id, *_OF_A_MEASURE):
        measures[one.outcome].append(
            Measure(
                ref=one.ref,
                title=one.title,
                counts=one.counts,
                unit=Unit(one.unit),
                lists=tuple(ListName(name) for name in lists[one.ref]),
                category=Category(one.category),
                locality=Locality(one.locality),
                evidence=one.evidence,
                kind=Kind(one.kind),
                unit_value=_as_written(one.unit_value, one.unit_value_decimals),
                value_basis=_value_basis(one),
                replaces=tuple(replacements[one.ref]),
                changed=one.changed,
                aliases=tuple(aliases[one.ref]),
                first_year_only=one.first_year_only,
                also_counts_in=tuple(relations[one.ref, ALSO_COUNTS_IN]),
                never_with=tuple(relations[one.ref, NEVER_WITH]),
                weighting=Weighting(one.weighting),
            )
        )
    return measures


def _as_written(value: Decimal | None, decimals: int | None) -> Decimal | None:
    return None if value is None or decimals is None else numbers.round_half_up(value, decimals)


def _value_basis(one: Any) -> ValueBasis | None:
    if one.basis_source is None:
        return None
    return ValueBasis(
        source=one.basis_source,
        at=one.basis_at,
        figure=one.basis_figure,
        price_year=one.basis_price_year,
        year=Series(one.basis_series),
        index=one.basis_index,
        forecast=one.basis_forecast,
        range=None if one.basis_low is None else ValueRange(low=one.basis_low, high=one.basis_high),
    )


def _texts(session: Session, version_id: int, table: type[SQLModel], column: str) -> Mapping[str, list[str]]:
    texts: dict[str, list[str]] = defaultdict(list)
    for ref, text in _below(session, table, version_id, "ref", column):
        texts[ref].append(text)
    return texts


def _relations(session: Session, version_id: int) -> Mapping[tuple[str, str], list[str]]:
    relations: dict[tuple[str, str], list[str]] = defaultdict(list)
    for ref, kind, other in _below(session, tables.RelationRow, version_id, "ref", "kind", "other"):
        relations[ref, kind].append(other)
    return relations


def _replacements(session: Session, version_id: int) -> Mapping[str, list[Replacement]]:
    replacements: dict[str, list[Replacement]] = defaultdict(list)
    for one in _below(session, tables.ReplacementRow, version_id, "ref", "old_version", "old_ref", "how", "reason"):
        replacements[one.ref].append(
            Replacement(version=one.old_version, ref=one.old_ref, how=How(one.how), reason=one.reason)
        )
    return replacements


def _dropped(session: Session, version_id: int) -> tuple[Dropped, ...]:
    found = _below(session, tables.DroppedRow, version_id, "old_version", "old_ref", "reason", "note")
    return tuple(
        Dropped(version=one.old_version, ref=one.old_ref, reason=DropReason(one.reason), note=one.note) for one in found
    )
