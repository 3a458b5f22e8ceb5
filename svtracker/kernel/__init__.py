"""Numbers, units, problems, exceptions and the clock: what every other room may use."""
