"""`svtracker frameworks`: measure sets."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from svtracker.cli.door import opened

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from svtracker.frameworks.rules.diff import Difference
    from svtracker.frameworks.rules.owners import Whose
    from svtracker.frameworks.rules.values import Version
    from svtracker.kernel.exceptions import NotFoundError
    from svtracker.settings import Settings
    from svtracker.storage.engines import Database

app = typer.Typer(
    help="Measure sets: list, check, load, compare and export their versions.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Paths = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[PATH]...",
        help="Files, or folders of measure sets; without any, the folder of the setting SVTRACKER_FRAMEWORKS_DIR.",
        show_default=False,
    ),
]
Name = Annotated[str, typer.Argument(help="A version, as in open-toms@2021.1.", show_default=False)]
Slug = Annotated[
    str | None,
    typer.Option("--organisation", help="With this organisation's own, by its slug.", show_default=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_versions(organisation: Slug = None, as_json: AsJson = False) -> None:
    """List the versions that are loaded: standing, counts per list, year of the prices, SHA-256 of the file.

    Measure sets of one organisation's own are listed with --organisation alone.
    """
    from svtracker.frameworks import service
    from svtracker.frameworks.answer import versions_answer

    with opened() as (_, database), database.reading() as session:
        versions = service.list_versions(session, whose=_whose(session, organisation))
    if as_json:
        _print_json(versions_answer(versions))
    elif not versions:
        typer.echo("No measure set is loaded. Load the shipped ones with “svtracker frameworks load”.")
    else:
        head = ("set", "version", "status", "valid from", "main", "lite", "record only", "prices of", "sha256")
        rows = [
            (
                one.set_id,
                one.version,
                one.status.value,
                one.valid_from.isoformat(),
                *(str(number) for number in one.counts.values()),
                str(one.price_year),
                one.sha256[:12],
            )
            for one in versions
        ]
        _print_table([head, *rows])


@app.command()
def check(paths: Paths = None) -> None:
    """Check measure-set files without touching the database.

    Every problem goes to standard error, one per line (file, line, path, what was seen, what was wanted), with exit
    status 2; a file without a problem is one line on standard output.
    """
    from svtracker.frameworks import loader
    from svtracker.kernel.exceptions import RefusedError
    from svtracker.registers import service as registers
    from svtracker.settings import read_settings

    settings = read_settings()
    indices = registers.reference_figures(settings.reference_dir).indices
    files = loader.load_paths(_at(paths, settings), indices=indices)
    _require_some(files, _at(paths, settings))
    for file in files:
        if file.version is not None:
            typer.echo(f"{file.name}: {_summary(file.version)}")
    problems = [problem for file in files for problem in file.problems]
    if problems:
        raise RefusedError(problems)


@app.command()
def load(
    paths: Paths = None,
    reason: Annotated[str, typer.Option(help="Why, as the record of events shall say it.", show_default=False)] = "",
    organisation: Annotated[
        str | None,
        typer.Option(help="As its own, by its slug; else shared by all.", show_default=False),
    ] = None,
) -> None:
    """Load measure-set files into the database: all of them, or none where one has a problem.

    A second run changes nothing. A draft that changed is replaced; a released file that changed is refused, with
    what changed.
    """
    from svtracker.audit.rules.events import COMMAND_LINE
    from svtracker.frameworks import service
    from svtracker.registers import service as registers

    with opened() as (settings, database):
        indices = registers.reference_figures(settings.reference_dir).indices
        with database.writing() as session:
            loaded = service.load_paths(
                session,
                _at(paths, settings),
                indices=indices,
                actor=COMMAND_LINE,
                reason=reason,
                organisation_id=_whose(session, organisation).organisation_id,
            )
    _require_some(loaded, _at(paths, settings))
    for one in loaded:
        typer.echo(f"{one.name}: {one.outcome.value}")


@app.command()
def diff(old: Name, new: Name, organisation: Slug = None, as_json: AsJson = False) -> None:
    """Compare two versions: added, removed, renamed, revalued, moved, unit, locality, counts per list.

    Each version is taken from the database where it is loaded, else from the folder of measure sets.
    """
    from svtracker.frameworks.answer import difference_answer
    from svtracker.frameworks.rules.diff import difference

    with opened() as (settings, database):
        first, second = (_find_version(name, settings, database, organisation) for name in (old, new))
        between = _versions_at_hand(second.set_id, settings, database, organisation)
        found = difference(first, second, between=between)
    if as_json:
        _print_json(difference_answer(found))
    else:
        for line in _difference_lines(found):
            typer.echo(line)


@app.command()
def export(
    name: Name,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File to write; without it, standard output.")
    ] = None,
    organisation: Slug = None,
) -> None:
    """Write the file of a version, byte for byte as it was released.

    The version is taken from the database where it is loaded, else from the folder of measure sets.
    """
    with opened() as (settings, database):
        data = _find_file(name, settings, database, organisation)
    if output is None:
        typer.echo(data, nl=False)
    else:
        output.write_bytes(data)


def _whose(session: "Session", organisation: str | None) -> "Whose":
    """The measure sets that are meant: the shared ones, with those of an organisation where one is named."""
    from svtracker.frameworks.rules.owners import SHARED, Whose
    from svtracker.registers import service as registers

    if organisation is None:
        return SHARED
    return Whose(organisation_id=registers.find_organisation(session, organisation).id)


def _at(paths: Sequence[Path] | None, settings: "Settings") -> list[Path]:
    return list(paths) if paths else [_shipped(settings)]


def _shipped(settings: "Settings") -> Path:
    """The folder of measure sets as a person would type it here: relative, where it lies below the current one."""
    here, folder = Path.cwd(), settings.frameworks_dir
    return folder.relative_to(here) if folder.is_relative_to(here) else folder


def _require_some(found: Sequence[object], paths: Sequence[Path]) -> None:
    from svtracker.kernel.exceptions import NotFoundError

    if not found:
        where = ", ".join(str(path) for path in paths)
        raise NotFoundError(what="measure set in", name=where, do="A version is a file SET/VERSION.yaml in a folder.")


def _find_version(name: str, settings: "Settings", database: "Database", organisation: str | None) -> "Version":
    from svtracker.frameworks import folder, service
    from svtracker.kernel.exceptions import DatabaseNotReadyError, NotFoundError
    from svtracker.registers import service as registers

    set_id, version = service.split_name(name)
    try:
        with database.reading() as session:
            return service.get_version(session, name, whose=_whose(session, organisation))
    except (DatabaseNotReadyError, NotFoundError):
        indices = registers.reference_figures(settings.reference_dir).indices
        found = folder.find_in_folder(_shipped(settings), set_id=set_id, version=version, indices=indices)
    if found is None:
        raise _nowhere(name, settings)
    return found


def _versions_at_hand(
    set_id: str, settings: "Settings", database: "Database", organisation: str | None
) -> tuple["Version", ...]:
    """All versions of a set, to follow a measure over several steps: loaded ones, and those of the folder."""
    from svtracker.frameworks import loader, service
    from svtracker.kernel.exceptions import DatabaseNotReadyError
    from svtracker.registers import service as registers

    indices = registers.reference_figures(settings.reference_dir).indices
    files = loader.load_paths([_shipped(settings) / set_id], indices=indices)
    versions = {file.version.version: file.version for file in files if file.version is not None}
    try:
        with database.reading() as session:
            versions |= service.versions_of_set(session, set_id, whose=_whose(session, organisation))
    except DatabaseNotReadyError:
        pass
    return tuple(versions.values())


def _find_file(name: str, settings: "Settings", database: "Database", organisation: str | None) -> bytes:
    from svtracker.frameworks import folder, service
    from svtracker.kernel.exceptions import DatabaseNotReadyError, NotFoundError

    set_id, version = service.split_name(name)
    try:
        with database.reading() as session:
            return service.export_version(session, name, whose=_whose(session, organisation)).data
    except (DatabaseNotReadyError, NotFoundError):
        file = folder.file_in_folder(_shipped(settings), set_id=set_id, version=version)
    if file is None:
        raise _nowhere(name, settings)
    return file.read_bytes()


def _nowhere(name: str, settings: "Settings") -> "NotFoundError":
    from svtracker.frameworks.folder import names_in_folder
    from svtracker.kernel.exceptions import NotFoundError

    there = ", ".join(names_in_folder(settings.frameworks_dir)) or "nothing"
    return NotFoundError(
        what="version", name=name, do=f"It is neither loaded nor in {_shipped(settings)}, where {there} is."
    )


def _summary(version: "Version") -> str:
    from svtracker.frameworks.rules.values import ListName

    counts = ", ".join(f"{name.value.replace('_', ' ')} {version.count(name)}" for name in ListName)
    return f"{version.name}, {version.status.value}, {counts}, prices of {version.price_year}"


def _difference_lines(found: "Difference") -> Iterator[str]:
    yield f"{found.from_version} -> {found.to_version}"
    yield ", ".join(f"{name.value.replace('_', ' ')} {old} -> {new}" for name, (old, new) in found.counts.items())
    sections: list[tuple[str, list[str]]] = [
        ("Added", [f"{one.ref}: {one.title}" for one in found.added]),
        ("Removed", [f"{one.ref}: {one.title} ({_reason(one.reason, one.note)})" for one in found.removed]),
        ("Renamed", [f"{_both(one)}: {one.from_title} -> {one.to_title}" for one in found.renamed]),
        (
            "Revalued",
            [
                f"{_both(one)}: {_value(one.from_value)} -> {_value(one.to_value)}{_percent(one.percent)}"
                for one in found.revalued
            ],
        ),
        ("Moved", [f"{_both(one)}: {', '.join(one.from_lists)} -> {', '.join(one.to_lists)}" for one in found.moved]),
        ("Unit changed", [f"{_both(one)}: {one.from_unit} -> {one.to_unit}" for one in found.unit_changed]),
        (
            "Locality changed",
            [f"{_both(one)}: {one.from_locality} -> {one.to_locality}" for one in found.locality_changed],
        ),
        (
            "Split or merged",
            [f"{', '.join(one.old_refs)} -> {', '.join(one.refs)} ({one.how})" for one in found.regrouped],
        ),
    ]
    for title, lines in sections:
        if lines:
            yield f"\n{title} ({len(lines)})"
            yield from (f"  {line}" for line in lines)
    if not any(lines for _, lines in sections):
        yield "\nNo difference."


def _both(one: Any) -> str:
    return str(one.ref) if one.ref == one.old_ref else f"{one.old_ref} -> {one.ref}"


def _reason(reason: str | None, note: str) -> str:
    return f"{reason or 'no reason given'}{': ' if note else ''}{note}"


def _value(value: Any) -> str:
    from svtracker.kernel import numbers

    return "no value" if value is None else f"£{numbers.plain(value)}"


def _percent(percent: Any) -> str:
    return "" if percent is None else f" ({percent:+} %)"


def _print_json(answer: object) -> None:
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))


def _print_table(rows: Iterable[Sequence[str]]) -> None:
    lines = [list(row) for row in rows]
    widths = [max(len(row[column]) for row in lines) for column in range(len(lines[0]))]
    for row in lines:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
