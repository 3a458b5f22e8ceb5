"""Loading measure sets, once and again, and what is refused (RULES 2.9)."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event, text

from svtracker.audit import service as audit
from svtracker.audit.rules.events import COMMAND_LINE, Entry
from svtracker.audit.service import WHOLE_INSTALLATION
from svtracker.frameworks import loader, service
from svtracker.frameworks.rules.values import Status
from svtracker.frameworks.service import Loaded, LoadOutcome
from svtracker.kernel.exceptions import NotFoundError, RefusedError, ReleasedVersionChangedError, TextNotKeptError
from svtracker.storage.engines import Database
from tests.frameworks.sample_set import EARLIER, INDICES, LATER, changed, read


def at(day: int):
    return lambda: datetime(2026, 11, day, 9, 30, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of measure sets with two versions of one set."""
    (tmp_path / "sets" / "sample").mkdir(parents=True)
    write(tmp_path / "sets", "2018.1", EARLIER)
    write(tmp_path / "sets", "2021.1", LATER)
    return tmp_path / "sets"


def write(folder: Path, version: str, content: str) -> Path:
    file = folder / "sample" / f"{version}.yaml"
    file.write_text(content, encoding="utf-8")
    return file


def load(database: Database, folder: Path, *, day: int = 1) -> dict[str, LoadOutcome]:
    with database.writing() as session:
        loaded = service.load_folder(session, folder, indices=INDICES, actor=COMMAND_LINE, clock=at(day))
    return {one.name: one.outcome for one in loaded}


def state(database: Database) -> list[tuple[str, str, int]]:
    with database.reading() as session:
        return [(one.name, one.sha256, one.loaded_at.day) for one in service.list_versions(session)]


@pytest.fixture
def loaded(database: Database, folder: Path) -> Database:
    load(database, folder)
    return database


class TestLoading:
    def test_a_second_run_changes_nothing(self, database: Database, folder: Path) -> None:
        names = ["sample@2018.1", "sample@2021.1"]
        assert load(database, folder) == dict.fromkeys(names, LoadOutcome.NEW)
        before = state(database)
        assert load(database, folder, day=2) == dict.fromkeys(names, LoadOutcome.UNCHANGED)
        assert state(database) == before
        assert [name for name, _, _ in before] == names

    def test_one_problem_anywhere_loads_nothing(self, database: Database, folder: Path) -> None:
        write(folder, "2021.1", changed(LATER, '"11579.41"', '"11579.42"'))
        with pytest.raises(RefusedError, match=r"11579\.42"):
            load(database, folder)
        assert state(database) == []

    def test_the_problems_of_all_files_are_told_at_once(self, database: Database, folder: Path) -> None:
        write(folder, "2018.1", changed(EARLIER, "unit: fte_year", "unit: hugs"))
        write(folder, "2021.1", changed(LATER, "unit: fte_year", "unit: hugs"))
        with pytest.raises(RefusedError) as caught:
            load(database, folder)
        assert {Path(problem.file).stem for problem in caught.value.problems} == {"2018.1", "2021.1"}

    def test_one_file_alone_is_loaded(self, database: Database, folder: Path) -> None:
        (file,) = loader.load_paths([folder / "sample" / "2018.1.yaml"], indices=INDICES)
        with database.writing() as session:
            done = service.load_version_file(session, file, actor=COMMAND_LINE)
        assert done == Loaded(name="sample@2018.1", file=file.name, outcome=LoadOutcome.NEW)

    def test_a_file_with_problems_is_refused(self, database: Database, folder: Path) -> None:
        write(folder, "2018.1", EARLIER + "more: yes\n")
        (file,) = loader.load_paths([folder / "sample" / "2018.1.yaml"], indices=INDICES)
        with database.writing() as session, pytest.raises(RefusedError, match="more"):
            service.load_version_file(session, file, actor=COMMAND_LINE)


