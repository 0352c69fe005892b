"""How does a text name the product? What tells an extension that is meant from one in passing."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from services.classifier.concepts import BUILT_IN, FEATURE, extension_meant
from services.classifier.products import Mention
from services.classifier.reading import Reading
from shared.contracts import ProductArea

LONG_TEXT = 200
"""Characters from which on a name can stand late."""
LATE = 1 / 3
"""Of a long text: what is named after so much of it may be named in passing."""
LIST = 4
"""So many extensions make a list of what is installed."""
SIZE = 16


def naming_of(
    reading: Reading, products: Sequence[Mention], concepts: AbstractSet[str]
) -> tuple[bool, ...]:
    """`SIZE` answers: which names stand where, and which features of what."""
    extensions = [m for m in products if m.product.area is ProductArea.EXTENSION]
    sure = [mention for mention in extensions if mention.sure]
    first = min((mention.start for mention in sure), default=0)
    heading = len(reading.subject)
    late = heading + 1 + len(reading.ask) * LATE
    named = len({mention.product.name for mention in sure})
    features = sum(name.startswith(FEATURE) for name in concepts)
    built_in = sum(name.startswith(BUILT_IN) for name in concepts)
    by_feature = extension_meant(concepts) is not None and not extensions
    core = any(mention.product.area is ProductArea.CORE for mention in products)
    return (
        named > 0,
        named > 0 and first < heading,
        named > 0 and first >= late and len(reading.ask) > LONG_TEXT,
        named > 1,
        named >= LIST,
        bool(extensions) and not sure,
        by_feature,
        features > 1,
        features == 1 and not extensions,
        built_in > 0,
        built_in > 1,
        built_in > 0 and bool(extensions),
        core,
        core and not extensions and not features and not built_in,
        not (extensions or features or built_in or core),
        by_feature and built_in > 0,
    )
