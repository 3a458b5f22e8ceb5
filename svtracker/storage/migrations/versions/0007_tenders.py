"""Tenders: settings and editions, bids and their lines, evaluators, marks, decisions; suppliers."""

import sqlalchemy as sa
from alembic import op

revision = "0007_tenders"
down_revision = "0006_policy"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "supplier",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("company_number", sa.String(), nullable=True),
        sa.Column("charity_number", sa.String(), nullable=True),
        sa.Column("postcode", sa.String(), nullable=True),
        sa.Column("is_sme", sa.Boolean(), nullable=True),
        sa.Column("is_vcse", sa.Boolean(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_supplier_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier")),
        sa.UniqueConstraint(
            "organisation_id", "company_number", name=op.f("uq_supplier_organisation_id_company_number")
        ),
    )
    op.create_table(
        "tender",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("lot", sa.String(), nullable=True),
        sa.Column("is_training", sa.Boolean(), nullable=False),
        sa.Column("is_invented", sa.Boolean(), nullable=False),
        sa.Column("ocid", sa.String(), nullable=True),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("directorate", sa.String(), nullable=True),
        sa.Column("framework", sa.String(), nullable=True),
        sa.Column("measure_list", sa.String(), nullable=True),
        sa.Column("contract_value", sa.BigInteger(), nullable=True),
        sa.Column("settings", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(stage = 'decided') = (decided_at IS NOT NULL)", name=op.f("ck_tender_decided_at")),
        sa.CheckConstraint("(stage = 'decided') = (outcome != 'open')", name=op.f("ck_tender_decided")),
        sa.CheckConstraint("outcome IN ('open', 'awarded', 'abandoned')", name=op.f("ck_tender_outcome")),
        sa.CheckConstraint("stage IN ('draft', 'published', 'opened', 'decided')", name=op.f("ck_tender_stage")),
        sa.CheckConstraint("(parent_id IS NULL) = (lot IS NULL)", name=op.f("ck_tender_lot")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_tender_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["tender.id"], name=op.f("fk_tender_parent_id_tender")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tender")),
        sa.UniqueConstraint("organisation_id", "ocid", name=op.f("uq_tender_organisation_id_ocid")),
        sa.UniqueConstraint("organisation_id", "reference", name=op.f("uq_tender_organisation_id_reference")),
    )
    op.create_index(op.f("ix_tender_organisation_id_stage"), "tender", ["organisation_id", "stage"], unique=False)
    op.create_index(op.f("ix_tender_parent_id"), "tender", ["parent_id"], unique=False)
    op.create_table(
        "bid",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("bidder", sa.String(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=True),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("details", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("is_admitted", sa.Boolean(), nullable=True),
        sa.Column("admitted_because", sa.String(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("status_because", sa.String(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("other_marks", sa.String(), nullable=False),
        sa.Column("answers", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("file_sha256", sa.String(), nullable=True),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("source IN ('workbook', 'typed', 'link', 'file')", name=op.f("ck_bid_source")),
        sa.CheckConstraint("status IN ('assessed', 'excluded', 'withdrawn')", name=op.f("ck_bid_status")),
        sa.CheckConstraint("is_late OR is_admitted", name=op.f("ck_bid_is_admitted")),
        sa.ForeignKeyConstraint(["contact_id"], ["audit_person.id"], name=op.f("fk_bid_contact_id_audit_person")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_bid_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_bid_supplier_id_supplier")),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_bid_tender_id_tender")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bid")),
        sa.UniqueConstraint("tender_id", "number", name=op.f("uq_bid_tender_id_number")),
    )
    op.create_index(op.f("ix_bid_organisation_id"), "bid", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_bid_supplier_id"), "bid", ["supplier_id"], unique=False)
    op.create_table(
        "published_award",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("supplier_id", sa.Integer(), nullable=True),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_published_award_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_published_award_supplier_id_supplier")),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_published_award_tender_id_tender")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_award")),
        sa.UniqueConstraint("tender_id", "key", name=op.f("uq_published_award_tender_id_key")),
    )
    op.create_index(op.f("ix_published_award_organisation_id"), "published_award", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_published_award_supplier_id"), "published_award", ["supplier_id"], unique=False)
    op.create_table(
        "tender_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("bidders", sa.String(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.String(), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.CheckConstraint("outcome IN ('open', 'awarded', 'abandoned')", name=op.f("ck_tender_decision_outcome")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_tender_decision_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["audit_person.id"], name=op.f("fk_tender_decision_person_id_audit_person")
        ),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_tender_decision_tender_id_tender")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tender_decision")),
        sa.UniqueConstraint("tender_id", name=op.f("uq_tender_decision_tender_id")),
    )
    op.create_index(op.f("ix_tender_decision_organisation_id"), "tender_decision", ["organisation_id"], unique=False)
    op.create_table(
        "tender_edition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("settings", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_tender_edition_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["audit_person.id"], name=op.f("fk_tender_edition_person_id_audit_person")
        ),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_tender_edition_tender_id_tender")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tender_edition")),
        sa.UniqueConstraint("tender_id", "number", name=op.f("uq_tender_edition_tender_id_number")),
    )
    op.create_index(op.f("ix_tender_edition_organisation_id"), "tender_edition", ["organisation_id"], unique=False)
    op.create_table(
        "tender_evaluator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("is_lead", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("has_conflict", sa.Boolean(), nullable=True),
        sa.Column("conflict", sa.String(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_because", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(declared_at IS NULL) = (has_conflict IS NULL)", name=op.f("ck_tender_evaluator_has_conflict")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_tender_evaluator_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["audit_person.id"], name=op.f("fk_tender_evaluator_person_id_audit_person")
        ),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_tender_evaluator_tender_id_tender")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tender_evaluator")),
        sa.UniqueConstraint("tender_id", "person_id", name=op.f("uq_tender_evaluator_tender_id_person_id")),
    )
    op.create_index(op.f("ix_tender_evaluator_organisation_id"), "tender_evaluator", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_tender_evaluator_person_id"), "tender_evaluator", ["person_id"], unique=False)
    op.create_table(
        "agreed_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("bid_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("feedback", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name=op.f("fk_agreed_mark_bid_id_bid")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_agreed_mark_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["audit_person.id"], name=op.f("fk_agreed_mark_person_id_audit_person")),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_agreed_mark_tender_id_tender")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreed_mark")),
    )
    op.create_index(op.f("ix_agreed_mark_bid_id"), "agreed_mark", ["bid_id"], unique=False)
    op.create_index(op.f("ix_agreed_mark_organisation_id"), "agreed_mark", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_agreed_mark_tender_id"), "agreed_mark", ["tender_id"], unique=False)
    op.create_table(
        "bid_result",
        sa.Column("bid_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("percent", sa.Text(), nullable=True),
        sa.Column("total", sa.Text(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("is_winner", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name=op.f("fk_bid_result_bid_id_bid")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_bid_result_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_bid_result_tender_id_tender")),
        sa.PrimaryKeyConstraint("bid_id", name=op.f("pk_bid_result")),
    )
    op.create_index(op.f("ix_bid_result_organisation_id"), "bid_result", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_bid_result_tender_id"), "bid_result", ["tender_id"], unique=False)
    op.create_table(
        "clarification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("bid_id", sa.Integer(), nullable=False),
        sa.Column("measure", sa.String(), nullable=True),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name=op.f("ck_clarification_answered_at")),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["audit_person.id"], name=op.f("fk_clarification_answered_by_audit_person")
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["audit_person.id"], name=op.f("fk_clarification_asked_by_audit_person")),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name=op.f("fk_clarification_bid_id_bid")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_clarification_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clarification")),
    )
    op.create_index(op.f("ix_clarification_bid_id"), "clarification", ["bid_id"], unique=False)
    op.create_index(op.f("ix_clarification_organisation_id"), "clarification", ["organisation_id"], unique=False)
    op.create_table(
        "commitment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("bid_id", sa.Integer(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("offered", sa.BigInteger(), nullable=True),
        sa.Column("not_applicable", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("statement", sa.String(), nullable=True),
        sa.Column("outside_area", sa.BigInteger(), nullable=True),
        sa.Column("worked", sa.String(), nullable=False),
        sa.CheckConstraint("NOT not_applicable OR offered IS NULL", name=op.f("ck_commitment_not_applicable")),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name=op.f("fk_commitment_bid_id_bid")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_commitment_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment")),
        sa.UniqueConstraint("bid_id", "measure", name=op.f("uq_commitment_bid_id_measure")),
    )
    op.create_index(op.f("ix_commitment_organisation_id"), "commitment", ["organisation_id"], unique=False)
    op.create_table(
        "mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("bid_id", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("feedback", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["bid_id"], ["bid.id"], name=op.f("fk_mark_bid_id_bid")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_mark_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["audit_person.id"], name=op.f("fk_mark_person_id_audit_person")),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_mark_tender_id_tender")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark")),
    )
    op.create_index(op.f("ix_mark_bid_id"), "mark", ["bid_id"], unique=False)
    op.create_index(op.f("ix_mark_organisation_id"), "mark", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_mark_tender_id_person_id"), "mark", ["tender_id", "person_id"], unique=False)
    op.create_table(
        "commitment_acceptance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("commitment_id", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["commitment_id"], ["commitment.id"], name=op.f("fk_commitment_acceptance_commitment_id_commitment")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_commitment_acceptance_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["audit_person.id"], name=op.f("fk_commitment_acceptance_person_id_audit_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment_acceptance")),
    )
    op.create_index(
        op.f("ix_commitment_acceptance_commitment_id"), "commitment_acceptance", ["commitment_id"], unique=False
    )
    op.create_index(
        op.f("ix_commitment_acceptance_organisation_id"), "commitment_acceptance", ["organisation_id"], unique=False
    )


def downgrade() -> None:
    for table in (
        "commitment_acceptance",
        "mark",
        "commitment",
        "clarification",
        "bid_result",
        "agreed_mark",
        "tender_evaluator",
        "tender_edition",
        "tender_decision",
        "published_award",
        "bid",
        "tender",
        "supplier",
    ):
        op.drop_table(table)
