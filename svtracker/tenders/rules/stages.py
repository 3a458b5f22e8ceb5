"""The stages of a tender, and what may be done in each."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Stage(StrEnum):
    """Where a tender stands between set-up and decision."""

    DRAFT = "draft"
    PUBLISHED = "published"
    OPENED = "opened"
    DECIDED = "decided"


STAGE_WORDS: Mapping[Stage, str] = MappingProxyType(
    {
        Stage.DRAFT: "Being set up",
        Stage.PUBLISHED: "Bids are coming in",
        Stage.OPENED: "In evaluation",
        Stage.DECIDED: "Decided",
    }
)


class Step(StrEnum):
    """What a person does to a tender; the words finish “to …”."""

    CHANGE = "change the settings"
    PUBLISH = "publish the tender"
    AMEND = "amend what was published"
    WAIVE = "ask for a waiver or decide on one"
    RECEIVE = "take a bid in"
    OPEN = "open the bids"
    EVALUATE = "evaluate the bids"
    DECIDE = "award the tender"
    ABANDON = "abandon the tender"


# Settings are locked once bids are open (RULES 4.1); a tender can end in every stage before its decision (RULES 5.2).
STAGES_OF_STEP: Mapping[Step, frozenset[Stage]] = MappingProxyType(
    {
        Step.CHANGE: frozenset({Stage.DRAFT}),
        Step.PUBLISH: frozenset({Stage.DRAFT}),
        Step.AMEND: frozenset({Stage.PUBLISHED}),
        Step.WAIVE: frozenset({Stage.DRAFT, Stage.PUBLISHED}),
        Step.RECEIVE: frozenset({Stage.PUBLISHED}),
        Step.OPEN: frozenset({Stage.PUBLISHED}),
        Step.EVALUATE: frozenset({Stage.OPENED}),
        Step.DECIDE: frozenset({Stage.OPENED}),
        Step.ABANDON: frozenset({Stage.DRAFT, Stage.PUBLISHED, Stage.OPENED}),
    }
)


def may(step: Step, stage: Stage) -> bool:
    """Whether a step can be taken in a stage."""
    return stage in STAGES_OF_STEP[step]
