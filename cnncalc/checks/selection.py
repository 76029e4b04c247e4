"""Which findings count: comments in the spec, codes chosen on the command line, severities.

Pure functions from diagnostics to diagnostics, between analysis and renderers. What is hidden
is not counted, and the summary says how many were hidden.

`# cnncalc: ignore[CODE, CODE]` on the line of a finding takes away warnings and notes with that
code. An error cannot be taken away in the spec, for the net is wrong there: it says so.
`--ignore` and `--select` take codes and families, and choose among all findings.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from copy import copy
from importlib import import_module
from typing import NamedTuple

from cnncalc.diagnostics import RULES, Diagnostic, Related, Rule, Source, Span, extends_of
from cnncalc.text.files import without_links

STAGES = ("text", "layers", "language", "network", "report", "checks")
IGNORE = re.compile(r"#\s*cnncalc:\s*ignore\b(?:\s*\[([^\]]*)\])?")
CODE = re.compile(r"[^\s,]+")
MOST_OF_A_RULE = 100
ESCAPES = {"'": "''", '"': "\\"}
"""What does not end a quoted text, and takes the next character with it."""
STILL_AN_ERROR = "an error cannot be ignored in the spec"


class Comment(NamedTuple):
    """A `cnncalc: ignore` comment: its codes as written, each with its place."""

    codes: dict[str, Span]
    span: Span


class UnknownCode(ValueError):
    """A code on the command line that no rule and no family has."""


def rules() -> dict[str, Rule[...]]:
    """Every rule by its code; imports the rules of every stage."""
    for stage in STAGES:
        package = import_module(f"cnncalc.{stage}.rules")
        for family in package.__all__:
            getattr(package, family)
    return RULES


def is_known(code: str) -> bool:
    """Whether a rule has this code. What a comment can ignore, warnings and notes, stands in two
    families; the others are imported only for a code that is in neither.
    """
    if code not in RULES:
        from cnncalc.checks.rules import usage  # noqa: F401  # what counts is that they register
        from cnncalc.layers.rules import advice  # noqa: F401  # what counts is that they register
    return code in RULES or code in rules()


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
    return f"no rule has the code '{word}'; {hint}"


def chosen(
    diagnostics: Sequence[Diagnostic], select: frozenset[str], ignore: frozenset[str]
) -> list[Diagnostic]:
    """Those whose code is selected (all, when nothing is) and not ignored."""
    return [d for d in diagnostics if (not select or d.code in select) and d.code not in ignore]


def listed(diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
    """At most `MOST_OF_A_RULE` warnings of each rule, of a file's findings; the last says how
    many more there are.
    """
    kept: list[Diagnostic] = []
    counts: Counter[str] = Counter()
    last: dict[str, Diagnostic] = {}
    for diagnostic in diagnostics:
        counts[diagnostic.code] += diagnostic.severity != "error"
        if counts[diagnostic.code] <= MOST_OF_A_RULE:
            last[diagnostic.code] = diagnostic
            kept.append(diagnostic)
    for code, number in counts.items():
        if number > MOST_OF_A_RULE:
            last[code].notes += (f"{number - MOST_OF_A_RULE:,} more of [{code}] are not listed",)
    return kept


def strictly(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The same with every warning an error; notes stay notes."""
    return [_as_error(d) if d.severity == "warning" else d for d in diagnostics]


def _as_error(diagnostic: Diagnostic) -> Diagnostic:
    error = copy(diagnostic)
    error.severity = "error"
    return error


def of_near_spec(diagnostics: Sequence[Diagnostic], source: Source) -> list[Diagnostic]:
    """The diagnostics of a file that nobody named and that is not quite a spec: its first error
    says that it looks like one.
    """
    found = list(diagnostics)
    for index, diagnostic in enumerate(found):
        if diagnostic.severity == "error" and diagnostic.span.source is source:
            found[index] = copy(diagnostic)
            found[index].message = f"looks like a spec, but {diagnostic.message}"
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
        diagnostic = copy(diagnostic)
        diagnostic.related += new
    return diagnostic


def identity_of(diagnostic: Diagnostic) -> Hashable:
    """What is the same for one finding that was made in several nets."""
    return place_of(diagnostic.span), diagnostic.code, diagnostic.message


def place_of(span: Span) -> Hashable:
    return without_links(span.source.path), span[1:]


def without_ignored(diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
    """The diagnostics less the warnings and notes that a comment on their line ignores."""
    comments: dict[int, dict[int, Comment]] = {}
    kept = []
    for diagnostic in diagnostics:
        source = diagnostic.span.source
        if id(source) not in comments:
            comments[id(source)] = {c.span.line: c for c in ignore_comments(source)}
        comment = comments[id(source)].get(diagnostic.line)
        if comment is None or diagnostic.code not in comment.codes:
            kept.append(diagnostic)
        elif diagnostic.severity == "error":
            if STILL_AN_ERROR not in diagnostic.notes:
                diagnostic.notes += (STILL_AN_ERROR,)
            kept.append(diagnostic)
    return kept


def doubtful_comments(source: Source) -> list[Diagnostic]:
    """A warning for every `cnncalc: ignore` comment without codes, or with an unknown one."""
    return [found for comment in ignore_comments(source) for found in doubts(comment)]


def doubts(comment: Comment) -> Iterator[Diagnostic]:
    if not comment.codes:
        from cnncalc.checks.rules.comments import ignore_without_code

        yield ignore_without_code(comment.span)
    for word, span in comment.codes.items():
        if not is_known(word):
            from cnncalc.checks.rules.comments import unknown_code

            yield unknown_code(span, word, hint=unknown(word))


def ignore_comments(source: Source) -> Iterator[Comment]:
    """The `cnncalc: ignore` comments of a text. YAML events drop comments, so the lines are
    read.
    """
    if "cnncalc:" not in source.text:
        return
    for number, line in enumerate(source.lines, 1):
        start = comment_start(line) if "cnncalc:" in line else None
        if start is not None and (match := IGNORE.search(line, start)):

            def place(first: int, last: int, number: int = number) -> Span:
                return Span(source, number, first + 1, number, last + 1)

            words = CODE.finditer(line, *match.span(1)) if match[1] else ()
            codes = {word[0]: place(*word.span()) for word in words}
            yield Comment(codes, place(*match.span()))


def comment_start(line: str) -> int | None:
    """Where a line's YAML comment begins: at a `#` after a blank, outside quotes. A quote opens
    where a value begins; in `don't` it is a letter.
    """
    quote = ""
    index = 0
    while index < len(line):
        char = line[index]
        before = line[index - 1] if index else " "
        if quote:
            if line.startswith(ESCAPES[quote], index):
                index += 1
            elif char == quote:
                quote = ""
        elif char in "'\"" and before in " \t[{,":
            quote = char
        elif char == "#" and before in " \t":
            return index
        index += 1
    return None
