"""The only place for parsers and writers: strict readers of strangers' files, formula-safe writers."""
