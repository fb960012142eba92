"""The web service: hooks, API, review pages, metrics."""
