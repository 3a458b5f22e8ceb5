"""`svtracker serve`: the web application, ready at the first try."""

import signal
import sys
from typing import Annotated

import typer

# As long as a save may wait for other saves; a request that takes longer is cut off.
FINISH_SECONDS = 30


def serve(
    demo: Annotated[
        bool, typer.Option("--demo", help="Show the demo: an invented council with invented bids.")
    ] = False,
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.", min=1, max=65535, show_default="8000")] = None,
) -> None:
    """Run the web application. An empty database is migrated, and the measure sets that come along are loaded.

    At Ctrl+C or SIGTERM it takes no new request, finishes those that run, and stops.
    Settings come from SVTRACKER_… variables; what is given here wins.
    """
    import uvicorn

    from svtracker.audit.rules.events import SERVE
    from svtracker.delivery.service.demo import load_demo
    from svtracker.frameworks import service as frameworks
    from svtracker.registers import service as registers
    from svtracker.settings import read_settings
    from svtracker.storage import migrations
    from svtracker.storage.engines import Database
    from svtracker.web import logs
    from svtracker.web.app import create_app

    given = {"demo": demo or None, "host": host, "port": port}
    settings = read_settings().model_copy(update={key: value for key, value in given.items() if value is not None})
    for name in migrations.upgrade(settings.database_url):
        typer.echo(f"database: ran {name}")
    reference = registers.reference_figures(settings.reference_dir)
    database = Database(settings.database_url)
    try:
        with database.writing() as session:
            loaded = frameworks.load_folder(session, settings.frameworks_dir, indices=reference.indices, actor=SERVE)
            if settings.demo:
                load_demo(session, settings.demo_dir, minimum_wage=reference.minimum_wage, actor=SERVE)
    finally:
        database.dispose()
    new = [one.name for one in loaded if one.outcome is not frameworks.LoadOutcome.UNCHANGED]
    if new:
        typer.echo(f"measure sets: loaded {', '.join(new)}")
    shown_host = "127.0.0.1" if settings.host == "0.0.0.0" else settings.host  # noqa: S104 - only shown
    typer.echo(f"svtracker is at http://{shown_host}:{settings.port}/ (stop it with Ctrl+C)")
    logs.start(settings.log_level)
    # The service manager's way to say “stop”: a proper end, before the server listens and after it has finished.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,  # the lines above all; its own access log would name who asked for what
        access_log=False,
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=FINISH_SECONDS,
    )
