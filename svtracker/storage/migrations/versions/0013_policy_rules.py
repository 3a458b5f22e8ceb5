"""What an organisation's policy wants of tenders, and the waivers from it."""

import sqlalchemy as sa
from alembic import op

revision = "0013_policy_rules"
down_revision = "0012_decisions"
branch_labels = None
depends_on = None

KINDS = ("least_weight", "least_percent", "most_measures", "theme_least", "theme_most")


def upgrade() -> None:
    op.create_table(
        "policy_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("figure", sa.Text(), nullable=False),
        sa.Column("theme", sa.String(), nullable=True),
        sa.Column("value_from", sa.Text(), nullable=True),
        sa.Column("value_below", sa.Text(), nullable=True),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=True),
        sa.Column("replaces", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"kind IN ({', '.join(repr(kind) for kind in KINDS)})", name=op.f("ck_policy_rule_kind")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_policy_rule_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["replaces"], ["policy_rule.id"], name=op.f("fk_policy_rule_replaces_policy_rule")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_rule")),
    )
    op.create_index(op.f("ix_policy_rule_organisation_id"), "policy_rule", ["organisation_id"], unique=False)
    op.create_table(
        "policy_waiver",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("contract_value", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_because", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("outcome IN ('approved', 'refused')", name=op.f("ck_policy_waiver_outcome")),
        sa.CheckConstraint("(outcome IS NULL) = (decided_at IS NULL)", name=op.f("ck_policy_waiver_decided_at")),
        sa.CheckConstraint("outcome IS NULL OR withdrawn_at IS NULL", name=op.f("ck_policy_waiver_withdrawn_at")),
        sa.CheckConstraint(
            "decided_by IS NULL OR asked_by IS NULL OR decided_by != asked_by",
            name=op.f("ck_policy_waiver_second_person"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_policy_waiver_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_policy_waiver_tender_id_tender")),
        sa.ForeignKeyConstraint(["rule_id"], ["policy_rule.id"], name=op.f("fk_policy_waiver_rule_id_policy_rule")),
        sa.ForeignKeyConstraint(["asked_by"], ["audit_person.id"], name=op.f("fk_policy_waiver_asked_by_audit_person")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["audit_person.id"], name=op.f("fk_policy_waiver_decided_by_audit_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_waiver")),
    )
    for column in ("organisation_id", "tender_id", "rule_id"):
        op.create_index(op.f(f"ix_policy_waiver_{column}"), "policy_waiver", [column], unique=False)


def downgrade() -> None:
    for table in ("policy_waiver", "policy_rule"):
        op.drop_table(table)
