"""The panel of a tender, marking alone and moderation: every form rightly and wrongly filled."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest
from httpx2 import Response

from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.frameworks import service as frameworks
from svtracker.identity import service as identity
from svtracker.identity.rules.roles import Role
from svtracker.identity.service import User
from svtracker.messages import service as messages
from svtracker.tenders.rules.records import Evaluator, StoredTender
from svtracker.tenders.service import evaluation
from tests.tenders import stored
from tests.web.council import Browser, Council, at_field, words

BOTH = ("Morag Pendle", "Dev Ashworth")
MARKS = {"A": "3", "B": "4", "C": "5", "D": "0"}


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A council with an opened tender, and the people around it."""

    council: Council
    store: stored.Council
    tender: StoredTender
    users: dict[str, User]
    bids: dict[str, int]

    @property
    def here(self) -> str:
        return f"/tenders/{self.tender.id}"

    def browser(self, name: str) -> Browser:
        return self.council.signed_in(self.users[name])

    def person(self, name: str) -> str:
        return str(self.users[name].person_id)

    def answer(self, bidder: str, part: str = "marks") -> str:
        return f"{self.here}/{part}/{self.bids[bidder]}/answer"

    def name(self, *names: str) -> None:
        """Names evaluators, the first as lead, who declare that they have no conflict of interest."""
        stored.name_evaluators(self.store, self.tender, *names)

    def mark(self, name: str, marks: dict[str, str] | None = None, *, hand_in: bool = True) -> None:
        stored.mark_all(self.store, self.tender, name, marks or MARKS)
        if hand_in:
            with self.council.database.writing() as session:
                person = self.users[name].person_id
                evaluation.submit_marks(session, self.tender.id, person, **self.store.by(name))

    def evaluator(self, name: str) -> Evaluator:
        with self.council.database.reading() as session:
            found = evaluation.list_evaluators(session, self.tender.id, organisation_id=self.store.id)
        return next(one for one in found if one.person_id == self.users[name].person_id)

    def told(self) -> list[tuple[str, str]]:
        """Who got which message, in order."""
        names = {user.person_id: name for name, user in self.users.items()}
        with self.council.database.reading() as session:
            sent = messages.list_messages(session, organisation_id=self.store.id)
        return [(names[one.to_person_id], one.subject) for one in sorted(sent, key=lambda one: one.id)]

    def grants(self, name: str) -> list[tuple[str, str | None]]:
        with self.council.database.reading() as session:
            user = identity.get_user(session, self.users[name].person_id, organisation_id=self.store.id)
        return [(one.role.value, one.object_id) for one in user.grants]


def panel_of(council: Council, **changes: Any) -> Panel:
    with council.database.writing() as session:
        frameworks.load_folder(
            session,
            stored.ROOT / "frameworks",
            indices=stored.REFERENCE.indices,
            actor=COMMAND_LINE,
            reason="for a test",
        )
    users = {
        "officer": council.add("Tariq Holloway", Role.PROCUREMENT_OFFICER),
        "Morag Pendle": council.add("Morag Pendle", Role.LEAD_EVALUATOR),
        "Dev Ashworth": council.add("Dev Ashworth", Role.EVALUATOR),
        "Jay Elm": council.add("Jay Elm"),
        "auditor": council.add("Ansel Roe", Role.AUDITOR),
    }
    people = {name: user.person_id for name, user in users.items()}
    store = stored.Council(database=council.database, id=council.organisation_id, clock=council.clock, people=people)
    council.clock.now = stored.HandClock().now
    tender = stored.opened(store, **changes)
    return Panel(council=council, store=store, tender=tender, users=users, bids=stored.bid_ids(store, tender))


@pytest.fixture
def panel(council_on_sqlite: Council) -> Panel:
    return panel_of(council_on_sqlite)


def location(answer: Response) -> str:
    assert answer.status_code == 303, words(answer)
    return answer.headers["location"]


def typed_in(answer: Response, field: str) -> str:
    """What stands in a text field of a form."""
    found = re.search(rf'<textarea[^>]* name="{field}"[^>]*>\n(.*?)</textarea>', answer.text, flags=re.DOTALL)
    return unescape(found.group(1)) if found else ""


