"""Tenders in and out of the database. Every query names the organisation whose rows it reads or writes."""
