"""Start the command line: ``convpool`` or ``python -m convpool``."""

import gc
import signal
import sys

NEEDED = {"click", "rich"}
# So many more objects are made before memory is searched for unused ones: starting makes tens of
# thousands that all stay in use
COLLECTED_OBJECTS = 100_000


def stop_cleanly() -> None:
    """Let signals that end a command act like Ctrl-C, so that unfinished files are removed."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # under nohup, SIGHUP is ignored, and stays so
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


def main() -> None:
    """Run the command line, or print in one line what has to be installed."""
    gc.set_threshold(COLLECTED_OBJECTS)
    try:
        import rich  # noqa: F401  # if it is missing, fail now and not in the middle of a command

        from convpool.commands.main import convpool
    except ModuleNotFoundError as error:
        if error.name not in NEEDED:
            raise
        print(
            f'convpool: the command needs {error.name}: pip install "convpool[app]"',
            file=sys.stderr,
        )
        raise SystemExit(2) from None
    stop_cleanly()
    try:
        convpool(prog_name="convpool")
    finally:
        gc.freeze()  # so that no object is searched when the process ends


if __name__ == "__main__":
    main()
