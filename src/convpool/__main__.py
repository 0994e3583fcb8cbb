"""Start the command line: ``convpool`` or ``python -m convpool``."""

import sys


def main() -> None:
    """Run the command line, or say in one line what it needs."""
    try:
        from convpool.cli import convpool
    except ModuleNotFoundError as error:
        if error.name not in {"click", "rich"}:
            raise
        print(f'convpool: the command needs {error.name}: pip install "convpool[app]"', file=sys.stderr)
        raise SystemExit(2) from None
    convpool(prog_name="convpool")


if __name__ == "__main__":
    main()