class TestAReleasedVersionNeverChanges:
    def refused(self, database: Database, folder: Path) -> ReleasedVersionChangedError:
        before = state(database)
        with pytest.raises(ReleasedVersionChangedError) as caught:
            load(database, folder, day=2)
        assert state(database) == before
        return caught.value

    def test_a_changed_word_is_named(self, loaded: Database, folder: Path) -> None:
        file = write(folder, "2021.1", changed(LATER, "title: Trees looked after", "title: Trees planted"))
        error = self.refused(loaded, folder)
        assert error.changes == ("B3 title: was “Trees looked after”, is now “Trees planted”",)
        assert str(error).startswith(f"{file} is not the file that was released as sample@2021.1")
        assert "Put the file back as it was, or write a new version." in str(error)

    def test_a_changed_figure_is_named(self, loaded: Database, folder: Path) -> None:
        write(folder, "2021.1", LATER.replace('"0.445"', '"0.446"'))
        changes = self.refused(loaded, folder).changes
        assert "B2 unit value: was 0.445, is now 0.446" in changes
        assert len(changes) == 2  # the unit value, and the figure of its source

    def test_a_comment_says_that_no_figure_differs(self, loaded: Database, folder: Path) -> None:
        write(folder, "2021.1", LATER + "# checked in June\n")
        error = self.refused(loaded, folder)
        assert error.changes == ()
        assert "loaded before: no figure differs." in str(error)

    def test_a_released_version_does_not_go_back_to_draft(self, loaded: Database, folder: Path) -> None:
        write(folder, "2021.1", changed(LATER, "status: released", "status: draft"))
        assert self.refused(loaded, folder).changes == ("status: was “released”, is now “draft”",)

    def test_a_change_that_is_wrong_as_well_is_named_first(self, loaded: Database, folder: Path) -> None:
        write(folder, "2021.1", changed(LATER, 'value: "11579.41"', 'value: "11579.42"'))
        before = state(loaded)
        with pytest.raises(RefusedError) as caught:
            load(loaded, folder, day=2)
        first, second = caught.value.problems
        assert first.seen == (
            "another file than the one released as sample@2021.1 and loaded before: "
            "B1 unit value: was 11579.41, is now 11579.42"
        )
        assert "a released version never changes" in first.wanted
        assert second.path == "themes[1].outcomes[1].measures[1].value"
        assert state(loaded) == before

    def test_a_file_that_cannot_be_read_is_named_as_changed_too(self, loaded: Database, folder: Path) -> None:
        write(folder, "2018.1", "id: [")
        with pytest.raises(
            RefusedError, match=r"another file than the one released as sample@2018\.1 and loaded before;"
        ):
            load(loaded, folder)


class TestADraft:
    @pytest.fixture
    def drafted(self, database: Database, folder: Path) -> Database:
        write(folder, "2021.1", changed(LATER, "status: released", "status: draft"))
        load(database, folder)
        return database

    def test_a_changed_draft_is_replaced(self, drafted: Database, folder: Path) -> None:
        draft = changed(LATER, "status: released", "status: draft")
        write(folder, "2021.1", changed(draft, "title: Trees looked after", "title: Trees planted"))
        assert load(drafted, folder, day=2) == {
            "sample@2018.1": LoadOutcome.UNCHANGED,
            "sample@2021.1": LoadOutcome.REPLACED,
        }
        with drafted.reading() as session:
            assert service.get_version(session, "sample@2021.1").measures["B3"].title == "Trees planted"
        assert [day for _, _, day in state(drafted)] == [1, 2]

    def test_a_draft_is_released_by_its_file_and_then_frozen(self, drafted: Database, folder: Path) -> None:
        write(folder, "2021.1", LATER)
        assert load(drafted, folder)["sample@2021.1"] is LoadOutcome.REPLACED
        with drafted.reading() as session:
            assert service.get_version(session, "sample@2021.1").status is Status.RELEASED
        write(folder, "2021.1", LATER + "# more\n")
        with pytest.raises(ReleasedVersionChangedError):
            load(drafted, folder)


class TestTheRecord:
    """Every load is an event, saved with what it changed (DESIGN section 5)."""

    def events(self, database: Database) -> list[Entry]:
        with database.reading() as session:
            return [*audit.log(session, scope=WHOLE_INSTALLATION)]

    def test_a_version_that_is_loaded_is_an_event(self, loaded: Database, folder: Path) -> None:
        load(loaded, folder, day=2)
        first, second = self.events(loaded)
        assert (first.what, first.object_kind, first.object_id) == ("version_loaded", "version", "sample@2018.1")
        assert (first.actor_kind, first.at) == ("command line", "2026-11-01T09:30:00.000000Z")
        assert first.fields == {
            "sha256": {"old": None, "new": read(EARLIER).sha256},
            "status": {"old": None, "new": "released"},
        }
        assert second.object_id == "sample@2021.1"

    def test_a_draft_that_is_replaced_tells_what_was_there(self, database: Database, folder: Path) -> None:
        draft = changed(LATER, "status: released", "status: draft")
        write(folder, "2021.1", draft)
        load(database, folder)
        write(folder, "2021.1", LATER)
        load(database, folder, day=2)
        last = self.events(database)[-1]
        assert (last.what, last.object_id) == ("draft_replaced", "sample@2021.1")
        assert last.fields == {
            "sha256": {"old": read(draft).sha256, "new": read(LATER).sha256},
            "status": {"old": "draft", "new": "released"},
        }

    def test_a_refused_load_leaves_no_event(self, loaded: Database, folder: Path) -> None:
        write(folder, "2021.1", LATER + "# more\n")
        with pytest.raises(ReleasedVersionChangedError):
            load(loaded, folder, day=2)
        assert len(self.events(loaded)) == 2

    def test_an_event_that_cannot_be_saved_leaves_no_version(self, database: Database, folder: Path) -> None:
        with pytest.raises(TextNotKeptError), database.writing() as session:
            service.load_folder(session, folder, indices=INDICES, actor=COMMAND_LINE, reason="\0")
        assert (state(database), self.events(database)) == ([], [])

    def test_a_unit_of_work_that_fails_leaves_neither(self, database: Database, folder: Path) -> None:
        with suppress(ZeroDivisionError), database.writing() as session:
            service.load_folder(session, folder, indices=INDICES, actor=COMMAND_LINE)
            assert len([*audit.log(session, scope=WHOLE_INSTALLATION)]) == 2
            _ = 1 / 0
        assert (state(database), self.events(database)) == ([], [])


