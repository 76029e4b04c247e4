"""The words of an expression: what is a number, a name, an operator; and what comes from other
languages, reported with what it is called here.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from cnncalc.language import rules
from cnncalc.language.expressions.expression import LITERAL, Fault
from cnncalc.language.vocabulary import KEYWORDS, NAME

THOUSANDS: Final = r"\s*[1-9][0-9]{0,2}(,[0-9]{3})+\s*"
COMMA: Final = r"\s*[0-9]+,[0-9]+\s*"
VARIABLE: Final = r"\$(?:\{\s*([^{}]*?)\s*\}|(\w+))"

TOKEN: Final = re.compile(
    r"""\s*(?:
    (?P<number>\.?[0-9](?:[eE][+-](?=[0-9])|[\w.]|[ ]?×[ ]?(?=[0-9]))*)
    |(?P<name>[^\W\d]\w*)
    |(?P<foreign>&&|\|\||===|!==|<>|=<|=>|<<|>>|!(?!=)|=(?!=)|[\^&|?:×·÷−≤≥≠–])
    |(?P<operator>\*\*|//|[=!<>]=|[-+*/%<>()\[\],])
    |(?P<literal>~|\.[A-Za-z]+)
    |(?P<end>\Z)
    |(?P<strange>.)
    )""",
    re.VERBOSE | re.DOTALL,
)

FOREIGN_OPERATORS: Final = {
    "&&": "and",
    "||": "or",
    "&": "and",
    "|": "or",
    "!": "not",
    "^": "**",
    "=": "==",
    "===": "==",
    "!==": "!=",
    "<>": "!=",
    "≠": "!=",
    "=<": "<=",
    "≤": "<=",
    "=>": ">=",
    "≥": ">=",
    "×": "*",
    "·": "*",
    "÷": "/",
    "−": "-",
    "–": "-",
    "AND": "and",
    "OR": "or",
    "NOT": "not",
    "IF": "if",
    "ELSE": "else",
    "is": "==",
    "mod": "%",
    "div": "//",
}
"""Operators of other languages that have one here, and words that stand where one should."""

FOREIGN_LITERALS: Final = {
    **dict.fromkeys(("yes", "Yes", "YES", "on", "On", "ON", "True", "TRUE"), "true"),
    **dict.fromkeys(("no", "No", "NO", "off", "Off", "OFF", "False", "FALSE"), "false"),
    **dict.fromkeys(("None", "NONE"), "none"),
    **dict.fromkeys(("null", "Null", "NULL", "nil", "~"), ""),
    **dict.fromkeys(("nan", "NaN", "NAN", "inf", "Inf", "INF", "infinity", "Infinity"), ""),
    **dict.fromkeys((".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF"), ""),
}
"""Literals of other languages, and what they are called here; none can be read as a name."""


class Token(NamedTuple):
    """``kind``: `number`, `name`, `end`, or the operator or keyword itself."""

    kind: str
    text: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """The tokens of an expression, the last one `end`. Raises `Fault`."""
    if re.fullmatch(THOUSANDS, text) or re.fullmatch(COMMA, text):
        raise malformed_number(Token("number", text.strip(), 0, len(text)))
    found = []
    at, kind = 0, ""
    while kind != "end":
        match = TOKEN.match(text, at)
        assert match is not None
        kind = match.lastgroup or "end"
        at = match.end()
        token = Token(kind, match[kind], match.start(kind), at)
        found.append(READ[kind](token, text) if kind in READ else token)
    return found


def read_number(token: Token, _: str) -> Token:
    if LITERAL.fullmatch(token.text) is None:
        raise malformed_number(token)
    return token


def malformed_number(token: Token) -> Fault:
    """What to say of something that begins like a number."""
    text, why, advice, instead = token.text, "it cannot be parsed", "", ""
    as_list = ""
    if match := re.fullmatch(r"([0-9]+)([kKmMgGtTB])", text):
        zeros = {"k": "_000", "m": "_000_000", "g": "_000_000_000", "b": "_000_000_000"}
        why = "suffixes are allowed only under `expect:` and `published:`"
        instead = match[1] + zeros.get(match[2].lower(), "_000_000_000_000")
    elif re.fullmatch(THOUSANDS, text):
        why, instead = "use `_` between thousands, not `,`", text.replace(",", "_")
    elif "," in text:
        why, instead = "use `.` as the decimal point", text.replace(",", ".")
        if not text.startswith("0"):
            why = "use brackets for a list, `.` for a decimal point"
            as_list = f"[{text.replace(',', ', ')}]"
    elif re.match("0[xXoObB]", text):
        why = "only decimal numbers are allowed"
        instead = str(int(text, 0)) if re.fullmatch("0[xX][0-9a-fA-F]{1,12}", text) else ""
    elif re.match("0[0-9_]", text):
        why, instead = "leading zeros are not allowed", text.lstrip("0_")
        instead = instead if LITERAL.fullmatch(instead) else ""
    elif re.fullmatch("[0-9]+([xX]| ?× ?)[0-9]+", text):
        why = "it looks like a shape"
        one, other = re.split("[xX]| ?× ?", text)
        instead = one if one == other else ""  # 3x5 may mean either order
        advice = (
            "one number sets both height and width"
            if instead
            else f"write height and width as a list, height first: `[{one}, {other}]`"
        )
        advice += f"; a product is `{one} * {other}`" if "×" in text else ""
    elif "__" in text or text.endswith("_"):
        why = "an underscore must be between two digits"
    return Fault(
        rules.expressions.malformed_number,
        token.start,
        token.end,
        why=why,
        advice=advice,
        instead=instead,
        as_list=as_list,
        quoted=True,
    )


def read_name(token: Token, text: str) -> Token:
    if token.text in KEYWORDS:
        return token._replace(kind=token.text)
    if token.text in FOREIGN_LITERALS:
        raise foreign_literal(token)
    if NAME.fullmatch(token.text) is None:
        return read_strange(token, text)
    return token


def read_literal(token: Token, text: str) -> Token:
    if token.text in FOREIGN_LITERALS:
        raise foreign_literal(token)
    return read_strange(token._replace(end=token.start + 1, text="."), text)


def foreign_literal(token: Token) -> Fault:
    shown, instead = token.text, FOREIGN_LITERALS[token.text]
    if instead == "none":
        why = "write `none` in lower case"
    elif instead:
        why = "write `true` or `false`"
    elif shown.lower() in ("null", "nil", "~"):
        why = "a spec has no null values: remove the key, or write `none`"
    else:
        why = "a number must be finite"
    return Fault(
        rules.expressions.foreign_literal,
        token.start,
        token.end,
        shown=shown,
        why=why,
        instead=instead,
    )


def read_foreign(token: Token, text: str) -> Token:
    shown, start, end = token.text, token.start, token.end
    if shown in ("?", ":"):
        if "?" not in text:
            return read_strange(token, text)
        ours = "`a if c else b`"
        raise Fault(rules.expressions.foreign_operator, start, end, shown="?:", ours=ours)
    if shown not in FOREIGN_OPERATORS:
        return read_strange(token, text)
    raise foreign_operator(token, text)


def foreign_operator(token: Token, text: str) -> Fault:
    """What to say of an operator that has another name here."""
    ours = FOREIGN_OPERATORS[token.text]
    before, after = text[: token.start][-1:], text[token.end :][:1]
    instead = ours
    if ours.isalpha():
        instead = f"{' ' * (before not in '( ')}{ours}{' ' * (after != ' ')}"
    return Fault(
        rules.expressions.foreign_operator,
        token.start,
        token.end,
        shown=token.text,
        ours=f"`{ours}`",
        instead=instead,
    )


def read_operator(token: Token, _: str) -> Token:
    return token._replace(kind=token.text)


def read_strange(token: Token, text: str) -> Token:
    shown, advice = token.text, ""
    if variable := re.compile(VARIABLE).match(text, token.start):
        raise Fault(
            rules.expressions.malformed_expression,
            *variable.span(),
            why=f"unexpected placeholder '{variable[0]}': values are already expressions",
            instead=variable[1] or variable[2],
        )
    if shown in "'\"":
        advice = "write words without quotes: `norm == batchnorm`"
    elif shown in "${}":
        advice = "write an expression without a marker: `4 * width`"
    elif shown == ".":
        advice = "a name cannot have parts"
    elif shown[0].isalpha():
        advice = "a name has only the letters a to z, digits and underscores"
    why = f"unexpected '{shown}' in an expression"
    raise Fault(
        rules.expressions.malformed_expression, token.start, token.end, why=why, advice=advice
    )


READ: Final = {
    "number": read_number,
    "name": read_name,
    "literal": read_literal,
    "foreign": read_foreign,
    "operator": read_operator,
    "strange": read_strange,
}
