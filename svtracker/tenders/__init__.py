"""Tenders: bids' commitments valued, marked and ranked, and how firm the result is (RULES 3, 4)."""
