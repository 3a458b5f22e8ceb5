"""`svtracker organisations export`, as an operator types it, on both databases."""

import stat
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from svtracker.cli import app
from svtracker.storage.engines import Database
from tests.identity.people import add_council, add_user


@pytest.fixture(autouse=True)
def _council(database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SVTRACKER_DATABASE_URL", database_url)
    add_user(database, add_council(database))


def export(slug: str, file: Path) -> Result:
    return CliRunner().invoke(app, ["organisations", "export", slug, "-o", str(file)])


def test_writes_one_new_file_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "all.zip"
    done = export("north-vale", file)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith(f"wrote {file}: ")
    assert done.stdout.endswith(" about north-vale Council\n")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert zipfile.ZipFile(file).testzip() is None


def test_replaces_nothing(tmp_path: Path) -> None:
    file = tmp_path / "all.zip"
    file.write_text("mine")
    again = export("north-vale", file)
    assert (again.exit_code, "File exists" in again.stderr) == (2, True)
    assert file.read_text() == "mine"


def test_an_organisation_that_is_not_there_leaves_no_file(tmp_path: Path) -> None:
    done = export("nowhere", tmp_path / "all.zip")
    assert done.exit_code == 2
    assert "nowhere" in done.stderr
    assert list(tmp_path.glob("*.zip")) == []


def test_a_fault_on_the_way_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("svtracker.reports.leaving._read_me", full)
    monkeypatch.setattr("svtracker.reports.leaving.csv_line", full)
    done = export("north-vale", tmp_path / "all.zip")
    assert (done.exit_code, "No space left" in done.stderr) == (2, True)
    assert list(tmp_path.glob("*.zip")) == []
