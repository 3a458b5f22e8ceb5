"""What an attacker sends: forged forms, extra fields, scripts, formulas, odd files and values; none of it is logged."""

import csv
import io
import logging
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from html import unescape
from pathlib import Path
from shutil import copyfile
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from httpx2 import Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import text

from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.identity import service
from svtracker.identity.rules.links import Purpose, Task
from svtracker.identity.rules.roles import Role
from svtracker.identity.service import User
from svtracker.messages import service as messages
from svtracker.web import logs
from svtracker.web.access import ACCESS, Audience
from svtracker.web.guard import CSRF_HEADER
from svtracker.web.uploads import packed
from tests.delivery.registers import as_csv
from tests.guards.test_access import FORMS, QUERIES, REAL, filled
from tests.identity import people
from tests.identity.people import PASSWORD, hand_out
from tests.tenders.published import look_alike
from tests.web.council import Browser, Council, Lender, at_field, client_at, words
from tests.web.installation import ADDRESS, WORKED, application
from tests.web.visitors import BY_LINK, ELSEWHERE, SIGNED_OUT, add_elsewhere, add_somebody, visitor

NOT_TAKEN = "The form does not belong to your present session."
FROM_ELSEWHERE = "This request came from another website"
POSTS = [rule for rule in ACCESS if rule.method == "POST"]
# Forms with something real in them; the guard is asked before anything that stands in them.
FILLED = {
    **FORMS,
    "/people/add": {"name": "Eve Sorrel", "email": "eve@x.example", "roles": "administrator"},
    "/people/import": {"text": "name,email,roles\nEve Sorrel,eve@x.example,administrator\n", "confirmed": "yes"},
    "/tenders/import": {"text": look_alike().decode(), "confirmed": "yes"},
    "/contracts/import": {"kept": packed(as_csv().encode()), "do": "import"},
    "/sign-in": {"email": people.EMAIL, "password": PASSWORD},
    "/sign-in/forgotten": {"email": people.EMAIL},
}

# The form in which a tender is set up, and amended once it is published.
SETUP = {"version", "do", "title", "reference", "directorate", "category", "contract_value", "vat", "extensions"}
SETUP |= {"duration_months", "area", "closes_day", "closes_month", "closes_year", "closes_time", "framework"}
SETUP |= {"measure_list", "record_only", "measure", "use", "weight", "because", "weights_applied", "denominator"}
SETUP |= {"method", "quantitative", "qualitative", "target_percent", "cap", "band_from", "band_marks", "zero"}
SETUP |= {"minimum_percent", "decimals", "tie", "price_weight", "other_marks", "question_id", "question"}
SETUP |= {"question_weight", "qualitative_scale", "descriptor", "reason"}

# The form of a policy rule.
RULE = {"kind", "figure", "theme", "value_from", "value_below", "category", "cpv", "basis", "from_day"}

# The fields of each form that has any: one more is written here too, and thought about.
FIELDS = {
    "/score": {"file", "text"},
    "/score/download.{kind}": {"name", "text"},
    "/sign-in": {"email", "password", "next"},
    "/links/{token}": {"password"},
    "/sign-in/demo": {"role", "next"},
    "/account/organisation": {"organisation"},
    "/tenders/add": {"title", "reference", "source", "training"},
    "/tenders/{tender:int}/evaluators": {"person", "lead"},
    "/tenders/{tender:int}/evaluators/remove": {"person", "reason", "instead"},
    "/tenders/{tender:int}/marks/interests": {"conflict", "what"},
    "/tenders/{tender:int}/marks/{bid:int}/{question:path}": {"mark", "other", "why", "feedback", "then"},
    "/tenders/{tender:int}/moderation/reopen": {"person", "reason"},
    "/tenders/{tender:int}/moderation/{bid:int}/{question:path}": {"mark", "other", "why", "feedback", "then"},
    "/tenders/{tender:int}/bids/upload": {"files", "check"},
    "/tenders/{tender:int}/invitations": {"bidder", "name", "email"},
    "/bid/upload": {"file", "version"},
    "/bid/send": {"version", "declared"},
    "/tenders/{tender:int}/bids/late": {"place", "admit", "reason"},
    "/tenders/{tender:int}/open": {"version"},
    "/tenders/{tender:int}/bids/{bid:int}/status": {"status", "reason"},
    "/tenders/{tender:int}/bids/{bid:int}/ask": {"measure", "question"},
    "/tenders/{tender:int}/bids/{bid:int}/answer": {"clarification", "measure", "text"},
    "/tenders/{tender:int}/bids/{bid:int}/lines/{ref}": {"accepted", "reason"},
    "/account/password": {"old", "new"},
    "/sign-in/forgotten": {"email"},
    "/tenders/{tender:int}/setup": SETUP,
    "/tenders/{tender:int}/publish": {"version", "confirmed"},
    "/tenders/{tender:int}/amend": SETUP,
    "/tenders/{tender:int}/decision/feedback": {"bid", "edition", "text"},
    "/tenders/{tender:int}/decision/award": {"bid", "reason", "version", "confirmed"},
    "/tenders/{tender:int}/decision/abandon": {"reason", "version", "confirmed"},
    "/tenders/{tender:int}/lots/add": {"lot", "title", "reference"},
    "/tenders/{tender:int}/copy": {"title", "reference"},
    "/tenders/{tender:int}/note": {"version", "considered", "consultation", "proportion", "market"}
    | {"answer", "words", "measure", "relevance"},
    "/policy": RULE,
    "/policy/rules/{number}": {"version", *RULE},
    "/policy/rules/{number}/end": {"version", "off_day", "reason"},
    "/tenders/{tender:int}/waivers": {"rule", "figure", "reason"},
    "/tenders/{tender:int}/waivers/{waiver:int}": {"decision", "reason"},
    "/contracts/add": {"tender", "bid", "title", "reference", "manager", "deputy", "periods", "value"}
    | {"estimated_value", "directorate", "starts_on-day", "starts_on-month", "starts_on-year"}
    | {"ends_on-day", "ends_on-month", "ends_on-year"},
    "/people/add": {"name", "email", "roles"},
    "/people/import": {"file", "text", "name", "confirmed"},
    "/tenders/import": {"file", "text", "name", "confirmed"},
    "/contracts/import": {"file", "kept", "name", "column", "planned", "do"},
    "/frameworks/upload": {"file", "text", "name", "confirmed"},
    "/people/{number}/roles": {"version", "role", "from_day", "to_day"},
    "/people/{number}/roles/end": {"version", "role", "of"},
    "/people/{number}/state": {"version", "action", "reason"},
    "/people/{number}/erase": {"erase_reason"},
    "/sign-in/provider": {"next"},
    "/organisation": {
        "version",
        "name",
        "short_name",
        "brand_colour",
        "high_percent",
        "concentration_percent",
        "fte_percent",
        "median_times",
        "on_track_percent",
        "slightly_behind_percent",
        "behind_percent",
    },
}

