"""Every SQL statement of the ledger, one file a table, and what runs them; nothing else knows which database it is."""
