"""Experiment: two versions of a scenario to be compared, and how often each is run."""

import pathlib
from collections.abc import Iterator, Mapping
from typing import Any, Self, TypeVar

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator

from omnisim.config.base import Part, param
from omnisim.config.capabilities import Capabilities
from omnisim.config.io import TomlFile, check, load_scenario
from omnisim.config.problems import Problem, problems_of
from omnisim.config.scenario import Scenario
from omnisim.config.valuation import Valuation
from omnisim.exceptions import ConfigError

P = TypeVar("P", bound=Part)

PRESETS = {"siloed": Capabilities.siloed(), "integrated": Capabilities.integrated()}
"""Capabilities that an arm can name instead of listing levels."""

REFERENCE = "reference"
"""The name of the embedded scenario, where a file would give a path."""


class Experiment(Part):
    """A comparison of a baseline with a variant of one scenario."""

    title: str = param("Siloed or integrated?", "title of the report", source="convention")
    question: str = param(
        "What is it worth to run the channels as one firm?", "what the report answers",
        source="convention",
    )  # fmt: skip
    scenario: Scenario = Field(
        default=Scenario(),
        description="the scenario of both arms: a file beside this one, 'reference', or a table",
    )
    presets: list[str] = param(
        [], "presets laid over the scenario, in order, e.g. 'sectors/fashion'", source="convention"
    )
    baseline_name: str = param("siloed", "name of the baseline", source="convention", min_length=1)
    variant_name: str = param(
        "integrated", "name of the variant", source="convention", min_length=1
    )
    baseline: dict[str, Any] = param(
        {"capabilities": "siloed"}, "what the baseline changes, by dotted name; capabilities may "
        "be 'siloed' or 'integrated'", source="convention",
    )  # fmt: skip
    variant: dict[str, Any] = param(
        {"capabilities": "integrated"}, "what the variant changes, likewise", source="convention"
    )
    seed: int | None = param(
        None, "seed of the study; drawn and recorded if left out", source="convention",
        ge=0, lt=2**63,
    )  # fmt: skip
    n_replications: int = param(
        12, "pairs of runs", source="assumption: enough for a t interval", ge=2, le=100_000
    )
    confidence: float = param(0.95, "coverage of the intervals", source="convention", ge=0.5, lt=1)
    lookback_days: float = param(
        30.0, "touchpoints older than this before an outcome are left out of its journey",
        unit="days", source="convention: 30 days is the usual default", gt=0, le=3650,
    )  # fmt: skip
    value: Valuation | None = Field(
        default=None, description="what `omnisim value` finds, and `omnisim run` beside the "
        "comparison; if left out, `run` finds nothing more, `value` what capabilities are worth",
    )  # fmt: skip

    @field_validator("presets")
    @classmethod
    def _check_presets(cls, names: list[str], info: ValidationInfo) -> list[str]:
        return check_presets(names, info)

    @field_validator("baseline", "variant")
    @classmethod
    def _checkarm_of(cls, changes: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        scenario, presets = info.data.get("scenario"), info.data.get("presets")
        if scenario is not None and presets is not None:  # otherwise those are wrong, and told
            try:
                arm_of(scenario.preset(*presets), changes)
            except ConfigError as error:
                lines = str(error).splitlines()
                raise ValueError("\n".join(f"{info.field_name}: {n}" for n in lines)) from None
        return changes

    @property
    def asked(self) -> Valuation:
        """What a valuation of this experiment finds; capabilities and roll-outs by default."""
        return self.value or Valuation()

    def sized(self) -> Self:
        """Return the experiment at the size of its valuation, where that has one of its own.

        Examples
        --------
        >>> small = Experiment(value=Valuation(n_shoppers=500, n_replications=3)).sized()
        >>> small.arms()[0].market.n_shoppers, small.n_replications
        (500, 3)
        """
        asked = self.asked
        changes: dict[str, Any] = {}
        if asked.n_replications is not None:
            changes["n_replications"] = asked.n_replications
        if asked.n_shoppers is not None:
            size = {"market.n_shoppers": asked.n_shoppers}
            changes["baseline"] = dict(_by_dotted_name(self.baseline)) | size
            changes["variant"] = dict(_by_dotted_name(self.variant)) | size
        return self.model_copy(update=changes)

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        if self.baseline_name == self.variant_name:
            raise ValueError(
                f"variant_name must differ from baseline_name. Got {self.variant_name!r} twice."
            )
        return self

    def arms(self) -> tuple[Scenario, Scenario]:
        """Return the scenarios of the baseline and of the variant.

        Examples
        --------
        >>> baseline, variant = Experiment().arms()
        >>> baseline.capabilities.visible_stock, variant.capabilities.visible_stock
        (0, 2)
        """
        scenario = self.scenario.preset(*self.presets)
        return arm_of(scenario, self.baseline), arm_of(scenario, self.variant)


def check_presets(names: list[str], info: ValidationInfo) -> list[str]:
    """Return `names` if the scenario of the same study can take these presets."""
    scenario = info.data.get("scenario")
    if scenario is not None:
        try:
            scenario.preset(*names)
        except ConfigError as error:
            raise ValueError(str(error)) from None
    return names


def load_experiment(path: str | pathlib.Path) -> Experiment:
    """Load an experiment, its scenario, and check both arms.

    Parameters
    ----------
    path : str or Path
        A TOML file. Its `scenario` is a path relative to the file, ``"reference"`` for the
        embedded scenario, or a table of the fields that differ from that.

    Raises
    ------
    ConfigError
        If a file cannot be read or holds anything that is not allowed; see `load_scenario`.
    """
    return build_experiment(TomlFile(path))


def build_experiment(file: TomlFile) -> Experiment:
    """Make an experiment of a file that was read; see `load_experiment`."""
    return build_study(file, Experiment)


def build_study(file: TomlFile, model: type[P]) -> P:
    """Make a study of a file that was read; its `scenario` may be named, see `load_experiment`."""
    values, problems = dict(file.values), []
    named = values.get("scenario")
    if isinstance(named, str):
        del values["scenario"]
        if named != REFERENCE:
            try:
                values["scenario"] = load_scenario(pathlib.Path(file.path).parent / named)
            except ConfigError as error:
                problems = [Problem(("scenario",), line) for line in str(error).splitlines()]
    try:
        study = check(values, model)
    except ValidationError as error:
        problems += problems_of(error, model, is_file=True)
    if problems:
        raise file.error(problems)
    return study


def is_experiment(file: TomlFile) -> bool:
    """Tell whether a file was meant as an experiment: it has a key that no scenario has."""
    return not (Experiment.model_fields.keys() - Scenario.model_fields).isdisjoint(file.values)


def arm_of(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """Return a scenario with changes by dotted name; capabilities may be one of `PRESETS`."""
    named = dict(_by_dotted_name(changes))
    preset = named.get("capabilities")
    if isinstance(preset, str):
        if preset not in PRESETS:
            known = " or ".join(repr(name) for name in PRESETS)
            raise ConfigError(f"capabilities = {preset!r}: must be {known}, or a table of levels")
        named["capabilities"] = PRESETS[preset]
    return scenario.replace(named)


def _by_dotted_name(changes: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Write nested tables as dotted names, so that one segment can be changed and others kept."""
    for name, value in changes.items():
        if isinstance(value, Mapping):
            yield from _by_dotted_name(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value