SCRIPT = "<script>alert(1)</script>"
BREAKS_OUT = "\" autofocus onfocus=alert(1) x='"
TEMPLATE = "{{7*7}}${7*7}"
FORMULAS = ['=HYPERLINK("http://x.example")', "+1+1", "-2+3", "@SUM(1)", "=cmd|' /C calc'!A0"]

ODD = ["%", "_", "%%%", "\x00", "a\x00b", "' OR 1=1 --", '"; DROP TABLE account; --', "\\", "\x1b[2J", "\u202e", "😀"]
ODD += ["-1", "0", "1e9", "9" * 30, "٣", "NaN", "null", "[]", "../../x", "x" * 5000, "\r\nX-Odd: 1", SCRIPT, TEMPLATE]

WORST = ["\x00", "a\x00b", "%", "' OR 1=1 --", "-1", "9" * 30, "٣", "x" * 5000, SCRIPT]

# Bytes of which some are no text, with an encoding that a form may claim.
ODD_CODECS = ["unicode_escape", "utf-16", "utf-7", "idna", "punycode", "undefined", "rot13", "hex", "nonsense"]
ODD_BYTES = b"a\\ud800 \\x00 +2AA- \xff\x00"

PERSONAL = re.compile("Wren|Alder|Robin|Eve Sorrel|Jay Elm|[\\w.]+@[\\w.-]+example|herons|alert|192\\.0\\.2|[\\w-]{43}")


@pytest.fixture(autouse=True)
def log() -> Iterator[io.StringIO]:
    """Everything that anybody logs during a test of this file, as it would be written; nothing personal is in it."""
    stream, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(stream), root.level
    handler.setFormatter(logs.JsonLine())
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    own = logging.getLogger("httpx2")  # the client's own word on what it asks for, which no server says
    before, own.disabled = own.disabled, True
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)
    own.disabled = before
    written = stream.getvalue()
    assert PERSONAL.findall(written) == [], written[:2000]


def events(council: Council) -> int:
    """How many events were recorded; a session that is opened is one."""
    with council.database.reading() as session:
        return session.execute(text("SELECT count(*) FROM audit_event")).scalar_one()


def fields_of(app: FastAPI, path: str) -> list[str]:
    """The fields that a form has as the application reads it."""
    for route in iter_route_contexts(app.routes):
        if route.path == path and "POST" in (route.methods or ()):
            return [param.alias for param in _body_params(route.original_route.dependant)]
    return []


def _body_params(dependant: Any) -> Iterator[Any]:
    """The fields of a form, also where they are read together as one value."""
    yield from dependant.body_params
    for inner in dependant.dependencies:
        yield from _body_params(inner)


def address_of(path: str, **values: str) -> str:
    return filled(path, {**REAL, "kind": "csv", **values})


