"""How does a broker answer a call with the error that a test asks for? librdkafka's own, scripted.

The library inside confluent-kafka has a broker for tests; its script interface is C only.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import files
from typing import Any

PRODUCER = 0
METADATA = 3
ONE_BROKER = 1


@cache
def _library() -> ctypes.CDLL:
    """The library that confluent-kafka brought, with the types that do not fit an int."""
    (found,) = (f for f in files("confluent-kafka") or () if f.name.startswith("librdkafka-"))
    library = ctypes.CDLL(str(found.locate()))
    pointer, text, number = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int
    for name, result, arguments in (
        ("rd_kafka_new", pointer, [number, pointer, text, ctypes.c_size_t]),
        ("rd_kafka_conf_new", pointer, []),
        ("rd_kafka_conf_set", number, [pointer, text, text, text, ctypes.c_size_t]),
        ("rd_kafka_destroy", None, [pointer]),
        ("rd_kafka_mock_cluster_new", pointer, [pointer, number]),
        ("rd_kafka_mock_cluster_destroy", None, [pointer]),
        ("rd_kafka_mock_cluster_bootstraps", text, [pointer]),
        ("rd_kafka_mock_topic_create", number, [pointer, text, number, number]),
        ("rd_kafka_mock_topic_set_error", None, [pointer, text, number]),
        ("rd_kafka_mock_push_request_errors_array", None, [pointer, ctypes.c_int16, ctypes.c_size_t, pointer]),
        ("rd_kafka_mock_clear_request_errors", None, [pointer, ctypes.c_int16]),
        ("rd_kafka_mock_group_initial_rebalance_delay_ms", None, [pointer, ctypes.c_int32]),
        ("rd_kafka_mock_start_request_tracking", None, [pointer]),
        ("rd_kafka_mock_clear_requests", None, [pointer]),
        ("rd_kafka_mock_get_requests", pointer, [pointer, pointer]),
        ("rd_kafka_mock_request_api_key", ctypes.c_int16, [pointer]),
        ("rd_kafka_mock_request_destroy_array", None, [pointer, ctypes.c_size_t]),
    ):  # fmt: skip
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


class ScriptedBroker:
    """One broker; every call may be answered with an error, once."""

    def __init__(self, cluster: Any) -> None:
        self._library = _library()
        self._cluster = cluster
        self._library.rd_kafka_mock_group_initial_rebalance_delay_ms(cluster, 100)

    @property
    def address(self) -> str:
        """host:port"""
        return str(self._library.rd_kafka_mock_cluster_bootstraps(self._cluster).decode())

    def create(self, topic: str, partitions: int) -> None:
        """A topic, before anybody asks for it."""
        self._library.rd_kafka_mock_topic_create(
            self._cluster, topic.encode(), partitions, ONE_BROKER
        )

    def answer_once(self, api: int, code: int, topic: str) -> None:
        """The next call of this API gets this error; of Metadata, the topic has it until cleared.

        From here on calls are counted.
        """
        self._library.rd_kafka_mock_start_request_tracking(self._cluster)
        self._library.rd_kafka_mock_clear_requests(self._cluster)
        if api == METADATA:
            self._library.rd_kafka_mock_topic_set_error(self._cluster, topic.encode(), code)
            return
        codes = (ctypes.c_int * 1)(code)
        self._library.rd_kafka_mock_push_request_errors_array(self._cluster, api, 1, codes)

    def as_usual(self, api: int, topic: str) -> None:
        """No error any more, whether or not it was taken."""
        if api == METADATA:
            self._library.rd_kafka_mock_topic_set_error(self._cluster, topic.encode(), 0)
        else:
            self._library.rd_kafka_mock_clear_request_errors(self._cluster, api)

    def calls(self, api: int) -> int:
        """How often this API was called since `answer_once`."""
        count = ctypes.c_size_t()
        requests = self._library.rd_kafka_mock_get_requests(self._cluster, ctypes.byref(count))
        if not requests:
            return 0
        each = ctypes.cast(requests, ctypes.POINTER(ctypes.c_void_p))
        keys = [self._library.rd_kafka_mock_request_api_key(each[n]) for n in range(count.value)]
        self._library.rd_kafka_mock_request_destroy_array(requests, count)
        return keys.count(api)


@contextmanager
def scripted_broker() -> Iterator[ScriptedBroker]:
    """A broker in this process, reached over TCP like any other."""
    library = _library()
    said = ctypes.create_string_buffer(256)
    quiet = library.rd_kafka_conf_new()
    library.rd_kafka_conf_set(quiet, b"log_level", b"3", said, len(said))
    client = library.rd_kafka_new(PRODUCER, quiet, said, len(said))
    if not client:
        raise OSError(f"librdkafka gave no client: {said.value.decode()}")
    cluster = library.rd_kafka_mock_cluster_new(client, ONE_BROKER)
    try:
        yield ScriptedBroker(cluster)
    finally:
        library.rd_kafka_mock_cluster_destroy(cluster)
        library.rd_kafka_destroy(client)
