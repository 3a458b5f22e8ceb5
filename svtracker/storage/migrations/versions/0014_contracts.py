"""Contracts: their commitments, what changed of them, what was spent, and what was claimed."""

import sqlalchemy as sa
from alembic import op

revision = "0014_contracts"
down_revision = "0013_policy_rules"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contract",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=True),
        sa.Column("bid_id", sa.Integer(), nullable=True),
        sa.Column("supplier_id", sa.Integer(), nullable=True),
        sa.Column("supplier", sa.String(), nullable=False),
        sa.Column("directorate", sa.String(), nullable=True),
        sa.Column("area", sa.String(), nullable=True),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("framework", sa.String(), nullable=True),
        sa.Column("framework_sha256", sa.String(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("taken_over_on", sa.Date(), nullable=True),
        sa.Column("periods", sa.String(), nullable=False),
        sa.Column("due_days", sa.Integer(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("estimated_value", sa.BigInteger(), nullable=True),
        sa.Column("annual_value", sa.BigInteger(), nullable=True),
        sa.Column("extension_months", sa.Integer(), nullable=True),
        sa.Column("process", sa.String(), nullable=False),
        sa.Column("kpi_exception", sa.String(), nullable=True),
        sa.Column("kpi_exception_reason", sa.String(), nullable=False),
        sa.Column("is_invented", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("imported_version", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "kpi_exception IN ('light_touch', 'framework', 'concession', 'not_appropriate')",
            name=op.f("ck_contract_kpi_exception"),
        ),
        sa.CheckConstraint(
            "periods IN ('month', 'quarter', 'year', 'calendar_quarter')", name=op.f("ck_contract_periods")
        ),
        sa.CheckConstraint("source IN ('award', 'taken_over', 'register')", name=op.f("ck_contract_source")),
        sa.CheckConstraint("bid_id IS NULL OR tender_id IS NOT NULL", name=op.f("ck_contract_tender_id")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_contract_ends_on")),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name=op.f("fk_contract_bid_id_bid")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_contract_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_contract_supplier_id_supplier")),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_contract_tender_id_tender")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
        sa.UniqueConstraint("bid_id", name=op.f("uq_contract_bid_id")),
    )
    op.create_index(
        op.f("ix_contract_organisation_id_ends_on"), "contract", ["organisation_id", "ends_on"], unique=False
    )
    op.create_index(
        op.f("ix_contract_organisation_id_reference"), "contract", ["organisation_id", "reference"], unique=False
    )
    op.create_index(op.f("ix_contract_supplier_id"), "contract", ["supplier_id"], unique=False)
    op.create_index(op.f("ix_contract_tender_id"), "contract", ["tender_id"], unique=False)
    op.create_table(
        "contract_commitment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("theme", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("unit_value", sa.BigInteger(), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("statement", sa.String(), nullable=False),
        sa.Column("spread", sa.String(), nullable=False),
        sa.Column("profile", sa.String(), nullable=False),
        sa.Column("rate", sa.Text(), nullable=True),
        sa.Column("estimated_spend", sa.BigInteger(), nullable=True),
        sa.Column("in_force_from", sa.Date(), nullable=True),
        sa.Column("replaces", sa.Integer(), nullable=True),
        sa.Column("opening_due", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(spread = 'per_pound') = (rate IS NOT NULL)", name=op.f("ck_contract_commitment_rate")),
        sa.CheckConstraint(
            "spread IN ('even', 'front', 'back', 'own', 'per_pound')", name=op.f("ck_contract_commitment_spread")
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_contract_commitment_contract_id_contract")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_contract_commitment_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["replaces"], ["contract_commitment.id"], name=op.f("fk_contract_commitment_replaces_contract_commitment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_commitment")),
    )
    op.create_index(
        op.f("ix_contract_commitment_contract_id_measure"),
        "contract_commitment",
        ["contract_id", "measure"],
        unique=False,
    )
    op.create_index(
        op.f("ix_contract_commitment_organisation_id_measure"),
        "contract_commitment",
        ["organisation_id", "measure"],
        unique=False,
    )
    op.create_table(
        "contract_spend",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_contract_spend_contract_id_contract")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_contract_spend_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["audit_person.id"], name=op.f("fk_contract_spend_person_id_audit_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_spend")),
    )
    op.create_index(
        op.f("ix_contract_spend_contract_id_period"), "contract_spend", ["contract_id", "period"], unique=False
    )
    op.create_index(op.f("ix_contract_spend_organisation_id"), "contract_spend", ["organisation_id"], unique=False)
    op.create_table(
        "claim",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("commitment_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("claimed", sa.BigInteger(), nullable=True),
        sa.Column("accepted", sa.BigInteger(), nullable=True),
        sa.Column("statement", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_latest", sa.Boolean(), nullable=False),
        sa.CheckConstraint("accepted IS NULL OR state = 'verified'", name=op.f("ck_claim_accepted")),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'verified', 'returned', 'reopened')", name=op.f("ck_claim_state")
        ),
        sa.CheckConstraint("accepted >= 0 AND accepted <= claimed", name=op.f("ck_claim_accepted_of_claimed")),
        sa.CheckConstraint("claimed >= 0", name=op.f("ck_claim_claimed")),
        sa.ForeignKeyConstraint(
            ["commitment_id"], ["contract_commitment.id"], name=op.f("fk_claim_commitment_id_contract_commitment")
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_claim_contract_id_contract")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_claim_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["audit_person.id"], name=op.f("fk_claim_person_id_audit_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
    )
    op.create_index(op.f("ix_claim_commitment_id_period"), "claim", ["commitment_id", "period"], unique=False)
    op.create_index(op.f("ix_claim_contract_id_is_latest"), "claim", ["contract_id", "is_latest"], unique=False)
    op.create_index(
        op.f("ix_claim_organisation_id_state_is_latest"),
        "claim",
        ["organisation_id", "state", "is_latest"],
        unique=False,
    )
    op.create_table(
        "contract_variation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("commitment_id", sa.Integer(), nullable=True),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("spread", sa.String(), nullable=False),
        sa.Column("profile", sa.String(), nullable=False),
        sa.Column("rate", sa.Text(), nullable=True),
        sa.Column("estimated_spend", sa.BigInteger(), nullable=True),
        sa.Column("made_id", sa.Integer(), nullable=True),
        sa.Column("proposed_by", sa.Integer(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_because", sa.String(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('value', 'extension', 'termination', 'quantity', 'profile', 'rate', 'substitution')",
            name=op.f("ck_contract_variation_kind"),
        ),
        sa.CheckConstraint(
            "spread IN ('even', 'front', 'back', 'own', 'per_pound')", name=op.f("ck_contract_variation_spread")
        ),
        sa.CheckConstraint("approved_at IS NULL OR refused_at IS NULL", name=op.f("ck_contract_variation_refused_at")),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> proposed_by", name=op.f("ck_contract_variation_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["commitment_id"],
            ["contract_commitment.id"],
            name=op.f("fk_contract_variation_commitment_id_contract_commitment"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_contract_variation_contract_id_contract")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["audit_person.id"], name=op.f("fk_contract_variation_decided_by_audit_person")
        ),
        sa.ForeignKeyConstraint(
            ["made_id"], ["contract_commitment.id"], name=op.f("fk_contract_variation_made_id_contract_commitment")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_contract_variation_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["audit_person.id"], name=op.f("fk_contract_variation_proposed_by_audit_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_variation")),
    )
    op.create_index(op.f("ix_contract_variation_contract_id"), "contract_variation", ["contract_id"], unique=False)
    op.create_index(
        op.f("ix_contract_variation_organisation_id"), "contract_variation", ["organisation_id"], unique=False
    )


def downgrade() -> None:
    for table in ("claim", "contract_spend", "contract_variation", "contract_commitment", "contract"):
        op.drop_table(table)
