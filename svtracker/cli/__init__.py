"""The command `svtracker`: verbs for officers and operators, one file per room."""

from typing import Annotated

import typer

from svtracker.cli import audit, contracts, db, frameworks, messages, organisations, score, serve, tenders, users
from svtracker.cli.door import Door

app = typer.Typer(
    name="svtracker",
    cls=Door,
    help="Ask bidders for social value, score it as a share of contract value, and see that it is delivered.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(audit.app, name="audit")
app.add_typer(contracts.app, name="contracts")
app.add_typer(db.app, name="db")
app.add_typer(frameworks.app, name="frameworks")
app.add_typer(messages.app, name="messages")
app.add_typer(organisations.app, name="organisations")
app.add_typer(tenders.app, name="tenders")
app.add_typer(users.app, name="users")
app.command(name="score")(score.score)
app.command(name="serve")(serve.serve)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            typer.echo(version("svtracker"))
        except PackageNotFoundError:
            typer.echo("svtracker runs from a checkout: see CHANGELOG.md")
        raise typer.Exit


@app.callback()
def start(
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Every command has its own --help; settings come from SVTRACKER_… variables (see README)."""
