"""Signing in: one answer and one verification for everybody who is not let in, and what guessers run into."""

import hashlib
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from svtracker.audit.rules.events import COMMAND_LINE
from svtracker.identity import hashing, service
from svtracker.identity.service import Refused, SignedIn, User, sign_in
from svtracker.storage.engines import Database
from tests.identity.people import EMAIL, FIREFOX, PASSWORD, HandClock, add_user, check, hand_out, set_password, told


def attempt(
    database: Database, clock: HandClock, *, email: str = EMAIL, password: str = PASSWORD, address: str = "192.0.2.1"
) -> SignedIn | Refused:
    return service.attempt_sign_in(
        database, email=email, password=password, address=address, user_agent=FIREFOX, clock=clock
    )


def attempts(database: Database) -> list[tuple[str, str, bool]]:
    with database.reading() as session:
        return [
            (row.account_key, row.address_key, row.succeeded)
            for row in session.execute(text("SELECT * FROM sign_in_attempt ORDER BY id"))
        ]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hashes that passwords were compared with, one for each verification."""
    seen: list[str] = []
    verify = hashing.verify

    def counting(password: str, against: str) -> tuple[bool, str | None]:
        seen.append(against)
        return verify(password, against)

    monkeypatch.setattr(hashing, "verify", counting)
    return seen


@pytest.fixture
def signer(database: Database, wren: User, robin: User, clock: HandClock) -> User:
    """Robin, with a password."""
    set_password(database, robin, clock)
    return robin


class TestLettingIn:
    @pytest.mark.parametrize("change", [str, str.upper, lambda email: f" {email} "])
    def test_the_right_password(self, database: Database, signer: User, clock: HandClock, change: object) -> None:
        found = attempt(database, clock, email=change(signer.email))
        assert isinstance(found, SignedIn)
        assert (found.person_id, found.name, found.organisation_id) == (
            signer.person_id,
            "Robin Ash",
            signer.organisation_id,
        )
        with database.reading() as session:
            current = service.session_of(session, found.session.token, clock=clock)
        assert (current.person_id, current.how, current.browser) == (signer.person_id, "password", "Firefox on Windows")
        assert [succeeded for *_, succeeded in attempts(database)] == [True]

    def test_a_session_that_the_browser_had_before_ends(
        self, database: Database, signer: User, clock: HandClock
    ) -> None:
        before = attempt(database, clock, email=signer.email)
        after = service.attempt_sign_in(
            database,
            email=signer.email,
            password=PASSWORD,
            address="192.0.2.1",
            user_agent="",
            replaces=before.session.token,
            clock=clock,
        )
        assert after.session.token != before.session.token
        with database.reading() as session:
            assert service.session_of(session, before.session.token, clock=clock) is None
            assert service.session_of(session, after.session.token, clock=clock) is not None

    def test_a_token_that_the_browser_brings_is_never_taken_over(
        self, database: Database, signer: User, clock: HandClock
    ) -> None:
        """Session fixation: whoever planted a cookie gains nothing."""
        found = service.attempt_sign_in(
            database,
            email=signer.email,
            password=PASSWORD,
            address="",
            user_agent="",
            replaces="planted",
            clock=clock,
        )
        assert found.session.token != "planted"
        with database.reading() as session:
            assert service.session_of(session, "planted", clock=clock) is None

    def test_an_older_hash_is_made_anew(
        self, database: Database, signer: User, clock: HandClock, real_hashes: None, counted: list[str]
    ) -> None:
        """The password was hashed with the quick settings of the tests; those in service are others."""
        assert isinstance(attempt(database, clock, email=signer.email), SignedIn)
        with database.reading() as session:
            made = session.execute(text("SELECT password_hash FROM account WHERE password_hash IS NOT NULL")).scalar()
        assert made.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
        assert isinstance(attempt(database, clock, email=signer.email), SignedIn)
        assert len(counted) == 2


class TestNotLettingIn:
    @pytest.mark.parametrize(
        ("who", "password"),
        [
            ("signer", "a wrong password"),
            ("signer", ""),
            ("signer", PASSWORD + "x" * 300),
            ("nobody", PASSWORD),
            ("without a password", PASSWORD),
            ("locked", PASSWORD),
            ("disabled", PASSWORD),
            ("erased", PASSWORD),
            ("odd", PASSWORD),
        ],
    )
    def test_has_one_answer_one_verification_and_one_try_written_down(
        self,
        database: Database,
        wren: User,
        signer: User,
        clock: HandClock,
        counted: list[str],
        who: str,
        password: str,
    ) -> None:
        email = {"nobody": "nobody@x.example", "without a password": EMAIL, "odd": "\0\ud800"}.get(who, signer.email)
        function = {"locked": "lock_user", "disabled": "disable_user", "erased": "erase_user"}.get(who)
        if function:
            with database.writing() as session:
                getattr(service, function)(
                    session, signer.person_id, organisation_id=None, actor=COMMAND_LINE, reason="leaves"
                )
        sessions = told(database, "session")
        assert attempt(database, clock, email=email, password=password) == Refused(wait_seconds=0)
        assert len(counted) == 1
        assert counted[0] == hashing.DUMMY or who == "signer"
        assert [succeeded for *_, succeeded in attempts(database)] == [False]
        assert told(database, "session") == sessions

    def test_the_stand_in_hash_lets_nobody_in_even_with_its_password(
        self, database: Database, wren: User, clock: HandClock, counted: list[str]
    ) -> None:
        for email in (EMAIL, "nobody@x.example"):
            assert attempt(database, clock, email=email, password="a password that nobody has") == Refused()
        assert counted == [hashing.DUMMY] * 2

    @pytest.mark.parametrize("function", ["lock_user", "disable_user", "erase_user", "new password"])
    def test_an_account_that_changes_while_the_password_is_verified(
        self, database: Database, signer: User, clock: HandClock, monkeypatch: pytest.MonkeyPatch, function: str
    ) -> None:
        verify = hashing.verify

        def slowly(password: str, against: str) -> tuple[bool, str | None]:
            if function == "new password":
                set_password(database, signer, clock, "another herons wade")
            else:
                with database.writing() as session:
                    getattr(service, function)(
                        session, signer.person_id, organisation_id=None, actor=COMMAND_LINE, reason="leaves"
                    )
            return verify(password, against)

        monkeypatch.setattr(hashing, "verify", slowly)
        assert attempt(database, clock, email=signer.email) == Refused()

    def test_what_is_kept_of_a_try_names_nobody(self, database: Database, signer: User, clock: HandClock) -> None:
        attempt(database, clock, email=" Robin.Ash@north-vale.example", password="wrong")
        attempt(database, clock, email="nobody@x.example", password="wrong")
        one, two = attempts(database)
        assert one[0] == hashlib.sha256(b"robin.ash@north-vale.example").hexdigest()
        assert two == (hashlib.sha256(b"nobody@x.example").hexdigest(), hashlib.sha256(b"192.0.2.1").hexdigest(), False)


class TestThrottling:
    @pytest.mark.parametrize("known", [True, False])
    def test_an_account_and_one_that_does_not_exist_wait_alike(
        self, database: Database, signer: User, clock: HandClock, counted: list[str], known: bool
    ) -> None:
        email = signer.email if known else "nobody@x.example"
        waits = []
        for number in range(12):
            found = attempt(database, clock, email=email, password="wrong", address=f"192.0.2.{number}")
            waits.append(found.wait_seconds)
            clock.on(seconds=found.wait_seconds)
        assert waits[:8] == [0, 0, 0, 0, 0, 0, 30, 0]
        assert waits[8:10] == [60, 0]
        assert len(counted) == waits.count(0)  # who is told to wait costs no hash

    def test_the_right_password_waits_too(self, database: Database, signer: User, clock: HandClock) -> None:
        for _ in range(6):
            attempt(database, clock, email=signer.email, password="wrong")
        assert attempt(database, clock, email=signer.email) == Refused(wait_seconds=30)
        clock.on(seconds=30)
        assert isinstance(attempt(database, clock, email=signer.email), SignedIn)
        for _ in range(6):  # and then begins anew
            assert attempt(database, clock, email=signer.email, password="wrong") == Refused()
        assert attempt(database, clock, email=signer.email) == Refused(wait_seconds=30)

    def test_a_new_password_lets_in_at_once(self, database: Database, signer: User, clock: HandClock) -> None:
        for _ in range(6):
            attempt(database, clock, email=signer.email, password="wrong")
        set_password(database, signer, clock, "another herons wade")
        assert isinstance(attempt(database, clock, email=signer.email, password="another herons wade"), SignedIn)

    def test_an_address_waits_after_fifty_whatever_accounts_it_tries(
        self, database: Database, signer: User, clock: HandClock
    ) -> None:
        for number in range(51):
            assert attempt(database, clock, email=f"{number}@x.example") == Refused()
            if number == 25:  # a right one in between does not wipe out those before
                assert isinstance(attempt(database, clock, email=signer.email), SignedIn)
        assert attempt(database, clock, email=signer.email) == Refused(wait_seconds=30)
        assert isinstance(attempt(database, clock, email=signer.email, address="192.0.2.2"), SignedIn)

    def test_ten_thousand_tries_cost_few_hashes_and_few_rows(
        self, database: Database, signer: User, clock: HandClock, counted: list[str]
    ) -> None:
        tries = 10_000 if database.url.get_backend_name() == "sqlite" else 1_000
        found = Counter(
            type(attempt(database, clock, email=signer.email, password=f"guess {number}")) for number in range(tries)
        )
        assert found == {Refused: tries}
        assert (len(counted), len(attempts(database))) == (6, 6)
        clock.on(seconds=30)
        assert isinstance(attempt(database, clock, email=signer.email), SignedIn)

    def test_many_at_once_are_counted_too(self, database: Database, signer: User, clock: HandClock) -> None:
        """A try is written down before its password is verified, so that hundreds in parallel are no way around."""
        with ThreadPoolExecutor(12) as pool:
            found = list(
                pool.map(lambda n: attempt(database, clock, email=signer.email, password=f"guess {n}"), range(60))
            )
        assert sum(one.wait_seconds == 0 for one in found) == 6

    def test_tries_are_forgotten_after_a_day(self, database: Database, signer: User, clock: HandClock) -> None:
        attempt(database, clock, password="wrong")
        clock.on(hours=24, seconds=1)
        attempt(database, clock, email="nobody@x.example")
        assert len(attempts(database)) == 1

    def test_a_clock_that_goes_back_keeps_nobody_out(self, database: Database, signer: User, clock: HandClock) -> None:
        clock.on(days=2)
        for _ in range(8):
            attempt(database, clock, email=signer.email, password="wrong")
        clock.on(days=-2)
        assert isinstance(attempt(database, clock, email=signer.email), SignedIn)


def test_no_hash_is_made_inside_a_unit_of_work(
    database: Database, signer: User, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a password is hashed, somebody else can write."""
    wrote = []

    def writing(original: object) -> object:
        def hash_or_verify(*words: str) -> object:
            with database.writing() as session:
                wrote.append(session.execute(text("SELECT 1")).scalar_one())
            return original(*words)

        return hash_or_verify

    token = hand_out(database, signer, clock)
    for name in ("verify", "make_hash"):
        monkeypatch.setattr(hashing, name, writing(getattr(hashing, name)))
    assert isinstance(attempt(database, clock, email=signer.email), SignedIn)
    service.use_set_password(database, token, "another herons wade", clock=clock)
    assert wrote == [1, 1]


