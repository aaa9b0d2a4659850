# SPDX-License-Identifier: Apache-2.0
"""Reads lines of arguments from stdin, passes each to az's own parser without running it, and prints those that it rejects."""
import io
import shlex
import sys
from contextlib import redirect_stderr

from azure.cli.core import get_default_cli
from azure.cli.core.commands import AzCliCommandInvoker


def refusal(cli, line):
    """Returns the parser's error for this line, or None."""
    arguments = shlex.split(line)
    invoker = AzCliCommandInvoker(cli_ctx=cli, parser_cls=cli.parser_cls, commands_loader_cls=cli.commands_loader_cls, help_cls=cli.help_cls)
    cli.invocation = invoker
    invoker.data["command_string"] = " ".join(arguments)
    loader = invoker.commands_loader
    loader.load_command_table(arguments)
    command = next((name for name in sorted(loader.command_table, key=len, reverse=True)
                    if arguments[:len(name.split())] == name.split()), None)
    if not command:
        return "no such command"
    loader.command_table = {command: loader.command_table[command]}
    loader.command_name = command
    loader.load_arguments(command)
    invoker.parser.cli_ctx = cli
    said = io.StringIO()
    try:
        invoker.parser.load_command_table(loader)
        with redirect_stderr(said):
            invoker.parser.parse_args(arguments)
    except SystemExit as end:
        return said.getvalue().strip() or f"refused ({end.code})"
    return None


def main():
    cli = get_default_cli()
    for line in filter(None, sys.stdin.read().splitlines()):
        told = refusal(cli, line)
        if told:
            print(f"az {line}: {told}")


main()
