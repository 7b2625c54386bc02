"""What earlier runs have found out, kept for later ones: which files cannot concern dbos, and the findings of the
others with all that they rest on.

Nothing of the engine is imported here. A cache that cannot be used is as good as none.
"""
