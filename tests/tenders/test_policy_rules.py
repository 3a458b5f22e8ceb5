"""What an organisation's policy wants of tenders: which rules are about a tender, what is found, what a waiver lets."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from svtracker.audit import service as audit
from svtracker.audit.rules.events import COMMAND_LINE, Actor, ActorKind
from svtracker.audit.store import Filters, Scope
from svtracker.frameworks import service as frameworks
from svtracker.frameworks.rules.owners import SHARED
from svtracker.frameworks.rules.values import Version
from svtracker.identity import service as identity
from svtracker.identity.rules.roles import Role
from svtracker.kernel.exceptions import (
    ChangedMeanwhileError,
    NotFoundError,
    NotYetError,
    ReasonMissingError,
    RefusedError,
    SecondPersonNeededError,
    StageError,
)
from svtracker.messages import service as messages
from svtracker.storage.engines import Database
from svtracker.tenders.rules.policy_rules import (
    Check,
    Facts,
    PolicyRule,
    RuleKind,
    Standing,
    StoredRule,
    Waiver,
    WaiverState,
    applies,
    bought_of,
    check,
    facts_of,
    faults_of_rule,
    no_worse,
    rule_words,
    scope_words,
    shown_figure,
    with_waiver,
)
from svtracker.tenders.rules.records import StoredTender
from svtracker.tenders.service import policy_rules, setup, waivers
from tests.tenders import stored

TODAY = (stored.CLOSES - timedelta(days=20)).date()
FACTS = Facts(
    contract_value=Decimal(750_000),
    category="77300000",
    quantitative=Decimal(10),
    qualitative=Decimal(10),
    price=Decimal(40),
    all_known=False,
    minimum_percent=Decimal(0),
    measures={"Jobs and skills": 4, "Stronger communities": 2},
)


def rule(kind: RuleKind = RuleKind.LEAST_WEIGHT, figure: str = "20", **more: Any) -> PolicyRule:
    values = {name: Decimal(value) if name.startswith("value_") else value for name, value in more.items()}
    return PolicyRule(kind=kind, figure=Decimal(figure), **values)


def kept(of: PolicyRule, number: int = 1) -> StoredRule:
    return StoredRule(id=number, rule=of, basis="", from_day=TODAY, to_day=None, replaces=None, version=1)


def checked(of: PolicyRule, **facts: Any) -> Check:
    found = check(kept(of), replace(FACTS, **facts))
    assert found is not None
    return found


class TestWhichTendersARuleIsAbout:
    @pytest.mark.parametrize(
        ("limits", "value", "is_about"),
        [
            ({}, None, True),
            ({"value_from": "750000"}, "750000", True),
            ({"value_from": "750000.01"}, "750000", False),
            ({"value_below": "750000"}, "750000", False),
            ({"value_below": "750000.01"}, "750000", True),
            ({"value_from": "100000", "value_below": "1000000"}, "999999.99", True),
            ({"value_from": "100000"}, None, None),
            ({"value_below": "100000"}, None, None),
        ],
    )
    def test_by_value(self, limits: dict[str, str], value: str | None, is_about: bool | None) -> None:
        facts = replace(FACTS, contract_value=None if value is None else Decimal(value))
        assert applies(rule(**limits), facts) is is_about

    @pytest.mark.parametrize(
        ("wanted", "category", "is_about"),
        [
            ("works", "45233222", True),
            ("works", "77300000", False),
            ("services", "77300000", True),
            ("goods", "15000000", True),
            ("goods", "48000000", True),
            ("services", "48000000", False),
            ("77", "77300000", True),
            ("773", "77300000", True),
            ("774", "77300000", False),
            ("45233222", "45233222", True),
            ("4523", "45", False),
            ("works", None, True),  # nobody escapes a rule by leaving the category out
        ],
    )
    def test_by_category(self, wanted: str, category: str | None, is_about: bool) -> None:
        assert applies(rule(category=wanted), replace(FACTS, category=category)) is is_about

    def test_another_category_needs_no_value(self) -> None:
        facts = replace(FACTS, contract_value=None)
        assert applies(rule(category="works", value_from="1"), facts) is False
        assert check(kept(rule(category="works")), FACTS) is None

    @given(st.from_regex("[0-9]{8}", fullmatch=True))
    def test_every_category_is_bought_as_one_thing(self, category: str) -> None:
        facts = replace(FACTS, category=category)
        about = [one for one in ("works", "services", "goods") if applies(rule(category=one), facts)]
        assert about == [bought_of(category)]


NOT_ALL = " Not every mark has its number in these settings, so all of them are taken to be 100."


@pytest.mark.parametrize(
    ("of", "facts", "standing", "said"),
    [
        (rule(), {}, Standing.MET, f"20 of 100 marks are for social value, 20%; at least 20% is wanted.{NOT_ALL}"),
        (rule(figure="20.01"), {}, Standing.NOT_MET, "20 of 100 marks are for social value, 20%; at least 20.01%"),
        (rule(), {"all_known": True}, Standing.MET, "20 of 60 marks are for social value, 33.33%; at least 20%"),
        (rule(), {"quantitative": Decimal("9.9999")}, Standing.NOT_MET, "social value, 19.99%; at least 20% is wanted"),
        (rule(), {"price": Decimal(130)}, Standing.NOT_MET, "20 of 150 marks are for social value, 13.33%"),
        (rule(), {"qualitative": None}, Standing.OPEN, "The marks for social value are not set yet."),
        (rule(value_from="1"), {"contract_value": None}, Standing.OPEN, "The contract value is not set yet."),
        (rule(RuleKind.LEAST_PERCENT, "5"), {}, Standing.NOT_MET, "No minimum is set; at least 5% is wanted."),
        (rule(RuleKind.LEAST_PERCENT, "5"), {"minimum_percent": Decimal("4.5")}, Standing.NOT_MET, "minimum is 4.5%"),
        (rule(RuleKind.LEAST_PERCENT, "5"), {"minimum_percent": Decimal(5)}, Standing.MET, "The minimum is 5%"),
        (rule(RuleKind.MOST_MEASURES, "6"), {}, Standing.MET, "6 measures are asked for; at most 6 measures may be."),
        (rule(RuleKind.MOST_MEASURES, "5"), {}, Standing.NOT_MET, "6 measures are asked for; at most 5 measures"),
        (rule(RuleKind.MOST_MEASURES, "5"), {"measures": None}, Standing.OPEN, "its list are not chosen yet"),
        (rule(RuleKind.THEME_LEAST, "1", theme="Environment"), {}, Standing.NOT_MET, "No measures are asked for from"),
        (rule(RuleKind.THEME_LEAST, "2", theme="stronger Communities"), {}, Standing.MET, "2 measures are asked for"),
        (
            rule(RuleKind.THEME_MOST, "1", theme="Stronger communities"),
            {},
            Standing.NOT_MET,
            "at most 1 measure may be",
        ),
        (rule(RuleKind.THEME_MOST, "1", theme="Environment"), {}, Standing.MET, "No measures are asked for from"),
    ],
)
def test_how_a_tender_stands_to_a_rule(of: PolicyRule, facts: Mapping[str, Any], standing: Standing, said: str) -> None:
    found = checked(of, **facts)
    assert found.standing is standing
    assert said in found.said


@pytest.mark.parametrize(
    ("of", "place"),
    [
        (rule(figure="0"), "figure"),
        (rule(figure="100.01"), "figure"),
        (rule(figure="5.125"), "figure"),
        (rule(RuleKind.MOST_MEASURES, "0"), "figure"),
        (rule(RuleKind.MOST_MEASURES, "2.5"), "figure"),
        (rule(RuleKind.MOST_MEASURES, "1000"), "figure"),
        (rule(RuleKind.THEME_LEAST, "1"), "theme"),
        (rule(RuleKind.THEME_LEAST, "1", theme=" "), "theme"),
        (rule(RuleKind.THEME_MOST, "1", theme="x" * 101), "theme"),
        (rule(value_from="-1"), "value_from"),
        (rule(value_below="10000000000"), "value_below"),
        (rule(value_from="0.125"), "value_from"),
        (rule(value_from="5", value_below="5"), "value_below"),
        (rule(category="everything"), "category"),
        (rule(category="4"), "category"),
    ],
)
def test_a_rule_that_cannot_be_used_is_refused_at_its_field(of: PolicyRule, place: str) -> None:
    assert [fault[0] for fault in faults_of_rule(of)] == [place]


def test_a_rule_in_words() -> None:
    assert rule_words(rule()) == "Social value has at least 20% of all marks."
    assert scope_words(rule()) == "all contracts"
    narrow = rule(category="works", value_from="100000", value_below="1000000.50")
    assert scope_words(narrow) == "works contracts from £100,000 and below £1,000,000.50"
    assert scope_words(rule(category="4523")) == "contracts of CPV 4523"
    assert rule_words(rule(RuleKind.THEME_MOST, "1", theme="Environment")).endswith(
        "at most 1 measure from “Environment”."
    )


class TestSettings:
    def test_what_rules_ask_of_the_worked_example(self) -> None:
        facts = facts_of(stored.worked_settings(), None)
        assert facts == replace(FACTS, measures=None)

    @pytest.mark.parametrize(
        "settings",
        [{}, {"tender": None}, {"tender": {"scoring": "x", "price": [], "contract_value": 5, "category": 7}}],
    )
    def test_settings_that_are_not_there_are_nothing(self, settings: dict[str, Any]) -> None:
        facts = facts_of(settings, None)
        assert (facts.contract_value, facts.category, facts.quantitative, facts.measures) == (None, None, None, None)

    def test_measures_are_counted_by_theme_without_those_left_out(self, database: Database) -> None:
        version = _example(database)
        part = {"list": "main", "leave_out": ["X1"]}
        counted = facts_of({"tender": part}, version).measures
        whole = facts_of({"tender": {"list": "main"}}, version).measures
        assert counted is not None
        assert whole is not None
        assert sum(whole.values()) == 6
        assert whole["Jobs and skills"] - counted["Jobs and skills"] == 1
        assert facts_of({"tender": {}}, version).measures is None


def waiver(of: PolicyRule, asked: str, **more: Any) -> Waiver:
    values: dict[str, Any] = {
        "id": 7,
        "tender_id": 1,
        "rule_id": 1,
        "found": Decimal(asked),
        "contract_value": None,
        "reason": "The market is thin.",
        "asked_by": 1,
        "asked_at": stored.CLOSES,
        "withdrawn_at": None,
        "outcome": WaiverState.APPROVED,
        "decided_by": 2,
        "decided_because": "Agreed.",
        "decided_at": stored.CLOSES,
    }
    return Waiver(asked=Decimal(asked), **{**values, **more})


KINDS = st.sampled_from(RuleKind)
FIGURES = st.decimals(1, 100, places=0)


@given(KINDS, FIGURES, FIGURES, FIGURES)
def test_a_waiver_fits_what_it_was_asked_for_and_nothing_worse(
    kind: RuleKind, figure: Decimal, asked: Decimal, found: Decimal
) -> None:
    """Whatever the kind: what is as good as a waiver's figure is let through, what is worse is not, never both."""
    of = PolicyRule(kind=kind, figure=figure, theme="T")
    facts = replace(FACTS, quantitative=found, qualitative=Decimal(0), price=Decimal(0), minimum_percent=found)
    made = check(kept(of), replace(facts, measures={"T": int(found)}))
    assert made is not None
    is_worse = (found > asked) if "most" in kind.value else (found < asked)
    is_met = (found <= figure) if "most" in kind.value else (found >= figure)
    wanted = Standing.MET if is_met else Standing.NOT_MET if is_worse else Standing.WAIVED
    assert with_waiver(made, {7: waiver(of, str(asked))}).standing is wanted


