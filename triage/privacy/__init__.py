"""Personal data is replaced before text goes to a remote model, and restored in its answer."""
