"""Measure sets: versions with their lists, sources, themes, outcomes and measures."""

import sqlalchemy as sa
from alembic import op

revision = "0001_measure_sets"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "measure_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure_set")),
        sa.UniqueConstraint("slug", name=op.f("uq_measure_set_slug")),
    )
    op.create_table(
        "version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("measure_set_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("supersedes", sa.String(), nullable=True),
        sa.Column("price_year", sa.Integer(), nullable=False),
        sa.Column("licence", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("file", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("status IN ('draft', 'released', 'withdrawn')", name=op.f("ck_version_status")),
        sa.ForeignKeyConstraint(
            ["measure_set_id"], ["measure_set.id"], name=op.f("fk_version_measure_set_id_measure_set")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version")),
        sa.UniqueConstraint("measure_set_id", "version", name=op.f("uq_version_measure_set_id_version")),
    )
    op.create_table(
        "dropped_measure",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("old_version", sa.String(), nullable=False),
        sa.Column("old_ref", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint(
            "reason IN ('not_deliverable', 'no_added_value_without_weighting', 'duplicate', "
            "'not_limited_to_local', 'never_used', 'merged')",
            name=op.f("ck_dropped_measure_reason"),
        ),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_dropped_measure_version_id_version")),
        sa.PrimaryKeyConstraint("version_id", "position", name=op.f("pk_dropped_measure")),
    )
    op.create_table(
        "source",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("href", sa.String(), nullable=True),
        sa.Column("licence", sa.String(), nullable=False),
        sa.Column("retrieved", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_source_version_id_version")),
        sa.PrimaryKeyConstraint("version_id", "key", name=op.f("pk_source")),
    )
    op.create_table(
        "theme",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_theme_version_id_version")),
        sa.PrimaryKeyConstraint("version_id", "code", name=op.f("pk_theme")),
    )
    op.create_table(
        "version_list",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("contract_value_from", sa.Text(), nullable=True),
        sa.Column("contract_value_below", sa.Text(), nullable=True),
        sa.CheckConstraint("name IN ('main', 'lite', 'record_only')", name=op.f("ck_version_list_name")),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_version_list_version_id_version")),
        sa.PrimaryKeyConstraint("version_id", "name", name=op.f("pk_version_list")),
    )
    op.create_table(
        "outcome",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("theme", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id", "theme"], ["theme.version_id", "theme.code"], name=op.f("fk_outcome_version_id_theme_theme")
        ),
        sa.PrimaryKeyConstraint("version_id", "code", name=op.f("pk_outcome")),
    )
    op.create_table(
        "measure",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("counts", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("locality", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("unit_value", sa.BigInteger(), nullable=True),
        sa.Column("unit_value_decimals", sa.Integer(), nullable=True),
        sa.Column("basis_source", sa.String(), nullable=True),
        sa.Column("basis_at", sa.String(), nullable=True),
        sa.Column("basis_figure", sa.Text(), nullable=True),
        sa.Column("basis_price_year", sa.Integer(), nullable=True),
        sa.Column("basis_series", sa.String(), nullable=True),
        sa.Column("basis_index", sa.String(), nullable=True),
        sa.Column("basis_forecast", sa.Boolean(), nullable=True),
        sa.Column("basis_low", sa.Text(), nullable=True),
        sa.Column("basis_high", sa.Text(), nullable=True),
        sa.Column("changed", sa.String(), nullable=False),
        sa.Column("first_year_only", sa.Boolean(), nullable=False),
        sa.Column("weighting", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'valued') = (unit_value IS NOT NULL)", name=op.f("ck_measure_valued_has_a_unit_value")
        ),
        sa.CheckConstraint("basis_series IN ('financial', 'calendar')", name=op.f("ck_measure_basis_series")),
        sa.CheckConstraint(
            "category IN ('local_economic', 'social', 'environmental')", name=op.f("ck_measure_category")
        ),
        sa.CheckConstraint("kind IN ('valued', 'recorded', 'narrative')", name=op.f("ck_measure_kind")),
        sa.CheckConstraint("locality IN ('local', 'anywhere')", name=op.f("ck_measure_locality")),
        sa.CheckConstraint(
            "unit IN ('fte_year', 'person', 'person_week', 'staff_hour', 'expert_hour', 'person_hour', 'gbp_spent', "
            "'gbp_invested', 'tonne', 'tco2e', 'mile', 'visit', 'item', 'percent', 'text')",
            name=op.f("ck_measure_unit"),
        ),
        sa.CheckConstraint("weighting IN ('optional', 'required')", name=op.f("ck_measure_weighting")),
        sa.CheckConstraint(
            "(unit_value IS NULL) = (basis_source IS NULL)", name=op.f("ck_measure_unit_value_has_a_source")
        ),
        sa.ForeignKeyConstraint(
            ["version_id", "basis_source"],
            ["source.version_id", "source.key"],
            name=op.f("fk_measure_version_id_basis_source_source"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id", "outcome"],
            ["outcome.version_id", "outcome.code"],
            name=op.f("fk_measure_version_id_outcome_outcome"),
        ),
        sa.PrimaryKeyConstraint("version_id", "ref", name=op.f("pk_measure")),
    )
    op.create_table(
        "measure_alias",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("alias", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id", "ref"],
            ["measure.version_id", "measure.ref"],
            name=op.f("fk_measure_alias_version_id_ref_measure"),
        ),
        sa.PrimaryKeyConstraint("version_id", "ref", "position", name=op.f("pk_measure_alias")),
    )
    op.create_table(
        "measure_on_list",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("list", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id", "list"],
            ["version_list.version_id", "version_list.name"],
            name=op.f("fk_measure_on_list_version_id_list_version_list"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id", "ref"],
            ["measure.version_id", "measure.ref"],
            name=op.f("fk_measure_on_list_version_id_ref_measure"),
        ),
        sa.PrimaryKeyConstraint("version_id", "ref", "list", name=op.f("pk_measure_on_list")),
    )
    op.create_table(
        "measure_relation",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("other", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('also_counts_in', 'never_with')", name=op.f("ck_measure_relation_kind")),
        sa.ForeignKeyConstraint(
            ["version_id", "other"],
            ["measure.version_id", "measure.ref"],
            name=op.f("fk_measure_relation_version_id_other_measure"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id", "ref"],
            ["measure.version_id", "measure.ref"],
            name=op.f("fk_measure_relation_version_id_ref_measure"),
        ),
        sa.PrimaryKeyConstraint("version_id", "ref", "kind", "position", name=op.f("pk_measure_relation")),
    )
    op.create_table(
        "measure_replacement",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("old_version", sa.String(), nullable=False),
        sa.Column("old_ref", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("how IN ('same', 'split', 'merge')", name=op.f("ck_measure_replacement_how")),
        sa.ForeignKeyConstraint(
            ["version_id", "ref"],
            ["measure.version_id", "measure.ref"],
            name=op.f("fk_measure_replacement_version_id_ref_measure"),
        ),
        sa.PrimaryKeyConstraint("version_id", "ref", "position", name=op.f("pk_measure_replacement")),
    )


def downgrade() -> None:
    op.drop_table("measure_replacement")
    op.drop_table("measure_relation")
    op.drop_table("measure_on_list")
    op.drop_table("measure_alias")
    op.drop_table("measure")
    op.drop_table("outcome")
    op.drop_table("version_list")
    op.drop_table("theme")
    op.drop_table("source")
    op.drop_table("dropped_measure")
    op.drop_table("version")
    op.drop_table("measure_set")
