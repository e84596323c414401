"""Sign-ups: what buyers can take up during a run (Q_i of facts.md D2)."""

from omnisim.config.base import Part, param


class SignUps(Part):
    """Chances that a buyer who has not got it takes it up when asked, if privacy is no concern.

    The chance falls in proportion with privacy concern, and grows with what points are worth (K10,
    ``primitives.sign_up_factor``).
    """

    card: float = param(
        0.1, "chance of taking up the loyalty card at a purchase in the store",
        source="T-77 V: 40 % would share data for money; assumption: a quarter of them does when "
        "asked", ge=0, le=1,
    )  # fmt: skip
    app: float = param(
        0.1, "chance of taking up the app at a purchase on the website",
        source="assumption: as card", ge=0, le=1,
    )  # fmt: skip
    cookies: float = param(
        0.1, "chance of accepting cookies at a purchase on the website",
        source="assumption: as card", ge=0, le=1,
    )  # fmt: skip
