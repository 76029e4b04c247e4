"""Runs one command and prints what it took: wall seconds, CPU seconds, peak bytes, exit status.

    python -I -S launcher.py pipe|terminal COMMAND…

A process of its own, and a small one: on Linux a process inherits the peak memory of the one that
starts it, so that whatever a large process starts looks as large. The command writes into a pipe,
or into a terminal of 120 columns; what it writes is read and dropped.
"""

import os
import sys
import time

ROWS, COLUMNS = 50, 120


def terminal() -> tuple[int, int]:
    """The two ends of a new terminal."""
    import fcntl
    import struct
    import termios

    reader, writer = os.openpty()
    fcntl.ioctl(writer, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    return reader, writer


def drain(reader: int) -> None:
    """Reads until the last writer is gone, which a terminal tells by an error."""
    try:
        while os.read(reader, 1 << 16):
            pass
    except OSError:
        pass


def main(kind: str, command: list[str]) -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    reader, writer = terminal() if kind == "terminal" else os.pipe()
    errors = writer if kind == "terminal" else nothing
    streams = [(os.POSIX_SPAWN_DUP2, fd, at) for at, fd in enumerate((nothing, writer, errors))]
    start = time.perf_counter()
    process = os.posix_spawn(command[0], command, os.environ, file_actions=streams)
    os.close(writer)
    drain(reader)
    _, status, usage = os.wait4(process, 0)
    wall = time.perf_counter() - start
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    code = os.waitstatus_to_exitcode(status)
    print(wall, usage.ru_utime + usage.ru_stime, peak, code)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
