"""The program that scenarios run, as their project's `__main__.py`: it builds what resources.json declares.

"${name.property}" stands for another resource's output, {"secret": …} for a secret, {"config": key} for a value of the
stack's configuration, {"join": […]} for texts put together.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pulumi

from pulumi_messaging import (
    MessageRoute,
    MessagingProfile,
    NumberMessaging,
    NumberMessagingGroup,
    NumberRoute,
    NumberRouteGroup,
)

KINDS = {
    "phone_number": NumberMessaging,
    "phone_numbers": NumberMessagingGroup,
    "whitelisted_destinations": MessagingProfile,
    "number": NumberRoute,
    "numbers": NumberRouteGroup,
}
built: dict[str, Any] = {}


def value(given: Any) -> Any:
    """The value of an argument of resources.json."""
    if isinstance(given, str) and (found := re.fullmatch(r"\$\{([\w-]+)\.(\w+)\}", given)):
        return getattr(built[found[1]], found[2])
    if isinstance(given, list):
        return [value(item) for item in given]
    if isinstance(given, dict) and "join" in given:
        return pulumi.Output.concat(*map(value, given["join"]))
    if isinstance(given, dict) and "secret" in given:
        return pulumi.Output.secret(given["secret"])
    if isinstance(given, dict) and "config" in given:
        return pulumi.Config().require_secret(given["config"])
    return given


def options(given: dict[str, Any]) -> pulumi.ResourceOptions:
    """The options of a resource, which name others by their names."""
    depends = [built[name] for name in given.pop("depends_on", [])]
    aliases = [pulumi.Alias(name=name) for name in given.pop("aliases", [])]
    return pulumi.ResourceOptions(depends_on=depends, aliases=aliases, **given)


for name, arguments in json.loads(Path("resources.json").read_text()).items():
    kind = next((kind for key, kind in KINDS.items() if key in arguments), MessageRoute)
    opts = options(arguments.pop("opts", {}))
    built[name] = kind(name, **{key: value(given) for key, given in arguments.items()}, opts=opts)
pulumi.export("ids", {name: resource.id for name, resource in built.items()})
