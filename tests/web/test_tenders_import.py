"""The page that imports tenders: files are sent once, the plan is shown, and Import does it."""

import re
from html import unescape
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import text

from svtracker.identity.rules.roles import Role
from svtracker.web.uploads import LARGEST_PART, can_be_sent_again
from tests.tenders.published import ALDER, BEECH, awarded, look_alike, package, party, release
from tests.web.council import Browser, Council, at_field, words

PATH = "/tenders/import"


@pytest.fixture
def officer(council: Council) -> Browser:
    return council.signed_in(council.add("Robin Ash", Role.PROCUREMENT_OFFICER))


def send(browser: Browser, *files: tuple[str, bytes], **fields: str) -> Response:
    """Sends files as the form on the page does."""
    parts = [("file", (name, data, "application/json")) for name, data in files]
    return browser.client.post(PATH, data={"form_token": browser.form_token(PATH), **fields}, files=parts)


def confirm(browser: Browser, planned: Response) -> Response:
    """Presses Import: sends the hidden fields of the plan, as a browser does."""
    names = re.findall('<input type="hidden" name="name" value="([^"]*)">', planned.text)
    texts = re.findall(r"<textarea name=\"text\"[^>]*>\n(.*?)</textarea>", planned.text, flags=re.DOTALL)
    hidden = [("confirmed", "yes"), *(("name", one) for one in names), *(("text", one) for one in texts)]
    parts = [(field, (None, unescape(one).replace("\n", "\r\n"))) for field, one in hidden]
    token = ("form_token", (None, browser.form_token(PATH)))
    return browser.client.post(PATH, files=[token, *parts])


def stored(council: Council, table: str = "tender") -> int:
    with council.database.reading() as session:
        return int(session.execute(text(f"SELECT COUNT(*) FROM {table}")).scalar_one())


def test_files_are_sent_once_and_imported(council: Council, officer: Browser) -> None:
    other = package(awarded(21, 7, party(40, 'Café "Elm" & <Sons> Ltd', street="4 Elm Road, NV5 5EE")))
    planned = send(officer, ("one.json", look_alike()), ("two.json", other))
    assert planned.status_code == 200
    said = words(planned)
    assert "13 OCDS releases: 11 tenders would be added and 0 changed. 2 releases cannot be used." in said
    assert "Nothing has been changed yet." in said
    assert "Value of the awards £4.5m £4,546,334.82" in said
    assert "ocds-inv001-0011 one.json, releases[11]: awards[1].value.amount: saw -5" in said
    assert "it has 2 lots, which are not set up" in said
    assert "one.json and two.json" in said
    assert "<Sons>" not in planned.text
    assert (stored(council), stored(council, "supplier")) == (0, 0)
    done = confirm(officer, planned)
    assert (done.status_code, done.headers["location"]) == (303, "/tenders")
    assert (stored(council), stored(council, "supplier")) == (11, 22)
    with council.database.reading() as session:
        rows = session.execute(text("SELECT actor_id, role FROM audit_event WHERE object_kind = 'tender'")).all()
    assert {role for _, role in rows} == {"procurement officer"}
    assert len({person for person, _ in rows}) == 1
    assert rows[0][0] is not None


def test_published_awards_stand_on_the_overview_and_in_json(council: Council, officer: Browser) -> None:
    shared, alone = awarded(31, 5000.5, ALDER, BEECH), awarded(32, 7, party(40, "<b>Elm</b> & Co", street="NV5 5EE"))
    confirm(officer, send(officer, ("one.json", package(shared, alone, release(33)))))
    with council.database.reading() as session:
        numbers = {row.reference: row.id for row in session.execute(text("SELECT reference, id FROM tender"))}
    page = words(officer.get(f"/tenders/{numbers['NV-031']}"))
    assert "Several suppliers together 2 March 2026 £5,000.50" in page
    assert "Alder Works Limited 2 March 2026 – no value of its own" in page
    escaped = officer.get(f"/tenders/{numbers['NV-032']}").text
    assert "&lt;b&gt;Elm&lt;/b&gt; &amp; Co" in escaped
    assert "Awards as published" not in officer.get(f"/tenders/{numbers['NV-033']}").text
    told = officer.get(f"/api/v1/tenders/{numbers['NV-031']}").json()["awards"]
    assert told[:2] == [
        {"supplier": None, "value": "5000.50", "on": "2026-03-02", "status": "active"},
        {"supplier": "Alder Works Limited", "value": None, "on": "2026-03-02", "status": "active"},
    ]
    assert officer.get(f"/api/v1/tenders/{numbers['NV-033']}").json()["awards"] == []


def test_a_second_time_there_is_nothing_to_import(council: Council, officer: Browser) -> None:
    confirm(officer, send(officer, ("one.json", look_alike())))
    events = stored(council, "audit_event")
    planned = send(officer, ("one.json", look_alike()))
    assert "There is nothing to import." in words(planned)
    assert ">Import</button>" not in planned.text
    assert send(officer, ("one.json", look_alike()), confirmed="yes").status_code == 303
    assert (stored(council), stored(council, "audit_event")) == (10, events)


