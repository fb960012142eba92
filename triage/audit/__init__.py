"""The audit store: what the software saw, said and did, and who decided, chained and sealed."""
