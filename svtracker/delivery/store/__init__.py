"""Contracts and what was claimed under them, in and out of the database."""
