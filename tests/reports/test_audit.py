"""A sample as a pack: what it holds, that its README is true, and that nothing in it runs in a spreadsheet."""

import csv
import hashlib
import io
import json
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from svtracker.audit.rules.days import day_bounds
from svtracker.audit.rules.events import COMMAND_LINE, Actor, ActorKind, Change, Entry, Event, Head, chained
from svtracker.audit.rules.sampling import sample
from svtracker.audit.service import Drawn
from svtracker.audit.store import Filters, Person
from svtracker.files.tables_out import as_csv, as_xlsx
from svtracker.files.zip_out import as_zip
from svtracker.reports.audit import CUT, LONGEST_CELL, days_words, log_sheet, sample_pack, whose

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WREN = Person(
    id=7,
    organisation_id=1,
    name="=Wren Alder",
    email=None,
    salt="s",
    sha256="h",
    erased_at=None,
    erased_by_kind=None,
    erased_by_id=None,
    erased_because=None,
)
GONE = replace(WREN, id=8, name=None, salt=None, erased_at=NOON)


def told(length: int = 12) -> list[Entry]:
    entries: list[Entry] = []
    for number in range(length):
        actor = (COMMAND_LINE, *(Actor(kind=ActorKind.PERSON, person_id=one, role="evaluator") for one in (7, 8, 9)))
        event = Event(
            organisation_id=1,
            at=NOON + timedelta(days=number),
            actor=actor[number % 4],
            what="mark_given",
            object_kind="bid",
            object_id="AB"[number % 2],
            changes={"final_mark": Change(old=number, new=number + 1), "fair": Change(new=True)},
            reason="=1+1" if number else "“Überzeugend”\nsecond line",
        )
        last = entries[-1] if entries else None
        entries.append(chained(event, after=last and Head(organisation_id=1, sequence=last.sequence, hash=last.hash)))
    return entries


def drawn(*, size: int = 5, filters: Filters | None = None, entries: list[Entry] | None = None) -> Drawn:
    all_told = told() if entries is None else entries
    last = all_told[-1:]
    return Drawn(
        seed="winter",
        size=size,
        filters=filters or Filters(),
        among=len(all_told),
        entries=sample(all_told, size=size, seed="winter"),
        histories=tuple(sorted(all_told, key=lambda one: (one.object_id, one.sequence))),
        heads=tuple(Head(organisation_id=1, sequence=one.sequence, hash=one.hash) for one in last),
        people={7: WREN, 8: GONE},
    )