class TestForgedForms:
    """A form counts only with the mark of the session that sends it, and never from another site."""

    @pytest.fixture
    def wren(self, council_on_sqlite: Council) -> Browser:
        council_on_sqlite.add("Robin Ash", Role.VIEWER)
        council_on_sqlite.let_into_everything(council_on_sqlite.wren)
        return council_on_sqlite.signed_in()

    def forged(self, council: Council, wren: Browser, headers: dict[str, str], **extra: str) -> list[Response]:
        before = events(council)
        answers = []
        for rule in POSTS:
            if isinstance(rule.who, Task):
                continue  # for who came by a link alone; test_bidding sends them forged
            fields = {**FILLED.get(rule.path, {}), **extra}
            answers.append(wren.client.post(address_of(rule.path, number="2"), data=fields, headers=headers))
        assert events(council) == before, "something was changed"
        assert wren.is_signed_in
        assert len(answers) >= 20
        return answers

    @pytest.mark.parametrize("token", [None, "", "x", "é", "\x00", "x" * 43])
    def test_without_the_mark_or_with_a_wrong_one(
        self, council_on_sqlite: Council, wren: Browser, token: str | None
    ) -> None:
        extra = {} if token is None else {"form_token": token}
        for answer in self.forged(council_on_sqlite, wren, {}, **extra):
            # Of a form that is only there in the demo nobody hears more than that it is not there.
            assert answer.status_code == 404 or (answer.status_code == 403 and NOT_TAKEN in words(answer))

    def test_with_the_mark_of_somebody_else(self, council_on_sqlite: Council, wren: Browser) -> None:
        robin = council_on_sqlite.browser()
        robin.sign_in("robin.ash@north-vale.example")
        mark = robin.form_token()
        assert mark
        for answer in self.forged(council_on_sqlite, wren, {}, form_token=mark):
            assert answer.status_code in {403, 404}

    def test_with_the_mark_of_before_the_sign_in(self, council_on_sqlite: Council, wren: Browser) -> None:
        mark = wren.form_token()
        wren.sign_in(people.EMAIL)
        for answer in self.forged(council_on_sqlite, wren, {}, form_token=mark):
            assert answer.status_code in {403, 404}

    @pytest.mark.parametrize(
        "headers",
        [
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"},
            {"sec-fetch-site": "odd"},
            {"sec-fetch-site": "cross-site", "origin": ADDRESS},
            {"origin": "https://evil.example"},
            {"origin": "http://localhost.evil.example"},
            {"origin": "http://evil.example/localhost"},
            {"origin": "http://localhost:81"},
            {"origin": "http://user@localhost"},
            {"origin": "null"},
            {"origin": "localhost"},
            {"origin": "http://["},
            {"origin": ""},
        ],
    )
    def test_from_another_site_even_with_the_right_mark(
        self, council_on_sqlite: Council, wren: Browser, headers: dict[str, str]
    ) -> None:
        for answer in self.forged(council_on_sqlite, wren, headers, form_token=wren.form_token()):
            assert answer.status_code == 403
            assert FROM_ELSEWHERE in answer.text

    def test_nobody_is_signed_in_from_another_site(self, council_on_sqlite: Council) -> None:
        browser = council_on_sqlite.browser()
        fields = {"email": people.EMAIL, "password": PASSWORD}
        answer = browser.client.post("/sign-in", data=fields, headers={"origin": "https://evil.example"})
        assert (answer.status_code, browser.cookies) == (403, {})

    def test_nothing_changes_by_get(self, council_on_sqlite: Council, wren: Browser) -> None:
        mark, before = wren.form_token(), events(council_on_sqlite)
        for rule in POSTS:
            path = address_of(rule.path, number="2")
            wren.get(path, params={**FILLED.get(rule.path, {}), "form_token": mark})
            wren.client.request("GET", path, data={**FILLED.get(rule.path, {}), "form_token": mark})
        assert events(council_on_sqlite) == before

    def test_a_method_in_a_field_or_header_is_no_method(self, council_on_sqlite: Council, wren: Browser) -> None:
        before = events(council_on_sqlite)
        wren.get("/people/add", params={"_method": "POST"}, headers={"x-http-method-override": "POST"})
        assert events(council_on_sqlite) == before

    @pytest.mark.parametrize("origin", [{}, {"origin": ADDRESS}, {"sec-fetch-site": "same-origin", "origin": ADDRESS}])
    def test_the_mark_in_a_form_of_several_parts_or_in_a_header_counts(
        self, wren: Browser, origin: dict[str, str]
    ) -> None:
        mark = wren.form_token()
        file = {"file": ("people.csv", b"name,email,roles\nEve Sorrel,eve@x.example,viewer\n", "text/csv")}
        sent = wren.client.post("/people/import", data={"form_token": mark}, files=file, headers=origin)
        assert (sent.status_code, "1 person would be added" in words(sent)) == (200, True)
        no_mark = wren.client.post("/people/import", files=file, headers=origin)
        assert no_mark.status_code == 403
        # A file that calls itself as the field is called is no mark.
        forged = wren.client.post("/people/import", files={**file, "form_token": ("x", mark.encode(), "text/plain")})
        assert forged.status_code == 403
        body = {"content": WORKED, "headers": {"content-type": "application/yaml", **origin}}
        assert wren.client.post("/api/v1/score", **body).status_code == 403
        body["headers"][CSRF_HEADER] = mark
        assert wren.client.post("/api/v1/score", **body).status_code in {200, 422}  # no measure set is loaded here

    def test_the_mark_in_the_address_does_not_count(self, wren: Browser) -> None:
        answer = wren.client.post(f"/account/password/link?form_token={wren.form_token()}")
        assert answer.status_code == 403