@given(KINDS, st.fractions(0, 100))
def test_what_is_shown_is_never_better_than_what_was_found(kind: RuleKind, found: Any) -> None:
    """So a waiver that is asked for at the figure that the page shows always fits the settings."""
    of = PolicyRule(kind=kind, figure=Decimal(20), theme="T")
    assert no_worse(of, found, shown_figure(of, found))


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": None, "decided_at": None},
        {"outcome": WaiverState.REFUSED},
        {"rule_id": 2},
        {"outcome": None, "withdrawn_at": stored.CLOSES},
    ],
)
def test_only_an_approved_waiver_of_that_rule_counts(changes: dict[str, Any]) -> None:
    of = rule(figure="30")
    made = checked(of)
    assert made.standing is Standing.NOT_MET
    assert with_waiver(made, {7: waiver(of, "20")}).waiver == 7
    assert with_waiver(made, {7: waiver(of, "20", **changes)}) == made


# --- Kept in the database ---------------------------------------------------------------------------------------------


@pytest.fixture
def here(database: Database) -> stored.Council:
    council = stored.council(database)
    with database.writing() as session:
        for name, role in (
            ("officer", Role.PROCUREMENT_OFFICER),
            ("approver", Role.APPROVER),
            ("other", Role.APPROVER),
        ):
            council.people[name] = identity.add_user(
                session,
                organisation_id=council.id,
                name=name,
                email=f"{name}@north-vale.example",
                roles=[role],
                actor=COMMAND_LINE,
            ).person_id
    return council


