"""`svtracker tenders`, as an operator types it."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.cli import app
from svtracker.registers import service as registers
from svtracker.storage.engines import Database
from tests.tenders import stored
from tests.tenders.published import ALDER, BEECH, awarded, look_alike, package, party, release

GOLDEN = Path(__file__).parents[1] / "tenders" / "golden" / "import.json"


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["tenders", "import", *(str(word) for word in words)])


def done(*words: str | Path) -> str:
    result = run(*words)
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout


def refused(*words: str | Path) -> list[str]:
    result = run(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr
    return result.stderr.splitlines()


def add(database: Database, slug: str) -> None:
    with database.writing() as session:
        registers.add_organisation(
            session, slug=slug, name=f"{slug} Council", short_name=slug, is_demo=False, actor=COMMAND_LINE
        )


@pytest.fixture
def at(database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A council, and a folder with a package in it."""
    monkeypatch.setenv("SVTRACKER_DATABASE_URL", database_url)
    monkeypatch.chdir(tmp_path)
    Path("1.json").write_bytes(look_alike())
    add(database, "north-vale")
    return database


def tenders(database: Database) -> dict[int, int]:
    """How many tenders each organisation has."""
    with database.reading() as session:
        rows = session.execute(text("SELECT organisation_id, COUNT(*) FROM tender GROUP BY organisation_id"))
        return {row[0]: row[1] for row in rows}


def test_plan_and_import_give_the_same_json(at: Database) -> None:
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    assert json.loads(done("1.json", "--json")) == golden
    assert tenders(at) == {}
    assert json.loads(done("1.json", "--json", "--commit")) == golden
    assert tenders(at) == {1: 10}
    again = json.loads(done("1.json", "--json", "--commit"))
    assert again == golden | {
        "tenders": {"new": 0, "changed": 0, "unchanged": 10},
        "awards": {"new": 0, "changed": 0, "unchanged": 6},
        "suppliers": {"new": 0, "changed": 0, "unchanged": 21},
    }
    assert tenders(at) == {1: 10}


def test_the_plan_in_words(at: Database) -> None:
    done("1.json", "--commit")
    Path("2.json").write_bytes(
        package(
            awarded(11, 250, party(40, "Alder Works Limited"), BEECH), release(13), awarded(12, 5, ALDER, date="no")
        )
    )
    assert done("1.json", "2.json").splitlines() == [
        "15 OCDS releases in 2 files",
        "tenders: 2 new, 0 changed, 10 unchanged",
        "awards: 1 new, 0 changed, 6 unchanged",
        "suppliers: 1 new, 0 changed, 21 unchanged",
        "value of the awards: £4,546,577.82",
        "new supplier Alder Works Limited: the name was here before, but nothing proves that it is the same supplier",
        "note ocds-inv001-0003: Invented tender 3: award ocds-inv001-0003-1 has a supplier without a name, "
        "who is left out",
        "note ocds-inv001-0010: Invented tender 10: it has 2 lots, which are not set up as tenders of their own",
        "refused ocds-inv001-0011: 1.json, releases[11]: awards[1].value.amount: saw -5, "
        "wanted an amount of £0 or more",
        "refused ocds-inv001-0012: 1.json, releases[12]: date: saw “yesterday”, wanted a day and time with its zone, "
        "as in 2025-03-11T09:40:02Z",
        "refused ocds-inv001-0012: 2.json, releases[3]: date: saw “no”, wanted a day and time with its zone, "
        "as in 2025-03-11T09:40:02Z",
        "Nothing was saved. Run it with --commit to do this.",
    ]
    assert "Nothing was saved" not in done("1.json", "2.json", "--commit")


def test_what_is_kept_is_told(at: Database) -> None:
    done("1.json", "--commit")
    with at.writing() as session:
        session.execute(text("UPDATE tender SET title = 'Ours' WHERE reference = 'NV-007'"))
    kept = "NV-007 was changed here and stays: the releases have another title"
    assert f"kept ocds-inv001-0007: {kept}" in done("1.json").splitlines()
    assert json.loads(done("1.json", "--json"))["kept"] == [{"release": "ocds-inv001-0007", "reason": kept}]


