"""Processes that fail in the middle; run by the tests as a program of its own.

    faults fork                 for each line of standard input a process that fails: its address, words and fault
    faults write URL LABEL      writes as many units of work as each line of standard input says

A point is `statement` or `commit`, each just before the database is asked, or an audit event of Python as `os.link`.
What kills is SIGKILL, which no program can answer; before it, the number of statements so far goes to standard error.

The program imports everything and then forks, so that many failures cost little more than one.
"""

import json
import os
import resource
import signal
import sys
import traceback
from collections import Counter
from typing import Any

import alembic.command
import psycopg
from sqlalchemy import Engine, event, text

from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.cli import app
from svtracker.frameworks import service as frameworks
from svtracker.registers import service as registers
from svtracker.storage import backup, migrations
from svtracker.storage.engines import Database

LOADED_BEFORE_FORKING = (alembic.command, psycopg, backup, migrations, frameworks)

passed: Counter[str] = Counter()


def kill_at(point: str, number: int) -> None:
    def passing(name: str) -> None:
        passed[name] += 1
        if (name, passed[name]) == (point, number):
            sys.stderr.write(f"{passed['statement']}\n")
            sys.stderr.flush()
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", lambda *_: passing("statement"))
    event.listen(Engine, "commit", lambda _: passing("commit"))

    def heard(name: str, _: Any) -> None:
        if name == point:
            passing(name)

    sys.addaudithook(heard)


def write(url: str, label: str) -> None:
    """In each unit of work a row in two tables, so that half of one can be seen; says so once it is saved."""
    database = Database(url)
    number = 0
    for line in sys.stdin:
        for _ in range(int(line)):
            number += 1
            slug = f"{label}-{number}"
            with database.writing() as session:
                session.execute(text("INSERT INTO measure_set (slug) VALUES (:slug)"), {"slug": slug})
                registers.add_organisation(
                    session, slug=slug, name=slug, short_name=slug, is_demo=False, actor=COMMAND_LINE
                )
            sys.stdout.write(f"{number}\n")
            sys.stdout.flush()


def run_to_the_fault(asked: dict[str, Any]) -> None:
    """In the forked process: svtracker with those words, killed or on a disk that is full."""
    os.environ["SVTRACKER_DATABASE_URL"] = asked["url"]
    match asked["fault"]:
        case ["kill", point, number]:
            kill_at(point, number)
        case ["limit", size]:
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    app(asked["words"])


def fork_for_each_line() -> None:
    for line in sys.stdin:
        pipes = [os.pipe(), os.pipe()]  # a file would have the limit of the disk that is full
        child = os.fork()
        if child == 0:
            for standard, (_, end) in enumerate(pipes, start=1):
                os.dup2(end, standard)
            try:
                run_to_the_fault(json.loads(line))
            except SystemExit as end:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(end.code if isinstance(end.code, int) else 1)
            except BaseException:  # noqa: BLE001 - whatever it was, the parent must be told
                traceback.print_exc()
                sys.stderr.flush()
            os._exit(99)
        said = []
        for start, end in pipes:
            os.close(end)
            with open(start, encoding="utf-8") as reading:  # noqa: PTH123 - it has no name
                said.append(reading.read())
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write(f"{json.dumps({'returncode': code, 'stdout': said[0], 'stderr': said[1]})}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["fork"]:
            fork_for_each_line()
        case ["write", url, label]:
            write(url, label)
