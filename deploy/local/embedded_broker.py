"""How does Kafka fit into one process without Java? librdkafka's broker, kept alive here.

Prints its address and serves until it is ended. Topics appear on first use with 4 partitions;
a partition keeps its last 5 MB; nothing is kept on disk. For the demo and quick tests.
"""

from __future__ import annotations

import signal
import sys

from confluent_kafka import KafkaException, Producer

PARTITIONS = 4


def main() -> None:
    broker = Producer(
        {"bootstrap.servers": "ignored:1", "test.mock.num.brokers": 1, "log_level": 3}
    )
    try:
        address = next(iter(broker.list_topics(timeout=10).brokers.values()))
    except KafkaException as error:
        sys.exit(f"the embedded broker does not answer: {error}")
    sys.stdout.write(f"serving at {address.host}:{address.port}\n")
    sys.stdout.flush()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    while True:
        signal.pause()


if __name__ == "__main__":
    main()
