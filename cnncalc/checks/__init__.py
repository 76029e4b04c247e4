"""`Report` → its findings: errors that reading and building found, expectations that do not hold,
and what is legal but probably wrong.

linting      the checks over a network, each beside its page: usage, combinations
comments     `# cnncalc: ignore[CODE]`
trials       fixes, each tried before it is offered
selection    which findings count
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnncalc.checks.linting import lint
from cnncalc.diagnostics import Span, extends_of
from cnncalc.report.expectations import differences, expectations, not_judged, over_budget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cnncalc.checks.trials import Recheck, Tried
    from cnncalc.diagnostics import Diagnostic, Source
    from cnncalc.language.spec import Figure, Spec
    from cnncalc.report.report import Report


def check(
    report: Report,
    source: Source,
    spec: Spec | None,
    problems: Sequence[Diagnostic],
    budgets: tuple[Figure, ...],
) -> Report:
    """The report with its diagnostics, sorted by place: the ``problems`` of reading and building
    and everything that is found here. Their fixes are not tried yet.
    """
    found = list(problems)
    anchor = Span(source, 1, 1, 1, 1)
    sources = [source]
    if spec is not None:
        found += [*not_judged(report, spec), *expectations(report, spec), *differences(report)]
        found += lint(report, spec, problems)
        anchor = spec.anchor
        sources.append(spec.layers_source)
    if any("cnncalc:" in each.text for each in sources):
        from cnncalc.checks.comments import doubtful_comments, without_ignored

        found = [*without_ignored(found), *doubtful_comments(source)]
    found += over_budget(report, budgets, anchor)
    return report._replace(diagnostics=tuple(sorted(map(with_bases, found), key=place)))


def finished(report: Report, recheck: Recheck, tried: Tried) -> Report:
    """A checked report whose diagnostics have those fixes only that work, with not too many of one
    rule. ``tried``: what earlier reports of the net have tried; added to.
    """
    if not report.diagnostics:
        return report
    from cnncalc.checks.selection import listed

    if any(diagnostic.severity != "note" for diagnostic in report.diagnostics):
        from cnncalc.checks.trials import with_working_fixes

        report = with_working_fixes(report, recheck, tried)
    return report._replace(diagnostics=tuple(listed(report.diagnostics)))


def place(diagnostic: Diagnostic) -> tuple[str, int, int]:
    span = diagnostic.span
    return span.source.path, span.line, span.column


def with_bases(diagnostic: Diagnostic) -> Diagnostic:
    """The diagnostic, related to the places whose `extends` led to its file."""
    if diagnostic.span.source.extended_at is None:
        return diagnostic
    new = [r for r in extends_of(diagnostic.span.source) if r not in diagnostic.related]
    return diagnostic._replace(related=(*diagnostic.related, *new))
