"""What alembic runs: the migrations on the connection that was handed over, inside its transaction.

The classes to compare with are those that the caller has imported; this file imports no room above storage.
"""

from alembic import context
from sqlmodel import SQLModel

from svtracker.storage.migrations import COMPARE

context.configure(connection=context.config.attributes["connection"], target_metadata=SQLModel.metadata, **COMPARE)
with context.begin_transaction():
    context.run_migrations()
