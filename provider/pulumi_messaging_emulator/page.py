"""The page at `/`: the emulator's objects, requests, faults and settings, for people.

It is one document with its own style and script, which talks to the control surface; its policy allows nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from functools import cache
from html import escape
from importlib.resources import files
from typing import Final

from pulumi_messaging_emulator import operations
from pulumi_messaging_emulator.fault_kinds import KINDS, PLANNED, POSITIONS
from pulumi_messaging_emulator.settings import FAULTS, GENERAL, READINGS, Setting
from pulumi_messaging_emulator.wire import Answer

PATH: Final = "/"
_GROUPS: Final = (("General", GENERAL), ("Readings", READINGS), ("Lasting faults", FAULTS))


@cache
def answer() -> Answer:
    """The page, with headers that keep other sites from it, and it from anything but the emulator."""
    style, script = (_file(f"page.{each}") for each in ("css", "js"))
    text = _file("page.html").format(
        style=style,
        script=script,
        operations=_options(("*", "every operation"), *((name, name) for name in operations.NAMES)),
        kinds=_options(*((name, f"{name}: {KINDS[name].meaning}") for name in PLANNED)),
        positions=_options(*((name, f"{name} it is carried out") for name in POSITIONS)),
        settings="".join(_group(title, rows) for title, rows in _GROUPS),
    )
    return Answer(text=text, headers={"Content-Type": "text/html; charset=utf-8", **_headers(style, script)})


def _file(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


def _headers(style: str, script: str) -> dict[str, str]:
    policy = (
        "default-src 'none'",
        "connect-src 'self'",
        f"style-src {_source(style)}",
        f"script-src {_source(script)}",
        *("base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"),
    )
    return {
        "Content-Security-Policy": "; ".join(policy),
        "Cache-Control": "no-store",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _options(*options: tuple[str, str]) -> str:
    return "".join(f'<option value="{escape(value)}">{escape(text)}</option>' for value, text in options)


def _group(title: str, rows: Iterable[Setting]) -> str:
    return f"<fieldset><legend>{title}</legend>{''.join(map(_setting, rows))}</fieldset>"


def _setting(row: Setting) -> str:
    """One setting: its control, its meaning, and a button that puts the default back."""
    name, default = escape(row.name), escape(json.dumps(row.default))
    return (
        f'<div class="setting" data-name="{name}" data-default="{default}">'
        f'<label for="set-{name}">{name}</label>{_control(row)}'
        f'<button type="button" class="default" hidden aria-label="Default of {name}">Default</button>'
        f'<p id="about-{name}">{escape(row.meaning)}</p></div>\n'
    )


def _control(row: Setting) -> str:
    """A field for the values of a setting, which are JSON."""
    name = escape(row.name)
    given = f'id="set-{name}" aria-describedby="about-{name}"'
    if row.allowed or isinstance(row.default, bool):
        values = row.allowed or (True, False)
        return f"<select {given}>{_options(*((json.dumps(value), _words(value)) for value in values))}</select>"
    step = "any" if isinstance(row.default, float) else "1"
    return f'<input {given} type="number" min="0" step="{step}" required>'


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) or '""'