def test_nothing_secret_stands_in_the_database_or_in_an_event(
    database: Database, signer: User, clock: HandClock
) -> None:
    found = attempt(database, clock, email=signer.email)
    token = hand_out(database, signer, clock)
    with database.reading() as session:
        tables = ("account", "sign_in_session", "sign_in_attempt", "link_token", "personal_link", "audit_event")
        held = {name: str(session.execute(text(f"SELECT * FROM {name}")).all()) for name in tables}
        hashed = session.execute(text("SELECT password_hash FROM account WHERE password_hash IS NOT NULL")).scalar()
    for name, rows in held.items():
        assert not any(secret in rows for secret in (PASSWORD, found.session.token, token)), name
    digests = [hashlib.sha256(one.encode()).hexdigest() for one in (token, found.session.token)]
    assert not any(one in held["audit_event"] for one in (*digests, hashed, found.session.csrf))
    assert digests[0] in held["link_token"]
    assert check(database) == []


def test_what_could_be_printed_by_accident_shows_no_secret(database: Database, signer: User, clock: HandClock) -> None:
    found = attempt(database, clock, email=signer.email)
    with database.writing() as session:
        current = service.session_of(session, found.session.token, clock=clock)
        begun = sign_in.begin_sign_in(session, email=signer.email, address="", clock=clock)
    shown = repr((found, current, begun))
    assert not any(secret in shown for secret in (found.session.token, found.session.csrf, "argon2"))


def test_tokens_are_never_the_same(database: Database, signer: User, clock: HandClock) -> None:
    random.seed(1)
    one = attempt(database, clock, email=signer.email)
    random.seed(1)
    two = attempt(database, clock, email=signer.email)
    assert len({one.session.token, two.session.token, one.session.csrf, two.session.csrf}) == 4
    assert min(map(len, (one.session.token, one.session.csrf))) >= 43


def test_two_who_add_the_same_address_at_once(database: Database, council: int) -> None:
    """One is added, the other is told; neither gets an error of the database."""

    def add(number: int) -> str:
        try:
            return str(add_user(database, council, name=f"Number {number}").person_id)
        except Exception as error:  # noqa: BLE001 - its kind is looked at below
            return type(error).__name__

    with ThreadPoolExecutor(4) as pool:
        found = sorted(pool.map(add, range(4)))
    assert found[1:] == ["AccountTakenError"] * 3
    assert check(database) == []
