# options: dbos-version=3.4
"""How a topic is read is told from outside, so nobody can say here what it becomes."""

import os

import dbos

CONFIG = {"bootstrap.servers": "localhost:9092", "group.id": "orders"}
ORDERED = os.environ.get("ORDERED") == "1"
MORE = {"queue_name": "slow"}


@dbos.DBOS.kafka_consumer(CONFIG, ["orders"], in_order=ORDERED)
@dbos.DBOS.workflow()
def take(message: dbos.KafkaMessage) -> None:
    print(message.value)


@dbos.DBOS.kafka_consumer(CONFIG, ["returns"], in_order=True, **MORE)
@dbos.DBOS.workflow()
def take_back(message: dbos.KafkaMessage) -> None:
    print(message.value)
