"""What each organisation sets for itself: colour, limits of warnings, status bands."""

import sqlalchemy as sa
from alembic import op

revision = "0006_policy"
down_revision = "0005_identity_provider"
branch_labels = None
depends_on = None

FIGURES = (
    "high_percent",
    "concentration_percent",
    "fte_percent",
    "median_times",
    "on_track_percent",
    "slightly_behind_percent",
    "behind_percent",
)


def upgrade() -> None:
    op.create_table(
        "organisation_policy",
        sa.Column("organisation_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("brand_colour", sa.String(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in FIGURES),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_organisation_policy_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_organisation_policy")),
    )


def downgrade() -> None:
    op.drop_table("organisation_policy")
