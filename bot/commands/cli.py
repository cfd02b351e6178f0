"""The command ``asylum``: one sub-command a job; answers on stdout, everything else on stderr.

Nothing heavy is imported before the command that uses it: ``asylum --help`` loads no NumPy, no model and no chat.
"""

from __future__ import annotations

import click

from bot.commands.ask import ask, chat, search
from bot.commands.build import build, train
from bot.commands.evaluate import evaluate
from bot.commands.library import add, list_documents, remove
from bot.commands.sources import check, sources, verify
from knowledge.errors import ExplainerError


class _Commands(click.Group):
    """The only place that turns errors into text: one line, exit code 1."""

    def invoke(self, context: click.Context) -> object:
        """Run the sub-command."""
        try:
            return super().invoke(context)
        except ExplainerError as error:
            click.echo(f"asylum: {error}", err=True)
            context.exit(1)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="asylum-explainer")
def main() -> None:
    """Answer questions about humanitarian and political asylum, every sentence with its source."""


for command in (build, train, ask, search, chat, check, verify, sources, add, remove, list_documents, evaluate):
    main.add_command(command)


if __name__ == "__main__":
    main()
