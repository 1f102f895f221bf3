"""What people ask of a ledger: how it stands, whether the output agrees, and what is to be taken back."""
