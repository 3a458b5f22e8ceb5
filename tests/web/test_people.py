"""People and their roles on pages: every form rightly and wrongly filled, on each database."""

import csv
import io
import re
from datetime import date

import pytest
from httpx2 import Response
from openpyxl import load_workbook
from sqlalchemy import text

from svtracker.identity.rules.roles import Role
from svtracker.identity.service import User
from tests.identity.people import EMAIL, check, told
from tests.web.council import Browser, Council, at_field, words

HEADER = "name,email,roles\n"


@pytest.fixture
def robin(council: Council) -> User:
    return council.add("Robin Ash", Role.EVALUATOR)


@pytest.fixture
def wren(council: Council, robin: User) -> Browser:
    """The administrator, signed in."""
    return council.signed_in()


def version(answer: Response) -> str:
    return re.findall('name="version" value="([^"]+)"', answer.text)[0]


def change(browser: Browser, user: User, form: str, **fields: str) -> Response:
    """Sends a form of a person's page as it stands there."""
    page = f"/people/{user.person_id}"
    return browser.send(f"{page}/{form}", on=page, **{"version": version(browser.get(page)), **fields})


def person(browser: Browser, user: User) -> dict[str, object]:
    found: dict[str, object] = browser.get(f"/api/v1/people/{user.person_id}").json()
    return found


class TestAdding:
    def test_a_person_with_roles(self, council: Council, wren: Browser) -> None:
        answer = wren.send("/people/add", name=" Eve Sorrel ", email=" Eve@x.example ", roles=["viewer", "approver"])
        assert answer.status_code == 303
        page = words(wren.get(answer.headers["location"]))
        assert "Eve Sorrel can sign in and has the role viewer and approver." in page
        assert "Eve@x.example" in page
        assert "Set your password for svtracker" in words(wren.get("/messages"))

    @pytest.mark.parametrize(
        ("fields", "field", "said"),
        [
            ({"email": "eve@x.example"}, "name", "a name on one line"),
            ({"name": "Eve" * 50, "email": "eve@x.example"}, "name", "at most 120 characters"),
            ({"name": "Eve Sorrel"}, "email", "an email address"),
            ({"name": "Eve Sorrel", "email": "eve"}, "email", "an email address"),
            ({"name": "Eve Sorrel", "email": EMAIL.upper()}, "email", "account"),
        ],
    )
    def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(
        self, council: Council, wren: Browser, fields: dict[str, str], field: str, said: str
    ) -> None:
        answer = wren.send("/people/add", **fields, roles=["auditor", "viewer"])
        assert answer.status_code == 422
        assert said in at_field(answer, field)
        assert f'href="#{field}"' in answer.text
        for value in fields.values():
            assert f'value="{value}"' in answer.text
        assert re.findall('value="([a-z ]+)" checked', answer.text) == ["viewer", "auditor"]
        assert len(wren.get("/api/v1/people").json()) == 2

    def test_everything_wrong_is_said_at_once(self, wren: Browser) -> None:
        answer = wren.send("/people/add", name="", email="")
        assert at_field(answer, "name")
        assert at_field(answer, "email")


class TestRoles:
    def test_are_given_for_a_time_and_ended(self, council: Council, wren: Browser, robin: User) -> None:
        days = {"from_day": "2026-11-22", "to_day": "2026-12-31"}
        assert change(wren, robin, "roles", role="auditor", **days).status_code == 303
        assert "Auditor from 22 November 2026, to 31 December 2026" in words(wren.get(f"/people/{robin.person_id}"))
        assert council.signed_in(robin).get("/people").status_code == 200
        council.clock.now = council.clock.now.replace(year=2027, month=1, day=1)
        assert council.signed_in(robin).get("/people").status_code == 403
        wren = council.signed_in()
        assert "not today" in words(wren.get(f"/people/{robin.person_id}"))
        assert change(wren, robin, "roles/end", role="auditor").status_code == 303
        assert [one["role"] for one in person(wren, robin)["roles"]] == ["evaluator"]

    @pytest.mark.parametrize(
        ("fields", "field", "said"),
        [
            ({}, "role", "Choose a role."),
            ({"role": "viewer", "from_day": "22/11/2026"}, "from_day", "as in 2026-11-22"),
            ({"role": "viewer", "to_day": "20261122"}, "to_day", "as in 2026-11-22"),
            ({"role": "viewer", "to_day": "2026-W47-7"}, "to_day", "as in 2026-11-22"),
            ({"role": "viewer", "to_day": "2026-02-30"}, "to_day", "as in 2026-11-22"),
            (
                {"role": "viewer", "from_day": "2026-12-02", "to_day": "2026-12-01"},
                "role",
                "would end before it begins",
            ),
        ],
    )
    def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(
        self, wren: Browser, robin: User, fields: dict[str, str], field: str, said: str
    ) -> None:
        answer = change(wren, robin, "roles", **fields)
        assert answer.status_code == 422
        assert said in at_field(answer, field)
        for name, value in fields.items():
            assert (f'value="{value}" selected' if name == "role" else f'value="{value}"') in answer.text
        assert [one["role"] for one in person(wren, robin)["roles"]] == ["evaluator"]

    def test_the_last_administrator_keeps_the_role(self, council: Council, wren: Browser) -> None:
        answer = change(wren, council.wren, "roles/end", role="administrator")
        assert answer.status_code == 422
        assert "administrator" in at_field(answer, "role")
        for action in ("lock", "disable"):
            refused = change(wren, council.wren, "state", action=action, reason="leaves")
            assert (refused.status_code, bool(at_field(refused, "reason"))) == (422, True)
        erased = wren.send(f"/people/{council.wren.person_id}/erase", erase_reason="asked for it")
        assert (erased.status_code, bool(at_field(erased, "erase_reason"))) == (422, True)
        assert wren.is_signed_in
        council.add("Jay Elm", Role.ADMINISTRATOR)
        assert change(wren, council.wren, "roles/end", role="administrator").status_code == 303
        assert wren.get("/people").status_code == 403