class TestExtraFields:
    """Fields that a form does not have change nothing: who, where and what comes from the session and the address."""

    EXTRA: dict[str, Any] = {  # noqa: RUF012 - nobody changes it
        "role": "administrator",
        "roles": "administrator",
        "organisation_id": "2",
        "organisation": "2",
        "person_id": "1",
        "number": "1",
        "id": "1",
        "state": "disabled",
        "action": "disable",
        "actor": "system",
        "version": "99",
        "is_demo": "true",
        "password_hash": "x",
        "purpose": "task",
        "task_id": "1",
        "expires_at": "2099-01-01",
        "created_at": "2000-01-01",
        "how": "demo",
        "user_agent": "x",
        "clock": "x",
        "commit": "true",
        "confirmed": "yes",
        "reason": "extra",
        "erase_reason": "extra",
        "email": "wren.alder@north-vale.example",
        "name": "Wren Alder",
        "password": "x",
        "next": "//evil.example",
    }

    @pytest.fixture
    def pair(self, council_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Council]]:
        """Two councils that are the same."""
        people.hash_quickly(monkeypatch)
        with ExitStack() as stack:
            found = []
            for name in ("one", "other"):
                file = tmp_path / f"{name}.db"
                lender = Lender(f"sqlite:///{file}", partial(copyfile, council_file, file))
                council = stack.enter_context(lender.lend())
                people.add_council(council.database, "elsewhere")
                council.add("Robin Ash", Role.VIEWER)
                found.append(council)
            yield found

    def test_there_are_no_fields_but_these(self, council_on_sqlite: Council) -> None:
        found = {rule.path: set(fields_of(council_on_sqlite.app, rule.path)) for rule in POSTS}
        assert {path: fields for path, fields in found.items() if fields} == FIELDS

    def test_change_nothing(self, pair: list[Council]) -> None:
        """The same forms are sent to both, to one of them with everything else that an attacker thinks of."""
        plain, attacked = pair
        link = "/links/{token}"
        tried = 0
        for rule in [*POSTS, *POSTS]:  # twice, because what was added first can be locked then
            if rule.path == "/sign-out":
                continue
            known = FIELDS.get(rule.path, set())
            extra = {name: value for name, value in self.EXTRA.items() if name not in known}
            for council, more in ((plain, {}), (attacked, extra)):
                browser = council.signed_in()
                fields = {**FILLED.get(rule.path, {}), **more}
                if rule.path == link:
                    token = hand_out(council.database, council.wren, council.clock)
                    browser, fields = council.browser(), {"password": PASSWORD, **more}
                    assert browser.send(address_of(link, token=token), **fields).status_code == 303
                else:
                    browser.send(address_of(rule.path, number="2"), **fields)
            one, other = self.everything(plain), self.everything(attacked)
            assert [(name, row) for name in one for row in set(other[name]) ^ set(one[name])] == [], rule.path
            tried += len(extra)
        assert tried >= 700

    def everything(self, council: Council) -> dict[str, list[Any]]:
        tables = {
            "account": "person_id, organisation_id, email_key, state, locked_because, version",
            "audit_person": "id, name, email",
            "role_grant": "person_id, organisation_id, role, object_kind, from_day, to_day, ended_at",
            "sign_in_session": "person_id, organisation_id, how, browser, ended_at, ended_because, task_link_id",
            "personal_link": "organisation_id, person_id, purpose, task_id, expires_at, used_at, revoked_at",
            "outbox_message": "organisation_id, to_person_id, subject, body",
            "audit_event": "chain, sequence, organisation_id, what, object_kind, object_id, actor_id, role, reason",
        }
        with council.database.reading() as session:
            return {
                name: [tuple(row) for row in session.execute(text(f"SELECT {columns} FROM {name} ORDER BY 1, 2, 3"))]
                for name, columns in tables.items()
            }

    def test_somebody_without_a_role_gets_none(self, council: Council) -> None:
        robin = council.add("Robin Ash")
        browser = council.signed_in(robin)
        for rule in POSTS:
            if not rule.path.startswith(("/sign-out", "/links")):
                browser.send(
                    address_of(rule.path, number=str(robin.person_id)), **{**self.EXTRA, "role": "administrator"}
                )
        again = council.signed_in(robin)
        assert again.get("/api/v1/account").json()["roles"] == []
        assert again.get("/people").status_code == 403


class TestTextThatIsCode:
    TEXTS = [SCRIPT, BREAKS_OUT, TEMPLATE, *FORMULAS]  # noqa: RUF012 - nobody changes it

    @pytest.fixture
    def wren(self, council: Council) -> Browser:
        """Somebody for each text, named so; the text is the reason of their lock too."""
        for number, name in enumerate(self.TEXTS):
            user = council.add(name, Role.VIEWER, email=f"odd{number}@x.example", password=None)
            with council.database.writing() as session:
                service.lock_user(
                    session, user.person_id, organisation_id=None, actor=COMMAND_LINE, reason=name, clock=council.clock
                )
                service.make_link(
                    session,
                    organisation_id=council.organisation_id,
                    person_id=user.person_id,
                    purpose=Purpose.TASK,
                    task_kind=name[:20],
                    task_id=name[:20],
                    actor=COMMAND_LINE,
                    clock=council.clock,
                )
                messages.queue(
                    session,
                    organisation_id=council.organisation_id,
                    to_person_id=user.person_id,
                    subject=name,
                    body=name,
                    actor=COMMAND_LINE,
                    clock=council.clock,
                )
        return council.signed_in()

    def test_is_text_on_every_page(self, council: Council, wren: Browser) -> None:
        paths = ["/people", "/personal-links", "/messages"]
        paths += [f"/people/{number}" for number in range(2, 10)] + [f"/messages/{number}" for number in range(1, 9)]
        seen = set()
        for path in paths:
            answer = wren.get(path)
            assert answer.status_code == 200, path
            assert "<script>alert" not in answer.text
            assert '" autofocus' not in answer.text
            assert "49" not in re.findall(r"(?<![\d:#&])49(?!\d)", answer.text)
            seen |= {one for one in self.TEXTS if one in words_of(answer)}
        assert seen == set(self.TEXTS)

    def test_is_text_in_files(self, wren: Browser) -> None:
        rows = list(csv.reader(io.StringIO(wren.get("/people/download.csv").content.decode("utf-8-sig"))))
        names = {row[0] for row in rows}
        for formula in FORMULAS:
            assert formula not in names
            assert f"'{formula}" in names
        assert not [cell for row in rows for cell in row if cell[:1] in set("=+-@\t\r")]
        book = load_workbook(io.BytesIO(wren.get("/people/download.xlsx").content))
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        assert [cell.value for cell in cells if cell.data_type == "f"] == []
        assert {str(cell.value).removeprefix("'") for cell in cells} >= set(FORMULAS)

    def test_is_text_in_json(self, wren: Browser) -> None:
        answer = wren.get("/api/v1/people")
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert {one["name"] for one in answer.json()} >= set(self.TEXTS)

    @pytest.mark.parametrize("value", TEXTS)
    def test_comes_back_from_every_form_as_text(self, council_on_sqlite: Council, value: str) -> None:
        """What was refused stands in the form again, escaped; and in the words about it."""
        council_on_sqlite.add("Robin Ash", Role.VIEWER)
        wren = council_on_sqlite.signed_in()
        forms = [rule.path for rule in POSTS if rule.path.startswith(("/people", "/account", "/personal"))]
        for path in ["/sign-in", "/sign-in/demo", *forms]:
            fields = dict.fromkeys(fields_of(council_on_sqlite.app, path), value)
            fields |= {"version": "1"} if "version" in fields else {}
            answer = wren.send(address_of(path, number="2"), **fields)
            assert answer.status_code < 500, path
            assert "<script>alert" not in answer.text
            assert '" autofocus' not in answer.text
        browser = council_on_sqlite.browser()
        for answer in (browser.get("/sign-in", params={"next": value}), browser.get(f"/links/{quote(value, safe='')}")):
            assert "<script>alert" not in answer.text
            assert '" autofocus' not in answer.text


