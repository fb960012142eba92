"""Load on the store and the service, measured. Run by anybody; figures stand in docs/benchmarks.md."""
