"""People with an account: added, given roles, locked, disabled, erased; what is refused and what is recorded."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from svtracker.audit.rules.events import COMMAND_LINE, Actor, ActorKind
from svtracker.files.csv_reader import CsvRow
from svtracker.identity import service
from svtracker.identity.rules.accounts import AccountState
from svtracker.identity.rules.roles import Grant, Role
from svtracker.identity.rules.sessions import How
from svtracker.identity.service import User, UserAction
from svtracker.kernel.exceptions import (
    AccountStateError,
    AccountTakenError,
    ChangedMeanwhileError,
    HandOverNeededError,
    LastAdministratorError,
    NotFoundError,
    ReasonMissingError,
    RefusedError,
)
from svtracker.messages import service as messages
from svtracker.storage.engines import Database
from tests.identity.people import (
    EMAIL,
    FIREFOX,
    NOON,
    PASSWORD,
    HandClock,
    add_council,
    add_user,
    check,
    hand_out,
    set_password,
    told,
)

WHY = {"actor": COMMAND_LINE, "reason": "leaves", "clock": lambda: NOON}


def act(database: Database, function: str, *words: object, **more: object) -> User:
    with database.writing() as session:
        return getattr(service, function)(session, *words, **more)


def user(database: Database, person_id: int) -> User:
    with database.reading() as session:
        return service.get_user(session, person_id, organisation_id=None)


def sign_in(database: Database, clock: HandClock, email: str = EMAIL) -> service.SignedIn | service.Refused:
    return service.attempt_sign_in(
        database, email=email, password=PASSWORD, address="192.0.2.1", user_agent=FIREFOX, clock=clock
    )


class TestAdding:
    def test_a_person_with_roles(self, wren: User, council: int) -> None:
        assert wren == User(
            person_id=wren.person_id,
            organisation_id=council,
            name="Wren Alder",
            email=EMAIL,
            state=AccountState.ACTIVE,
            locked_because=None,
            grants=(Grant(person_id=wren.person_id, organisation_id=council, role=Role.ADMINISTRATOR),),
            created_at=NOON,
            last_seen_at=None,
            password_set_at=None,
            has_identity_provider=False,
            version=1,
        )

    def test_events_tell_it_without_name_or_address(self, database: Database, wren: User) -> None:
        assert told(database, "account") == ["account_added", "role_given"]
        with database.reading() as session:
            rows = str(session.execute(text("SELECT * FROM audit_event")).all())
        assert not any(word in rows for word in ("Wren", "Alder", "@"))
        assert check(database) == []

    @pytest.mark.parametrize("email", [EMAIL, EMAIL.upper(), f"W{EMAIL[1:]}"])
    def test_an_address_has_one_account_on_the_whole_installation(
        self, database: Database, wren: User, email: str
    ) -> None:
        other = add_council(database, "south-vale")
        with pytest.raises(AccountTakenError, match=rf"No account was added: there is one with the address “{email}”"):
            add_user(database, other, name="Somebody Else", email=email)
        with database.reading() as session:
            assert len(service.list_users(session, organisation_id=None)) == 1

    @pytest.mark.parametrize("name", ["", " Wren", "Wren\nAlder", "W\0", "W" * 121, "W\ud800"])
    def test_a_name_that_cannot_be_one(self, database: Database, council: int, name: str) -> None:
        with pytest.raises(RefusedError, match="person: name: saw"):
            add_user(database, council, name=name)

    @pytest.mark.parametrize(
        "email",
        ["", "wren", "@x", "wren@", "a@b@c", "wren @x", "wren@x\nBcc: y@x", "Wren <wren@x>", "a,b@x", f"{'w' * 260}@x"],
    )
    def test_an_address_that_cannot_be_one(self, database: Database, council: int, email: str) -> None:
        with pytest.raises(RefusedError, match="person: email: saw"):
            add_user(database, council, email=email)

    def test_everything_wrong_at_once(self, database: Database, council: int) -> None:
        with pytest.raises(RefusedError) as caught:
            add_user(database, council, name="", email="")
        assert [problem.path for problem in caught.value.problems] == ["name", "email"]

    def test_is_found_by_address_whatever_its_capitals(self, database: Database, wren: User, council: int) -> None:
        other = add_council(database, "south-vale")
        with database.reading() as session:
            assert service.find_user(session, f" {EMAIL.upper()} ") == wren
            assert service.find_user(session, EMAIL, organisation_id=council) == wren
            assert service.find_user(session, EMAIL, organisation_id=other) is None
            assert service.find_user(session, "robin@north-vale.example") is None


class TestWalls:
    """Somebody of another organisation is not found, whatever is asked."""

    @pytest.mark.parametrize("function", ["lock_user", "unlock_user", "disable_user", "enable_user", "erase_user"])
    def test_no_change_across(self, database: Database, wren: User, function: str) -> None:
        other = add_council(database, "south-vale")
        with pytest.raises(NotFoundError, match=f"There is no account “{wren.person_id}”"):
            act(database, function, wren.person_id, organisation_id=other, **WHY)
        assert user(database, wren.person_id) == wren

    def test_no_look_and_no_role_across(self, database: Database, wren: User) -> None:
        other = add_council(database, "south-vale")
        admin = add_user(database, other, Role.ADMINISTRATOR, name="Ash", email="ash@south-vale.example")
        actor = Actor(kind=ActorKind.PERSON, person_id=admin.person_id, role="administrator")
        with database.reading() as session:
            assert service.list_users(session, organisation_id=other) == (admin,)
            with pytest.raises(NotFoundError):
                service.get_user(session, wren.person_id, organisation_id=other)
        for function in ("grant_role", "end_role"):
            with pytest.raises(NotFoundError, match="no account"):
                act(database, function, wren.person_id, Role.VIEWER, organisation_id=other, actor=actor)

    def test_the_command_line_lets_somebody_into_another_organisation(self, database: Database, wren: User) -> None:
        other = add_council(database, "south-vale")
        act(database, "grant_role", wren.person_id, Role.VIEWER, organisation_id=other, actor=COMMAND_LINE)
        with database.reading() as session:
            (found,) = service.list_users(session, organisation_id=other)
        assert (found.person_id, len(found.grants)) == (wren.person_id, 2)
        with pytest.raises(NotFoundError):
            act(database, "disable_user", wren.person_id, organisation_id=other, **WHY)


class TestRoles:
    def test_given_and_ended(self, database: Database, robin: User, council: int) -> None:
        about = {"organisation_id": council, "object_kind": "tender", "object_id": "7"}
        more = {"from_day": date(2026, 12, 1), "to_day": date(2026, 12, 31), "reason": "holiday"}
        after = act(database, "grant_role", robin.person_id, Role.LEAD_EVALUATOR, actor=COMMAND_LINE, **about, **more)
        assert after.grants[-1] == Grant(
            person_id=robin.person_id,
            role=Role.LEAD_EVALUATOR,
            **about,
            from_day=more["from_day"],
            to_day=more["to_day"],
        )
        assert after.version == robin.version + 1
        ended = act(database, "end_role", robin.person_id, Role.LEAD_EVALUATOR, actor=COMMAND_LINE, **about)
        assert ended.grants == robin.grants
        assert told(database, "account")[-2:] == ["role_given", "role_ended"]

    def test_given_twice_changes_nothing(self, database: Database, robin: User, council: int) -> None:
        again = act(
            database, "grant_role", robin.person_id, Role.EVALUATOR, organisation_id=council, actor=COMMAND_LINE
        )
        assert again == robin
        assert told(database, "account").count("role_given") == 1

    def test_one_that_makes_no_sense_is_refused(self, database: Database, robin: User, council: int) -> None:
        about = {"organisation_id": council, "object_kind": "tender", "object_id": "7", "actor": COMMAND_LINE}
        with pytest.raises(RefusedError, match="“viewer” is given for a whole organisation"):
            act(database, "grant_role", robin.person_id, Role.VIEWER, **about)

    def test_one_that_nobody_has_cannot_be_ended(self, database: Database, robin: User, council: int) -> None:
        with pytest.raises(NotFoundError, match="no role of this person “viewer”"):
            act(database, "end_role", robin.person_id, Role.VIEWER, organisation_id=council, actor=COMMAND_LINE)

    def test_none_for_a_disabled_account(self, database: Database, wren: User, robin: User, council: int) -> None:
        act(database, "disable_user", robin.person_id, organisation_id=council, **WHY)
        with pytest.raises(AccountStateError, match="the account is disabled"):
            act(database, "grant_role", robin.person_id, Role.VIEWER, organisation_id=council, actor=COMMAND_LINE)


class TestTheLastAdministrator:
    @pytest.mark.parametrize("function", ["disable_user", "lock_user", "erase_user"])
    def test_stays(self, database: Database, wren: User, robin: User, function: str) -> None:
        with pytest.raises(LastAdministratorError, match="Wren Alder is the last administrator"):
            act(database, function, wren.person_id, organisation_id=None, **WHY)
        assert user(database, wren.person_id) == wren

    def test_keeps_the_role(self, database: Database, wren: User, council: int) -> None:
        with pytest.raises(LastAdministratorError):
            act(database, "end_role", wren.person_id, Role.ADMINISTRATOR, organisation_id=council, actor=COMMAND_LINE)

    def test_may_go_once_there_is_another_who_can_sign_in(
        self, database: Database, wren: User, robin: User, council: int
    ) -> None:
        about = {"organisation_id": council, "actor": COMMAND_LINE}
        act(database, "grant_role", robin.person_id, Role.ADMINISTRATOR, **about)
        act(database, "lock_user", robin.person_id, organisation_id=council, **WHY)
        with pytest.raises(LastAdministratorError):
            act(database, "disable_user", wren.person_id, organisation_id=council, **WHY)
        act(database, "unlock_user", robin.person_id, organisation_id=council, **WHY)
        assert act(database, "disable_user", wren.person_id, organisation_id=council, **WHY).state == "disabled"

    def test_one_whose_days_are_over_does_not_count(
        self, database: Database, wren: User, robin: User, council: int
    ) -> None:
        about = {"organisation_id": council, "actor": COMMAND_LINE, "to_day": date(2026, 11, 21)}
        act(database, "grant_role", robin.person_id, Role.ADMINISTRATOR, **about)
        with pytest.raises(LastAdministratorError):
            act(database, "disable_user", wren.person_id, organisation_id=council, **WHY)

    def test_of_another_organisation_counts_there(
        self, database: Database, wren: User, robin: User, council: int
    ) -> None:
        other = add_council(database, "south-vale")
        act(database, "grant_role", robin.person_id, Role.ADMINISTRATOR, organisation_id=other, actor=COMMAND_LINE)
        with pytest.raises(LastAdministratorError, match="Robin Ash"):
            act(database, "disable_user", robin.person_id, organisation_id=council, **WHY)


class TestStates:
    def test_disabling_ends_sessions_and_links(
        self, database: Database, wren: User, robin: User, clock: HandClock
    ) -> None:
        set_password(database, robin, clock)
        task = hand_out(database, robin, clock, task_kind="return", task_id="7")
        signed_in = sign_in(database, clock, email=robin.email)
        assert isinstance(signed_in, service.SignedIn)
        after = act(database, "disable_user", robin.person_id, organisation_id=None, **WHY)
        assert (after.state, after.locked_because) == (AccountState.DISABLED, None)
        with database.reading() as session:
            assert service.session_of(session, signed_in.session.token, clock=clock) is None
            assert service.link_of_token(session, task, clock=clock).state == "revoked"
        assert sign_in(database, clock, email=robin.email) == service.Refused()

    def test_a_leaver_who_still_owns_something_cannot_be_disabled(
        self, database: Database, wren: User, robin: User
    ) -> None:
        owns = ["the contract “Road corridor”", "marks on 2 tenders"]
        for function in ("disable_user", "erase_user"):
            with pytest.raises(HandOverNeededError, match=r"Robin Ash still has: the contract “Road corridor”; marks"):
                act(database, function, robin.person_id, organisation_id=None, owns=owns, **WHY)
        assert user(database, robin.person_id) == robin

    def test_locked_and_unlocked(self, database: Database, wren: User, robin: User, clock: HandClock) -> None:
        set_password(database, robin, clock)
        before = sign_in(database, clock, email=robin.email)
        locked = act(database, "lock_user", robin.person_id, organisation_id=None, **WHY)
        assert (locked.state, locked.locked_because) == (AccountState.LOCKED, "leaves")
        assert sign_in(database, clock, email=robin.email) == service.Refused()
        act(database, "unlock_user", robin.person_id, organisation_id=None, **WHY)
        assert isinstance(sign_in(database, clock, email=robin.email), service.SignedIn)
        with database.reading() as session:  # unlocking brings no session back
            assert service.session_of(session, before.session.token, clock=clock) is None
        assert told(database, "account")[-2:] == ["account_locked", "account_unlocked"]

    def test_enabled_again(self, database: Database, wren: User, robin: User, clock: HandClock) -> None:
        set_password(database, robin, clock)
        act(database, "disable_user", robin.person_id, organisation_id=None, **WHY)
        act(database, "enable_user", robin.person_id, organisation_id=None, **WHY)
        assert isinstance(sign_in(database, clock, email=robin.email), service.SignedIn)

    @pytest.mark.parametrize(
        ("before", "function", "said"),
        [
            ("disable_user", "lock_user", "Nobody can sign in to it"),
            ("disable_user", "unlock_user", "Enable it instead"),
            ("lock_user", "enable_user", "Unlock it instead"),
            ("erase_user", "enable_user", "add the person anew"),
        ],
    )
    def test_what_makes_no_sense_says_what_to_do(
        self, database: Database, wren: User, robin: User, before: str, function: str, said: str
    ) -> None:
        act(database, before, robin.person_id, organisation_id=None, **WHY)
        with pytest.raises(AccountStateError, match=said):
            act(database, function, robin.person_id, organisation_id=None, **WHY)

    @pytest.mark.parametrize(
        ("before", "function"), [("disable_user", "disable_user"), ("lock_user", "lock_user"), (None, "enable_user")]
    )
    def test_twice_changes_nothing(
        self, database: Database, wren: User, robin: User, before: str | None, function: str
    ) -> None:
        if before:
            act(database, before, robin.person_id, organisation_id=None, **WHY)
        events = told(database, "account")
        act(database, function, robin.person_id, organisation_id=None, **WHY)
        assert told(database, "account") == events

    @pytest.mark.parametrize("function", ["lock_user", "unlock_user", "disable_user", "enable_user", "erase_user"])
    def test_each_needs_a_reason(self, database: Database, wren: User, robin: User, function: str) -> None:
        with pytest.raises(ReasonMissingError, match="say why"):
            act(database, function, robin.person_id, organisation_id=None, **{**WHY, "reason": " "})

    @pytest.mark.parametrize(
        ("function", "words"),
        [
            ("lock_user", {"reason": "x"}),
            ("disable_user", {"reason": "x"}),
            ("change_user", {"name": "Robin", "email": "robin@x.example"}),
        ],
    )
    def test_the_second_of_two_is_told_and_overwrites_nothing(
        self, database: Database, wren: User, robin: User, function: str, words: dict[str, str]
    ) -> None:
        act(database, "lock_user", robin.person_id, organisation_id=None, **WHY)
        with pytest.raises(ChangedMeanwhileError, match="somebody else changed the account"):
            act(
                database,
                function,
                robin.person_id,
                organisation_id=None,
                actor=COMMAND_LINE,
                version=robin.version,
                **words,
            )
        assert user(database, robin.person_id).locked_because == "leaves"


class TestDetails:
    def test_a_new_address_signs_in_and_the_old_one_is_free(
        self, database: Database, wren: User, robin: User, clock: HandClock
    ) -> None:
        set_password(database, robin, clock)
        new = "robin.birch@north-vale.example"
        details = {"organisation_id": None, "name": "Robin Birch", "email": new, "actor": COMMAND_LINE}
        after = act(database, "change_user", robin.person_id, **details)
        assert (after.name, after.email) == ("Robin Birch", new)
        assert sign_in(database, clock, email=robin.email) == service.Refused()
        assert isinstance(sign_in(database, clock, email=new), service.SignedIn)
        assert add_user(database, robin.organisation_id, email=robin.email).name == "Wren Alder"

    def test_an_address_that_is_taken_is_refused(self, database: Database, wren: User, robin: User) -> None:
        details = {"organisation_id": None, "name": "Robin", "email": EMAIL.upper(), "actor": COMMAND_LINE}
        with pytest.raises(AccountTakenError):
            act(database, "change_user", robin.person_id, **details)
        assert user(database, robin.person_id) == robin

    def test_the_same_again_is_no_change(self, database: Database, robin: User) -> None:
        details = {"organisation_id": None, "name": robin.name, "email": robin.email, "actor": COMMAND_LINE}
        assert act(database, "change_user", robin.person_id, **details) == robin


class TestErasing:
    def test_leaves_nothing_by_which_the_person_could_be_found(
        self, database: Database, wren: User, robin: User, clock: HandClock
    ) -> None:
        assert sign_in(database, clock, email=robin.email) == service.Refused()
        set_password(database, robin, clock)
        assert isinstance(sign_in(database, clock, email=robin.email), service.SignedIn)
        with database.writing() as session:
            queued = messages.queue(
                session,
                organisation_id=robin.organisation_id,
                to_person_id=robin.person_id,
                subject="News",
                body="News",
                actor=COMMAND_LINE,
            )
        act(
            database,
            "join_identity_provider",
            robin.person_id,
            organisation_id=None,
            issuer="https://id.example",
            subject="7",
            actor=COMMAND_LINE,
        )
        after = act(database, "erase_user", robin.person_id, organisation_id=None, **WHY)
        assert (after.name, after.email, after.state, after.has_password) == (None, None, "disabled", False)
        with database.reading() as session:
            assert service.find_user(session, robin.email) is None
            assert service.find_federated_user(session, issuer="https://id.example", subject="7") is None
            row = session.execute(text("SELECT * FROM account WHERE person_id = :one"), {"one": robin.person_id}).one()
            assert (row.email_key, row.password_hash, row.federated_key) == (None, None, None)
            assert session.execute(text("SELECT COUNT(*) FROM sign_in_attempt")).scalar_one() == 0
            assert messages.get_message(session, queued.id, organisation_id=None).state == "cancelled"
            names = [one.name for one in service.list_users(session, organisation_id=robin.organisation_id)]
        assert names == ["Wren Alder", None]
        assert check(database) == []

    def test_is_done_once(self, database: Database, wren: User, robin: User) -> None:
        act(database, "erase_user", robin.person_id, organisation_id=None, **WHY)
        with pytest.raises(NotFoundError, match="erased before"):
            act(database, "erase_user", robin.person_id, organisation_id=None, **WHY)

    def test_frees_the_address(self, database: Database, wren: User, robin: User, council: int) -> None:
        act(database, "erase_user", robin.person_id, organisation_id=None, **WHY)
        assert add_user(database, council, email=robin.email).person_id != robin.person_id


class TestIdentityProviders:
    def test_a_subject_means_one_person(self, database: Database, wren: User, robin: User) -> None:
        about = {"organisation_id": None, "issuer": "https://id.example", "subject": "7", "actor": COMMAND_LINE}
        act(database, "join_identity_provider", wren.person_id, **about)
        with database.reading() as session:
            found = service.find_federated_user(session, issuer="https://id.example", subject="7")
            assert service.find_federated_user(session, issuer="https://id.example", subject="8") is None
            # Issuer and subject stand apart: another issuer cannot mean the same person.
            assert service.find_federated_user(session, issuer="https://id.example7", subject="") is None
        assert (found.person_id, found.has_identity_provider) == (wren.person_id, True)
        with pytest.raises(ChangedMeanwhileError):
            act(database, "join_identity_provider", robin.person_id, **about)


class TestAFileOfPeople:
    ROWS = (
        CsvRow(
            line=2, values={"name": "Robin Ash", "email": "robin@x.example", "roles": "Evaluator; viewer;evaluator"}
        ),
        CsvRow(line=3, values={"name": "Wren Alder", "email": EMAIL.upper(), "roles": "administrator;auditor"}),
        CsvRow(line=5, values={"name": "Jay Elm", "email": "jay@x.example", "roles": ""}),
    )

    def load(self, database: Database, council: int, *rows: CsvRow, commit: bool = True) -> service.UsersPlan:
        with database.writing() as session:
            return service.add_users_from_rows(
                session, rows, file="people.csv", organisation_id=council, actor=COMMAND_LINE, commit=commit
            )

    def test_is_planned_then_done_then_done_already(self, database: Database, wren: User, council: int) -> None:
        events = told(database, "account")
        plan = self.load(database, council, *self.ROWS, commit=False)
        assert [(row.line, row.action, row.roles) for row in plan.rows] == [
            (2, UserAction.ADDED, (Role.EVALUATOR, Role.VIEWER)),
            (3, UserAction.ROLES_GIVEN, (Role.AUDITOR,)),
            (5, UserAction.ADDED, ()),
        ]
        assert (told(database, "account"), plan.done) == (events, False)
        done = self.load(database, council, *self.ROWS)
        assert done == replace(plan, done=True)
        events = told(database, "account")
        again = self.load(database, council, *self.ROWS)
        assert again.count(UserAction.UNCHANGED) == 3
        assert told(database, "account") == events
        with database.reading() as session:
            found = service.list_users(session, organisation_id=council)
        assert [(one.name, [grant.role for grant in one.grants]) for one in found] == [
            ("Wren Alder", ["administrator", "auditor"]),
            ("Robin Ash", ["evaluator", "viewer"]),
            ("Jay Elm", []),
        ]

    def test_everything_that_is_wrong_is_told_with_its_line_and_nobody_is_added(
        self, database: Database, wren: User, council: int
    ) -> None:
        other = add_council(database, "south-vale")
        add_user(database, other, name="Ash", email="ash@south-vale.example")
        rows = [
            *self.ROWS,
            CsvRow(line=6, values={"name": "", "email": "nobody", "roles": "bishop;viewer;pawn"}),
            CsvRow(line=7, values={"name": "Robin", "email": "ROBIN@x.example", "roles": ""}),
            CsvRow(line=8, values={"name": "Ash", "email": "ash@south-vale.example", "roles": ""}),
        ]
        for commit in (False, True):
            with pytest.raises(RefusedError) as caught:
                self.load(database, council, *rows, commit=commit)
            assert [(one.line, one.path, one.seen) for one in caught.value.problems] == [
                (6, "name", "an empty text"),
                (6, "email", "“nobody”"),
                (6, "roles", "“bishop”"),
                (6, "roles", "“pawn”"),
                (7, "email", "“ROBIN@x.example”"),
                (8, "email", "“ash@south-vale.example”"),
            ]
            assert "stands in line 2 already" in str(caught.value)
        with database.reading() as session:
            assert len(service.list_users(session, organisation_id=council)) == 1


def test_when_somebody_was_last_here(database: Database, wren: User, robin: User, clock: HandClock) -> None:
    clock.on(days=1)
    with database.writing() as session:
        service.open_session(
            session,
            person_id=robin.person_id,
            organisation_id=robin.organisation_id,
            how=How.DEMO,
            user_agent="",
            clock=clock,
        )
    with database.reading() as session:
        seen = [one.last_seen_at for one in service.list_users(session, organisation_id=robin.organisation_id)]
    assert seen == [None, clock.now]
    assert user(database, robin.person_id).last_seen_at == clock.now


@pytest.mark.parametrize("leave", [service.disable_user, service.erase_user])
def test_who_alone_follows_a_contract_hands_it_over_first(
    database: Database, council: int, robin: User, wren: User, leave: Callable[..., User]
) -> None:
    of = {"organisation_id": council, "actor": COMMAND_LINE}
    contract = {"object_kind": "contract", "object_id": "12"}
    with database.writing() as session:
        service.grant_role(session, robin.person_id, Role.CONTRACT_MANAGER, **of, **contract)
    with database.writing() as session, pytest.raises(HandOverNeededError, match="contract manager of contract 12"):
        leave(session, robin.person_id, **of, reason="leaves")
    with database.writing() as session:
        service.end_role(session, robin.person_id, Role.CONTRACT_MANAGER, **of, **contract)
        assert leave(session, robin.person_id, **of, reason="leaves").state is AccountState.DISABLED