def _example(database: Database) -> Version:
    council = stored.council(database)
    with council.database.reading() as session:
        return frameworks.get_version(session, "example@2021.1", whose=SHARED)


def add(here: stored.Council, of: PolicyRule, **more: Any) -> StoredRule:
    with here.database.writing() as session:
        return policy_rules.add_rule(
            session, of, **{"basis": "Cabinet", "from_day": TODAY, **here.by("policy"), **more}
        )


def standings(here: stored.Council, tender: StoredTender) -> list[Standing]:
    with here.database.reading() as session:
        found = setup.get_tender(session, tender.id, organisation_id=here.id)
        return [one.standing for one in policy_rules.checks_of(session, found, clock=here.clock)]


def publish(here: stored.Council, tender: StoredTender) -> StoredTender:
    version = here.tender(tender.id).version
    with here.database.writing() as session:
        return setup.publish(session, tender.id, version=version, **here.by("officer"))


def ask(here: stored.Council, tender: StoredTender, of: StoredRule, asked: str = "20", **more: Any) -> Waiver:
    values = {"asked": Decimal(asked), "reason": "The market is thin.", **here.by("officer"), **more}
    with here.database.writing() as session:
        return waivers.ask_waiver(session, tender.id, of.id, **values)[0]


def decide(here: stored.Council, made: Waiver, *, by: str = "approver", **more: Any) -> Waiver:
    values = {"is_approved": True, "reason": "One time only.", **here.by(by), **more}
    with here.database.writing() as session:
        return waivers.decide_waiver(session, made.tender_id, made.id, **values)


