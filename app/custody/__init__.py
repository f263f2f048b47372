"""Who can open what the centre holds: a key in several hands, and the release of a recording to somebody."""
