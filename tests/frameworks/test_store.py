"""A version into rows and back: the same version, on both databases, with few questions."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from svtracker.frameworks import loader, store
from svtracker.frameworks.rules.values import ListName, Status, Version
from svtracker.kernel import numbers
from svtracker.registers.loader import load_reference
from svtracker.storage.engines import Database
from tests.frameworks.sample_set import EARLIER, LATER, read

ROOT = Path(__file__).parents[2]
INDICES = load_reference(ROOT / "data" / "reference").indices
SHIPPED = [file for file in loader.load_folder(ROOT / "frameworks", indices=INDICES) if file.version is not None]
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def add(session: Session, version: Version, data: bytes = b"the file") -> None:
    store.add_version(session, version=version, file_name="a.yaml", data=data, loaded_at=NOW)


def get(database: Database, version: Version) -> Version | None:
    with database.reading() as session:
        return store.get_version(session, set_id=version.set_id, version=version.version)


@pytest.mark.parametrize("version", [read(EARLIER), read(LATER)], ids=lambda one: one.name)
def test_a_version_comes_back_equal(database: Database, version: Version) -> None:
    with database.writing() as session:
        add(session, version)
    assert get(database, version) == version


def test_every_shipped_version_comes_back_equal(database: Database) -> None:
    assert len(SHIPPED) >= 3
    with database.writing() as session:
        for file in SHIPPED:
            add(session, file.version, file.data)
    for file in SHIPPED:
        assert get(database, file.version) == file.version


def test_figures_come_back_with_the_digits_of_the_file(database: Database) -> None:
    """Decimals that are equal may be written differently: 1.00 is not printed as 1.0000 (FORMATS, head)."""
    written = {"B1": "11579.410", "B2": "0.445"}
    later = read(LATER.replace('value: "11579.41"', 'value: "11579.410"').replace('"9000"', '"9000.00"'))
    with database.writing() as session:
        add(session, later)
    found = get(database, later)
    assert {ref: numbers.plain(found.measures[ref].unit_value) for ref in written} == written
    assert numbers.plain(found.measures["B1"].value_basis.range.low) == "9000.00"
    assert numbers.plain(found.lists[0].contract_value_from) == "100000"


def test_a_source_figure_keeps_more_decimals_than_a_unit_value_may_have(database: Database) -> None:
    version = read(EARLIER)
    measure = version.measures["A1"]
    figure = Decimal("9800.000000000000000001")
    basis = replace(measure.value_basis, figure=figure)
    outcome = replace(version.themes[0].outcomes[0], measures=(replace(measure, value_basis=basis),))
    version = replace(version, themes=(replace(version.themes[0], outcomes=(outcome,)),))
    with database.writing() as session:
        add(session, version)
    assert get(database, version).measures["A1"].value_basis.figure == figure


def test_a_version_is_read_with_ten_selects_at_most(database: Database) -> None:
    with database.writing() as session:
        for file in SHIPPED:
            add(session, file.version, file.data)
    asked: list[str] = []
    with database.reading() as session:
        event.listen(session.get_bind(), "before_cursor_execute", lambda *args: asked.append(args[2]))
        store.get_version(session, set_id=SHIPPED[-1].set_id, version=SHIPPED[-1].version_name)
    assert 0 < len([one for one in asked if one.startswith("SELECT")]) <= 10


def test_what_is_not_there_is_none(database: Database) -> None:
    with database.writing() as session:
        add(session, read(EARLIER))
        for names in ({"set_id": "sample", "version": "1999.1"}, {"set_id": "other", "version": "2018.1"}):
            assert store.get_version(session, **names) is None
            assert store.get_file(session, **names) is None
            assert store.get_standing(session, **names) is None


def test_versions_are_listed_by_set_and_day_with_their_counts(database: Database) -> None:
    earlier, later = read(EARLIER), read(LATER)
    other = replace(earlier, set_id="Another", sha256="c" * 64, status=Status.DRAFT)
    with database.writing() as session:
        for version in (later, other, earlier):
            add(session, version)
        listed = store.list_versions(session)
    assert [one.name for one in listed] == ["Another@2018.1", "sample@2018.1", "sample@2021.1"]
    for stored, version in zip(listed, (other, earlier, later), strict=True):
        assert stored.counts == {name: version.count(name) for name in ListName}
        assert (stored.status, stored.sha256, stored.loaded_at) == (version.status, version.sha256, NOW)
        assert (stored.valid_from, stored.valid_to) == (version.valid_from, version.valid_to)
    assert listed[2].counts[ListName.RECORD_ONLY] == 1


def test_the_file_comes_back_byte_for_byte(database: Database) -> None:
    data = bytes(range(256)) * 3
    with database.writing() as session:
        add(session, read(EARLIER), data)
        found = store.get_file(session, set_id="sample", version="2018.1")
    assert (found.name, found.data, found.sha256) == ("a.yaml", data, read(EARLIER).sha256)


def test_a_version_is_replaced_whole_and_keeps_its_key(database: Database) -> None:
    later = read(LATER)
    successor = replace(read(EARLIER), version="2021.1")
    with database.writing() as session:
        add(session, read(EARLIER))
        add(session, later)
        key = session.execute(text("SELECT id FROM version WHERE version = '2021.1'")).scalar_one()
        store.replace_version(session, version=successor, file_name="b.yaml", data=b"new", loaded_at=NOW)
        assert session.execute(text("SELECT id FROM version WHERE version = '2021.1'")).scalar_one() == key
    assert get(database, successor) == successor
    assert get(database, read(EARLIER)) == read(EARLIER)


SPOIL = {
    "a valued measure without a unit value": "UPDATE measure SET unit_value = NULL WHERE ref = 'B1'",
    "a unit value without a source": "UPDATE measure SET basis_source = NULL WHERE ref = 'B1'",
    "a source that is not there": "UPDATE measure SET basis_source = 'hearsay' WHERE ref = 'B1'",
    "an unknown unit": "UPDATE measure SET unit = 'hug' WHERE ref = 'B1'",
    "an unknown status": "UPDATE version SET status = 'lost'",
    "an overlap with no measure": "UPDATE measure_relation SET other = 'B99'",
    "a list that the version lacks": "DELETE FROM version_list WHERE name = 'lite'",
}


@pytest.mark.parametrize("statement", list(SPOIL.values()), ids=list(SPOIL))
def test_the_database_itself_refuses(database: Database, statement: str) -> None:
    with database.writing() as session:
        add(session, read(LATER))
        nested = session.begin_nested()
        with pytest.raises(IntegrityError):
            session.execute(text(statement))
        nested.rollback()


def test_a_version_cannot_be_added_twice(database: Database) -> None:
    with database.writing() as session:
        add(session, read(EARLIER))
        nested = session.begin_nested()
        with pytest.raises(IntegrityError):
            add(session, read(EARLIER))
        nested.rollback()
