"""Page contexts: frozen values, ready to print, one module per room; templates get nothing else."""
