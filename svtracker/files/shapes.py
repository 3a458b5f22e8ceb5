"""Holds a file's plain value against the shape that its format wants, and says every misfit in plain words.

A shape is a pydantic model that converts nothing: a list of things is written `Rows[Bid]`, one of a closed list
`Choice[Unit]`, a decimal `QuotedDecimal`, a date `IsoDate`. A check of one's own raises `wanted("a number above 0")`.
"""

import re
import types
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Strict, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from svtracker.files.yaml_reader import MOST_PROBLEMS, Document, Path, capped, path_text
from svtracker.kernel import numbers
from svtracker.kernel.problems import Problem, shown

__all__ = [
    "Choice",
    "IsoDate",
    "Link",
    "NonEmptyText",
    "QuotedDecimal",
    "Rows",
    "Shape",
    "fit",
    "nearest_first",
    "path_text",
    "wanted",
]

LONGEST_WORD = 60
MOST_MISFITS = 20_000

_T = TypeVar("_T")
_M = TypeVar("_M", bound=BaseModel)


class Shape(BaseModel):
    """One mapping of a file: its keys and what may stand behind each; other keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def wanted(words: str) -> PydanticCustomError:
    """The error to raise in a check of one's own: its words become the `wanted` of the problem."""
    return PydanticCustomError("wanted", "{words}", {"words": words})


def _another_type(words: str) -> PydanticCustomError:
    """Like `wanted`, where the value may be meant for another branch of a union."""
    return PydanticCustomError("wanted_type", "{words}", {"words": words})


def nearest_first(seen: object, known: Sequence[str]) -> str:
    """The known words as one text, the one spelled most like what was seen in front."""
    word = seen if isinstance(seen, str) and len(seen) <= LONGEST_WORD else ""
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    return ", ".join([*close, *(word for word in known if word not in close)])


_A_DECIMAL = 'a number in quotes, as in "750000" or "0.42"'
_A_DATE = "a date, as in 2021-04-01"


def _quoted_decimal(value: object) -> Decimal:
    if isinstance(value, Decimal) and value.is_finite():
        return value
    number = numbers.parse_decimal(value) if isinstance(value, str) else None
    if number is None:
        raise _another_type(_A_DECIMAL)
    return number


def _iso_date(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value, re.ASCII):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise _another_type(_A_DATE)


def _non_empty(value: str) -> str:
    text = value.strip()
    if not text:
        raise wanted("a text that is not empty")
    return text


def _link(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s<>\"']+", value):
        raise wanted("a link that starts with https:// or http://")
    return value


# A decimal always travels in quotes, so that no reader makes a binary fraction of it (FORMATS, head).
QuotedDecimal = Annotated[Decimal, BeforeValidator(_quoted_decimal)]
# JSON has no dates, so a text that is an ISO date will do.
IsoDate = Annotated[date, BeforeValidator(_iso_date)]
NonEmptyText = Annotated[str, AfterValidator(_non_empty)]
Link = Annotated[str, AfterValidator(_link)]
# A list of the file as a tuple, and a text of the file as the member of a closed list.
Rows = Annotated[tuple[_T, ...], Strict(strict=False)]
Choice = Annotated[_T, Strict(strict=False)]


def fit(document: Document, model: type[_M]) -> tuple[_M | None, tuple[Problem, ...]]:
    """The file in its shape, or nothing and every problem: the reader's own first, then each misfit.

    The problems of the document are among those returned, so there is one list to show. A file with any problem
    has no value.
    """
    if document.problems and document.value is None:
        return None, document.problems
    try:
        fitted = model.model_validate(document.value)
    except ValidationError as error:
        if error.error_count() > MOST_MISFITS:
            return None, capped([*document.problems, _far_off(document)])
        misfits, beyond = _problems(document, model, error.errors(include_url=False))
    else:
        if not document.problems:
            return fitted, ()
        misfits, beyond = [], 0
    known = {problem.path for problem in document.problems}
    own = [misfit for misfit in misfits if misfit.path not in known]
    return None, capped([*document.problems, *own], beyond=beyond)


def _far_off(document: Document) -> Problem:
    """Describing each of very many misfits would take seconds and hundreds of megabytes."""
    seen = f"more than {MOST_MISFITS:,} places that do not fit the format"
    return Problem(file=document.name, path="", seen=seen, wanted="a file in the format; start from an example")


