"""Workflows whose data other languages read."""

import uuid

from dbos import DBOS, WorkflowSerializationFormat


@DBOS.step()
def ship(order: str) -> str:
    return order


@DBOS.workflow(serialization_type=WorkflowSerializationFormat.PORTABLE)
def checkout() -> str:
    return ship(str(uuid.uuid4()))
