"""`svtracker score`: what stands on the screen, what other programs get, and what happens with a faulty file."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from svtracker.cli import app

WORKED = Path("data/demo/worked.yaml")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, project: Path) -> CliRunner:
    monkeypatch.chdir(project)
    return CliRunner()


@pytest.fixture
def project() -> Path:
    return Path(__file__).resolve().parents[2]


def test_the_table_shows_marks_value_and_share_of_every_bid(run: CliRunner) -> None:
    done = run.invoke(app, ["score", str(WORKED)])
    assert done.exit_code == 0
    rows = {line.split()[0]: line.split() for line in done.output.splitlines() if line[:2] in {"A ", "B ", "C ", "D "}}
    assert rows["A"] == ["A", "2", "83.20", "10.00", "6.00", "37.20", "30", "157,442.07", "20.99"]
    assert rows["B"] == ["B", "1", "84.32", "8.81", "8.00", "39.51", "28", "138,691.42", "18.49"]
    assert rows["C"] == ["C", "3", "79.92", "0.11", "10.00", "37.81", "32", "1,787.28", "0.24"]
    assert rows["D"] == ["D", "4", "74.00", "0.00", "0.00", "40.00", "34", "0.00", "0.00"]


def test_the_text_says_who_is_first_how_firm_that_is_and_that_the_bids_are_invented(run: CliRunner) -> None:
    said = run.invoke(app, ["score", str(WORKED)]).output
    assert "Bid B is first with 84.32 marks, 1.12 ahead of bid A." in said
    assert "£318,381.72" in said
    assert "The bids are invented." in said


def test_json_is_the_golden_answer(run: CliRunner, project: Path) -> None:
    done = run.invoke(app, ["score", str(WORKED), "--json"])
    golden = (project / "tests/tenders/golden/worked.json").read_text(encoding="utf-8")
    assert json.loads(done.output) == json.loads(golden)


def test_a_faulty_file_is_refused_with_one_line_a_fault_and_nothing_scored(run: CliRunner, tmp_path: Path) -> None:
    text = WORKED.read_text(encoding="utf-8")
    faulty = tmp_path / "faulty.yaml"
    faulty.write_text(text.replace('"742000"', "742000").replace('X1: "2.5"', 'X9: "2.5"'), encoding="utf-8")
    done = run.invoke(app, ["score", str(faulty)])
    assert done.exit_code == 2
    assert done.stdout == ""
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 2
    assert "bids[1].price: saw 742000; wanted a number in quotes" in lines[0]
    assert "bids[2].commitments.X9: saw “X9”; wanted a measure of example@2021.1" in lines[1]


def test_a_file_that_is_not_there_is_said_so(run: CliRunner, tmp_path: Path) -> None:
    done = run.invoke(app, ["score", str(tmp_path / "nowhere.yaml")])
    assert done.exit_code == 2
    assert "nowhere.yaml" in done.stderr


def test_another_folder_of_measure_sets_is_used_where_it_is_named(run: CliRunner, tmp_path: Path) -> None:
    (tmp_path / "example").mkdir()
    copy = tmp_path / "example" / "2021.1.yaml"
    own = Path("frameworks/example/2021.1.yaml").read_text(encoding="utf-8")
    copy.write_text(own.replace("17.05", "18.05"), encoding="utf-8")
    done = run.invoke(app, ["score", str(WORKED), "--frameworks", str(tmp_path), "--json"])
    assert done.exit_code == 0, done.stderr
    values = {bid["bidder"]: bid["value"] for bid in json.loads(done.stdout)["bids"]}
    assert values["A"] == "157522.07"  # 80 hours at one pound more


def test_a_folder_without_the_version_names_those_that_are_there(run: CliRunner, tmp_path: Path) -> None:
    done = run.invoke(app, ["score", str(WORKED), "--frameworks", str(tmp_path)])
    assert done.exit_code == 2
    assert "example@2021.1" in done.stderr
    assert "none" in done.stderr


def test_a_version_scores_without_the_one_that_it_supersedes(run: CliRunner, tmp_path: Path) -> None:
    (tmp_path / "example").mkdir()
    own = Path("frameworks/example/2021.1.yaml").read_text(encoding="utf-8")
    assert "supersedes: null" in own
    (tmp_path / "example" / "2021.1.yaml").write_text(own.replace("supersedes: null", 'supersedes: "2018.1"'), "utf-8")
    done = run.invoke(app, ["score", str(WORKED), "--frameworks", str(tmp_path)])
    assert done.exit_code == 0, done.stderr
