"""How goods would go back: by parcel, or to the store (facts.md D4, eq. 11)."""

from omnisim.population.layout import ONLINE_ONLY
from omnisim.random import Stream
from omnisim.simulation.by_store import reopening
from omnisim.simulation.firm.moves import by_staff
from omnisim.simulation.world import World


def way_back(world: World, shopper: int, need: int, *, by_parcel: bool) -> tuple[bool, float]:
    """Return (whether goods would go back by parcel, the hassle of it).

    Goods from a store go back there. What came by parcel goes back by parcel, or, where stores
    take it (K9, as far as their staff go along with it, K15), on the way with less hassle: that to
    the store grows with its distance.

    Parameters
    ----------
    world : World
        The world at the moment.
    shopper, need : int
        Who bought, and the need it was for.
    by_parcel : bool
        Whether the goods came by parcel.

    Returns
    -------
    tuple of bool and float
        The hassle is in units of fit.
    """
    rules = world.scenario.fulfilment
    if not by_parcel:
        return False, rules.hassle_store
    store = int(world.columns["home_store"][shopper])
    is_open = world.scenario.channels.store.is_open and reopening(world, store) is None
    is_open &= bool(world.columns["held_to"][shopper] != ONLINE_ONLY)
    taken = by_staff(world, "returns_across") * is_open
    if taken == 0 or world.state.draw(Stream.WAY_BACK, shopper, need, 0) >= taken:
        return True, rules.hassle_online
    far = float(world.columns["distance"][shopper])
    to_store = rules.hassle_store + rules.hassle_per_km * far
    return to_store >= rules.hassle_online, min(to_store, rules.hassle_online)