class TestLookingAtVersions:
    def test_a_version_equals_its_file(self, loaded: Database) -> None:
        with loaded.reading() as session:
            assert service.get_version(session, "sample@2018.1") == read(EARLIER)
            assert service.versions_of_set(session, "sample") == {"2018.1": read(EARLIER), "2021.1": read(LATER)}
            assert service.versions_of_set(session, "other") == {}

    def test_a_released_version_is_made_once_per_process(self, loaded: Database) -> None:
        with loaded.reading() as session:
            first = service.get_version(session, "sample@2021.1")
            asked: list[str] = []
            event.listen(session.get_bind(), "before_cursor_execute", lambda *args: asked.append(args[2]))
            assert service.get_version(session, "sample@2021.1") is first
        assert len([one for one in asked if one.startswith("SELECT")]) == 1

    def test_the_versions_used_last_are_kept(self) -> None:
        kept = service._Recent(2)
        version = read(EARLIER)
        for name in ("a", "b"):
            kept.keep(name, version)
        assert kept.get("a") is version
        kept.keep("c", version)
        assert [kept.get(name) is version for name in "abc"] == [True, False, True]

    def test_an_unknown_version_says_which_there_are(self, loaded: Database) -> None:
        wanted = r"There is no version “sample@2099\.1”\. Loaded are sample@2018\.1, sample@2021\.1\."
        with loaded.reading() as session:
            for ask in (service.get_version, service.export_version):
                with pytest.raises(NotFoundError, match=wanted):
                    ask(session, "sample@2099.1")

    def test_an_empty_database_says_what_to_do(self, database: Database) -> None:
        with (
            database.reading() as session,
            pytest.raises(NotFoundError, match="None is loaded yet: run “svtracker frameworks load” first"),
        ):
            service.get_version(session, "sample@2018.1")

    @pytest.mark.parametrize("name", ["sample", "@2018.1", "sample@", "sample@2018.1@x", ""])
    def test_a_name_has_a_set_and_a_version(self, name: str) -> None:
        with pytest.raises(NotFoundError, match="Write it as SET@VERSION"):
            service.split_name(name)

    def test_two_versions_are_compared(self, loaded: Database) -> None:
        with loaded.reading() as session:
            found = service.compare_versions(session, "sample@2018.1", "sample@2021.1")
        assert ("A1", "B1") in found.same
        assert [one.ref for one in found.removed] == ["A6"]

    def test_an_export_is_the_file(self, loaded: Database, folder: Path) -> None:
        with loaded.reading() as session:
            found = service.export_version(session, "sample@2021.1")
        assert found.data == (folder / "sample" / "2021.1.yaml").read_bytes()
        assert found.name == "2021.1.yaml"


class TestCheckingTheDatabase:
    def check(self, database: Database) -> list[str]:
        with database.reading() as session:
            return [str(problem) for problem in service.check_stored_versions(session, indices=INDICES)]

    def spoil(self, database: Database, statement: str, **values: object) -> None:
        with database.writing() as session:
            session.execute(text(statement), values)

    def test_what_was_loaded_can_be_made_again(self, loaded: Database) -> None:
        assert self.check(loaded) == []

    def test_a_changed_row_is_found(self, loaded: Database) -> None:
        self.spoil(loaded, "UPDATE measure SET unit_value = unit_value + 100 WHERE ref = 'B1'")
        (problem,) = self.check(loaded)
        assert problem == (
            "sample@2021.1 in the database: rows: saw B1 unit value: was 11579.41, is now 11579.42; "
            "wanted what the file says"
        )

    def test_a_changed_file_is_found(self, loaded: Database) -> None:
        self.spoil(loaded, "UPDATE version SET file = :file WHERE version = '2018.1'", file=b"id: sample")
        (problem,) = self.check(loaded)
        assert problem.startswith("sample@2018.1 in the database: sha256: saw a file with ")

    def test_a_file_and_a_sum_changed_together_are_found(self, loaded: Database) -> None:
        forged = EARLIER.replace("Local jobs", "Local work").encode()
        self.spoil(
            loaded,
            "UPDATE version SET file = :file, sha256 = :sha256 WHERE version = '2018.1'",
            file=forged,
            sha256=read(forged.decode()).sha256,
        )
        (problem,) = self.check(loaded)
        assert "saw A1 title: was “Local work”, is now “Local jobs”" in problem