def _problems(document: Document, model: type[BaseModel], errors: Sequence[ErrorDetails]) -> tuple[list[Problem], int]:
    """One problem a place, and how many places beyond the most that are listed.

    The branches of a union that say different things of one place are joined by "or".
    """
    placed = [(_place(document.value, error), error) for error in errors]
    around = {path[:length] for path, _ in placed for length in range(len(path))}
    words: dict[Path, list[str]] = {}
    seen: dict[Path, str] = {}
    beyond: set[Path] = set()
    for path, error in placed:
        # Inside a place with a fault of its own, these only say that another branch of a union does not fit, or
        # that the entries without a fault are too few.
        is_echo = path in around and error["type"].endswith(("_type", "too_short"))
        if is_echo or error["type"] == "none_required":
            continue
        if path not in words and len(words) >= MOST_PROBLEMS:
            beyond.add(path)
            continue
        said = _wanted(model, path, error)
        words.setdefault(path, [])
        if said not in words[path]:
            words[path].append(said)
        seen[path] = "nothing" if error["type"] == "missing" else _seen(path, error)
    problems = [
        Problem(
            file=document.name,
            path=path_text(path),
            seen=seen[path],
            wanted=", or ".join(said),
            line=document.line_of(path),
        )
        for path, said in words.items()
    ]
    return problems, len(beyond)


_NOWHERE = object()


def _step(here: object, step: str | int) -> object:
    if isinstance(here, dict):
        return here.get(step, _NOWHERE)
    if isinstance(here, list) and isinstance(step, int) and step < len(here):
        return here[step]
    return _NOWHERE


def _place(value: object, error: ErrorDetails) -> Path:
    """Where an error stands in the file: its steps without the names of union branches."""
    path: list[str | int] = []
    here = value
    for step in error["loc"]:
        inner = _step(here, step)
        if inner is not _NOWHERE:
            path.append(step)
            here = inner
    if error["type"] == "missing":
        path.append(error["loc"][-1])
    return tuple(path)


def _seen(path: Path, error: ErrorDetails) -> str:
    if error["type"] == "extra_forbidden":
        return f"the key {shown(path[-1])}"
    return shown(error["input"])


def _wanted(model: type[BaseModel], path: Path, error: ErrorDetails) -> str:
    """What a place wants, in plain words."""
    context = error.get("ctx", {})
    match error["type"]:
        case "wanted" | "wanted_type":
            words = str(context["words"])
        case "missing":
            words = f"the key “{path[-1]}”, which is required here"
        case "extra_forbidden":
            words = f"one of the keys known here: {nearest_first(path[-1], _keys_at(model, path[:-1]))}"
        case "enum" | "literal_error":
            known = re.findall(r"'([^']*)'", str(context.get("expected", "")))
            words = f"one of: {nearest_first(error['input'], known)}"
        case "string_type":
            words = "a text in quotes" if isinstance(error["input"], (int, float, date)) else "a text"
        case kind if kind in _WORDS:
            words = _WORDS[kind].format(**context)
        case _:
            words = str(context.get("error") or error["msg"])
    return words


_WORDS = {
    "bool_type": "true or false, without quotes",
    "int_type": "a whole number without quotes",
    "float_type": "a number without quotes",
    "dict_type": "a mapping of keys and values",
    "model_type": "a mapping of keys and values",
    "model_attributes_type": "a mapping of keys and values",
    "tuple_type": "a list",
    "list_type": "a list",
    "greater_than": "a number above {gt}",
    "greater_than_equal": "a number of {ge} or more",
    "less_than": "a number below {lt}",
    "less_than_equal": "a number of {le} or less",
    "decimal_max_places": "a number with at most {decimal_places} decimals",
    "decimal_max_digits": "a number with at most {max_digits} digits",
    "decimal_whole_digits": "a number with at most {whole_digits} digits before the point",
    "string_pattern_mismatch": "a text of the form {pattern}",
    "string_too_short": "a text of at least {min_length} characters",
    "string_too_long": "a text of at most {max_length} characters",
    "too_short": "a list that is not empty",
    "too_long": "a list with at most {max_length} entries",
}


def _keys_at(model: type[BaseModel], path: Path) -> list[str]:
    """The keys that the shape knows at a place, in the order of the shape."""
    here: list[Any] = [model]
    for step in path:
        here = [inner for outer in here for inner in _inside(outer, step)]
    known: dict[str, None] = {}
    for shape in (flat for outer in here for flat in _flattened(outer)):
        if isinstance(shape, type) and issubclass(shape, BaseModel):
            known.update(dict.fromkeys(_fields(shape)))
    return list(known)


def _fields(shape: type[BaseModel]) -> dict[str, Any]:
    return {info.alias or name: info.annotation for name, info in shape.model_fields.items()}


def _inside(annotation: Any, step: str | int) -> list[Any]:
    found: list[Any] = []
    for shape in _flattened(annotation):
        origin, inner = get_origin(shape), get_args(shape)
        if isinstance(shape, type) and issubclass(shape, BaseModel):
            found += [kind for key, kind in _fields(shape).items() if key == step]
        elif origin is not None and isinstance(origin, type) and inner:
            found.append(inner[1] if issubclass(origin, Mapping) and len(inner) > 1 else inner[0])
    return found


def _flattened(annotation: Any) -> list[Any]:
    """The plain types behind annotations and unions."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _flattened(get_args(annotation)[0])
    if origin is Union or origin is types.UnionType:
        return [flat for inner in get_args(annotation) for flat in _flattened(inner)]
    return [annotation]
