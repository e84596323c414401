"""Read policies back from plain JSON."""

import inspect
import json
import pathlib
from typing import Any

from omnisim._validation import check_choice
from omnisim.exceptions import ParameterError
from omnisim.policies.base import Policy
from omnisim.policies.saving import FORMAT, decoded


def load_policy(path: str | pathlib.Path) -> Policy:
    """Read a policy from a file that `Policy.save` wrote.

    Raises
    ------
    ParameterError
        If the file cannot be read, is damaged, or does not hold a policy of a known class.
    """
    try:
        made = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    except (OSError, TypeError) as error:
        raise ParameterError(f"{path} cannot be read as a policy: {error}.") from error
    except ValueError as error:
        raise ParameterError(f"{path} must hold a policy in JSON. {error}.") from error
    try:
        return policy_from_dict(made)
    except ParameterError as error:
        raise ParameterError(f"{path}: {error}") from error


def policy_from_dict(made: dict[str, Any]) -> Policy:
    """Return the policy that `Policy.to_dict` described, with what it had learned.

    Parameters
    ----------
    made : dict
        The answer of `Policy.to_dict`, or that answer read back from JSON.

    Returns
    -------
    Policy
        It decides exactly as the one that was described.

    Raises
    ------
    ParameterError
        If it describes no policy, the class is unknown (import its module first), the format is
        another one, a value is damaged, or arrays have shapes that the policy cannot have learned.
    """
    if not isinstance(made, dict):
        raise ParameterError(
            f"It must hold a policy, a JSON object as Policy.to_dict makes. Got {type(made)}."
        )
    if made.get("format") != FORMAT:
        raise ParameterError(
            f"A saved policy must have format {FORMAT}, that of this version of omnisim. Got "
            f"{made.get('format')!r:.40}. Make and train the policy again, or read it with the "
            "version that saved it."
        )
    known = {n: cls for n, cls in known_policies().items() if not inspect.isabstract(cls)}
    cls = known[check_choice("policy", str(made.get("policy", "")), known)]
    for part in ("parameters", "learned"):
        if not isinstance(made.get(part), dict):
            raise ParameterError(f"{part!r} must be a JSON object. Got {made.get(part)!r:.40}.")
    try:
        parameters = {name: decoded(value) for name, value in made["parameters"].items()}
        policy = cls.from_parameters(parameters)
        for name, value in made["learned"].items():
            _check_name(name)
            object.__setattr__(policy, name, decoded(value))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        if isinstance(error, ParameterError):
            raise
        raise ParameterError(
            f"This {cls.__name__} is damaged or of another version: {type(error).__name__}: {error}"
        ) from error
    policy._check_learned()
    return policy


def _check_name(name: str) -> None:
    if not name.endswith("_") or name.startswith("_"):
        raise ParameterError(f"What was learned must have a name that ends in '_'. Got {name!r}.")


def known_policies() -> dict[str, type[Policy]]:
    """Return every policy class that was imported, by name."""
    found, ahead = {}, [Policy]
    while ahead:
        for cls in ahead.pop().__subclasses__():
            found[cls.__name__] = cls
            ahead.append(cls)
    return found
