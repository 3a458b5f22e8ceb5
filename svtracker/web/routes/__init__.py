"""Pages: guard, service call, page; one module per room."""
