"""The orders of a topic, with the files around it."""

from dbos import DBOS, KafkaMessage

KAFKA = {"bootstrap.servers": "broker:9092", "group.id": "orders", "auto.offset.reset": "earliest"}


@DBOS.kafka_consumer(KAFKA, ["orders"], ordering="topic")
@DBOS.workflow()
def take(message: KafkaMessage) -> None:
    print(message.value)


@DBOS.kafka_consumer(
    KAFKA,
    ["clicks", "views"],
)
@DBOS.workflow()
def count(message: KafkaMessage) -> None:
    print(message.value)
