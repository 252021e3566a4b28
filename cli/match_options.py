"""The options by which every kind of matching is narrowed and limited."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.completion import complete_codes

Office = Annotated[
    str | None, typer.Option(help="For this office alone.", autocompletion=complete_codes("office"))
]
Projects = Annotated[
    list[str] | None,
    typer.Option(
        help="For this project alone; repeatable.", autocompletion=complete_codes("project")
    ),
]
FactorAlone = Annotated[str | None, typer.Option(help="For this factor alone.")]
TimeLimit = Annotated[
    str | None, typer.Option(metavar="SECONDS", help="Search no longer; 0: a quick plan.")
]
