"""Split the omnichannel premium into exposure, self-selection and cause (facts.md D7.6)."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from omnisim.config.scenario import Scenario
from omnisim.evaluation import RatioSet, mean_interval, ratio_interval, ratio_set
from omnisim.experiment.basis import study_basis
from omnisim.experiment.compare import check_arms
from omnisim.experiment.intervals import INTERVAL
from omnisim.experiment.premium_worlds import (
    NO_CROSS_EFFECTS,
    PremiumTask,
    premium_size,
    run_premium_worlds,
)
from omnisim.experiment.shoppers import Shoppers
from omnisim.experiment.tasks import run_addressed
from omnisim.policies import Policy
from omnisim.provenance import record
from omnisim.simulation.engine import default_policy

PARTS = {
    "observed": ("observed", None),
    "exposure": ("permuted", None),
    "self-selection": ("no effect", "permuted"),
    "channel use": ("siloed", "no effect"),
    "integration": ("observed", "siloed"),
    "cause": ("observed", "no effect"),
}
"""Each part as the ratio of two premia."""

FACTORS = ("exposure", "self-selection", "channel use", "integration")
"""The parts that multiply to "observed"; "cause" is the last two together."""

DO = {"store only": "store", "online only": "online", "own kind only": "own"}


@dataclass(frozen=True, repr=False)
class PremiumSplit:
    """Why buyers in several channels are worth more, and what several channels cause.

    Attributes
    ----------
    parts : DataFrame
        part, log_ratio, ci_low, ci_high, ratio, ratio_low, ratio_high, share (of the observed
        logarithm). "observed" is
        the premium in the variant's data; "exposure" that of shuffled channels: who buys often
        meets more of them; "self-selection" what preferences add where the effects of one channel
        on another that a setting can take away are off (`premium_worlds.NO_CROSS_EFFECTS` says
        which, and what is left); "channel use" what these effects add in the baseline;
        "integration" what changes from baseline to variant, the changed mix of shoppers included;
        "cause" the last two together, with an interval of its own.
    do_effects : DataFrame
        against, ratio, ci_low, ci_high: revenue of the same shoppers, with the same needs and
        tastes, with all channels open over that without. "own kind only" restricts each shopper to
        the kind they spend more in, in a firm that stays as it is; "store only" and "online only"
        close a kind to everybody.
    encouragement : DataFrame
        effect, value, ci_low, ci_high, note: "itt" (EUR per shopper and year of giving a random
        half the app and an account), "began" and "stopped" (shares of them who buy in both kinds
        only with, and only without it), "moved" (began less stopped), "late" (the change in revenue
        of those who began, EUR each and year: both their worlds are known here), "wald" (itt over
        moved, what an analyst would compute). Wald's ratio is the LATE only if nobody stops and app
        and account do nothing else; but they bring mail, push messages and another place to buy.
        It is left out (NaN, with unbounded ends) where the interval of "moved" includes zero; its
        note then has Fieller's set, which is that of Anderson and Rubin. Those who began include
        people who buy otherwise by chance, since an app changes which draws they meet.
    n_left_out : int
        Replications that `parts` leaves out whole, since in one of their worlds nobody, or
        everybody, bought in several channels: there is no premium there.
    samples : DataFrame
        One row a replication, one column a number of `run_premium_worlds`.
    confidence : float
        Coverage of every interval.
    provenance : mapping
        How the result was made.
    """

    parts: pd.DataFrame
    do_effects: pd.DataFrame
    encouragement: pd.DataFrame
    n_left_out: int
    samples: pd.DataFrame
    confidence: float
    provenance: Mapping[str, Any]

    def __repr__(self) -> str:
        """Return the split, and how many replications it lacks."""
        ratio = self.parts.set_index("part")["ratio"]
        rest = " x ".join(f"{name} {ratio[name]:.2f}" for name in FACTORS)
        told = f"PremiumSplit: observed {ratio['observed']:.2f} = {rest}"
        if self.n_left_out:
            n = len(self.samples)
            told += f"\n{self.n_left_out} of {n} replications left out: no premium in a world"
        return told

    def to_frame(self) -> pd.DataFrame:
        """Return `parts` as a new frame."""
        return self.parts.copy()


def split_premium(
    baseline: Scenario,
    variant: Scenario,
    *,
    n_replications: int = 12,
    seed: int | None = None,
    shoppers: Shoppers | None = None,
    policy: Policy | None = None,
    confidence: float = 0.95,
    folder: str | os.PathLike[str] | None = None,
    executor: Executor | None = None,
    on_wait: Callable[[int], None] | None = None,
) -> PremiumSplit:
    """Run the worlds that tell exposure, self-selection and cause apart, under the same luck.

    ln R_obs = ln R_perm + ln(R_0 / R_perm) + ln(R_silo / R_0) + ln(R_obs / R_silo). R_0 is measured
    in the baseline without effects between channels (`premium_worlds.NO_CROSS_EFFECTS`), R_perm
    there with the channels of all purchases shuffled. "Multichannel" is who bought both in a store
    and online, website and app together, within the horizon.

    Parameters
    ----------
    baseline, variant : Scenario
        The siloed and the integrated firm.
    n_replications : int, default=12
        Replications of the seven worlds; at least 2.
    seed, shoppers, policy, confidence, executor, on_wait
        As in `omnisim.compare`.
    folder : path, optional
        Where each finished replication is kept; a run that was killed goes on there.

    Raises
    ------
    ParameterError
        If the arms differ in shoppers or horizon, one of them does not sell both in stores and
        online, or an argument is out of range.
    RunError
        If a run fails.

    References
    ----------
    .. [1] Angrist, Imbens and Rubin (1996). Identification of causal effects using instrumental
       variables. JASA 91(434), 444-455. doi:10.1080/01621459.1996.10476902 (ITT, LATE, and the
       monotonicity without which Wald's ratio is not it)
    """
    seed, shoppers = study_basis(seed, shoppers, n_replications, confidence)
    check_arms(baseline, variant)
    premium_size(baseline, variant)
    tasks = [
        PremiumTask(baseline, variant, shoppers, policy, seed, k) for k in range(n_replications)
    ]
    made = record(
        scenario=baseline, seed=seed, replication=None, policy=policy or default_policy(baseline),
        variant=variant.model_dump(mode="json"), shoppers=repr(shoppers),
        no_cross_effects=NO_CROSS_EFFECTS,
    )  # fmt: skip
    outcomes = run_addressed(
        run_premium_worlds, tasks, folder=folder, study=made, executor=executor, on_wait=on_wait
    )
    made |= {"n_replications": n_replications, "confidence": confidence}
    return summarise_premium(outcomes, confidence, made)


def summarise_premium(
    outcomes: Sequence[Mapping[str, float]], confidence: float, made: Mapping[str, Any]
) -> PremiumSplit:
    """Turn the numbers of all replications into one result."""
    samples = pd.DataFrame(list(outcomes))
    samples.insert(0, "replication", range(len(samples)))
    number = {name: samples[name].to_numpy(dtype=np.float64) for name in samples.columns}
    do_effects = [
        (against, *ratio_interval(number["all"], number[kind], confidence=confidence))
        for against, kind in DO.items()
    ]
    worlds = ["observed", *(bottom for _, bottom in PARTS.values() if bottom)]
    complete = np.isfinite(samples[worlds].to_numpy(dtype=np.float64)).all(axis=1)
    return PremiumSplit(
        parts=_parts({name: number[name][complete] for name in worlds}, confidence),
        do_effects=pd.DataFrame(do_effects, columns=["against", "ratio", *INTERVAL]),
        encouragement=_encouragement(number, confidence),
        n_left_out=int((~complete).sum()),
        samples=samples,
        confidence=confidence,
        provenance=made,
    )


def _encouragement(number: Mapping[str, NDArray[np.float64]], confidence: float) -> pd.DataFrame:
    """Return what the encouragement does; see `PremiumSplit`."""
    rows = [
        (name, *mean_interval(number[name], confidence=confidence), "")
        for name in ("itt", "began", "stopped", "moved")
    ]
    late = ratio_set(number["began change"], number["began"], confidence=confidence)
    wald = ratio_set(number["itt"], number["moved"], confidence=confidence)
    rows += [("late", *_shown(late, NOBODY)), ("wald", *_shown(wald, WEAK))]
    return pd.DataFrame(rows, columns=["effect", "value", *INTERVAL, "note"])


NOBODY = "too few began to tell"
WEAK = "first stage too weak"


def _shown(found: RatioSet, why: str) -> tuple[float, float, float, str]:
    """Return value, ends and note of a ratio; no value where the denominator may be zero."""
    if found.kind == "interval":
        return found.ratio, found.low, found.high, ""
    low, high = found.gap
    values = {
        "all": "every value is possible",
        "outside": f"every value but those from {low:.2f} to {high:.2f} is possible",
        "none": "nobody moved",
    }[found.kind]
    return np.nan, -np.inf, np.inf, f"{why}: {values}"


def _parts(number: Mapping[str, NDArray[np.float64]], confidence: float) -> pd.DataFrame:
    logs = {
        part: np.log(number[top]) - (np.log(number[bottom]) if bottom else 0.0)
        for part, (top, bottom) in PARTS.items()
    }
    rows = [(part, *mean_interval(values, confidence=confidence)) for part, values in logs.items()]
    table = pd.DataFrame(rows, columns=["part", "log_ratio", *INTERVAL])
    whole = float(table.loc[0, "log_ratio"])
    share = table["log_ratio"] / whole if whole else np.nan
    ratios = {"ratio": "log_ratio", "ratio_low": "ci_low", "ratio_high": "ci_high"}
    return table.assign(**{to: np.exp(table[of]) for to, of in ratios.items()}, share=share)