def test_files_that_cannot_be_used_are_told_all_at_once(at: Database) -> None:
    Path("html.json").write_text("<html>", encoding="utf-8")
    Path("folder").mkdir()
    assert refused("1.json", "nothere.json", "folder", "html.json", "--commit") == [
        "nothere.json: saw no such file; wanted a file that can be read",
        "folder: saw a folder; wanted a file that can be read",
        "html.json, line 1: saw “<html>”; wanted JSON that can be read (expecting value)",
    ]
    assert tenders(at) == {}


def test_one_organisation_or_another(at: Database) -> None:
    add(at, "elsewhere")
    done("1.json", "--commit", "--organisation", "elsewhere")
    assert tenders(at) == {2: 10}
    done("1.json", "--commit")
    assert tenders(at) == {1: 10, 2: 10}
    assert refused("1.json", "--organisation", "nowhere")[0].startswith("There is no organisation “nowhere”.")


def test_without_an_organisation(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SVTRACKER_DATABASE_URL", database_url)
    file = tmp_path / "1.json"
    file.write_bytes(look_alike())
    assert json.loads(done(file, "--json"))["tenders"] == {"new": 10, "changed": 0, "unchanged": 0}
    assert "organisations add" in refused(file, "--commit")[0]
    assert tenders(database) == {}


def test_a_database_that_is_not_there_yet(
    empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SVTRACKER_DATABASE_URL", empty_database_url)
    (tmp_path / "1.json").write_bytes(look_alike())
    assert "db upgrade" in refused(tmp_path / "1.json")[0]


class TestReport:
    """`svtracker tenders report`: the same as the page gives to be taken along."""

    @pytest.fixture
    def evaluated(self, database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SVTRACKER_DATABASE_URL", database_url)
        monkeypatch.chdir(tmp_path)
        where = stored.council(database)
        stored.evaluated(where)
        stored.add_tender(where, id="DRAFT-1")

    def write(self, *words: str) -> Result:
        return CliRunner().invoke(app, ["tenders", "report", *words])

    def test_each_ending_is_a_kind_of_file(self, evaluated: None) -> None:
        for file, begin in (("r.pdf", b"%PDF"), ("r.xlsx", b"PK"), ("R.JSON", b"{")):
            result = self.write("WORKED-1", "-o", file)
            assert (result.exit_code, result.stdout, result.stderr) == (0, f"wrote {file}\n", "")
            assert Path(file).read_bytes().startswith(begin)
        told = json.loads(Path("R.JSON").read_text(encoding="utf-8"))
        assert [bid["total"] for bid in told["answer"]["bids"]] == ["83.20", "84.32", "79.92", "74.00"]
        assert (told["anonymous"], told["missing"]) == (False, [])
        # As the page of a council that has set nothing: the same limits, the same minimum wage.
        codes = [warning["code"] for bid in told["answer"]["bids"] for warning in bid["warnings"]]
        assert "concentration" in codes

    def test_anonymised(self, evaluated: None) -> None:
        assert self.write("1", "-o", "r.json", "--anonymous").exit_code == 0
        told = json.loads(Path("r.json").read_text(encoding="utf-8"))
        assert told["anonymous"] is True
        assert [bid["bidder"] for bid in told["answer"]["bids"]] == ["Bidder A", "Bidder B", "Bidder C", "Bidder D"]

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            (("WORKED-1", "-o", "r.docx"), "Let the file end in .pdf, .xlsx or .json."),
            (("NOWHERE", "-o", "r.pdf"), "svtracker tenders list"),
            (("DRAFT-1", "-o", "r.pdf"), "sealed"),
        ],
    )
    def test_what_cannot_be_written_is_refused_in_words(
        self, evaluated: None, typed: tuple[str, ...], said: str
    ) -> None:
        result = self.write(*typed)
        assert (result.exit_code, result.stdout) == (2, "")
        assert said in result.stderr
        assert list(Path().glob("r.*")) == []
