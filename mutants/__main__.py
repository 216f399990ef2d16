"""``python -m mutants [NAME…]``: puts each bug in and prints whether the tests caught it; status 1 when not."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from mutants.bugs import MUTANTS
from mutants.running import CAUGHT, PASSED, ROOT, copy_of, passes, put_in


def main(
    names: Annotated[list[str] | None, typer.Argument(help="parts of the names of some; else all")] = None,
) -> None:
    """Show that the tests catch bugs put in on purpose, in a copy of the source tree."""
    chosen = [mutant for mutant in MUTANTS if not names or any(name in mutant.name for name in names)]
    if not chosen:
        raise typer.BadParameter(f"there are: {', '.join(mutant.name for mutant in MUTANTS)}", param_hint="NAMES")
    console = Console(width=150, markup=False, highlight=False)
    with tempfile.TemporaryDirectory() as folder:
        tree = copy_of(ROOT, Path(folder) / "tree")
        for tests in dict.fromkeys(mutant.tests for mutant in chosen):
            done = passes(tree, tests)
            if done.returncode != PASSED:
                console.print(f"{' '.join(tests)} fail without any bug:\n{done.stdout[-3000:]}{done.stderr[-1000:]}")
                raise typer.Exit(1)
        table = Table("bug", "", Column("seconds", justify="right"), Column("by", overflow="fold"))
        verdicts = []
        for mutant in chosen:
            verdict = put_in(tree, mutant)
            verdicts.append(verdict)
            console.print(f"{verdict.what}: {mutant.name} ({verdict.seconds:.1f} s)")
            table.add_row(mutant.name, verdict.what, f"{verdict.seconds:.1f}", verdict.told)
    console.print(table)
    caught = sum(verdict.what == CAUGHT for verdict in verdicts)
    console.print(f"{caught} of {len(chosen)} bugs caught")
    raise typer.Exit(int(caught != len(chosen)))


if __name__ == "__main__":
    typer.run(main)
