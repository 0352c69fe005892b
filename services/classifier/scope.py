"""What do the ten categories mean for a finding? Covered or not, and by which clause."""

from __future__ import annotations

from shared.contracts import COVERED_SCOPES, Scope

CLAUSES: dict[Scope, tuple[str, ...]] = {
    Scope.INSTALLATION_SETUP: ("C1",),
    Scope.PRODUCT_QUESTION: ("C1",),
    Scope.BUG_REPORT: ("C1", "C8"),
    Scope.THIRD_PARTY_COMPATIBILITY: ("C2",),
    Scope.CUSTOMIZATION: ("C2",),
    Scope.SERVER_ADMINISTRATION: ("C2",),
    Scope.CLIENT_SPECIFIC_REQUEST: ("C2",),
    Scope.CUSTOM_DEVELOPMENT: ("C2",),
    Scope.GENERAL_WORDPRESS: ("C3",),
    Scope.UNCLEAR: (),
}


def in_scope(scope: Scope) -> bool:
    """Whether the policy covers the category (C1)."""
    return scope in COVERED_SCOPES
