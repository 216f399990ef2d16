"""Previews, updates and destroys a stack from Python: `python main.py preview`, `up` or `destroy`.

It needs the Pulumi CLI on PATH. The state is in the folder .pulumi-state beside this file.
"""

import sys
from pathlib import Path

import pulumi
from pulumi import automation
from pulumi_messaging import MessageRoute

HERE = Path(__file__).parent
SETTINGS = {"telegent:baseUrl": "emulator", "telnyx:baseUrl": "emulator"}


def program() -> None:
    """The resources of the stack."""
    route = MessageRoute("orders", message_url="https://hooks.example.com/orders", message_url_method="POST")
    pulumi.export("route", route.id)


def stack(state: Path = HERE / ".pulumi-state") -> automation.Stack:
    """The stack ``dev``, made if it is not there; program and provider run with this interpreter."""
    state.mkdir(mode=0o700, exist_ok=True)
    options = automation.LocalWorkspaceOptions(
        env_vars={
            "PULUMI_PYTHON_CMD": sys.executable,
            "PULUMI_BACKEND_URL": state.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "",
        }
    )
    made = automation.create_or_select_stack("dev", project_name="automation-api", program=program, opts=options)
    for key, value in SETTINGS.items():
        made.set_config(key, automation.ConfigValue(value))
    return made


def main(command: str = "") -> None:
    """Run a command and print what it did."""
    if command not in ("preview", "up", "destroy"):
        sys.exit("usage: python main.py preview|up|destroy")
    getattr(stack(), command)(on_output=print)


if __name__ == "__main__":
    main(*sys.argv[1:])
