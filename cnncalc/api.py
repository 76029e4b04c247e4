"""The Python interface, on which the command line is a thin layer: load, check, analyze."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from cnncalc.diagnostics import MAX_PROBLEMS, Diagnostic, Enough, Problem, Problems, Source
from cnncalc.language import bases
from cnncalc.language.reader import read_spec
from cnncalc.network import build
from cnncalc.network.network import Network
from cnncalc.text import files as sources

if TYPE_CHECKING:
    from cnncalc.checks.trials import Tried
    from cnncalc.language.spec import Figure, Spec
    from cnncalc.report.report import Report


class IncompleteNetWarning(UserWarning):
    """The totals stand on an incomplete net: errors left layers out, or other than written."""


class Net:
    """A spec and the network it describes, errors and all.

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
        self.problems = problems
        """What reading and building found: errors."""
        self.inputs = inputs
        self.parameters = parameters
        """What was given beside the text, as `--input` and `--set` take it."""
        self._tried: Tried = {}

    @property
    def text(self) -> str:
        """The spec's own text."""
        return self.source.text

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """Every error, and what is legal but probably wrong; sorted by place."""
        return list(self.report().diagnostics)

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
        from cnncalc.checks import finished

        budgets = budgets_of(several(expect))
        with none_collected():
            report = self._checked(batch, dtype, budgets)
            return finished(
                report,
                lambda texts: self.changed(texts)._checked(batch, dtype, budgets),
                self._tried,
            )

    def _checked(self, batch: int, dtype: str, budgets: tuple[Figure, ...]) -> Report:
        """The report with its diagnostics, their fixes untried."""
        from cnncalc.checks import check
        from cnncalc.report import analyze

        report = analyze(self.network, self.spec, batch, dtype)
        return check(report, self.source, self.spec, self.problems, budgets)

    def changed(self, texts: Mapping[str, str]) -> Net:
        """The same net with other texts for some paths: its own, or those of its bases."""

        def open_base(name: str, source: Source) -> Source:
            base = bases.open_base(name, source)
            return Source(base.path, texts[base.path]) if base.path in texts else base

        path = self.source.path
        source = Source(path, texts.get(path, self.text))
        return read(source, self.inputs, self.parameters, open_base)

    def _repr_html_(self) -> str:
        """A notebook shows the table."""
        return self.report()._repr_html_()


def budgets_of(expect: tuple[str, ...]) -> tuple[Figure, ...]:
    """The figures of `--expect`; raises `Problem`."""
    if not expect:
        return ()
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
        return Net(span.source, None, nothing(span.source), [problem.diagnostic])
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
    open_base: Callable[[str, Source], Source] = bases.open_base,
) -> Net:
    """Text to net: read, override, build."""
    problems = Problems()
    if isinstance(parameters, Mapping):
        parameters = [f"{name}={setting(value)}" for name, value in parameters.items()]
    inputs, parameters = several(inputs), several(parameters)
    spec, network = None, nothing(source)
    with none_collected():
        try:
            spec = read_spec(source, problems, open_base)
            if spec is not None:
                known = len(problems)
                if inputs or parameters:
                    from cnncalc.language.overrides import override

                    override(spec, inputs, parameters, problems)
                refused = len(problems) > known  # another input or parameter than asked for
                network = build(spec, problems, broken=refused)
        except Enough:
            from cnncalc.text.rules.text import too_many_errors

            problems.add(too_many_errors(problems[-1].span, limit=MAX_PROBLEMS))
            spec = None
    return Net(source, spec, network, problems, inputs, parameters)


def nothing(source: Source) -> Network:
    """The network of a text that is no spec."""
    return Network("", source, broken=True)


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
    """Every finding about a net, sorted by place; see `load` and `Net.analyze`."""
    return list(load(net).report(expect=expect).diagnostics)
