"""`Spec` → `Network`: one walk that expands, names, makes the layers and infers their shapes.

walk        the walk over steps, as often as each repeats
containers  steps with steps inside: branches, residuals, auxiliary heads, calls
layers      a layer step becomes nodes, its shape inferred
builder     what the floors above share: parameters, defaults, names, mistakes
size        whether a net is too large to be begun
frames      where the walk stands: a text's names, a list's scope and counters
place       a layer's place, as the rules see it: spans, origins, fixes
"""

from cnncalc.network.walk import build

__all__ = ["build"]
