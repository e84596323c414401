"""Sign-ups: who takes up the card at the till, and the app and cookies with an order online."""

from omnisim.random import Stream
from omnisim.schema import Channel, Event, Identity
from omnisim.simulation.world import World

CARD, APP, COOKIES = range(3)
"""Steps of `Stream.SIGN_UP`."""


def ask_to_sign_up(world: World, shopper: int, need: int, channel: int) -> None:
    """Ask a buyer for what the channel can offer and the firm has not got yet.

    The purchase itself is over: what is taken up counts from the next event on. What the shopper
    has agreed to in general (e-mail, push, letters, being located) holds for it.
    """
    rules, is_open = world.scenario.sign_ups, world.state.params["is_open"]
    if channel == Channel.STORE:
        _ask(world, shopper, need, CARD, rules.card)
        return
    if is_open[Channel.APP]:
        _ask(world, shopper, need, APP, rules.app)
    if channel == Channel.WEBSITE:
        _ask(world, shopper, need, COOKIES, rules.cookies)


COLUMN = {CARD: "has_card", APP: "has_app", COOKIES: "tracking_consent"}
KNOWN_BY = {
    CARD: (Channel.STORE, Identity.CARD),
    APP: (Channel.APP, Identity.ACCOUNT),
    COOKIES: (Channel.WEBSITE, Identity.COOKIE),
}
"""Channel and identity of the event that tells of each."""


def _ask(world: World, shopper: int, need: int, what: int, chance: float) -> None:
    """Let the shopper take it up: the likelier the larger the benefit (K10), the less private."""
    has = world.columns[COLUMN[what]]
    if has[shopper] or chance == 0:
        return
    p = chance * _benefit(world) * (1 - world.columns["privacy"][shopper])
    if world.state.draw(Stream.SIGN_UP, shopper, need, what) >= p:
        return
    has[shopper] = 1
    channel, identity = KNOWN_BY[what]
    world.state.note(world.env.now, shopper, need, channel, Event.SIGNED_UP, identity)


def _benefit(world: World) -> float:
    """Return what the worth of points multiplies the chance by (K10).

    Where all is bought in the store, or all online, there is one ledger: nothing counts across.
    """
    is_open = world.state.params["is_open"]
    if is_open[Channel.STORE] and (is_open[Channel.WEBSITE] or is_open[Channel.APP]):
        return world.primitives["sign_up_factor"]
    return world.scenario.primitives.sign_up_factor[0]
