"""From which address of the network a way of signing in was begun, so that nobody begins too many.

What was under way is begun anew: it lasts ten minutes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010_limit_of_flows"
down_revision = "0009_forgotten_password"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _make_anew(sa.Column("address_key", sa.String(), nullable=False))
    op.create_index(op.f("ix_sign_in_flow_address_key_created_at"), "sign_in_flow", ["address_key", "created_at"])


def downgrade() -> None:
    _make_anew()


def _make_anew(*more: sa.Column[str]) -> None:
    op.drop_table("sign_in_flow")
    op.create_table(
        "sign_in_flow",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cookie_sha256", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("verifier", sa.String(), nullable=False),
        sa.Column("goes_to", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *more,
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_flow")),
        sa.UniqueConstraint("cookie_sha256", name=op.f("uq_sign_in_flow_cookie_sha256")),
    )
    op.create_index(op.f("ix_sign_in_flow_created_at"), "sign_in_flow", ["created_at"])
