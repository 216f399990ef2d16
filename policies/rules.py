"""The rules of the policy pack: pure functions of a resource's inputs and of the rule's configuration.

A rule sees what the program declares, and nothing else: neither what exists, nor what would change.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final
from urllib.parse import urlsplit

TYPES: Final = "pulumi-python:dynamic/messaging:"
# Of every rule: resource name → the reason why it does not hold there. One without a reason does not count.
EXCEPTIONS: Final[dict[str, Any]] = {
    "exceptions": {"type": "object", "additionalProperties": {"type": "string", "minLength": 10}, "default": {}}
}
PRODUCTION: Final = ("prod", "prod-*", "*-prod", "production")
MOST_NUMBERS: Final = 1000
_LABEL: Final = re.compile(r"\{[0-9]+ numbers?:( !!str)?")
_NUMBER: Final = re.compile(r"\+?[0-9]{5,}")

Config = Mapping[str, Any]


@dataclass(frozen=True)
class Resource:
    """A resource as a policy sees it."""

    type: str
    urn: str
    inputs: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The name in the program."""
        return self.urn.rpartition("::")[2]

    @property
    def stack(self) -> str:
        """The name of the stack."""
        return self.urn.removeprefix("urn:pulumi:").partition("::")[0]


@dataclass(frozen=True)
class Rule:
    """A rule: ``judge`` yields what is wrong, in words that follow the resource's name."""

    name: str
    description: str
    judge: Callable[[Resource, Config], Iterator[str]]
    settings: Mapping[str, Any]

    @property
    def config(self) -> dict[str, dict[str, Any]]:
        """The JSON schema of its configuration."""
        return {**self.settings, **EXCEPTIONS}


def violations(rule: Rule, resource: Resource, config: Config) -> Iterator[str]:
    """One line for each violation of a rule by a resource of this package."""
    reason = (config.get("exceptions") or {}).get(resource.name, "")
    if resource.type.startswith(TYPES) and not str(reason).strip():
        yield from (f"{resource.name}: {wrong}" for wrong in rule.judge(resource, config))


def _https_only(resource: Resource, config: Config) -> Iterator[str]:
    hosts: Sequence[str] = config.get("httpHosts") or ()
    for name, value in resource.inputs.items():
        # The value itself is not shown: it may hold a secret.
        if name.endswith("Url") and isinstance(value, str) and value:
            url = urlsplit(value)
            if url.scheme.lower() != "https" and url.hostname not in hosts:
                yield f"{name} must be an https URL"


def _authentication_required(resource: Resource, config: Config) -> Iterator[str]:
    accepted: Sequence[str] = config.get("types") or ("Basic", "Bearer")
    inputs = resource.inputs
    if not resource.type.endswith(":MessageRoute"):
        return
    # An adopted route keeps the authentication that it has, which no policy sees.
    if not (inputs.get("adopt") and inputs.get("messageAuthenticationType") is None):
        yield from _authenticated("messageAuthenticationType", inputs, accepted)
    if inputs.get("callbackMessageUrl") and config.get("callbacks", True):
        yield from _authenticated("callbackMessageAuthenticationType", inputs, accepted)


def _authenticated(name: str, inputs: Mapping[str, Any], accepted: Sequence[str]) -> Iterator[str]:
    if inputs.get(name) not in accepted:
        yield f"{name} must be {' or '.join(accepted)}: without it, anybody who finds the URL can send messages there"


def _no_bypass(resource: Resource, _config: Config) -> Iterator[str]:
    for name in ("inboundBypass", "outboundBypass"):
        if resource.inputs.get(name) is True:
            yield f"{name} skips filtering, or the webhook: write the reason under exceptions, or leave it out"


def _no_unassign(resource: Resource, config: Config) -> Iterator[str]:
    stacks: Sequence[str] = config.get("stacks") or PRODUCTION
    if not any(fnmatchcase(resource.stack, pattern) for pattern in stacks):
        return
    if (end := resource.inputs.get("onDestroy")) in {"unassign", "detach"}:
        yield f'onDestroy "{end}" takes the number out of service: use "restore" or "retain"'
    for name in ("messagingProfileId", "messageRouteId"):
        if resource.inputs.get(name) == "":
            yield f'{name} "" takes the number out of service'


def _no_disabled_route(resource: Resource, _config: Config) -> Iterator[str]:
    for name in ("messageRouteEnabled", "enabled"):
        if resource.inputs.get(name) is False:
            yield f"{name} is false: its messages go nowhere"


def _few_numbers(resource: Resource, config: Config) -> Iterator[str]:
    most = int(config.get("most") or MOST_NUMBERS)
    for name in ("phoneNumbers", "numbers"):
        count = _count(resource.inputs.get(name))
        if count > most:
            yield f"{name} holds {count} numbers, and at most {most} are allowed in one resource: split it"


def _count(numbers: object) -> int:
    """How many numbers there are in a group's inputs: a list, or the text that its check makes of one."""
    if isinstance(numbers, str):
        return len(_NUMBER.findall(_LABEL.sub("", numbers)))
    return len(numbers) if isinstance(numbers, Sequence) else 0


_TEXTS: Final = {"type": "array", "items": {"type": "string"}}
RULES: Final = (
    Rule(
        "https-only",
        "URLs that receive messages are https.",
        _https_only,
        {"httpHosts": {**_TEXTS, "default": [], "description": "hosts that may be called over http"}},
    ),
    Rule(
        "authentication-required",
        "Telegent authenticates where it calls a webhook.",
        _authentication_required,
        {
            "types": {**_TEXTS, "default": ["Basic", "Bearer"], "description": "accepted authentication types"},
            "callbacks": {"type": "boolean", "default": True, "description": "whether callbacks need it too"},
        },
    ),
    Rule("no-bypass-without-reason", "A bypass flag has a written reason.", _no_bypass, {}),
    Rule(
        "no-unassign-in-production",
        "In production, no number is taken out of service.",
        _no_unassign,
        {"stacks": {**_TEXTS, "default": list(PRODUCTION), "description": "names of stacks, or patterns with *"}},
    ),
    Rule("no-disabled-route", "Routes and profiles are in use.", _no_disabled_route, {}),
    Rule(
        "few-numbers-in-one-resource",
        "A mistake in one resource reaches a bounded count of numbers.",
        _few_numbers,
        {"most": {"type": "integer", "minimum": 1, "default": MOST_NUMBERS, "description": "numbers in one resource"}},
    ),
)
