"""The options that choose a part of the estate, for all commands that read it."""

from __future__ import annotations

from typing import Annotated, Final

import typer

_AGAIN: Final = "may be given several times."
TEXT: Final = "<str>"  # of one; typer would show list[str]

Stack = Annotated[
    str | None, typer.Option("--stack", "-s", help="Use this stack's settings; absent: the environment's.")
]
Account = Annotated[
    str | None, typer.Option(help="Read the accounts of this name, as resources name them; absent: the default.")
]
Name = Annotated[
    list[str] | None,
    typer.Option(metavar=TEXT, help=f"Routes and profiles of this name, or pattern with * and ?; {_AGAIN}"),
]
Profile = Annotated[
    list[str] | None,
    typer.Option(metavar=TEXT, help=f"This messaging profile, by id or name, and its numbers; {_AGAIN}"),
]
Route = Annotated[
    list[str] | None, typer.Option(metavar=TEXT, help=f"This message route, by id or name, and its numbers; {_AGAIN}")
]
Number = Annotated[
    list[str] | None,
    typer.Option(metavar=TEXT, help=f"Numbers with these digits, or of a pattern with * and ?; {_AGAIN}"),
]
Tag = Annotated[list[str] | None, typer.Option(metavar=TEXT, help=f"Telnyx numbers with this tag; {_AGAIN}")]
Unassigned = Annotated[bool, typer.Option("--unassigned", help="Numbers on no route or profile.")]