class TestTheAccount:
    def test_is_locked_unlocked_closed_and_opened(self, council: Council, wren: Browser, robin: User) -> None:
        for action, state, page in (
            ("lock", "locked", "The account of Robin Ash is locked, because: is away"),
            ("unlock", "active", "Robin Ash can sign in"),
            ("disable", "disabled", "The account of Robin Ash is closed"),
            ("enable", "active", "Robin Ash can sign in"),
        ):
            assert change(wren, robin, "state", action=action, reason="is away").status_code == 303
            assert person(wren, robin)["state"] == state
            assert page in words(wren.get(f"/people/{robin.person_id}"))
            signed = council.browser().sign_in(robin.email).status_code
            assert signed == (303 if state == "active" else 403)
        assert told(council.database, "account")[-4:] == [
            "account_locked",
            "account_unlocked",
            "account_disabled",
            "account_enabled",
        ]

    @pytest.mark.parametrize("action", ["lock", "disable"])
    @pytest.mark.parametrize("reason", ["", "  ", "a\x00b"])
    def test_a_reason_is_needed(self, wren: Browser, robin: User, action: str, reason: str) -> None:
        answer = change(wren, robin, "state", action=action, reason=reason)
        assert answer.status_code == 422
        assert at_field(answer, "reason")
        assert person(wren, robin)["state"] == "active"

    def test_what_can_no_longer_be_done_is_said(self, wren: Browser, robin: User) -> None:
        change(wren, robin, "state", action="disable", reason="leaves")
        answer = change(wren, robin, "state", action="unlock", reason="is back")
        assert answer.status_code == 422
        assert "Enable it instead." in at_field(answer, "reason")
        assert 'value="is back"' in answer.text

    def test_nobody_is_closed_who_still_has_a_contract(self, council: Council, wren: Browser, robin: User) -> None:
        contract = {"object_kind": "contract", "object_id": "12"}
        council.role(robin, Role.CONTRACT_MANAGER, **contract)
        for form, fields, field in (
            ("state", {"action": "disable", "reason": "leaves"}, "reason"),
            ("erase", {"erase_reason": "leaves"}, "erase_reason"),
        ):
            answer = change(wren, robin, form, **fields)
            assert answer.status_code == 422
            assert "contract manager of contract 12" in at_field(answer, field)
            assert 'value="leaves"' in answer.text
        assert person(wren, robin)["state"] == "active"
        assert change(wren, robin, "roles/end", role="contract manager", of="contract:12").status_code == 303
        assert change(wren, robin, "state", action="disable", reason="leaves").status_code == 303

    def test_who_owned_something_until_yesterday_is_closed(self, council: Council, wren: Browser, robin: User) -> None:
        contract = {"object_kind": "contract", "object_id": "12", "to_day": date(2026, 11, 21)}
        council.role(robin, Role.CONTRACT_MANAGER, **contract)
        assert change(wren, robin, "state", action="disable", reason="leaves").status_code == 303


