"""Requests of people who forgot their password, answered when nobody waits for a page."""

import sqlalchemy as sa
from alembic import op

revision = "0009_forgotten_password"
down_revision = "0008_published_releases"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "password_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_key", sa.String(), nullable=False),
        sa.Column("address_key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_request")),
    )
    for columns in (["account_key", "at"], ["address_key", "at"], ["answered_at"], ["at"]):
        op.create_index(op.f(f"ix_password_request_{'_'.join(columns)}"), "password_request", columns)


def downgrade() -> None:
    op.drop_table("password_request")