def test_two_evaluators_mark_alone_and_the_lead_agrees(council: Council) -> None:
    """The whole way, on each database."""
    panel = panel_of(council)
    officer = panel.browser("officer")
    for name, lead in (("Morag Pendle", {"lead": "yes"}), ("Dev Ashworth", {})):
        answer = officer.send(f"{panel.here}/evaluators", person=panel.person(name), **lead)
        assert location(answer) == f"{panel.here}/evaluators"
    assert "2 evaluators marking, nobody has submitted yet." in words(officer.get(f"{panel.here}/evaluators"))
    browsers = {name: panel.browser(name) for name in BOTH}
    for name, browser in browsers.items():
        assert "Say first whether you have a conflict" in words(browser.get(f"{panel.here}/marks"))
        assert location(browser.get(panel.answer("A"))) == f"{panel.here}/marks", "no marking before the declaration"
        assert location(browser.send(f"{panel.here}/marks/interests", conflict="no")) == f"{panel.here}/marks"
        assert "Begin with bid A" in words(browser.get(f"{panel.here}/marks"))
        following = panel.answer("A")
        for bidder, mark in MARKS.items():
            assert following == panel.answer(bidder)
            page = words(browser.get(following))
            assert f"Bid {bidder}’s answer" in page
            assert f"How {bidder} will do it." in page
            own = "1.5" if (name, bidder) == ("Dev Ashworth", "A") else mark
            fields = {"why": f"{name} thinks so of {bidder}.", "feedback": f"For {bidder}."}
            following = location(browser.send(following, mark=own, **fields))
        assert following == f"{panel.here}/marks"
        assert "Every answer has your mark." in words(browser.get(following))
        if name == "Morag Pendle":
            page = words(browser.get(f"{panel.here}/moderation"))
            assert "Still marking: Morag Pendle and Dev Ashworth." in page
        assert location(browser.send(f"{panel.here}/marks/submit")) == f"{panel.here}/marks"
        assert "Submit my marks" not in words(browser.get(f"{panel.here}/marks"))
        assert location(browser.get(panel.answer("A"))) == f"{panel.here}/marks", "submitted marks are only read"
    lead, second = browsers.values()
    page = words(lead.get(f"{panel.here}/moderation"))
    assert "Both evaluators have marked. 0 of 4 marks agreed. 1 answer lies more than 1 apart" in page
    assert "Differ by 1.5" in page
    assert "Agree the mark of bid A" in page
    page = words(second.get(panel.answer("A", "moderation")))
    assert "Morag Pendle thinks so of A." in page
    assert "Save and go to" not in page, "only the lead agrees"
    following = panel.answer("A", "moderation")
    for bidder in ("A", "B", "C", "D"):
        assert following == panel.answer(bidder, "moderation")
        assert typed_in(lead.get(following), "feedback") == f"For {bidder}."
        following = location(lead.send(following, mark="2", why="Agreed.", feedback=f"Well done, {bidder}."))
    assert following == f"{panel.here}/moderation"
    assert "every mark is agreed" in words(lead.get(following))
    found = lead.get(f"/api/v1{panel.here}/moderation").json()
    assert [one["agreed"]["mark"] for one in found["answers"]] == ["2"] * 4
    assert found["answers"][0]["spread"] == "1.5"
    assert [one["mark"] for one in found["answers"][0]["marks"]] == ["3", "1.5"]
    assert found["sealed"] is False


