"""Places in a text, and what is wrong there.

The first room of the house: it imports nothing of the project, every other room imports it.

A *rule* is a function that turns facts into a `Diagnostic`; its name is the stable code, its
docstring the manual page that ``cnncalc rule CODE`` prints.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from types import ModuleType
from typing import Generic, Literal, NamedTuple, ParamSpec

Severity = Literal["error", "warning", "note"]

P = ParamSpec("P")

# Control characters (C0 but tab and newline, DEL, C1), line separators and the characters that
# reorder or hide text on a screen (Trojan Source, CVE-2021-42574).
UNPRINTABLE = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)


def printable(text: str) -> str:
    """The text with every character that could disturb a terminal written as ``\\xNN``."""
    if text.isprintable():
        return text
    return re.sub(UNPRINTABLE, escaped, text)


def escaped(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape", "surrogatepass").decode()


LONGEST_WORD, LONGEST_TEXT = 100, 600


def cut(text: str) -> str:
    """The text with the middle of long words left out, and its own: a file may hold a word of a
    megabyte, which no message repeats.
    """
    if len(text) <= LONGEST_WORD:
        return text
    if len(text) > 4 * LONGEST_TEXT:  # looked at no further
        text = f"{text[: 2 * LONGEST_TEXT]}…{text[-LONGEST_TEXT:]}"
    text = re.sub(r"(\S{50})\S{31,}(\S{20})", r"\1…\2", text)
    if len(text) > LONGEST_TEXT:
        text = f"{text[: LONGEST_TEXT * 2 // 3]} … {text[-LONGEST_TEXT // 4 :]}"
    return text


class Source:
    """A text and the path it is known by: what the user typed, or ``architectures/NAME.yaml``.

    ``extended_at`` is the place whose `extends` opened it, for a base.
    """

    __slots__ = ("_lines", "extended_at", "path", "text")

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text
        self.extended_at: Span | None = None
        self._lines: list[str] | None = None

    @property
    def stem(self) -> str:
        """The file's name without folder and ending: what a net without a name is called."""
        name = self.path.replace("\\", "/").rpartition("/")[2]
        return name.removesuffix(".yaml").removesuffix(".yml") or self.path

    @property
    def lines(self) -> list[str]:
        """The text split as YAML counts lines."""
        if self._lines is None:
            self._lines = re.split("\r\n|[\n\r\x85\u2028\u2029]", self.text)
        return self._lines


class Span(NamedTuple):
    """A stretch of a source. Lines and columns start at 1 and count code points; the end column
    is the one after the last character.
    """

    source: Source
    line: int
    column: int
    end_line: int
    end_column: int


class Related(NamedTuple):
    """A second place that explains the first: where a name was defined, what gave a shape."""

    message: str
    span: Span


def extends_of(source: Source) -> Iterator[Related]:
    """The places whose `extends` led to a base, the nearest first."""
    at = source.extended_at
    while at is not None:
        yield Related("extended here", at)
        at = at.source.extended_at


class Edit(NamedTuple):
    """Replace the text of a span (of zero width: insert)."""

    span: Span
    text: str


class Fix(NamedTuple):
    """A change of the source that removes a diagnostic.

    ``text`` is what the user pastes (``kernel: 7``), or a sentence with code in backticks;
    ``edits`` does the same to the source, so that the fix can be tried before it is offered;
    ``gives`` says what comes out.
    """

    text: str
    edits: tuple[Edit, ...]
    gives: str = ""


