"""Slow oracles of what follows a decision (facts.md D4, equations 8, 9, 11, 13-16)."""

import math

from scipy.special import gammaincinv, ndtri

from omnisim.schema import Channel, Event, Fulfilment, Identity, Line
from tests.reference.slow_world import logistic, logit, to_cents

STORE = 0
UNPLANNED = 2**20


def buy(w, i, need, item, channel, fulfilment, now):
    return sell(w, i, need, need, 0, item, channel, fulfilment, now)


def buy_unplanned(w, i, need, item, now):
    shelf = w.c["on_hand"][w.home(i)]
    if w.u("UNPLANNED", i, need) >= w.p["p_unplanned"] or shelf[item] <= 0:
        return False
    shelf[item] -= 1
    w.c["demand"][w.home(i), item] += 1
    sell(w, i, -1, need, UNPLANNED, item, STORE, Fulfilment.IN_STORE, now)
    return True


def sell(w, i, logged, need, step, item, channel, fulfilment, now):
    """Draw the basket (eq. 9), take points, post, log, learn; money in whole cents.

    Euros are cents * 0.01, as in the kernel, so that halves of a cent round alike.
    """
    ledger = 0 if channel == STORE else 1
    size = gammaincinv(w.c["basket_shape"][i], w.u("BASKET", i, need, step))
    goods = to_cents(size / w.c["basket_scale"][i])
    spent = pay_with_points(w, i, ledger, goods)
    identity = Identity.NONE
    if channel != STORE:
        w.c["has_account"][i] = 1
        identity = Identity.ACCOUNT
    elif w.c["has_card"][i] and w.u("CAPTURE", i, need, step) < w.p["card_shown"]:
        identity = Identity.CARD
    fee = 0
    if fulfilment in (Fulfilment.DELIVERY, Fulfilment.ENDLESS_AISLE):
        fee = to_cents(w.p["delivery_fee"])
        w.post(now, Line.DELIVERY, channel, i, logged, -w.p["delivery_cost"])
        w.post(now, Line.DELIVERY_FEES, channel, i, logged, w.p["delivery_fee"])
    if fulfilment == Fulfilment.PICKUP:
        w.post(now, Line.PICKING, channel, i, logged, -w.p["picking_cost"])
    w.post(now, Line.REVENUE, channel, i, logged, goods * 0.01)
    w.post(now, Line.DISCOUNTS, channel, i, logged, -spent / 100)
    w.post(now, Line.COST_OF_GOODS, channel, i, logged, -(goods * 0.01 * w.p["goods_share"]))
    earned = 0
    if w.c["has_card"][i] and identity:
        earned = to_cents((goods - spent) * 0.01 * w.p["points_share"])
        w.c["points"][i, ledger] += earned / 100
    w.post(now, Line.POINTS, channel, i, logged, (spent - earned) / 100)
    in_a_store = channel == STORE or fulfilment == Fulfilment.PICKUP
    w.log(now, i, logged, channel, Event.PURCHASE, identity=identity, item=item,
          store=w.home(i) if in_a_store else -1, fulfilment=fulfilment,
          value=(goods - spent + fee) / 100)  # fmt: skip
    for other in range(3):
        w.c["habit"][i, other] *= 1 - w.p["habit_forgetting"]
    w.c["habit"][i, channel] += 1
    if identity:
        learn(w, i, 1 if channel == STORE else 0, item, goods * 0.01, now)
    return goods, earned, bool(identity)


def pay_with_points(w, i, ledger, goods):
    """Spend the usable points, those of the channel first; return whole cents."""
    spent = math.floor(min(w.usable_points(i, ledger) * 100, goods) + 1e-6)
    if spent > 0:
        own = min(w.c["points"][i, ledger], spent / 100)
        w.c["points"][i, ledger] -= own
        w.c["points"][i, 1 - ledger] = max(0.0, w.c["points"][i, 1 - ledger] - spent / 100 + own)
    return max(spent, 0)


def learn(w, i, team, item, value, now):
    """File a purchase: the profile is the mean of the attributes bought."""
    record = w.c["record_of"][i, team]
    n = w.c["record_count"][record]
    w.c["record_teams"][record] |= (1, 2)[team]
    w.c["record_last"][record] = now
    w.c["record_value"][record] += value
    old = w.c["record_profile"][record] * n
    w.c["record_profile"][record] = (old + w.c["attributes"][item]) / (n + 1)
    w.c["record_count"][record] = n + 1


