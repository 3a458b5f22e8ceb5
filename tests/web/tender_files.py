"""Tender files for these tests: the worked example to change, and one in which every text is somebody's trick."""

import json
from copy import deepcopy
from typing import Any

import yaml

from tests.web.installation import WORKED

Json = dict[str, Any]

_WORKED: Json = yaml.load(WORKED, Loader=yaml.CSafeLoader)


def worked(**scoring: Any) -> Json:
    """The worked example of RULES 4.7, with other scoring settings where some are given."""
    file = deepcopy(_WORKED)
    file["tender"]["scoring"] |= scoring
    return file


def as_json(file: Json) -> str:
    """The file as a person sends it: JSON, which is YAML as well."""
    return json.dumps(file, default=str, ensure_ascii=False, indent=1)


def broken() -> Json:
    """The worked example with five faults, each of another kind and at another place."""
    file = worked(method="best")
    file["tender"]["contract_value"] = 750000
    file["bids"][0]["commitments"]["X1"] = "many"
    file["bids"][1]["colour"] = "red"
    del file["bids"][2]["bidder"]
    return file


def everywhere(trick: str) -> Json:
    """A tender file that is scored, with the same text in every field that takes a text of any kind."""
    return {
        "tender": {
            "id": trick,
            "title": trick,
            "framework": "open-toms@2021.1",
            "list": "main",
            "contract_value": "1000000",
            "category": trick,
            "area": trick,
            "opened": "2022-03-01",
            "outcome": {"status": "abandoned", "reason": trick},
            "mandatory": ["J1"],
            "scoring": {"method": "target", "quantitative": "10", "qualitative": "10", "target_percent": "10"},
            "questions": [{"id": trick, "title": trick, "weight": "10"}],
            "other_marks": [trick],
        },
        "bids": [
            {
                "bidder": trick,
                "qualitative": {trick: "3"},
                "other_marks": {trick: "5"},
                "commitments": {
                    "J1": {"offered": "4", "accepted": "3", "reason": trick, "statement": trick},
                    "J9": {"offered": "2", "statement": trick},
                    "B8": {"text": trick},
                },
            },
            {
                "bidder": f"{trick} again",
                "qualitative": {trick: "4"},
                "other_marks": {trick: "4"},
                "commitments": {"C5": "40", "B8": {"text": f"{trick} again"}},
            },
        ],
    }


def many(bids: int) -> Json:
    """The worked example with its four bids over and over, each dearer than the one before."""
    content = worked()
    content["bids"] = [
        {**content["bids"][place % 4], "bidder": f"F{place:02}", "price": str(700_000 + place * 1_000)}
        for place in range(bids)
    ]
    return content
