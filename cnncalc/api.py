"""The Python interface, on which the command line is a thin layer: load, check, analyze."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from cnncalc.diagnostics import Diagnostic, Problem, Source, Span, extends_of
from cnncalc.language.reader import read_spec
from cnncalc.network import build
from cnncalc.network.network import Network
from cnncalc.text import files as sources

if TYPE_CHECKING:
    from cnncalc.diagnostics import Fix
    from cnncalc.language.spec import Figure, Spec
    from cnncalc.report.report import Report


class IncompleteNetWarning(UserWarning):
    """The totals stand on an incomplete net: errors left layers out, or other than written."""


MAX_PROBLEMS = 500
"""Mistakes after which a text is hardly a spec."""


FEW = 100
"""Findings that are listed whatever they are."""


class Net:
    """A spec and the network it describes, mistakes and all.

    ``spec`` is None when the text has none (a syntax error); ``network`` then has no layers.
    """

    def __init__(
        self,
        source: Source,
        spec: Spec | None,
        network: Network,
        problems: list[Diagnostic],
        inputs: tuple[str, ...] = (),
        parameters: tuple[str, ...] = (),
    ) -> None:
        self.source = source
        self.spec = spec
        self.network = network
        network.broken |= spec is None
        self.problems = problems
        """What reading and building found: errors."""
        self.inputs = inputs
        self.parameters = parameters
        """What was given beside the text, as `--input` and `--set` take it."""
        self.fixes: dict[tuple[str, Span], tuple[Fix, ...]] = {}
        """The fixes of each diagnostic, once they have been tried."""

    @property
    def text(self) -> str:
        """The spec's own text."""
        return self.source.text

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """Everything that is wrong, or legal but probably wrong; sorted by place."""
        return self.report().diagnostics

    def analyze(
        self, batch: int = 1, dtype: str = "float32", expect: str | Iterable[str] = ()
    ) -> Report:
        """Every figure for a batch size and a dtype; ``expect``: further budgets, written as
        after `--expect`, which hold at that batch and dtype. Warns (`IncompleteNetWarning`) when
        errors leave the totals incomplete. Raises `ValueError` for a dtype or batch that there is
        none of, and `Problem` for a budget that cannot be read.
        """
        report = self.report(batch, dtype, expect)
        if not report.complete:
            import warnings

            errors = [d for d in report.diagnostics if d.severity == "error"]
            first = f": {errors[0]}" if errors else ""
            warnings.warn(
                f"the totals of {self.source.path} are incomplete{first}",
                IncompleteNetWarning,
                stacklevel=2,
            )
        return report

    def report(
        self, batch: int = 1, dtype: str = "float32", expect: str | Iterable[str] = ()
    ) -> Report:
        """The report of `analyze`, without its warning: for who shows what is missing."""
        from cnncalc.report import analyze
        from cnncalc.report.report import DTYPE_BYTES

        if dtype not in DTYPE_BYTES:
            raise ValueError(f"dtype {dtype!r} is none of {', '.join(DTYPE_BYTES)}")
        if batch < 1:
            raise ValueError(f"batch {batch} is less than 1")
        expect = several(expect)
        with none_collected():
            report = analyze(self.network, batch, dtype)
            self._judge(report, expect)
            self._try_fixes(report, expect)
            if len(report.diagnostics) > FEW:
                from cnncalc.checks.selection import listed

                report.diagnostics = listed(report.diagnostics)
        return report

    def changed(self, texts: Mapping[str, str]) -> Net:
        """The same net with other texts for some paths: its own, or those of its bases."""

        def open_base(name: str, source: Source) -> Source:
            base = sources.open_base(name, source)
            return Source(base.path, texts[base.path]) if base.path in texts else base

        path = self.source.path
        source = Source(path, texts.get(path, self.text))
        return read(source, self.inputs, self.parameters, open_base)

    def _try_fixes(self, found: Report, expect: tuple[str, ...]) -> None:
        """Leaves the diagnostics those fixes that work; the trials are made once."""
        diagnostics = [d for d in found.diagnostics if d.severity != "note"]
        if any((d.code, d.span) not in self.fixes for d in diagnostics):
            from cnncalc.checks.trials import Trial, keep_working_fixes
            from cnncalc.report import analyze

            def check(texts: Mapping[str, str]) -> Trial:
                net = self.changed(texts)
                report = analyze(net.network, found.batch, found.dtype)
                net._judge(report, expect)
                return Trial(net.network, report.diagnostics)

            keep_working_fixes(diagnostics, self.network, len(self.text), check)
            self.fixes = {(d.code, d.span): d.fixes for d in diagnostics}
        for diagnostic in diagnostics:
            diagnostic.fixes = self.fixes[diagnostic.code, diagnostic.span]

    def _judge(self, report: Report, expect: Iterable[str]) -> None:
        """Expectations, published figures and advice: what the report says of itself."""
        from cnncalc.checks.linting import lint
        from cnncalc.report import analyze
        from cnncalc.report import expectations as claims

        base: list[Report] = [report] if (report.batch, report.dtype) == (1, "float32") else []

        def at_batch_1() -> Report:
            if not base:
                base.append(analyze(self.network))
            return base[0]

        found = list(self.problems)
        spec = self.spec
        if spec is not None:
            report.training = spec.training
            for note in claims.not_judged(report, spec):
                found.append(note)
                report.notices.append(note.message)
            if not spec.switched_off:
                found += claims.expectations(report, spec.expect, at_batch_1)
                report.published = list(claims.comparisons(report, spec, at_batch_1))
                found += claims.differences(report)
            found += lint(report, spec, self.problems)
        found = heeded(found, self.source, spec)
        anchor = Span(self.source, 1, 1, 1, 1) if spec is None else spec.anchor
        found += claims.over_budget(report, budgets(expect), anchor)
        report.diagnostics = sorted(found, key=place)
        for diagnostic in report.diagnostics:
            new = (r for r in extends_of(diagnostic.span.source) if r not in diagnostic.related)
            diagnostic.related += tuple(new)

    def _repr_html_(self) -> str:
        """A notebook shows the table."""
        return self.report()._repr_html_()


