"""Text to tree: a precedence parser for the grammar of an expression.

Lowest first: `a if c else b`, `or`, `and`, `not`, comparisons (which do not chain), `+ -`,
`* / // %`, signs, `**` (from the right; `-x**2` is -(x**2)), `x[i]` and calls; as in Python.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from cnncalc.language import rules
from cnncalc.language.expressions import tree
from cnncalc.language.expressions.expression import LIMIT, Fault
from cnncalc.language.expressions.functions import Call
from cnncalc.language.expressions.tokens import FOREIGN_OPERATORS, Token, foreign_operator, tokens
from cnncalc.language.expressions.tree import Node
from cnncalc.language.vocabulary import FUNCTIONS, KEYWORDS

LENGTH_LIMIT: Final = 200
DEPTH_LIMIT: Final = 30

OR, AND, NOT, COMPARISON, SUM, PRODUCT, POWER = range(1, 8)

LEVELS: Final = {
    "or": OR,
    "and": AND,
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">="), COMPARISON),
    **dict.fromkeys("+-", SUM),
    **dict.fromkeys(("*", "/", "//", "%"), PRODUCT),
    "**": POWER,
}
"""How tightly each operator between two operands binds."""

PERCENTAGE: Final = r"\s*([0-9]+(?:\.[0-9]+)?)\s*%\s*"

CLOSING: Final = {"(": ")", "[": "]"}


class Parser:
    """Reads one text. ``words``: the names that stand for themselves; ``names`` collects the
    others. Raises `Fault`.
    """

    def __init__(self, text: str, words: Collection[str]) -> None:
        if len(text) > LENGTH_LIMIT:
            size = len(text)
            raise Fault(
                rules.expressions.expression_too_long, 0, size, length=size, limit=LENGTH_LIMIT
            )
        self.text, self.words = text, words
        self.names: list[tree.Name] = []
        self.tokens = iter(tokens(text))
        self.token = self.last = next(self.tokens)
        self.depth = 0

    def parse(self) -> Node:
        """The whole text as one expression."""
        if self.token.kind == "end":
            raise self.malformed("empty value", label="missing value")
        root = self.expression()
        if self.token.kind != "end":
            raise self.leftover()
        return root

    # Tokens.

    def take(self) -> Token:
        """The next token; `token` is then the one after it. The end stays."""
        self.last = self.token
        if self.token.kind != "end":
            self.token = next(self.tokens)
        return self.last

    def expect(self, kind: str, opened: Token | None = None) -> Token:
        """The next token, which must be of a kind."""
        if self.token.kind == kind:
            return self.take()
        if self.token.kind == "end" and opened is not None:
            why = f"'{opened.text}' is never closed: '{kind}' is missing"
            raise self.malformed(why, opened, label="opened here")
        if self.token.kind == "end":
            raise self.malformed(f"missing '{kind}' at the end")
        raise self.leftover()

    # Grammar.

    def expression(self) -> Node:
        value = self.operation(OR)
        if self.token.kind != "if":
            return value
        opened = self.take()
        condition = self.operation(OR)
        if self.token.kind == "end":
            why = "`if` needs an `else`"
            raise self.malformed(why, opened, advice="write `a if condition else b`")
        self.expect("else")
        self.deeper(opened)
        other = self.expression()
        self.depth -= 1
        return tree.Conditional(value, condition, other)

    def operation(self, least: int) -> Node:
        """Operands joined by operators that bind at least as tightly as ``least``."""
        left = self.operand(least)
        while (level := LEVELS.get(self.token.kind, 0)) >= least:
            operator = self.take()
            if level == POWER:
                self.deeper(operator)
                right = self.operation(POWER)
                self.depth -= 1
            else:
                right = self.operation(level + 1)
            left = self.join(operator, level, left, right)
        return left

    def join(self, operator: Token, level: int, left: Node, right: Node) -> Node:
        if level <= AND:
            return tree.Logic(operator.kind, left, right)
        if level > COMPARISON:
            return tree.Arithmetic(operator.kind, left, right)
        if LEVELS.get(self.token.kind) == COMPARISON:
            _, text, start, end = self.token
            raise Fault(
                rules.expressions.chained_comparison, start, end, first=operator.text, second=text
            )
        return tree.Comparison(operator.kind, left, right)

    def operand(self, least: int) -> Node:
        """One operand, with what stands before and behind it."""
        if self.token.kind in ("-", "+", "not"):
            return self.prefixed(self.take(), least)
        if self.token.kind == "end":
            raise self.cut_short()
        token = self.take()
        node = self.atom(token)
        while self.token.kind == "[":
            opened = self.take()
            index = self.enclosed(opened)
            node = tree.Index(node, index, self.expect("]", opened).end)
        return node

    def prefixed(self, token: Token, least: int) -> Node:
        self.deeper(token)
        if token.kind != "not":
            node: Node = tree.Sign(token.start, token.kind, self.operation(POWER))
        elif least > NOT:
            raise self.malformed("`not` needs brackets here", token, advice="write `(not x)`")
        else:
            node = tree.Not(token.start, self.operation(NOT))
        self.depth -= 1
        return node

    def atom(self, token: Token) -> Node:
        start, end = token.start, token.end
        if token.kind == "number":
            return self.number(token)
        if token.kind in ("true", "false"):
            return tree.Literal(start, end, token.kind == "true")
        if token.kind == "name":
            return self.name(token)
        if token.kind == "(":
            node = self.enclosed(token)
            # The brackets count to what a fault points at.
            node.start, node.end = start, self.expect(")", token).end
            return node
        if token.kind == "[":
            items, end = self.listed(token)
            return tree.Items(start, end, items)
        raise self.missing(token)

    def number(self, token: Token) -> Node:
        whole = token.text.replace("_", "").isdigit()
        value = int(token.text) if whole else float(token.text)
        node = tree.Literal(token.start, token.end, value)
        if value > LIMIT:
            raise node.too_large(value, "a number must be at most 1e15")
        return node

    def name(self, token: Token) -> Node:
        text, start, end = token.text, token.start, token.end
        if self.token.kind == "(":
            return self.call(token)
        if text in self.words:
            return tree.Literal(start, end, text)
        if text in FUNCTIONS:
            advice = f"write `{text}(…)`"
            raise self.malformed(f"the function '{text}' needs its arguments", token, advice=advice)
        name = tree.Name(start, end, text)
        self.names.append(name)
        return name

    def call(self, token: Token) -> Node:
        if token.text not in FUNCTIONS:
            raise unknown_function(token)
        arguments, end = self.listed(self.take())
        return Call(token.start, end, token.text, arguments)

    def listed(self, opened: Token) -> tuple[list[Node], int]:
        """Expressions with commas between, up to the closing bracket; and where it ends."""
        closing = CLOSING[opened.kind]
        found: list[Node] = []
        while self.token.kind != closing:
            found.append(self.enclosed(opened))
            if self.token.kind != ",":
                break
            self.take()
        return found, self.expect(closing, opened).end

    def enclosed(self, opened: Token) -> Node:
        """An expression inside brackets."""
        self.deeper(opened)
        node = self.expression()
        self.depth -= 1
        return node

    def deeper(self, token: Token) -> None:
        self.depth += 1
        if self.depth > DEPTH_LIMIT:
            raise Fault(
                rules.expressions.expression_too_deep, token.start, token.end, limit=DEPTH_LIMIT
            )

    # What is wrong.

    def malformed(
        self, why: str, token: Token | None = None, *, label: str = "", advice: str = ""
    ) -> Fault:
        _, _, start, end = token or self.token
        return Fault(
            rules.expressions.malformed_expression, start, end, why=why, label=label, advice=advice
        )

    def missing(self, token: Token) -> Fault:
        """What to say of a token that stands where an operand should."""
        why = f"missing value before '{token.text}'"
        return self.malformed(why, token, label="missing value before this")

    def cut_short(self) -> Fault:
        """What to say of an end that stands where an operand should."""
        if match := re.fullmatch(PERCENTAGE, self.text):
            advice = f"write a percentage as a fraction: `{float(match[1]) / 100:g}`"
            why = "'%' is the remainder of a division"
            return self.malformed(why, self.last, advice=advice)
        why = f"missing value after '{self.last.text}'"
        return self.malformed(why, self.last, label="missing value after this")

    def leftover(self) -> Fault:
        """What to say of a token where an operator or the end should be."""
        token = self.token
        if token.text in FOREIGN_OPERATORS:
            return foreign_operator(token, self.text)
        if token.kind == ",":
            advice = "write a list in brackets: `[a, b]`"
            return self.malformed("comma outside a list", token, advice=advice)
        if token.kind in (")", "]"):
            return self.malformed(f"unmatched '{token.text}'", token)
        if token.text == "in":
            advice = "compare with each: `x == a or x == b`"
            return self.malformed("the operator `in` does not exist", token, advice=advice)
        if token.kind in KEYWORDS:
            return self.malformed(f"unexpected '{token.text}'", token)
        why = f"missing operator before '{token.text}'"
        return self.malformed(why, token, label="missing operator before this")


ABSENT: Final = {
    "int": "`floor(x)` rounds down, `a // b` divides and rounds down",
    "abs": "`max(x, -x)` is the absolute value",
    "pow": "write a power as `a ** b`",
    "sqrt": "write a square root as `x ** 0.5`",
    "range": "`i` counts the repetitions of a step",
}
"""Functions of other languages, and how to do without them."""


def unknown_function(token: Token) -> Fault:
    from cnncalc.text.suggestions import nearest

    return Fault(
        rules.expressions.unknown_function,
        token.start,
        token.end,
        name=token.text,
        functions=FUNCTIONS,
        nearest=None if token.text in ABSENT else nearest(token.text, FUNCTIONS),
        advice=ABSENT.get(token.text, ""),
    )
