"""`svtracker contracts import`, as an operator types it."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.cli import app
from svtracker.registers import service as registers
from svtracker.storage.engines import Database
from tests.delivery.registers import HEADS, ROWS, as_csv, as_workbook

GOLDEN = Path(__file__).parents[1] / "delivery" / "golden" / "register.json"
UNCHANGED = {"new": 0, "changed": 0, "unchanged": 6}


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["contracts", "import", *(str(word) for word in words)])


def done(*words: str | Path) -> str:
    result = run(*words)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def refused(*words: str | Path) -> list[str]:
    result = run(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr
    return result.stderr.splitlines()


def stored(database: Database) -> int:
    with database.reading() as session:
        return int(session.execute(text("SELECT COUNT(*) FROM contract")).scalar_one())


@pytest.fixture
def at(database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A council, and a folder with a register in it."""
    monkeypatch.setenv("SVTRACKER_DATABASE_URL", database_url)
    monkeypatch.chdir(tmp_path)
    Path("register.csv").write_text(as_csv(), encoding="utf-8-sig")
    Path("register.xlsx").write_bytes(as_workbook())
    with database.writing() as session:
        registers.add_organisation(
            session, slug="north-vale", name="North Vale", short_name="NV", is_demo=False, actor=COMMAND_LINE
        )
    return database


def test_plan_and_import_give_the_same_json(at: Database) -> None:
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert json.loads(done("register.csv", "--json")) == golden
    assert stored(at) == 0
    assert json.loads(done("register.csv", "--json", "--commit")) == golden
    again = json.loads(done("register.csv", "--json", "--commit"))
    assert again == golden | {"contracts": UNCHANGED, "suppliers": UNCHANGED}
    assert json.loads(done("register.xlsx", "--json"))["contracts"] == UNCHANGED
    assert stored(at) == 6


def test_the_plan_in_words(at: Database) -> None:
    lines = done("register.csv").splitlines()
    assert lines[0] == "16 rows, names of the columns on line 1"
    assert "column supplier: Supplier Company Name" in lines
    assert "columns left aside: Contact Officer" in lines
    assert lines[lines.index("columns left aside: Contact Officer") + 1 :][:5] == [
        "contracts: 6 new, 0 changed, 0 unchanged",
        "suppliers: 6 new, 0 changed, 0 unchanged",
        "value in the file: £28,453,201.00",
        "value of the contracts: £7,500,000.00",
        "value of rows that are listed: £20,953,201.00",
    ]
    assert "listed line 4: supplier: saw “Various”; wanted one supplier: several share this contract" in lines
    assert "listed line 5: the same as line 3" in lines
    assert "note line 10: value: £0 is taken as not stated" in lines
    assert lines[-1] == "Nothing was saved. Run it with --commit to do this."
    assert "Nothing was saved" not in done("register.csv", "--commit")


def test_columns_are_named(at: Database) -> None:
    heads = tuple("Who" if head == "Supplier Company Name" else head for head in HEADS)
    Path("other.csv").write_text(as_csv(heads=heads), encoding="utf-8")
    assert refused("other.csv", "--commit")[0].endswith("wanted a column for the supplier")
    answer = json.loads(done("other.csv", "--json", "--column", "supplier=Who", "--column", "sme=", "--commit"))
    assert answer["columns"]["supplier"] == "Who"
    assert "sme" not in answer["columns"]
    assert stored(at) == 6


def test_the_rows_of_one_body(at: Database) -> None:
    place = HEADS.index("Purchasing Body")
    rows = [
        (*row[:place], "South Vale Council" if row[0] == "DN100" else row[place], *row[place + 1 :]) for row in ROWS
    ]
    Path("shared.csv").write_text(as_csv(tuple(rows)), encoding="utf-8")
    answer = json.loads(done("shared.csv", "--json", "--body", "South Vale Council"))
    assert (answer["contracts"]["new"], len(answer["listed"])) == (1, 15)


def test_what_cannot_be_read_is_told_and_nothing_is_imported(at: Database) -> None:
    Path("plan.pdf").write_bytes(b"%PDF-1.7")
    Path("broken.xlsx").write_bytes(as_workbook()[:900])
    Path("nothing.csv").write_bytes(b"")
    Path("list.csv").write_text("a,b,c\n1,2,3\n", encoding="utf-8")
    Path("twice.csv").write_text("Title,Supplier,Start date,End date,Value,Value\n", encoding="utf-8")
    for words, said in (
        (["nothere.csv"], "nothere.csv: saw no such file; wanted a file that can be read"),
        (["plan.pdf"], "plan.pdf: saw a PDF document; wanted "),
        (["broken.xlsx"], "broken.xlsx: saw "),
        (["nothing.csv"], "nothing.csv"),
        (["list.csv"], "list.csv: saw no line in which the names of columns are recognised; wanted "),
        (["twice.csv", "--column", "value=Value"], "twice.csv, line 1: saw “Value”, the name of 2 columns; wanted "),
        (["register.csv", "--column", "title=Nowhere"], "register.csv, line 1: saw “Nowhere”; wanted one of the "),
        (["register.csv", "--column", "colour=Red"], "--column: saw “colour=Red”; wanted FIELD=NAME, where FIELD is "),
        (["register.csv", "--organisation", "nowhere"], "There is no organisation “nowhere”."),
    ):
        assert refused(*words, "--commit")[0].startswith(said), words
    assert stored(at) == 0
