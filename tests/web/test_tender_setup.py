"""Setting a tender up on pages: every fault at its field, nothing lost, published once and locked, amended."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from httpx2 import Response
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.frameworks import service as frameworks
from svtracker.identity.rules.roles import Role
from svtracker.kernel import uk_time
from svtracker.messages import service as messages
from svtracker.tenders.rules.records import Edition, StoredTender
from svtracker.tenders.rules.settings import published_of
from svtracker.tenders.rules.stages import Stage
from svtracker.tenders.schema import PriceShape, QuestionShape, ScoringShape, TenderShape, ValueBasisShape
from svtracker.tenders.service import evaluation, setup
from svtracker.web.setup_form import figure
from tests.guards.html_rules import parse
from tests.tenders.stored import REFERENCE
from tests.web.council import Browser, Council, at_field, words
from tests.web.installation import ROOT

# The measures of the main list of the worked example, in the order of the form.
MEASURES = ["X1", "X2", "X3", "X6", "X4", "X5"]
GOOD: dict[str, Any] = {
    "title": "Repairs of footpaths",
    "reference": "NV-1",
    "directorate": "Places",
    "category": "45233222",
    "contract_value": "£750,000",
    "vat": "excluded",
    "extensions": "included",
    "duration_months": "24",
    "area": "North Vale",
    "closes_day": "1",
    "closes_month": "7",
    "closes_year": "2027",
    "closes_time": "12:00",
    "framework": "example@2021.1",
    "measure_list": "main",
    "measure": MEASURES,
    "use": [""] * 6,
    "weight": [""] * 6,
    "because": [""] * 6,
    "denominator": "contract_value",
    "method": "target",
    "quantitative": "10",
    "qualitative": "10",
    "target_percent": "25 %",
    "cap": "yes",
    "band_from": ["", "", ""],
    "band_marks": ["", "", ""],
    "zero": "score_zero",
    "minimum_percent": "",
    "decimals": "2",
    "tie": "shared",
    "price_weight": "40",
    "other_marks": "quality\n",
    "question_id": ["", ""],
    "question": ["How will you recruit?", ""],
    "question_weight": ["10", ""],
    "qualitative_scale": "5",
    "descriptor": ["None", "Poor", "Weak", "Acceptable", "Good", "Excellent"],
}


def row(place: int, value: str, *, rows: int = 6) -> list[str]:
    return [value if n == place else "" for n in range(rows)]


BANDS = {"method": "bands", "target_percent": ""}
# A change to the form that is right, the field where its fault stands, and a part of what is said there.
BREAKS: list[tuple[dict[str, Any], str, str]] = [
    ({"title": ""}, "title", "Enter a title."),
    ({"title": "x" * 301}, "title", "1 to 300 characters"),
    ({"reference": ""}, "reference", "Enter your reference."),
    ({"reference": "x" * 61}, "reference", "1 to 60 characters"),
    ({"category": "4" * 301}, "category", "at most 300 characters"),
    ({"area": "n" * 301}, "area", "at most 300 characters"),
    ({"contract_value": ""}, "contract_value", "Enter the contract value in £."),
    ({"contract_value": "a lot"}, "contract_value", "Saw “a lot”; wanted a plain figure"),
    ({"contract_value": "0"}, "contract_value", "an amount in £ above 0"),
    ({"vat": "some"}, "vat", "one of: included, excluded"),
    ({"extensions": "some"}, "extensions", "one of: included, excluded"),
    ({"duration_months": "two years"}, "duration_months", "a whole number"),
    ({"duration_months": "0"}, "duration_months", "a number above 0"),
    ({"closes_day": "", "closes_month": "", "closes_year": ""}, "closes_at", "Enter the day and time"),
    ({"closes_day": "31", "closes_month": "2"}, "closes_at", "Saw “31 2 2027 12:00”"),
    ({"closes_time": "noon"}, "closes_at", "Saw “1 7 2027 noon”"),
    ({"framework": ""}, "framework", "Choose a version"),
    ({"framework": "example@1066.1"}, "framework", "one of the versions that are here"),
    ({"measure_list": ""}, "measure_list", "Choose the main or the lite list."),
    ({"measure_list": "record_only"}, "measure_list", "one of: main, lite"),
    ({"denominator": "turnover"}, "denominator", "one of: contract_value, bid_price"),
    ({"method": ""}, "method", "Choose how the quantity earns marks."),
    ({"method": "best"}, "method", "one of: target, relative, bands"),
    ({"quantitative": ""}, "quantitative", "Enter the marks for the quantity."),
    ({"quantitative": "-1"}, "quantitative", "a weight of 0 or more"),
    ({"qualitative": ""}, "qualitative", "Enter the marks for the answers"),
    ({"qualitative": "ten"}, "qualitative", "a plain figure"),
    ({"target_percent": ""}, "target_percent", "Enter the target rate in %."),
    ({"target_percent": "0"}, "target_percent", "a target rate above 0"),
    ({**BANDS}, "bands", "Enter at least one band."),
    ({**BANDS, "band_from": ["0", "x", ""], "band_marks": ["0", "2", ""]}, "band_from-2", "a plain figure"),
    ({**BANDS, "band_from": ["0", "5", ""], "band_marks": ["0", "", ""]}, "band_marks-2", "Enter the marks of"),
    ({**BANDS, "band_from": ["5", "5", ""], "band_marks": ["0", "2", ""]}, "band_from-2", "a lower bound above 5"),
    ({**BANDS, "band_from": ["0", "5", ""], "band_marks": ["3", "2", ""]}, "band_marks-2", "marks of 3 or more"),
    ({**BANDS, "band_from": ["0", "", ""], "band_marks": ["11", "", ""]}, "band_marks-1", "from 0 to the quantitative"),
    ({"decimals": "9"}, "decimals", "a number of 4 or less"),
    ({"decimals": "many"}, "decimals", "a whole number"),
    ({"zero": "ignore"}, "zero", "one of: score_zero, disregard"),
    ({"minimum_percent": "-1"}, "minimum_percent", "a share of 0 or more"),
    ({"minimum_percent": "low"}, "minimum_percent", "a plain figure"),
    ({"tie": "coin"}, "tie", "one of: shared, higher_value, lower_price"),
    ({"price_weight": "0"}, "price_weight", "a weight above 0"),
    ({"price_weight": "much"}, "price_weight", "a plain figure"),
    ({"other_marks": "quality\nprice"}, "other_marks", "a name that svtracker does not use"),
    ({"other_marks": "quality\nquality"}, "other_marks", "each name once"),
    ({"question": ["", ""]}, "question-1", "Enter the question."),
    ({"question_weight": ["", ""]}, "question_weight-1", "Enter the marks for this question."),
    ({"question_weight": ["all", ""]}, "question_weight-1", "a plain figure"),
    ({"question_weight": ["0", ""]}, "question_weight-1", "a weight above 0"),
    ({"question": ["A", "B"], "question_weight": ["4", "5"]}, "questions", "weights that sum to the marks"),
    ({"question_id": ["q1", "q1"], "question": ["A", "B"], "question_weight": ["5", "5"]}, "question-2", "each id"),
    ({"qualitative_scale": "0"}, "qualitative_scale", "a number above 0"),
    ({"qualitative_scale": "five"}, "qualitative_scale", "a whole number"),
    ({"use": row(1, "leave_out")}, "because-2", "why X2 is left out"),
    ({"use": row(2, "mandatory")}, "because-3", "why X3 is mandatory"),
    ({"weight": row(3, "1.5")}, "because-4", "why X6 is weighted"),
    ({"weight": row(3, "double"), "because": row(3, "It matters here.")}, "weight-4", "a plain figure"),
    ({"weight": row(3, "-1"), "because": row(3, "It matters here.")}, "weight-4", "a weight above 0"),
    ({"measure": ["Z9"], "use": ["leave_out"], "because": ["No."]}, "use-7", "a measure of example@2021.1"),
    ({"measure": ["Z9"], "use": ["mandatory"], "because": ["No."]}, "use-7", "a measure of example@2021.1"),
    ({"measure": ["X7"], "weight": ["2"], "because": ["No."]}, "weight-7", "no record-only measure"),
]  # fmt: skip

# Settings that nobody can type wrongly: ticked or not, given by the tender itself, or set by other pages.
NEVER_WRONG = {"id", "record_only", "weights_applied", "cap", "opened", "outcome", "invented"}
# Settings whose fault stands at a field of another name.
UNDER = {
    "list": "measure_list",
    "leave_out": "use",
    "mandatory": "use",
    "measure_weights": "weight",
    "value_basis": "vat",
    "scoring": "method",
    "price": "price_weight",
}


@pytest.fixture
def officer(council: Council) -> Browser:
    return with_measures(council)


def with_measures(council: Council) -> Browser:
    """A procurement officer of a council that has the measure set of the worked example."""
    with council.database.writing() as session:
        frameworks.load_folder(
            session, ROOT / "frameworks" / "example", indices=REFERENCE.indices, actor=COMMAND_LINE, reason="a test"
        )
    return council.signed_in(council.add("Olive Rowan", Role.PROCUREMENT_OFFICER))


@pytest.fixture
def draft(council: Council, officer: Browser) -> int:
    sent = officer.send("/tenders/add", title="Repairs of footpaths", reference="NV-1")
    return int(sent.headers["location"].split("/")[2])


def tender_of(council: Council, number: int) -> StoredTender:
    with council.database.reading() as session:
        return setup.get_tender(session, number, organisation_id=council.organisation_id)


def editions_of(council: Council, number: int) -> tuple[Edition, ...]:
    with council.database.reading() as session:
        return setup.list_editions(session, number, organisation_id=council.organisation_id)


def put(council: Council, browser: Browser, number: int, room: str = "setup", **changes: Any) -> Response:
    """Sends the form; what it answers, or the page that it leads on to."""
    fields = {"version": tender_of(council, number).version, **GOOD, **changes}
    sent = browser.send(f"/tenders/{number}/{room}", on="/tenders/add", **fields)
    return browser.get(sent.headers["location"]) if sent.status_code == 303 else sent


def published(council: Council, browser: Browser, number: int, **changes: Any) -> StoredTender:
    assert "There is a problem" not in put(council, browser, number, **changes).text
    version = tender_of(council, number).version
    sent = browser.send(f"/tenders/{number}/publish", version=version, confirmed="yes")
    assert sent.status_code == 303
    return tender_of(council, number)


def test_every_fault_of_a_setting_stands_at_its_field_and_on_top(
    council: Council, officer: Browser, draft: int
) -> None:
    for change, field, said in BREAKS:
        answer = put(council, officer, draft, **change)
        assert said in at_field(answer, field), (change, field, at_field(answer, field) or words(answer)[:900])
        top = answer.text.split("</main>")[0].split("govuk-error-summary__list")[1].split("</ul>")[0]
        assert f'href="#{field}"' in top, (change, field)
        assert f'id="{field}"' in answer.text, (change, field)
    assert "There is a problem" not in put(council, officer, draft).text


def test_every_setting_is_broken_once() -> None:
    broken = {field.partition("-")[0] for _, field, _ in BREAKS} | {"questions", "closes_at"}
    shapes = (TenderShape, ScoringShape, ValueBasisShape)
    settings = {name for shape in shapes for name in shape.model_fields} - NEVER_WRONG
    assert {name for name in settings if UNDER.get(name, name) not in broken} == set()
    assert set(QuestionShape.model_fields) == {"id", "title", "weight"}
    assert set(PriceShape.model_fields) == {"weight", "method"}


def test_what_is_wrong_is_kept_and_what_is_right_comes_back_as_it_was_typed(
    council: Council, officer: Browser, draft: int
) -> None:
    answer = put(council, officer, draft, contract_value="a lot", closes_day="31", closes_month="2", target_percent="x")
    for value in ("a lot", "31", "x"):
        assert f'value="{value}"' in answer.text
    assert tender_of(council, draft).contract_value is None
    assert tender_of(council, draft).closes_at is None
    assert put(council, officer, draft).status_code == 200
    found = tender_of(council, draft)
    assert found.settings["tender"] == {
        "id": "NV-1",
        "title": "Repairs of footpaths",
        "framework": "example@2021.1",
        "list": "main",
        "record_only": False,
        "contract_value": "750000",
        "value_basis": {"vat": "excluded", "extensions": "included"},
        "denominator": "contract_value",
        "duration_months": 24,
        "category": "45233222",
        "area": "North Vale",
        "weights_applied": False,
        "scoring": {
            "method": "target",
            "quantitative": "10",
            "qualitative": "10",
            "target_percent": "25",
            "zero": "score_zero",
            "decimals": 2,
            "tie": "shared",
        },
        "questions": [{"id": "q1", "title": "How will you recruit?", "weight": "10"}],
        "price": {"weight": "40", "method": "lowest_over_own"},
        "other_marks": ["quality"],
        "qualitative_scale": 5,
    }
    assert found.closes_at == datetime(2027, 7, 1, 11, tzinfo=UTC)
    assert "typed_closing" not in found.settings
    with council.database.reading() as session:
        assert setup.problems_of(session, found) == ()


def test_the_form_sent_as_it_stands_changes_nothing(council: Council, officer: Browser, draft: int) -> None:
    """What the page shows is what is stored: a browser that sends the page back saves no other settings."""
    put(
        council,
        officer,
        draft,
        use=["leave_out", "mandatory", "", "", "", ""],
        weight=["", "", "1.5", "", "", ""],
        because=["No.", "Yes.", "More.", "", "", ""],
        method="bands",
        target_percent="",
        band_from=["0", "10", ""],
        band_marks=["0", "10", ""],
        question=["A", "B"],
        question_weight=["4", "6"],
        record_only="yes",
    )
    before = tender_of(council, draft)
    page = officer.get(f"/tenders/{draft}/setup")
    answer = officer.client.post(f"/tenders/{draft}/setup", data=fields_in(page.text))
    assert answer.status_code == 303
    assert tender_of(council, draft) == before


def fields_in(text: str) -> dict[str, list[str]]:
    """What a browser would send of the form of a page."""
    (form,) = (one for one in parse(text).all("form") if one.attrib.get("id") == "setup")
    found: dict[str, list[str]] = {}
    for field in form.iter():
        if field.tag == "input" and not (
            field.attrib["type"] in {"checkbox", "radio"} and "checked" not in field.attrib
        ):
            found.setdefault(field.attrib["name"], []).append(field.attrib["value"])
        elif field.tag == "select":
            options = list(field.iter("option"))
            chosen = next((one for one in options if "selected" in one.attrib), options[0])
            found.setdefault(field.attrib["name"], []).append(chosen.attrib["value"])
        elif field.tag == "textarea":
            found.setdefault(field.attrib["name"], []).append(field.text or "")
    return found


def test_a_draft_that_nobody_saved_is_asked_for_and_not_scolded(council: Council, officer: Browser, draft: int) -> None:
    page = officer.get(f"/tenders/{draft}/setup")
    assert "There is a problem" not in page.text
    assert "Before it can be published" in words(page)
    assert "Choose a version of a measure set." in words(page)
    saved = put(council, officer, draft, contract_value="")
    assert "There is a problem" in saved.text


def test_a_category_is_shown_with_its_division_in_words(council: Council, officer: Browser, draft: int) -> None:
    saved = put(council, officer, draft, category="45233222-1")
    assert "45: Construction work" in words(saved)
    assert "CPV category 45233222-1 (Construction work)" in words(officer.get(f"/tenders/{draft}"))
    assert "CPV category 45233222-1 (Construction work)" in words(officer.get(f"/tenders/{draft}/how"))
    other = words(put(council, officer, draft, category="roads"))
    assert "This begins like no division of the vocabulary" in other
    assert "CPV category roads" in words(officer.get(f"/tenders/{draft}"))
    assert "Eight digits, as in 45233222 " in words(put(council, officer, draft, category=""))


def test_the_proposal_follows_the_thresholds_of_the_version(council: Council, officer: Browser, draft: int) -> None:
    with council.database.writing() as session:
        frameworks.load_paths(
            session, [ROOT / "frameworks"], indices=REFERENCE.indices, actor=COMMAND_LINE, reason="a test"
        )
    bare = {"framework": "", "measure_list": "", "measure": [], "do": "use_proposal"}
    for value, name in (("99,999", "lite"), ("100,000", "main")):
        page = put(council, officer, draft, contract_value=value, **bare)
        assert f"Open TOMs 2026.1, {name} list" in words(page)
        part: Any = tender_of(council, draft).settings["tender"]
        assert (part["framework"], part["list"]) == ("open-toms@2026.1", name)
    assert "This is what the tender uses." in words(page)
    assert "Counts only where a tender gives it a weight" in words(page)


def test_the_example_shows_what_the_settings_give_and_saves_nothing(
    council: Council, officer: Browser, draft: int
) -> None:
    page = put(council, officer, draft)
    assert "Bid A 2% £15,000 0.80 Bid B 10% £75,000 4.00 Bid C 25% £187,500 10.00" in words(page)
    assert "Answers agreed at 3 of 5 earn 6.00 of 10 marks." in words(page)
    before = tender_of(council, draft)
    fields = {**GOOD, "version": before.version, "method": "relative", "form_token": officer.form_token()}
    part = officer.client.post(f"/tenders/{draft}/setup", data=fields, headers={"hx-request-type": "partial"})
    assert part.status_code == 200
    assert "<html" not in part.text
    assert "Bid A 2% £15,000 0.80 2.00 Bid B 10% £75,000 4.00 10.00 Bid C 25% £187,500 10.00 –" in words(part)
    assert "Under this method a mark depends on who else bids" in words(part)
    assert tender_of(council, draft) == before
    assert "Bid A 2% £15,000 not assessed" in words(put(council, officer, draft, minimum_percent="5"))


def test_the_second_of_two_people_sees_both_and_loses_nothing(council: Council, officer: Browser, draft: int) -> None:
    opened = tender_of(council, draft).version
    put(council, officer, draft, area="South Vale")
    late = put(council, officer, draft, version=opened, area="West Vale", quantitative="20")
    assert late.status_code == 409
    assert "Somebody else saved this tender after you opened it" in words(late)
    assert "Area West Vale South Vale" in words(late)
    assert "Marks for the quantity 20 10" in words(late)
    assert 'value="West Vale"' in late.text
    part: Any = tender_of(council, draft).settings["tender"]
    assert part["area"] == "South Vale"
    again = officer.client.post(f"/tenders/{draft}/setup", data=fields_in(late.text))
    assert again.status_code == 303
    part = tender_of(council, draft).settings["tender"]
    assert (part["area"], part["scoring"]["quantitative"]) == ("West Vale", "20")


def test_a_reference_that_is_taken_stops_at_its_field_and_keeps_the_rest(
    council: Council, officer: Browser, draft: int
) -> None:
    officer.send("/tenders/add", title="Another", reference="NV-2")
    answer = put(council, officer, draft, reference="NV-2", area="South Vale")
    assert answer.status_code == 422
    assert "a reference that Another does not have already" in at_field(answer, "reference")
    assert 'value="South Vale"' in answer.text


def test_publishing_asks_first_and_locks(council: Council, officer: Browser, draft: int) -> None:
    version = tender_of(council, draft).version
    assert "before it can be published" in words(officer.get(f"/tenders/{draft}/publish"))
    refused = officer.send(f"/tenders/{draft}/publish", version=version, confirmed="yes")
    assert refused.status_code == 422
    assert tender_of(council, draft).stage is Stage.DRAFT
    put(council, officer, draft)
    page = officer.get(f"/tenders/{draft}/publish")
    assert "What is locked from now on" in words(page)
    assert "1 July 2027, 12:00 BST" in words(page)
    version = tender_of(council, draft).version
    answer = officer.send(f"/tenders/{draft}/publish", version=version)
    assert "Confirm that the settings may be locked." in at_field(answer, "confirmed")
    assert officer.send(f"/tenders/{draft}/publish", version=version, confirmed="yes").status_code == 303
    assert tender_of(council, draft).stage is Stage.PUBLISHED
    assert put(council, officer, draft).status_code == 409
    read = officer.get(f"/tenders/{draft}/setup")
    assert "<form" not in read.text.split("<main")[1]
    assert editions_of(council, draft)[0].sha256 in read.text


def test_an_amendment_has_a_reason_keeps_both_and_tells_the_evaluators(
    council: Council, officer: Browser, draft: int
) -> None:
    published(council, officer, draft)
    people = [council.add("Eve Sorrel", Role.EVALUATOR), council.add("Jay Elm", Role.EVALUATOR)]
    for person in people:
        with council.database.writing() as session:
            evaluation.add_evaluator(
                session,
                draft,
                person.person_id,
                is_lead=False,
                organisation_id=council.organisation_id,
                actor=COMMAND_LINE,
            )
    before = editions_of(council, draft)
    shown = put(council, officer, draft, "amend", closes_day="8", quantitative="20", do="show")
    assert shown.status_code == 200
    assert "Closing time 1 July 2027, 12:00 BST 8 July 2027, 12:00 BST" in words(shown)
    assert "Marks for the quantity 10 20" in words(shown)
    refused = put(council, officer, draft, "amend", closes_day="8", quantitative="20")
    assert "Say why" in at_field(refused, "reason")
    wrong = put(council, officer, draft, "amend", quantitative="x", reason="More weight.")
    assert "a plain figure" in at_field(wrong, "quantitative")
    same = put(council, officer, draft, "amend", reason="Nothing.")
    assert "Nothing differs" in at_field(same, "reason")
    assert editions_of(council, draft) == before
    read = put(council, officer, draft, "amend", closes_day="8", quantitative="20", reason="A park was {added}.")
    assert "A park was {added}." in words(read)
    assert "Marks for the quantity: 10 20" in words(read)
    first, second = editions_of(council, draft)
    assert first == before[0]
    assert published_of(first.settings)[1] == datetime(2027, 7, 1, 11, tzinfo=UTC)
    for edition in (first, second):
        settings, closes_at = published_of(edition.settings)
        assert setup.digest_of(settings, closes_at=closes_at) == edition.sha256
    with council.database.reading() as session:
        told = [
            one
            for one in messages.list_messages(session, organisation_id=council.organisation_id)
            if "amended" in one.subject
        ]
    assert {one.to_person_id for one in told} == {person.person_id for person in people}
    assert all("NV-1" in one.body and "A park was (added)." in one.body for one in told)


def test_who_is_no_officer_reads_and_sets_nothing(council: Council, officer: Browser, draft: int) -> None:
    reader = council.signed_in(council.add("Ash Lead", Role.POLICY_LEAD), address="192.0.2.7")
    page = reader.get(f"/tenders/{draft}/setup")
    assert page.status_code == 200
    assert "<form" not in page.text.split("<main")[1]
    assert put(council, reader, draft).status_code == 403
    assert reader.get(f"/tenders/{draft}/amend").status_code == 403


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("£750,000", "750000"),
        (" 1,234,567.50 ", "1234567.50"),
        ("25 %", "25"),
        ("25%", "25"),
        ("12,5", "12,5"),
        ("1,2345", "1,2345"),
        ("1 200", "1 200"),
        ("", ""),
    ],
)
def test_a_figure_is_taken_with_what_people_write_around_it_and_never_guessed(typed: str, kept: str) -> None:
    assert figure(typed) == kept


class TestUkTime:
    """Times are typed as on the clocks in London and stored in UTC."""

    def at(self, *parts: str) -> datetime | None:
        day, month, year, time = parts
        return uk_time.from_local(day=day, month=month, year=year, time=time)

    def test_winter_and_summer(self) -> None:
        assert self.at("1", "12", "2026", "12:00") == datetime(2026, 12, 1, 12, tzinfo=UTC)
        assert self.at("01", "07", "2026", "12:00") == datetime(2026, 7, 1, 11, tzinfo=UTC)
        assert uk_time.said(datetime(2026, 7, 1, 11, tzinfo=UTC)) == "1 July 2026, 12:00 BST"
        assert uk_time.said(datetime(2026, 12, 1, 12, tzinfo=UTC)) == "1 December 2026, 12:00 GMT"

    def test_the_hour_that_is_left_out_and_the_hour_that_comes_twice(self) -> None:
        assert self.at("29", "3", "2026", "01:30") is None
        assert self.at("25", "10", "2026", "01:30") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    @pytest.mark.parametrize(
        "parts",
        [
            ("31", "2", "2026", "12:00"),
            ("1", "13", "2026", "12:00"),
            ("1", "1", "26", "12:00"),
            ("1", "1", "2026", "24:00"),
            ("1", "1", "2026", "12"),
            ("1", "1", "2026", "12:00:00"),
            ("٣", "1", "2026", "12:00"),
            ("-1", "1", "2026", "12:00"),
            ("", "", "", ""),
            ("1", "1", "99999", "12:00"),
        ],
    )
    def test_what_is_no_time(self, parts: tuple[str, str, str, str]) -> None:
        assert self.at(*parts) is None

    @given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001 - made local
    def test_every_moment_comes_back(self, naive: datetime) -> None:
        moment = naive.replace(second=0, microsecond=0, tzinfo=UTC)
        here = moment.astimezone(ZoneInfo("Europe/London"))
        again = self.at(str(here.day), str(here.month), str(here.year), f"{here:%H:%M}")
        assert again is not None
        assert again == moment or here.fold == 1


class TestForBidders:
    """The page that says how social value will be evaluated, and the same as JSON."""

    APART: dict[str, Any] = {  # noqa: RUF012 - nobody changes it
        "use": ["leave_out", "mandatory", "", "", "", ""],
        "weight": ["", "", "1.5", "", "", ""],
        "because": ["Nobody is employed.", "It is why we buy.", "It matters most.", "", "", ""],
        "weights_applied": "yes",
        "record_only": "yes",
    }

    def test_it_says_every_setting(self, council: Council, officer: Browser, draft: int) -> None:
        published(council, officer, draft, **self.APART)
        page = officer.get(f"/tenders/{draft}/how")
        said = words(page)
        for part in (
            "Edition 1, published",
            editions_of(council, draft)[0].sha256,
            "1 July 2027, 12:00 BST",
            "A share of 25% earns 10 marks, half of it half the marks",
            "No bid earns more than that.",
            "Evaluators mark every answer from 0 to 5",
            "Price earns 40 marks times the lowest price divided by your own.",
            "The panel marks besides: quality.",
            "How will you recruit?",
            "Acceptable",
            "Asked of every bid.",
            "Weight 1.5.",
            "Nobody is employed.",
            "Bid B: 10% £75,000 4.00",
            "Recorded, never scored",
        ):
            assert part in said, part
        assert "£21,345.67" not in said  # X1 is left out, so its unit value is of no use to a bidder
        assert "£0.42 per £ spent" in said

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"cap": ""}, "A bid above the rate earns more, in proportion."),
            (
                {"method": "relative", "target_percent": ""},
                "divided by the highest, times 10.",
            ),
            (
                {"method": "bands", "target_percent": "", "band_from": ["0", "10"], "band_marks": ["0", "10"]},
                "the highest band that it reaches: 0 from 0% and 10 from 10%.",
            ),
            ({"minimum_percent": "5"}, "A bid below 5% is not assessed; exactly that share passes."),
            ({"zero": "disregard"}, "gets 0 for all of social value"),
            ({"denominator": "bid_price"}, "Your social value is taken as a share of your own price."),
            ({"decimals": "1"}, "half up, to 1 decimal."),
        ],
    )
    def test_it_says_each_method_and_rule(self, council_on_sqlite: Council, change: dict[str, Any], said: str) -> None:
        browser = with_measures(council_on_sqlite)
        number = int(browser.send("/tenders/add", title="T", reference="R").headers["location"].split("/")[2])
        put(council_on_sqlite, browser, number, **change)
        assert said in words(browser.get(f"/tenders/{number}/how"))

    def test_the_json_holds_the_same(self, council: Council, officer: Browser, draft: int) -> None:
        tender = published(council, officer, draft, **self.APART)
        found = officer.get(f"/api/v1/tenders/{draft}/settings").json()
        (edition,) = editions_of(council, draft)
        assert (found["edition"], found["sha256"]) == (1, edition.sha256)
        assert found["tender"] == tender.settings["tender"]
        assert found["closes_at"] == "2027-07-01T11:00:00.000000Z"
        assert [one["mark"] for one in found["example"]] == ["0.80", "4.00", "10.00"]
        assert [one["ref"] for one in found["measures"]] == ["X2", "X3", "X6", "X4", "X5", "X7"]
        assert found["measures"][0]["mandatory"] is True
        assert (found["measures"][1]["weight"], found["measures"][1]["unit_value"]) == ("1.5", "158.37")
        assert found["reasons"] == {"X1": "Nobody is employed.", "X2": "It is why we buy.", "X3": "It matters most."}
        assert found["problems"] == []
        put(council, officer, draft, "amend", quantitative="20", reason="More weight.", **self.APART)
        found = officer.get(f"/api/v1/tenders/{draft}/settings").json()
        assert [one["reason"] for one in found["editions"]] == [None, "More weight."]
        assert found["editions"][0]["settings"]["tender"]["scoring"]["quantitative"] == "10"

    def test_a_draft_with_faults_says_so(self, officer: Browser, draft: int) -> None:
        assert "Something is still missing" in words(officer.get(f"/tenders/{draft}/how"))
        found = officer.get(f"/api/v1/tenders/{draft}/settings").json()
        assert found["measures"] == []
        assert "tender.framework" in [one["path"] for one in found["problems"]]


class TestLotsAndCopies:
    """A lot and a copy begin with the settings of a tender and go their own way (RULES 3.9)."""

    def test_a_lot_has_the_settings_and_may_differ(self, council: Council, officer: Browser, draft: int) -> None:
        published(council, officer, draft)
        form = officer.get(f"/tenders/{draft}/lots/add")
        assert 'value="NV-1-1"' in form.text
        added = officer.send(f"/tenders/{draft}/lots/add", lot="A", title="North", reference="NV-1-A")
        lot = int(added.headers["location"].split("/")[2])
        whole, part = tender_of(council, draft), tender_of(council, lot)
        assert (part.lot, part.parent_id, part.stage, part.closes_at) == ("A", draft, Stage.DRAFT, None)
        assert part.settings["tender"]["scoring"] == whole.settings["tender"]["scoring"]  # type: ignore[index]
        put(council, officer, lot, title="North", reference="NV-1-A", contract_value="250000", quantitative="20")
        assert tender_of(council, lot).contract_value == 250_000
        assert tender_of(council, draft) == whole
        assert "Lot A: North" in words(officer.get(f"/tenders/{draft}"))
        said = officer.get(f"/tenders/{lot}")
        assert "A lot of Repairs of footpaths" in words(said)
        assert "Add a lot" not in words(said)
        assert officer.send(f"/tenders/{lot}/lots/add", lot="B", title="B", reference="B").status_code == 409

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"lot": ""}, "lot"),
            ({"lot": "x" * 21}, "lot"),
            ({"lot": "A"}, "lot"),
            ({"title": ""}, "title"),
            ({"reference": "NV-1"}, "reference"),
        ],
    )
    def test_what_is_wrong_stands_at_its_field(
        self, council_on_sqlite: Council, change: dict[str, str], field: str
    ) -> None:
        browser = with_measures(council_on_sqlite)
        sent = browser.send("/tenders/add", title="Whole", reference="NV-1")
        here = sent.headers["location"].replace("/setup", "/lots/add")
        assert browser.send(here, lot="A", title="North", reference="NV-1-A").status_code == 303
        answer = browser.send(here, **{"lot": "B", "title": "South", "reference": "NV-1-B", **change})
        assert answer.status_code == 422
        assert at_field(answer, field)

    def test_a_copy_leaves_bids_dates_and_people_behind(self, council: Council, officer: Browser, draft: int) -> None:
        published(council, officer, draft)
        refused = officer.send(f"/tenders/{draft}/copy", title="Again", reference="NV-1")
        assert "is the reference of" in at_field(refused, "reference")
        added = officer.send(f"/tenders/{draft}/copy", title="Again", reference="NV-2")
        copy = tender_of(council, int(added.headers["location"].split("/")[2]))
        assert (copy.stage, copy.closes_at, copy.parent_id) == (Stage.DRAFT, None, None)
        assert copy.contract_value == 750_000


class TestNote:
    """What was considered before the procurement is written down, read, printed and in the record."""

    NOTE: dict[str, Any] = {  # noqa: RUF012 - nobody changes it
        "considered": "Local jobs.\r\nFewer lorries.",
        "consultation": "Residents were asked in May.",
        "proportion": "",
        "market": "Six firms came.",
        "answer": ["yes", "", "no", "", "", "", "not_applicable"],
        "words": ["Three lots", "", "No time", "", "", "", ""],
        "measure": ["X1", "X2"],
        "relevance": ["Work is done on site.", ""],
    }

    def write(self, council: Council, browser: Browser, number: int, **changes: Any) -> Response:
        fields = {"version": tender_of(council, number).version, **self.NOTE, **changes}
        sent = browser.send(f"/tenders/{number}/note", on="/tenders/add", **fields)
        return browser.get(sent.headers["location"]) if sent.status_code == 303 else sent

    def test_it_is_kept_as_it_was_written(self, council: Council, officer: Browser, draft: int) -> None:
        put(council, officer, draft)
        assert "11 questions without an answer yet." in words(officer.get(f"/tenders/{draft}/note"))
        page = self.write(council, officer, draft)
        said = words(page)
        assert "5 questions without an answer yet." in said
        for part in ("Residents were asked in May.", "Six firms came.", "Yes Three lots", "Work is done on site."):
            assert part in said
        found = tender_of(council, draft)
        assert found.note["considered"] == "Local jobs.\nFewer lorries."
        assert found.note["measures"] == {"X1": "Work is done on site."}
        self.write(council, officer, draft)
        assert tender_of(council, draft) == found
        put(council, officer, draft, area="South Vale")
        assert tender_of(council, draft).note == found.note
        form = officer.get(f"/tenders/{draft}/note?edit=yes")
        assert 'value="Three lots"' in form.text

    def test_it_can_be_written_until_the_bids_are_opened_and_by_an_officer(
        self, council: Council, officer: Browser, draft: int
    ) -> None:
        published(council, officer, draft)
        assert "Six firms came." in words(self.write(council, officer, draft))
        reader = council.signed_in(council.add("Ash Lead", Role.POLICY_LEAD), address="192.0.2.7")
        assert "<form" not in reader.get(f"/tenders/{draft}/note?edit=yes").text.split("<main")[1]
        assert self.write(council, reader, draft).status_code == 403
        with council.database.writing() as session:
            session.execute(text("UPDATE tender SET stage = 'opened'"))
        assert self.write(council, officer, draft, market="Seven.").status_code == 409
        assert tender_of(council, draft).note["market"] == "Six firms came."

    def test_the_second_of_two_people_sees_both(self, council: Council, officer: Browser, draft: int) -> None:
        opened = tender_of(council, draft).version
        self.write(council, officer, draft)
        late = self.write(council, officer, draft, version=opened, market="Seven firms came.")
        assert late.status_code == 409
        assert "Market engagement Seven firms came. Six firms came." in words(late)
        assert tender_of(council, draft).note["market"] == "Six firms came."


@pytest.mark.parametrize(
    "odd", ["\x00", "a\x00b", "-1", "9" * 30, "٣", "x" * 900, "<script>alert(1)</script>", "\u202e"]
)
def test_odd_values_in_every_field_make_no_fault_and_stay_text(
    council: Council, officer: Browser, draft: int, odd: str
) -> None:
    """One after the other, and all at once; nothing that was sent becomes markup, and the form can be mended."""
    fields = [name for name in GOOD if name not in {"measure", "use", "weight", "because"}]
    changes = [{name: [odd] if isinstance(GOOD[name], list) else odd} for name in fields]
    rows = {"measure": [odd], "use": ["leave_out"], "weight": [odd], "because": [odd]}
    everything = {name: value for change in changes for name, value in change.items()}
    for change in [everything, rows, {"other_marks": odd, **rows}]:
        answer = put(council, officer, draft, **change)
        assert answer.status_code < 500
        assert "<script>alert" not in answer.text
        assert officer.get(f"/tenders/{draft}/setup").status_code == 200
        assert officer.get(f"/tenders/{draft}/how").status_code == 200
        assert officer.get(f"/api/v1/tenders/{draft}/settings").status_code == 200
        assert officer.get(f"/tenders/{draft}").status_code == 200
    assert "There is a problem" not in put(council, officer, draft).text
