"""Start the command line: ``convpool`` or ``python -m convpool``."""

import signal
import sys

NEEDED = {"click", "rich"}


def stop_cleanly() -> None:
    """Let what ends a command do so as Ctrl-C does, so that unfinished files are removed."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if (
            number is not None and signal.getsignal(number) is signal.SIG_DFL
        ):  # ignored under nohup, and that stays
            signal.signal(number, signal.default_int_handler)


def main() -> None:
    """Run the command line, or say in one line what it needs."""
    try:
        import rich  # noqa: F401  # said here, not in the middle of a command

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
    convpool(prog_name="convpool")


if __name__ == "__main__":
    main()
