"""Child processes: how they start, what is sent to them, and how they end. No Qt."""
