"""Identity and messages: accounts, roles, sessions, personal links, tries to sign in, and the outbox."""

import sqlalchemy as sa
from alembic import op

revision = "0004_identity"
down_revision = "0003_audit"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_key", sa.String(), nullable=False),
        sa.Column("address_key", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    op.create_index(op.f("ix_sign_in_attempt_account_key_at"), "sign_in_attempt", ["account_key", "at"])
    op.create_index(op.f("ix_sign_in_attempt_address_key_at"), "sign_in_attempt", ["address_key", "at"])
    op.create_index(op.f("ix_sign_in_attempt_at"), "sign_in_attempt", ["at"])
    op.create_table(
        "account",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("email_key", sa.String(), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("federated_key", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("locked_because", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("password_set_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'locked') = (locked_because IS NOT NULL)", name=op.f("ck_account_locked_because")),
        sa.CheckConstraint("email_key IS NOT NULL OR state = 'disabled'", name=op.f("ck_account_email_key")),
        sa.CheckConstraint("state IN ('active', 'locked', 'disabled')", name=op.f("ck_account_state")),
        sa.CheckConstraint(
            "(password_hash IS NULL) = (password_set_at IS NULL)", name=op.f("ck_account_password_set_at")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_account_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["audit_person.id"], name=op.f("fk_account_person_id_audit_person")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_account")),
        sa.UniqueConstraint("email_key", name=op.f("uq_account_email_key")),
        sa.UniqueConstraint("federated_key", name=op.f("uq_account_federated_key")),
    )
    op.create_table(
        "personal_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("task_kind", sa.String(), nullable=True),
        sa.Column("task_id", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(purpose = 'task') = (task_id IS NOT NULL)", name=op.f("ck_personal_link_task_id")),
        sa.CheckConstraint("(purpose = 'task') = (task_kind IS NOT NULL)", name=op.f("ck_personal_link_task_kind")),
        sa.CheckConstraint("purpose IN ('set_password', 'task')", name=op.f("ck_personal_link_purpose")),
        sa.CheckConstraint("submitted_at IS NULL OR purpose = 'task'", name=op.f("ck_personal_link_submitted_at")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_personal_link_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["audit_person.id"], name=op.f("fk_personal_link_person_id_audit_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_link")),
    )
    op.create_index(op.f("ix_personal_link_organisation_id"), "personal_link", ["organisation_id"])
    op.create_index(op.f("ix_personal_link_person_id"), "personal_link", ["person_id"])
    op.create_table(
        "link_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["personal_link.id"], name=op.f("fk_link_token_link_id_personal_link")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_token")),
        sa.UniqueConstraint("sha256", name=op.f("uq_link_token_sha256")),
    )
    op.create_index(op.f("ix_link_token_link_id"), "link_token", ["link_id"])
    op.create_table(
        "outbox_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("to_person_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("sent_at IS NULL OR cancelled_at IS NULL", name=op.f("ck_outbox_message_cancelled_at")),
        sa.ForeignKeyConstraint(
            ["link_id"], ["personal_link.id"], name=op.f("fk_outbox_message_link_id_personal_link")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_outbox_message_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["to_person_id"], ["audit_person.id"], name=op.f("fk_outbox_message_to_person_id_audit_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
    )
    op.create_index(op.f("ix_outbox_message_link_id"), "outbox_message", ["link_id"])
    op.create_index(op.f("ix_outbox_message_organisation_id"), "outbox_message", ["organisation_id"])
    op.create_index(
        op.f("ix_outbox_message_sent_at_cancelled_at_next_try_at"),
        "outbox_message",
        ["sent_at", "cancelled_at", "next_try_at"],
    )
    op.create_index(op.f("ix_outbox_message_to_person_id"), "outbox_message", ["to_person_id"])
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("object_kind", sa.String(), nullable=True),
        sa.Column("object_id", sa.String(), nullable=True),
        sa.Column("from_day", sa.Date(), nullable=True),
        sa.Column("to_day", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('policy lead', 'procurement officer', 'lead evaluator', 'evaluator', 'contract manager', "
            "'deputy contract manager', 'approver', 'supplier contact', 'viewer', 'auditor', 'administrator', "
            "'partnership viewer')",
            name=op.f("ck_role_grant_role"),
        ),
        sa.CheckConstraint("(object_kind IS NULL) = (object_id IS NULL)", name=op.f("ck_role_grant_object_id")),
        sa.CheckConstraint("to_day >= from_day", name=op.f("ck_role_grant_to_day")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_role_grant_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["account.person_id"], name=op.f("fk_role_grant_person_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    op.create_index(op.f("ix_role_grant_organisation_id_role"), "role_grant", ["organisation_id", "role"])
    op.create_index(op.f("ix_role_grant_person_id"), "role_grant", ["person_id"])
    op.create_table(
        "sign_in_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_sha256", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("csrf", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_because", sa.String(), nullable=True),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("browser", sa.String(), nullable=False),
        sa.Column("task_link_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(how = 'link') = (task_link_id IS NOT NULL)", name=op.f("ck_sign_in_session_task_link_id")),
        sa.CheckConstraint(
            "how IN ('password', 'identity provider', 'demo', 'link')", name=op.f("ck_sign_in_session_how")
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_because IS NULL)", name=op.f("ck_sign_in_session_ended_because")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_sign_in_session_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["audit_person.id"], name=op.f("fk_sign_in_session_person_id_audit_person")
        ),
        sa.ForeignKeyConstraint(
            ["task_link_id"], ["personal_link.id"], name=op.f("fk_sign_in_session_task_link_id_personal_link")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_session")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_sign_in_session_token_sha256")),
    )
    op.create_index(op.f("ix_sign_in_session_ended_at_last_seen_at"), "sign_in_session", ["ended_at", "last_seen_at"])
    op.create_index(op.f("ix_sign_in_session_person_id"), "sign_in_session", ["person_id"])
    op.create_index(op.f("ix_sign_in_session_task_link_id"), "sign_in_session", ["task_link_id"])


def downgrade() -> None:
    op.drop_table("sign_in_session")
    op.drop_table("role_grant")
    op.drop_table("outbox_message")
    op.drop_table("link_token")
    op.drop_table("personal_link")
    op.drop_table("account")
    op.drop_table("sign_in_attempt")