def files(pack: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


class TestPack:
    def test_it_holds_the_sample_the_histories_and_the_heads(self) -> None:
        made = drawn()
        found = files(sample_pack(made, organisations={1: "North Vale"}))
        assert list(found) == [
            "README.txt", "events.csv", "events.json", "heads.json", "histories.csv", "histories.json"
        ]  # fmt: skip
        assert [one["hash"] for one in json.loads(found["events.json"])["events"]] == [one.hash for one in made.entries]
        assert [one["Hash"] for one in table(found["events.csv"])] == [one.hash for one in made.entries]
        assert len(json.loads(found["histories.json"])["events"]) == len(table(found["histories.csv"])) == 12
        assert json.loads(found["heads.json"]) == {
            "heads": [{"organisation": 1, "sequence": 12, "hash": told()[-1].hash}]
        }

    def test_the_table_shows_how_each_event_was_drawn(self) -> None:
        rows = table(files(sample_pack(drawn(), organisations={}))["events.csv"])
        assert [one["Place in the sample"] for one in rows] == ["1", "2", "3", "4", "5"]
        by_hand = [hashlib.sha256(f"winter\0{one['Hash']}".encode()).hexdigest() for one in rows]
        assert [one["Draw hash"] for one in rows] == by_hand == sorted(by_hand)

    def test_its_bytes_do_not_change_from_day_to_day(self) -> None:
        pack = sample_pack(drawn(), organisations={1: "North Vale"})
        assert pack == sample_pack(drawn(), organisations={1: "North Vale"})
        with zipfile.ZipFile(io.BytesIO(pack)) as archive:
            assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            assert {one.compress_type for one in archive.infolist()} == {zipfile.ZIP_STORED}

    def test_the_order_in_which_files_are_named_makes_no_difference(self) -> None:
        assert as_zip({"b": b"2", "a": b"1"}) == as_zip({"a": b"1", "b": b"2"})

    def test_an_empty_sample_is_a_pack_too(self) -> None:
        found = files(sample_pack(drawn(entries=[]), organisations={}))
        assert json.loads(found["events.json"])["events"] == []
        assert "None drawn of 0 events" in found["README.txt"].decode()


class TestReadMe:
    def text(self, **changed: object) -> str:
        return files(sample_pack(drawn(**changed), organisations={1: "North Vale"}))["README.txt"].decode()

    @pytest.mark.parametrize(
        ("size", "said"),
        [
            (5, "5 drawn of 12 events recorded on all days (UTC)."),
            (12, "12 drawn of 12 events recorded on all days (UTC)."),
            (40, "12 drawn of 12 events recorded on all days (UTC): fewer than the 40 asked for"),
        ],
    )
    def test_it_says_what_was_drawn(self, size: int, said: str) -> None:
        assert said in self.text(size=size)

    def test_it_says_what_to_type_and_where_the_chains_end(self) -> None:
        since, before = day_bounds(NOON.date(), NOON.date() + timedelta(days=2))
        text = self.text(filters=Filters(since=since, before=before))
        assert "svtracker audit sample --seed SEED --size 5 --from 2026-11-22 --to 2026-11-24 -o pack.zip" in text
        assert f"North Vale: 12 events, the last with hash {told()[-1].hash}" in text
        assert "Seed: winter\n" in text

    def test_its_program_checks_the_events(self, tmp_path: Path) -> None:
        """Run as an auditor would, by a Python that knows nothing of svtracker."""
        pack = sample_pack(drawn(), organisations={})
        assert self.check(pack, tmp_path) == {"fits its hash": 17}
        spoilt = files(pack)
        spoilt["events.json"] = spoilt["events.json"].replace(b'"reason": "=1+1"', b'"reason": "=1+2"', 1)
        assert self.check(as_zip(spoilt), tmp_path) == {"fits its hash": 16, "DOES NOT FIT ITS HASH": 1}

    def check(self, pack: bytes, folder: Path) -> dict[str, int]:
        for name, data in files(pack).items():
            (folder / name).write_bytes(data)
        text = (folder / "README.txt").read_text(encoding="utf-8")
        program = "\n".join(re.findall(r"^    (.*)$", text, re.MULTILINE))
        done = subprocess.run(
            [sys.executable, "-I", "-c", program], cwd=folder, capture_output=True, text=True, check=True
        )
        said = [line.split(maxsplit=3)[3] for line in done.stdout.splitlines()]
        return {one: said.count(one) for one in said}


class TestTables:
    def test_one_row_an_event_in_words(self) -> None:
        sheet = log_sheet(told()[:4], people={7: WREN, 8: GONE}, organisations={1: "North Vale"}, about=("Only: bid",))
        heads = [column.heading for column in sheet.columns]
        first, *rest = [dict(zip(heads, row, strict=True)) for row in sheet.rows]
        assert first == {
            "Record of": "North Vale",
            "Number": 1,
            "Time (UTC)": "2026-11-22 12:00:00",
            "Who": "command line",
            "Role": "",
            "What was done": "Mark given",
            "Kind of object": "bid",
            "Object": "A",
            "What changed": "fair: nothing → yes; final mark: 0 → 1",
            "Reason": "“Überzeugend”\nsecond line",
            "Hash of the event before": "0" * 64,
            "Hash": told()[0].hash,
        }
        assert [one["Who"] for one in rest] == ["=Wren Alder", "erased person 8", "person 9 (not known here)"]

    def test_a_spreadsheet_runs_nothing(self) -> None:
        sheet = log_sheet(told(), people={7: WREN}, organisations={}, about=())
        rows = table(as_csv(sheet))
        assert {one["Reason"][0] for one in rows} == {"“", "'"}
        assert [one["Who"] for one in rows if "Wren" in one["Who"]] == ["'=Wren Alder"] * 3
        assert b"<f>" not in files(as_xlsx([sheet], title="The record"))["xl/worksheets/sheet1.xml"]

    def test_a_text_too_long_for_a_cell_is_cut_and_says_so(self) -> None:
        long = replace(told()[0], reason="x" * 40_000)
        sheet = log_sheet([long], people={}, organisations={}, about=())
        reason = sheet.rows[0][9]
        assert reason == "x" * LONGEST_CELL + CUT
        assert len(reason) < 32_767
        assert b"the JSON has the whole text" in files(as_xlsx([sheet], title="x"))["xl/sharedStrings.xml"]

    @pytest.mark.parametrize(
        ("first", "last", "said"),
        [
            (None, None, "on all days"),
            (0, None, "from 22 November 2026 on"),
            (None, 0, "up to 22 November 2026"),
            (0, 0, "on 22 November 2026"),
            (0, 1, "from 22 November 2026 to 23 November 2026"),
        ],
    )
    def test_days_in_words(self, first: int | None, last: int | None, said: str) -> None:
        days = [None if one is None else NOON.date() + timedelta(days=one) for one in (first, last)]
        since, before = day_bounds(*days)
        assert days_words(Filters(since=since, before=before)) == said

    def test_whose_chain(self) -> None:
        assert [whose(one, {1: "North Vale"}) for one in (None, 1, 2)] == [
            "all organisations", "North Vale", "organisation 2"
        ]  # fmt: skip
