"""The first minute on a site: a few pages of an edition, what the parsers made of them, and a verdict in words."""
