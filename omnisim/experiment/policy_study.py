"""PolicyStudy: policies, worlds and sizes of a league, as a TOML file declares them."""

import pathlib
from collections.abc import Callable, Mapping
from typing import Any, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from omnisim._validation import check_choice
from omnisim.config.base import Part, param
from omnisim.config.experiment import arm_of, build_study, check_presets
from omnisim.config.io import TomlFile
from omnisim.config.primitives import Primitives
from omnisim.config.scenario import Scenario
from omnisim.evaluation import off_policy
from omnisim.evaluation.off_policy import OffPolicyEstimator
from omnisim.exceptions import ConfigError, OmnisimError, ParameterError
from omnisim.experiment.compare import check_arms
from omnisim.experiment.league_result import NO_CONTACT, NO_EVIDENCE, ORACLE
from omnisim.experiment.learning import learns
from omnisim.experiment.personalisation import with_primitive
from omnisim.experiment.rehearsal import check_behavior, example_context, rehearse
from omnisim.policies import Online, Policy
from omnisim.policies.declared import KIND, declared_policy

Table = dict[str, Any]

ESTIMATORS: dict[str, type[OffPolicyEstimator]] = {
    cls.__name__: cls
    for cls in (
        off_policy.DirectMethod, off_policy.IPS, off_policy.SNIPS, off_policy.DoublyRobust,
        off_policy.SelfNormalisedDR, off_policy.SwitchDR, off_policy.ShrinkageDR,
    )
}  # fmt: skip
"""Off-policy estimators that a file can name."""

WORLDS: dict[str, Table] = {
    "siloed": {"capabilities": "siloed"},
    "integrated": {"capabilities": "integrated"},
}
"""Worlds where a file names none."""


class Learning(Part):
    """Learning curves: policies learn from what they do, and are judged after each round."""

    policies: list[str] = param(
        [], "names of policies of the study; all that learn by default", source="convention"
    )
    n_rounds: int = param(4, "replications to learn in", source="convention", ge=1, le=1000)
    n_replications: int = param(
        4, "replications to judge in after each round", source="convention", ge=2, le=100_000
    )


class ProfileErrors(Part):
    """The effect of personalisation over the error of profiles, in every world."""

    policy: Table = param(
        {KIND: "RecencyCampaign"}, "the policy whose content follows profiles", source="convention"
    )
    primitive: str = param(
        "third_party_accuracy", "primitive that moves the error of profiles; it is set at every "
        "level", source="convention",
    )  # fmt: skip
    values: list[float] = param(
        [0.0, 0.25, 0.5, 0.75, 1.0], "its values", source="convention", min_length=1
    )
    n_replications: int = param(
        4, "replications at each value", source="convention", ge=2, le=100_000
    )

    @field_validator("policy")
    @classmethod
    def _check_policy(cls, table: Table) -> Table:
        return _checked("policy", {"": table}, _ready_policy)[""]

    @field_validator("primitive")
    @classmethod
    def _check_primitive(cls, name: str) -> str:
        return check_choice("primitive", name, Primitives.model_fields)