def test_what_is_kept_and_who_is_alike_is_shown(council: Council, officer: Browser) -> None:
    confirm(officer, send(officer, ("one.json", look_alike())))
    with council.database.writing() as session:
        session.execute(text("UPDATE tender SET title = 'Ours' WHERE reference = 'NV-007'"))
    more = package(
        awarded(30, 9, party(50, "Alder Works Limited"), BEECH), awarded(7, 3, ALDER, date="2026-05-01T00:00:00Z")
    )
    said = words(send(officer, ("one.json", look_alike()), ("more.json", more)))
    assert "Kept as they are 1 People have changed them here NV-007 was changed here and stays" in said
    assert "New suppliers with a name that is known 1" in said
    assert "Alder Works Limited none given none given" in said
    assert "award added" in said


def test_files_that_are_no_packages_are_told_at_once(council: Council, officer: Browser) -> None:
    for confirmed in ("", "yes"):
        answer = send(
            officer, ("good.json", look_alike()), ("a.json", b"<html>"), ("b.json", b"{}"), confirmed=confirmed
        )
        assert answer.status_code == 422
        assert at_field(answer, "file") == "Nothing was imported: 2 things to put right."
        assert "a.json Line 1 “<html>” JSON that can be read" in words(answer)
        assert "b.json an empty mapping an OCDS release package" in words(answer)
    assert stored(council) == 0


def test_nothing_chosen_is_said_at_the_field(officer: Browser) -> None:
    assert at_field(officer.send(PATH, on=PATH), "file") == "Choose an OCDS package."
    part = 'Content-Disposition: form-data; name="{}"{}\r\n\r\n{}\r\n'
    token = part.format("form_token", "", officer.form_token(PATH))
    empty = part.format("file", '; filename=""\r\nContent-Type: application/octet-stream', "")
    sent = officer.client.post(
        PATH,
        content=f"--x\r\n{token}--x\r\n{empty}--x--\r\n",
        headers={"content-type": "multipart/form-data; boundary=x"},
    )
    assert at_field(sent, "file") == "Choose an OCDS package."


def test_files_that_could_not_be_sent_again_are_refused_at_once(council_on_sqlite: Council) -> None:
    """Whatever is shown can be imported, though a form makes a text longer."""
    officer = council_on_sqlite.signed_in(council_on_sqlite.add("Robin Ash", Role.PROCUREMENT_OFFICER))
    too_large = "The files are too large for this page. Import them by the command instead."
    big, half = (
        package(*(release(number, description="x" * 900) for number in range(start, end)))
        for start, end in ((1, 530), (1000, 1250))
    )
    assert 1024 * 1024 < len(big) < 2 * 1024 * 1024
    assert at_field(send(officer, ("big.json", big)), "file") == too_large
    together = [(f"{number}.json", half) for number in range(3)]
    assert sum(len(data) for _, data in together) > 1024 * 1024
    assert confirm(officer, send(officer, *together)).status_code == 303
    assert stored(council_on_sqlite) == 250


def test_what_fits_into_a_form() -> None:
    part = "x" * LARGEST_PART
    assert can_be_sent_again([part, part], limit=2 * LARGEST_PART)
    assert not can_be_sent_again([part, part, "x"], limit=2 * LARGEST_PART)
    assert not can_be_sent_again([part + "x"], limit=2 * LARGEST_PART)
    assert not can_be_sent_again([part[2:] + "é\n"], limit=2 * LARGEST_PART)
    assert can_be_sent_again([part[4:] + "é\n", "\r\n"], limit=LARGEST_PART + 2)
    assert can_be_sent_again([], limit=0)


def test_odd_forms_are_refused_without_a_fault(council: Council, officer: Browser) -> None:
    good = look_alike().decode()
    tried: list[dict[str, Any]] = [
        {"file": "text"},
        {"text": "x" * 100},
        {"text": ["", "{}"], "name": "only-one"},
        {"text": "\ud800", "name": "\ud800"},
        {"text": good[:-5], "confirmed": "yes"},
    ]
    for fields in tried:
        sent = {name: _bytes(value) for name, value in fields.items()}
        assert officer.send(PATH, on=PATH, **sent).status_code == 422, fields
    assert stored(council) == 0
    answer = officer.send(PATH, on=PATH, text=good)
    assert "package.json" in words(answer)


def _bytes(value: Any) -> Any:
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value


def test_a_long_list_is_cut_and_says_so(officer: Browser) -> None:
    planned = send(officer, ("many.json", package(*(release(number) for number in range(1, 204)))))
    assert "Tenders 203" in words(planned)
    assert "And 3 more tenders." in words(planned)


def test_a_procurement_officer_may_and_others_may_not(council: Council) -> None:
    for browser in (council.signed_in(), council.signed_in(council.add("Jay Elm", Role.EVALUATOR))):
        assert browser.get(PATH).status_code == 403
        assert send(browser, ("one.json", look_alike())).status_code == 403
    assert council.browser().get(PATH).status_code == 303
    assert stored(council) == 0