class TestMarking:
    @pytest.fixture
    def dev(self, panel: Panel) -> Browser:
        panel.name(*BOTH)
        return panel.browser("Dev Ashworth")

    @pytest.mark.parametrize(
        ("fields", "field", "said"),
        [
            ({"why": "Good."}, "mark", "a mark from 0 to 5"),
            ({"mark": "typed", "other": "", "why": "Good."}, "other", "a mark from 0 to 5"),
            ({"mark": "typed", "other": "5.01", "why": "Good."}, "other", "a mark from 0 to 5"),
            ({"mark": "typed", "other": "3.333", "why": "Good."}, "other", "at most 2 decimals"),
            ({"mark": "-1", "why": "Good."}, "mark", "a mark from 0 to 5"),
            ({"mark": "NaN", "why": "Good."}, "mark", "a mark from 0 to 5"),
            ({"mark": "4"}, "why", "Say why"),
            ({"mark": "4", "why": " \n "}, "why", "Say why"),
            ({"mark": "4", "why": "x" * 10_001}, "why", "at most 10,000 characters"),
            ({"mark": "4", "why": "Go\x00od."}, "why", "a character that cannot be stored"),
            ({"mark": "4", "why": "Good.", "feedback": "x\x00"}, "feedback", "a character that cannot be stored"),
        ],
    )
    def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(
        self, panel: Panel, dev: Browser, fields: dict[str, str], field: str, said: str
    ) -> None:
        answer = dev.send(panel.answer("A"), **{"feedback": "Tell <them> this.", **fields})
        assert answer.status_code == 422
        assert said in at_field(answer, field)
        assert answer.text.count('class="govuk-error-message"') == 1
        assert f'href="#{field}"' in answer.text
        if "\x00" not in str(fields):
            assert typed_in(answer, "why").strip() == fields.get("why", "").strip()
            assert typed_in(answer, "feedback") == fields.get("feedback", "Tell <them> this.")
        if fields.get("mark") == "4":
            assert re.search('value="4" [^>]*checked', answer.text)
        assert f'value="{fields.get("other", "")}"' in answer.text
        assert "0 of 4 answers marked" in words(dev.get(f"{panel.here}/marks"))

    def test_everything_that_is_wrong_is_said_at_once(self, panel: Panel, dev: Browser) -> None:
        answer = dev.send(panel.answer("A"), mark="9")
        assert (answer.status_code, bool(at_field(answer, "mark")), bool(at_field(answer, "why"))) == (422, True, True)

    def test_half_marks_are_chosen_others_typed_and_come_back_as_they_were(self, panel: Panel, dev: Browser) -> None:
        dev.send(panel.answer("A"), mark="3.5", why="Good.")
        dev.send(panel.answer("B"), mark="typed", other="3.25", why="Good.")
        assert re.search('id="mark-3.5"[^>]*checked', dev.get(panel.answer("A")).text)
        page = dev.get(panel.answer("B")).text
        assert re.search('id="mark-typed"[^>]*checked', page)
        assert 'value="3.25"' in page
        own = dev.get(f"/api/v1{panel.here}/marks").json()
        assert [one["mark"] for one in own["answers"]] == ["3.5", "3.25", None, None]
        assert own["submitted"] is None

    def test_the_next_answer_is_the_next_without_a_mark(self, panel: Panel, dev: Browser) -> None:
        assert location(dev.send(panel.answer("C"), mark="3", why="Good.")) == panel.answer("D")
        assert location(dev.send(panel.answer("D"), mark="3", why="Good.")) == panel.answer("A")
        assert location(dev.send(panel.answer("A"), mark="3", why="Good.", then="list")) == f"{panel.here}/marks"
        assert "Save and look through your marks" in words(dev.get(panel.answer("B")))

    def test_the_same_mark_again_changes_nothing(self, panel: Panel, dev: Browser) -> None:
        for _ in range(2):
            dev.send(panel.answer("A"), mark="3", why="Good.")
        history = panel.browser("auditor").get(f"/api/v1/audit/tender/{panel.tender.id}").text
        assert history.count("mark_given") == 1

    def test_marks_are_not_handed_in_while_one_is_missing(self, panel: Panel, dev: Browser) -> None:
        answer = dev.send(f"{panel.here}/marks/submit")
        assert answer.status_code == 409
        assert "4 answers" in words(answer)

    def test_a_mark_that_comes_too_late_stands_in_the_form_again(self, panel: Panel, dev: Browser) -> None:
        panel.mark("Dev Ashworth")
        answer = dev.send(panel.answer("A"), mark="5", why="On second thoughts.")
        assert answer.status_code == 409
        assert "your marks are submitted" in words(answer)
        assert typed_in(answer, "why") == "On second thoughts."

    def test_an_answer_that_is_not_there(self, panel: Panel, dev: Browser) -> None:
        for path in (f"{panel.here}/marks/999/answer", f"{panel.here}/marks/{panel.bids['A']}/other"):
            assert dev.get(path).status_code == 404
            assert dev.send(path, mark="3", why="Good.").status_code == 404

    def test_a_bid_without_an_answer_is_not_marked(self, council_on_sqlite: Council) -> None:
        questions = [{"id": "q/1 ?", "title": "How?", "weight": "6"}, {"id": "q2", "title": "Who?", "weight": "4"}]
        panel = panel_of(council_on_sqlite, questions=questions)
        panel.name(*BOTH)
        page = words(panel.browser("Dev Ashworth").get(f"{panel.here}/marks"))
        assert "No answer: 0 by rule" in page
        assert "No bid has an answer to mark." in page


