"""The suffixes of figures, and how many they stand for."""

from __future__ import annotations

from typing import Final

COUNT_UNITS: Final = {"K": 1000, "M": 1000**2, "G": 1000**3, "T": 1000**4}
BYTE_UNITS: Final = {
    "KB": 1000,
    "MB": 1000**2,
    "GB": 1000**3,
    "KiB": 1024,
    "MiB": 1024**2,
    "GiB": 1024**3,
}
