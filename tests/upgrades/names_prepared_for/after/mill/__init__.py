"""A mill whose settings come from outside."""
