"""``dbos-lint upgrade``: the fixes of a migration, carried out over a project's files, and what a person must do."""
