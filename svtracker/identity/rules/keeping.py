"""How long what has ended is kept; the privacy notice says the same."""

from datetime import timedelta

# Tries to sign in, and requests for a new password.
TRIES_KEPT = timedelta(hours=24)

# Sessions after their end. The last one of each account stays, because it says when the person was last here.
SESSIONS_KEPT = timedelta(days=30)

# Personal links after they were used up, submitted, revoked, or over.
LINKS_KEPT = timedelta(days=90)
