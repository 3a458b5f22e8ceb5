"""Imports the sample OCDS packages into an empty database, twice, and adds their awards up by another way."""

import json
import tempfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.kernel import wording
from svtracker.registers import service as registers
from svtracker.storage import migrations
from svtracker.storage.engines import Database
from svtracker.tenders.rules.importing import ImportPlan
from svtracker.tenders.service import importing


def import_twice(files: Sequence[Path]) -> bool:
    """Prints what the import finds in each file and in all of them; false where anything is not as it must be."""
    packages = [(file.name, file.read_bytes()) for file in files]
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/real.db"
        migrations.upgrade(url)
        database = Database(url)
        with database.writing() as session:
            council = registers.add_organisation(
                session, slug="real", name="Real input", short_name="Real", is_demo=False, actor=COMMAND_LINE
            ).id
        with database.reading() as session:
            for package in packages:
                plan = importing.plan_import(session, [package], organisation_id=council)
                print(f"{package[0]}: {_line(plan)}")
        runs = []
        for _ in range(2):
            with database.writing() as session:
                runs.append(importing.import_releases(session, packages, organisation_id=council, actor=COMMAND_LINE))
        database.dispose()
    first, second = runs
    print(f"Imported together: {_line(first)}.")
    print(f"Imported again: {_line(second)}.")
    for name, notes in (("note", first.notes), ("kept", second.kept)):
        for note in notes:
            print(f"  {name} {note.release}: {note.text}")
    for refused in first.refused:
        print(f"  refused {refused.release}: {refused.reason}")
    independent = sum_of_awards(data for _, data in packages)
    print(
        f"Awards added up from the raw JSON: {wording.pounds(independent)}; difference "
        f"{wording.pounds(first.value - independent)}."
    )
    return first.value == independent and second.does_nothing


def sum_of_awards(packages: Iterable[bytes]) -> Decimal:
    """The awards of raw packages in £: each once, with the value that its latest release states; lost ones left out."""
    releases = [
        release for data in packages for release in json.loads(data, parse_float=Decimal, parse_int=Decimal)["releases"]
    ]
    values: dict[tuple[str, str], Decimal] = {}
    for release in sorted(releases, key=lambda one: datetime.fromisoformat(one["date"])):
        for award in release.get("awards", []):
            lost = award.get("status") in {"cancelled", "unsuccessful"}
            values[release["ocid"], award["id"]] = Decimal(0) if lost else award["value"]["amount"]
    return sum(values.values(), Decimal(0))


def _line(plan: ImportPlan) -> str:
    answer = importing.answer_of(plan)
    counted = (
        f"{name} {' + '.join(f'{number} {word}' for word, number in answer[name].items() if number) or '0'}"
        for name in ("tenders", "awards", "suppliers")
    )
    refused = f"{len(plan.refused)} refused"
    return f"{plan.releases} releases, {refused}; {', '.join(counted)}; awards {wording.pounds(plan.value)}"