def whats(here: stored.Council) -> list[str]:
    with here.database.reading() as session:
        scope = Scope(organisation_id=here.id)
        return [one.what for one in audit.search(session, scope=scope, filters=Filters(), size=100).entries]


def outbox(here: stored.Council) -> list[tuple[int, str]]:
    with here.database.reading() as session:
        return [(one.to_person_id, one.body) for one in messages.list_messages(session, organisation_id=here.id)]


def test_a_tender_that_breaks_a_rule_is_published_once_it_is_put_right(here: stored.Council) -> None:
    of = add(here, rule(figure="25"))
    add(here, rule(figure="90", category="works"))
    tender = stored.add_tender(here)
    with pytest.raises(RefusedError) as refused:
        publish(here, tender)
    (problem,) = refused.value.problems
    assert problem.path == f"rules.{of.id}"
    assert problem.seen.startswith("20 of 100 marks are for social value, 20%; at least 25% is wanted.")
    assert problem.wanted == "at least 25%, or a waiver"
    assert standings(here, tender) == [Standing.NOT_MET]
    better = {**stored.WORKED["tender"]["scoring"], "quantitative": "15"}
    with here.database.writing() as session:
        setup.change_tender(
            session,
            tender.id,
            reference=tender.reference,
            title=tender.title,
            directorate=None,
            closes_at=tender.closes_at,
            settings=stored.worked_settings(scoring=better),
            note={},
            version=tender.version,
            **here.by("officer"),
        )
    assert publish(here, tender).published_at is not None


def test_a_waiver_lets_the_tender_through_as_far_as_it_goes(here: stored.Council) -> None:
    of = add(here, rule(figure="25"))
    tender = stored.add_tender(here)
    made = ask(here, tender, of)
    assert (made.state, made.found, made.contract_value) == (WaiverState.ASKED, Decimal(20), Decimal(750_000))
    told = outbox(here)
    assert {person for person, _ in told} == {here.people["approver"], here.people["other"]}
    assert "What is asked for: 20%" in told[0][1]
    with pytest.raises(RefusedError):
        publish(here, tender)
    done = decide(here, made)
    assert (done.state, done.decided_by) == (WaiverState.APPROVED, here.people["approver"])
    assert outbox(here)[0][0] == here.people["officer"]
    assert standings(here, tender) == [Standing.WAIVED]
    published = publish(here, tender)
    # An amendment to something worse needs another one.
    worse = {**stored.WORKED["tender"]["scoring"], "qualitative": "9"}
    amendment = {
        "settings": stored.worked_settings(scoring=worse),
        "closes_at": published.closes_at,
        "reason": "Fewer marks.",
        **here.by("officer"),
    }
    with here.database.writing() as session, pytest.raises(RefusedError) as refused:
        setup.amend(session, tender.id, version=published.version, **amendment)
    assert [one.path for one in refused.value.problems] == [f"rules.{of.id}"]
    decide(here, ask(here, tender, of, "19"), by="other")
    with here.database.writing() as session:
        setup.amend(session, tender.id, version=published.version, **amendment)
    assert whats(here).count("waiver_approved") == 2
    with here.database.reading() as session:
        register = waivers.list_waivers(session, organisation_id=here.id)
    assert [(one.waiver.asked, one.tender.id, one.rule.id) for one in register] == [
        (Decimal(19), tender.id, of.id),
        (Decimal(20), tender.id, of.id),
    ]


