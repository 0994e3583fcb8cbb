"""The group of commands, and how their errors end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click

from convpool.commands.option_types import example
from convpool.system.printable_text import one_line, printable
from convpool.version import __version__

# each is a module of this folder, with a command of the same name
COMMANDS = ("apply", "pool", "kernels", "plan", "explain", "explore", "check", "data", "demo")


class Program(click.Group):
    """A group of commands; a failure is printed as one line, and the exit code is 2.

    A command's module is imported when the command is used, or listed with its help.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return [*COMMANDS, *super().list_commands(ctx)]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the name, the command and its arguments; an unknown name gets the nearest one."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as error:
            names = self.list_commands(ctx)
            raise click.exceptions.NoSuchCommand(
                error.command_name, possibilities=names, ctx=ctx
            ) from None

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of a name; None if there is none."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        command: click.Command = getattr(import_module(f"convpool.commands.{cmd_name}"), cmd_name)
        return command

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
        raise  # click prints the help; where a pipe was closed (`| head`), it ends silently
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
@click.version_option(__version__, prog_name="convpool")
def convpool() -> None:
    """Convolution and pooling for NumPy arrays."""
