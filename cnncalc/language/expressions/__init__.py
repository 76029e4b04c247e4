"""The small arithmetic language of a spec's values: scalars of the tree to expressions.

`parse` reads a scalar, once; `Expression.evaluate` computes it, often. Most values are
literals, so the parser and what is behind it are imported when the first other one is met.
"""

from __future__ import annotations

from cnncalc.language.expressions.expression import Expression, parse, parse_text
from cnncalc.language.expressions.literals import FUNCTIONS, KEYWORDS, UNKNOWN, is_name

__all__ = ["FUNCTIONS", "KEYWORDS", "UNKNOWN", "Expression", "is_name", "parse", "parse_text"]
