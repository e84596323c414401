"""Valuation: which questions beyond the comparison an experiment asks, and at which size."""

from typing import Literal, Self

from pydantic import model_validator

from omnisim._validation import check_choice
from omnisim.config.base import Part, param
from omnisim.config.capabilities import Capabilities


class Valuation(Part):
    """The parts of a valuation; each is a section of its report, and costs its runs."""

    capabilities: bool = param(
        True, "what each capability is worth: first, last, Shapley value, interactions",
        source="D7",
    )  # fmt: skip
    n_orderings: int | None = param(
        None, "orderings sampled for the Shapley values of capabilities; 0 runs every coalition, "
        "and the values are exact; if left out, 0 up to 1,024 coalitions and 12 beyond",
        source="convention", ge=0, le=100_000,
    )  # fmt: skip
    transition: bool = param(
        True, "cost, net present value and payback by order of roll-out; needs capabilities",
        source="D7",
    )  # fmt: skip
    priors: bool = param(
        False, "what the variant is worth over the priors of parameters (facts.md C1-C4)",
        source="D7",
    )  # fmt: skip
    n_draws: int = param(
        60, "draws of the parameters, each of 2 replications", source="assumption", ge=2,
        le=100_000,
    )  # fmt: skip
    gains: bool = param(False, "what each capability reallocates and what it creates", source="D7")
    premium: bool = param(
        False, "the omnichannel premium, split into exposure, self-selection and cause",
        source="D7",
    )  # fmt: skip
    measurement: bool = param(
        False, "what it is worth to see more: one contact policy at every tracking level",
        source="D7",
    )  # fmt: skip
    audit: bool = param(
        False, "every attribution model at every tracking level against the truth", source="D7"
    )
    naive: bool = param(
        False, "groups that chose themselves, compared as firms do, against the truth",
        source="D7",
    )  # fmt: skip
    trials: bool = param(
        False, "field experiments of the firm, with the true effect beside each estimate",
        source="D7",
    )  # fmt: skip
    firm: Literal["baseline", "variant"] = param(
        "variant", "the firm whose measurement, attribution, groups and trials are looked at",
        source="convention",
    )  # fmt: skip
    digital_cost: float = param(
        100_000.0, "what digital tracking (TL1) costs more than totals (TL0)", unit="EUR/year",
        source="assumption: a suite for analytics and one analyst", ge=0, le=1e12,
    )  # fmt: skip
    follow: float = param(
        1.0, "share of the next replication's media budget that follows a model's credits",
        source="assumption: all of it", ge=0, le=1,
    )  # fmt: skip
    players: Literal["media", "channels", "touchpoints"] = param(
        "media", "who divides by Shapley value what all cause: the media alone, with the sales "
        "channels, or with all touchpoints that inform or help", source="convention",
    )  # fmt: skip
    n_media_orderings: int = param(
        0, "orderings sampled for the Shapley values of the players; 0 runs every coalition",
        source="convention", ge=0, le=100_000,
    )  # fmt: skip
    n_regions: int = param(
        8, "regions of each trial on regions", source="assumption", ge=4, le=10_000
    )
    period_days: int = param(
        28, "length of a period of the trials on regions", unit="days", source="assumption",
        ge=1, le=3650,
    )  # fmt: skip

    valued: list[str] = param(
        [], "capabilities that are valued, brought in and split into gains, while all others stay "
        "as in the baseline; all in which the firms differ if empty", source="convention",
    )  # fmt: skip
    models: list[str] = param(
        [], "attribution models that are audited, by the names in the report; all if empty",
        source="convention",
    )  # fmt: skip
    n_shoppers: int | None = param(
        None, "shoppers of every part, where fewer than the market's are to do",
        unit="shoppers", source="convention", ge=1, le=10_000_000,
    )  # fmt: skip
    n_replications: int | None = param(
        None, "replications of every part, instead of the experiment's", source="convention",
        ge=2, le=100_000,
    )  # fmt: skip

    @model_validator(mode="after")
    def _check_parts(self) -> Self:
        if self.transition and not self.capabilities:
            raise ValueError(
                "transition needs the values of capabilities. Set capabilities = true, or "
                "transition = false."
            )
        for name in self.valued:
            check_choice("capability in value.valued", name, Capabilities.model_fields)
        if not any(getattr(self, name) for name in PARTS):
            raise ValueError(f"at least one of {', '.join(PARTS)} must be true.")
        return self


PARTS = (
    "capabilities", "transition", "priors", "gains", "premium", "measurement", "audit", "naive",
    "trials",
)  # fmt: skip
"""Fields of `Valuation` that are parts, in the order of the report."""
