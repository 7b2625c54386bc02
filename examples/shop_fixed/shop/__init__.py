"""A small shop on FastAPI and DBOS."""
