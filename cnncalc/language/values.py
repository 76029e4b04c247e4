"""The values of a text: names, references, expressions, lists; what they read is noted."""

from __future__ import annotations

from collections import ChainMap
from typing import TYPE_CHECKING, Any

from cnncalc.diagnostics import Problem
from cnncalc.language import expressions, rules
from cnncalc.language.labels import NAME, Label
from cnncalc.language.operands import ListOperand, MapOperand, Operand
from cnncalc.language.spec import Argument, Block, Read, Reference
from cnncalc.language.words import found
from cnncalc.layers.layer import KINDS
from cnncalc.text.parser import Broken, Mapping, Node, Scalar, Sequence

if TYPE_CHECKING:
    from cnncalc.diagnostics import Diagnostic
    from cnncalc.language.calls import PendingCall
    from cnncalc.language.names import Scope, TextNames


CONTAINERS = ("residual", "aux")

RESERVED = frozenset(
    ("residual", "aux", "i", "first", "last", "in_channels", "previous", "null")
).union(expressions.KEYWORDS, expressions.FUNCTIONS)


MAX_ITEMS = 1_000
"""Items of a list value; a list of steps or of names may be longer."""


class Untold(Exception):
    """A value whose mistake has been told already."""


class ValueReader:
    """Reads values, telling what is wrong; ``blocks`` are the signatures of the whole file."""

    def __init__(self, words: frozenset[str], problems: list[Diagnostic]) -> None:
        self.words = words
        self.problems = problems
        self.tell = problems.append
        self.blocks: dict[str, Block] = {}
        self.kinds = ChainMap[str, Any](dict.fromkeys(CONTAINERS), KINDS, self.blocks)
        """What a label may name."""
        self.misnamed: set[str] = set()
        """Names that blocks may not have: what a step of that label calls is not known."""
        self.defaults: dict[str, dict[str, Argument]] = {}
        self.unsure: dict[str, frozenset[str]] = {}
        self.calls: list[PendingCall] = []
        self.reads: list[Read] = []
        """Every name that an expression reads: what the check of unused parameters needs."""
        self.block: Block | None = None
        self.names: TextNames
        self.labels: dict[str, Label | None] = {}

    def legal_name(self, node: Scalar, what: str) -> bool:
        """Whether a name may be given to a step, parameter or block; tells when not."""
        if not NAME.fullmatch(node.text):
            self.tell(rules.references.bad_name(node.span, node.text, what))
        elif node.text in self.words or node.text in RESERVED or node.text in KINDS:
            self.tell(rules.references.reserved_name(node.span, node.text, what))
        else:
            return True
        return False

    def reference(self, node: Node, key: str) -> Reference | None:
        """A step's name; its existence is checked when the text is complete."""
        if isinstance(node, Broken):
            return None
        if not isinstance(node, Scalar):
            wanted = "the name of a step"
            self.tell(rules.form.wrong_form(node.span, key, wanted=wanted, found=found(node)))
            return None
        if node.text == "previous" and key in ("share", "outputs"):
            self.tell(
                rules.references.unknown_step(node.span, node.text, list(self.names.text.names))
            )
            return None
        reference = Reference(node.text, node.span)
        if self.block is not None and node.text in self.block.parameters:
            self.block.tensors.add(node.text)
        self.names.use(reference)
        return reference

    def operand(self, node: Node, scope: Scope, *, keys: tuple[str, ...] = ()) -> Operand:
        """A value as an expression, a list or (with ``keys``) a mapping; raises `Problem`."""
        if isinstance(node, Scalar):
            expression = expressions.parse(node, self.words)
            if not expression.is_constant:
                for name, span in expression.names:
                    self.reads.append(Read(self.block, name, span))
                    fault = scope.fault(name, span, self.block.tensors if self.block else ())
                    if fault is not None:
                        raise Problem(fault)
            return expression
        if isinstance(node, Sequence):
            if len(node.items) > MAX_ITEMS:
                extra = node.items[MAX_ITEMS].span
                raise Problem(rules.limits.list_too_long(extra, len(node.items), MAX_ITEMS))
            return ListOperand(node, tuple(self.operand(item, scope) for item in node.items))
        if isinstance(node, Mapping) and keys:
            for key, entry in node.entries.items():
                if key not in keys:
                    raise Problem(rules.form.unknown_key(entry.key.span, key, "padding", keys))
            entries = {k: self.operand(e.value, scope) for k, e in node.entries.items()}
            return MapOperand(node, entries)
        if isinstance(node, Mapping):
            raise Problem(
                rules.form.wrong_form(
                    node.span, "this", wanted="a value or a list", found="a mapping"
                )
            )
        raise Untold

    def try_operand(self, node: Node, scope: Scope) -> Operand | None:
        """The same, its mistake told; None when there is one."""
        try:
            return self.operand(node, scope)
        except Problem as problem:
            self.tell(problem.diagnostic)
        except Untold:
            pass
        return None
