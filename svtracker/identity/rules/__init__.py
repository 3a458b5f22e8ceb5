"""The pure rules of identity: roles, passwords, throttling, sessions, links, and names of browsers."""