class TestTwoAdministrators:
    @pytest.mark.parametrize(
        ("form", "fields"),
        [
            ("roles", {"role": "auditor", "from_day": "2026-12-01", "to_day": "2026-12-02"}),
            ("roles/end", {"role": "evaluator"}),
            ("state", {"action": "disable", "reason": "leaves us"}),
        ],
    )
    def test_the_second_sees_both_and_overwrites_nothing(
        self, council: Council, wren: Browser, robin: User, form: str, fields: dict[str, str]
    ) -> None:
        jay = council.signed_in(council.add("Jay Elm", Role.ADMINISTRATOR))
        page = f"/people/{robin.person_id}"
        opened = version(jay.get(page))
        assert change(wren, robin, "roles", role="viewer").status_code == 303
        before = person(wren, robin)
        answer = jay.send(f"{page}/{form}", on=page, version=opened, **fields)
        assert answer.status_code == 409
        assert "somebody else changed the account after you opened it" in words(answer)
        assert "evaluator and viewer" in words(answer), "what is there now"
        if form != "roles/end":
            for name, value in fields.items():
                assert name == "action" or f'value="{value}"' in answer.text, "what was typed"
        assert person(wren, robin) == before
        again = jay.send(f"{page}/{form}", on=page, version=version(answer), **fields)
        assert again.status_code == 303, "with what is there now before one's eyes it is saved"

    @pytest.mark.parametrize("number", ["", "x", "1.5", None])
    def test_a_form_without_its_version_is_refused(self, wren: Browser, robin: User, number: str | None) -> None:
        fields = {"role": "viewer"} | ({} if number is None else {"version": number})
        assert wren.send(f"/people/{robin.person_id}/roles", **fields).status_code == 422
        assert [one["role"] for one in person(wren, robin)["roles"]] == ["evaluator"]


class TestImport:
    FILE = f"{HEADER}Eve Sorrel,eve@x.example,viewer; approver\nRobin Ash,ROBIN.ASH@north-vale.example,viewer\n"

    def test_is_planned_confirmed_and_the_second_time_nothing(self, council: Council, wren: Browser) -> None:
        file = {"file": ("people.csv", b"\xef\xbb\xbf" + self.FILE.replace("\n", "\r\n").encode(), "text/csv")}
        planned = wren.client.post("/people/import", data={"form_token": wren.form_token()}, files=file)
        assert planned.status_code == 200
        assert "1 person would be added, 1 would get another role, 0 would stay as they are." in words(planned)
        assert len(wren.get("/api/v1/people").json()) == 2, "nothing has been changed yet"
        (kept,) = re.findall(r"<textarea[^>]*>\n(.*?)</textarea>", planned.text, flags=re.DOTALL)
        done = wren.send("/people/import", text=kept, name="people.csv", confirmed="yes")
        assert (done.status_code, done.headers["location"]) == (303, "/people")
        after = wren.get("/api/v1/people").json()
        assert [[role["role"] for role in one["roles"]] for one in after[1:]] == [
            ["evaluator", "viewer"],
            ["viewer", "approver"],
        ]
        events = told(council.database, "account")
        assert "2 would stay as they are" in words(wren.send("/people/import", text=self.FILE))
        wren.send("/people/import", text=self.FILE, confirmed="yes")
        assert wren.get("/api/v1/people").json() == after
        assert told(council.database, "account") == events

    def test_all_problems_are_said_at_once_with_their_lines(self, wren: Browser) -> None:
        file = f"{HEADER},x,king\nEve Sorrel,eve@x.example,viewer\nEve,EVE@x.example,\n"
        for confirmed in ("", "yes"):
            answer = wren.send("/people/import", text=file, name="mine.csv", confirmed=confirmed)
            assert answer.status_code == 422
            assert "mine.csv cannot be used. 4 things to put right." in at_field(answer, "file")
            said = words(answer)
            for place in ("Line 2 name", "Line 2 email", "Line 2 roles", "Line 4 email"):
                assert place in said
            assert "“king”" in said
        assert len(wren.get("/api/v1/people").json()) == 2

    def test_nothing_chosen_is_said_at_the_field(self, wren: Browser) -> None:
        assert at_field(wren.send("/people/import"), "file") == "Choose a CSV file."

    def test_what_was_downloaded_changes_nothing(self, council: Council, wren: Browser, robin: User) -> None:
        """A role for a time or for one contract is no role for good when the list comes back."""
        council.role(robin, Role.AUDITOR, to_day=date(2026, 12, 31))
        council.role(robin, Role.CONTRACT_MANAGER, object_kind="contract", object_id="12")
        gone = council.add("Kit Rush", Role.VIEWER)
        assert wren.send(f"/people/{gone.person_id}/erase", erase_reason="asked").status_code == 303
        before = wren.get("/api/v1/people").json()
        file = {"file": ("people.csv", wren.get("/people/download.csv").content, "text/csv")}
        planned = wren.client.post("/people/import", data={"form_token": wren.form_token()}, files=file)
        assert "0 people would be added, 0 would get another role, 2 would stay as they are." in words(planned)
        done = wren.client.post(
            "/people/import", data={"form_token": wren.form_token(), "confirmed": "yes"}, files=file
        )
        assert done.status_code == 303
        assert wren.get("/api/v1/people").json() == before


