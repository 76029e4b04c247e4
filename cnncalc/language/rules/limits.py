"""Rules about the limits of the language (its section 11): each keeps a hostile or mistaken spec
from running for hours.
"""

from __future__ import annotations

from collections.abc import Sequence

from cnncalc.diagnostics import Diagnostic, Span, rule


@rule("limits")
def list_too_long(span: Span, count: int, limit: int) -> Diagnostic:
    """A list value has more than 1,000 items. A list of steps may be longer.

    No net has so many stages; such a list is probably data that does not belong in a spec.
    """
    return Diagnostic(
        f"the list has {count:,} items, the limit is {limit:,}",
        span,
        label="limit exceeded here",
    )


@rule("limits")
def extends_too_deep(span: Span, chain: Sequence[str], limit: int) -> Diagnostic:
    """Each of more than 8 files extends the next. Let the first extend one further down."""
    return Diagnostic(
        f"`extends` chains more than {limit} files: {' → '.join(chain)}",
        span,
        label="limit exceeded here",
    )
