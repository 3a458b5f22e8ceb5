"""Whose a measure set is: of one organisation alone, or of all where none is named."""

import sqlalchemy as sa
from alembic import op

revision = "0011_own_measure_sets"
down_revision = "0010_limit_of_flows"
branch_labels = None
depends_on = None

KEY = "fk_measure_set_organisation_id_organisation"


def upgrade() -> None:
    with op.batch_alter_table("measure_set") as table:
        table.add_column(sa.Column("organisation_id", sa.Integer(), nullable=True))
        table.create_foreign_key(op.f(KEY), "organisation", ["organisation_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("measure_set") as table:
        table.drop_constraint(op.f(KEY), type_="foreignkey")
        table.drop_column("organisation_id")
