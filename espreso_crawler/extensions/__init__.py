"""What stands beside the items: the start and the end of a run, signals, the ledger; never a field's meaning."""
