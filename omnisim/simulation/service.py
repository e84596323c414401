"""Service: help pages, chatbot, and agents in a queue with opening hours (facts.md D4, eq. 12).

A matter goes from the help pages to the chatbot, where there is one, and on to an agent; a search
by telephone skips the pages. Waiting, failing and telling everything again are felt; every contact
costs.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from scipy.special import ndtri

import omnisim.simulation._outcome as outcome
from omnisim.config.service_desk import ServiceDesk
from omnisim.random import Stream
from omnisim.schema import Channel, Event, Identity, Line
from omnisim.simulation.parameters import MINUTES_PER_DAY
from omnisim.simulation.store import Steps
from omnisim.simulation.world import World

DAYS_PER_WEEK = 7


class Reason(IntEnum):
    """Why a shopper asks for service. Permanent: part of the address of draws."""

    QUESTION = 0
    LATE = 1
    WRONG_PICKUP = 2
    DEFECT = 3
    RETURN = 4
    SEARCH = 5  # the search begins by telephone


SIMPLE = (Reason.QUESTION, Reason.LATE, Reason.RETURN, Reason.SEARCH)
"""What a chatbot has a fair chance of settling."""


LASTING = (Reason.LATE, Reason.WRONG_PICKUP, Reason.DEFECT)
"""What may lead to further contacts: delays and defects."""


class Step(IntEnum):
    """Decisions of a contact. Permanent: append, never renumber; at most 16."""

    ARISES = 0
    SELF_SERVICE = 1
    BOT_FIRST = 2
    BOT_SETTLES = 3
    CALLS_AGAIN = 4
    REOPENING = 5
    PATIENCE = 6
    LENGTH = 7
    SILENT = 8
    CONTEXT = 9
    SOLVED = 10
    FURTHER = 11
    NEXT = 12


@dataclass(slots=True)
class Matter:
    """What a shopper wants settled, and what was felt on the way (a loss of rating).

    `number` counts the contacts about the same matter, from 0.
    """

    world: World
    shopper: int
    need: int
    reason: Reason
    number: int = 0
    felt: float = 0.0
    from_bot: bool = False

    def draw(self, step: Step) -> float:
        """Return the uniform of a decision."""
        return draw(self.world, self.shopper, self.need, self.reason, step, self.number)

    def note(self, channel: Channel, event: Event, cost: float = 0.0) -> None:
        """Log an event of the contact and post what it costs."""
        state, now = self.world.state, self.world.env.now
        state.note(now, self.shopper, self.need, channel, event, self.identity, -1, cost)
        cents = round(cost * 100)
        state.book(now, self.shopper, self.need, channel, Line.SERVICE, -cents)

    @property
    def identity(self) -> Identity:
        """What the firm can read: the account of who calls or has ordered; else nothing."""
        known = self.reason != Reason.QUESTION and self.world.columns["has_account"][self.shopper]
        return Identity.ACCOUNT if known else Identity.NONE


def draw(
    world: World, shopper: int, need: int, reason: Reason, step: Step, number: int = 0
) -> float:
    """Return the uniform of a decision about a matter, at one of the contacts about it."""
    u: float = world.state.draw(Stream.CONTACT, shopper, need, 256 * number + 16 * reason + step)
    return u


def arises(world: World, shopper: int, need: int, reason: Reason) -> bool:
    """Return whether the shopper asks for service, given that there is a reason to."""
    desk = world.scenario.service_desk
    p = {
        Reason.QUESTION: desk.p_question,
        Reason.LATE: desk.p_late,
        Reason.WRONG_PICKUP: desk.p_wrong_pickup,
        Reason.DEFECT: desk.p_defect,
        Reason.RETURN: desk.p_return,
    }[reason]
    return desk.is_open and draw(world, shopper, need, reason, Step.ARISES) < p


def pursue(world: World, shopper: int, need: int, reason: Reason) -> Steps:
    """Ask for service, and for what lasts a Poisson number of times more (eq. 12)."""
    desk = world.scenario.service_desk
    yield from ask(world, shopper, need, reason)
    if reason not in LASTING or desk.further_contacts == 0:
        return
    further = world.draws.poisson(
        Stream.CONTACT, shopper, journey=need, step=16 * reason + Step.FURTHER,
        mean=desk.further_contacts,
    )  # fmt: skip
    for number in range(1, 1 + int(further)):
        u = draw(world, shopper, need, reason, Step.NEXT, number)
        yield world.env.timeout(-math.log1p(-u) * desk.further_days)
        yield from ask(world, shopper, need, reason, number)


def ask(world: World, shopper: int, need: int, reason: Reason, number: int = 0) -> Steps:
    """Ask for service and feel how it went; return whether the matter was settled."""
    desk, felt = world.scenario.service_desk, world.scenario.experience
    matter = Matter(world, shopper, need, reason, number)
    settled = reason != Reason.SEARCH and _help_pages(matter, desk)
    if not settled:
        settled = yield from _chatbot(matter, desk)
    if not settled:
        settled = yield from _agents(matter, desk)
    lived = max(-1.0, felt.rating - matter.felt) if settled else felt.rating_obstacle
    outcome.live(world.state, shopper, lived)
    return settled


def _help_pages(matter: Matter, desk: ServiceDesk) -> bool:
    """Look into the help pages of the website."""
    if not matter.world.scenario.channels.website.is_open:
        return False
    settled = matter.draw(Step.SELF_SERVICE) < desk.p_self_service
    matter.note(Channel.WEBSITE, Event.CONTACT, desk.cost_self_service)
    if settled:
        matter.note(Channel.WEBSITE, Event.RESOLVED)
    return settled


def _chatbot(matter: Matter, desk: ServiceDesk) -> Steps:
    """Talk to the chatbot, at any hour, where the firm has one and puts it first."""
    world = matter.world
    exposures = world.scenario.exposures
    is_first = matter.draw(Step.BOT_FIRST) < world.primitives["bot_first"]
    if not is_first or "chatbot" in exposures.off:
        return False
    matter.note(Channel.CHATBOT, Event.CONTACT, desk.cost_bot)
    yield world.env.timeout(desk.bot_minutes / MINUTES_PER_DAY)
    if "chatbot" in exposures.inert:
        matter.note(Channel.CHATBOT, Event.ESCALATED)
        return False
    p = desk.p_bot_simple if matter.reason in SIMPLE else desk.p_bot_complex
    if matter.draw(Step.BOT_SETTLES) < p:
        matter.note(Channel.CHATBOT, Event.RESOLVED)
        return True
    matter.note(Channel.CHATBOT, Event.ESCALATED)
    matter.felt += desk.rating_failed_bot
    matter.from_bot = True
    return False


def _agents(matter: Matter, desk: ServiceDesk) -> Steps:
    """Turn to the contact centre, if there is one; an inert one is called to no avail."""
    exposures = matter.world.scenario.exposures
    if "contact_centre" in exposures.off:
        return False
    settled = yield from _call(matter, desk)
    return settled and "contact_centre" not in exposures.inert


def _call(matter: Matter, desk: ServiceDesk) -> Steps:
    """Reach an agent, if the shopper is ready to wait, and be helped."""
    world = matter.world
    env, channel = world.env, Channel.CONTACT_CENTRE
    matter.note(channel, Event.CONTACT)
    came = yield from _until_open(matter, desk)
    if not came:
        matter.note(channel, Event.CONTACT_ABANDONED)
        return False
    repeats = matter.from_bot and matter.draw(Step.CONTEXT) >= world.primitives["context_passed"]
    longer = 1 + desk.repetition * repeats
    silent = matter.from_bot and matter.draw(Step.SILENT) < desk.p_silent
    waited = yield from take_turn(
        env,
        world.agents,
        patience=patience_days(desk, matter.draw(Step.PATIENCE)),
        service=longer * service_days(desk, matter.draw(Step.LENGTH)),
        silent=desk.silent_minutes / MINUTES_PER_DAY if silent else 0.0,
        taken=lambda: matter.note(channel, Event.ANSWERED, desk.cost_live * longer),
    )
    if waited < 0:
        matter.note(channel, Event.CONTACT_ABANDONED)
        return False
    matter.felt += waited * MINUTES_PER_DAY / desk.patience_minutes
    matter.felt += desk.rating_repetition * repeats
    if matter.draw(Step.SOLVED) >= desk.p_solved:
        return False
    matter.note(channel, Event.RESOLVED)
    return True


def _until_open(matter: Matter, desk: ServiceDesk) -> Steps:
    """Wait for the desk to open, with the time spread over its day; False for who gives up.

    A question that comes up on website or app does not wait for another day.
    """
    env = matter.world.env
    days = days_until_open(desk, env.now)
    if days == 0:
        return True
    gives_up = matter.draw(Step.CALLS_AGAIN) >= desk.p_calls_again
    if matter.reason == Reason.QUESTION or gives_up:
        return False
    matter.felt += desk.rating_closed
    hours = desk.closing_hour - desk.opening_hour
    yield env.timeout(days + matter.draw(Step.REOPENING) * hours / 24)
    return True


def days_until_open(desk: ServiceDesk, now: float) -> float:
    """Return the days until agents answer again; 0 while they do. Day 0 is a first day of a week.

    Examples
    --------
    >>> desk = ServiceDesk()  # 8 to 20, six days
    >>> days_until_open(desk, 0.5), days_until_open(desk, 1.25), days_until_open(desk, 6.5)
    (0.0, 0.08333333333333326, 0.8333333333333339)
    """
    for ahead in range(DAYS_PER_WEEK + 1):
        day = math.floor(now) + ahead
        opens, closes = day + desk.opening_hour / 24, day + desk.closing_hour / 24
        if day % DAYS_PER_WEEK < desk.days_per_week and now < closes:
            return max(0.0, opens - now)
    raise AssertionError("a week has an open day")


def patience_days(desk: ServiceDesk, u: float) -> float:
    """Return the `u` quantile of the patience in the queue: exponential, in days."""
    return -math.log1p(-u) * desk.patience_minutes / MINUTES_PER_DAY


def service_days(desk: ServiceDesk, u: float) -> float:
    """Return the `u` quantile of the length of a contact: of the given law and mean, in days."""
    if desk.service_law == "exponential":
        return -math.log1p(-u) * desk.service_minutes / MINUTES_PER_DAY
    sd = desk.service_sd_log
    minutes = desk.service_minutes * math.exp(sd * float(ndtri(u)) - sd * sd / 2)
    return minutes / MINUTES_PER_DAY


def take_turn(
    env: Any,
    agents: Any,
    *,
    patience: float,
    service: float,
    silent: float,
    taken: Callable[[], None] = lambda: None,
) -> Steps:
    """Queue for one of the agents and hold them for the service (M/G/s+G).

    Parameters
    ----------
    env : simpy.Environment
        The clock, in days.
    agents : simpy.Resource
        The agents.
    patience, service : float, unit: days
        Longest wait, and length of the service.
    silent : float, unit: days
        Where patience runs out: the time an agent loses on a chat that was left without a word,
        which keeps its place in the queue; 0 for who leaves the queue openly.
    taken : callable
        Called when an agent takes the contact.

    Returns
    -------
    float
        Days waited, or -1.0 if patience ran out first.
    """
    arrival = env.now
    turn = agents.request()
    if not turn.triggered:
        yield turn | env.timeout(patience)
        if not turn.triggered:
            if silent > 0:
                env.process(_find_nobody(env, agents, turn, silent))
            else:
                turn.cancel()
            return -1.0
    waited = env.now - arrival
    taken()
    yield env.timeout(service)
    agents.release(turn)
    return waited


def _find_nobody(env: Any, agents: Any, turn: Any, silent: float) -> Steps:
    """Let an agent take up a chat in which nobody is left."""
    yield turn
    yield env.timeout(silent)
    agents.release(turn)
