"""Which credentials stand in a text, and what is left in their place? (Promise 7.)"""

from shared.redaction.marks import Redacted, redact, redact_together
from shared.redaction.raw import redact_bytes

__all__ = ["Redacted", "redact", "redact_bytes", "redact_together"]
