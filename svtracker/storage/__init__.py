"""Engines, the unit of work, exact column types and migrations: how the other rooms keep what they know."""
