"""The way out: the outbox, and sealed files."""
