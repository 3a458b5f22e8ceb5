"""Which passwords are refused: short ones, and those that a guesser tries first. No rules of composition.

After the guidance of the National Cyber Security Centre: length and a ban on the obvious help; capitals, digits and
signs by force do not (https://www.ncsc.gov.uk/collection/passwords, Open Government Licence).
"""

import unicodedata
from itertools import pairwise

SHORTEST = 12
LONGEST = 200

SERVICE_NAME = "svtracker"

# Shorter parts of names stand in many good passwords by chance.
_SHORTEST_PART = 4
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def prepared(password: str) -> str:
    """The password in the one form in which it is compared, so that it does not matter which keyboard typed it.

    “é” typed as one character or as “e” with an accent is the same password (Unicode NFKC).
    """
    return unicodedata.normalize("NFKC", password)


def faults_of_password(password: str, *, name: str, email: str) -> tuple[str, ...]:
    """What is wrong with a new password, in plain words, all at once; nothing where it may be used.

    “four quiet herons wade” is fine; “aaaaaaaaaaaa”, “123456789012” and “wren.alder2026” of Wren Alder are not.
    """
    text = prepared(password[: LONGEST + 1])
    faults = []
    if len(text) < SHORTEST:
        faults.append(f"It has {len(text)} characters; use at least {SHORTEST}. Three or four random words are good.")
    if len(password) > LONGEST or len(text) > LONGEST:
        faults.append(f"It is longer than {LONGEST} characters; use at most {LONGEST}.")
    plain = text.casefold()
    if any(part in plain for part in _parts(name)):
        faults.append("It holds your name; leave that out.")
    if any(part in plain for part in _parts_of_address(email)):
        faults.append("It holds your email address or a part of it; leave that out.")
    if SERVICE_NAME in plain:
        faults.append("It holds the name of this service; leave that out.")
    if text and _is_simple(plain):
        faults.append("It is one character, or one simple run, again and again; use words that do not belong together.")
    return tuple(faults)


def _parts(name: str) -> list[str]:
    words = prepared(name).casefold().split()
    return [word for word in ("".join(words), *words) if len(word) >= _SHORTEST_PART]


def _parts_of_address(email: str) -> list[str]:
    address = prepared(email).casefold().strip()
    before = address.partition("@")[0]
    return [part for part in (address, before) if len(part) >= _SHORTEST_PART]


def _is_simple(text: str) -> bool:
    """One to four characters over and over, or one run up or down: abcd…, 9876…, qwerty…."""
    if any(text == (text[:size] * len(text))[: len(text)] for size in range(1, min(4, len(text) - 1) + 1)):
        return True
    return _is_run(text) or all(any(a + b in row or b + a in row for row in _ROWS) for a, b in pairwise(text))


def _is_run(text: str) -> bool:
    steps = {ord(b) - ord(a) for a, b in pairwise(text)}
    if text.isascii() and text.isdigit():  # digits go on after 9: 1234567890123
        steps = {-1 if step % 10 == 9 else step % 10 for step in steps}
    return steps in ({1}, {-1})
