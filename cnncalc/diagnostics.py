"""Places in a text, and the findings there.

The first stage: it imports nothing of the project, every other stage imports it.

A *rule* is a function that turns facts into a `Diagnostic`; its name is the stable code, its
docstring the manual page that ``cnncalc rule CODE`` prints.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from types import ModuleType
from typing import Any, Generic, Literal, NamedTuple, ParamSpec

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


def plural(number: int, word: str) -> str:
    """A number and what it counts: `1 layer`, `1,200 layers`."""
    return f"{number:,} {noun(number, word)}"


def noun(number: int, word: str) -> str:
    """What a number counts: `layer` or `layers`."""
    return word if number == 1 else f"{word}s"


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


class Remedy:
    """What to do about a diagnostic: ``fixes`` to offer, lines of ``help``, and what the rule says
    ``otherwise``, where there is neither.

    Computed when first asked for: looking for a word that is near takes time, and most
    diagnostics are only counted, in the trial of a fix of another.
    """

    __slots__ = ("_fixes", "_help", "_known", "_otherwise")

    def __init__(
        self,
        fixes: Iterable[Fix],
        help: Iterable[str],
        otherwise: Callable[[], Iterable[str]] | None = None,
    ) -> None:
        self._fixes = fixes
        self._help = help
        self._otherwise = otherwise
        self._known: tuple[tuple[Fix, ...], tuple[str, ...]] | None = None

    def known(self) -> tuple[tuple[Fix, ...], tuple[str, ...]]:
        """Fixes and lines of help."""
        if self._known is None:
            fixes, lines = tuple(self._fixes), tuple(self._help)
            if not fixes and not lines and self._otherwise is not None:
                lines = tuple(self._otherwise())
            self._known = fixes, lines
        return self._known


class Diagnostic:
    """One root cause, at one place. It does not change: `_replace` gives another.

    ``layer`` is the row's path, ``label`` the words under the caret, ``formula`` the arithmetic
    with its numbers, ``trail`` the calls of blocks that led here (innermost first), ``fixes``
    the changes to offer, ``help`` advice that is no edit, ``otherwise`` the advice where there is
    neither, ``unchecked`` how many layers were skipped because of it.
    """

    __slots__ = (
        "_remedy",
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

    message: str
    span: Span
    code: str
    severity: Severity
    label: str
    formula: str
    notes: tuple[str, ...]
    related: tuple[Related, ...]
    layer: str | None
    trail: tuple[str, ...]
    unchecked: int
    _remedy: Remedy

    def __init__(
        self,
        message: str,
        span: Span,
        *,
        label: str = "",
        formula: str = "",
        help: Iterable[str] = (),
        fixes: Iterable[Fix] = (),
        otherwise: Callable[[], Iterable[str]] | None = None,
        notes: Iterable[str] = (),
        related: Iterable[Related] = (),
        layer: str | None = None,
    ) -> None:
        self._set(
            message=cut(message), span=span, code="", severity="error", label=label,
            formula=formula, notes=tuple(notes), related=tuple(related), layer=layer, trail=(),
            unchecked=0, _remedy=Remedy(fixes, help, otherwise),
        )  # fmt: skip

    def _set(self, **values: Any) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, _value: object) -> None:
        raise AttributeError(f"{name} of a diagnostic cannot be set; use _replace")

    def _replace(self, **changes: Any) -> Diagnostic:
        """The diagnostic with other values for some of its attributes."""
        values = {name: getattr(self, name) for name in self.__slots__}
        if not changes.keys().isdisjoint(("fixes", "help")):
            fixes, lines = changes.pop("fixes", self.fixes), changes.pop("help", self.help)
            values["_remedy"] = Remedy(fixes, lines)
        other = object.__new__(Diagnostic)
        other._set(**values | changes)
        return other

    @property
    def fixes(self) -> tuple[Fix, ...]:
        """The changes to offer."""
        return self._remedy.known()[0]

    @property
    def help(self) -> tuple[str, ...]:
        """Remedy; where there is none and nothing to offer, what the rule says ``otherwise``."""
        return self._remedy.known()[1]

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


class Family(NamedTuple):
    """What the rules of a family have in common.

    ``hides``: an error keeps others from being found, those of its step or of the rest of the
    file; what its fix reveals is no fault of the fix. ``syntax``: about how something is written,
    not what it means. ``of_shapes``: about a layer, whose output is shown with a fix.
    """

    title: str
    hides: Literal["", "step", "file"] = ""
    syntax: bool = False
    of_shapes: bool = False


FAMILIES = {
    "text": Family("The text of the file", hides="file", syntax=True),
    "form": Family("The form of the spec", hides="step"),
    "values": Family("Values", hides="step"),
    "expressions": Family("Expressions", hides="step", syntax=True),
    "references": Family("Names and references", hides="step"),
    "shapes": Family("Shapes", of_shapes=True),
    "quantities": Family("Quantities", hides="step"),
    "expectations": Family("Expectations, budgets and published figures"),
    "limits": Family("Limits"),
    "options": Family("Options of the command line"),
    "advice": Family("Legal, but probably wrong", of_shapes=True),
}


class Treatment(NamedTuple):
    """How fixes of a rule are tried. ``input_size``: an image of another size may fix it, the
    `nearest`, or the `least` that is large enough. ``same_shape``: about the way to a shape, so
    that the shape is shown with a fix though it is the same. ``withheld``: not reported while
    there are errors, so that a fix may bring it.
    """

    input_size: Literal["", "nearest", "least"] = ""
    same_shape: bool = False
    withheld: bool = False


class Rule(Generic[P]):
    """A function that words one kind of diagnostic, with its code, severity and manual page."""

    def __init__(
        self,
        function: Callable[P, Diagnostic],
        family: str,
        severity: Severity,
        treatment: Treatment,
    ) -> None:
        self.function = function
        self.code = function.__name__.replace("_", "-")
        self.family = family
        self.severity = severity
        self.treatment = treatment
        RULES[self.code] = self

    @property
    def of_family(self) -> Family:
        return FAMILIES[self.family]

    @property
    def page(self) -> str:
        """The manual page: the docstring of the function."""
        return docstring(self.function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Diagnostic:
        return self.function(*args, **kwargs)._replace(code=self.code, severity=self.severity)


RULES: dict[str, Rule[...]] = {}
"""Every rule by its code, filled as the modules of rules are imported."""


def rule(
    family: str,
    severity: Severity = "error",
    *,
    input_size: Literal["", "nearest", "least"] = "",
    same_shape: bool = False,
    withheld: bool = False,
) -> Callable[[Callable[P, Diagnostic]], Rule[P]]:
    """Makes a function a rule: ``duplicate_key`` becomes the code ``duplicate-key``. For the
    keywords see `Treatment`.
    """
    treatment = Treatment(input_size, same_shape, withheld)
    return lambda function: Rule(function, family, severity, treatment)


MAX_PROBLEMS = 500
"""Errors after which a text is hardly a spec."""


class Enough(Exception):
    """There are so many errors that the rest is not looked at."""


class Problems(list[Diagnostic]):
    """The errors of a text; raises `Enough` when they are too many for a spec."""

    def append(self, diagnostic: Diagnostic) -> None:
        self.add(diagnostic)
        if len(self) >= MAX_PROBLEMS:
            raise Enough

    def add(self, diagnostic: Diagnostic) -> None:
        super().append(diagnostic)


class Problem(Exception):
    """Carries a diagnostic from where it is found to where the reading goes on."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic)
        self.diagnostic = diagnostic


class Unknown(Exception):
    """A value that cannot be known because of an error already reported: skip and count."""


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
