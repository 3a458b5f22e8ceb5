"""Policy rules from the policy lead's form to the tender that waits for its waiver, and the register of waivers."""

import csv
import io
from typing import Any

import pytest
from openpyxl import load_workbook

from svtracker.identity.rules.roles import Role
from svtracker.messages import service as messages
from svtracker.tenders.rules.stages import Stage
from svtracker.tenders.service import setup
from tests.web.council import Browser, Council, at_field, words
from tests.web.test_tender_setup import put, tender_of, with_measures

RULE: dict[str, Any] = {"kind": "least_weight", "figure": "25 %", "basis": "Cabinet, minute 12", "from_day": ""}


def today(council: Council) -> str:
    return f"{council.clock():%Y-%m-%d}"


@pytest.fixture
def lead(council: Council) -> Browser:
    return council.signed_in(council.add("Pat Lime", Role.POLICY_LEAD))


def add_rule(council: Council, lead: Browser, **changes: Any) -> None:
    sent = lead.send("/policy", **{**RULE, "from_day": today(council), **changes})
    assert sent.status_code == 303, words(sent)


def draft_of(officer: Browser) -> int:
    sent = officer.send("/tenders/add", title="Repairs of footpaths", reference="NV-1")
    return int(sent.headers["location"].split("/")[2])


def publish(council: Council, officer: Browser, number: int) -> int:
    version = tender_of(council, number).version
    return officer.send(f"/tenders/{number}/publish", version=version, confirmed="yes").status_code


def test_a_tender_that_breaks_a_rule_waits_for_its_waiver(council: Council, lead: Browser) -> None:
    officer = with_measures(council)
    approver = council.signed_in(council.add("Ash Grove", Role.APPROVER))
    add_rule(council, lead, value_from="£100,000", category="works")
    add_rule(council, lead, kind="most_measures", figure="3", category="cpv", cpv="90")
    number = draft_of(officer)
    page = put(council, officer, number)
    said = "20 of 100 marks are for social value, 20%; at least 25% is wanted."
    assert said in words(page)
    assert "0 of 1 rule met, 1 not met." in words(page)
    assert 'href="#rule-1"' in page.text
    assert said in words(officer.get(f"/tenders/{number}/publish"))
    assert publish(council, officer, number) == 422
    assert tender_of(council, number).stage is Stage.DRAFT
    asked = officer.get(f"/tenders/{number}/waivers?rule=1&figure=20")
    assert 'value="20"' in asked.text
    empty = officer.send(f"/tenders/{number}/waivers", figure="x")
    assert empty.status_code == 422
    assert [at_field(empty, field)[:6] for field in ("rule", "figure", "reason")] == ["Choose", "Enter ", "Say wh"]
    too_good = officer.send(f"/tenders/{number}/waivers", rule="1", figure="25", reason="Why not.")
    assert "less than 25%" in at_field(too_good, "figure")
    assert officer.send(f"/tenders/{number}/waivers", rule="1", figure="20%", reason="Thin market.").status_code == 303
    assert "1 waiver waits for a decision." in words(approver.get("/"))
    place = f"/tenders/{number}/waivers/1"
    assert "Your decision" in words(approver.get(f"/tenders/{number}/waivers"))
    assert "Your decision" not in words(officer.get(f"/tenders/{number}/waivers"))
    assert at_field(approver.send(place, reason="Fine."), "decision-1").startswith("Choose whether")
    assert at_field(approver.send(place, decision="approve"), "because-1").startswith("Say why")
    assert approver.send(place, decision="approve", reason="One time only.").status_code == 303
    again = approver.send(place, decision="refuse", reason="After all.")
    assert again.status_code == 422
    assert "somebody else changed the waiver" in words(again)
    assert approver.send(f"/tenders/{number}/waivers/99", decision="refuse", reason="x").status_code == 404
    assert "1 waived" in words(officer.get(f"/tenders/{number}/setup"))
    assert publish(council, officer, number) == 303
    # A worse setting needs another waiver, and the amendment says so.
    worse = {"qualitative": "9", "question_weight": ["9", ""], "reason": "Fewer marks.", "do": "amend"}
    refused = put(council, officer, number, room="amend", **worse)
    assert "19 of 100 marks are for social value, 19%" in words(refused)
    assert f"/tenders/{number}/waivers?rule=1&amp;figure=19" in refused.text
    settings = officer.get(f"/api/v1/tenders/{number}/settings").json()
    (check,) = settings["policy_rules"]
    assert (check["standing"], check["found"], check["wanted"], check["waiver"]) == ("waived", "20", "25", 1)
    register(council, lead)


