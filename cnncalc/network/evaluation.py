"""Expressions, evaluated where they apply: the parameters of the file, `defaults`, step keys, the
fields of layers, the arguments of calls.

A value that an error left unknown is `UNKNOWN` in an environment, and raises `Unknown` when read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cnncalc.diagnostics import Problem, Unknown
from cnncalc.language.expressions import UNKNOWN
from cnncalc.language.operands import convert
from cnncalc.language.spec import Reference
from cnncalc.layers import rules as layers_rules
from cnncalc.layers.fields import shown
from cnncalc.network.context import Defaults
from cnncalc.network.environment import Binding, channels_of, resolve

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cnncalc.diagnostics import Diagnostic
    from cnncalc.language.operands import Operand
    from cnncalc.language.spec import Argument, CallStep, LayerStep, Parameter, Step
    from cnncalc.layers.fields import Field, Value
    from cnncalc.layers.layer import Layer
    from cnncalc.network.context import BuildContext
    from cnncalc.network.environment import Environment
    from cnncalc.network.network import Group, Tensor


def evaluate(
    context: BuildContext, operand: Operand | None, values: Mapping[str, Value], group: Group | None
) -> Value:
    """The value of an operand; `UNKNOWN` where there is none, or an error, which is reported."""
    value: Value = UNKNOWN
    try:
        value = value if operand is None else operand.evaluate(values)
    except Problem as problem:
        context.report(problem.diagnostic, group)
    except Unknown:
        pass
    return value


def evaluate_parameters(context: BuildContext) -> None:
    """The file's parameters, each of which sees those above it. One that overrides a base's has
    the type of the base's.
    """
    spec, values = context.spec, context.parameters
    for name, parameter in spec.parameters.items():
        value = evaluate(context, parameter.operand, values, None)
        for older in spec.overridden.get(name, ()):
            known = evaluate(context, older.operand, values, None)
            if UNKNOWN not in (value, known) and type_word(value) != type_word(known):
                context.report(other_type(parameter, value, known), None)
                value = UNKNOWN
        values[name] = value


def other_type(parameter: Parameter, value: Value, known: Value) -> Diagnostic:
    """The error of a value whose type is not that of the base's."""
    span = parameter.operand.span if parameter.operand else parameter.span
    return layers_rules.values.wrong_type(
        span, parameter.name, shown=shown(value), wanted=type_word(known)
    )


def type_word(value: Value) -> str:
    """The type of a parameter, in words; int and float are both numbers."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return "a word"
    return "a list" if isinstance(value, tuple) else "a number"


def defaults_of(context: BuildContext, kind: type[Layer]) -> Defaults:
    """What the file's `defaults` give a kind, evaluated once."""
    if kind not in context.defaults:
        context.defaults[kind] = evaluate_defaults(context, kind)
    return context.defaults[kind]


def evaluate_defaults(context: BuildContext, kind: type[Layer]) -> Defaults:
    arguments: dict[str, Argument] = {}
    unknown: set[str] = set()
    for word in (*kind.inherits_defaults, kind.kind):
        given = context.spec.defaults.get(word, {})
        arguments |= {name: given[name] for name in given if name in kind.fields}
        unknown.difference_update(given)
        unknown |= context.spec.unsure.get(word, frozenset()) & kind.fields.keys()
    values = {}
    for name, argument in arguments.items():
        subject = f"{name} in the defaults of {kind.kind}"
        try:
            value = argument.operand.evaluate(context.parameters)
            values[name] = convert(kind.fields[name], value, argument.operand, subject)
        except Problem as problem:
            context.report(problem.diagnostic, None)
            unknown.add(name)
        except Unknown:
            unknown.add(name)
    return Defaults(values, arguments, frozenset(unknown))


def step_key(field: Field[Any], operand: Operand, step: Step, env: Environment) -> Any:
    """The value of a step key; raises `Problem` or `Unknown`."""
    value = operand.evaluate(env.values)
    return convert(field, value, operand, f"{field.name} of {step.name or step.word}")


def layer_fields(
    context: BuildContext, step: LayerStep, env: Environment
) -> tuple[dict[str, Any], dict[str, Diagnostic | None]]:
    """The values of the fields that a layer step gives; and the fields whose value is not known,
    each with its error where it has one of its own.
    """
    values, unknown = step.constants, dict.fromkeys(step.faulty)
    if step.dynamic:
        values = dict(values)
    for field, operand, _ in step.dynamic:
        subject = f"{field} of {env.prefix}{step.name or step.word}"
        try:
            value = operand.evaluate(env.values)
            values[field] = convert(step.kind.fields[field], value, operand, subject)
        except Problem as problem:
            unknown[field] = context.report(problem.diagnostic, env.group)
        except Unknown:
            unknown[field] = None
    return values, unknown


def call_arguments(
    context: BuildContext, step: CallStep, x: Tensor, env: Environment
) -> tuple[dict[str, Value], dict[str, Binding]]:
    """What the steps of a called block see: the values of its parameters, and what those that
    take a step's name stand for. Arguments are evaluated where the call stands, the parameters'
    defaults where the block is defined.
    """
    values: dict[str, Value] = {**context.parameters, "in_channels": channels_of(x)}
    names: dict[str, Binding] = {}
    for name, parameter in context.spec.blocks[step.word].parameters.items():
        given = step.arguments.get(name)
        if isinstance(given, Reference):
            binding = resolve(context, given, env, x)
            if isinstance(binding, Binding):
                names[name] = binding
            values[name] = UNKNOWN
        elif name in step.faulty or (given is None and not step.trusted):
            values[name] = UNKNOWN
        elif given is not None:
            values[name] = evaluate(context, given, env.values, env.group)
        else:
            values[name] = evaluate(context, parameter.operand, values, env.group)
    return values, names
