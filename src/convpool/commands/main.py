"""The group of commands, and how their errors end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

import convpool as package
from convpool.commands import apply, check, data, demo, explain, explore, kernels, plan, pool
from convpool.commands.options import example
from convpool.system.printable_text import one_line, printable


class Program(click.Group):
    """A group of commands; a failure is printed as one line, and the exit code is 2."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Read the arguments before the command's name, such as --version."""
        with errors_in_one_line():
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> object:
        """Read the command's arguments and run it."""
        with errors_in_one_line():
            return super().invoke(ctx)


@contextmanager
def errors_in_one_line() -> Iterator[None]:
    """Turn errors in the block into one line on standard error, and exit code 2.

    That is for wrong arguments, errors of the library and the system, and Ctrl-C; other exceptions
    are defects of the program and pass.
    """
    try:
        yield
    except (click.exceptions.NoArgsIsHelpError, BrokenPipeError):
        raise
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "convpool"
        text = " ".join(error.format_message().split()).rstrip(".")
        line = f"{command}: {text} (see {command} --help)"
    except (ValueError, TypeError, OSError, ArithmeticError, ModuleNotFoundError) as error:
        line = f"convpool: {one_line(error)}"
    except MemoryError as error:
        line = f"convpool: {one_line(error) or 'not enough memory'}"
    except KeyboardInterrupt:
        line = "convpool: stopped"
    else:
        return
    click.echo(printable(line), err=True)
    raise click.exceptions.Exit(2)


@click.group(
    cls=Program,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=example("convpool apply cat.jpg --kernel sharpen -o cat-sharp.jpg"),
)
@click.version_option(package.__version__, prog_name="convpool")
def convpool() -> None:
    """Convolution and pooling for NumPy arrays."""


for command in (
    apply.apply,
    pool.pool,
    kernels.kernels,
    plan.plan,
    explain.explain,
    explore.explore,
    check.check,
    data.data,
    demo.demo,
):
    convpool.add_command(command)
