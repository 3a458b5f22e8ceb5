"""The pure rules of messages: what a message may be, and when it is tried again."""
