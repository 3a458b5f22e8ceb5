"""Signing in by the identity provider: what is under way, and which roles it gave."""

import sqlalchemy as sa
from alembic import op

revision = "0005_identity_provider"
down_revision = "0004_identity"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_in_flow",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cookie_sha256", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("verifier", sa.String(), nullable=False),
        sa.Column("goes_to", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_flow")),
        sa.UniqueConstraint("cookie_sha256", name=op.f("uq_sign_in_flow_cookie_sha256")),
    )
    op.create_index(op.f("ix_sign_in_flow_created_at"), "sign_in_flow", ["created_at"])
    op.add_column("role_grant", sa.Column("by_provider", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.drop_column("role_grant", "by_provider")
    op.drop_table("sign_in_flow")
