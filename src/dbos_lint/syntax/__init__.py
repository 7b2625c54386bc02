"""Text to tree: decoding, parsing, and the comments that concern us."""
