"""svtracker: ask bidders for social value, score it as a share of contract value, see that it is delivered."""

__version__ = "0.1.0"
