"""Slow oracles of what follows a decision (facts.md D4, equations 8, 9, 11, 13-16)."""

import math

from scipy.special import gammaincinv, ndtri

from omnisim.schema import Channel, Event, Fulfilment, Identity, Line
from tests.reference.rounds import considers, friends
from tests.reference.slow_world import choose, logistic, logit, to_cents

STORE = 0
UNPLANNED = 2**20
WORDS = 2**24  # steps of one word


def buy(w, i, need, item, channel, fulfilment, free, now, skill=0.0):
    lift = basket_lift(w, i, skill, False, now)
    return sell(w, i, need, need, 0, item, channel, fulfilment, free, lift, now)


def buy_unplanned(w, i, need, step, now, skill=0.0, errand=False):
    """Buy, by chance, what is popular, if the shelf has it; the journey knows nothing of it."""
    chance = w.p["p_unplanned"]
    offered = w.c["record_shown"][w.c["record_of"][i, 1], 1]
    if w.c["has_card"][i] and w.u("CAPTURE", i, need, UNPLANNED + step) < w.p["card_shown"]:
        if offered >= 0:
            w.log(now, i, -1, Channel.SCREEN, Event.ADVISED, identity=Identity.CARD, item=offered,
                  store=w.home(i))  # fmt: skip
            fit = w.c["taste"][i] @ w.c["attributes"][offered]
            chance = logistic(logit(chance) + w.effect("SCREEN") * w.p["advice_weight"] * fit)
            offered = offered if w.effect("SCREEN") else -1
    else:
        offered = -1
    if w.u("UNPLANNED", i, need, 2 * step) >= chance:
        return None
    weights = {k: math.log(share) for k, share in enumerate(w.c["popularity"])}
    item = choose(weights, w.u("UNPLANNED", i, need, 2 * step + 1))
    if offered >= 0:
        item = int(offered)
    shelf = w.c["on_hand"][w.home(i)]
    if shelf[item] <= 0:
        return None
    shelf[item] -= 1
    w.c["demand"][w.home(i), item] += 1
    lift = basket_lift(w, i, skill, errand, now)
    at = UNPLANNED + step
    sold = sell(w, i, -1, need, at, item, STORE, Fulfilment.IN_STORE, False, lift, now)
    return at, item, *sold[:4]


def basket_lift(w, i, skill, errand, now):
    """Return the factor of eq. 9: staff, errand, and a message that still counts, once."""
    relevance, last_day = w.c["opened"][i]
    counts = last_day >= now
    if counts:
        w.c["opened"][i, 1] = -1
    terms = {"staff": skill, "errand": errand, "relevance": relevance * counts}
    return math.exp(sum(w.p["basket_" + name] * x for name, x in terms.items()))


