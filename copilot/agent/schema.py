"""Derives a JSON schema from a function's signature, and checks a call's arguments against the signature."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from copilot.agent.errors import ToolRefused

_PLAIN: dict[Any, str] = {str: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null"}


def parameters_schema(function: Callable[..., Any]) -> dict[str, Any]:
    """The schema of every parameter but the first, which is the place that the tool works in."""
    hints = get_type_hints(function, include_extras=True)
    parameters = _parameters(function)
    return {
        "type": "object",
        "properties": {name: _schema(hints[name]) for name in parameters},
        "required": [name for name, parameter in parameters.items() if parameter.default is parameter.empty],
        "additionalProperties": False,
    }


def checked(function: Callable[..., Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments with the defaults filled in; raises ToolRefused with what is wrong with them."""
    hints = get_type_hints(function)
    parameters = _parameters(function)
    if unknown := sorted(set(arguments) - set(parameters)):
        raise ToolRefused("bad_arguments", f"There is no argument {unknown[0]}.")
    values: dict[str, Any] = {}
    for name, parameter in parameters.items():
        if name in arguments:
            values[name] = _value(name, hints[name], arguments[name])
        elif parameter.default is parameter.empty:
            raise ToolRefused("bad_arguments", f"The argument {name} is missing.")
        else:
            values[name] = parameter.default
    return values


def _parameters(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    return dict(list(inspect.signature(function).parameters.items())[1:])


def _schema(hint: Any) -> dict[str, Any]:
    origin = get_origin(hint)
    if origin is Annotated:
        inner, *notes = get_args(hint)
        return _schema(inner) | {"description": " ".join(note for note in notes if isinstance(note, str))}
    if origin is Literal:
        return {"type": "string", "enum": list(get_args(hint))}
    if origin in (Union, UnionType):
        return {"anyOf": [_schema(choice) for choice in get_args(hint)]}
    if origin is list:
        return {"type": "array", "items": _schema(get_args(hint)[0])}
    if hint in _PLAIN:
        return {"type": _PLAIN[hint]}
    raise TypeError(f"A tool's argument cannot be of the type {hint!r}.")


def _value(name: str, hint: Any, value: Any) -> Any:
    if not _fits(hint, value):
        raise ToolRefused("bad_arguments", f"The argument {name} is not {_words(hint)}.")
    return value


def _fits(hint: Any, value: Any) -> bool:
    origin = get_origin(hint)
    if origin is Annotated:
        return _fits(get_args(hint)[0], value)
    if origin is Literal:
        return value in get_args(hint)
    if origin in (Union, UnionType):
        return any(_fits(choice, value) for choice in get_args(hint))
    if origin is list:
        return isinstance(value, list) and all(_fits(get_args(hint)[0], item) for item in value)
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, hint)


def _words(hint: Any) -> str:
    if get_origin(hint) is Literal:
        return "one of " + ", ".join(str(choice) for choice in get_args(hint))
    return f"of the type {_PLAIN.get(hint, str(hint))}"
