"""The shape of a workflow: the sequence of durable calls that dbos records, and what changed in it."""
