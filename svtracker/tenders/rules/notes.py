"""The note before a procurement: what was considered, and how easy the tender is for small and local firms."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

# What is written down before a procurement starts, with the question that each part answers.
PARTS: Mapping[str, str] = MappingProxyType(
    {
        "considered": "How can what is bought, and how it is bought, improve economic, social and environmental "
        "well-being in the area?",
        "consultation": "Was anybody consulted, and if not, why not?",
        "proportion": "Why is what is asked of bidders relevant to this contract, and in proportion to it?",
        "market": "What did talks with the market show?",
    }
)

# What makes a tender easy or hard for small and local firms.
CHECKS: Mapping[str, str] = MappingProxyType(
    {
        "lots": "Is it split into lots that a small firm can deliver?",
        "payment": "Is every firm paid within 30 days, down the chain too?",
        "meeting": "Could firms ask and meet the buyer before it began?",
        "requirements": "Do turnover, insurance and certificates fit the size of the contract?",
        "time": "Is there time enough to bid, holidays left out?",
        "paper": "Can a firm bid without paid help: short questions, one workbook, plain words?",
        "social_value": "Can a small firm earn the marks for social value with what it does anyway?",
    }
)
ANSWERS: Mapping[str, str] = MappingProxyType({"yes": "Yes", "no": "No", "not_applicable": "Does not apply"})

# Reasons for single measures, by reference.
MEASURES = "measures"
CHECKLIST = "checklist"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One point of the checklist: the question, the answer by its key or none yet, and what was written beside it."""

    key: str
    question: str
    answer: str
    words: str


def part_of(note: Mapping[str, object], key: str) -> str:
    """What was written for one part; empty where nothing was."""
    found = note.get(key)
    return found if isinstance(found, str) else ""


def measures_of(note: Mapping[str, object]) -> Mapping[str, str]:
    """Why single measures are relevant and in proportion, by reference."""
    found = note.get(MEASURES)
    return {str(ref): str(text) for ref, text in found.items()} if isinstance(found, Mapping) else {}


def checks_of(note: Mapping[str, object]) -> tuple[Check, ...]:
    """Every point of the checklist with its answer, in the order in which they are asked."""
    kept = note.get(CHECKLIST)
    given: Mapping[str, Any] = kept if isinstance(kept, Mapping) else {}
    checks = []
    for key, question in CHECKS.items():
        one = given.get(key)
        entry: Mapping[str, Any] = one if isinstance(one, Mapping) else {}
        answer = str(entry.get("answer", ""))
        checks.append(
            Check(
                key=key,
                question=question,
                answer=answer if answer in ANSWERS else "",
                words=str(entry.get("words", "")),
            )
        )
    return tuple(checks)


def missing_in(note: Mapping[str, object]) -> int:
    """How many parts and points have no answer yet: 11 for an empty note."""
    return sum(not part_of(note, key) for key in PARTS) + sum(not check.answer for check in checks_of(note))