def register(council: Council, lead: Browser) -> None:
    """The one waiver as page, JSON, CSV and XLSX says the same; who asked was told."""
    page = words(lead.get("/policy/waivers"))
    for part in ("Repairs of footpaths", "Down to 20%", "Thin market.", "Olive Rowan", "Ash Grove", "One time only."):
        assert part in page
    (one,) = lead.get("/api/v1/policy/waivers").json()
    assert (one["state"], one["asked"], one["found"], one["contract_value"]) == ("approved", "20", "20", "750000.00")
    assert (one["asked_by"]["name"], one["decided_by"]["name"]) == ("Olive Rowan", "Ash Grove")
    text = lead.get("/policy/waivers/download.csv").content.decode("utf-8-sig")
    lines = [line for line in csv.reader(io.StringIO(text)) if line]
    place = next(n for n, line in enumerate(lines) if line[0] == "Waiver")
    line = dict(zip(lines[place], lines[place + 1], strict=True))
    assert (line["Tender"], line["Asked for"], line["Unit"]) == ("Repairs of footpaths", "20", "%")
    assert (line["Asked by"], line["State"], line["Reason of the decision"]) == (
        "Olive Rowan",
        "approved",
        "One time only.",
    )
    sheet = load_workbook(io.BytesIO(lead.get("/policy/waivers/download.xlsx").content)).active
    assert sheet is not None
    assert "Thin market." in {cell.value for row in sheet.iter_rows() for cell in row}
    with council.database.reading() as session:
        sent = [one.subject for one in messages.list_messages(session, organisation_id=council.organisation_id)]
    assert sorted(sent) == ["A waiver from a policy rule waits for your decision", "Your waiver was decided"]


def test_nobody_decides_on_their_own_request(council_on_sqlite: Council) -> None:
    council = council_on_sqlite
    both = council.add("Elm Both", Role.PROCUREMENT_OFFICER, Role.APPROVER, Role.POLICY_LEAD)
    with_measures(council)
    browser = council.signed_in(both)
    add_rule(council, browser)
    number = draft_of(browser)
    put(council, browser, number)
    browser.send(f"/tenders/{number}/waivers", rule="1", figure="20", reason="I think so.")
    assert "so another approver decides" in words(browser.get(f"/tenders/{number}/waivers"))
    refused = browser.send(f"/tenders/{number}/waivers/1", decision="approve", reason="I agree with myself.")
    assert refused.status_code == 422
    assert "decided by somebody else" in words(refused)
    assert publish(council, browser, number) == 422


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"kind": ""}, "kind", "Enter what the rule says."),
    ({"kind": "most_beautiful"}, "kind", "Enter what the rule says."),
    ({"figure": ""}, "figure", "Enter a plain figure"),
    ({"figure": "a lot"}, "figure", "Saw “a lot”"),
    ({"figure": "120"}, "figure", "at most 100 %"),
    ({"kind": "most_measures", "figure": "2.5"}, "figure", "a whole number of measures"),
    ({"kind": "theme_least", "figure": "1"}, "theme", "Enter the theme"),
    ({"value_from": "much"}, "value_from", "Saw “much”"),
    ({"value_from": "5", "value_below": "5"}, "value_below", "more than 5"),
    ({"category": "everything"}, "category", "works, services, goods"),
    ({"category": "cpv"}, "cpv", "first 2 to 8 digits"),
    ({"from_day": "soon"}, "from_day", "a day, as in"),
    ({"from_day": "2001-01-01"}, "from_day", "never reaches back"),
    ({"basis": "x" * 301}, "basis", "at most 300 characters"),
]


