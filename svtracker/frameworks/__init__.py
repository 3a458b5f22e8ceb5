"""Measure sets: dated, immutable versions of themes, outcomes and measures (RULES 2, 7)."""
