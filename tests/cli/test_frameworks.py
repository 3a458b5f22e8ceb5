"""`svtracker frameworks`, as a person types it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from svtracker.cli import app
from svtracker.storage.engines import Database
from tests.frameworks.sample_set import EARLIER, LATER, changed

ROOT = Path(__file__).parents[2]
INDEX = "hmt-gdp-deflator-2024-10-30"


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def write(folder: Path, version: str, content: str) -> Path:
    (folder / "sample").mkdir(parents=True, exist_ok=True)
    file = folder / "sample" / f"{version}.yaml"
    file.write_text(content.replace("index: deflator", f"index: {INDEX}"), encoding="utf-8")
    return file


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of measure sets with two versions of one set; there is no database yet."""
    folder = tmp_path / "sets"
    write(folder, "2018.1", EARLIER)
    write(folder, "2021.1", LATER)
    monkeypatch.setenv("SVTRACKER_FRAMEWORKS_DIR", str(folder))
    monkeypatch.setenv("SVTRACKER_DATABASE_URL", f"sqlite:///{tmp_path}/none.db")
    return folder


@pytest.fixture
def migrated(folder: Path, database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setenv("SVTRACKER_DATABASE_URL", database_url)
    return database


class TestCheck:
    def test_a_line_for_each_file_without_a_problem(self, folder: Path) -> None:
        done = run("frameworks", "check")
        assert (done.exit_code, done.stderr) == (0, "")
        assert done.stdout.splitlines() == [
            f"{folder}/sample/2018.1.yaml: sample@2018.1, released, main 6, lite 0, record only 0, prices of 2018",
            f"{folder}/sample/2021.1.yaml: sample@2021.1, released, main 7, lite 1, record only 1, prices of 2021",
        ]
        assert not folder.with_name("none.db").exists()

    def test_all_problems_one_per_line(self, folder: Path) -> None:
        content = changed(LATER, 'value: "11579.41"', 'value: "11579.42"')
        file = write(folder, "2021.1", changed(content, "reason: never_used", "reason: forgotten"))
        done = run("frameworks", "check")
        assert done.exit_code == 2
        assert len(done.stdout.splitlines()) == 1
        lines = done.stderr.splitlines()
        assert all(line.startswith(f"{file}, line ") for line in lines)
        assert any("dropped[1].reason: saw “forgotten”; wanted " in line for line in lines)

    def test_a_path_that_is_not_there(self, folder: Path) -> None:
        done = run("frameworks", "check", folder / "sample" / "1999.1.yaml")
        assert (done.exit_code, done.stdout) == (2, "")
        assert "1999.1.yaml: saw no such file" in done.stderr

    def test_a_folder_without_measure_sets(self, folder: Path, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        done = run("frameworks", "check", tmp_path / "empty")
        assert (done.exit_code, done.stdout) == (2, "")
        assert "There is no measure set in" in done.stderr

    def test_the_shipped_measure_sets_have_no_problem(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(ROOT)
        done = run("frameworks", "check")
        assert (done.exit_code, done.stderr) == (0, "")
        assert "frameworks/open-toms/2018.1.yaml: open-toms@2018.1, released, main 46, lite 22" in done.stdout


class TestLoadAndList:
    def test_a_journey(self, migrated: Database, folder: Path) -> None:
        assert run("frameworks", "list").stdout.startswith("No measure set is loaded.")
        assert run("frameworks", "load").stdout.splitlines() == ["sample@2018.1: new", "sample@2021.1: new"]
        assert run("frameworks", "load").stdout.splitlines() == [
            "sample@2018.1: unchanged",
            "sample@2021.1: unchanged",
        ]
        table = run("frameworks", "list").stdout.splitlines()
        assert table[0].split("  ")[0] == "set"
        assert [line.split()[:4] for line in table[1:]] == [
            ["sample", "2018.1", "released", "2018-04-01"],
            ["sample", "2021.1", "released", "2021-04-01"],
        ]
        assert len({line.index("released") for line in table[1:]}) == 1

        file = folder / "sample" / "2021.1.yaml"
        was = file.read_bytes()
        write(folder, "2021.1", changed(LATER, "title: Trees looked after", "title: Trees planted"))
        refused = run("frameworks", "load")
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert "B3 title: was “Trees looked after”, is now “Trees planted”" in refused.stderr
        file.write_bytes(was + b"# seen\n")
        assert "no figure differs" in run("frameworks", "load").stderr

        exported = run("frameworks", "export", "sample@2021.1")
        assert (exported.exit_code, exported.stdout_bytes) == (0, was)

    def test_the_list_as_json(self, migrated: Database, folder: Path) -> None:
        run("frameworks", "load", folder / "sample" / "2018.1.yaml")
        (version,) = json.loads(run("frameworks", "list", "--json").stdout)["versions"]
        assert version["loaded_at"].endswith("+00:00")
        assert len(version["sha256"]) == 64
        assert {key: version[key] for key in ("id", "version", "status", "counts", "price_year", "valid")} == {
            "id": "sample",
            "version": "2018.1",
            "status": "released",
            "counts": {"main": 6, "lite": 0, "record_only": 0},
            "price_year": 2018,
            "valid": {"from": "2018-04-01", "to": "2021-03-31"},
        }

    @pytest.mark.parametrize("command", ["list", "load"])
    def test_without_a_database_it_says_what_to_do(self, folder: Path, command: str) -> None:
        done = run("frameworks", command)
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr.endswith("Run “svtracker db upgrade” first.\n")


DIFF = {
    "from": "sample@2018.1",
    "to": "sample@2021.1",
    "counts": {"main": [6, 7], "lite": [0, 1], "record_only": [0, 1]},
}


class TestDiffAndExport:
    def test_the_difference_as_json(self, folder: Path) -> None:
        done = run("frameworks", "diff", "sample@2018.1", "sample@2021.1", "--json")
        assert (done.exit_code, done.stderr) == (0, "")
        found = json.loads(done.stdout)
        assert {key: found[key] for key in DIFF} == DIFF
        assert [one["ref"] for one in found["added"]] == ["B2", "R1", "R2"]
        assert [(one["ref"], one["reason"]) for one in found["removed"]] == [("A6", "never_used")]
        (revalued,) = found["revalued"]
        assert revalued == {"ref": "B1", "old_ref": "A1", "from": "10798.47", "to": "11579.41", "percent": "7.23"}
        assert list(found) == [
            "from",
            "to",
            "counts",
            "added",
            "removed",
            "renamed",
            "revalued",
            "moved",
            "unit_changed",
            "locality_changed",
            "regrouped",
        ]

    def test_the_difference_in_words(self, folder: Path) -> None:
        lines = run("frameworks", "diff", "sample@2018.1", "sample@2021.1").stdout.splitlines()
        assert lines[:2] == ["sample@2018.1 -> sample@2021.1", "main 6 -> 7, lite 0 -> 1, record only 0 -> 1"]
        assert "  A1 -> B1: £10798.47 -> £11579.41 (+7.23 %)" in lines
        assert "Removed (1)" in lines
        assert "No difference." in run("frameworks", "diff", "sample@2021.1", "sample@2021.1").stdout

    def test_the_loaded_version_goes_before_the_folder(self, migrated: Database, folder: Path) -> None:
        run("frameworks", "load")
        was = (folder / "sample" / "2021.1.yaml").read_bytes()
        write(folder, "2021.1", "broken: [")
        assert run("frameworks", "export", "sample@2021.1").stdout_bytes == was
        assert run("frameworks", "diff", "sample@2018.1", "sample@2021.1").exit_code == 0

    def test_a_file_with_problems_is_not_compared(self, folder: Path) -> None:
        write(folder, "2021.1", "broken: [")
        done = run("frameworks", "diff", "sample@2018.1", "sample@2021.1")
        assert (done.exit_code, done.stdout) == (2, "")
        assert "2021.1.yaml, line 1" in done.stderr

    def test_export_into_a_file(self, folder: Path, tmp_path: Path) -> None:
        done = run("frameworks", "export", "sample@2018.1", "-o", tmp_path / "out.yaml")
        assert (done.exit_code, done.stdout) == (0, "")
        assert (tmp_path / "out.yaml").read_bytes() == (folder / "sample" / "2018.1.yaml").read_bytes()

    def test_a_place_that_cannot_be_written(self, folder: Path, tmp_path: Path) -> None:
        done = run("frameworks", "export", "sample@2018.1", "-o", tmp_path / "no" / "out.yaml")
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr == f"{tmp_path}/no/out.yaml: No such file or directory\n"

    @pytest.mark.parametrize("name", ["sample@2099.1", "../sets/sample@2018.1", "sample@../sample/2018.1", "sample"])
    def test_an_unknown_version(self, folder: Path, name: str) -> None:
        for words in (["export", name], ["diff", "sample@2018.1", name]):
            done = run("frameworks", *words)
            assert (done.exit_code, done.stdout) == (2, "")
            assert done.stderr.startswith(f"There is no version “{name}”.")


def test_a_real_process(tmp_path: Path) -> None:
    environment = {**os.environ, "SVTRACKER_DATABASE_URL": f"sqlite:///{tmp_path}/new/svtracker.db"}
    out = []
    for words in ("db upgrade", "frameworks load", "frameworks list"):
        command = [sys.executable, "-m", "svtracker", *words.split()]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), words
        out.append(done.stdout)
    assert "open-toms@2018.1: new" in out[1]
    assert "open-toms  2018.1   released  2018-04-01  46    22    9" in out[2]


def test_help_names_every_command() -> None:
    done = run("frameworks", "--help")
    assert done.exit_code == 0
    for command in ("list", "check", "load", "diff", "export"):
        assert f"  {command} " in done.stdout
        assert run("frameworks", command, "--help").exit_code == 0


def test_usage_faults_exit_with_2_as_well() -> None:
    assert run("frameworks", "diff", "sample@2018.1").exit_code == 2
    assert run("frameworks", "vanish").exit_code == 2
