"""Public voice: reviews and complaints, who reads them, and the firm's answer (eq. 15, K16).

The firm has one public standing: reviews and unanswered complaints, each a rating in [-1, 1] with
a weight that fades. Readers who have not bought yet are drawn towards its mean.
"""

from omnisim.config.voice import Voice
from omnisim.random import Stream
from omnisim.schema import OWN_CHANNELS, Channel, Event, Identity, Line
from omnisim.simulation.store import Steps
from omnisim.simulation.trip import Trip
from omnisim.simulation.world import World

N_SELLING = len(OWN_CHANNELS)
REVIEWS, COMPLAINS, RECOVERS, READS = range(4)
"""Decisions about public voice; steps of `Stream.VOICE`."""


def read_reviews(world: World, trip: Trip) -> None:
    """Let some who search online read reviews; new shoppers believe them."""
    rules, standing, now = world.scenario.voice, world.standing, world.env.now
    exposures = world.scenario.exposures
    reads = _draw(world, trip.shopper, trip.need, READS) < rules.p_read
    if not reads or "reviews" in exposures.off:
        return
    standing.fade(now)
    if standing.volume <= 0:
        return
    _note(world, trip.shopper, trip.need, Channel.REVIEWS, Event.VISIT)
    if "reviews" in exposures.inert:
        return
    trip.inform(rules.resolves * standing.volume / (standing.volume + rules.half_volume))
    if not world.columns["habit"][trip.shopper, :N_SELLING].any():
        satisfaction = world.columns["satisfaction"]
        satisfaction[trip.shopper] += rules.weight * (standing.mean - satisfaction[trip.shopper])


def speak_up(world: World, shopper: int, need: int) -> None:
    """After a purchase: review it in public, or complain where everybody can read it."""
    rules, mood = world.scenario.voice, float(world.columns["satisfaction"][shopper])
    if _draw(world, shopper, need, REVIEWS) < rules.p_review:
        _note(world, shopper, need, Channel.REVIEWS, Event.REVIEW)
        world.standing.add(mood, 1.0, world.env.now)
    may_complain(world, shopper, need)


def may_complain(world: World, shopper: int, need: int) -> None:
    """Let a detractor complain where everybody can read it, by chance; `need` is -1 for none."""
    rules, mood = world.scenario.voice, float(world.columns["satisfaction"][shopper])
    is_detractor = mood < world.scenario.word.detractor_below
    if is_detractor and _draw(world, shopper, need, COMPLAINS) < rules.p_complain:
        world.env.process(_complain(world, rules, shopper, need))


def _complain(world: World, rules: Voice, shopper: int, need: int) -> Steps:
    """Complain in public; a firm that listens (K16) may make it good, and the complaint goes."""
    said = world.env.now
    _note(world, shopper, need, Channel.SOCIAL, Event.COMPLAINT)
    world.standing.add(-1.0, rules.complaint_weight, said)
    if _draw(world, shopper, need, RECOVERS) >= world.primitives["recovery"]:
        return
    yield world.env.timeout(world.primitives["reply_days"])
    now, state = world.env.now, world.state
    cost = rules.cost_reply + rules.cost_recovery
    _note(world, shopper, need, Channel.SOCIAL, Event.RECOVERED, cost)
    reply, reward = round(100 * rules.cost_reply), round(100 * rules.cost_recovery)
    state.book(now, shopper, need, Channel.SOCIAL, Line.SERVICE, -reply)
    state.book(now, shopper, need, Channel.SOCIAL, Line.REWARDS, -reward)
    world.standing.withdraw(-1.0, rules.complaint_weight, said, now)
    satisfaction = world.columns["satisfaction"]
    satisfaction[shopper] = max(satisfaction[shopper], rules.recovered_to)


def _draw(world: World, shopper: int, need: int, step: int) -> float:
    return float(world.state.draw(Stream.VOICE, shopper, need, step))


def _note(
    world: World, shopper: int, need: int, channel: Channel, event: Event, cost: float = 0.0
) -> None:
    now = world.env.now
    world.state.note(now, shopper, need, channel, event, Identity.NONE, -1, cost)
