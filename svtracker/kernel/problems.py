"""What is wrong with somebody's file: returned, never raised, all at once (FORMATS, head)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One fault in a file: where it is, what was seen there and what was wanted.

    `path` names the place inside the file, as in `bids[2].commitments.J1` (counted from 1, as people do);
    `line` is the line of the file where that is known.
    """

    file: str
    path: str
    seen: str
    wanted: str
    line: int | None = None

    def __str__(self) -> str:
        """One line for the command line: file, place, what was seen, what was wanted."""
        place = f"{self.file}, line {self.line}" if self.line else self.file
        where = f"{place}: {self.path}" if self.path else place
        return f"{where}: saw {self.seen}; wanted {self.wanted}"


def shown(value: object, *, longest: int = 80) -> str:
    """A value from somebody's file as it may stand in a message: quoted, on one line, cut where it is long."""
    match value:
        case None:
            return "nothing"
        case True | False:
            return "true" if value else "false"
        case str():
            text = " ".join("".join(c if c.isprintable() else " " for c in value).split())
            if not text:
                return "an empty text" if not value else "blank characters"
            around = " with blanks around it" if value != value.strip() else ""
            return f"“{text[:longest]}…”{around}" if len(text) > longest else f"“{text}”{around}"
        case dict():
            return "a mapping" if value else "an empty mapping"
        case list() | tuple():
            return f"a list of {len(value)}" if value else "an empty list"
        case _:
            return f"{value!s}"[:longest]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A fault that a pure rule found: the place as keys and positions (from 0), what was seen, what was wanted.

    The loader that knows the file turns it into a `Problem` with file and line.
    """

    path: tuple[str | int, ...]
    seen: str
    wanted: str
