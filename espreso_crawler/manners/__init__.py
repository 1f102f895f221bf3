"""What a host may be asked, and when: one state machine, events in and actions out; no scrapy, no clock of its own."""
