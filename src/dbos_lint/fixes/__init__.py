"""Carries fixes out: changes become edits of the text, with libcst, and edits become a file.

Imported only when a fix is asked for.
"""
