"""Activations: a function of each value. None counts as a volume of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from cnncalc.layers import rules
from cnncalc.layers.fields import Flag, Real
from cnncalc.layers.formula import Formula, Symbol
from cnncalc.layers.layer import Advice, Layer, Saved, Storage


def inplace_field(default: bool) -> Flag:
    return Flag("whether the output overwrites the input", default=default)


class Activation(Layer):
    """Base of the activations."""

    family = "activation"
    is_activation = True
    volume = False
    operations: ClassVar[int]
    """Elementwise operations per value, counted in the function as its class writes it."""
    words: ClassVar[str]
    """The name in the literature's spelling."""

    def elementwise(self) -> int:
        return self.operations * self.input.values

    def describe(self) -> str:
        return self.words


class InPlace(Activation):
    """Base of the activations that can overwrite their input."""

    inplace: Flag

    def storage(self) -> Storage:
        return Storage.IN_PLACE if self.inplace else Storage.NEW


class KeepsOutput(InPlace):
    """Base of the activations whose derivative follows from the output."""

    def saved(self) -> Saved:
        return Saved(output=True)


class KeepsInput(InPlace):
    """Base of the activations whose derivative needs the input: in place, a copy of it."""

    def saved(self) -> Saved:
        return Saved(inputs=True)

    def saved_in_place(self) -> Saved:
        return Saved(values=self.input.values)


class KeepsEither(InPlace):
    """Base of the activations that keep the input, but in place the output tells the same."""

    def saved(self) -> Saved:
        return Saved(inputs=True)

    def saved_in_place(self) -> Saved:
        return Saved(output=True)


class Relu(KeepsOutput):
    """Rectified linear unit: max(0, x)."""

    kind = "relu"
    aliases = "rectifier rectified_linear"
    words = "ReLU"
    operations = 1
    inplace = inplace_field(default=True)


class Relu6(KeepsInput):
    """ReLU that stops at 6: min(max(0, x), 6) (Krizhevsky 2010; MobileNet)."""

    kind = "relu6"
    aliases = "clipped_relu"
    words = "ReLU6"
    operations = 2
    inplace = inplace_field(default=True)


class LeakyRelu(KeepsEither):
    """ReLU with a slope below zero: x or slope·x (Maas et al. 2013)."""

    kind = "leaky_relu"
    aliases = "leaky lrelu LeakyReLU"
    operations = 2
    slope = Real("factor for values below zero", default=0.01, positional=True)
    inplace = inplace_field(default=True)

    def describe(self) -> str:
        return f"leaky ReLU {self.slope}"


class Elu(KeepsEither):
    """Exponential linear unit: x or alpha·(exp(x) − 1) (Clevert et al. 2016)."""

    kind = "elu"
    operations = 4
    alpha = Real("limit, negated, for values far below zero", default=1, positional=True)
    inplace = inplace_field(default=True)

    def describe(self) -> str:
        return f"ELU {self.alpha}"


class Sigmoid(KeepsOutput):
    """Logistic function: 1/(1 + exp(−x))."""

    kind = "sigmoid"
    aliases = "logistic"
    words = "sigmoid"
    operations = 4
    inplace = inplace_field(default=False)


class Tanh(KeepsOutput):
    """Hyperbolic tangent."""

    kind = "tanh"
    aliases = "tan_h hyperbolic_tangent"
    words = "tanh"
    operations = 1
    inplace = inplace_field(default=False)


class Softmax(Activation):
    """Softmax over the channels, at each position: exp(x)/Σ exp(x)."""

    kind = "softmax"
    aliases = "soft_max SoftmaxWithLoss"
    words = "softmax over the channels"
    gives_probabilities = True
    operations = 3

    def saved(self) -> Saved:
        return Saved(output=True)

    def advice(self) -> Iterator[Advice]:
        if self.input.channels == 1:
            yield Advice(rules.advice.softmax_of_one_channel, "", {})


class Silu(KeepsInput):
    """Sigmoid linear unit, also called swish: x/(1 + exp(−x)) (Elfwing et al. 2018)."""

    kind = "silu"
    aliases = "swish swish1"
    words = "SiLU"
    operations = 4
    inplace = inplace_field(default=True)


class Mish(KeepsInput):
    """Mish: x·tanh(log(1 + exp(x))) (Misra 2020)."""

    kind = "mish"
    words = "Mish"
    operations = 5
    inplace = inplace_field(default=True)


class Gelu(Activation):
    """Gaussian error linear unit: x·(1 + erf(x/√2))/2 (Hendrycks & Gimpel 2016)."""

    kind = "gelu"
    words = "GELU"
    operations = 5

    def saved(self) -> Saved:
        return Saved(inputs=True)


class Hardswish(KeepsInput):
    """Hard swish: x·min(max(x + 3, 0), 6)/6 (Howard et al. 2019, MobileNetV3)."""

    kind = "hardswish"
    aliases = "hswish hard_swish h_swish"
    words = "hard swish"
    operations = 5
    inplace = inplace_field(default=True)


class Hardsigmoid(KeepsInput):
    """Hard sigmoid: min(max(x + 3, 0), 6)/6 (Howard et al. 2019, MobileNetV3)."""

    kind = "hardsigmoid"
    aliases = "hsigmoid hard_sigmoid h_sigmoid"
    words = "hard sigmoid"
    operations = 4
    inplace = inplace_field(default=True)


class Prelu(Activation):
    """ReLU with a learned slope below zero, one in all or one per channel (He et al. 2015)."""

    kind = "prelu"
    aliases = "p_relu parametric_relu"
    operations = 2
    per_channel = Flag("whether every channel has a slope of its own", default=False)

    def weight_shape(self) -> tuple[int, ...]:
        return (self.input.channels if self.per_channel else 1,)

    def cost_formulas(self) -> Iterator[Formula]:
        symbols = {"D": Symbol(self.input.channels, "channels")}
        yield Formula.of("weights", "D" if self.per_channel else "1", symbols, self.weights())

    def saved(self) -> Saved:
        return Saved(inputs=True)

    def gradient_transient(self, needs: tuple[bool, ...], _freed: int) -> Saved:
        """The slopes' gradient is made at full size, then summed. The input's is made too; if it
        is not needed it is freed before the sum, when the slopes' is not there yet.
        """
        if needs[0]:
            return Saved(values=self.output.values)
        return Saved(values=2 * self.output.values, batch_statistics=-self.weights())

    def describe(self) -> str:
        return "PReLU per channel" if self.per_channel else "PReLU"
