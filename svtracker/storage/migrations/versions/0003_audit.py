"""Audit: events chained by hash per organisation, the head of each chain, and the people whom events know by number."""

import sqlalchemy as sa
from alembic import op

revision = "0003_audit"
down_revision = "0002_organisations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_head",
        sa.Column("chain", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.CheckConstraint("chain = COALESCE(organisation_id, 0)", name=op.f("ck_audit_head_chain")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_audit_head_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("chain", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "audit_person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("salt", sa.String(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_by_kind", sa.String(), nullable=True),
        sa.Column("erased_by_id", sa.Integer(), nullable=True),
        sa.Column("erased_because", sa.String(), nullable=True),
        sa.CheckConstraint("(erased_at IS NULL) = (name IS NOT NULL)", name=op.f("ck_audit_person_name")),
        sa.CheckConstraint("erased_at IS NULL OR email IS NULL", name=op.f("ck_audit_person_email")),
        sa.CheckConstraint("(erased_at IS NULL) = (salt IS NOT NULL)", name=op.f("ck_audit_person_salt")),
        sa.CheckConstraint(
            "(erased_at IS NULL) = (erased_by_kind IS NULL)", name=op.f("ck_audit_person_erased_by_kind")
        ),
        sa.CheckConstraint(
            "(erased_at IS NULL) = (erased_because IS NULL)", name=op.f("ck_audit_person_erased_because")
        ),
        sa.ForeignKeyConstraint(
            ["erased_by_id"], ["audit_person.id"], name=op.f("fk_audit_person_erased_by_id_audit_person")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_audit_person_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_person")),
    )
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chain", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("object_kind", sa.String(), nullable=False),
        sa.Column("object_id", sa.String(), nullable=False),
        sa.Column("changes", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.CheckConstraint("chain = COALESCE(organisation_id, 0)", name=op.f("ck_audit_event_chain")),
        sa.CheckConstraint("(actor_kind = 'person') = (actor_id IS NOT NULL)", name=op.f("ck_audit_event_actor_id")),
        sa.CheckConstraint(
            "actor_kind IN ('person', 'command line', 'svtracker serve', 'svtracker')",
            name=op.f("ck_audit_event_actor_kind"),
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["audit_person.id"], name=op.f("fk_audit_event_actor_id_audit_person")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_audit_event_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
        sa.UniqueConstraint("chain", "sequence", name=op.f("uq_audit_event_chain_sequence")),
    )
    op.create_index(op.f("ix_audit_event_object_kind_object_id"), "audit_event", ["object_kind", "object_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_audit_event_object_kind_object_id"), table_name="audit_event")
    op.drop_table("audit_event")
    op.drop_table("audit_person")
    op.drop_table("audit_head")
