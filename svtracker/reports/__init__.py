"""Read models across rooms, and the tables that people take along."""
