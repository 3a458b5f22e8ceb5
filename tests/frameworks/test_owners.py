"""Measure sets that all share and those of one organisation alone: who sees them, and whose name is whose."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from svtracker.audit import service as audit
from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.audit.service import WHOLE_INSTALLATION as ALL_EVENTS
from svtracker.frameworks import service
from svtracker.frameworks.rules.owners import SHARED, WHOLE_INSTALLATION, Owner, Whose, fault_of_name
from svtracker.frameworks.service import LoadOutcome
from svtracker.kernel.exceptions import NotFoundError, RefusedError
from svtracker.storage.engines import Database
from tests.frameworks.sample_set import EARLIER, INDICES, LATER, changed
from tests.identity.people import add_council


def clock() -> datetime:
    return datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@pytest.fixture
def two(database: Database) -> tuple[int, int]:
    return add_council(database), add_council(database, "south-vale")


def upload(database: Database, text: str, number: int) -> LoadOutcome:
    """Reads a file as an organisation's own and loads it; says what reading it promised."""
    with database.writing() as session:
        file, outcome = service.read_upload(
            session, name="mine.yaml", data=text.encode(), indices=INDICES, organisation_id=number
        )
        loaded = service.load_version_file(session, file, actor=COMMAND_LINE, organisation_id=number, clock=clock)
    assert loaded.outcome is outcome
    return outcome


def share(database: Database, folder: Path, text: str = EARLIER, version: str = "2018.1") -> None:
    (folder / "sample").mkdir(exist_ok=True)
    (folder / "sample" / f"{version}.yaml").write_text(text, encoding="utf-8")
    with database.writing() as session:
        service.load_folder(session, folder, indices=INDICES, actor=COMMAND_LINE, clock=clock)


def names(database: Database, whose: Whose) -> list[str]:
    with database.reading() as session:
        return [one.name for one in service.list_versions(session, whose=whose)]


def wanted_instead(database: Database, text: str, number: int) -> list[str]:
    with pytest.raises(RefusedError) as refused:
        upload(database, text, number)
    return [f"{problem.path}: {problem.wanted}" for problem in refused.value.problems]


def test_an_own_set_is_seen_by_its_organisation_alone(database: Database, two: tuple[int, int]) -> None:
    one, other = two
    assert upload(database, EARLIER, one) is LoadOutcome.NEW
    assert upload(database, LATER, one) is LoadOutcome.NEW
    own = Whose(organisation_id=one)
    assert names(database, own) == names(database, WHOLE_INSTALLATION) == ["sample@2018.1", "sample@2021.1"]
    with database.reading() as session:
        assert service.get_version(session, "sample@2018.1", whose=own).measures
        assert list(service.versions_of_set(session, "sample", whose=own)) == ["2018.1", "2021.1"]
        assert service.export_version(session, "sample@2018.1", whose=own).data == EARLIER.encode()
        assert service.compare_versions(session, "sample@2018.1", "sample@2021.1", whose=own)
    for whose in (Whose(organisation_id=other), SHARED):
        assert names(database, whose) == []
        with database.reading() as session:
            assert service.versions_of_set(session, "sample", whose=whose) == {}
            for ask in (service.get_version, service.export_version):
                with pytest.raises(NotFoundError, match="None is loaded yet"):
                    ask(session, "sample@2018.1", whose=whose)
            with pytest.raises(NotFoundError):
                service.compare_versions(session, "sample@2018.1", "sample@2021.1", whose=whose)


def test_a_shared_set_is_seen_by_everybody(database: Database, two: tuple[int, int], tmp_path: Path) -> None:
    share(database, tmp_path)
    upload(database, EARLIER.replace("id: sample", "id: vale"), two[0])
    assert names(database, Whose(organisation_id=two[0])) == ["sample@2018.1", "vale@2018.1"]
    assert names(database, Whose(organisation_id=two[1])) == names(database, SHARED) == ["sample@2018.1"]


def test_a_name_has_one_owner(database: Database, two: tuple[int, int], tmp_path: Path) -> None:
    one, other = two
    share(database, tmp_path)
    assert wanted_instead(database, LATER, one) == [
        "id: a name of your own: the measure set of this name is shared by all and changed by none alone"
    ]
    vale = EARLIER.replace("id: sample", "id: vale")
    upload(database, vale, one)
    assert wanted_instead(database, vale, other) == ["id: another name: this one is taken"]
    (tmp_path / "vale").mkdir()
    (tmp_path / "vale" / "2018.1.yaml").write_text(vale, encoding="utf-8")
    with pytest.raises(RefusedError, match="this one is taken"), database.writing() as session:
        service.load_folder(session, tmp_path, indices=INDICES, actor=COMMAND_LINE)
    assert names(database, WHOLE_INSTALLATION) == ["sample@2018.1", "vale@2018.1"]


def test_names_that_stand_in_addresses_are_taken() -> None:
    for name in ("upload", "download.csv"):
        assert "stands in addresses" in (fault_of_name(name, wanted_by=None, owner=None) or "")
    assert fault_of_name("vale", wanted_by=1, owner=None) is None
    assert fault_of_name("vale", wanted_by=1, owner=Owner(organisation_id=1)) is None


def test_a_file_is_checked_against_what_it_supersedes(database: Database, two: tuple[int, int]) -> None:
    """Everything at once: RULES 7.1."""
    assert any("that exists, or null" in one for one in wanted_instead(database, LATER, two[0]))
    upload(database, EARLIER, two[0])
    forgotten = changed(LATER, "dropped:", "dropped_not:")
    assert len(wanted_instead(database, forgotten, two[0])) >= 1
    assert names(database, Whose(organisation_id=two[0])) == ["sample@2018.1"]
    upload(database, LATER, two[0])


def test_a_draft_is_replaced_and_a_released_version_never_changes(database: Database, two: tuple[int, int]) -> None:
    upload(database, EARLIER, two[0])
    assert upload(database, EARLIER, two[0]) is LoadOutcome.UNCHANGED
    released = EARLIER + "# a comment\n"
    assert "status: released" in EARLIER
    assert wanted_instead(database, released, two[0]) == [
        "version: the file as it was, or a new version: a released version never changes"
    ]
    draft = EARLIER.replace("id: sample", "id: vale").replace("status: released", "status: draft")
    upload(database, draft, two[0])
    assert upload(database, draft + "# a comment\n", two[0]) is LoadOutcome.REPLACED


def test_its_event_stands_in_the_chain_of_its_organisation(database: Database, two: tuple[int, int]) -> None:
    upload(database, EARLIER, two[0])
    with database.reading() as session:
        events = [one for one in audit.log(session, scope=ALL_EVENTS) if one.object_kind == "version"]
        assert [(one.organisation_id, one.what, one.object_id) for one in events] == [
            (two[0], "version_loaded", "sample@2018.1")
        ]
        assert service.check_stored_versions(session, indices=INDICES) == ()
        assert audit.check_chains(session) == ()
