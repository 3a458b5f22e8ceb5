"""The record of who did what, when and why: events that are only ever added, chained by hash per organisation."""
