"""Paths as GitHub and code scanners want them: relative to the repository, with slashes."""

from __future__ import annotations

import os

from cnncalc.diagnostics import Source, Span


def relative(path: str) -> str:
    """The path from the working directory (the repository's root in CI), with slashes. One that
    lies outside stays as it is.
    """
    if os.path.isabs(path):
        below = os.path.relpath(path) if _same_drive(path) else path
        path = path if below.startswith("..") else below
    return os.path.normpath(path).replace(os.sep, "/")


def _same_drive(path: str) -> bool:
    try:
        return os.path.splitdrive(path)[0] == os.path.splitdrive(os.getcwd())[0]
    except FileNotFoundError:  # the working directory was deleted
        return False


def anchored(span: Span, path: str) -> Span:
    """The span; that of an option (`--expect`) becomes the first line of the file checked."""
    source = span.source
    if not source.path.startswith("--"):
        return span
    return Span(Source(path, ""), 1, 1, 1, 1)
