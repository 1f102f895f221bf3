"""What is known of articles: names, revisions, decisions, when to look again."""