def heeded(diagnostics: list[Diagnostic], source: Source, spec: Spec | None) -> list[Diagnostic]:
    """Those that no `# cnncalc: ignore[CODE]` takes away, and what is wrong with such comments."""
    layers = source if spec is None else spec.layers_source
    if "cnncalc:" not in source.text and "cnncalc:" not in layers.text:
        return diagnostics
    from cnncalc.checks.selection import doubtful_comments, without_ignored

    return [*without_ignored(diagnostics), *doubtful_comments(source)]


def place(diagnostic: Diagnostic) -> tuple[str, int, int]:
    span = diagnostic.span
    return span.source.path, span.line, span.column


def budgets(expect: Iterable[str]) -> tuple[Figure, ...]:
    """The figures of `--expect`; raises `Problem`."""
    from cnncalc.language.claims import read_budget

    return tuple(read_budget(text) for text in expect)


def load(
    net: str | os.PathLike[str],
    *,
    inputs: str | Iterable[str] = (),
    parameters: Mapping[str, object] | str | Iterable[str] = (),
) -> Net:
    """The net of a shipped name (`vgg16`), a path, or `-` (standard input).

    ``inputs`` and ``parameters`` are what the command line takes after `--input` and `--set`, one
    text or several; parameters may also be a mapping. Raises `sources.Unreadable`. Errors in
    the spec are no exceptions: they are in ``diagnostics``.
    """
    name = os.fspath(net)
    try:
        source = sources.read(name)
    except Problem as problem:
        span = problem.diagnostic.span
        return Net(span.source, None, Network("", span.source), [problem.diagnostic])
    return read(source, inputs, parameters)


def loads(
    text: str,
    *,
    path: str = "<string>",
    inputs: str | Iterable[str] = (),
    parameters: Mapping[str, object] | str | Iterable[str] = (),
) -> Net:
    """The net of a spec's text. ``path`` is what diagnostics call it."""
    return read(Source(path, text), inputs, parameters)


def read(
    source: Source,
    inputs: str | Iterable[str] = (),
    parameters: Mapping[str, object] | str | Iterable[str] = (),
    open_base: Callable[[str, Source], Source] = sources.open_base,
) -> Net:
    """Text to net: read, override, build."""
    problems = Problems()
    if isinstance(parameters, Mapping):
        parameters = [f"{name}={setting(value)}" for name, value in parameters.items()]
    inputs, parameters = several(inputs), several(parameters)
    spec, network, unlike = None, Network("", source), False
    with none_collected():
        try:
            spec = read_spec(source, problems, open_base)
            if spec is not None:
                if inputs or parameters:
                    from cnncalc.language.overrides import override

                    known = len(problems)
                    override(spec, inputs, parameters, problems)
                    unlike = len(problems) > known
                network = build(spec, problems)
                network.broken |= unlike  # another input or parameter than was asked for
        except Enough:
            from cnncalc.text.rules.text import too_many_errors

            problems.add(too_many_errors(problems[-1].span, limit=MAX_PROBLEMS))
            spec = None
    return Net(source, spec, network, problems, inputs, parameters)


class Enough(Exception):
    """So much is wrong that the rest is not looked at."""


class Problems(list[Diagnostic]):
    """What is wrong with a text; raises `Enough` when it is too much to be a spec."""

    def append(self, diagnostic: Diagnostic) -> None:
        self.add(diagnostic)
        if len(self) >= MAX_PROBLEMS:
            raise Enough

    def add(self, diagnostic: Diagnostic) -> None:
        super().append(diagnostic)


class none_collected:  # noqa: N801 (a context manager, written like the function it is)
    """Nothing that a net is made of is garbage; looking for it takes half of the time."""

    __slots__ = ("collecting",)

    def __enter__(self) -> None:
        self.collecting = gc.isenabled()
        gc.disable()

    def __exit__(self, *_: object) -> None:
        if self.collecting:
            gc.enable()


def several(texts: str | Iterable[str]) -> tuple[str, ...]:
    """One text, or several of them."""
    return (texts,) if isinstance(texts, str) else tuple(texts)


def setting(value: object) -> str:
    """A Python value as a spec writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(setting, value))}]"
    return str(value)


def check(net: str | os.PathLike[str], *, expect: str | Iterable[str] = ()) -> list[Diagnostic]:
    """Everything that is wrong with a net, sorted by place; see `load` and `Net.analyze`."""
    return load(net).report(expect=expect).diagnostics
