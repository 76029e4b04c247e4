"""What torchinfo and fvcore print of torchvision's networks.

    python -m tests.truth.make_tools OUT.json [NAME ...]

Made with torchinfo 1.8.0 and fvcore 0.1.5.post20221221, beside the versions of make_truth.py;
batch 1, evaluation mode, the network's default input size; torchinfo on the meta device, fvcore,
whose tracing needs values, on zeros. Not run by the tests; they and the script of docs/memory.md
read its output.

    torchinfo   params, mult_adds, input_bytes, forward_backward_bytes, param_bytes, total_bytes,
                as `torchinfo.summary(model, input_size=…)` adds them up
    fvcore      params (`parameter_count`), flops (`FlopCountAnalysis`), activations
                (`ActivationCountAnalysis`)
"""

# mypy: disable-error-code="import-not-found,import-untyped,no-untyped-call"

import argparse
import sys
import warnings
from pathlib import Path
from typing import Any

import torch
from fvcore.nn import ActivationCountAnalysis, FlopCountAnalysis, parameter_count
from torchinfo import summary

from .make_truth import NETS, build, default_sizes, dump


def torchinfo_figures(model: torch.nn.Module, size: tuple[int, int]) -> dict[str, int]:
    """The totals below torchinfo's table."""
    seen: Any = summary(model, input_size=(1, 3, *size), device="meta", verbose=0)
    return {
        "params": seen.total_params,
        "mult_adds": seen.total_mult_adds,
        "input_bytes": seen.total_input,
        "forward_backward_bytes": seen.total_output_bytes,
        "param_bytes": seen.total_param_bytes,
        "total_bytes": seen.total_input + seen.total_output_bytes + seen.total_param_bytes,
    }


def fvcore_figures(model: torch.nn.Module, size: tuple[int, int]) -> dict[str, int]:
    """The totals of fvcore's three counters."""
    model = model.to_empty(device="cpu")
    with torch.no_grad():
        for tensor in (*model.parameters(), *model.buffers()):
            tensor.zero_()
    x = torch.zeros(1, 3, *size)
    flops: Any = FlopCountAnalysis(model, x)
    activations: Any = ActivationCountAnalysis(model, x)
    for analysis in (flops, activations):
        analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
        analysis.tracer_warnings("none")
    return {
        "params": parameter_count(model)[""],
        "flops": int(flops.total()),
        "activations": int(activations.total()),
    }


def main() -> None:
    """Measure and write; a network that fails is named on stderr and left out."""
    parser = argparse.ArgumentParser(description="torchinfo's and fvcore's figures")
    parser.add_argument("out", type=Path)
    parser.add_argument("nets", nargs="*", metavar="NAME")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    results: dict[str, Any] = {}
    for name in options.nets or NETS:
        size = default_sizes(name)[0]
        model = build(name).eval()
        try:
            figures = {"torchinfo": torchinfo_figures(model, size)}
            figures["fvcore"] = fvcore_figures(model, size)
        except (RuntimeError, ValueError, KeyError) as error:
            sys.stderr.write(f"{name}: {type(error).__name__}: {error}\n")
        else:
            results[name] = figures
            sys.stderr.write(f"{name}\n")
    dump(options.out, results)


if __name__ == "__main__":
    main()