class Diagnostic:
    """One root cause, at one place.

    ``layer`` is the row's path, ``label`` the words under the caret, ``formula`` the arithmetic
    with its numbers, ``trail`` the calls of blocks that led here (innermost first), ``fixes``
    the changes to offer, ``help`` advice that is no edit, ``otherwise`` the advice where there is
    neither, ``unchecked`` how many layers were
    skipped because of it.
    """

    __slots__ = (
        "_candidates",
        "_fixes",
        "_help",
        "_otherwise",
        "code",
        "formula",
        "label",
        "layer",
        "message",
        "notes",
        "related",
        "severity",
        "span",
        "trail",
        "unchecked",
    )

    def __init__(
        self,
        message: str,
        span: Span,
        *,
        label: str = "",
        formula: str = "",
        help: Iterable[str] = (),
        fixes: Iterable[Fix] = (),
        otherwise: Callable[[], Iterable[str]] = tuple,
        notes: Iterable[str] = (),
        related: Iterable[Related] = (),
        layer: str | None = None,
    ) -> None:
        self.code = ""
        self.severity: Severity = "error"
        self.message = cut(message)
        self.span = span
        self.label = label
        self.formula = formula
        self._help: Iterable[str] = help
        self._fixes: tuple[Fix, ...] = ()
        self._candidates: Iterable[Fix] | None = fixes
        self._otherwise = otherwise
        self.notes = tuple(notes)
        self.related = tuple(related)
        self.layer = layer
        self.trail: tuple[str, ...] = ()
        self.unchecked = 0

    @property
    def fixes(self) -> tuple[Fix, ...]:
        """Computed when first asked for: looking for a word that is near takes time, and most
        diagnostics are only counted, in the trial of a fix of another.
        """
        self._look()
        return self._fixes

    @fixes.setter
    def fixes(self, fixes: tuple[Fix, ...]) -> None:
        self._look()
        self._fixes = fixes

    @property
    def help(self) -> tuple[str, ...]:
        """Advice; where there is none and nothing to offer, what the rule says ``otherwise``."""
        self._look()
        return tuple(self._help)

    @help.setter  # noqa: A003 (the attribute's name, which reads well)
    def help(self, lines: tuple[str, ...]) -> None:
        self._look()
        self._help = lines

    def _look(self) -> None:
        if self._candidates is not None:
            candidates, self._candidates = self._candidates, None
            self._fixes = tuple(candidates)
            self._help = tuple(self._help)
            if not self._fixes and not self._help:
                self._help = tuple(self._otherwise())

    @property
    def path(self) -> str:
        return self.span.source.path

    @property
    def line(self) -> int:
        return self.span.line

    @property
    def column(self) -> int:
        return self.span.column

    def __repr__(self) -> str:
        return f"<{self}>"

    def __str__(self) -> str:
        """The concise form: ``path:line:col: severity[CODE] message``."""
        place = f"{self.path}:{self.line}:{self.column}"
        return f"{place}: {self.severity}[{self.code}] {self.message}"


class Rule(Generic[P]):
    """A function that words one kind of diagnostic, with its code, severity and manual page."""

    def __init__(self, function: Callable[P, Diagnostic], family: str, severity: Severity) -> None:
        self.function = function
        self.code = function.__name__.replace("_", "-")
        self.family = family
        self.severity = severity
        RULES[self.code] = self

    @property
    def page(self) -> str:
        """The manual page: the docstring of the function."""
        return docstring(self.function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Diagnostic:
        diagnostic = self.function(*args, **kwargs)
        diagnostic.code, diagnostic.severity = self.code, self.severity
        return diagnostic


RULES: dict[str, Rule[...]] = {}
"""Every rule by its code, filled as the modules of `cnncalc.rules` are imported."""


def rule(family: str, severity: Severity = "error") -> Callable[[Callable[P, Diagnostic]], Rule[P]]:
    """Makes a function a rule: ``duplicate_key`` becomes the code ``duplicate-key``."""
    return lambda function: Rule(function, family, severity)


class Problem(Exception):
    """Carries a diagnostic from where it is found to where the reading goes on."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic)
        self.diagnostic = diagnostic


class Unknown(Exception):
    """A value that cannot be known because of a mistake already told: skip, count, be silent."""


def docstring(of: Callable[..., object]) -> str:
    """The docstring of a function or class, which `python -OO` does not keep: then of its source.
    Empty where there is none.
    """
    if of.__doc__ is not None or not sys.flags.optimize:
        return of.__doc__ or ""
    import ast
    import inspect

    found = ast.parse(inspect.getsource(of)).body[0]
    assert isinstance(found, ast.FunctionDef | ast.ClassDef)
    return ast.get_docstring(found, clean=False) or ""


def lazy_modules(package: str, names: Iterable[str]) -> Callable[[str], ModuleType]:
    """The ``__getattr__`` of a package whose modules are imported when first used: a correct net
    does not pay for the words about all that could be wrong.
    """
    known = frozenset(names)

    def module(name: str) -> ModuleType:
        if name not in known:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return import_module(f"{package}.{name}")

    return module
