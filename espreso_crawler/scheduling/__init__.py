"""When crawls start, who runs them and how long they may take; never what they fetch."""
