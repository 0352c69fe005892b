"""What can fail? Each fault is one function: it does the harm, ends it, and says what it did."""

from __future__ import annotations

from collections.abc import Mapping

from tests.chaos.faults.clock import clock_jump
from tests.chaos.faults.connections import freeze_in_transaction, kill_backend
from tests.chaos.faults.ground import Fault
from tests.chaos.faults.network import (
    black_hole_kafka,
    black_hole_postgres,
    deaf_kafka,
    reset_kafka,
    reset_postgres,
    slow_kafka,
    slow_postgres,
)
from tests.chaos.faults.processes import (
    end_process,
    freeze_process,
    kill_blindly,
    kill_process,
    rebalance,
)
from tests.chaos.faults.records import burst_of_poison, repeat_records
from tests.chaos.faults.servers import (
    freeze_broker,
    freeze_postgres,
    kill_broker,
    kill_postgres,
    stop_broker,
    stop_postgres,
)

OF_PROCESSES = (kill_process, kill_blindly, freeze_process, end_process, rebalance, clock_jump)
OF_KAFKA = (
    stop_broker,
    kill_broker,
    freeze_broker,
    slow_kafka,
    black_hole_kafka,
    deaf_kafka,
    reset_kafka,
)
OF_POSTGRES = (
    stop_postgres,
    kill_postgres,
    freeze_postgres,
    kill_backend,
    freeze_in_transaction,
    slow_postgres,
    black_hole_postgres,
    reset_postgres,
)
OF_RECORDS = (burst_of_poison, repeat_records)

FAULTS: Mapping[str, Fault] = {
    fault.__name__: fault for fault in (*OF_PROCESSES, *OF_KAFKA, *OF_POSTGRES, *OF_RECORDS)
}
"""Every fault by name. What fails most in the field comes more often: see `storm.py`."""
KAFKA_FAULTS = frozenset(fault.__name__ for fault in OF_KAFKA)
POSTGRES_FAULTS = frozenset(fault.__name__ for fault in OF_POSTGRES)
"""Those that the security lane must not feel."""
