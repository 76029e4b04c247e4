"""The nearest legal word to one that is not: by what other frameworks call it, or by spelling.

Asked only when something is wrong, by any stage; beside it stand the names of layers that cnncalc
does not have (`cnncalc.text.missing_kinds`), for which no look-alike is offered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import islice
from typing import Final

from cnncalc.text.missing_kinds import MISSING, fold

__all__ = ["FIELD_ALIASES", "NOT_HERE", "QUANTITY_ALIASES", "SPEC_ALIASES", "WORD_ALIASES",
           "fold", "nearest", "other_number"]  # fmt: skip

Aliases = Mapping[str, tuple[str, ...]]
"""A foreign word, folded (see `fold`), and what it may mean here, likeliest first; empty for one
that means nothing here.
"""

LONGEST: Final = 60
"""No name is longer; comparing more would only cost time."""

CLOSE: Final = 0.66
"""How similar two words are to be taken for one, from 0 to 1."""
MOST_COMPARED: Final = 500
"""Words that are compared by spelling; a file with more names has them as numbers."""


def nearest(word: str, candidates: Iterable[str], aliases: Aliases | None = None) -> str | None:
    """The legal word that is likeliest meant; None when none is near.

    ``candidates`` are the words that are legal in that place, and nothing else is ever offered;
    ``aliases`` is one of the tables below.
    """
    folded = fold(word) if len(word) <= 2 * LONGEST else ""
    if not folded or len(folded) > LONGEST:
        return None
    legal = _folded(tuple(candidates))
    known = (aliases or {}).get(folded)
    for meant in (folded, *map(fold, known or ())):
        for candidate in legal.get(meant, ()):
            if candidate != word:
                return candidate
    if known == ():
        return None
    return _by_spelling(word, folded, legal)


@lru_cache(maxsize=8)
def _folded(candidates: tuple[str, ...]) -> dict[str, list[str]]:
    """The candidates by what they fold to, in order: kept, since errors come in numbers."""
    legal: dict[str, list[str]] = {}
    for candidate in dict.fromkeys(candidates):
        legal.setdefault(fold(candidate), []).append(candidate)
    return legal


def _by_spelling(word: str, folded: str, legal: Mapping[str, list[str]]) -> str | None:
    """The candidate that shares most letters in order, by `difflib`; the later of equals."""
    from difflib import SequenceMatcher

    matcher, size = SequenceMatcher(b=folded), len(folded)
    best, found = (CLOSE, ""), None
    likely = (name for name in legal if CLOSE * (size + len(name)) <= 2 * min(size, len(name)))
    for name in islice(likely, MOST_COMPARED):
        if legal[name] == [word]:
            continue
        matcher.set_seq1(name)
        if matcher.quick_ratio() >= best[0] and (matcher.ratio(), name) >= best:
            best = matcher.ratio(), name
            found = next(candidate for candidate in legal[name] if candidate != word)
    return found


def other_number(word: str, near: str) -> bool:
    """Whether two names differ in their numbers alone: `conv3` is no misspelling of `conv2`."""
    import re

    one, other = (re.sub("[0-9]+", "#", name) for name in (word, near))
    return one == other


def alias_table(rows: str) -> dict[str, tuple[str, ...]]:
    """Lines `meant or meant: alias alias …` as a mapping from each folded alias."""
    table: dict[str, tuple[str, ...]] = {}
    for row in rows.strip().splitlines():
        meant, _, words = row.partition(":")
        for alias in words.split():
            table[fold(alias)] = table.get(fold(alias), ()) + tuple(meant.split())
    return table


NOT_HERE: Final = dict.fromkeys(MISSING, ())
"""Layers that cnncalc does not have, in a table of aliases: no look-alike is offered for them."""

# Sources: torch.nn, keras.layers, Caffe's layer catalogue and caffe.proto, darknet's cfg files.
# The words for the layer kinds stand in their classes.

FIELD_ALIASES: Final[Aliases] = alias_table("""
filters units: out_channels num_output n channels out num_filters features out_features width
units filters: units filters out_features num_units hidden neurons outputs output nodes
kernel: kernel_size size k ksize kernel_shape filter_size window pool_size field
kernel size: kernel f
stride: strides s step subsample
padding: pad pads p padding_mode border
output_padding: out_pad adj output_pad
dilation: dilations d dilate dilation_rate rate atrous
groups: group cardinality num_groups num_group g
bias: use_bias biases bias_term
norm: bn batch_norm batch_normalize normalization norm_layer use_bn normalizer
activation: act nonlinearity act_layer relu activation_fn
multiplier: depth_multiplier channel_multiplier
probability: p rate prob ratio dropout_ratio dropout drop_prob drop_rate
slope alpha: negative_slope alpha leak slope
affine: learnable
size: local_size output_size target_size n shape out_size
factor: scale_factor scale upscale_factor downscale_factor block_size stride r times
mode: interpolation method
rounding: ceil_mode round_mode round
inplace: in_place
shortcut: skip downsample projection
repeat: repeats times num n count number num_layers loop
from: input inputs bottom source layers in
if: when only_if condition
name: id label top
expect: output_shape shape assert output out_shape
share: shared weights tied reuse share_with
body: layers steps main branch
crop: crop_to
to: size_like like target
of: parts chunks splits
""")
"""Parameters of layers, and the keys that every step has."""

WORD_ALIASES: Final[Aliases] = NOT_HERE | alias_table("""
none: null no false linear identity off
batchnorm: bn batch_norm BatchNorm2d batch true batch_normalization
layernorm: ln layer_norm
groupnorm: gn group_norm
leaky_relu: leaky lrelu
silu: swish
hardswish: hswish hard_swish
hardsigmoid: hsigmoid hard_sigmoid
sigmoid: logistic
same: SAME_UPPER half auto same_upper
valid: none zero no
project: projection conv true conv1x1
identity: none true skip plain
optional: maybe none false if_equal
ceil: up true ceil_mode
floor: down false
nearest: nearest_neighbor nearest_neighbour nn
bilinear: linear
""")
"""The words that a field chooses among."""

SPEC_ALIASES: Final[Aliases] = alias_table("""
layers: network net model architecture steps nodes backbone modules structure
input: input_shape in_shape input_size shape image data input_dim
inputs: in ins
parameters: params variables vars args arguments constants hyperparameters config
defaults: default common globals
blocks: block modules functions definitions macros templates subnets
outputs: output out returns heads
expect: expected assert assertions checks tests
published: reference references paper papers claims
training: train solver recipe optimizer
extends: base inherit inherits from parent include
description: desc doc summary comment
name: title id
""")
"""The keys of a spec."""

QUANTITY_ALIASES: Final[Aliases] = alias_table("""
params: parameters param num_params n_params parameter_count total_params trainable_params size
macs: mac madds mult_adds multiply_adds multiply_accumulates gmacs mmac macc
flops: flop gflops ops operations mflops
weights: weight
biases: bias
activations: activation acts memory volume
activation_bytes: memory mem activation_memory
param_bytes: weight_bytes model_size params_bytes parameter_bytes size
peak_activation_bytes: peak peak_bytes peak_memory max_memory
output: output_shape shape out
shape: output output_shape
""")
"""The quantities under `expect` and `published`."""
