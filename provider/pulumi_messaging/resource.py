"""The base of the program's resource classes: constructor, names in state, secrets, checks of constants."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import InitVar
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, ClassVar

import pulumi
import pulumi.dynamic

from pulumi_messaging.automatic_name import automatic_name
from pulumi_messaging.core.check import ProgramTuple, check
from pulumi_messaging.core.declared import ACCOUNT_ROW, Argument, Declared, like, parameter, signature
from pulumi_messaging.core.fields import UNKNOWN, Table, Value, camel
from pulumi_messaging.core.hidden import PREVIEW, SECRETS
from pulumi_messaging.core.reference import docstring


class WrongArgument(pulumi.RunError, TypeError):
    """An argument that a resource does not have: a TypeError to Python, one line without a traceback to Pulumi."""


class ManagedResource(pulumi.dynamic.Resource, Declared):
    """Base of the program's resource classes, whose arguments are the fields of their table."""

    table: ClassVar[Table]
    _provider_class: ClassVar[type[pulumi.dynamic.ResourceProvider]]
    _delete_before_replace: ClassVar[bool] = False  # unless the program says otherwise
    __signature__: ClassVar[inspect.Signature | None] = None
    if TYPE_CHECKING:  # the arguments that every constructor has, for type checkers
        resource_name: InitVar[str] = parameter(kw_only=False)
        account: Argument[str | None] = like(ACCOUNT_ROW, default=None)
        opts: InitVar[pulumi.ResourceOptions | None] = None

    def __init_subclass__(cls, module: str = "", name: str = "", **kwargs: Any) -> None:
        inherited = getattr(cls, "_resource_type_name", None)
        super().__init_subclass__(module=module, name=name or "Resource", **kwargs)
        if module:
            cls.__doc__ = f"{inspect.cleandoc(cls.__doc__ or '')}\n\n{docstring(cls.table)}"
            cls.__signature__ = signature(cls.table)
        elif inherited:
            # Pulumi would give a plain subclass another type token: its objects would be deleted and made anew.
            cls._resource_type_name = inherited
        if "__init__" in vars(cls):
            cls.__signature__ = None  # that of its own constructor

    def __init__(
        self, resource_name: str, *unnamed: Any, opts: pulumi.ResourceOptions | None = None, **arguments: Any
    ) -> None:
        """Check the constants and register the resource; the class has the signature and the documentation."""
        table = self.table
        if unnamed:
            raise WrongArgument(f'{table.resource} "{resource_name}": give every argument after the first by its name')
        if not isinstance(opts, pulumi.ResourceOptions | None):
            raise WrongArgument(
                f'{table.resource} "{resource_name}": opts must be a pulumi.ResourceOptions, '
                f"not a value of type {type(opts).__name__}: write opts=pulumi.ResourceOptions(protect=True)"
            )
        values = {row.name: arguments.pop(row.name, row.default) for row in table.fields}
        if arguments:
            raise WrongArgument("\n".join(_unknown(table, resource_name, name) for name in arguments))
        inputs = self._inputs(resource_name, {name: value for name, value in values.items() if value is not None})
        _refuse(table, resource_name, inputs, opts)
        self._refuse_duplicates(resource_name, inputs)
        for row in table.fields:
            if row.secret and row.name in inputs:
                inputs[row.name] = pulumi.Output.secret(inputs[row.name])
        own = pulumi.ResourceOptions(
            additional_secret_outputs=self._secret_outputs() or None,
            delete_before_replace=self._delete_before_replace or None,
        )
        opts = pulumi.ResourceOptions.merge(own, opts)
        # The SDK makes an attribute only of a property that is listed here; None is not sent. Each costs several
        # futures, so an argument that is not given is listed only where the vendor's value comes back all the same.
        returned = (*table.outputs, *(row for row in table.fields if table.former or row.held))
        hidden = {**_hidden_inputs(table, resource_name, inputs), **self._unchecked_inputs(resource_name)}
        properties = {**dict.fromkeys(row.name for row in returned), **inputs, **hidden}
        adopted = inputs.get("adopt")
        self._adopted = adopted if isinstance(adopted, str) else None
        super().__init__(self._provider_class(), resource_name, properties, opts)

    def _get_providers(self, *arguments: Any) -> Any:
        """The provider that the SDK finds in options, parents and transformations, which must be the default one."""
        provider, providers = super()._get_providers(*arguments)
        if provider is not None:
            raise pulumi.RunError(
                f'{self.table.resource} "{self._name}": a pulumi.ProviderResource("{provider.package}", …) cannot be '
                f"used, because it gets none of the stack's settings: a stack on the emulator would reach the vendor; "
                f"remove it from provider and providers of the resource and its parents"
            )
        return provider, providers

    def _automatic_name(self, resource_name: str) -> str:
        return automatic_name(f"pulumi-python:{self._resource_type_name}", resource_name)

    def _inputs(self, resource_name: str, given: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - for subclasses
        """The inputs of the given arguments, with the hidden ones."""
        return given

    def _unchecked_inputs(self, resource_name: str) -> dict[str, Any]:  # noqa: ARG002 - for subclasses
        """Hidden inputs that are made when no check has refused the resource."""
        return {}

    def _refuse_duplicates(self, resource_name: str, inputs: dict[str, Any]) -> None:
        """Refuse names and objects that another resource of the program has; the check refuses those of outputs."""

    def _secret_outputs(self) -> list[str]:
        """The outputs that the engine encrypts although no input of their name is a secret."""
        return [output.name for output in self.table.outputs if output.secret]

    if not TYPE_CHECKING:  # else every name would be an attribute to type checkers

        @property
        def id(self) -> pulumi.Output[str]:
            """The object's id; that of an adopted one is known in the preview that takes it over, too."""
            found, adopted = super().id, self._adopted
            if adopted is None:
                return found
            return found.apply(lambda known: known if isinstance(known, str) else adopted, run_with_unknowns=True)

        def __getattr__(self, name: str) -> Any:
            """An argument that was not given: a field that is not managed has no value here."""
            if not name.startswith("_") and any(row.name == name for row in self.table.fields):
                return pulumi.Output.from_input(None)
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def translate_input_property(self, prop: str) -> str:
        """The name in state of a Python name."""
        return camel(prop)

    def translate_output_property(self, prop: str) -> str:
        """The Python name of a name in state."""
        return self.table.python_names.get(prop, prop)


def _hidden_inputs(table: Table, resource_name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The names of the arguments given as secrets, which a provider cannot see; and the mark of a preview."""
    hidden: dict[str, Any] = {PREVIEW: resource_name} if pulumi.runtime.is_dry_run() else {}
    # A secret by its row is known as one everywhere.
    given = {row.state: inputs[row.name] for row in table.fields if row.name in inputs and not row.secret}
    if any(map(_has_output, given.values())):
        hidden[SECRETS] = pulumi.Output.from_input(_secret_names(given))
    return hidden


def _has_output(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_has_output, value.values()))
    return isinstance(value, pulumi.Output) or (isinstance(value, list | tuple) and any(map(_has_output, value)))


async def _secret_names(given: Mapping[str, Any]) -> list[str] | None:
    names = [name for name, value in given.items() if _has_output(value) and await _is_secret(value)]
    return sorted(names) or None


async def _is_secret(value: Any) -> bool:
    """Whether an output is a secret, or one inside a list or an object is; outputs of outputs pass it on."""
    return bool(_has_output(value) and await pulumi.Output.from_input(value).is_secret())


def _unknown(table: Table, resource_name: str, name: str) -> str:
    meant = get_close_matches(name, [row.name for row in table.fields], n=1)
    advice = f"; did you mean {meant[0]}?" if meant else ""
    return f'{table.resource} "{resource_name}": {name} is not an argument{advice}'


def _refuse(table: Table, resource_name: str, inputs: Mapping[str, Any], opts: pulumi.ResourceOptions | None) -> None:
    constants = {camel(name): _constant(value) for name, value in inputs.items()}
    problems = check(table, constants, spell=str, new=False)
    reasons = [f"{problem.property} {problem.reason}" for problem in problems]
    if constants.get(ACCOUNT_ROW.state) is UNKNOWN:
        reasons.append("account must be a constant, not an Output: it says which settings count, also for a destroy")
    if opts is not None and opts.import_ is not None:
        reasons.append(
            "import_ cannot work with a dynamic provider; "
            "a number is taken over by declaring it, a message route or a messaging profile with adopt="
        )
    if reasons:
        raise pulumi.RunError("\n".join(f'{table.resource} "{resource_name}": {reason}' for reason in reasons))


def _constant(value: Any) -> Value:
    """The value of a constant; an output is unknown, also inside a list or an object."""
    if isinstance(value, pulumi.Output) or inspect.isawaitable(value):
        return UNKNOWN
    if isinstance(value, list | tuple):
        items = map(_constant, value)
        return ProgramTuple(items) if isinstance(value, tuple) else tuple(items)
    if isinstance(value, Mapping):
        return {camel(name): _constant(item) for name, item in value.items()}
    return value
