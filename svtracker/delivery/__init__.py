"""Delivery: what was promised against what was achieved, period by period (RULES 5, 6)."""
