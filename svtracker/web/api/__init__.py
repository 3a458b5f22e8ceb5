"""The same read models as the pages, as JSON under /api/v1; one module per room."""
