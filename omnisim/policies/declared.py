"""Policies as a file declares them: a kind and its parameters, all checked before anything runs."""

import importlib
import inspect
import pathlib
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, get_type_hints

from pydantic import ValidationError, create_model

from omnisim._validation import check_choice
from omnisim.config.base import Part
from omnisim.config.problems import problems_of
from omnisim.exceptions import ConfigError, OmnisimError
from omnisim.policies.base import Policy
from omnisim.policies.loading import known_policies
from omnisim.policies.rules import RuleBook, Rules

KIND = "kind"
"""The key that names the class of a policy or of an estimator."""


def declared_policy(table: Mapping[str, Any]) -> Policy:
    """Return the policy that a table of a file declares.

    Parameters
    ----------
    table : mapping
        ``kind`` names a class of policies that was imported, the other keys are its parameters.
        A parameter that is a policy is a table likewise. A scikit-learn estimator is its full
        name, or a table of that as ``kind`` and its parameters. ``Rules`` take ``file``, or the
        ``rule`` tables and ``holdout`` of such a file.

    Raises
    ------
    ConfigError
        If the kind or a parameter is unknown, or a value is not allowed; one line for each
        problem, which begins with the name of the parameter.

    Examples
    --------
    >>> declared_policy({"kind": "LinUCB", "alpha": 0.5}).alpha
    0.5
    """
    values = {name: _frozen(value) for name, value in table.items()}
    known = {n: cls for n, cls in known_policies().items() if not inspect.isabstract(cls)}
    try:
        cls = known[check_choice(KIND, values.pop(KIND, ""), sorted(known))]
    except OmnisimError as error:
        raise ConfigError(f"{KIND}: {error}") from None
    if issubclass(cls, Rules):
        return _rules(values)
    return _made(cls, values)


def _made(cls: type[Policy], values: dict[str, Any]) -> Policy:
    """Return a policy of a class; a value of a parameter without type is an estimator."""
    hints = get_type_hints(cls)
    given = [field for field in fields(cls) if field.init]  # type: ignore[arg-type]
    nested = {field.name for field in given if hints[field.name] in (Any, Policy)}
    model: Any = {
        field.name: (Any if field.name in nested else hints[field.name], _default(field))
        for field in given
    }
    checked = _checked(create_model(cls.__name__, __base__=Part, **model), values)
    parameters = {name: getattr(checked, name) for name in values}
    try:
        for name in nested & values.keys():
            make = declared_policy if hints[name] is Policy else declared_estimator
            parameters[name] = make(values[name])
    except ConfigError as error:
        raise ConfigError("\n".join(f"{name}.{n}" for n in str(error).splitlines())) from None
    try:
        return cls(**parameters)
    except OmnisimError as error:
        raise ConfigError(f"{KIND} {cls.__name__}: {error}") from None


def _rules(values: dict[str, Any]) -> Rules:
    """Return rules of a file, or those that stand in the table."""
    if "file" not in values:
        book = _checked(RuleBook, values)
        return Rules(book.rule, book.holdout)
    if len(values) > 1:
        others = ", ".join(map(repr, values.keys() - {"file"}))
        raise ConfigError(f"file: rules of a file take no other keys. Got {others}")
    try:
        return Rules.from_toml(pathlib.Path(str(values["file"])))
    except ConfigError as error:
        raise ConfigError("\n".join(f"file: {line}" for line in str(error).splitlines())) from None


def declared_estimator(value: Any) -> Any:
    """Return a scikit-learn estimator from its full name, or a table of name and parameters.

    Raises
    ------
    ConfigError
        If there is none of that name in scikit-learn, or it does not take the parameters.

    Examples
    --------
    >>> declared_estimator("sklearn.linear_model.Ridge")
    Ridge()
    """
    table = dict(value) if isinstance(value, Mapping) else {KIND: value}
    name = str(table.pop(KIND, ""))
    module, _, last = name.rpartition(".")
    try:
        if module.partition(".")[0] != "sklearn":
            raise ImportError("it must be the full name of a class of scikit-learn")
        from sklearn.base import is_classifier, is_regressor

        cls = getattr(importlib.import_module(module), last)
        if not hasattr(cls, "fit"):
            raise TypeError("it has no method 'fit'")
        made = cls(**table)
        if not (is_classifier(made) or is_regressor(made)):
            raise TypeError("it is neither a regressor nor a classifier")
        if hasattr(made, "_validate_params"):
            made._validate_params()
        return made
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise ConfigError(f"{KIND} = {name!r}: cannot be made: {error}") from None


def _checked(model: type[Part], values: dict[str, Any]) -> Any:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        texts = [problem.text for problem in problems_of(error, model, is_file=True)]
        raise ConfigError("\n".join(texts)) from None


def _default(field: Any) -> Any:
    if field.default is not MISSING:
        return field.default
    return ... if field.default_factory is MISSING else field.default_factory()


def _frozen(value: Any) -> Any:
    """Return lists as tuples, as policies take them."""
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
