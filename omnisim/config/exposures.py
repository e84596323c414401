"""Exposures: which media run, and which of them take effect. For truth and for field trials."""

from typing import Annotated, Self

from pydantic import Strict, model_validator

from omnisim._validation import suggest
from omnisim.config.base import Part, param

MEDIA = ("email", "search", "display", "social", "push", "direct_mail", "broadcast")
"""Media of the firm, by the names of their channels in `omnisim.schema.Channel`."""

BUDGETED = MEDIA[:3]
"""Media whose budget the audit of attribution divides: those that the reference runs."""

Names = Annotated[tuple[str, ...], Strict(False)]


class Exposures(Part):
    """Media that are switched off, or run without taking effect: worlds that no firm can see.

    An *inert* medium is shown, opened, clicked and paid for as ever, and tires readers as ever; but
    it adds no goodwill and no engagement, brings no offer, and a click takes up no journey.
    """

    off: Names = param((), f"media that do not run, among {', '.join(MEDIA)}", source="D7")
    inert: Names = param((), "media whose exposures have no effect on shoppers", source="D7")

    @model_validator(mode="after")
    def _check_media(self) -> Self:
        problems = [
            f"exposures.{name} must name media, among {', '.join(map(repr, MEDIA))}. "
            f"Got {medium!r}.{suggest(medium, MEDIA)}"
            for name in ("off", "inert")
            for medium in getattr(self, name)
            if medium not in MEDIA
        ]
        if problems:
            raise ValueError("\n".join(problems))
        return self
