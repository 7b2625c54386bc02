"""Facts as data: what differs between runs, and what each dbos API does in each context."""