def words_of(answer: Response) -> str:
    """The words of a page and of its attributes, as a browser would show them."""
    return unescape(answer.text)


class TestHeaders:
    """No text of anybody's becomes a header of a mail or of an answer."""

    BREAKS = ["\r\nBcc: eve@x.example", "\nX-Odd: 1", "\rX: 1", "\x0bX", "\x85X", "\u2028X", "\x00X"]  # noqa: RUF012

    @pytest.mark.parametrize("odd", BREAKS)
    @pytest.mark.parametrize("field", ["name", "email"])
    def test_a_line_break_is_refused_at_its_field(self, council_on_sqlite: Council, odd: str, field: str) -> None:
        wren = council_on_sqlite.signed_in()
        fields = {"name": "Eve Sorrel", "email": "eve@x.example"}
        fields[field] = fields[field][:3] + odd + fields[field][3:]
        answer = wren.send("/people/add", on="/people/add", **fields)
        assert answer.status_code == 422
        assert "wanted" in at_field(answer, field)
        sent = wren.send("/people/import", text=f'name,email,roles\n"{fields["name"]}","{fields["email"]}",viewer\n')
        assert sent.status_code == 422
        assert len(wren.get("/api/v1/people").json()) == 1
        assert wren.get("/api/v1/messages").json() == []

    @pytest.mark.parametrize("name", ['"Eve" <eve@evil.example>', "Eve, Mallory", "Ève=?utf-8?q?x?=", SCRIPT])
    def test_an_odd_name_does_not_change_to_whom_a_mail_goes(self, council_on_sqlite: Council, name: str) -> None:
        council = council_on_sqlite
        wren = council.signed_in()
        assert wren.send("/people/add", name=name, email="eve@x.example").status_code == 303
        sent: list[Any] = []

        class Sender:
            def send(self, message: Any) -> None:
                sent.append(message)

        done = messages.send_due(
            council.database,
            sender=Sender(),
            sender_address="svtracker@north-vale.example",
            link_text=service.link_text("https://sv.north-vale.example", clock=council.clock),
            clock=council.clock,
        )
        assert done.sent == 1
        (mail,) = sent
        assert mail["To"] == "eve@x.example"
        assert set(mail.keys()) <= {
            *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version"),
            *("Content-Type", "Content-Transfer-Encoding"),
        }

    def test_no_answer_has_a_header_that_was_sent(self, council_on_sqlite: Council) -> None:
        wren = council_on_sqlite.signed_in()
        for path in ("/people", "/people/download.csv", "/sign-in", "/nowhere"):
            answer = wren.get(f"{path}?next=%0d%0aX-Odd:%201&x=%0d%0aX-Odd:%201")
            assert "x-odd" not in answer.headers
        answer = wren.get("/people%0d%0aX-Odd:%201/")
        assert "x-odd" not in answer.headers


