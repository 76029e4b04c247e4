"""The figures in tests/truth are what PyTorch says today."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.torch
torch = pytest.importorskip("torch")

TRUTH = Path(__file__).parent / "truth"


def truth(name: str) -> Any:
    return json.loads((TRUTH / name).read_text(encoding="utf-8"))


def as_written(measured: object) -> Any:
    return json.loads(json.dumps(measured))


@pytest.mark.filterwarnings("ignore")  # of PyTorch, about the odd cases among the kinds
def test_kinds() -> None:
    from tests.truth import kind_cases, make_kinds

    torch.set_num_threads(1)
    for case, recorded in zip(kind_cases.cases(), truth("kinds.json"), strict=True):
        assert as_written(make_kinds.entry(case)) == recorded


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["resnet18", "googlenet", "timm:seresnet50"])
def test_networks(name: str) -> None:
    from tests.truth import make_truth

    ((net, (size, *_)),) = make_truth.requests([name])
    measured = make_truth.Net(net).measure(size, (1, 2, 3, 32))
    assert as_written(measured) == truth("torchvision.json")[name]
