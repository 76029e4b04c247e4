"""Compares random nets with PyTorch, more of them than the tests do.

    python -m tests.compare_nets [--nets 1000] [--seed 1] [--counts]

In an environment with PyTorch (`.ci/torch`). Memory is compared, with --counts the shapes,
parameters and MACs of every kind. The first net that differs is printed as small as it goes, with
both figures; the exit status is then 1.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from hypothesis import HealthCheck, given, seed, settings

from tests.random_nets import nets
from tests.test_random_nets import KNOWN, compare_counts, compare_memory


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--nets", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--counts", action="store_true", help="shapes, parameters and MACs")
    options = parser.parse_args()
    compare: Callable[[str], None] = compare_counts if options.counts else compare_memory
    smallest = ""

    @seed(options.seed)
    @settings(
        max_examples=options.nets, deadline=None, database=None, print_blob=False,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(nets(without=() if options.counts else KNOWN))
    def run(text: str) -> None:
        nonlocal smallest
        try:
            compare(text)
        except AssertionError:
            smallest = text  # the last that fails is the smallest
            raise

    try:
        run()
    except AssertionError as difference:
        sys.stdout.write(f"{smallest}\n{difference}\n")
        return 1
    sys.stdout.write(f"{options.nets} nets agree\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
