"""A file that does not name DBOS, but decorates by another way."""

import uuid

from dbos import DBOSClient, DBOS as _dbos


@_dbos.step()
def ship(order: uuid.UUID) -> str:
    return str(order)


@_dbos.workflow()
def checkout(
    client: DBOSClient,
) -> str:
    return ship(
        _dbos.run_step({"name": "uuid4"}, uuid.uuid4)  # a new one
    )
