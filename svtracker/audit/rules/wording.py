"""Events in words that a person understands: “version loaded”, not version_loaded."""

import json
from typing import Any

NOTHING = "nothing"
_SPELT = {"sha256": "SHA-256", "id": "ID"}


def plain(name: str) -> str:
    """The name of an event, a kind of object or a field in words: measure_set is “measure set”, sha256 “SHA-256”."""
    return " ".join(_SPELT.get(word, word) for word in name.split("_"))


def sentence(name: str) -> str:
    """The same as the beginning of a sentence: “Version loaded”."""
    words = plain(name)
    return words[:1].upper() + words[1:]


def value(of: Any) -> str:
    """A value of a field in words: nothing, yes, no, a text as it is, several joined by commas."""
    match of:
        case None:
            return NOTHING
        case bool():
            return "yes" if of else "no"
        case str():
            return of
        case [*several] if several and all(isinstance(one, str) for one in several):
            return ", ".join(several)
        case _:
            return json.dumps(of, ensure_ascii=False)


def moment(at: str) -> str:
    """When an event was recorded, to the second: “2026-11-22 09:30:00 UTC”."""
    return f"{at[:10]} {at[11:19]} UTC"


def typed_number(text: str) -> int | None:
    """The number of a person or an event as somebody typed it; none where no database could hold it."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
