"""The tables of tenders. Whatever several people rely on is only ever added to: the latest row is how things stand."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from svtracker.storage.base import Row, left_out, one_of
from svtracker.storage.columns import DecimalText, Quantity, Total
from svtracker.tenders.rules.policy_rules import RuleKind
from svtracker.tenders.rules.records import Source
from svtracker.tenders.rules.stages import Stage
from svtracker.tenders.rules.values import BidStatus, OutcomeStatus


class TenderRow(Row, table=True):
    """A tender, or one lot of it. `settings` is what is set at present; the columns beside it are copies to search."""

    __tablename__ = "tender"
    __table_args__ = (
        one_of("stage", Stage),
        one_of("outcome", OutcomeStatus),
        CheckConstraint("(parent_id IS NULL) = (lot IS NULL)", name="lot"),
        CheckConstraint("(stage = 'decided') = (decided_at IS NOT NULL)", name="decided_at"),
        CheckConstraint("(stage = 'decided') = (outcome != 'open')", name="decided"),
        UniqueConstraint("organisation_id", "reference"),
        UniqueConstraint("organisation_id", "ocid"),
        Index(None, "organisation_id", "stage"),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id")
    reference: str
    title: str
    stage: str
    outcome: str
    parent_id: int | None = Field(foreign_key="tender.id", index=True)
    lot: str | None
    is_training: bool
    is_invented: bool
    ocid: str | None
    category: str | None
    directorate: str | None
    framework: str | None
    measure_list: str | None
    contract_value: Decimal | None = Field(sa_type=Total)
    settings: str
    note: str
    closes_at: datetime | None
    created_at: datetime
    published_at: datetime | None
    opened_at: datetime | None
    decided_at: datetime | None
    version: int


class EditionRow(Row, table=True):
    """What was published, once for each time: the first publication and every amendment (RULES 4.1)."""

    __tablename__ = "tender_edition"
    __table_args__ = (UniqueConstraint("tender_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    tender_id: int = Field(foreign_key="tender.id")
    number: int
    settings: str
    sha256: str
    published_at: datetime
    person_id: int | None = Field(foreign_key="audit_person.id")
    reason: str


class InvitationRow(Row, table=True):
    """A bidder who was asked to bid by a personal link, and whom the link was sent to."""

    __tablename__ = "bid_invitation"

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    tender_id: int = Field(foreign_key="tender.id", index=True)
    bidder: str
    person_id: int = Field(foreign_key="audit_person.id")
    invited_at: datetime


class DraftRow(Row, table=True):
    """What a bidder has typed and not sent yet. No event tells of it, and it is deleted when the bids are opened."""

    __tablename__ = "bid_draft"
    __table_args__ = (
        left_out("It is the bidder’s own until it is sent: nobody else ever sees it, and it goes at the opening."),
    )

    invitation_id: int = Field(
        primary_key=True, foreign_key="bid_invitation.id", sa_column_kwargs={"autoincrement": False}
    )
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    content: str
    file_name: str
    file_sha256: str | None
    saved_at: datetime
    version: int


class BidRow(Row, table=True):
    """One supplier's answer as it came in. One that was replaced stays, with its times.

    `invitation_id` says by whose link it came. One that its bidder withdrew before the closing time stands for nothing
    from then on (`replaced_at`), and what it holds stays sealed for good.
    """

    __tablename__ = "bid"
    __table_args__ = (
        one_of("source", Source),
        CheckConstraint(f"status IN ('{BidStatus.ASSESSED}', 'excluded', 'withdrawn')", name="status"),
        CheckConstraint("is_late OR is_admitted", name="is_admitted"),
        CheckConstraint("withdrawn_at IS NULL OR replaced_at IS NOT NULL", name="withdrawn_at"),
        UniqueConstraint("tender_id", "number"),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    tender_id: int = Field(foreign_key="tender.id")
    number: int
    bidder: str
    supplier_id: int | None = Field(foreign_key="supplier.id", index=True)
    contact_id: int | None = Field(foreign_key="audit_person.id")
    details: str
    source: str
    received_at: datetime
    is_late: bool
    is_admitted: bool | None
    admitted_because: str
    replaced_at: datetime | None
    status: str
    status_because: str
    price: Decimal | None = Field(sa_type=Total)
    other_marks: str
    answers: str
    file_name: str
    file_sha256: str | None
    nonce: str
    sha256: str
    version: int
    invitation_id: int | None = Field(foreign_key="bid_invitation.id", index=True)
    withdrawn_at: datetime | None


class CommitmentRow(Row, table=True):
    """One line of a bid as the bidder wrote it: never overwritten (RULES 3.4)."""

    __tablename__ = "commitment"
    __table_args__ = (
        CheckConstraint("NOT not_applicable OR offered IS NULL", name="not_applicable"),
        UniqueConstraint("bid_id", "measure"),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    bid_id: int = Field(foreign_key="bid.id")
    measure: str
    offered: Decimal | None = Field(sa_type=Quantity)
    not_applicable: bool
    text: str
    statement: str | None
    outside_area: Decimal | None = Field(sa_type=Quantity)
    worked: str


class AcceptanceRow(Row, table=True):
    """What the evaluators let count of a line, with the reason; the latest row stands."""

    __tablename__ = "commitment_acceptance"

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    commitment_id: int = Field(foreign_key="commitment.id", index=True)
    accepted: Decimal = Field(sa_type=Quantity)
    reason: str
    person_id: int | None = Field(foreign_key="audit_person.id")
    at: datetime


class ClarificationRow(Row, table=True):
    """A question to a bidder about a line, or about the bid, and its answer."""

    __tablename__ = "clarification"
    __table_args__ = (CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered_at"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    bid_id: int = Field(foreign_key="bid.id", index=True)
    measure: str | None
    question: str
    asked_by: int | None = Field(foreign_key="audit_person.id")
    asked_at: datetime
    answer: str | None
    answered_by: int | None = Field(foreign_key="audit_person.id")
    answered_at: datetime | None


class EvaluatorRow(Row, table=True):
    """Somebody who marks the bids of a tender: what they declared, when they were done, whether they dropped out."""

    __tablename__ = "tender_evaluator"
    __table_args__ = (
        UniqueConstraint("tender_id", "person_id"),
        CheckConstraint("(declared_at IS NULL) = (has_conflict IS NULL)", name="has_conflict"),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    tender_id: int = Field(foreign_key="tender.id")
    person_id: int = Field(foreign_key="audit_person.id", index=True)
    is_lead: bool
    added_at: datetime
    declared_at: datetime | None
    has_conflict: bool | None
    conflict: str
    submitted_at: datetime | None
    removed_at: datetime | None
    removed_because: str


class MarkRow(Row, table=True):
    """One evaluator's mark for one answer, with the reason; the latest row stands (RULES 4.3).

    The event of a mark holds only its SHA-256 with a random text, so that nobody learns a sealed mark from the record.
    """

    __tablename__ = "mark"
    __table_args__ = (Index(None, "tender_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    tender_id: int = Field(foreign_key="tender.id")
    bid_id: int = Field(foreign_key="bid.id", index=True)
    question: str
    person_id: int = Field(foreign_key="audit_person.id")
    mark: Decimal = Field(sa_type=DecimalText)
    reason: str
    feedback: str
    at: datetime
    nonce: str
    sha256: str


class AgreedMarkRow(Row, table=True):
    """The mark that moderation agreed for one answer, with the reason; the latest row stands (RULES 4.3)."""

    __tablename__ = "agreed_mark"

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    tender_id: int = Field(foreign_key="tender.id", index=True)
    bid_id: int = Field(foreign_key="bid.id", index=True)
    question: str
    mark: Decimal = Field(sa_type=DecimalText)
    reason: str
    feedback: str
    person_id: int | None = Field(foreign_key="audit_person.id")
    at: datetime


class DecisionRow(Row, table=True):
    """How a tender ended, with the whole scored result as it stood; `db check` performs it again."""

    __tablename__ = "tender_decision"
    __table_args__ = (one_of("outcome", OutcomeStatus),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    tender_id: int = Field(foreign_key="tender.id", unique=True)
    outcome: str
    bidders: str
    on: date
    reason: str
    person_id: int | None = Field(foreign_key="audit_person.id")
    at: datetime
    document: str | None
    answer: str | None
    sha256: str | None


class BidResultRow(Row, table=True):
    """What the last scoring gave a bid: a copy to search and chart by, made anew whenever the tender is scored."""

    __tablename__ = "bid_result"

    bid_id: int = Field(primary_key=True, foreign_key="bid.id", sa_column_kwargs={"autoincrement": False})
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    tender_id: int = Field(foreign_key="tender.id", index=True)
    status: str
    value: Decimal = Field(sa_type=Total)
    percent: Decimal | None = Field(sa_type=DecimalText)
    total: Decimal | None = Field(sa_type=DecimalText)
    rank: int | None
    is_winner: bool


class AwardRow(Row, table=True):
    """An award that another system published: what an OCDS release says, as it says it."""

    __tablename__ = "published_award"
    __table_args__ = (UniqueConstraint("tender_id", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    tender_id: int = Field(foreign_key="tender.id")
    key: str
    supplier_id: int | None = Field(foreign_key="supplier.id", index=True)
    value: Decimal | None = Field(sa_type=Total)
    on: date | None
    status: str


class ReleaseRow(Row, table=True):
    """An OCDS release that was imported: the part of it that is used. They are put together anew when one comes in."""

    __tablename__ = "published_release"
    __table_args__ = (UniqueConstraint("tender_id", "sha256"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    tender_id: int = Field(foreign_key="tender.id")
    key: str
    at: datetime
    content: str
    sha256: str
    imported_at: datetime


# --- Decision and portfolio -------------------------------------------------------------------------------------------


class FeedbackRow(Row, table=True):
    """What a bidder is told about its bid, in words; the latest row stands."""

    __tablename__ = "bid_feedback"

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    tender_id: int = Field(foreign_key="tender.id", index=True)
    bid_id: int = Field(foreign_key="bid.id", index=True)
    text: str
    person_id: int | None = Field(foreign_key="audit_person.id")
    at: datetime


class StandingRow(Row, table=True):
    """What the bids of a tender promise: a copy to chart by, made anew whenever a line or the decision changes it.

    Percentages have 12 decimals, so that one that is printed with one or two is the exact one rounded once. `winners`
    has a line for each, its percentage first; `winner_value` is in £: their mean where an award names several.
    """

    __tablename__ = "tender_standing"

    tender_id: int = Field(primary_key=True, foreign_key="tender.id", sa_column_kwargs={"autoincrement": False})
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    method: str
    denominator: str
    bids: int
    lowest: Decimal | None = Field(sa_type=DecimalText)
    highest: Decimal | None = Field(sa_type=DecimalText)
    winners: str
    winner_value: Decimal | None = Field(sa_type=Total)


# --- Policy rules and waivers -----------------------------------------------------------------------------------------


class PolicyRuleRow(Row, table=True):
    """What an organisation's policy wants of tenders, from one day to another. A change is a new row in its place."""

    __tablename__ = "policy_rule"
    __table_args__ = (one_of("kind", RuleKind),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    kind: str
    figure: Decimal = Field(sa_type=DecimalText)
    theme: str | None
    value_from: Decimal | None = Field(sa_type=DecimalText)
    value_below: Decimal | None = Field(sa_type=DecimalText)
    category: str | None
    basis: str
    from_day: date
    to_day: date | None
    replaces: int | None = Field(foreign_key="policy_rule.id")
    created_at: datetime
    version: int


class WaiverRow(Row, table=True):
    """A request to let a tender fall short of a policy rule, and what became of it; it is decided once."""

    __tablename__ = "policy_waiver"
    __table_args__ = (
        CheckConstraint("outcome IN ('approved', 'refused')", name="outcome"),
        CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name="decided_at"),
        CheckConstraint("outcome IS NULL OR withdrawn_at IS NULL", name="withdrawn_at"),
        CheckConstraint("decided_by IS NULL OR asked_by IS NULL OR decided_by != asked_by", name="second_person"),
    )

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    tender_id: int = Field(foreign_key="tender.id", index=True)
    rule_id: int = Field(foreign_key="policy_rule.id", index=True)
    asked: Decimal = Field(sa_type=DecimalText)
    found: Decimal = Field(sa_type=DecimalText)
    contract_value: Decimal | None = Field(sa_type=Total)
    reason: str
    asked_by: int | None = Field(foreign_key="audit_person.id")
    asked_at: datetime
    withdrawn_at: datetime | None
    outcome: str | None
    decided_by: int | None = Field(foreign_key="audit_person.id")
    decided_because: str
    decided_at: datetime | None
