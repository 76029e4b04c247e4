"""Lets torchvision's pure-Python model definitions import beside any CPU-only PyTorch.

torchvision registers meta kernels for operators of its compiled extension when it is
imported. Without the extension (or with one built for another PyTorch) these operators
do not exist and the import fails. Importing this module first declares operators of the
same names; the networks measured here call none of them.
"""

# mypy: disable-error-code="import-not-found,import-untyped,no-untyped-call"
# mypy: disallow-subclassing-any=False

import importlib.util
import re
from pathlib import Path

import torch


def declare_operators() -> torch.library.Library:
    """Declare each operator that torchvision registers a fake or meta kernel for.

    Returns:
        The library that owns the declarations; they vanish when it is collected.

    Raises:
        ImportError: torchvision is not installed.
    """
    spec = importlib.util.find_spec("torchvision")
    if spec is None or not spec.submodule_search_locations:
        raise ImportError("torchvision is not installed")
    source = Path(spec.submodule_search_locations[0], "_meta_registrations.py")
    text = source.read_text(encoding="utf-8")
    names = set(re.findall(r'register_fake\("torchvision::(\w+)"', text))
    names |= set(re.findall(r'register_meta\("(\w+)"', text))
    library = torch.library.Library("torchvision", "DEF")
    for name in sorted(names):
        library.define(f"{name}(Tensor x) -> Tensor")
    return library


LIBRARY = declare_operators()
