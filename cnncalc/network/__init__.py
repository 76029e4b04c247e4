"""`Spec` → `Network`: one walk that expands, names, makes the layers and infers their shapes.

walk           runs the steps in order, as often as each repeats, and the steps inside them
groups         path components and calls, opened and closed
residuals      the end of a residual: its shortcut and its add
inference      a layer becomes a row, its output shape inferred
evaluation     parameters, defaults, step keys and arguments, evaluated where they apply
environment    what a list of steps sees: names, values, counters
context        what the whole build shares: the spec, its errors, the network so far
layer_context  a layer's place in the text, as the rules see it
fixes          changes of a step that could remove an error
step_keys      `share` and `expect`, once a step has run
limits         whether a net is too large to be begun
network        the result
"""

from cnncalc.network.walk import build

__all__ = ["build"]
