"""Imports contracts registers into an empty database, each twice, and says what became of their rows."""

import re
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.delivery.loader import load_register
from svtracker.delivery.rules.register import RegisterPlan, count
from svtracker.delivery.service import importing
from svtracker.kernel import wording
from svtracker.kernel.clock import system_clock
from svtracker.registers import service as registers
from svtracker.storage import migrations
from svtracker.storage.engines import Database


def import_registers(files: Sequence[Path]) -> bool:
    """Prints what the import finds in each register; false where a second import of it would change anything."""
    unsound = [file for file in files if not _import_twice(file)]
    return not unsound


def _import_twice(file: Path) -> bool:
    loaded = load_register(name=file.name, data=file.read_bytes(), at=system_clock())
    if loaded.register is None:
        for problem in loaded.problems:
            print(f"  refused {problem}")
        return False
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/real.db"
        migrations.upgrade(url)
        database = Database(url)
        with database.writing() as session:
            council = registers.add_organisation(
                session, slug="real", name="Real input", short_name="Real", is_demo=False, actor=COMMAND_LINE
            ).id
        runs = []
        for _ in range(2):
            with database.writing() as session:
                runs.append(
                    importing.import_register(session, loaded.register, organisation_id=council, actor=COMMAND_LINE)
                )
        database.dispose()
    first, second = runs
    print(f"{file.name}: {_line(first)}; imported again: {_line(second)}")
    for kind, number in Counter(_kind(one.reason) for one in first.listed).most_common():
        print(f"  {wording.counted(number, 'row')} listed: {kind}")
    return second.does_nothing


def _line(plan: RegisterPlan) -> str:
    found = ", ".join(f"{number:,} {word}" for word, number in count(plan.contracts).items() if number)
    values = f"{wording.pounds(plan.value)} of {wording.pounds(plan.value_in_file)}"
    return f"{wording.counted(plan.rows, 'row')}, contracts {found or '0'}, {len(plan.listed):,} listed, {values}"


def _kind(reason: str) -> str:
    """A reason without what was seen."""
    return re.sub(r"line [0-9,]+", "another line", re.sub(r"saw .*?; wanted", "wanted", reason))
