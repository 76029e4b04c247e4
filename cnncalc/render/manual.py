"""The manual of the rules: the list of codes, and one rule's page with its example run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from cnncalc.diagnostics import FAMILIES
from cnncalc.render.findings.full import COLORS, Paint, render_diagnostics
from cnncalc.render.page import Cell, Grid, Heading, Page

if TYPE_CHECKING:
    from cnncalc.diagnostics import Diagnostic, Rule
    from cnncalc.render import View

    Check = Callable[[str], Iterable[Diagnostic]]
    """Gives the findings about the text of a spec."""


def render_list(rules: Iterable[Rule[...]], view: View) -> str:
    """Every code by family, with its severity and the first line of its page."""
    families: dict[str, list[Rule[...]]] = {family: [] for family in FAMILIES}
    for rule in rules:
        families.setdefault(rule.family, []).append(rule)
    page = Page(view)
    for family, known in families.items():
        if known:
            page.gap()
            page.title(FAMILIES[family].title, family)
            grid = Grid([Heading(""), Heading(""), Heading("", least=30)])
            for rule in sorted(known, key=lambda rule: rule.code):
                title = Cell(read_page(rule).title)
                grid.add([Cell(f"  {rule.code}", "bold"), Cell(rule.severity), title])
            page.grid(grid)
    page.gap()
    page.paragraph("`cnncalc rule CODE` explains one, with an example and a fix.", style="dim")
    return page.text()


def render_page(rule: Rule[...], check: Check, view: View) -> str:
    """What a rule means, a bad spec with what `check` says of it, and the fixed spec."""
    page = read_page(rule)
    head = Paint(view.color)(f"{rule.severity}[{rule.code}]", COLORS[rule.severity])
    parts = [f"{head} ({rule.of_family.title.lower()})", page.title]
    parts += [page.text] if page.text else []
    for word, spec in page.examples:
        parts.append(f"{word}:\n\n{indented(spec)}")
        if word == "Bad" and (reported := output_of(rule, check(spec), view)):
            parts.append(f"cnncalc check reports:\n\n{indented(reported)}")
    if rule.severity != "error":
        parts.append(f"To ignore it, write `# cnncalc: ignore[{rule.code}]` on that line.")
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def output_of(rule: Rule[...], found: Iterable[Diagnostic], view: View) -> str:
    """What `check` prints of a text; empty where the rule is only found in a file."""
    return render_diagnostics((d for d in found if d.code == rule.code), view)


def indented(text: str) -> str:
    return "".join(f"    {line}".rstrip() + "\n" for line in text.rstrip("\n").split("\n"))


# A docstring as a page.

EXAMPLE = re.compile(r"^(Bad|Good)\b[^\n]*:\n((?:[ \t]+[^\n]*\n|\n)+)", re.MULTILINE)


class ManualPage(NamedTuple):
    """``examples``: ("Bad" or "Good", spec), in order."""

    title: str
    text: str
    examples: tuple[tuple[str, str], ...]


def read_page(rule: Rule[...]) -> ManualPage:
    """The manual page of a rule."""
    first, _, rest = (rule.page or rule.code).partition("\n")
    doc = f"{first}\n{dedented(rest)}\n"
    examples = tuple((m[1], dedented(m[2]).strip("\n") + "\n") for m in EXAMPLE.finditer(doc))
    prose = EXAMPLE.sub("", doc).strip()
    title, _, text = prose.partition("\n\n")
    return ManualPage(" ".join(title.split()), text.strip(), examples)


def dedented(text: str) -> str:
    """The text less the indentation that its lines share."""
    lines = text.splitlines()
    margin = min((len(x) - len(x.lstrip()) for x in lines if x.strip()), default=0)
    return "".join(f"{line[margin:].rstrip()}\n" for line in lines)
