"""The command line: words in, one library call, words out."""

from __future__ import annotations

from pathlib import Path

import click

import convpool as package


class Program(click.Group):
    """A group whose commands end with one line and exit code 2 when they could not do it."""

    def invoke(self, context: click.Context) -> object:
        """Run the command; turn the errors that the library explains into one line."""
        try:
            return super().invoke(context)
        except (ValueError, TypeError, OSError, ModuleNotFoundError) as error:
            click.echo(f"convpool: {error}", err=True)
            context.exit(2)


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package.__version__, prog_name="convpool")
def convpool() -> None:
    """Convolution and pooling for NumPy arrays."""
