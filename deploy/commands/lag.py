"""How far behind is each consumer group?"""

from __future__ import annotations

from dataclasses import asdict

from deploy.commands._output import AsJson, ago, say, show, table
from deploy.commands._running import kafka_settings, run
from services.watch.lag import lags


def lag(json_: AsJson = False) -> None:
    """Show for each group and topic how many records wait, and for how long the oldest has."""
    found = run(lags(kafka_settings()))
    if json_:
        say([asdict(each) for each in found])
        return
    show(
        table(
            ("group", "topic", "records", "behind", "members"),
            [
                (each.group, each.topic, each.records, ago(each.seconds), each.members)
                for each in found
            ],
        )
    )