def evaluate(w, i, need, channel, inspected, searched, speed, obstacle, now):
    """Judge the purchase: satisfaction (13), drop-out (14), word of mouth (15), return (11)."""
    seen = inspected or channel == STORE
    doubt = 1 - w.p["resolved"][STORE if seen else searched]
    fit = ndtri(w.u("FIT", i, need)) * w.p["fit_sd"] * doubt**0.5
    parts = [min(1.0, max(-1.0, 0.6 + 0.4 * fit)), speed, -0.5 if obstacle else 0.6]
    weight = w.p["weakest_link"]
    feel(w, i, weight * min(parts) + (1 - weight) * sum(parts) / 3)
    w.refresh(i, now)
    drop_out(w, i, need, channel, now)
    speak(w, i, need, now)
    hassle = w.p["hassle_store"] if channel == STORE else w.p["hassle_online"]
    return fit + hassle < w.p["return_threshold"]


def regret(w, i):
    feel(w, i, -0.5)


def feel(w, i, lived):
    gap = lived - w.c["expectation"][i]
    felt = gap * (w.p["loss_weight"] if gap < 0 else 1)
    rate = w.p["satisfaction_rate"]
    mood = (1 - rate) * w.c["satisfaction"][i] + rate * felt
    w.c["satisfaction"][i] = min(1.0, max(-1.0, mood))
    w.c["expectation"][i] += w.p["expectation_rate"] * gap


def drop_out(w, i, need, channel, now):
    if not w.c["alive"][i]:
        return
    liking = w.p["satisfaction_on_churn"] * (
        w.c["satisfaction"][i] - w.p["satisfaction_centre"]
    ) + w.p["engagement_on_churn"] * (w.c["engagement"][i] - w.p["engagement_centre"])
    liking += w.p["points_on_churn"] * w.usable_points(i, channel)
    if w.u("CHURN", i, need) < logistic(logit(w.c["dropout"][i]) - liking):
        w.c["alive"][i] = 0
        w.log(now, i, need, Channel.NONE, Event.CHURN)


def speak(w, i, need, now):
    mood, u = w.c["satisfaction"][i], w.u("WORD", i, need)
    if mood > w.p["promoter_above"] and u < w.p["p_recommend"]:
        w.speakers.append((i, need, 1))
        w.log(now, i, need, Channel.NONE, Event.WORD_POSITIVE)
    if mood < w.p["detractor_below"] and u < w.p["p_warn"]:
        w.speakers.append((i, need, -1))
        w.log(now, i, need, Channel.NONE, Event.WORD_NEGATIVE)


def hand_over(w, i, need, item, channel, pickup, now):
    event = Event.PICKUP if pickup else Event.DELIVERY
    w.log(now, i, need, STORE if pickup else channel, event, identity=Identity.ACCOUNT, item=item,
          store=w.home(i) if pickup else -1,
          fulfilment=Fulfilment.PICKUP if pickup else Fulfilment.DELIVERY)  # fmt: skip


def give_back(w, i, need, item, channel, goods, earned, now):
    """Refund, handle, restock in value, and take back the points still there."""
    ledger, price = (0 if channel == STORE else 1), goods * 0.01
    taken = min(math.floor(w.c["points"][i, ledger] * 100 + 1e-6), earned)
    if channel == STORE:
        handling, identity, store = w.p["return_store_cost"], Identity.NONE, w.home(i)
    else:
        handling = w.p["return_online_share"] * goods * 0.01
        identity, store = Identity.ACCOUNT, -1
    w.post(now, Line.REFUNDS, channel, i, need, -price)
    w.post(now, Line.GOODS_RETURNED, channel, i, need,
           price * w.p["goods_share"] * w.p["p_resellable"])  # fmt: skip
    w.post(now, Line.RETURN_HANDLING, channel, i, need, -handling)
    w.post(now, Line.POINTS, channel, i, need, taken / 100)
    w.c["points"][i, ledger] -= taken / 100
    w.log(now, i, need, channel, Event.RETURN, identity=identity, item=item, store=store,
          value=-price, cost=handling)  # fmt: skip
