"""The stage engine: read a batch, decide, settle in the ledger, produce, commit, once for all."""

from shared.engine.stage import Outcome, Stage, Work

__all__ = ["Outcome", "Stage", "Work"]
