"""Bidders' workbooks of a stored tender: out by page and command, back singly and many at once, all or none."""

import io
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from svtracker.cli import app
from svtracker.registers import suppliers
from svtracker.storage.engines import Database
from svtracker.tenders.rules.values import Commitment
from svtracker.tenders.service import bids, setup, workbooks
from svtracker.tenders.service.common import save, tender_of
from svtracker.tenders.workbook.values import BidContent, Bidder, HelperLine
from svtracker.tenders.workbook.writing import bid_workbook
from tests.tenders import stored
from tests.tenders.stored import CLOSES, Council

NAME = "North Vale Council"


@pytest.fixture
def here(database: Database) -> Council:
    return stored.council(database)


def content(place: int, **changes: Any) -> BidContent:
    given = stored.WORKED["bids"][place]
    refs = ["X1", "X2", "X3", "X4", "X5", "X6", "X7"]
    commitments = tuple(
        Commitment(
            measure=ref,
            offered=Decimal(given["commitments"][ref]) if ref in given["commitments"] else None,
            accepted=Decimal(given["commitments"][ref]) if ref in given["commitments"] else None,
            statement=f"How {ref} is done." if ref in given["commitments"] else None,
            detailed=True,
        )
        for ref in refs
    )
    values: dict[str, Any] = {
        "bidder": Bidder(name=given["bidder"], company_number=f"0123456{place}", postcode="ZZ1 1ZZ"),
        "price": Decimal(given["price"]),
        "confirmed": True,
        "answers": {"answer": "We do what we say."},
        "commitments": commitments,
    }
    return BidContent(**{**values, **changes})


def filled(where: Any, tender: Any, one: BidContent, name: str = NAME) -> bytes:
    with where.database.reading() as session:
        return bid_workbook(workbooks.brief_of(session, tender, organisation=name), filled=one)


def archive(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for path, data in files.items():
            packed.writestr(path, data)
    return made.getvalue()


def check(here: Council, number: int, *files: tuple[str, bytes]) -> Any:
    with here.database.reading() as session:
        return workbooks.check_files(session, number, files, organisation_id=here.id, organisation=NAME)


def test_an_archive_of_a_portal_is_taken_in_and_scores_as_the_example(here: Council) -> None:
    tender = stored.published(here)
    packed = archive(
        {
            **{f"responses/bidder {place}/answer.xlsx": filled(here, tender, content(place)) for place in range(4)},
            "responses/read me.txt": b"from the portal",
        }
    )
    found, problems, aside = check(here, tender.id, ("all.zip", packed))
    assert problems == ()
    assert [one.split(":")[0] for one in aside] == ["responses/read me.txt"]
    with here.database.writing() as session:
        receipts = workbooks.take_in(session, tender.id, found, **here.by("officer"))
    assert [one.number for one in receipts] == [1, 2, 3, 4]
    with here.database.reading() as session:
        assert suppliers.list_suppliers(session, organisation_id=here.id) == ()
    here.clock.now = CLOSES.replace(day=2)
    with here.database.writing() as session:
        bids.open_bids(session, tender.id, version=here.tender(tender.id).version, **here.by("officer"))
    with here.database.reading() as session:
        kept = bids.list_bids(session, tender.id, organisation_id=here.id)
        known = suppliers.list_suppliers(session, organisation_id=here.id)
    assert [one.details.company_number for one in known] == [f"0123456{place}" for place in range(4)]
    assert [bid.supplier_id for bid in kept] == [one.id for one in known]
    lines = {line.measure: line.offered for line in kept[1].lines}
    assert (lines["X1"], lines["X2"], lines["X6"]) == (Decimal("2.5"), None, Decimal(150000))


def test_what_was_typed_into_a_helper_is_kept_beside_the_quantity(here: Council) -> None:
    tender = stored.published(here)
    inputs = {"people": Decimal(10), "full_time_share": Decimal("0.5"), "months": Decimal(12)}
    helpers = {"X1": (HelperLine(about="Park keepers", inputs=inputs),)}
    data = filled(here, tender, BidContent(**{**_fields(content(0)), "helpers": helpers}))
    found, problems, _ = check(here, tender.id, ("a.xlsx", data))
    assert problems == ()
    line = next(one for one in found[0].lines if one.commitment.measure == "X1")
    assert line.commitment.offered == Decimal(5)
    assert line.worked == {"Park keepers": "people 10, full_time_share 0.5, months 12"}


def _fields(one: BidContent) -> dict[str, Any]:
    return {name: getattr(one, name) for name in BidContent.__dataclass_fields__}


def test_nothing_is_taken_in_where_one_is_wrong_and_no_value_is_told(here: Council) -> None:
    tender = stored.published(here)
    good, bad = filled(here, tender, content(0)), filled(here, tender, content(1, confirmed=False))
    _, problems, _ = check(here, tender.id, ("good.xlsx", good), ("bad.xlsx", bad), ("note.xlsx", b"good morning"))
    assert {problem.file for problem in problems} == {"bad.xlsx", "note.xlsx"}
    assert all("698500" not in str(problem) for problem in problems)
    twice = check(here, tender.id, ("one.xlsx", good), ("two.xlsx", good))[1]
    assert [(problem.file, problem.seen) for problem in twice] == [("two.xlsx", "a second bid of a bidder")]


def test_the_workbook_of_another_edition_or_tender_is_refused(here: Council) -> None:
    tender = stored.published(here)
    data = filled(here, tender, content(0))
    other = stored.published(here, id="WORKED-2")
    assert check(here, other.id, ("a.xlsx", data))[1] != ()
    with here.database.writing() as session:
        setup.amend(
            session,
            tender.id,
            settings=stored.worked_settings(contract_value="800000"),
            closes_at=CLOSES,
            reason="More parks.",
            version=tender.version,
            **here.by("officer"),
        )
    assert check(here, tender.id, ("a.xlsx", data))[1] != ()


def test_by_command(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(sqlite_url)
    here = stored.council(database)
    tender = stored.published(here)
    with database.writing() as session:
        found = tender_of(session, tender.id, organisation_id=here.id)
        save(session, found, {"closes_at": CLOSES.replace(year=2999)})
    name = "north-vale Council"
    (tmp_path / "b.xlsx").write_bytes(filled(here, here.tender(tender.id), content(1), name))
    (tmp_path / "bad.xlsx").write_bytes(b"PK no workbook")
    database.dispose()
    monkeypatch.setenv("SVTRACKER_DATABASE_URL", sqlite_url)

    def run(*words: str) -> Any:
        return CliRunner().invoke(app, ["tenders", *words])

    assert "WORKED-1" in run("list").stdout
    assert '"stage": "published"' in run("list", "--json").stdout
    assert run("workbook", "WORKED-1", "-o", str(tmp_path / "out.xlsx")).exit_code == 0
    assert (tmp_path / "out.xlsx").read_bytes().startswith(b"PK")
    assert run("workbook", "NONE", "-o", str(tmp_path / "no.xlsx")).exit_code == 2
    assert "1 workbook can be taken in. Nothing was saved." in run("bids", "WORKED-1", str(tmp_path / "b.xlsx")).stdout
    assert run("bids", "1", str(tmp_path / "b.xlsx"), str(tmp_path / "bad.xlsx"), "--commit").exit_code == 2
    assert "bid 1 received" in run("bids", "1", str(tmp_path / "b.xlsx"), "--commit").stdout
    assert '"bids": 1' in run("list", "--json").stdout
