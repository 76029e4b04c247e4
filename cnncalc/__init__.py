"""cnncalc: a calculator of convolutional networks.

    import cnncalc
    net = cnncalc.load("vgg16")             # or a path, or cnncalc.loads(text)
    report = net.analyze(batch=32, dtype="float16")
    report.totals.params, report.layers[0].output_shape
    cnncalc.check("nets/mynet.yaml")        # -> list of Diagnostic

Names are imported when first used: start-up is a feature.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnncalc.api import IncompleteNetWarning, Net, check, load, loads
    from cnncalc.diagnostics import Diagnostic
    from cnncalc.report.report import Report

__all__ = ["Diagnostic", "IncompleteNetWarning", "Net", "Report", "check", "load", "loads"]

__version__ = "0.1.0"

HOMES = {"Report": "cnncalc.report.report", "Diagnostic": "cnncalc.diagnostics"}


def __dir__() -> list[str]:
    return [*__all__, *(name for name in globals() if name.startswith("__"))]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'cnncalc' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(HOMES.get(name, "cnncalc.api")), name)
