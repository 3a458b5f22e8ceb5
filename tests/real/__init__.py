"""Real public files through the program; never part of the tests."""
