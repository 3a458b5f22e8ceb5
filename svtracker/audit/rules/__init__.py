"""The pure rules of the record: what an event is, how it is chained, and how a chain is proved."""