class TestFiles:
    HEADER = "name,email,roles\n"

    def upload(self, wren: Browser, data: bytes, name: str = "people.csv", **more: str) -> Response:
        fields = {"form_token": wren.form_token(), **more}
        return wren.client.post("/people/import", data=fields, files={"file": (name, data, "text/csv")})

    @pytest.mark.parametrize(
        ("name", "shown"),
        [
            ("../../etc/passwd", "passwd"),
            ("..\\..\\windows\\people.csv", "people.csv"),
            ("/etc/cron.d/x", "x"),
            ("....//....//x.csv", "x.csv"),
            ("C:\\x.csv", "x.csv"),
            (f"{'a' * 300}.csv", "a" * 100),
            (f"{SCRIPT[:-9]}.csv", "<script>alert(1).csv"),
            ("=1+1.csv", "=1+1.csv"),
        ],
    )
    def test_a_name_is_only_shown(
        self, council_on_sqlite: Council, name: str, shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = tmp_path / "here"
        folder.mkdir()
        monkeypatch.chdir(folder)
        wren = council_on_sqlite.signed_in()
        for data in (b"name,email\nx,y\n", f"{self.HEADER}Eve Sorrel,eve@x.example,viewer\n".encode()):
            answer = self.upload(wren, data, name)
            assert answer.status_code in {200, 422}
            assert shown in words_of(answer)
            assert "../" not in words_of(answer)
            assert "<script>alert" not in answer.text
        pasted = wren.send("/people/import", text="x", name=name)
        assert pasted.status_code == 422
        assert "../" not in words_of(pasted)
        assert list(folder.iterdir()) == []

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            (b"PK\x03\x04" + b"\x00" * 1000, "a spreadsheet, document or zip archive"),
            (b"\x1f\x8b\x08" + b"\x00" * 1000, "not UTF-8"),
            (b"x" * 1_100_000, "a file of 1,100,000 bytes"),
            (b"name,email,roles\n" + b"a,b,c\n" * 5_001, "5,001 rows"),
            (b"name,email,roles\n" + b'"' * 500_001, "quote"),
            (b"name,email,roles\n" + b"a" * 900_000 + b",b,c\n", "a cell that cannot be read"),
            (b"a," * 400_000, "no column “name”"),
            (b",".join(b"%x" % number for number in range(150_000)), "no column “name”"),
            (b"name,email,roles\n" + b",".join([b"x"] * 400_000), "400,000 cells"),
            (b"name,email,roles\n" + b"\n" * 900_000, ""),
            (b"\x00" * 1000, "a control character"),
            (b"\xff\xfe" + b"a\x00" * 100, "UTF-16"),
            (b"", ""),
        ],
        ids=lambda value: value[:12] if isinstance(value, bytes) else "",
    )
    def test_one_that_is_too_much_or_no_table_is_refused_in_words(
        self, council_on_sqlite: Council, data: bytes, said: str
    ) -> None:
        wren = council_on_sqlite.signed_in()
        answer = self.upload(wren, data, confirmed="yes")
        assert answer.status_code == 422 or not said
        assert said in words(answer)
        assert len(answer.content) < 500_000
        assert len(wren.get("/api/v1/people").json()) == 1

    def test_one_beyond_the_limit_is_not_read(self, council_on_sqlite: Council) -> None:
        wren = council_on_sqlite.signed_in()
        answer = self.upload(wren, b"x" * 5_000_000)
        assert answer.status_code == 413
        assert "so it was not read" in words(answer)

    def test_thousands_of_fields_are_refused(self, council_on_sqlite: Council) -> None:
        wren = council_on_sqlite.signed_in()
        mark = wren.form_token()
        many = "&".join(f"f{number}=x" for number in range(20_000))
        kind = {"content-type": "application/x-www-form-urlencoded"}
        plain = wren.client.post("/people/import", content=f"form_token={mark}&{many}", headers=kind)
        part = '--b\r\nContent-Disposition: form-data; name="{}"\r\n\r\nx\r\n'
        body = "".join(part.format(number) for number in range(2_000)) + "--b--\r\n"
        kind = {"content-type": "multipart/form-data; boundary=b", CSRF_HEADER: mark}
        parts = wren.client.post("/people/import", content=body, headers=kind)
        assert [answer.status_code for answer in (plain, parts)] == [400, 400]

    def test_nothing_is_unpacked(self, council_on_sqlite: Council) -> None:
        """A body that says that it is compressed is read as it is."""
        wren = council_on_sqlite.signed_in()
        headers = {"content-encoding": "gzip", CSRF_HEADER: wren.form_token(), "content-type": "text/csv"}
        answer = wren.client.post("/people/import", content=b"\x1f\x8b\x08\x00", headers=headers)
        assert answer.status_code == 422


class TestOddValues:
    """Whatever stands in a field or an address, both databases answer without a fault and nobody is let in by it."""

    def test_in_every_field_of_every_form(self, council: Council) -> None:
        robin = council.add("Robin Ash", Role.VIEWER)
        faults, tried = [], 0
        for rule in POSTS:
            if not rule.changes or rule.path == "/sign-out":
                continue
            fields = fields_of(council.app, rule.path)
            browser = council.signed_in()
            mark = browser.form_token()
            for field in fields:
                for odd in WORST:
                    filled = {
                        **FILLED.get(rule.path, {}),
                        "version": self.version(council, robin.person_id),
                        **self.turn(council, robin),
                        field: odd,
                    }
                    path = address_of(rule.path, number=str(robin.person_id))
                    answer = browser.client.post(path, data={**filled, "form_token": mark})
                    tried += 1
                    if answer.status_code >= 500:
                        faults.append((rule.path, field, odd, answer.status_code))
                    if rule.path == "/sign-in" or answer.status_code == 403:
                        browser = council.signed_in()
                        mark = browser.form_token()
        assert faults == []
        assert tried >= 200
        assert people.check(council.database) == []

    def turn(self, council: Council, user: User) -> dict[str, str]:
        """What can be done to an account now, so that each reason is stored and not one alone."""
        with council.database.reading() as session:
            state = service.get_user(session, user.person_id, organisation_id=None).state
        return {"action": {"active": "lock", "locked": "unlock", "disabled": "enable"}[state]}

    def version(self, council: Council, person_id: int) -> str:
        with council.database.reading() as session:
            return str(service.get_user(session, person_id, organisation_id=None).version)

    @pytest.mark.parametrize("codec", ODD_CODECS)
    def test_in_a_form_that_claims_an_odd_encoding(self, council: Council, codec: str) -> None:
        robin = council.add("Robin Ash", Role.VIEWER)
        wren = council.signed_in()
        headers = {"content-type": f"multipart/form-data; boundary=b; charset={codec}", CSRF_HEADER: wren.form_token()}
        for rule in POSTS:
            if rule.path in {"/sign-out", "/sign-in"}:
                continue
            fields = fields_of(council.app, rule.path) or ["x"]
            part = b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
            version = self.version(council, robin.person_id).encode()
            for odd in fields:
                body = b"".join(
                    part % (name.encode(), ODD_BYTES if name == odd else version if name == "version" else b"lock")
                    for name in fields
                )
                path = address_of(rule.path, number=str(robin.person_id))
                answer = wren.client.post(path, content=body + b"--b--\r\n", headers=headers)
                assert answer.status_code < 500, (rule.path, odd)
        nobody = council.browser()
        body = part % (b"email", ODD_BYTES) + part % (b"password", ODD_BYTES) + part % (b"next", ODD_BYTES)
        headers.pop(CSRF_HEADER)
        answer = nobody.client.post("/sign-in", content=body + b"--b--\r\n", headers=headers)
        assert answer.status_code < 500
        assert nobody.cookies == {}

    def test_in_every_address(self, council: Council) -> None:
        council.add("Robin Ash", Role.VIEWER)
        wren = council.signed_in()
        mark, tried = wren.form_token(), 0
        for rule in ACCESS:
            names = [name for name in ("number", "token", "kind") if f"{{{name}}}" in rule.path]
            if not names or rule.path.startswith(("/frameworks", "/tenders", "/score", "/api/v1/frameworks")):
                continue
            for name in names:
                for odd in ODD:
                    path = address_of(rule.path, **{name: quote(odd, safe="")})
                    if rule.path == "/links/{token}/new" and not odd.strip():
                        continue
                    answer = wren.client.request(rule.method, path, headers={CSRF_HEADER: mark})
                    assert answer.status_code < 500, path
                    tried += 1
        assert tried >= 300
        assert wren.is_signed_in

    @pytest.mark.parametrize("email", ["%", "_" * 29, "wren.alder%", "wren.alder@north-vale.exampl_"])
    def test_wildcards_find_nobody(self, council: Council, email: str) -> None:
        assert council.browser().sign_in(email).status_code == 403


