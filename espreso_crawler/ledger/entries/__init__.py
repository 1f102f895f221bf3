"""What the feeds show: entries, their states, and which stretches of a feed were read."""
