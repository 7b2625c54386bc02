#!/bin/sh
# dbos migrate --db-url was run by hand before
dbos migrate --db-url "$DATABASE_URL"
exec python3 -m orders
