"""Pages that are made once are still those of the files as they are now."""

import functools
from pathlib import Path

import pytest

from svtracker.audit.rules.events import SERVE
from svtracker.frameworks import service
from svtracker.registers import service as registers
from svtracker.storage.engines import Database
from svtracker.web.caching import Kept
from svtracker.web.pages.frame import Renderer
from tests.frameworks.sample_set import DEFLATOR, EARLIER, LATER
from tests.web.installation import application, client_of, settings_for

MEASURE = "/frameworks/sample/2021.1/measures/J1"
TENDER = "/tenders/new-market"


def test_what_was_asked_for_last_is_kept() -> None:
    kept, made = Kept(places=2), []
    for key in "ab", "ab", "c", "ab", "d", "c":
        kept.get(key, lambda key=key: made.append(key) or key.encode())  # type: ignore[misc,func-returns-value]
    assert made == ["ab", "c", "d", "c"]
    assert kept.get("d", lambda: b"new") == b"d"


def test_a_draft_that_is_loaded_anew_is_shown_anew(database_url: str, tmp_path: Path) -> None:
    files = tmp_path / "sample"
    files.mkdir()
    indices = registers.reference_figures(settings_for(database_url).reference_dir).indices
    database = Database(database_url)

    def load(title: str) -> None:
        changes = {
            f"index: {DEFLATOR.id}": "index: hmt-gdp-deflator-2024-10-30",
            "status: released": "status: draft",
            "title: Sample set": f"title: {title}",
        }
        for version, text in (("2018.1", EARLIER), ("2021.1", LATER)):
            changed = functools.reduce(lambda text, one: text.replace(*one), changes.items(), text)
            (files / f"{version}.yaml").write_text(changed, "utf-8")
        with database.writing() as session:
            service.load_folder(session, tmp_path, indices=indices, actor=SERVE)

    load("First wording")
    with client_of(application(database_url, demo=False)) as client:
        first = [client.get(path).text for path in (MEASURE, "/frameworks/sample/2021.1")]
        load("Second wording")
        second = [client.get(path).text for path in (MEASURE, "/frameworks/sample/2021.1")]
    database.dispose()
    assert all("First wording" in text for text in first)
    assert all("Second wording" in text and "First wording" not in text for text in second)


def test_a_page_that_is_kept_is_not_made_again(demo_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    plain = Renderer.page

    def counted(self: Renderer, request, template, page, **options):  # type: ignore[no-untyped-def]
        made.append(template)
        return plain(self, request, template, page, **options)

    monkeypatch.setattr(Renderer, "page", counted)
    with client_of(application(demo_url)) as client:
        texts = [client.get(TENDER).text for _ in range(3)]
        other = client.get("/tenders/smart-corridor").text
    assert made == ["tenders/evaluation.html"] * 2
    assert len(set(texts)) == 1
    assert other not in texts
