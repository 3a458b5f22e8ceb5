"""Passwords: what is refused, with words; what is hashed, and how."""

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from svtracker.identity import hashing
from svtracker.identity.rules.passwords import LONGEST, SHORTEST, faults_of_password, prepared

WREN = {"name": "Wren Alder-Ash", "email": "w.alder@north-vale.example"}


@pytest.mark.parametrize(
    "password",
    [
        "four quiet herons wade",
        "correcthorsebattery",
        "Tr0ub4dor&3xyz",
        "ein früher Zug 7",
        "密码密码很长的一个好密码",
        "wren in the hedge row"[5:],
    ],
)
def test_what_may_be_used(password: str) -> None:
    assert faults_of_password(password, **WREN) == ()


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("", "It has 0 characters; use at least 12."),
        ("elevenchars", "It has 11 characters; use at least 12."),
        ("x9" * 101, "It is longer than 200 characters"),
        ("Wren is at home today", "It holds your name"),
        ("quiet ALDER-ASH hedge", "It holds your name"),
        ("wrenalder-ashwren", "It holds your name"),
        ("my W.Alder password", "It holds your email address"),
        ("I love SVtracker a lot", "It holds the name of this service"),
        ("aaaaaaaaaaaa", "one character, or one simple run"),
        ("xyxyxyxyxyxy", "one simple run"),
        ("abc1abc1abc1abc", "one simple run"),
        ("abcdefghijkl", "one simple run"),
        ("987654321098", "one simple run"),
        ("1234567890123456", "one simple run"),
        ("qwertyuiopoiuy", "one simple run"),
        ("ÉÉÉÉÉÉÉÉÉÉÉÉ", "one character"),
    ],
)
def test_what_is_refused_says_why(password: str, said: str) -> None:
    assert said in " ".join(faults_of_password(password, **WREN))


def test_everything_is_said_at_once() -> None:
    assert len(faults_of_password("svtrwren", name="Wren", email="svtr@x.example")) == 3


def test_no_rule_of_composition() -> None:
    assert faults_of_password("onlysmalllettershere", **WREN) == ()


def test_short_parts_of_names_are_let_through() -> None:
    assert faults_of_password("two lions and an ox", name="Li An", email="li@x.example") == ()


@given(st.text(max_size=LONGEST + 20), st.text(max_size=40), st.text(max_size=40))
@example("\ud800" * 12, "\ud800", "\ud800@")
def test_nothing_raises_and_length_decides(password: str, name: str, email: str) -> None:
    faults = faults_of_password(password, name=name, email=email)
    if len(prepared(password)) < SHORTEST or len(password) > LONGEST:
        assert faults


@given(st.text(alphabet=string.ascii_letters + "éÅﬁ", min_size=1, max_size=30))
def test_one_password_however_it_was_typed(password: str) -> None:
    assert prepared(prepared(password)) == prepared(password)
    assert prepared("e\u0301" + password) == prepared("é" + password)


class TestHashing:
    @pytest.mark.usefixtures("real_hashes")
    def test_the_hash_is_argon2id_with_the_settings_of_the_day(self) -> None:
        made = hashing.make_hash("four quiet herons wade")
        assert made.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
        # Whoever has no account is compared with a hash that costs exactly as much.
        assert [len(part) for part in hashing.DUMMY.split("$")] == [len(part) for part in made.split("$")]
        assert hashing.DUMMY.split("$")[:4] == made.split("$")[:4]
        assert hashing.verify("four quiet herons wade", made) == (True, None)
        assert hashing.verify("four quiet herons wade", hashing.DUMMY) == (False, None)

    def test_two_hashes_of_one_password_differ(self) -> None:
        assert hashing.make_hash("x") != hashing.make_hash("x")

    def test_an_accent_typed_otherwise_is_the_same(self) -> None:
        made = hashing.make_hash("caf\u00e9 caf\u00e9 caf\u00e9")
        assert hashing.verify("cafe\u0301 cafe\u0301 cafe\u0301", made)[0]
        assert not hashing.verify("cafe cafe cafe", made)[0]

    @pytest.mark.parametrize("against", ["", "x", "$argon2id$v=19$m=8,t=1,p=1$", "$2b$12$abcdefghijklmnopqrstuv"])
    def test_a_hash_that_was_changed_lets_nobody_in(self, against: str) -> None:
        assert hashing.verify("a password that nobody has", against) == (False, None)

    @pytest.mark.parametrize("password", ["x" * 201, "x" * 1_000_000, "\ud800", "\0"])
    def test_odd_passwords_are_only_wrong(self, password: str) -> None:
        assert hashing.verify(password, hashing.make_hash("x")) == (False, None)
        assert hashing.verify(password, hashing.make_hash(password[:200]))[0] == (len(password) <= 200)
