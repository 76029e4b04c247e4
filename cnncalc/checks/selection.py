"""Which findings count: codes chosen on the command line, severities, each finding once.

Pure functions from diagnostics to diagnostics, between analysis and renderers. What is hidden
is not counted, and the summary says how many were hidden.

`--ignore` and `--select` take codes and families, and choose among all findings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from importlib import import_module
from types import ModuleType

from cnncalc.diagnostics import RULES, Diagnostic, Related, Rule, Source, Span, extends_of
from cnncalc.text.files import without_links

RULES_OF_STAGES = ("text", "layers", "language", "network", "report")
FINDERS = ("usage", "combinations", "comments")
"""Modules of this stage whose rules stand beside their finders."""
MOST_OF_A_RULE = 100


class UnknownCode(ValueError):
    """A code on the command line that no rule and no family has."""


def rule_modules() -> list[ModuleType]:
    """Every module of rules, imported."""
    packages = [import_module(f"cnncalc.{stage}.rules") for stage in RULES_OF_STAGES]
    found = [getattr(package, family) for package in packages for family in package.__all__]
    return found + [import_module(f"cnncalc.checks.{name}") for name in FINDERS]


def rules() -> dict[str, Rule[...]]:
    """Every rule by its code; imports the rules of every stage."""
    rule_modules()
    return RULES


def codes_of(words: Iterable[str]) -> frozenset[str]:
    """The codes that words stand for: codes, families, comma lists of both. Raises
    `UnknownCode`.
    """
    found: set[str] = set()
    for word in (w.strip() for words_ in words for w in words_.split(",")):
        known = {code for code, rule in rules().items() if word in (code, rule.family)}
        if not known:
            raise UnknownCode(unknown(word))
        found |= known
    return frozenset(found)


def unknown(word: str) -> str:
    """What to say of a code that nothing has."""
    from cnncalc.text.suggestions import nearest

    known = rules()
    families = dict.fromkeys(rule.family for rule in known.values())
    meant = nearest(word, [*known, *families])
    hint = f"did you mean '{meant}'?" if meant else "`cnncalc rule` lists the codes"
    return f"unknown code '{word}'; {hint}"


def chosen(
    diagnostics: Sequence[Diagnostic], select: frozenset[str], ignore: frozenset[str]
) -> list[Diagnostic]:
    """Those whose code is selected (all, when nothing is) and not ignored."""
    return [d for d in diagnostics if (not select or d.code in select) and d.code not in ignore]


def listed(diagnostics: Sequence[Diagnostic]) -> Sequence[Diagnostic]:
    """At most `MOST_OF_A_RULE` warnings of each rule, of a file's findings; the last says how
    many more there are.
    """
    if len(diagnostics) <= MOST_OF_A_RULE:
        return diagnostics
    kept: list[Diagnostic] = []
    counts: Counter[str] = Counter()
    last: dict[str, int] = {}
    for diagnostic in diagnostics:
        counts[diagnostic.code] += diagnostic.severity != "error"
        if counts[diagnostic.code] <= MOST_OF_A_RULE:
            last[diagnostic.code] = len(kept)
            kept.append(diagnostic)
    for code, number in counts.items():
        if number > MOST_OF_A_RULE:
            at = last[code]
            more = f"{number - MOST_OF_A_RULE:,} more of [{code}] are not listed"
            kept[at] = kept[at]._replace(notes=(*kept[at].notes, more))
    return kept


def strictly(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The same with every warning an error; notes stay notes."""
    return [d._replace(severity="error") if d.severity == "warning" else d for d in diagnostics]


def of_near_spec(diagnostics: Sequence[Diagnostic], source: Source) -> list[Diagnostic]:
    """The diagnostics of a file that nobody named and that is not quite a spec: its first error
    says that it looks like one.
    """
    found = list(diagnostics)
    for index, diagnostic in enumerate(found):
        if diagnostic.severity == "error" and diagnostic.span.source is source:
            message = f"looks like a spec, but {diagnostic.message}"
            found[index] = diagnostic._replace(message=message)
            break
    return found


def reported_once(files: Sequence[Sequence[Diagnostic]]) -> list[list[Diagnostic]]:
    """The diagnostics of each file; what several files have from one base, only once: with the
    base, if it is among the files, else with the first. It is related to the `extends` of all.
    """
    if not any(d.span.source.extended_at for found in files for d in found):
        return [list(found) for found in files]
    homes: dict[Hashable, int] = {}
    related: dict[Hashable, dict[Hashable, Related]] = {}
    for index, found in enumerate(files):
        for diagnostic in found:
            identity = identity_of(diagnostic)
            if diagnostic.span.source.extended_at is None:
                homes[identity] = index
            homes.setdefault(identity, index)
            for place in extends_of(diagnostic.span.source):
                related.setdefault(identity, {}).setdefault(place_of(place.span), place)
    return [
        [
            with_related(diagnostic, related.get(identity_of(diagnostic), {}).values())
            for diagnostic in found
            if homes[identity_of(diagnostic)] == index
        ]
        for index, found in enumerate(files)
    ]


def with_related(diagnostic: Diagnostic, places: Iterable[Related]) -> Diagnostic:
    """The diagnostic, related to these places too."""
    known = {place_of(related.span) for related in diagnostic.related}
    if new := tuple(place for place in places if place_of(place.span) not in known):
        return diagnostic._replace(related=(*diagnostic.related, *new))
    return diagnostic


def identity_of(diagnostic: Diagnostic) -> Hashable:
    """What is the same for one finding that was made in several nets."""
    return place_of(diagnostic.span), diagnostic.code, diagnostic.message


def place_of(span: Span) -> Hashable:
    return without_links(span.source.path), span[1:]
