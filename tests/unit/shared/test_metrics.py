"""Does a batch of observations count as each of them would by itself?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram

from shared.metrics import BatchHistogram

BUCKETS = (0.5, 1.0, 5.0)


def samples(histogram: Histogram) -> dict[tuple[str, str], float]:
    return {
        (sample.name, sample.labels.get("le", "")): sample.value
        for family in histogram.collect()
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


@given(st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0, 5.0, 6.0])))
def test_a_batch_counts_as_each_of_its_records_would(amounts: list[float]) -> None:
    registry = CollectorRegistry()
    together = BatchHistogram("age", "Age.", buckets=BUCKETS, registry=registry)
    singly = Histogram("age", "Age.", buckets=BUCKETS, registry=None)
    together.observe_all(amounts)
    for amount in amounts:
        singly.observe(amount)
    assert samples(together) == samples(singly)
