"""The people of an organisation as a table to take along, in the columns in which they are imported."""

from collections.abc import Sequence

from svtracker.files.tables_out import Column, Sheet
from svtracker.identity.service.users import User


def people_sheet(users: Sequence[User], *, organisation_id: int) -> Sheet:
    """Everybody with an account: the first three columns are those of an import."""
    return Sheet(
        name="People",
        about=("People with an account", "Name, email and roles are the columns that an import reads."),
        columns=(
            Column(heading="name", width=30),
            Column(heading="email", width=36),
            Column(heading="roles", width=40),
            Column(heading="state", width=12),
            Column(heading="last seen (UTC)", width=22),
        ),
        rows=tuple(
            (
                user.name or "",
                user.email or "",
                "; ".join(
                    grant.role.value
                    for grant in user.grants
                    if grant.organisation_id == organisation_id and grant.object_kind is None
                ),
                user.state.value,
                user.last_seen_at.strftime("%Y-%m-%d %H:%M") if user.last_seen_at else "",
            )
            for user in users
        ),
    )
