"""Start the command line: ``convpool`` or ``python -m convpool``."""

import sys

NEEDED = {"click", "rich"}


def main() -> None:
    """Run the command line, or say in one line what it needs."""
    try:
        import rich  # noqa: F401  # said here, not in the middle of a command

        from convpool.cli import convpool
    except ModuleNotFoundError as error:
        if error.name not in NEEDED:
            raise
        print(f'convpool: the command needs {error.name}: pip install "convpool[app]"', file=sys.stderr)
        raise SystemExit(2) from None
    convpool(prog_name="convpool")


if __name__ == "__main__":
    main()
