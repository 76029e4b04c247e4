"""Fixes that are tried: of the candidates that rules compute, those that make the diagnostic
vanish and bring up nothing new. Imported only when something is wrong.

A trial applies a candidate's edits to the texts and goes the whole way from text to diagnostics
again. The work is bounded by the size of the net, not by the clock, so that the same spec gives
the same answer everywhere.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from cnncalc.diagnostics import RULES, Diagnostic, Edit, Fix, Span
from cnncalc.layers.shape import Shape
from cnncalc.text.edits import LINE_BREAK, edited

if TYPE_CHECKING:
    from cnncalc.layers.shape import Shape
    from cnncalc.network.network import Network
    from cnncalc.report.report import Report

MAX_TRIES = 150
MAX_COST = 700_000
"""Characters that all trials of a net may read, its rows counted in; about as many µs."""
ROW_COST = 45
"""What building and analysing a row costs, in characters read."""
FINDING_COST = 30
"""What a finding costs, which every trial makes again."""
MAX_OFFERED = 4
LARGEST_INPUT = 4096

Key = tuple[str, str, int]
"""Code, path and line: what a diagnostic is recognised by after an edit."""


Recheck = Callable[[Mapping[str, str]], "Report"]
"""Reads, builds and checks the net with other texts for some paths."""

Tried = dict[tuple[str, Span], tuple[tuple[Fix, ...], tuple[str, ...]]]
"""The fixes and the help of a diagnostic, by its code and place, once its fixes have been tried."""


def with_working_fixes(report: Report, check: Recheck, tried: Tried) -> Report:
    """The report, its diagnostics with those fixes only that work, and with what they give.
    ``tried`` is what is known of a net already, and is added to.
    """
    diagnostics = [d for d in report.diagnostics if d.severity != "note"]
    if any((d.code, d.span) not in tried for d in diagnostics):
        network = report.network
        cost = len(network.source.text) + ROW_COST * len(network.nodes)
        cost += FINDING_COST * len(diagnostics)
        bench = Bench(diagnostics, network, cost, check)
        tried |= {(d.code, d.span): bench.advice(d) for d in diagnostics}
    return report._replace(diagnostics=tuple(with_tried(d, tried) for d in report.diagnostics))


def with_tried(diagnostic: Diagnostic, tried: Tried) -> Diagnostic:
    if diagnostic.severity == "note":
        return diagnostic
    fixes, lines = tried[diagnostic.code, diagnostic.span]
    return diagnostic._replace(fixes=fixes, help=lines)


class Bench:
    """Where candidates are tried, and how much may still be tried."""

    def __init__(
        self, diagnostics: Sequence[Diagnostic], network: Network, cost: int, check: Recheck
    ) -> None:
        self.known = diagnostics
        self.network = network
        self.check = check
        self.left = min(MAX_TRIES, MAX_COST // max(1, cost))

    def advice(self, diagnostic: Diagnostic) -> tuple[tuple[Fix, ...], tuple[str, ...]]:
        """The fixes of a diagnostic that work, and its help."""
        candidates, lines = diagnostic.fixes, diagnostic.help
        fixes = *self.working(diagnostic, candidates), *self.working_inputs(diagnostic)
        if self.left <= 0 and candidates and not fixes:
            untried = " or ".join(f"`{fix.text}`" for fix in candidates[:2])
            lines += (f"perhaps {untried} (not tested: too many changes to test)",)
        return fixes, lines

    def working(self, diagnostic: Diagnostic, candidates: Iterable[Fix]) -> list[Fix]:
        """The candidates that fix, those of an error first that bring no warning; if there is
        none, those that only reveal what the error had hidden.
        """
        clean: list[Fix] = []
        doubtful: list[Fix] = []
        revealing: list[Fix] = []
        for fix in {fix.text: fix for fix in candidates}.values():
            if self.left <= 0 or len(clean) == MAX_OFFERED:
                break
            trial = self.trial(fix)
            brought = self.brought(diagnostic, fix, trial)
            if brought is None:
                continue
            fix = fix._replace(gives=self.given(diagnostic, trial))
            errors = [key for key in brought if RULES[key[0]].severity == "error"]
            if not brought:
                clean.append(fix)
            elif diagnostic.severity == "error" and not errors:
                doubtful.append(fix)
            elif forgivable(diagnostic, brought, moved(key_of(diagnostic), fix.edits)):
                revealing.append(fix)
        return [*clean, *doubtful][:MAX_OFFERED] or revealing

    def trial(self, fix: Fix) -> Report:
        self.left -= 1
        return self.check(fixed_texts(fix))

    def brought(self, diagnostic: Diagnostic, fix: Fix, trial: Report) -> Counter[Key] | None:
        """What is new; None when the diagnostic is still there."""
        before = Counter(moved(key_of(d), fix.edits) for d in self.known)
        after = Counter(key_of(d) for d in trial.diagnostics if d.severity != "note")
        own = moved(key_of(diagnostic), fix.edits)
        if after[own] >= before[own]:
            return None
        new = after - before
        return Counter({key: n for key, n in new.items() if not RULES[key[0]].treatment.withheld})

    def given(self, diagnostic: Diagnostic, trial: Report) -> str:
        """The shape that comes out of the layer now, where it is another or in question."""
        rule = RULES[diagnostic.code]
        if diagnostic.layer is None or not rule.of_family.of_shapes:
            return ""
        before = output_of(self.network, diagnostic.layer)
        after = output_of(trial.network, diagnostic.layer)
        same = before == after and not rule.treatment.same_shape
        return "" if after is None or same else str(after)

    # Inputs of another size.

    def working_inputs(self, diagnostic: Diagnostic) -> list[Fix]:
        """The nearest size of the image that fixes, if there is one."""
        wanted = RULES[diagnostic.code].treatment.input_size
        if not wanted or len(self.network.inputs) != 1:
            return []
        given = self.network.inputs[0]
        size, source = given.output.sizes[0], given.span.source
        shown_as = "x".join(map(str, given.output.sizes)) + "x"
        if (
            len(set(given.output.sizes)) > 1
            or size == 1
            or source is not self.network.source
            or shown_as not in source.lines[given.span.line - 1]
        ):
            return []
        if wanted == "least":
            sizes: Iterable[int] = self.least_sizes(diagnostic)
        else:
            sizes = near_sizes(size)
        for size in sizes:
            if found := self.working(diagnostic, [self.input_fix(size)]):
                return found
        return []

    def input_fix(self, size: int) -> Fix:
        given = self.network.inputs[0]
        text = Shape(given.output.channels, *(size,) * given.output.rank).written()
        return Fix(f"{given.name}: {text}", (Edit(given.span, text),))

    def least_sizes(self, diagnostic: Diagnostic) -> Iterator[int]:
        """The smallest image that is large enough, and the usual ones above it."""
        low = high = self.network.inputs[0].output.sizes[0]
        while not self.fixes(diagnostic, high := high * 2):
            low = high
            if high > LARGEST_INPUT or self.left <= 0:
                return
        while high - low > 1:
            middle = (low + high) // 2
            if self.fixes(diagnostic, middle):
                high = middle
            else:
                low = middle
        yield high
        for step in (2, 8, 32):
            yield -(-high // step) * step

    def fixes(self, diagnostic: Diagnostic, size: int) -> bool:
        fix = self.input_fix(size)
        return self.brought(diagnostic, fix, self.trial(fix)) is not None


def near_sizes(size: int) -> list[int]:
    """Image sizes about this one: multiples that halve well, and the nearest numbers."""
    sizes = {size + step for step in (1, -1, 2, -2, 3, -3)}
    for multiple in (4, 8, 16, 32):
        sizes |= {-(-size // multiple) * multiple, size // multiple * multiple}
    return sorted((s for s in sizes if s not in (0, size)), key=lambda s: (abs(s - size), -s))


def forgivable(diagnostic: Diagnostic, brought: Iterable[Key], own: Key) -> bool:
    """Whether all that is new was there before, hidden by this error."""
    hides = RULES[diagnostic.code].of_family.hides
    if hides == "file":  # the rest of it was not read
        return all(
            line > own[2] or (line == own[2] and not RULES[code].of_family.syntax)
            for code, _, line in brought
        )
    return hides == "step" and all(
        place != list(own[1:]) or not RULES[code].of_family.hides for code, *place in brought
    )


def key_of(diagnostic: Diagnostic) -> Key:
    return diagnostic.code, diagnostic.path, diagnostic.line


def moved(key: Key, edits: Iterable[Edit]) -> Key:
    """The key once the edits have added lines above it, or taken them away."""
    code, path, line = key
    for span, text in edits:
        if span.source.path == path and span.line < line:
            line += len(re.findall(LINE_BREAK, text)) - (span.end_line - span.line)
    return code, path, line


def output_of(network: Network, name: str) -> Shape | None:
    """The output shape of a row, step or block; None where it is not known."""
    from cnncalc.layers.shape import PartialShape

    step = network.steps.get(name)
    named = (node.output for node in network.nodes if node.name == name)
    shape = step.output.output if step else next(named, None)
    return None if isinstance(shape, PartialShape) else shape


def fixed_texts(fix: Fix) -> dict[str, str]:
    """The texts that a fix changes, by path, with its edits made."""
    sources = {edit.span.source.path: edit.span.source for edit in fix.edits}
    return {
        path: edited(source, [edit for edit in fix.edits if edit.span.source.path == path])
        for path, source in sources.items()
    }