def test_nobody_decides_on_their_own_request_or_twice(here: stored.Council) -> None:
    of = add(here, rule(figure="25"))
    tender = stored.add_tender(here)
    made = ask(here, tender, of, **here.by("approver"))
    assert {person for person, _ in outbox(here)} == {here.people["other"]}
    with pytest.raises(SecondPersonNeededError):
        decide(here, made)
    nobody = Actor(kind=ActorKind.COMMAND_LINE)
    with pytest.raises(SecondPersonNeededError):
        decide(here, made, actor=nobody)
    with pytest.raises(ReasonMissingError):
        decide(here, made, by="other", reason=" ")
    assert decide(here, made, by="other", is_approved=False).state is WaiverState.REFUSED
    with pytest.raises(ChangedMeanwhileError):
        decide(here, made, by="other")
    with pytest.raises(RefusedError):
        publish(here, tender)


def test_the_database_itself_keeps_one_person_from_both(here: stored.Council) -> None:
    made = ask(here, stored.add_tender(here), add(here, rule(figure="25")))
    statement = (
        "UPDATE policy_waiver SET outcome = 'approved', decided_at = asked_at, decided_by = asked_by WHERE id = :id"
    )
    with pytest.raises(Exception, match="second_person"), here.database.writing() as session:
        session.execute(text(statement), {"id": made.id})


def test_a_waiver_that_makes_no_sense_is_refused(here: stored.Council) -> None:
    of = add(here, rule(figure="25"))
    tender = stored.add_tender(here)
    cases = {"25": "less than 25%", "-1": "a share in %", "101": "a share in %", "19.999": "at most 2 decimals"}
    for asked, seen in cases.items():
        with pytest.raises(RefusedError) as refused:
            ask(here, tender, of, asked)
        assert [one.path for one in refused.value.problems] == ["figure"]
        assert seen in refused.value.problems[0].wanted


def test_asking_anew_withdraws_what_nobody_has_decided(here: stored.Council) -> None:
    of = add(here, rule(figure="25"))
    tender = stored.add_tender(here)
    first, second = ask(here, tender, of), ask(here, tender, of, "18")
    with here.database.reading() as session:
        states = {
            one.waiver.id: one.waiver.state
            for one in waivers.list_waivers(session, organisation_id=here.id, tender_id=tender.id)
        }
    assert states == {first.id: WaiverState.WITHDRAWN, second.id: WaiverState.ASKED}
    with pytest.raises(ChangedMeanwhileError):
        decide(here, first)
    decide(here, second)
    with pytest.raises(RefusedError, match="no approved waiver"):
        ask(here, tender, of, "19")


def test_a_waiver_waits_until_there_is_something_to_waive(here: stored.Council) -> None:
    of = add(here, rule(RuleKind.MOST_MEASURES, "5"))
    tender = stored.add_tender(here, list=None)
    assert standings(here, tender) == [Standing.OPEN]
    with pytest.raises(NotYetError):
        ask(here, tender, of, "6")
    with pytest.raises(NotFoundError):
        ask(here, tender, add(here, rule(category="works")), "10")
    with pytest.raises(ReasonMissingError):
        ask(here, stored.add_tender(here, id="W-2"), of, "6", reason="")


def test_once_bids_are_open_nothing_is_waived(here: stored.Council) -> None:
    tender = stored.opened(here)
    with pytest.raises(StageError):
        ask(here, tender, add(here, rule(), from_day=here.clock().date()))


