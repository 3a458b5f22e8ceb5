"""The table of organisations."""

from datetime import datetime

from sqlmodel import Field

from svtracker.storage.base import Row


class OrganisationRow(Row, table=True):
    """A council or partner body that works with this installation."""

    __tablename__ = "organisation"

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True)
    name: str
    short_name: str
    is_demo: bool
    created_at: datetime
