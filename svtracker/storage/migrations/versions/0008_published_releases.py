"""OCDS releases that were imported."""

import sqlalchemy as sa
from alembic import op

revision = "0008_published_releases"
down_revision = "0007_tenders"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "published_release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("tender_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_published_release_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["tender_id"], ["tender.id"], name=op.f("fk_published_release_tender_id_tender")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_release")),
        sa.UniqueConstraint("tender_id", "sha256", name=op.f("uq_published_release_tender_id_sha256")),
    )
    op.create_index(
        op.f("ix_published_release_organisation_id"), "published_release", ["organisation_id"], unique=False
    )


def downgrade() -> None:
    op.drop_table("published_release")