class PolicyStudy(Part):
    """A league of policies in several worlds of one scenario."""

    title: str = param("Which policy earns most?", "title of the report", source="convention")
    question: str = param("", "what the report answers", source="convention")
    scenario: Scenario = Field(
        default=Scenario(),
        description="the scenario of all worlds: a file beside this one, 'reference', or a table",
    )
    presets: list[str] = param(
        [], "presets laid over the scenario, in order, e.g. 'sectors/fashion'", source="convention"
    )
    worlds: dict[str, Table] = param(
        WORLDS, "what each world changes, by dotted name; capabilities may be 'siloed' or "
        "'integrated'; effects by world are differences from the first", source="convention",
        min_length=1,
    )  # fmt: skip
    behavior: Table = param(
        {KIND: "Uniform"}, "the policy that decides in the logged runs, as in `policies`",
        source="convention: the randomised trial",
    )  # fmt: skip
    policies: dict[str, Table | list[Table]] = Field(
        min_length=1,
        description="policies by name, each a table of its kind (a class of omnisim.policies) and "
        "its parameters; of several tables the one that earns most in tuning takes part",
    )
    estimators: list[str] = param(
        ["IPS", "SNIPS", "DoublyRobust"], "off-policy estimators to hold against the truth",
        source="convention",
    )  # fmt: skip
    seed: int | None = param(
        None, "seed of the study; drawn and recorded if left out", source="convention",
        ge=0, lt=2**63,
    )  # fmt: skip
    n_training: int = param(
        2, "replications of the behavior policy to learn from", source="convention", ge=1, le=1000
    )
    n_logged: int = param(2, "further ones to estimate from", source="convention", ge=1, le=1000)
    n_replications: int = param(
        12, "further ones to judge in", source="assumption: enough for a t interval",
        ge=2, le=100_000,
    )  # fmt: skip
    window_days: float = param(
        28.0, "days after a decision that count as its reward", unit="days",
        source="assumption: four weeks", gt=0, le=3650,
    )  # fmt: skip
    probability: float = param(
        0.95, "probability of correct selection that a winner needs", source="convention",
        ge=0.5, lt=1,
    )  # fmt: skip
    confidence: float = param(0.95, "coverage of the intervals", source="convention", ge=0.5, lt=1)
    learning: Learning | None = Field(default=None, description="learning curves; none if left out")
    profile_error: ProfileErrors | None = Field(
        default=None, description="the effect of personalisation by the error of profiles"
    )

    @field_validator("presets")
    @classmethod
    def _check_presets(cls, names: list[str], info: ValidationInfo) -> list[str]:
        return check_presets(names, info)

    @field_validator("worlds")
    @classmethod
    def _check_worlds(cls, worlds: dict[str, Table], info: ValidationInfo) -> dict[str, Table]:
        scenario, presets = info.data.get("scenario"), info.data.get("presets")
        if scenario is None or presets is None:  # those are wrong, and told
            return worlds
        base = scenario.preset(*presets)
        _checked("worlds", worlds, lambda changes: arm_of(base, changes))
        first = arm_of(base, next(iter(worlds.values())))
        _checked("worlds", worlds, lambda changes: check_arms(first, arm_of(base, changes)))
        return worlds

    @field_validator("behavior")
    @classmethod
    def _check_behavior(cls, table: Table) -> Table:
        return _checked("behavior", {"": table}, declared_policy)[""]

    @field_validator("policies")
    @classmethod
    def _check_policies(
        cls, policies: dict[str, Table | list[Table]]
    ) -> dict[str, Table | list[Table]]:
        if NO_EVIDENCE in policies:
            raise ValueError(f"policies: {NO_EVIDENCE}: it is what a league says. Choose another.")
        taken = {NO_CONTACT, ORACLE} & set(policies)
        if taken:
            raise ValueError(
                f"policies: {min(taken)}: nobody contacted ({NO_CONTACT!r}) and the {ORACLE!r} "
                "always take part. Choose another name."
            )
        empty = [name for name, tables in policies.items() if not tables]
        if empty:
            raise ValueError(f"policies: {empty[0]}: must hold a kind, or tables of one each")
        _checked("policies", _named(policies), declared_policy)
        return policies

    @field_validator("estimators")
    @classmethod
    def _check_estimators(cls, names: list[str]) -> list[str]:
        for name in names:
            check_choice("estimator", name, ESTIMATORS)
        if len(set(names)) < len(names):
            raise ValueError(f"estimators must differ. Got {', '.join(names)}.")
        return names

    @field_validator("window_days")
    @classmethod
    def _check_window(cls, days: float, info: ValidationInfo) -> float:
        scenario = info.data.get("scenario")
        if scenario is not None and days > scenario.market.horizon_days:
            raise ValueError(
                f"window_days = {days:g}: must be at most the horizon of "
                f"{scenario.market.horizon_days:g} days"
            )
        return days

    @field_validator("learning")
    @classmethod
    def _check_learning(cls, learning: Learning | None, info: ValidationInfo) -> Learning | None:
        known = info.data.get("policies")
        if learning is not None and known is not None:
            for name in learning.policies:
                check_choice("policy", name, known)
                if not learns(_first(known[name])):
                    raise ValueError(
                        f"learning: policies: {name}: must learn from outcomes, as its curve would "
                        f"be flat. Got kind {type(_first(known[name])).__name__!r}."
                    )
            if not learning.policies and not any(learns(_first(t)) for t in known.values()):
                raise ValueError("learning: must have a policy that learns among the policies")
        return learning

    @field_validator("profile_error")
    @classmethod
    def _check_sweep(cls, sweep: ProfileErrors | None, info: ValidationInfo) -> Any:
        scenario = info.data.get("scenario")
        if sweep is not None and len(set(sweep.values)) < len(sweep.values):
            raise ValueError(f"profile_error: values: must differ. Got {sweep.values}")
        if sweep is not None and scenario is not None:
            for value in sweep.values:
                try:
                    with_primitive(scenario, sweep.primitive, value)
                except ConfigError as error:
                    raise ValueError(f"profile_error: values: {error}") from None
        return sweep

    @model_validator(mode="after")
    def _rehearse(self) -> Self:
        """Try every policy in every world."""
        base = self.scenario.preset(*self.presets)
        contexts = [example_context(arm_of(base, changes)) for changes in self.worlds.values()]

        def fits(table: Table) -> None:
            for context in contexts:
                rehearse(declared_policy(table), context)

        def runs(table: Table) -> None:
            if declared_policy(table).needs_truth:
                raise ParameterError("no firm can run a policy that needs the truth")
            fits(table)

        def leaves_chance(table: Table) -> None:
            if self.estimators:
                check_behavior(declared_policy(table))
            fits(table)

        _checked("policies", _named(self.policies), runs)
        _checked("behavior", {"": self.behavior}, leaves_chance)
        if self.profile_error is not None:
            _checked("profile_error", {"policy": self.profile_error.policy}, fits)
        return self

    def scenarios(self) -> dict[str, Scenario]:
        """Return the worlds by name."""
        base = self.scenario.preset(*self.presets)
        return {name: arm_of(base, changes) for name, changes in self.worlds.items()}

    def entrants(self) -> dict[str, list[Policy]]:
        """Return the candidates for each name, mostly one, as they are before they learn."""
        return {
            name: [declared_policy(t) for t in (tables if isinstance(tables, list) else [tables])]
            for name, tables in self.policies.items()
        }

    def chosen_estimators(self) -> list[OffPolicyEstimator]:
        """Return the off-policy estimators."""
        return [ESTIMATORS[name]() for name in self.estimators]


