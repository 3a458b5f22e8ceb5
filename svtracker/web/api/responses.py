"""The answers that are not 200, described once for the OpenAPI document."""

from typing import Any

from pydantic import BaseModel


class Why(BaseModel):
    """What went wrong, why, and what to do."""

    what: str
    why: str
    do: str


class Error(BaseModel):
    """An error."""

    error: Why


class ProblemBody(BaseModel):
    """One fault in a file: where, what was seen, what was wanted."""

    file: str
    path: str
    line: int | None
    seen: str
    wanted: str


class Problems(BaseModel):
    """Everything that is wrong with a file."""

    problems: list[ProblemBody]


Responses = dict[int | str, dict[str, Any]]

NOT_FOUND: Responses = {404: {"model": Error, "description": "There is nothing at this address"}}
CLOSED: Responses = {
    401: {"model": Error, "description": "Nobody is signed in"},
    403: {"model": Error, "description": "Your role does not include this"},
}
REFUSED: Responses = {
    403: {"description": "The request came from another website"},
    413: {"model": Error, "description": "The file is too large"},
    422: {"model": Problems, "description": "The file cannot be scored; all problems at once"},
}
