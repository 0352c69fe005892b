"""What went wrong, for people? Caught at the command's edge: one message, no traceback."""

from __future__ import annotations


class Failure(Exception):
    """Something does not work. The message says which, where, why, and what to do."""

    exit_code = 1


class WrongSetting(Failure):
    """A setting that can't be right, named in the message, without its value if it is secret."""

    exit_code = 2
