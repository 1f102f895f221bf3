"""Every SQL statement of the ledger, one file a table; nothing else knows that there is an SQLite."""
