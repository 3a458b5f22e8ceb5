"""Several processes that write events to the same chains at once; run by a test as a program of its own."""

import sys
from datetime import UTC, datetime

from svtracker.audit import service
from svtracker.audit.rules.events import COMMAND_LINE, Event
from svtracker.storage.engines import Database
from tests.storage.racing import race

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def write(database: Database, times: int) -> None:
    """Events by turns for what all share and for the first organisation, each in a unit of work of its own."""
    for number in range(times):
        with database.writing() as session:
            service.record(
                session,
                Event(
                    organisation_id=(None, 1)[number % 2],
                    at=AT,
                    actor=COMMAND_LINE,
                    what="mark_given",
                    object_kind="bid",
                    object_id=str(number),
                ),
            )


if __name__ == "__main__":
    url, writers, times = sys.argv[1:]
    opened = Database(url)  # imports the driver once, and connects to nothing yet
    sys.exit(race(int(writers), lambda: write(opened, int(times))))