def test_what_is_wrong_with_a_rule_stands_at_its_field(council_on_sqlite: Council) -> None:
    wren = council_on_sqlite.signed_in()
    for change, field, said in WRONG:
        refused = wren.send("/policy", **{**RULE, "from_day": today(council_on_sqlite), **change})
        assert refused.status_code == 422, change
        assert said in at_field(refused, field), change
        assert f'href="#{field}"' in refused.text, change
    assert wren.get("/api/v1/policy/rules").json() == []


def test_a_rule_is_changed_and_ended_and_all_of_it_is_in_the_record(council: Council, lead: Browser) -> None:
    add_rule(council, lead)
    assert "1 rule holds today." in words(lead.get("/policy"))
    again = {**RULE, "from_day": "2099-01-01", "figure": "30", "version": "1"}
    moved = lead.send("/policy/rules/1", **again)
    assert moved.headers["location"] == "/policy/rules/2"
    assert lead.send("/policy/rules/1", **again).status_code == 409
    assert "1 rule holds today. 1 more is still to come." in words(lead.get("/policy"))
    first, second = lead.get("/api/v1/policy/rules").json()
    assert (first["to"], second["from"], second["replaces"]) == ("2098-12-31", "2099-01-01", 1)
    assert (first["figure"], first["holds_today"], second["figure"], second["holds_today"]) == ("25", True, "30", False)
    no_reason = lead.send("/policy/rules/2/end", off_day=today(council), version="1")
    assert "Enter the reason why it ends." in at_field(no_reason, "end_reason")
    no_day = lead.send("/policy/rules/2/end", off_day="x", reason="Lifted.", version="1")
    assert "a day, as in" in at_field(no_day, "end_off_day")
    assert lead.send("/policy/rules/2/end", off_day=today(council), reason="Lifted.", version="1").status_code == 303
    page = words(lead.get("/policy"))
    assert "Rules that ended 1" in page
    assert "Taken back before 1 January 2099" in page
    assert lead.get("/policy/rules/99").status_code == 404
    record = words(council.signed_in().get("/audit/policy_rule/2"))
    assert "Policy rule changed" in record
    assert "Lifted." in record


def test_who_only_reads_has_no_forms(council_on_sqlite: Council) -> None:
    council = council_on_sqlite
    add_rule(council, council.signed_in())
    auditor = council.signed_in(council.add("Sam Reed", Role.AUDITOR))
    for path in ("/policy", "/policy/rules/1", "/policy/waivers"):
        page = auditor.get(path)
        assert page.status_code == 200
        assert '<form method="post" action="/policy' not in page.text
    officer = council.signed_in(council.add("Olive Rowan", Role.PROCUREMENT_OFFICER))
    assert officer.get("/policy").status_code == 200
    assert officer.get("/policy/waivers").status_code == 403


def test_what_was_published_before_a_rule_can_be_amended(council_on_sqlite: Council) -> None:
    council = council_on_sqlite
    officer = with_measures(council)
    number = draft_of(officer)
    put(council, officer, number)
    assert publish(council, officer, number) == 303
    wren = council.signed_in()
    later = f"{council.clock():%Y}-12-31"
    add_rule(council, wren, from_day=later)
    assert "Policy rules" not in words(officer.get(f"/tenders/{number}/setup"))
    put(council, officer, number, room="amend", do="amend", decimals="3", reason="Finer marks.")
    with council.database.reading() as session:
        assert len(setup.list_editions(session, number, organisation_id=council.organisation_id)) == 2
