"""Is an answer on its way at once?"""

from __future__ import annotations

import socket

from shared.process import listen


def test_no_connection_waits_for_the_acknowledgement_of_an_answer_s_first_part() -> None:
    with listen("127.0.0.1", 0) as ours, socket.create_connection(ours.getsockname()):
        connection, _ = ours.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
