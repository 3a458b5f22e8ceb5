"""The web application: guards, forms, page contexts; no arithmetic and no tables."""
