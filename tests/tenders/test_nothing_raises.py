"""A stranger's file never raises: whatever stands in it, it scores whole or is refused with a place (DESIGN 5)."""

import json
from copy import deepcopy
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svtracker.tenders.answer import answer_of
from svtracker.tenders.rules import findings
from svtracker.tenders.rules.result import score
from tests.tenders.chance import tenders
from tests.tenders.example import LIMITS, Json, load, worked
from tests.tenders.test_bad_files import RICH_FILE

CHECKS = settings(
    max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)

VALID: tuple[Json, ...] = (
    json.loads(json.dumps(yaml.safe_load(RICH_FILE))),
    json.loads(json.dumps(yaml.safe_load(worked()), default=str)),
)

ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 5, 1.5, 10**40, "", " ", "x", "n/a", "-1", "0", "1", "0.00001", "1e9", "NaN", "9" * 30,
    "0." + "9" * 30, "9" * 31, "🙂", "=1+1", "\u202e", "a\nb", "J1", "A", "relative", "bands", "target", "lite",
    "disregard", "bid_price", "excluded", "awarded", "2021-01-01", [], {}, [[]], [{}], {"a": {}}, {"": ""}, ["x", "x"],
    {"offered": "1"}, {"text": "x"}, [["0", "0"]], [["1", "1"], ["0", "0"]], {"q1": "3"}, {"J1": "2"},
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, each in inner for place in places(each, (*path, key)))]


@st.composite
def spoilt(draw: st.DrawFn) -> Any:
    """A valid file in which up to three places hold something else, hold nothing, or stand under another key."""
    file = deepcopy(draw(st.sampled_from(VALID) | tenders()))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(places(file)))
        if not path:
            return draw(st.sampled_from(ODD))
        holder: Any = file
        for step in path[:-1]:
            holder = holder[step]
        how = draw(st.sampled_from(("replace", "replace", "replace", "remove", "rename", "add")))
        if how == "replace" or isinstance(holder, list):
            holder[path[-1]] = deepcopy(draw(st.sampled_from(ODD)))
        elif how == "add":
            holder[draw(st.sampled_from(("x", "J1", "N1", "R1", "price", "status")))] = deepcopy(
                draw(st.sampled_from(ODD))
            )
        else:
            kept = holder.pop(path[-1])
            if how == "rename":
                holder[f"{path[-1]}s"] = kept
    return file


def holds(data: str | bytes, *, name: str) -> None:
    loaded, problems = load(data, name=name)
    assert (loaded is None) is bool(problems)
    for problem in problems:
        assert problem.file == name
        assert problem.seen
        assert problem.wanted
        assert "\n" not in str(problem)
        assert "pydantic" not in str(problem).lower()
    assert len({str(problem) for problem in problems}) == len(problems)
    if loaded is not None:
        result = score(loaded[0], version=loaded[1], limits=LIMITS)
        json.dumps(answer_of(result))
        assert findings.answer(result)
        assert findings.firm_summary(result)
        findings.firm_points(result)
        findings.outcome_sentence(result.tender)


@CHECKS
@given(spoilt())
def test_a_file_with_something_odd_in_it(file: Any) -> None:
    holds(json.dumps(file), name="tender.json")


@CHECKS
@given(spoilt())
def test_the_same_in_yaml(file: Any) -> None:
    holds(yaml.safe_dump(file, sort_keys=False, allow_unicode=True), name="tender.yaml")


@CHECKS
@given(st.data())
def test_a_text_with_characters_lost_or_added(data: st.DataObject) -> None:
    text = RICH_FILE
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        put = data.draw(
            st.sampled_from(
                ("", '"', "'", ":", "{", "}", "[", "]", "\n", "  ", "\t", "-", "#", "&a", "*a", "!", "?", ",", "%", "é")
            )
        )
        text = text[:at] + put + text[at + data.draw(st.integers(0, 5)) :]
    holds(text, name="tender.yaml")


@CHECKS
@given(st.binary(max_size=300))
def test_bytes_that_mean_nothing(data: bytes) -> None:
    for name in ("tender.yaml", "tender.json"):
        holds(data, name=name)
