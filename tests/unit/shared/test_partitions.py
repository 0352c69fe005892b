"""Every Kafka client puts a key into the same partition, and so do we."""

from __future__ import annotations

from uuid import UUID

from aiokafka.partitioner import DefaultPartitioner
from hypothesis import given
from hypothesis import strategies as st

from shared.partitions import murmur2, partition_of, partitions_of


@given(st.binary(max_size=80), st.integers(1, 100))
def test_a_key_stands_where_aiokafka_would_put_it(key: bytes, partitions: int) -> None:
    every = list(range(partitions))
    assert partition_of(key, partitions) == DefaultPartitioner()(key, every, every)


@given(st.lists(st.uuids().map(lambda id_: str(id_).encode()), max_size=40), st.integers(1, 100))
def test_the_ids_of_a_batch_stand_where_each_would_by_itself(
    ids: list[bytes], partitions: int
) -> None:
    assert partitions_of(ids, partitions) == [partition_of(key, partitions) for key in ids]


def test_keys_of_all_kinds_can_be_in_one_batch() -> None:
    keys = [*(str(UUID(int=number)).encode() for number in range(9)), b"billing", None]
    assert partitions_of(keys, 6)[:-1] == [partition_of(key, 6) for key in keys[:-1]]
    assert partitions_of(keys, 6)[-1] in range(6)


def test_the_hash_is_the_one_of_the_java_client() -> None:
    # From the tests of Apache Kafka's own Utils.murmur2, as unsigned numbers.
    assert murmur2(b"21") == -973932308 & 0xFFFFFFFF
    assert murmur2(b"foobar") == -790332482 & 0xFFFFFFFF


def test_a_record_without_key_goes_to_some_partition_that_there_is() -> None:
    assert {partition_of(None, 3) for _ in range(200)} == {0, 1, 2}


def test_tickets_spread_over_all_partitions() -> None:
    keys = [str(UUID(int=number)).encode() for number in range(600)]
    assert {partition_of(key, 6) for key in keys} == set(range(6))
