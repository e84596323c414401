"""Slow oracles of the daily round (facts.md D4, equations 1, 2 and 15)."""

import math

import numpy as np

from omnisim.schema import Channel, Event, Identity, Line
from tests.reference.decisions import NOWHERE, RIVAL_LOCAL, RIVAL_ONLINE, STORE, WEBSITE, lose
from tests.reference.slow_world import choose


def friends(w, i):
    return w.c["indices"][w.c["indptr"][i] : w.c["indptr"][i + 1]].tolist()


def threshold(w, i, number):
    """Return the hazard that must pass before need `number` arises, since the one before."""
    return -math.log1p(-w.u("NEED", i, number))


def first_needs(w):
    for i in range(len(w.c["alive"])):
        w.c["until_need"][i] = threshold(w, i, 0)


def needs(w, day, season):
    """Run a day of each shopper's hazard down the thresholds (eq. 1); return what was reached."""
    found = []
    for i in range(len(w.c["alive"])):
        rate = w.c["need_rate"][i] * season
        if w.c["engagement"][i] > 1e-6:
            w.refresh(i, day)
            rate *= math.exp(w.own(i, "engagement_on_need") * w.c["engagement"][i])
        passed = 0.0
        while passed + w.c["until_need"][i] <= rate:
            passed += w.c["until_need"][i]
            number = int(w.c["n_needs"][i])
            if w.c["alive"][i] and w.c["aware"][i]:
                found.append((i, number, day + passed / rate))
            else:
                elsewhere(w, i, number, day)
            w.c["n_needs"][i] = number + 1
            w.c["until_need"][i] = threshold(w, i, number + 1)
        w.c["until_need"][i] -= rate - passed
    return found


def elsewhere(w, i, need, now):
    """Choose among the rivals and nothing, as one who does not consider the firm."""
    price = w.p["price"] * w.c["price_sensitivity"][i]
    way = w.p["distance_per_km"] * w.c["distance"][i] * w.p["rival_distance"]
    online = w.p["rival_online"] + w.c["affinity"][i, WEBSITE] + price * w.p["rival_gap"]
    v = {
        RIVAL_ONLINE: online - w.own(i, "delivery_per_day") * w.p["rival_days"],
        RIVAL_LOCAL: w.p["rival_local"] + w.c["affinity"][i, STORE] - way,
        NOWHERE: w.p["none_intercept"],
    }
    w.log(now, i, need, Channel.NONE, Event.NEED)
    lose(w, i, need, choose(v, w.u("DECIDE", i, need)), now)


def considers(w, i):
    return int(w.c["aware"][i] and w.c["alive"][i])


def count_aware_neighbours(w):
    for i in range(len(w.c["alive"])):
        w.c["n_aware_near"][i] = sum(considers(w, j) for j in friends(w, i))


def become_aware(w, i, now):
    w.c["aware"][i] = 1
    for j in friends(w, i):
        w.c["n_aware_near"][j] += considers(w, i)
    w.log(now, i, -1, Channel.NONE, Event.AWARE)


def become_unaware(w, i, now):
    for j in friends(w, i):
        w.c["n_aware_near"][j] -= considers(w, i)
    w.c["aware"][i] = 0
    w.log(now, i, -1, Channel.NONE, Event.UNAWARE)


def spread_awareness(w, day):
    """Become aware (eq. 2), in the order of the rows; the lost may come back."""
    for i in range(len(w.c["alive"])):
        if not w.c["alive"][i]:
            if w.u("BACK", i, day) < 1 - math.exp(-w.p["back_per_day"]):
                w.c["alive"][i] = 1
                for j in friends(w, i):
                    w.c["n_aware_near"][j] += considers(w, i)
                w.log(day, i, -1, Channel.NONE, Event.BACK)
        elif not w.c["aware"][i]:
            w.refresh(i, day)
            near = [considers(w, j) for j in friends(w, i)]
            hazard = w.p["innovation"] + w.own(i, "aware_goodwill") * w.c["goodwill"][i]
            if near:
                hazard += w.own(i, "imitation") * sum(map(int, near)) / len(near)
            if w.u("AWARE", i, day) < 1 - math.exp(-hazard):
                become_aware(w, i, day)


def browse(w, day):
    """Look around without a need, online or in the store, by one uniform a day."""
    for i in range(len(w.c["alive"])):
        if not (w.c["alive"][i] and w.c["aware"][i]):
            continue
        w.refresh(i, day)
        liking = math.exp(w.own(i, "browse_goodwill") * w.c["goodwill"][i])
        reach = w.c["digital"][i] * bool(w.c["has_account"][i] or w.c["has_app"][i])
        p_online = 1 - math.exp(-w.p["browse_online_per_day"] * reach * liking)
        near = math.exp(-w.p["distance_per_km"] * w.c["distance"][i])
        p_store = 1 - math.exp(-w.p["browse_store_per_day"] * near * liking)
        u = w.u("BROWSE", i, day)
        if u < p_online:
            in_app = w.may_use(i, 2) and w.c["has_app"][i] and w.u("BROWSE", i, day, 1) < 0.5
            if not (in_app or w.may_use(i, 1)):
                continue
            known = in_app or (
                w.c["has_account"][i] and w.u("BROWSE", i, day, 2) < w.p["login_share"]
            )
            w.log(day, i, -1, Channel.APP if in_app else Channel.WEBSITE, Event.VISIT,
                  identity=Identity.ACCOUNT if known else w.cookie(i))  # fmt: skip
        elif u > 1 - p_store and w.may_use(i, 0):
            w.log(day, i, -1, Channel.STORE, Event.VISIT, store=w.home(i))


def expire_points(w, day):
    """Let the points of silent ledgers lapse: the liability falls."""
    limit = w.p["points_expire_days"]
    for i, ledger in np.argwhere(w.c["points"] > 0).tolist():
        if 0 < limit <= day - w.c["points_day"][i, ledger]:
            lapsed = w.c["points"][i, ledger]
            w.post(day, Line.POINTS, [STORE, WEBSITE][ledger], i, -1, lapsed)
            w.c["points"][i, ledger] = 0


def spread_word(w, now):
    """Carry what was said to those acquaintances who listen (eq. 15)."""
    for speaker, need, said, sign in w.speakers:
        for j in friends(w, speaker):
            if w.u("WORD", speaker, need, said + 1 + j) < w.p["p_heard"]:
                if sign > 0 and not w.c["aware"][j]:
                    become_aware(w, j, now)
                holds = [w.c[name][j] for name in ("has_account", "has_card", "has_app")]
                is_put_off = w.u("PUT_OFF", speaker, need, said + 1 + j) < w.p["p_put_off"]
                if sign < 0 and w.c["aware"][j] and is_put_off:
                    if not any(holds) and not w.c["habit"][j, :3].any():
                        become_unaware(w, j, now)
                mood = w.c["satisfaction"][j] + sign * w.p["satisfaction_shift"]
                w.c["satisfaction"][j] = min(1.0, max(-1.0, mood))
    w.speakers.clear()
