# options: dbos-version=3.4, fix=safe
"""Orders of a topic are taken one after the other."""

from dbos import DBOS as D
from dbos import KafkaMessage

CONFIG = {"bootstrap.servers": "localhost:9092", "group.id": "orders"}


@D.kafka_consumer(
    CONFIG,
    ["orders"],
    ordering="topic",  # one after the other
)
@D.workflow()
def take(message: KafkaMessage) -> None:
    print(message.value)


@D.kafka_consumer(CONFIG, ["returns"], ordering="topic")
@D.workflow()
def take_back(message: KafkaMessage) -> None:
    print(message.value)


@D.kafka_consumer(CONFIG, ["clicks"])
@D.workflow()
def count(message: KafkaMessage) -> None:
    print(message.value)


@D.kafka_consumer(CONFIG, ["views"])
@D.workflow()
def count_again(message: KafkaMessage) -> None:
    print(message.value)