def test_what_belongs_to_another_organisation_is_not_found(here: stored.Council) -> None:
    of = add(here, rule(figure="25"))
    made = ask(here, stored.add_tender(here), of)
    there = stored.council(here.database, "south-vale")
    theirs, by = stored.add_tender(there), there.by("approver")
    assert standings(there, theirs) == []
    with here.database.writing() as session:
        with pytest.raises(NotFoundError):
            policy_rules.get_rule(session, of.id, organisation_id=there.id)
        with pytest.raises(NotFoundError):
            waivers.decide_waiver(session, theirs.id, made.id, is_approved=True, reason="x", **by)
        assert waivers.list_waivers(session, organisation_id=there.id) == ()


class TestDaysOfEffect:
    def test_a_changed_rule_holds_from_its_day_and_the_old_one_until_then(self, here: stored.Council) -> None:
        first = add(here, rule(figure="25"))
        later = TODAY + timedelta(days=10)
        with here.database.writing() as session:
            second = policy_rules.change_rule(
                session, first.id, rule(figure="10"), basis="Cabinet", from_day=later, version=1, **here.by("policy")
            )
        with here.database.reading() as session:
            old, new = policy_rules.list_rules(session, organisation_id=here.id)
        assert (old.to_day, new.from_day, new.replaces) == (later - timedelta(days=1), later, first.id)
        assert [old.holds_on(later - timedelta(days=1)), new.holds_on(later - timedelta(days=1))] == [True, False]
        assert [old.holds_on(later), new.holds_on(later)] == [False, True]
        tender = stored.add_tender(here)
        assert standings(here, tender) == [Standing.NOT_MET]
        here.clock.now += timedelta(days=10)
        assert standings(here, tender) == [Standing.MET]
        assert second.rule.figure == 10
        assert {"policy_rule_added", "policy_rule_ended", "policy_rule_changed"} <= set(whats(here))

    def test_what_was_published_stays_under_the_rules_of_its_day(self, here: stored.Council) -> None:
        published = stored.published(here)
        here.clock.now += timedelta(days=1)
        add(here, rule(figure="25"), from_day=TODAY + timedelta(days=1))
        assert standings(here, published) == []
        assert standings(here, stored.add_tender(here, id="W-2")) == [Standing.NOT_MET]

    def test_a_rule_ends_with_a_reason_and_stays_in_the_list(self, here: stored.Council) -> None:
        first = add(here, rule(figure="25"))
        tender = stored.add_tender(here)
        by = here.by("policy")
        with here.database.writing() as session:
            with pytest.raises(ReasonMissingError):
                policy_rules.end_rule(session, first.id, off_day=TODAY, reason=" ", version=1, **by)
            ended = policy_rules.end_rule(session, first.id, off_day=TODAY, reason="Lifted.", version=1, **by)
        assert ended.to_day == TODAY - timedelta(days=1)
        assert standings(here, tender) == []
        with here.database.writing() as session:
            with pytest.raises(StageError):
                policy_rules.end_rule(session, first.id, off_day=TODAY, reason="Again.", version=2, **by)
            with pytest.raises(ChangedMeanwhileError):
                policy_rules.change_rule(session, first.id, rule(), basis="", from_day=TODAY, version=1, **by)

    def test_a_rule_never_reaches_back(self, here: stored.Council) -> None:
        cases: list[tuple[dict[str, Any], str]] = [
            ({"from_day": TODAY - timedelta(days=1)}, "from_day"),
            ({"basis": "x" * 301}, "basis"),
            ({"basis": "a\nb"}, "basis"),
        ]
        for changes, place in cases:
            with pytest.raises(RefusedError) as refused:
                add(here, rule(), **changes)
            assert [one.path for one in refused.value.problems] == [place]

    def test_the_same_words_again_change_nothing(self, here: stored.Council) -> None:
        first = add(here, rule())
        before = len(whats(here))
        with here.database.writing() as session:
            same = policy_rules.change_rule(
                session, first.id, rule(), basis="Cabinet", from_day=date(2000, 1, 1), version=1, **here.by("policy")
            )
        assert same == first
        assert len(whats(here)) == before


def test_themes_are_those_of_all_versions(here: stored.Council) -> None:
    with here.database.reading() as session:
        themes = policy_rules.list_themes(session, organisation_id=here.id)
    assert "Stronger communities" in themes
    assert len({one.casefold() for one in themes}) == len(themes)
