"""Scenario: the root of every definition, frozen and checked as a whole."""

from collections.abc import Iterator, Mapping
from typing import Any, Self

from pydantic import Field, model_validator

from omnisim.config.base import Part
from omnisim.config.capabilities import SALES_CHANNELS, Capabilities
from omnisim.config.capability_costs import CapabilityCosts, Investments
from omnisim.config.channels import Channels, Choice, Rivals
from omnisim.config.clienteling import Clienteling
from omnisim.config.costs import Costs
from omnisim.config.direct import DirectMail, Limits, Offers, Push, Surfaces
from omnisim.config.exposures import WRITTEN, Exposures
from omnisim.config.governance import Governance
from omnisim.config.heterogeneity import Heterogeneity
from omnisim.config.holdouts import Holdouts
from omnisim.config.in_store import InStore
from omnisim.config.invitation import Invitation
from omnisim.config.market import Market, Word
from omnisim.config.media import Media, Messages
from omnisim.config.operations import Basket, Experience, Fulfilment, Service, Stock, Stores
from omnisim.config.preset import of_every_segment, preset_changes
from omnisim.config.primitives import Primitives
from omnisim.config.records import Records
from omnisim.config.replace import replace_fields
from omnisim.config.rollout import Rollout
from omnisim.config.segments import Segment
from omnisim.config.service_desk import ServiceDesk
from omnisim.config.shock import Shock
from omnisim.config.sign_ups import SignUps
from omnisim.config.voice import Voice

SEGMENTS = {
    "mainstream": Segment(share=0.65),
    "digital": Segment(
        share=0.2, age_mean=33.0, digital_nativity=0.8, website_affinity=0.5, app_affinity=0.6,
        store_affinity=-0.2, p_app=0.45, p_account=0.8,
    ),
    "loyal": Segment(
        share=0.15, need_shape=0.6, age_mean=52.0, store_affinity=0.4, p_loyalty=0.85, p_aware=1.0,
        distance_km=4.0,
    ),
}  # fmt: skip
"""Segments of the reference scenario; need_shape 0.6 is the upper end of C1."""


