"""Read policies back from plain JSON."""

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
        If the file does not hold a policy of a known class.
    """
    try:
        made = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise ParameterError(f"{path} must hold a policy in JSON. {error}.") from error
    if not isinstance(made, dict):
        raise ParameterError(f"{path} must hold a policy, a JSON object. Got {type(made)}.")
    return policy_from_dict(made)


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
        If the class is unknown (import its module first), the format is a later one, or arrays
        have shapes that the policy cannot have learned.
    """
    if made.get("format") != FORMAT:
        raise ParameterError(f"A saved policy must have format {FORMAT}. Got {made.get('format')}.")
    known = known_policies()
    cls = known[check_choice("policy", made.get("policy", ""), known)]
    parameters = {name: decoded(value) for name, value in made["parameters"].items()}
    policy = cls.from_parameters(parameters)
    for name, value in made["learned"].items():
        object.__setattr__(policy, name, decoded(value))
    policy._check_learned()
    return policy


def known_policies() -> dict[str, type[Policy]]:
    """Return every policy class that was imported, by name."""
    found, ahead = {}, [Policy]
    while ahead:
        for cls in ahead.pop().__subclasses__():
            found[cls.__name__] = cls
            ahead.append(cls)
    return found
