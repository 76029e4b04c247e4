"""The suffixes of figures, and how a computed figure is written: here, and nowhere else."""

from __future__ import annotations

from typing import Final

from cnncalc.diagnostics import noun

COUNT_UNITS: Final = {"K": 1000, "M": 1000**2, "G": 1000**3, "T": 1000**4}
BYTE_UNITS: Final = {
    "KB": 1000,
    "MB": 1000**2,
    "GB": 1000**3,
    "KiB": 1024,
    "MiB": 1024**2,
    "GiB": 1024**3,
}


def exact(number: int) -> str:
    """All digits: `138,357,544`."""
    return f"{number:,}"


def compact(number: int) -> str:
    """Three digits that count: `138M`, `15.2M`, `803K`; below 1000 as it is."""
    return shortened(number, 3)


def lecture(number: int) -> str:
    """Two digits that count, as the lecture's notes write volumes: `3.2M`, `800K`; below 10,000
    as it is.
    """
    return str(number) if number < 10_000 else shortened(number, 2)


def shortened(number: int, digits: int) -> str:
    """A number rounded (half up) to some digits, with its suffix."""
    place: int = 10 ** max(0, len(str(number)) - digits)
    rounded = (number + place // 2) // place * place
    suffix, scale = "", 1
    for unit, size in COUNT_UNITS.items():
        if rounded >= size:
            suffix, scale = unit, size
    text = f"{rounded / scale:.{digits}f}".rstrip("0").rstrip(".")
    return text + suffix


def megabytes(number: int) -> str:
    """Bytes in powers of 1000: `512 bytes`, `3.1 KB`, `61.0 MB`, `2.22 GB`."""
    return in_bytes(number, ("KB", "MB", "GB"))


def mebibytes(number: int) -> str:
    """Bytes in powers of 1024: `512 bytes`, `3.1 KiB`, `58.1 MiB`, `2.22 GiB`."""
    return in_bytes(number, ("KiB", "MiB", "GiB"))


def in_bytes(number: int, units: tuple[str, str, str]) -> str:
    """Bytes in the largest unit that leaves at least one before the point."""
    kilo, mega, giga = units
    step = BYTE_UNITS[kilo]
    if number < step:
        return f"{number} {noun(number, 'byte')}"
    # A figure that would round up to 1000.0 goes to the next unit.
    for unit in (kilo, mega):
        if number < BYTE_UNITS[unit] * (step - 0.05):
            return f"{number / BYTE_UNITS[unit]:.1f} {unit}"
    return f"{number / BYTE_UNITS[giga]:,.2f} {giga}"
