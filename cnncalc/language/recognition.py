"""Whether a text is a spec, is nearly one, or is of another tool: judged on its top-level keys.

Asked of the files of a folder and of the file that an `extends` names, before anything of them is
shown. The text is not parsed, so that a broken spec counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from cnncalc.language.vocabulary import KEYS, kind_aliases
from cnncalc.layers.layer import KINDS
from cnncalc.text.characters import BYTE_ORDER_MARKS
from cnncalc.text.files import is_path
from cnncalc.text.suggestions import SPEC_ALIASES, fold

SIMILAR = 0.8
"""`imput` is `input`, `parser` is not `parameters`: the share of letters that two words have."""
MOST_UNKNOWN = 20
"""Unknown keys that are compared with ours; no spec has more."""
MOST_WORDS = 2_000
"""Words in which a layer kind is looked for."""
CLAIMS = {"input", "inputs", "parameters", "blocks", "expect", "published"}
"""Keys that, beside an `extends`, hardly belong to another tool."""
GENERIC = {"input", "view", "part", "split", "pass", "skip", "drop", "merge", "join", "stack",
           "sum", "plus", "linear", "focus", "route", "norm", "noop"}  # fmt: skip
"""Other tools' words for layers that mean other things as often."""
KIND_WORDS = {fold(kind) for kind in (*KINDS, "residual")} | {
    word for word, meant in kind_aliases().items() if meant and word not in GENERIC
}

BLOCK_KEY = re.compile(
    r"""[ \t]*(?P<key>"[^"]{1,80}"|'[^']{1,80}'|[^\s#\-\[\]{}&*!|>%@`"',?:][^:]{0,80}?)[ \t]*"""
    r":(?P<glued>(?=\S))?[ \t]*(?P<value>.*)"
)
COMMENT = re.compile(r"(?:^|[ \t])#.*")
FLOW_TOKEN = re.compile(r""""(?:[^"\\]|\\.)*+"|'[^']*+'|[\[\]{},:]|[^\s\[\]{},:"']++""")
STEP = re.compile(
    r"""(?:-[ \t]+|[\[{,][ \t]*|\b(?:type|kind|layer|op)["']?:[ \t]*)["']?([A-Za-z]\w*)"""
)
FOREIGN_ITEM = re.compile(r"[\[{\s-]*[\"']?(?:\d|(?:id|name|title|label)[\"']?:)")
"""How other tools' layers begin: with a number, or as mappings with a name."""
SHAPE = re.compile(r"\d[ \t]*[x×X*,][ \t]*\d+[ \t]*[x×X*,][ \t]*\d|\bchannels\b")


class Judgement(NamedTuple):
    """``why``: what makes it another tool's file; empty for the others."""

    verdict: Literal["spec", "near", "other"]
    why: str = ""


SPEC, NEAR = Judgement("spec"), Judgement("near")


def judge(data: bytes) -> Judgement:
    """What a file holds, from its bytes."""
    text = as_text(data)
    keys = top_level(text)
    own = {key: value for key, value in keys.items() if key in (*KEYS, "extends")}
    unknown = [key for key in keys if key not in own]
    meant = meanings(unknown[:MOST_UNKNOWN], own)
    strange = [key for key in unknown if key not in meant]
    values = {**{meant[key][0]: keys[key] for key in meant}, **own}
    shaped = any(SHAPE.search(values.get(key, "")[:200]) for key in ("input", "inputs"))
    steps = any(has_steps(values[key]) for key in ("layers", "blocks") if key in values)
    if "layers" in own:
        return _with_layers(own["layers"], unknown, shaped, steps)
    misspelt_layers = ("layers", True) in meant.values() and "extends" not in values
    if "layers" in values and steps and (shaped or misspelt_layers):
        return NEAR
    if "extends" in values:
        return _extending(values, strange, unknown, shaped)
    misspelt = all(key in meant and meant[key][1] for key in unknown)
    if misspelt and (shaped or steps):
        return NEAR
    return Judgement("other", "it has no `layers:` and no `extends:`")


def as_text(data: bytes) -> str:
    """The text in whatever encoding it seems to be."""
    encoding = next((name.lower() for mark, name in BYTE_ORDER_MARKS if data.startswith(mark)), "")
    if not encoding and b"\0" in data[:4]:
        encoding = "utf-16-be" if data.startswith(b"\0") else "utf-16-le"
    return data.decode(encoding or "utf-8", "replace").lstrip("\ufeff")


def _with_layers(value: str, unknown: list[str], shaped: bool, steps: bool) -> Judgement:
    if is_single(value):
        return NEAR if shaped else Judgement("other", "its `layers:` is a single value")
    if shaped or steps:
        return SPEC
    if unknown:
        return Judgement("other", f"it has `layers:` with {listed(unknown)} and no layer kind")
    if FOREIGN_ITEM.match(value):
        return Judgement("other", "its `layers:` are not steps")
    return SPEC


