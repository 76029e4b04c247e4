"""``cnncalc`` and ``python -m cnncalc``: the command line, as a process of its own."""

import gc


def run() -> None:
    """Runs the command line without looking for garbage: a process that lives for a tenth of a
    second makes none, and looking for it while importing and at the end takes a tenth of that.
    `check` of many specs looks again.
    """
    gc.disable()
    try:
        from cnncalc.cli import main

        main()
    finally:
        gc.freeze()


if __name__ == "__main__":
    run()
