"""What the other tools do with the same nets: each as its manual shows it, printing its result.

    python tests/benchmarks/peers.py TOOL NET

The weights are random, as torchvision makes them without a download. Nets: vgg16, resnet152,
googlenet. TOOL `torchvision` only imports what all of them need.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

SIZE = (3, 224, 224)
SHIM = Path(__file__).parent.parent / "truth"
"""Where `tvshim` is: for a torchvision without the compiled extension that fits the PyTorch."""


def build(net: str) -> Any:
    """The net of torchvision, with random weights, for inference."""
    from torchvision import models

    options = {"init_weights": False} if net == "googlenet" else {}
    return getattr(models, net)(**options).eval()


def torchvision(_: str) -> None:
    import torchvision.models  # noqa: F401


def torchinfo(net: str) -> None:
    from torchinfo import summary

    print(summary(build(net), input_size=(1, *SIZE), verbose=0))


def torchinfo_meta(net: str) -> None:
    """Without weights or arithmetic: the least that torchinfo can do."""
    import torch
    from torchinfo import summary

    with torch.device("meta"):
        model = build(net)
        print(summary(model, input_data=torch.empty(1, *SIZE), device="meta", verbose=0))


def ptflops(net: str) -> None:
    from ptflops import get_model_complexity_info

    print(get_model_complexity_info(build(net), SIZE, print_per_layer_stat=True))


def fvcore(net: str) -> None:
    import torch
    from fvcore.nn import FlopCountAnalysis, flop_count_table

    print(flop_count_table(FlopCountAnalysis(build(net), torch.rand(1, *SIZE)), max_depth=9))


def flop_counter(net: str) -> None:
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    with torch.no_grad(), FlopCounterMode(depth=9):
        build(net)(torch.rand(1, *SIZE))


TOOLS = {
    function.__name__: function
    for function in (torchvision, torchinfo, torchinfo_meta, ptflops, fvcore, flop_counter)
}


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    tool, net, *shim = sys.argv[1:]
    if shim:
        sys.path.insert(0, str(SHIM))
        import tvshim  # noqa: F401
    TOOLS[tool](net)
