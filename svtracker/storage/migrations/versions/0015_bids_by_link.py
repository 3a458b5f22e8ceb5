"""Bidders who are asked to bid by a personal link, what they have typed so far, and messages that stay sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0015_bids_by_link"
down_revision = "0014_contracts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bid_invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("bidder", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_bid_invitation_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_bid_invitation_tender_id_tender")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["audit_person.id"], name=op.f("fk_bid_invitation_person_id_audit_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bid_invitation")),
    )
    for column in ("organisation_id", "tender_id"):
        op.create_index(op.f(f"ix_bid_invitation_{column}"), "bid_invitation", [column], unique=False)
    op.create_table(
        "bid_draft",
        sa.Column("invitation_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("file_sha256", sa.String(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_bid_draft_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["bid_invitation.id"], name=op.f("fk_bid_draft_invitation_id_bid_invitation")
        ),
        sa.PrimaryKeyConstraint("invitation_id", name=op.f("pk_bid_draft")),
    )
    op.create_index(op.f("ix_bid_draft_organisation_id"), "bid_draft", ["organisation_id"], unique=False)
    with op.batch_alter_table("bid") as table:
        table.add_column(sa.Column("invitation_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
        table.create_foreign_key(
            op.f("fk_bid_invitation_id_bid_invitation"), "bid_invitation", ["invitation_id"], ["id"]
        )
        table.create_check_constraint(op.f("ck_bid_withdrawn_at"), "withdrawn_at IS NULL OR replaced_at IS NOT NULL")
    op.create_index(op.f("ix_bid_invitation_id"), "bid", ["invitation_id"], unique=False)
    with op.batch_alter_table("outbox_message") as table:
        table.add_column(sa.Column("sealed_bid_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f("fk_outbox_message_sealed_bid_id_bid"), "bid", ["sealed_bid_id"], ["id"])
    op.create_index(op.f("ix_outbox_message_sealed_bid_id"), "outbox_message", ["sealed_bid_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_outbox_message_sealed_bid_id"), table_name="outbox_message")
    with op.batch_alter_table("outbox_message") as table:
        table.drop_constraint(op.f("fk_outbox_message_sealed_bid_id_bid"), type_="foreignkey")
        table.drop_column("sealed_bid_id")
    op.drop_index(op.f("ix_bid_invitation_id"), table_name="bid")
    with op.batch_alter_table("bid") as table:
        table.drop_constraint(op.f("ck_bid_withdrawn_at"), type_="check")
        table.drop_constraint(op.f("fk_bid_invitation_id_bid_invitation"), type_="foreignkey")
        table.drop_column("withdrawn_at")
        table.drop_column("invitation_id")
    for table_name in ("bid_draft", "bid_invitation"):
        op.drop_table(table_name)
