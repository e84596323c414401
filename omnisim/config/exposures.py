"""Exposures: which media run, and which of them take effect. For truth and for field trials."""

from typing import Annotated, Self

from pydantic import Strict, model_validator

from omnisim._validation import suggest
from omnisim.config.base import Part, param

MEDIA = ("email", "search", "display", "social", "push", "direct_mail", "broadcast", "staff")
"""Media of the firm, by the names of their channels in `omnisim.schema.Channel`."""

WRITTEN = ("email", "push", "direct_mail", "staff")
"""Media that write to persons."""

PLACES = ("store", "website", "app")
"""Sales channels: they are closed by `channels`, but can be made inert here."""

INFORMING = ("contact_centre", "chatbot", "screen", "reader", "reviews")
"""Further touchpoints, which inform or help: neither media nor places to buy."""

Names = Annotated[tuple[str, ...], Strict(False)]


class Exposures(Part):
    """Channels that are switched off, or run without taking effect: worlds that no firm can see.

    An *inert* medium is shown, opened, clicked and paid for as ever, and tires readers as ever; but
    it adds no goodwill and no engagement, brings no offer, and a click takes up no journey. In an
    inert sales channel one searches and buys as ever; but having searched there removes no doubt
    about fit and makes no purchase likelier, there or elsewhere. So it is with searches that begin
    in social networks where these are inert; where they are off, none does. What an inert site or
    app shows, of the stock of a store too, is not believed, nor is what inert screens offer. Extra
    points are no exposure, but money: `surfaces.reward_every_days` = 0 ends them.

    Where the contact centre is off nobody answers, and no search begins by telephone; inert, it
    answers and costs as ever, to no avail. A chatbot that is off or inert settles nothing and
    annoys nobody: the matter goes on to the agents. Screens and readers that are off show nothing;
    inert, what they tell is not believed. So it is with the advice of staff, as with their
    messages, and with reviews, which are written as ever.
    """

    off: Names = param(
        (), f"channels that do not run, among {', '.join(MEDIA + INFORMING)}", source="D7"
    )
    inert: Names = param(
        (), "channels, sales channels too, whose exposures have no effect on shoppers", source="D7"
    )

    @model_validator(mode="after")
    def _check_media(self) -> Self:
        problems = [
            f"exposures.{name} must name {WORDS[name]}, among {', '.join(map(repr, names))}. "
            f"Got {medium!r}.{suggest(medium, names)}"
            for name, names in CHANNELS.items()
            for medium in getattr(self, name)
            if medium not in names
        ]
        if problems:
            raise ValueError("\n".join(problems))
        return self


CHANNELS = {"off": MEDIA + INFORMING, "inert": MEDIA + PLACES + INFORMING}
"""What can be taken away in each way; sales channels are closed by `channels`."""

WORDS = {"off": "media or touchpoints", "inert": "media, touchpoints or sales channels"}
