"""The command ``asylum``: one sub-command a job; answers on stdout, everything else on stderr."""

from __future__ import annotations

from pathlib import Path

import click

from knowledge.errors import ExplainerError


class _Commands(click.Group):
    """The only place that turns errors into text: one line, exit code 1."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except ExplainerError as error:
            click.echo(f"asylum: {error}", err=True)
            context.exit(1)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Answer questions about humanitarian and political asylum, every sentence with its source."""


@main.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
def check(paths: tuple[Path, ...]) -> None:
    """Check that documents are well formed; all problems at once, as path:line: problem."""
    from index.encoder import SentenceTransformersEncoder
    from knowledge.check import check_documents

    encoder = SentenceTransformersEncoder()
    problems = [
        problem
        for path in paths or (None,)
        for problem in check_documents(only=path.resolve() if path else None, count=encoder.count)[1]
    ]
    for problem in problems:
        click.echo(problem)
    if problems:
        click.echo(f"{len(problems)} problems", err=True)
        raise SystemExit(1)
    click.echo("no problems", err=True)


if __name__ == "__main__":
    main()
