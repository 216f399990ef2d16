"""The policy pack ``messaging``: `pulumi preview --policy-pack policies`. Its rules are in ``rules.py``."""

from __future__ import annotations

from pulumi_policy import (
    EnforcementLevel,
    PolicyConfigSchema,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError
from rules import RULES, Resource, Rule, violations


def policy(rule: Rule) -> ResourceValidationPolicy:
    """A rule as Pulumi runs it."""

    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        resource = Resource(args.resource_type, args.urn, known(args))
        for violation in violations(rule, resource, args.get_config()):
            report(violation, None)

    schema = PolicyConfigSchema(rule.config)
    return ResourceValidationPolicy(rule.name, rule.description, validate, EnforcementLevel.MANDATORY, schema)


def known(args: ResourceValidationArgs) -> dict[str, object]:
    """The inputs without those that are not known yet: the update judges them before it makes the resource."""
    values = {}
    for name in args.props:
        try:
            values[name] = args.props[name]
        except UnknownValueError:
            continue
    return values


PolicyPack("messaging", [policy(rule) for rule in RULES], EnforcementLevel.MANDATORY)