class TestInterests:
    @pytest.fixture
    def morag(self, panel: Panel) -> Browser:
        with panel.council.database.writing() as session:
            for place, name in enumerate(BOTH):
                person = panel.users[name].person_id
                evaluation.add_evaluator(
                    session, panel.tender.id, person, is_lead=place == 0, **panel.store.by("officer")
                )
        return panel.browser("Morag Pendle")

    @pytest.mark.parametrize(
        ("fields", "field"),
        [({}, "conflict"), ({"conflict": "perhaps"}, "conflict"), ({"conflict": "yes", "what": " "}, "what")],
    )
    def test_a_declaration_says_yes_or_no_and_what(
        self, panel: Panel, morag: Browser, fields: dict[str, str], field: str
    ) -> None:
        answer = morag.send(f"{panel.here}/marks/interests", **fields)
        assert answer.status_code == 422
        assert at_field(answer, field)
        assert panel.evaluator("Morag Pendle").declared_at is None

    def test_who_has_a_conflict_neither_marks_nor_reads_the_marks_of_others(self, panel: Panel, morag: Browser) -> None:
        told = "My brother works for bid C."
        morag.send(f"{panel.here}/marks/interests", conflict="yes", what=told)
        assert told in words(morag.get(f"{panel.here}/marks"))
        assert morag.send(panel.answer("A"), mark="3", why="Good.").status_code == 409
        with panel.council.database.writing() as session:
            person = panel.users["Dev Ashworth"].person_id
            evaluation.declare(
                session, panel.tender.id, person, has_conflict=False, conflict="", **panel.store.by("Dev Ashworth")
            )
        panel.mark("Dev Ashworth")
        page = words(morag.get(f"{panel.here}/moderation"))
        assert "you do not take part in moderation" in page
        assert "thinks so" not in page
        assert morag.get(panel.answer("A", "moderation")).status_code == 303
        found = morag.get(f"/api/v1{panel.here}/moderation").json()
        assert (found["answers"], found["taking_part"]) == (None, False)
        assert told in words(panel.browser("officer").get(f"{panel.here}/evaluators"))
        page = words(panel.browser("Dev Ashworth").get(f"{panel.here}/evaluators"))
        assert "Conflict of interest" in page
        assert told not in page
        # A declaration made in error is corrected, and the record keeps both.
        assert location(morag.send(f"{panel.here}/marks/interests", conflict="no")) == f"{panel.here}/marks"
        assert "4 answers of 4 left to mark" in words(morag.get(f"{panel.here}/marks"))


