"""`svtracker score`: a tender file in, the scored tender out, without a database."""

import json
from pathlib import Path
from typing import Annotated

import typer


def score(
    file: Annotated[Path, typer.Argument(help="A tender file in YAML or JSON.", show_default=False)],
    frameworks: Annotated[
        Path | None,
        typer.Option(help="Folder of measure sets; without it those that come with svtracker.", show_default=False),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole answer as JSON.")] = False,
) -> None:
    """Score a tender file: social value in £ and %, marks, ranks, how firm the result is, and what to check.

    Needs no database and stores nothing. Exits with 2 where the file cannot be scored: every problem stands on its
    own line of standard error with file, line, place, what was seen and what was wanted.
    """
    from svtracker.files.yaml_reader import bytes_of
    from svtracker.frameworks.folder import find_in_folder, names_in_folder
    from svtracker.kernel.exceptions import RefusedError
    from svtracker.kernel.problems import Problem
    from svtracker.registers.loader import load_reference
    from svtracker.settings import read_settings
    from svtracker.tenders.answer import answer_of
    from svtracker.tenders.service.files import score_file

    settings = read_settings()
    data = bytes_of(file)
    if isinstance(data, Problem):
        raise RefusedError([data])
    reference = load_reference(settings.reference_dir)
    folder = frameworks or settings.frameworks_dir
    result = score_file(
        name=str(file),
        data=data,
        find_version=lambda set_id, version: find_in_folder(
            folder, set_id=set_id, version=version, indices=reference.indices
        ),
        known_versions=lambda: names_in_folder(folder),
        minimum_wage=reference.minimum_wage,
    )
    if as_json:
        typer.echo(json.dumps(answer_of(result), indent=2, ensure_ascii=False))
    else:
        from svtracker.cli.score_text import as_text

        typer.echo(as_text(result))
