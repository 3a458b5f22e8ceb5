"""Many processes at one database at once; run by the tests as a program of its own.

It forks before anything is connected, so that fifty writers cost little more than one, and lets them all go together.
"""

import os
import sys
from collections.abc import Callable

from sqlalchemy import text

from svtracker.storage import migrations
from svtracker.storage.engines import Database


def race(runners: int, run: Callable[[], None]) -> int:
    """Forks the runners, lets them go together, and answers how many failed."""
    gate, opener = os.pipe()
    children = []
    for _ in range(runners):
        child = os.fork()
        if child == 0:
            os.close(opener)
            os.read(gate, 1)  # returns when the parent closes its end
            run()
            sys.stdout.flush()
            os._exit(0)
        children.append(child)
    os.close(opener)
    return sum(os.waitpid(child, 0)[1] != 0 for child in children)


def add_ones(database: Database, times: int) -> None:
    """Reads the counter and writes one more, each time in a unit of work of its own."""
    for _ in range(times):
        with database.writing() as session:
            found = session.execute(text("SELECT value FROM counter")).scalar_one()
            session.execute(text("UPDATE counter SET value = :next"), {"next": found + 1})


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["add", url, runners, times]:
            opened = Database(url)  # imports the driver once, and connects to nothing yet
            sys.exit(race(int(runners), lambda: add_ones(opened, int(times))))
        case ["upgrade", url, runners]:
            sys.exit(race(int(runners), lambda: sys.stdout.write(f"{len(migrations.upgrade(url))}\n")))
