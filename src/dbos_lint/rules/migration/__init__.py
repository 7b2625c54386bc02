"""From one release of dbos to a later one: what a program that uses what is gone becomes, as fixes, across the files of
its project. Rules ask it for the fix of a finding; ``dbos-lint upgrade`` carries all of them out."""
