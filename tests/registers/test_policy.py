"""What an organisation sets for itself: defaults of the rules, what is refused, one event for what changed."""

from dataclasses import replace
from decimal import Decimal

import pytest

from svtracker.audit import service as audit
from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.audit.store import WHOLE_INSTALLATION, Filters
from svtracker.kernel.exceptions import ChangedMeanwhileError, OrganisationTakenError, RefusedError
from svtracker.registers import service
from svtracker.registers.rules.policy import DEFAULT, FIGURES, Policy, contrast, faults_of_policy
from svtracker.storage.engines import Database
from svtracker.tenders.rules.warnings import Limits
from svtracker.web.house import limits_of

NAMES = {"name": "North Vale Council", "short_name": "North Vale"}


@pytest.fixture
def council(database: Database) -> int:
    with database.writing() as session:
        return service.add_organisation(session, slug="north-vale", **NAMES, is_demo=False, actor=COMMAND_LINE).id


def save(database: Database, council: int, policy: Policy = DEFAULT, **more: object) -> int:
    with database.writing() as session:
        return service.change_settings(
            session,
            council,
            **{**NAMES, **more},
            policy=policy,
            actor=COMMAND_LINE,  # type: ignore[arg-type]
        ).version


def test_the_defaults_are_those_of_the_rules() -> None:
    assert limits_of(DEFAULT) == Limits()
    assert [getattr(DEFAULT, name) for name in FIGURES] == [50, 50, 50, 10, 100, 80, 50]
    assert list(faults_of_policy(DEFAULT)) == []


@pytest.mark.parametrize(
    ("first", "second", "ratio"),
    [("#000000", "#ffffff", 21.0), ("#ffffff", "#ffffff", 1.0), ("#12436d", "#ffffff", 10.2)],
)
def test_contrast(first: str, second: str, ratio: float) -> None:
    assert round(contrast(first, second), 1) == round(contrast(second, first), 1) == ratio


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"brand_colour": "blue"}, "brand_colour"),
        ({"brand_colour": "#12436"}, "brand_colour"),
        ({"brand_colour": "#12436D"}, "brand_colour"),
        ({"brand_colour": "#ffdd00"}, "brand_colour"),
        ({"high_percent": Decimal(0)}, "high_percent"),
        ({"high_percent": Decimal(-1)}, "high_percent"),
        ({"fte_percent": Decimal("1000.01")}, "fte_percent"),
        ({"concentration_percent": Decimal("33.333")}, "concentration_percent"),
        ({"median_times": Decimal(0)}, "median_times"),
        ({"slightly_behind_percent": Decimal(100)}, "slightly_behind_percent"),
        ({"behind_percent": Decimal(81)}, "behind_percent"),
    ],
)
def test_what_cannot_be_used_is_refused(
    database: Database, council: int, changed: dict[str, object], place: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        save(database, council, replace(DEFAULT, **changed))  # type: ignore[arg-type]
    assert [problem.path for problem in refused.value.problems] == [place]
    with database.reading() as session:
        assert service.get_policy(session, council).version == 0


def test_a_change_is_one_event_with_each_field(database: Database, council: int) -> None:
    policy = replace(DEFAULT, brand_colour="#5b2a86", high_percent=Decimal("42.50"))
    assert save(database, council, policy, short_name="Vale") == 1
    assert save(database, council, policy, short_name="Vale") == 1, "the same again changes nothing"
    with database.reading() as session:
        assert service.get_policy(session, council).policy == policy
        assert service.get_organisation(session, council).short_name == "Vale"
        scope, only = WHOLE_INSTALLATION, Filters(object_kind="organisation")
        told = [one for one in audit.log(session, scope=scope, filters=only) if one.what == "settings_changed"]
        assert audit.check_chains(session) == ()
    assert [one.fields for one in told] == [
        {
            "brand_colour": {"old": "#12436d", "new": "#5b2a86"},
            "high_percent": {"old": "50", "new": "42.50"},
            "short_name": {"old": "North Vale", "new": "Vale"},
        }
    ]


def test_the_second_of_two_is_told(database: Database, council: int) -> None:
    assert save(database, council, replace(DEFAULT, high_percent=Decimal(40)), version=0) == 1
    with pytest.raises(ChangedMeanwhileError):
        save(database, council, replace(DEFAULT, high_percent=Decimal(60)), version=0)
    with database.reading() as session:
        assert service.get_policy(session, council).policy.high_percent == 40


def test_names_of_others_are_taken_and_their_policy_is_their_own(database: Database, council: int) -> None:
    with database.writing() as session:
        other = service.add_organisation(
            session,
            slug="south-vale",
            name="South Vale Council",
            short_name="South Vale",
            is_demo=False,
            actor=COMMAND_LINE,
        ).id
    with pytest.raises(OrganisationTakenError):
        save(database, council, name="South Vale Council")
    save(database, council, replace(DEFAULT, median_times=Decimal(5)))
    with database.reading() as session:
        assert service.get_policy(session, other).policy == DEFAULT