class TestPanel:
    def test_somebody_without_the_role_gets_it_for_this_tender_alone(self, panel: Panel) -> None:
        officer, jay = panel.browser("officer"), panel.browser("Jay Elm")
        other = stored.add_tender(panel.store, id="OTHER-1")
        assert jay.get(f"{panel.here}/marks").status_code == 403
        assert "With the role for this tender alone" in officer.get(f"{panel.here}/evaluators").text
        location(officer.send(f"{panel.here}/evaluators", person=panel.person("Jay Elm")))
        assert panel.grants("Jay Elm") == [("evaluator", str(panel.tender.id))]
        assert jay.get(f"{panel.here}/marks").status_code == 200
        assert jay.get(panel.here).status_code == 200
        assert f'href="{panel.here}"' in jay.get("/tenders").text
        assert jay.get(f"/tenders/{other.id}").status_code == 403, "another tender is none of theirs"
        assert jay.get("/tenders/add").status_code == 403
        assert jay.get("/people").status_code == 403
        location(officer.send(f"{panel.here}/evaluators/remove", person=panel.person("Jay Elm"), reason="Left."))
        assert panel.grants("Jay Elm") == []
        assert jay.get(f"{panel.here}/marks").status_code == 403
        assert "Left." in words(officer.get(f"{panel.here}/evaluators"))

    def test_there_is_one_lead(self, panel: Panel) -> None:
        officer = panel.browser("officer")
        for name in ("Morag Pendle", "Jay Elm"):
            location(officer.send(f"{panel.here}/evaluators", person=panel.person(name), lead="yes"))
        assert (panel.evaluator("Morag Pendle").is_lead, panel.evaluator("Jay Elm").is_lead) == (False, True)
        assert panel.grants("Jay Elm") == [("lead evaluator", str(panel.tender.id))]
        location(officer.send(f"{panel.here}/evaluators", person=panel.person("Morag Pendle"), lead="yes"))
        assert panel.grants("Jay Elm") == [("evaluator", str(panel.tender.id))]
        assert panel.grants("Morag Pendle") == [("lead evaluator", None)]

    def test_everybody_whose_part_changes_gets_a_message(self, panel: Panel) -> None:
        officer = panel.browser("officer")
        named = "You were named evaluator of a tender"
        leading = "You were named lead evaluator of a tender"
        for name, lead in (("Morag Pendle", {"lead": "yes"}), ("Dev Ashworth", {}), ("Dev Ashworth", {})):
            location(officer.send(f"{panel.here}/evaluators", person=panel.person(name), **lead))
        assert panel.told() == [("Morag Pendle", leading), ("Dev Ashworth", named)], "the same again tells nobody"
        location(officer.send(f"{panel.here}/evaluators", person=panel.person("Dev Ashworth"), lead="yes"))
        assert panel.told()[2:] == [("Morag Pendle", named), ("Dev Ashworth", leading)]
        gone = {"person": panel.person("Dev Ashworth"), "reason": "Knows {bid} A.", "instead": panel.person("Jay Elm")}
        location(officer.send(f"{panel.here}/evaluators/remove", **gone))
        assert panel.told()[4:] == [("Dev Ashworth", "You no longer mark a tender"), ("Jay Elm", leading)]
        with panel.council.database.reading() as session:
            letters = messages.list_messages(session, organisation_id=panel.store.id)
        assert all(panel.tender.reference in one.body and panel.tender.title in one.body for one in letters)
        assert not any("Knows" in one.body for one in letters), "why stays with the tender"

    def test_nobody_gets_a_message_about_what_they_did_themselves(self, panel: Panel) -> None:
        panel.council.role(panel.users["officer"], Role.EVALUATOR)
        officer = panel.browser("officer")
        location(officer.send(f"{panel.here}/evaluators", person=panel.person("officer")))
        assert panel.evaluator("officer").removed_at is None
        assert panel.told() == []

    def test_marks_stay_handed_in_when_the_lead_changes(self, panel: Panel) -> None:
        panel.name(*BOTH)
        panel.mark("Dev Ashworth")
        location(
            panel.browser("officer").send(f"{panel.here}/evaluators", person=panel.person("Dev Ashworth"), lead="1")
        )
        assert panel.evaluator("Dev Ashworth").submitted_at is not None
        assert panel.evaluator("Dev Ashworth").is_lead

    def test_an_evaluator_is_replaced_with_a_reason(self, panel: Panel) -> None:
        panel.name(*BOTH)
        officer, form = panel.browser("officer"), f"{panel.here}/evaluators/remove"
        refused = officer.send(form, person=panel.person("Morag Pendle"), reason=" ", instead=panel.person("Jay Elm"))
        assert refused.status_code == 422
        assert (
            at_field(refused, f"reason-{panel.person('Morag Pendle')}") == "Say why: the reason is kept in the record."
        )
        assert f'value="{panel.person("Jay Elm")}" selected' in refused.text
        location(
            officer.send(form, person=panel.person("Morag Pendle"), reason="Ill.", instead=panel.person("Jay Elm"))
        )
        assert panel.evaluator("Jay Elm").is_lead, "who comes in the place of a lead leads"
        assert panel.evaluator("Morag Pendle").removed_because == "Ill."
        # Who dropped out before can be named again.
        location(officer.send(f"{panel.here}/evaluators", person=panel.person("Morag Pendle")))
        assert panel.evaluator("Morag Pendle").removed_at is None

    @pytest.mark.parametrize("person", ["", "x", "0", "999", "9" * 30, "auditor", "٣"])
    def test_who_is_not_in_the_list_is_not_named(self, panel: Panel, person: str) -> None:
        officer = panel.browser("officer")
        number = panel.person(person) if person in panel.users else person
        answer = officer.send(f"{panel.here}/evaluators", person=number)
        assert answer.status_code == 422
        assert at_field(answer, "person")
        answer = officer.send(f"{panel.here}/evaluators/remove", person=number, reason="Gone.")
        assert answer.status_code in {409, 422}

    def test_nobody_takes_out_themself(self, panel: Panel) -> None:
        panel.name(*BOTH)
        morag = panel.browser("Morag Pendle")
        answer = morag.send(f"{panel.here}/evaluators/remove", person=panel.person("Morag Pendle"), reason="Curious.")
        assert answer.status_code == 409
        assert panel.evaluator("Morag Pendle").removed_at is None

    def test_readers_see_who_and_change_nothing(self, panel: Panel) -> None:
        panel.name(*BOTH)
        panel.mark("Dev Ashworth")
        for name in ("auditor", "Dev Ashworth"):
            browser = panel.browser(name)
            page = words(browser.get(f"{panel.here}/evaluators"))
            assert "1 of 2 evaluators has submitted." in page
            assert "Name an evaluator" not in page
            assert browser.send(f"{panel.here}/evaluators", person=panel.person("Jay Elm")).status_code == 403


