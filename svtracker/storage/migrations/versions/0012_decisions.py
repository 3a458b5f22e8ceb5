"""What bidders are told about their bids, and what the bids of each tender promise, to chart by."""

import sqlalchemy as sa
from alembic import op

revision = "0012_decisions"
down_revision = "0011_own_measure_sets"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bid_feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("bid_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_bid_feedback_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_bid_feedback_tender_id_tender")),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name=op.f("fk_bid_feedback_bid_id_bid")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["audit_person.id"], name=op.f("fk_bid_feedback_person_id_audit_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bid_feedback")),
    )
    for column in ("organisation_id", "tender_id", "bid_id"):
        op.create_index(op.f(f"ix_bid_feedback_{column}"), "bid_feedback", [column], unique=False)
    op.create_table(
        "tender_standing",
        sa.Column("tender_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("denominator", sa.String(), nullable=False),
        sa.Column("bids", sa.Integer(), nullable=False),
        sa.Column("lowest", sa.Text(), nullable=True),
        sa.Column("highest", sa.Text(), nullable=True),
        sa.Column("winners", sa.String(), nullable=False),
        sa.Column("winner_value", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_tender_standing_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_tender_standing_tender_id_tender")),
        sa.PrimaryKeyConstraint("tender_id", name=op.f("pk_tender_standing")),
    )
    op.create_index(op.f("ix_tender_standing_organisation_id"), "tender_standing", ["organisation_id"], unique=False)


def downgrade() -> None:
    for table in ("tender_standing", "bid_feedback"):
        op.drop_table(table)