def load_policy_study(path: str | pathlib.Path) -> PolicyStudy:
    """Load a study of policies, its scenario and its rules, and check all of them.

    Parameters
    ----------
    path : str or Path
        A TOML file. Its `scenario` and the `file` of rules are paths relative to it.

    Raises
    ------
    ConfigError
        If a file cannot be read or holds anything that is not allowed; see `load_scenario`.
    """
    return build_policy_study(TomlFile(path))


def build_policy_study(file: TomlFile) -> PolicyStudy:
    """Make a study of a file that was read; see `load_policy_study`."""
    file.values = _placed(file.values, pathlib.Path(file.path).parent)
    return build_study(file, PolicyStudy)


def is_policy_study(file: TomlFile) -> bool:
    """Tell whether a file was meant as a study of policies: it has a key that nothing else has."""
    return not {"policies", "behavior", "worlds"}.isdisjoint(file.values)


def _placed(values: Any, folder: pathlib.Path) -> Any:
    """Return tables with the files of rules relative to the current folder."""
    if isinstance(values, list):
        return [_placed(value, folder) for value in values]
    if not isinstance(values, Mapping):
        return values
    placed = {name: _placed(value, folder) for name, value in values.items()}
    if placed.get(KIND) == "Rules" and isinstance(placed.get("file"), str):
        placed["file"] = str(folder / placed["file"])
    return placed


def _named(policies: dict[str, Table | list[Table]]) -> dict[str, Table]:
    """Return every table under the name that an error should give it."""
    return {
        name if isinstance(tables, dict) else f"{name}[{k}]": table
        for name, tables in policies.items()
        for k, table in enumerate(tables if isinstance(tables, list) else [tables])
    }


def _first(tables: Table | list[Table]) -> Policy:
    return declared_policy(tables[0] if isinstance(tables, list) else tables)


def _ready_policy(table: Table) -> Policy:
    """Return a policy that need not be trained first: the sweep of profiles trains none."""
    policy = declared_policy(table)
    if learns(policy) and not isinstance(policy, Online):
        raise ParameterError("must not have to be trained: it is judged as it is")
    return policy


def _checked(
    field: str, tables: dict[str, Table], make: Callable[[Table], object]
) -> dict[str, Table]:
    """Return tables of which something can be made; otherwise raise one line for each problem."""
    lines = []
    for name, table in tables.items():
        try:
            make(table)
        except OmnisimError as error:
            prefix = f"{field}: {name}." if name else f"{field}: "
            lines += [f"{prefix}{line}" for line in str(error).splitlines()]
    if lines:
        raise ValueError("\n".join(lines))
    return tables
