"""Messages to people: an outbox from which nothing is lost while the mail server is away, and what sends them."""