@dataclass(frozen=True, kw_only=True)
class Things:
    """The numbers of a person, a message, a link, a session and a policy rule of another organisation."""

    person: int
    message: int
    link: int
    session: int
    rule: int


class TestAnotherOrganisation:
    @pytest.fixture
    def theirs(self, council: Council) -> Things:
        """What an organisation next door has."""
        other = people.add_council(council.database, "elsewhere")
        jay = people.add_user(council.database, other, Role.ADMINISTRATOR, name="Jay Elm", email="jay@x.example")
        people.set_password(council.database, jay, council.clock)
        browser = council.signed_in(jay)
        assert browser.send("/people/add", name="Kit Rush", email="kit@x.example").status_code == 303
        assert browser.send("/policy", **FORMS["/policy"]).status_code == 303
        return Things(
            person=jay.person_id,
            message=browser.get("/api/v1/messages").json()[0]["id"],
            link=browser.get("/api/v1/personal-links").json()[0]["id"],
            session=1,
            rule=browser.get("/api/v1/policy/rules").json()[0]["number"],
        )

    def test_is_answered_with_the_bytes_of_what_does_not_exist(self, council: Council, theirs: Things) -> None:
        wren = council.signed_in()
        before = events(council)
        numbers = {
            "/people/": theirs.person,
            "/api/v1/people/": theirs.person,
            "/messages/": theirs.message,
            "/personal-links/": theirs.link,
            "/account/sessions/": theirs.session,
            "/policy/rules/": theirs.rule,
        }
        tried = 0
        for rule in ACCESS:
            if "{number}" not in rule.path:
                continue
            number = next(number for start, number in numbers.items() if rule.path.startswith(start))
            answers = []
            for one in (number, 987_654):
                path = address_of(rule.path, number=str(one))
                fields = {"form_token": wren.form_token(), **FORMS.get(rule.path, {})}
                body = {"data": fields} if rule.method == "POST" else {}
                answers.append((wren.client.request(rule.method, path, **body), str(one)))
            (there, mine), (nowhere, none) = answers
            assert there.status_code == nowhere.status_code == 404, rule.path
            assert there.text.replace(f"“{mine}”", "") == nowhere.text.replace(f"“{none}”", ""), rule.path
            assert set(there.headers) == set(nowhere.headers)
            tried += 1
        assert tried >= 10
        assert events(council) == before
        nowhere = wren.send("/account/organisation", organisation="987654")
        there = wren.send("/account/organisation", organisation="2")
        assert there.status_code == nowhere.status_code == 404
        assert there.text.replace("“2”", "") == nowhere.text.replace("“987654”", "")

    def test_is_in_no_list_and_no_file(self, council: Council, theirs: Things) -> None:
        council.let_into_everything(council.wren)
        wren = council.signed_in()
        for rule in ACCESS:
            # What is about one thing of a demo that this council does not have.
            one = "{number}" in rule.path or ":int}" in rule.path or rule.path == "/contracts/add"
            is_task = isinstance(rule.who, Task)
            if rule.method == "GET" and rule.who is not Audience.EVERYBODY and not one and not is_task:
                own = {"object_kind": "organisation", "object_id": "north-vale"}
                query = urlencode(QUERIES.get(rule.path, {}))
                answer = wren.get(f"{address_of(rule.path, **own)}?{query}")
                assert answer.status_code == 200, rule.path
                assert not re.search("Jay Elm|Kit Rush|kit@x|elsewhere", answer.text), rule.path

    def test_a_guest_with_a_role_is_seen_and_cannot_be_closed(self, council: Council, theirs: Things) -> None:
        """Who has a role here and a home next door is in the list; their account is their home's alone."""
        with council.database.writing() as session:
            service.grant_role(
                session,
                theirs.person,
                Role.VIEWER,
                organisation_id=council.organisation_id,
                actor=COMMAND_LINE,
                clock=council.clock,
            )
            version = service.get_user(session, theirs.person, organisation_id=None).version
        wren = council.signed_in()
        page = wren.get(f"/people/{theirs.person}")
        assert "Jay Elm" in words(page)
        assert "Administrator" not in words(page).partition("Give a role")[0], "a role next door is not shown"
        for path, fields in (
            ("state", {"version": str(version), "action": "disable", "reason": "a test"}),
            ("state", {"version": str(version), "action": "lock", "reason": "a test"}),
            ("erase", {"erase_reason": "a test"}),
        ):
            assert wren.send(f"/people/{theirs.person}/{path}", **fields).status_code == 404
        ended = wren.send(f"/people/{theirs.person}/roles/end", version=str(version), role="administrator")
        assert ended.status_code == 404
        assert wren.send(f"/people/{theirs.person}/roles/end", version=str(version), role="viewer").status_code == 303
        assert wren.get(f"/people/{theirs.person}").status_code == 404