class TestErasing:
    def test_leaves_a_number_and_a_tombstone_and_nothing_of_the_name(self, council: Council, wren: Browser) -> None:
        eve = council.add("Evadne Sorrel", Role.EVALUATOR, email="evadne@x.example")
        browser = council.signed_in(eve)
        wren.send(f"/people/{eve.person_id}/link")
        council.browser().sign_in("evadne@x.example", "wrong")
        refused = wren.send(f"/people/{eve.person_id}/erase", erase_reason=" ")
        assert (refused.status_code, bool(at_field(refused, "erase_reason"))) == (422, True)
        assert "Evadne" in wren.get("/people").text
        assert wren.send(f"/people/{eve.person_id}/erase", erase_reason="asked for it").status_code == 303
        assert not browser.is_signed_in
        paths = ["/people", f"/people/{eve.person_id}", "/personal-links", "/messages", "/messages/1", "/account"]
        paths += ["/api/v1/people", f"/api/v1/people/{eve.person_id}", "/api/v1/messages", "/api/v1/personal-links"]
        for path in [*paths, "/people/download.csv"]:
            answer = wren.get(path)
            assert answer.status_code == 200, path
            assert not re.search("evadne|sorrel", answer.text, re.IGNORECASE), path
        book = load_workbook(io.BytesIO(wren.get("/people/download.xlsx").content))
        cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
        assert not [cell for cell in cells if re.search("evadne|sorrel", cell, re.IGNORECASE)]
        assert f"Person {eve.person_id}, erased" in words(wren.get("/people"))
        assert "The details of this person were erased." in words(wren.get(f"/people/{eve.person_id}"))
        assert 'name="action"' not in wren.get(f"/people/{eve.person_id}").text
        with council.database.reading() as session:
            tables = ("audit_person", "account", "audit_event", "outbox_message", "sign_in_session", "personal_link")
            held = {name: str(session.execute(text(f"SELECT * FROM {name}")).all()) for name in tables}
        assert not [name for name, rows in held.items() if re.search("evadne|sorrel", rows, re.IGNORECASE)]
        assert "person_erased" in told(council.database, "person")
        assert check(council.database) == []
        again = wren.send(f"/people/{eve.person_id}/erase", erase_reason="again")
        assert again.status_code == 404

    def test_the_address_can_be_used_for_somebody_new(self, council: Council, wren: Browser, robin: User) -> None:
        wren.send(f"/people/{robin.person_id}/erase", erase_reason="asked for it")
        assert wren.send("/people/add", name="Robin Ash", email=robin.email).status_code == 303


class TestPagesAndJson:
    def test_say_the_same(self, council: Council, wren: Browser, robin: User) -> None:
        council.add("Jay Elm", password=None)
        change(wren, robin, "state", action="lock", reason="is away")
        rows = list(csv.reader(io.StringIO(wren.get("/people/download.csv").content.decode("utf-8-sig"))))
        (head,) = [number for number, row in enumerate(rows) if row[:3] == ["name", "email", "roles"]]
        in_file = {row[1]: row for row in rows[head + 1 :]}
        found = wren.get("/api/v1/people").json()
        listed = words(wren.get("/people"))
        assert len(found) == len(in_file) == 3
        assert "3 people have an account, 1 administrator among them. 1 account cannot be used." in listed
        for one in found:
            assert wren.get(f"/api/v1/people/{one['id']}").json() == one
            page = words(wren.get(f"/people/{one['id']}"))
            roles = [role["role"] for role in one["roles"]]
            assert f"{one['name']} {one['email']} {', '.join(roles) or 'no role'}" in listed
            assert one["name"] in page
            assert one["email"] in page
            assert all(role.capitalize() in page for role in roles)
            assert in_file[one["email"]][:3] == [one["name"], one["email"], "; ".join(roles)]
            assert in_file[one["email"]][4] == one["state"]

    def test_an_auditor_reads_and_has_no_form(self, council: Council, wren: Browser, robin: User) -> None:
        auditor = council.signed_in(council.add("Sam Kell", Role.AUDITOR))
        for path in ("/people", f"/people/{robin.person_id}", "/personal-links", "/messages"):
            page = auditor.get(path).text
            assert set(re.findall('<form method="post" action="([^"]+)"', page)) == {"/sign-out"}, path
            assert "/people/add" not in page
        assert auditor.get("/people/add").status_code == 403
        assert auditor.get("/api/v1/people").json() == wren.get("/api/v1/people").json()

    def test_a_link_is_sent_again(self, council: Council, wren: Browser, robin: User) -> None:
        assert wren.send(f"/people/{robin.person_id}/link").headers["location"] == "/messages"
        message = wren.get("/messages/1")
        assert "Message to Robin Ash" in words(message)
        assert "[the personal link stands here in the mail]" in words(message)
        change(wren, robin, "state", action="lock", reason="is away")
        refused = wren.send(f"/people/{robin.person_id}/link")
        assert refused.status_code == 409
        assert "Enable or unlock it first." in words(refused)
