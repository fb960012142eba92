"""Facts, computed from the case alone."""
