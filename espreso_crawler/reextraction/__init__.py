"""Today's extractor over archived pages, compared with what was emitted; nothing here writes into the output."""
