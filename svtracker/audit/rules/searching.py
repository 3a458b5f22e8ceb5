"""Whether an event speaks of a word: in its reason, in the name of a field, or in what a field was or is."""

import string
from collections.abc import Iterator, Mapping

from svtracker.audit.rules.events import Entry, canonical

_SMALL = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def small(text: str) -> str:
    """A text with A to Z as small letters and all else as it is, as the database compares it."""
    return text.translate(_SMALL)


def in_json(text: str) -> str:
    """A text as it stands inside the JSON of an event, where a quote has a stroke before it."""
    return canonical(text)[1:-1]


def mentions(entry: Entry, word: str) -> bool:
    """Whether a word or a part of one stands in the reason or in the fields, in capital or small letters.

    The words `old` and `new`, which stand around every value, are found only where somebody wrote them.
    """
    if small(word) in small(entry.reason):
        return True
    wanted = in_json(small(word))
    return any(wanted in small(piece) for piece in _pieces(entry))


def _pieces(entry: Entry) -> Iterator[str]:
    for name, change in entry.fields.items():
        yield in_json(name)
        if isinstance(change, Mapping):
            yield from (canonical(change[side]) for side in ("old", "new") if change.get(side) is not None)
