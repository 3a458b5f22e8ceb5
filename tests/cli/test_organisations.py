"""`svtracker organisations export`, and measure sets of one organisation, as an operator types it; both databases."""

import re
import stat
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from svtracker.cli import app
from svtracker.storage.engines import Database
from tests.identity.people import add_council, add_user
from tests.web.installation import ROOT


@pytest.fixture(autouse=True)
def _council(database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SVTRACKER_DATABASE_URL", database_url)
    add_user(database, add_council(database))


def run(*said: str) -> Result:
    return CliRunner().invoke(app, list(said))


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


class TestOwnMeasureSets:
    @pytest.fixture
    def files(self, tmp_path: Path) -> Path:
        (tmp_path / "vale-toms").mkdir()
        text = (ROOT / "frameworks" / "example" / "2021.1.yaml").read_text(encoding="utf-8")
        (tmp_path / "vale-toms" / "2021.1.yaml").write_text(
            re.sub(r"(?m)^id: .*$", "id: vale-toms", text, count=1), encoding="utf-8"
        )
        return tmp_path

    def test_are_loaded_and_seen_with_their_organisation_named(self, database: Database, files: Path) -> None:
        add_council(database, "south-vale")
        loaded = run("frameworks", "load", str(files), "--organisation", "north-vale")
        assert loaded.stdout == "vale-toms@2021.1: new\n"
        assert "vale-toms" in run("frameworks", "list", "--organisation", "north-vale").stdout
        exported = run("frameworks", "export", "vale-toms@2021.1", "--organisation", "north-vale")
        assert exported.stdout.strip() == (files / "vale-toms" / "2021.1.yaml").read_text(encoding="utf-8").strip()
        for whose in ([], ["--organisation", "south-vale"]):
            assert "vale-toms" not in run("frameworks", "list", *whose).stdout
            assert run("frameworks", "export", "vale-toms@2021.1", *whose).exit_code == 2
            assert run("frameworks", "diff", "vale-toms@2021.1", "vale-toms@2021.1", *whose).exit_code == 2
        assert run("db", "check").exit_code == 0
        taken = run("frameworks", "load", str(files))
        assert (taken.exit_code, "this one is taken" in taken.stderr) == (2, True)

    def test_are_exported_with_their_organisation(self, database: Database, files: Path) -> None:
        add_council(database, "south-vale")
        run("frameworks", "load", str(files), "--organisation", "north-vale")
        for slug, there in (("north-vale", True), ("south-vale", False)):
            export(slug, files / f"{slug}.zip")
            archive = zipfile.ZipFile(files / f"{slug}.zip")
            found = [archive.read(name) for name in archive.namelist() if name.startswith("files/version/")]
            assert found == ([(files / "vale-toms" / "2021.1.yaml").read_bytes()] if there else [])
            assert (archive.read("json/measure.jsonl").count(b"\n") > 5) is there
