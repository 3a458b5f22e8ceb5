"""People who sign in: accounts, roles, sessions, links for people without an account, and what keeps guessers out."""