def _extending(
    values: Mapping[str, str], strange: list[str], unknown: list[str], shaped: bool
) -> Judgement:
    base = values["extends"].partition("\n")[0].removeprefix("- ").strip("[]\"' \t")
    single = is_single(values["extends"])
    is_shipped = _names_shipped(base)
    ours = is_shipped or (single and is_path(base) and base.endswith((".yaml", ".yml")))
    claims = shaped or (single and bool(CLAIMS & values.keys()))
    if strange and not (is_shipped or (ours and claims) or shaped):
        return Judgement("other", f"it has `extends:` with {listed(strange)}")
    if not (ours or claims):
        return Judgement("other", "its `extends:` is neither a shipped net nor a YAML file")
    return NEAR if unknown or not single else SPEC


def is_single(value: str) -> bool:
    """Whether a value is a scalar, not a list or a mapping."""
    first = value.partition("\n")[0]
    return bool(first) and first[0] not in "-[{&!" and not re.search(r":(?:\s|$)", first)


def _names_shipped(base: str) -> bool:
    """Whether a base is a shipped net, or one misspelt."""
    from cnncalc.text.files import is_shipped, shipped

    return is_shipped(base) or any(similar(fold(base), fold(n)) for n in shipped())


def meanings(unknown: Iterable[str], own: Iterable[str]) -> dict[str, tuple[str, bool]]:
    """For each unknown key the key of a spec that it may mean, and whether it is one misspelt
    (else it is another word for it).
    """
    free = {fold(key): key for key in (*KEYS, "extends") if key not in own}
    found: dict[str, tuple[str, bool]] = {}
    for key in unknown:
        folded = fold(key)
        near = next((name for name in free if similar(folded, name)), None)
        aliases = (fold(word) for word in SPEC_ALIASES.get(folded, ()))
        alias = next((word for word in aliases if word in free), None)
        if meaning := near or alias:
            found[key] = free[meaning], near is not None
    return found


def similar(word: str, other: str) -> bool:
    if abs(len(word) - len(other)) > 2:
        return False
    from difflib import SequenceMatcher

    return word == other or SequenceMatcher(None, word, other).ratio() >= SIMILAR


def has_steps(text: str) -> bool:
    """Whether a layer kind stands where a step may begin."""
    for number, found in enumerate(STEP.finditer(text)):
        if number >= MOST_WORDS:
            return False
        word = fold(found[1])
        if word in KIND_WORDS or re.sub(r"\d+[a-z]?$", "", word) in KIND_WORDS:
            return True
    return False


def listed(keys: list[str]) -> str:
    """`` `version`, `sources` and 3 more``."""
    shown = ", ".join(f"`{key}`" for key in keys[:3])
    return f"{shown} and {len(keys) - 3} more" if len(keys) > 3 else shown


# Top-level keys, each with the text of its value.


def top_level(text: str) -> dict[str, str]:
    lines = (line for line in text.splitlines() if is_content(line))
    first = next(lines, "")
    if first.lstrip().startswith("{") and not first.lstrip().startswith(("{{", "{%")):
        return _flow_keys(text[text.index("{") :])
    return _block_keys([first, *lines])


def is_content(line: str) -> bool:
    stripped = line.strip()
    return bool(stripped) and not stripped.startswith(("#", "---", "%"))


def _block_keys(lines: list[str]) -> dict[str, str]:
    indent = len(lines[0]) - len(lines[0].lstrip())
    found: dict[str, list[str]] = {}
    value: list[str] = []
    for line in lines:
        match = None if line[: indent + 1].isspace() else BLOCK_KEY.match(line)
        key = match["key"].strip("\"'") if match else ""
        if match and (match["glued"] is None or key in (*KEYS, "extends")):
            rest = COMMENT.sub("", match["value"]).strip()
            value = found[key] = [rest] if rest else []
        else:
            value.append(line)
    return {key: "\n".join(value).strip() for key, value in found.items()}


def _flow_keys(text: str) -> dict[str, str]:
    """Those of `{"layers": [...]}`."""
    starts: dict[str, int] = {}
    ends: list[int] = []
    depth, before = 0, FLOW_TOKEN.match(text)
    for match in FLOW_TOKEN.finditer(text):
        token = match[0]
        if token == ":" and depth == 1 and before:
            ends.append(before.start())
            starts[before[0].strip("\"'")] = match.end()
        depth += (token in "[{") - (token in "]}")
        if depth == 0:
            break
        before = match
    ends = [*ends[1:], len(text)]
    return {
        key: text[start:end].strip(" \t\n\"',}")
        for (key, start), end in zip(starts.items(), ends, strict=False)
    }