def sell(w, i, logged, need, step, item, channel, fulfilment, free, lift, now):
    """Draw the basket (eq. 9), take points, post, log, learn; money in whole cents.

    Euros are cents * 0.01, as in the kernel, so that halves of a cent round alike.
    """
    ledger = 0 if channel == STORE else 1
    size = gammaincinv(w.c["basket_shape"][i], w.u("BASKET", i, need, step))
    goods = to_cents(size / w.c["basket_scale"][i] * lift)
    identity = Identity.NONE
    if channel != STORE:
        w.c["has_account"][i] = 1
        identity = Identity.ACCOUNT
    elif w.c["has_card"][i] and w.u("CAPTURE", i, need, step) < w.p["card_shown"]:
        identity = Identity.CARD
    is_member = w.c["has_card"][i] and identity != Identity.NONE
    share = w.price_off(i, channel, now)
    off = to_cents(goods * 0.01 * share)
    if share > w.p["promotion"][channel]:
        w.c["coupon_until"][i] = -math.inf
        w.log(now, i, logged, channel, Event.COUPON, identity=identity, cost=off / 100)
    spent = pay_with_points(w, i, ledger, goods - off) if is_member else 0
    fee = 0
    if fulfilment in (Fulfilment.DELIVERY, Fulfilment.ENDLESS_AISLE):
        fee = to_cents(w.p["delivery_fee"]) * (not free)
        w.post(now, Line.DELIVERY, channel, i, logged, -w.p["delivery_cost"])
        w.post(now, Line.DELIVERY_FEES, channel, i, logged, fee / 100)
    if fulfilment == Fulfilment.PICKUP:
        w.post(now, Line.PICKING, channel, i, logged, -w.p["picking_cost"])
    w.post(now, Line.REVENUE, channel, i, logged, goods * 0.01)
    w.post(now, Line.PROMOTIONS, channel, i, logged, -off / 100)
    w.post(now, Line.DISCOUNTS, channel, i, logged, -spent / 100)
    w.post(now, Line.COST_OF_GOODS, channel, i, logged, -(goods * 0.01 * w.p["goods_share"]))
    earned = 0
    if is_member:
        extra, last_day = w.c["bonus"][i]
        factor = 1 + (extra if last_day >= now else 0)
        earned = to_cents((goods - off - spent) * 0.01 * w.p["points_share"] * factor)
        w.c["bonus"][i, 1] = -1
        w.c["points"][i, ledger] += earned / 100
        w.renew_points(i, ledger, now)
    w.post(now, Line.POINTS, channel, i, logged, (spent - earned) / 100)
    in_a_store = channel == STORE or fulfilment in (Fulfilment.PICKUP, Fulfilment.RESERVED)
    store = w.home(i) if in_a_store else -1
    w.log(now, i, logged, channel, Event.PURCHASE, identity=identity, item=item, store=store,
          fulfilment=fulfilment, value=(goods - off - spent + fee) / 100)  # fmt: skip
    for c in range(w.c["habit"].shape[1]):
        across = 1 if c == channel else w.p["habit_across"]
        w.c["habit"][i, c] *= 1 - w.p["habit_forgetting"] * across
    w.c["habit"][i, channel] += 1
    if w.u("SETTLE", i, need, step) < w.p["settling"]:
        w.c["settled"][i] = 1
    if identity:
        w.c["n_identified"][i] += 1
        learn(w, i, 1 if channel == STORE else 0, item, goods * 0.01, now)
    return goods, off, spent, earned, identity != Identity.NONE


def pay_with_points(w, i, ledger, goods):
    """Spend the usable points, those of the channel first; return whole cents."""
    spent = math.floor(min(w.usable_points(i, ledger) * 100, goods) + 1e-6)
    if spent > 0:
        own = min(w.c["points"][i, ledger], spent / 100)
        w.c["points"][i, ledger] -= own
        w.c["points"][i, 1 - ledger] = max(0.0, w.c["points"][i, 1 - ledger] - spent / 100 + own)
    return max(spent, 0)


def learn(w, i, team, item, value, now):
    """File a purchase, where the firm does."""
    if not w.p["files"][team]:
        return
    record = w.c["record_of"][i, team]
    w.c["record_teams"][record] |= (1, 2)[team]
    if not w.c["record_count"][record]:
        w.c["record_first"][record] = now
    w.c["record_last"][record] = now
    w.c["record_value"][record] += value
    w.c["record_count"][record] += 1
    w.file_signal(record, item, 1.0)


def evaluate(w, i, need, item, channel, resolved, hassle, speed, obstacle, gap, lost, now, step=0):
    """Judge the purchase: satisfaction (13), drop-out (14), word of mouth (15), return (11)."""
    doubt = 1 - resolved
    fit = ndtri(w.u("FIT", i, need, 2 * step)) * w.p["fit_sd"] * doubt**0.5
    fit += w.p["fit_likeness"] * (w.c["taste"][i] @ w.c["attributes"][item])
    goods = min(1.0, max(-1.0, w.p["rating"] + w.p["rating_fit"] * fit))
    ease = w.p["rating_obstacle" if obstacle else "rating"] - w.p["incoherence"] * gap
    ease -= w.p["frustration"] * lost
    parts = [goods, speed, max(-1.0, ease)]
    weight = w.p["weakest_link"]
    lived = weight * min(parts) + (1 - weight) * sum(parts) / 3
    feel(w, i, lived)
    w.refresh(i, now)
    if lived > 0:
        w.c["engagement"][i] += w.p["purchase_engagement"] * lived * math.exp(-w.c["engagement"][i])
    drop_out(w, i, need, step, channel, now)
    speak(w, i, need, step, now)
    return fit + hassle < w.p["return_threshold"]


def regret(w, i):
    feel(w, i, w.p["rating_obstacle"])