class Scenario(Part):
    """A market, a firm and its rivals: everything that a run depends on but policy and seed."""

    market: Market = Market()
    segments: dict[str, Segment] = Field(default=SEGMENTS, min_length=1)
    channels: Channels = Channels()
    rivals: Rivals = Rivals()
    choice: Choice = Choice()
    heterogeneity: Heterogeneity = Heterogeneity()
    stores: Stores = Stores()
    service: Service = Service()
    service_desk: ServiceDesk = ServiceDesk()
    in_store: InStore = InStore()
    stock: Stock = Stock()
    basket: Basket = Basket()
    fulfilment: Fulfilment = Fulfilment()
    experience: Experience = Experience()
    word: Word = Word()
    voice: Voice = Voice()
    media: Media = Media()
    messages: Messages = Messages()
    exposures: Exposures = Exposures()
    holdouts: Holdouts = Holdouts()
    invitation: Invitation = Invitation()
    push: Push = Push()
    direct_mail: DirectMail = DirectMail()
    clienteling: Clienteling = Clienteling()
    offers: Offers = Offers()
    limits: Limits = Limits()
    surfaces: Surfaces = Surfaces()
    records: Records = Records()
    sign_ups: SignUps = SignUps()
    capabilities: Capabilities = Capabilities()
    primitives: Primitives = Primitives()
    costs: Costs = Costs()
    capability_costs: CapabilityCosts = CapabilityCosts()
    investments: Investments = Investments()
    rollout: Rollout = Rollout()
    governance: Governance = Governance()
    shock: Shock = Shock()

    @model_validator(mode="after")
    def _check_whole(self) -> Self:
        problems = list(self._contradictions())
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _contradictions(self) -> Iterator[str]:
        total = sum(segment.share for segment in self.segments.values())
        if abs(total - 1) > 1e-9:
            yield f"segments.*.share must sum to 1. Got {total:.9g}."
        if self.stores.closing_hour <= self.stores.opening_hour:
            yield (
                f"stores.closing_hour must be after stores.opening_hour, "
                f"{self.stores.opening_hour:g}. Got {self.stores.closing_hour:g}."
            )
        if self.service_desk.closing_hour <= self.service_desk.opening_hour:
            yield (
                f"service_desk.closing_hour must be after service_desk.opening_hour, "
                f"{self.service_desk.opening_hour:g}. Got {self.service_desk.closing_hour:g}."
            )
        if not self.open_channels:
            yield "channels: at least one of store, website, app must be open."
        if self.word.detractor_below > self.word.promoter_above:
            yield (
                f"word.detractor_below must be <= word.promoter_above, "
                f"{self.word.promoter_above:g}. Got {self.word.detractor_below:g}."
            )
        if self.word.mean_degree >= max(self.market.n_shoppers, 1):
            yield (
                f"word.mean_degree must be below market.n_shoppers, {self.market.n_shoppers}. "
                f"Got {self.word.mean_degree}."
            )
        reactions = self.stock.react_substitute + self.stock.react_rival
        reactions += self.stock.react_delay + self.stock.react_quit
        if abs(reactions - 1) > 1e-9:
            yield f"stock.react_* must sum to 1. Got {reactions:.9g}."
        if self.stock.is_reserved_ahead and self.stock.capacity_per_day == 0:
            yield "stock.is_reserved_ahead needs stock.capacity_per_day > 0. Got 0."
        if self.stock.shelf_life_days > 0 and self.stock.capacity_per_day > 0:
            yield "stock: goods have a shelf life or a capacity a day, not both."
        yield from self._lacking_channels()

    def _lacking_channels(self) -> Iterator[str]:
        """Say which capabilities lack the sales channel that they work in."""
        for name, any_of in SALES_CHANNELS.items():
            level = getattr(self.capabilities, name)
            if level and not set(any_of) & set(self.open_channels):
                wanted = " or ".join(f"channels.{channel}" for channel in any_of)
                yield f"capabilities.{name} = {level} needs {wanted} to be open."

    @property
    def open_channels(self) -> tuple[str, ...]:
        """Names of the sales channels that the firm has."""
        own = ("store", "website", "app")
        return tuple(name for name in own if getattr(self.channels, name).is_open)

    def replace(self, changes: Mapping[str, Any]) -> Self:
        """Return a checked copy with fields changed by dotted name.

        Parameters
        ----------
        changes : mapping of str to object
            Dotted names to new values, e.g. ``{"stores.n_stores": 5}``; a value may be a whole
            part, e.g. ``{"capabilities": Capabilities.integrated()}``.

        Raises
        ------
        ConfigError
            If a name is unknown or the changed scenario is not allowed.

        Examples
        --------
        >>> Scenario().replace({"stores.n_stores": 5}).stores.n_stores
        5
        """
        return replace_fields(self, changes)

    def preset(self, *names: str) -> Self:
        """Return a copy changed by presets, one after the other.

        Parameters
        ----------
        *names : str
            Names as `omnisim.config.preset.preset_names` lists them: what is sold
            (``"sectors/fashion"``), how shoppers decide about it (``"categories/..."``), how far
            the firm has come (``"firms/store_only"``), what befalls it (``"shocks/pandemic"``).

        Raises
        ------
        ConfigError
            If there is no such preset, or the changed scenario is not allowed.

        Notes
        -----
        A preset of a firm describes a whole firm, so that the last one named is the firm. What is
        said of segments holds for all that the scenario has.

        Examples
        --------
        >>> Scenario().preset("sectors/grocery", "firms/integrated").stock.review_days
        1.0
        """
        changed = self
        for name in names:
            changed = changed.replace(of_every_segment(preset_changes(name), changed.segments))
        return changed

    def without(self, *channels: str) -> Self:
        """Return the firm without some sales channels, and without the capabilities that need them.

        Parameters
        ----------
        *channels : str
            Some of ``"store"``, ``"website"`` and ``"app"``.
        """
        left = [name for name in self.open_channels if name not in channels]
        closed = {f"channels.{name}.is_open": False for name in channels}
        return self.replace(closed | {"capabilities": self.capabilities.within(left)})

    def placebo(self) -> Self:
        """Return a copy in which capabilities move no primitive and cost nothing."""
        nothing = dict.fromkeys(CapabilityCosts.model_fields, (0.0, 0.0, 0.0))
        return self.replace(
            {
                "primitives": self.primitives.unmoved(),
                "capability_costs": CapabilityCosts(**nothing),
                "investments": Investments(**nothing),
                "rollout.is_simulated": False,
            }
        )

    def single_channel(self) -> Self:
        """Return the limit in which every need ends in one purchase on the website.

        No rivals, no delay, no stock-outs, no abandonment, nothing uncertain, no returns, no
        complaints, no messages and nothing shown first, nothing that makes a basket larger, nobody
        who signs up, delivery at once (so that shoppers judge, and leave, at the purchase), and
        drop-out exactly that of the segment: repeat buying is then BG/NBD by construction (facts.md
        D2). Capabilities keep their primitives, and the manager decides as ever; they have nothing
        left to act on.
        """
        off = {"rivals.online_search_intercept": -50.0, "rivals.online_intercept": -50.0,
               "rivals.local_intercept": -50.0, "rivals.delay_intercept": -50.0,
               "rivals.none_intercept": -50.0, "channels.website.purchase_intercept": 50.0,
               "channels.social.is_open": False, "channels.phone.is_open": False,
               "channels.cart_friction": -50.0, "channels.website.risk_resolved": 1.0,
               "service_desk.is_open": False, "voice.p_complain": 0.0,
               "fulfilment.return_threshold": -100.0,
               "fulfilment.delivery_fee": 0.0, "fulfilment.delivery_days": 0.0,
               "experience.satisfaction_on_churn": 0.0, "experience.engagement_on_churn": 0.0,
               "experience.points_on_churn": 0.0, "experience.engagement_on_need": 0.0,
               "market.needs_per_purchase": 1.0, "market.season_amplitude": 0.0,
               "market.back_per_year": 0.0, "stock.warehouse_safety_factor": 10.0,
               "channels.browse_online_per_week": 0.0, "channels.browse_store_per_week": 0.0,
               "exposures.off": WRITTEN, "surfaces.online_every_days": 0,
               "surfaces.store_every_days": 0, "surfaces.reward_every_days": 0,
               "basket.relevance": 0.0, "word.p_put_off": 0.0,
               "sign_ups": SignUps(card=0.0, app=0.0, cookies=0.0)}  # fmt: skip
        return self.without("store", "app").replace(off)
