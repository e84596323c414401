"""Contact pressure: how often each sender writes, for the margin that counts for its manager.

Readers are a common ground: what one sender's messages take from the response to the other's, by
fatigue and by readers who opt out, is an externality as far as it does not count for its manager.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from omnisim.config.scenario import Scenario
from omnisim.simulation.firm.knowledge import STORE_TEAM

Floats = NDArray[np.float64]
Pauses = dict[int, int]

WEEK = 7
LONGEST = 4 * WEEK
ROUNDS = 50


@dataclass(frozen=True, slots=True)
class Sender:
    """One sender as the managers see it.

    Attributes
    ----------
    active : float in [0, 1]
        Share of its campaigns that take place.
    reach : float in [0, 1]
        Share of all readers to whom a campaign goes.
    margin : ndarray of shape (2,), float64, unit: EUR
        What a message brings in the online channels and in the store while readers are not tired.
    """

    active: float
    reach: float
    margin: Floats


def credited(sender: int, credit: float) -> Floats:
    """Return the weights of online and store margin for a sender's manager.

    Where the teams send as one, it is from the system of the online team, which answers for it.
    """
    return np.array((credit, 1.0) if sender == STORE_TEAM else (1.0, credit))


def letters(senders: Mapping[int, Sender], pauses: Mapping[int, Floats | int]) -> dict[int, Floats]:
    """Return the messages that a reader of each sender gets a week, from all senders."""
    rates = {k: np.asarray(s.active * WEEK / np.asarray(pauses[k])) for k, s in senders.items()}
    return {
        k: rates[k] + sum(rates[j] * senders[j].reach for j in senders if j != k) for k in senders
    }


def tiredness(scenario: Scenario, per_week: Floats) -> Floats:
    """Return chi F (facts.md D4, eq. 3) in the long run: each message adds 1 to F, and F decays."""
    messages = scenario.messages
    if messages.fatigue_per_week == 0:
        return np.zeros_like(per_week)
    return per_week * (messages.fatigue / -math.log(messages.fatigue_per_week))


def worth(
    scenario: Scenario, senders: Mapping[int, Sender], pauses: Mapping[int, Floats | int],
    own: int, credit: float,
) -> Floats:  # fmt: skip
    """Return the credited margin per reader and week of a sender's manager, EUR, less its messages.

    With f messages of each sender a week, a message brings its margin times ``exp(-chi F)``. Who
    would go on reading for L weeks and opts out with chance q(F) at each of n messages a week
    reads ``1 / (1 + L q n)`` of that time, and brings nothing afterwards.
    """
    messages, rules = scenario.messages, scenario.governance
    weights, total = credited(own, credit), np.zeros(())
    for sender, per_week in letters(senders, pauses).items():
        who, tired = senders[sender], tiredness(scenario, per_week)
        odds = messages.p_unsubscribe / (1 - messages.p_unsubscribe) * np.exp(tired)
        stays = 1 / (1 + rules.reader_weeks * odds / (1 + odds) * per_week)
        sent = who.active * who.reach * WEEK / np.asarray(pauses[sender])
        total = total + sent * float(weights @ who.margin) * np.exp(-tired) * stays
    written = senders[own].active * senders[own].reach * WEEK / np.asarray(pauses[own])
    return np.asarray(total - scenario.costs.message * written)


def choose_pauses(
    scenario: Scenario, senders: Mapping[int, Sender], now: Mapping[int, int], credit: float
) -> Pauses:
    """Return the days between two campaigns of each sender: none would change its own alone.

    The senders answer each other in turn, from what they do now, until nobody changes anything (a
    Nash equilibrium in whole days). Who never sends keeps its pause.
    """
    tried = np.arange(scenario.governance.min_campaign_days, LONGEST + 1, dtype=np.float64)
    pauses = dict(now)
    for _ in range(ROUNDS):
        before = dict(pauses)
        for own in (k for k, s in senders.items() if s.active > 0):
            others: dict[int, Floats | int] = {k: days for k, days in pauses.items() if k != own}
            gains = worth(scenario, senders, others | {own: tried}, own, credit)
            pauses[own] = int(tried[np.argmax(gains)])
        if pauses == before:
            break
    return pauses
