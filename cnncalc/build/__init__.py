"""`Spec` → `Network`: one walk that expands, names, makes the layers and infers their shapes.

walk    the walk over steps, one method per class of step
frames  where the walk stands: a text's names, a list's scope and counters
place   a layer's place, as the rules see it: spans, origins, mends
"""

from cnncalc.build.walk import build

__all__ = ["build"]