def feel(w, i, lived):
    gap = lived - w.c["expectation"][i]
    felt = gap * (w.p["loss_weight"] if gap < 0 else 1)
    rate = w.p["satisfaction_rate"]
    mood = (1 - rate) * w.c["satisfaction"][i] + rate * felt
    w.c["satisfaction"][i] = min(1.0, max(-1.0, mood))
    w.c["expectation"][i] += w.p["expectation_rate"] * (gap + w.p["coherence_norm"])


def drop_out(w, i, need, step, channel, now):
    if not w.c["alive"][i]:
        return
    now_at = {name: float(w.c[name][i]) for name in ("satisfaction", "engagement")}
    now_at["points"] = w.usable_points(i, channel)
    liking = sum(
        w.own(i, f"{name}_on_churn") * (value - w.p[f"{name}_centre"])
        for name, value in now_at.items()
    )
    if w.u("CHURN", i, need, step) < logistic(logit(w.c["dropout"][i]) - liking):
        for j in friends(w, i):
            w.c["n_aware_near"][j] -= considers(w, i)
        w.c["alive"][i] = 0
        w.log(now, i, -1 if step else need, Channel.NONE, Event.CHURN)


def speak(w, i, need, step, now):
    mood, u = w.c["satisfaction"][i], w.u("WORD", i, need, step * WORDS)
    journey = -1 if step else need
    invited = w.c["nurtured_until"][i] >= now
    chance = w.p["p_recommend"] * (w.p["recommend_factor"] if invited else 1)
    if mood > w.p["promoter_above"] and u < chance:
        if invited:
            w.post(now, Line.REWARDS, Channel.NONE, i, journey, -w.p["referral_reward"])
        w.speakers.append((i, need, step * WORDS, 1))
        w.log(now, i, journey, Channel.NONE, Event.WORD_POSITIVE)
    if mood < w.p["detractor_below"] and u < w.p["p_warn"]:
        w.speakers.append((i, need, step * WORDS, -1))
        w.log(now, i, journey, Channel.NONE, Event.WORD_NEGATIVE)


def hand_over(w, i, need, item, channel, fulfilment, now):
    """Log a collection, which shows the account, or a parcel, which shows what its order did."""
    if fulfilment in (Fulfilment.PICKUP, Fulfilment.RESERVED):
        w.log(now, i, need, STORE, Event.PICKUP, identity=Identity.ACCOUNT, item=item,
              store=w.home(i), fulfilment=fulfilment)  # fmt: skip
        return
    identity = Identity.NONE if channel == STORE else Identity.ACCOUNT
    w.log(now, i, need, channel, Event.DELIVERY, identity=identity, item=item,
          fulfilment=fulfilment)  # fmt: skip


def give_back(w, i, need, item, channel, by_parcel, goods, off, spent, earned, now, step=0):
    """Refund money as money and points as points; handle, restock what can be sold again."""
    journey = -1 if step else need
    ledger = 0 if channel == STORE else 1
    taken = min(math.floor(w.c["points"][i, ledger] * 100 + 1e-6), earned)
    if by_parcel:
        handling, store, shelf = w.p["return_online_share"] * goods * 0.01, -1, w.warehouse
    else:
        handling, store, shelf = w.p["return_store_cost"], w.home(i), w.home(i)
    w.post(now, Line.REFUNDS, channel, i, journey, -goods / 100)
    w.post(now, Line.PROMOTIONS, channel, i, journey, off / 100)
    w.post(now, Line.DISCOUNTS, channel, i, journey, spent / 100)
    if w.u("FIT", i, need, 2 * step + 1) < w.p["p_resellable"]:
        w.c["on_hand"][shelf, item] += 0 if w.p["has_capacity"] else 1
        w.post(now, Line.GOODS_RETURNED, channel, i, journey, goods * 0.01 * w.p["goods_share"])
    w.post(now, Line.RETURN_HANDLING, channel, i, journey, -handling)
    w.post(now, Line.POINTS, channel, i, journey, (taken - spent) / 100)
    w.c["points"][i, ledger] += (spent - taken) / 100
    if spent:
        w.renew_points(i, ledger, now)
    identity = Identity.NONE if channel == STORE else Identity.ACCOUNT
    w.log(now, i, journey, channel, Event.RETURN, identity=identity, item=item, store=store,
          value=(spent + off - goods) / 100, cost=handling)  # fmt: skip
