"""The small arithmetic language of a spec's values: scalars of the tree to expressions.

`parse` reads a scalar, once; `Expression.evaluate` computes it, often. Most values are
literals, so the parser and what is behind it are imported when the first other one is met.
"""

from __future__ import annotations

from cnncalc.language.expressions.expression import UNKNOWN, Expression, parse, parse_text

__all__ = ["UNKNOWN", "Expression", "parse", "parse_text"]
