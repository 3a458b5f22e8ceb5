"""Who may do what: the roles, what each is for, and which of a person's grants hold on a day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What a person may be in an organisation; the words stand in the record and on every page."""

    POLICY_LEAD = "policy lead"
    PROCUREMENT_OFFICER = "procurement officer"
    LEAD_EVALUATOR = "lead evaluator"
    EVALUATOR = "evaluator"
    CONTRACT_MANAGER = "contract manager"
    DEPUTY_CONTRACT_MANAGER = "deputy contract manager"
    APPROVER = "approver"
    SUPPLIER_CONTACT = "supplier contact"
    VIEWER = "viewer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    PARTNERSHIP_VIEWER = "partnership viewer"


ROLE_WORDS: Mapping[Role, str] = MappingProxyType(
    {
        Role.POLICY_LEAD: "Drafts, checks and releases measure sets, and sets the policy of the organisation.",
        Role.PROCUREMENT_OFFICER: "Sets tenders up, records bids and awards, and keeps the record of each tender.",
        Role.LEAD_EVALUATOR: "Leads the evaluation of a tender: marks, leads moderation and agrees the final marks.",
        Role.EVALUATOR: "Marks the bids of a tender alone and takes part in moderation.",
        Role.CONTRACT_MANAGER: "Follows a contract: asks for returns and verifies what was delivered.",
        Role.DEPUTY_CONTRACT_MANAGER: "Stands in for the contract manager of a contract on the days that are set.",
        Role.APPROVER: "Approves what somebody else proposed, never what they proposed themselves.",
        Role.SUPPLIER_CONTACT: "Fills in bids and returns for a supplier, and sees that supplier's own contracts.",
        Role.VIEWER: "Sees the portfolio and published results; no bids under evaluation and no evidence files.",
        Role.AUDITOR: "Reads everything that is not sealed, the record of events among it, and changes nothing.",
        Role.ADMINISTRATOR: "Adds people, gives and ends roles, and sees who signed in; never scores.",
        Role.PARTNERSHIP_VIEWER: "Sees the totals that the organisations of a partnership share, and nothing below.",
    }
)

# The roles that may be given for one object alone, and the kind of object that is.
OBJECT_OF_ROLE: Mapping[Role, str] = MappingProxyType(
    {
        Role.LEAD_EVALUATOR: "tender",
        Role.EVALUATOR: "tender",
        Role.CONTRACT_MANAGER: "contract",
        Role.DEPUTY_CONTRACT_MANAGER: "contract",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A role that a person was given in an organisation: for all of it, or for one object; both days count."""

    person_id: int
    organisation_id: int
    role: Role
    object_kind: str | None = None
    object_id: str | None = None
    from_day: date | None = None
    to_day: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the grant holds on a day: from its first day to its last, both included."""
        return (self.from_day is None or self.from_day <= day) and (self.to_day is None or day <= self.to_day)


def roles_on(grants: Iterable[Grant], *, organisation_id: int, day: date) -> frozenset[Role]:
    """The roles that hold for all of an organisation on a day; a role for one tender or contract is not among them."""
    return frozenset(
        grant.role
        for grant in grants
        if grant.organisation_id == organisation_id and grant.object_kind is None and grant.holds_on(day)
    )


def roles_for(
    grants: Iterable[Grant], *, organisation_id: int, object_kind: str, object_id: str, day: date
) -> frozenset[Role]:
    """The roles that hold for one object on a day: given for that object, or for all of its organisation."""
    held = tuple(grants)
    return frozenset(
        role
        for role in Role
        if has_role_for(
            held, role, organisation_id=organisation_id, object_kind=object_kind, object_id=object_id, day=day
        )
    )


def has_role_for(
    grants: Iterable[Grant], role: Role, *, organisation_id: int, object_kind: str, object_id: str, day: date
) -> bool:
    """Whether a role holds for one object on a day: given for that object, or for all of its organisation."""
    return any(
        grant.role is role
        and grant.organisation_id == organisation_id
        and grant.holds_on(day)
        and (grant.object_kind is None or (grant.object_kind, grant.object_id) == (object_kind, object_id))
        for grant in grants
    )


def owned_on(grants: Iterable[Grant], *, day: date) -> tuple[str, ...]:
    """What a person alone is named for and would leave behind: each tender or contract, in words.

    A contract manager of contract 12 owns “contract manager of contract 12” until somebody else is.
    """
    return tuple(
        f"{grant.role} of {grant.object_kind} {grant.object_id}"
        for grant in grants
        if grant.object_kind is not None and (grant.to_day is None or day <= grant.to_day)
    )


def fault_of_grant(grant: Grant) -> str | None:
    """Why a grant makes no sense, in words that finish “the role …”; none where it does."""
    if (grant.object_kind is None) != (grant.object_id is None):
        return "is for an object without a kind, or for a kind without an object"
    if grant.object_kind is not None and OBJECT_OF_ROLE.get(grant.role) != grant.object_kind:
        kind = OBJECT_OF_ROLE.get(grant.role)
        only = "for a whole organisation" if kind is None else f"for a {kind} or a whole organisation"
        return f"“{grant.role}” is given {only}, not for a {grant.object_kind}"
    if grant.from_day is not None and grant.to_day is not None and grant.to_day < grant.from_day:
        return f"“{grant.role}” would end before it begins"
    return None