class TestModeration:
    @pytest.fixture
    def morag(self, panel: Panel) -> Browser:
        panel.name(*BOTH)
        panel.mark("Morag Pendle")
        panel.mark("Dev Ashworth", {**MARKS, "C": "1.25"})
        return panel.browser("Morag Pendle")

    def test_the_lead_alone_agrees_and_only_once_all_are_in(self, panel: Panel, morag: Browser) -> None:
        path = panel.answer("C", "moderation")
        assert panel.browser("Dev Ashworth").send(path, mark="3", why="Agreed.").status_code == 403
        assert morag.send(path, mark="3").status_code == 422
        assert at_field(morag.send(path, mark="3"), "why")
        reopened = morag.send(f"{panel.here}/moderation/reopen", person=panel.person("Dev Ashworth"), reason="A page.")
        assert location(reopened) == f"{panel.here}/moderation"
        assert morag.send(path, mark="3", why="Agreed.").status_code == 409
        assert "thinks so" not in words(morag.get(f"{panel.here}/moderation"))
        assert location(morag.get(path)) == f"{panel.here}/moderation"

    def test_a_mark_that_changes_after_it_was_agreed_is_agreed_anew(self, panel: Panel, morag: Browser) -> None:
        morag.send(panel.answer("C", "moderation"), mark="3", why="Agreed.")
        morag.send(f"{panel.here}/moderation/reopen", person=panel.person("Dev Ashworth"), reason="A page was missed.")
        panel.council.clock.on(minutes=5)
        dev = panel.browser("Dev Ashworth")
        dev.send(panel.answer("C"), mark="4.5", why="I had missed a page.")
        dev.send(f"{panel.here}/marks/submit")
        page = words(morag.get(f"{panel.here}/moderation"))
        assert "A mark changed since it was agreed" in page
        assert "Agreed before at 3." in words(morag.get(panel.answer("C", "moderation")))
        panel.council.clock.on(minutes=5)
        morag.send(panel.answer("C", "moderation"), mark="3", why="Agreed.")
        assert "Agreed at 3" in words(morag.get(panel.answer("C", "moderation")))

    def test_marks_are_not_opened_without_a_reason(self, panel: Panel, morag: Browser) -> None:
        answer = morag.send(f"{panel.here}/moderation/reopen", person=panel.person("Dev Ashworth"), reason="")
        assert answer.status_code == 422
        assert at_field(answer, f"reason-{panel.person('Dev Ashworth')}")
        assert panel.evaluator("Dev Ashworth").submitted_at is not None

    def test_an_evaluator_who_does_not_lead_this_tender_agrees_nothing(self, panel: Panel, morag: Browser) -> None:
        location(
            panel.browser("officer").send(f"{panel.here}/evaluators", person=panel.person("Dev Ashworth"), lead="1")
        )
        answer = morag.send(panel.answer("C", "moderation"), mark="3", why="Agreed.")
        assert answer.status_code == 409
        assert "leads its moderation" in words(answer)
        dev = panel.browser("Dev Ashworth")
        assert dev.send(panel.answer("C", "moderation"), mark="3", why="Agreed.").status_code == 303


def test_before_the_opening_there_is_nothing_to_mark(council_on_sqlite: Council) -> None:
    panel = panel_of(council_on_sqlite)
    draft = stored.add_tender(panel.store, id="LATER-1")
    with council_on_sqlite.database.writing() as session:
        person = panel.users["Morag Pendle"].person_id
        evaluation.add_evaluator(session, draft.id, person, is_lead=True, **panel.store.by("officer"))
    morag = panel.browser("Morag Pendle")
    assert "The bids are not open yet" in words(morag.get(f"/tenders/{draft.id}/marks"))
    assert "The bids are not open yet" in words(morag.get(f"/tenders/{draft.id}/moderation"))
    assert morag.send(f"/tenders/{draft.id}/marks/interests", conflict="no").status_code == 409
    assert morag.get(f"/tenders/{draft.id}/marks/{panel.bids['A']}/answer").status_code == 404
    assert morag.get(f"/api/v1/tenders/{draft.id}/marks").json()["answers"] == []
    assert morag.get(f"/api/v1/tenders/{draft.id}/moderation").json()["answers"] is None