def test_the_log_names_nobody(council: Council, log: io.StringIO) -> None:
    """Every kind of request with names, addresses and tokens in it, and a fault; what was logged is looked at."""
    robin = council.add("Robin Ash", Role.VIEWER)
    token = hand_out(council.database, robin, council.clock)
    wren = council.signed_in()
    wren.get("/people?find=Robin+Ash&email=robin.ash@north-vale.example")
    wren.get("/people/Robin%20Ash")
    wren.get("/Robin%20Ash")
    wren.send("/people/add", name="Robin Ash", email=robin.email)
    wren.send("/people/import", text="name,email,roles\nRobin Ash,robin.ash@north-vale.example,king\n")
    wren.send(f"/people/{robin.person_id}/erase", erase_reason="Robin Ash asked for it")
    council.browser().send(f"/links/{token}", password=PASSWORD)
    council.browser().send(f"/links/{token}/new")
    council.browser().sign_in(robin.email, "Robin Ash")
    council.app.state.database.dispose()
    council.app.state.clock = lambda: 1 / 0
    assert wren.get("/account?find=Robin").status_code == 500
    council.app.state.clock = council.clock
    written = log.getvalue()
    assert written.count('"message": "request"') >= 12
    assert "ZeroDivisionError" in written
    assert PERSONAL.findall(written) == []


# Values with which every operation of the JSON interface answers, and values with which it need not.
PLAIN = {
    "set_id": "open-toms",
    "version": "2021.1",
    "ref": "J1",
    "key": "new-market",
    "number": "1",
    "tender": "8",
    "contract": "1",
    "object_kind": "version",
    "object_id": "open-toms@2021.1",
}
QUERY = {"from": "2018.1", "to": "2021.1"}
VISITORS = (SIGNED_OUT, BY_LINK, ELSEWHERE, *Role)


@pytest.fixture(scope="module")
def app(demo_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    """The demo in a database of its own, with an organisation next door."""
    file = tmp_path_factory.mktemp("json") / "demo.db"
    copyfile(demo_url.removeprefix("sqlite:///"), file)
    app = application(f"sqlite:///{file}")
    add_somebody(app.state.database)
    add_elsewhere(app.state.database)
    yield app
    app.state.database.dispose()


class TestTheJsonInterface:
    """What the description promises is there: as every role each operation is asked, rightly and oddly."""

    def ask(self, browser: Any, path: str, method: str, operation: dict[str, Any], values: dict[str, str]) -> Response:
        placed = {one["name"]: one["in"] for one in operation.get("parameters", [])}
        address = path.format(
            **{name: quote(values[name], safe="") for name, where in placed.items() if where == "path"}
        )
        query = {name: values[name] for name, where in placed.items() if where == "query" and name in values}
        body = {"content": values.get("body", WORKED)} if method == "post" else {}
        headers = {**browser.own_form, **({"content-type": "application/yaml"} if body else {})}
        return browser.client.request(method, address, params=query, headers=headers, **body)

    def test_every_operation_works_for_some_role(self, app: FastAPI) -> None:
        client = client_at(app)
        document = client.get("/api/openapi.json").json()
        operations = [(path, m, op) for path, methods in document["paths"].items() for m, op in methods.items()]
        worked: dict[tuple[str, str], set[str]] = {}
        for who in VISITORS:
            browser = visitor(app, client, who)
            for path, method, operation in operations:
                values = {**PLAIN, **(QUERY if "/compare" in path else {})}
                answer = self.ask(browser, path, method, operation, values)
                if 200 <= answer.status_code < 300:
                    worked.setdefault((path, method), set()).add(str(who))
                else:
                    assert answer.status_code in {401, 403, 404}, (path, who, answer.text)
        assert sorted(worked) == sorted((path, method) for path, method, _ in operations)
        assert len(operations) >= 12
        assert worked["/api/v1/people", "get"] == {ELSEWHERE, Role.ADMINISTRATOR, Role.AUDITOR}
        assert worked["/api/v1/account", "get"] == set(map(str, VISITORS)) - {SIGNED_OUT, BY_LINK}

    @pytest.mark.parametrize("who", VISITORS)
    @settings(
        max_examples=4,
        derandomize=True,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(data=st.data())
    def test_nothing_odd_makes_a_fault(self, app: FastAPI, who: str, data: st.DataObject) -> None:
        client = client_at(app)
        browser = visitor(app, client, who)
        document = client.get("/api/openapi.json").json()
        odd = st.one_of(st.sampled_from(ODD), st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=9))
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                values = {
                    name: data.draw(st.one_of(st.just(value), odd))
                    for name, value in {**PLAIN, **QUERY, "body": WORKED}.items()
                }
                for one in operation.get("parameters", []):
                    values.setdefault(one["name"], data.draw(odd))
                if any(values[one["name"]] in {".", ".."} for one in operation.get("parameters", [])):
                    continue
                answer = self.ask(browser, path, method, operation, values)
                assert answer.status_code < 500, (path, values)
                assert answer.headers["content-type"].startswith(("application/json", "text/html")), (path, values)
