"""Slow oracles of advertising, messages and the geofence (facts.md D4, equations 3, 4 and 8)."""

import math

from omnisim.schema import Channel, Event, Identity
from tests.reference.slow_world import logistic, logit

MEDIA = ("EMAIL", "PUSH", "DIRECT_MAIL", "STAFF")
TRIP = 2**20


def show_display(w, day, withheld=()):
    return show(w, day, "DISPLAY", "display", withheld)


def show_posts(w, day):
    return show(w, day, "SOCIAL", "social")


def broadcast(w, day):
    return show(w, day, "BROADCAST", "broadcast", is_public=True)


def show(w, day, channel, name, withheld=(), *, is_public=False):
    """Show advertisements at random, of base relevance (eq. 3); return how many.

    What `is_public` identifies nobody and has nothing to click.
    """
    shown = 0
    for i in range(len(w.c["alive"])):
        if w.u(channel, i, day) < w.p[name + "_per_day"]:
            if i in withheld:
                w.log(day, i, -1, Channel[channel], Event.WITHHELD, identity=w.cookie(i))
                continue
            shown += 1
            w.refresh(i, day)
            w.c["goodwill"][i] += (
                w.advert(i, channel) * w.p[name + "_goodwill"] * w.p["relevance_base"]
            )
            w.log(day, i, -1, Channel[channel], Event.IMPRESSION,
                  identity=0 if is_public else w.cookie(i), cost=w.p[name + "_cost"])  # fmt: skip
            if not is_public and w.u(channel, i, day, 1) < w.p["p_ad_click"]:
                w.log(day, i, -1, Channel[channel], Event.CLICK, identity=w.cookie(i))
                if w.may_use(i, 1):
                    w.log(day, i, -1, Channel.WEBSITE, Event.VISIT, identity=w.cookie(i))
    return shown


def followed(w, i):
    """Tell whether the app may know where its owner is, and write."""
    return all([w.c["has_app"][i], w.c["location_consent"][i], w.c["subscribed"][i, 1]])


def near_store(w, day):
    """Notice those whom the app may follow, with a rate that falls with distance."""
    found = []
    for i in range(len(w.c["alive"])):
        rate = w.p["passes_per_day"] * math.exp(-w.c["distance"][i] / w.p["passes_km"])
        here = w.c["store_open"][w.home(i)] and followed(w, i)
        if here and w.u("NEAR", i, day) < w.p["near_noticed"] * rate:
            found.append(i)
            w.log(day, i, -1, Channel.PUSH, Event.NEAR, identity=Identity.ACCOUNT,
                  store=w.home(i))  # fmt: skip
    return found


def near_rival(w, i, need, step, now):
    """Notice a trip to the local rival."""
    noticed = w.u("NEAR", i, need, TRIP + 2 * step) < w.p["near_noticed"]
    if not (noticed and w.may_use(i, 0) and followed(w, i)):
        return False
    w.log(now, i, need, Channel.PUSH, Event.NEAR, identity=Identity.ACCOUNT)
    return True


def turns_round(w, i, need, step, share, gained, in_store, now):
    """Choose again, where the rival was best: 1 - P(rival best in both) / P(rival best before).

    The rival is best in both if it beats the own store with its lead added, and all others; before
    the message the own store had `share` of all weights, and it has `gained` by the message.
    """
    home_own, home_rival = w.c["distance"][i], w.c["distance"][i] * w.p["rival_distance"]
    apart = sorted([abs(home_own - home_rival), w.p["rival_apart"], home_own + home_rival])[1]
    km = (home_rival - 0) + (apart - (0 if in_store else home_own))
    price = w.p["price"] * w.c["price_sensitivity"][i]
    coupon = w.price_off(i, 0, now) - w.p["promotion"][0]
    lead = gained - w.p["distance_per_km"] * km - w.p["rival_match"] * price * coupon
    if lead < 0:
        return False
    stays = 1 / (1 - share + share * math.exp(lead))
    return w.u("NEAR", i, need, TRIP + 2 * step + 1) < 1 - stays


def detail(w, record, personal, kind):
    """Return what a message shows that the firm knows (eq. 4)."""
    shown = w.p["detail_location"] if kind in (3, 4) else 0.0
    if personal and w.c["record_weight"][record] > 0:
        shown += w.p["detail_profile"]
        shown += w.p["detail_joined"] * (w.c["record_teams"][record] == 3)
        is_online = record < len(w.c["alive"])
        shown += w.p["detail_bought"] * bool(is_online and w.c["tracking_consent"][record])
    return shown


def deliver_messages(w, rows, kind, day, errand=0.0):
    """Deliver (shopper, record, item, propensity, team, medium, depth, personal); return clicks."""
    clicked = []
    for number, (i, record, item, propensity, team, medium, depth, personal) in enumerate(rows):
        w.refresh(i, day)
        likeness = float(w.c["taste"][i] @ w.c["attributes"][item])
        relevance = w.p["relevance_base"] + w.own(i, "relevance_taste") * likeness
        minds = w.p["creep_consented"] if w.c["tracking_consent"][i] else 1.0
        minds *= w.p["creep"] * w.c["privacy"][i]
        relevance -= minds * detail(w, record, personal, kind)
        if not personal or w.c["record_weight"][record] == 0:
            named = w.c["n_identified"][i]
            relevance -= w.p["owed_personal"] * (1 - 1 / (1 + named / w.p["owed_purchases"]))
        relevance = min(max(relevance, 0.0), 1.5)
        w.c["record_sent"][record, team] += 1
        w.log(day, i, -1, Channel[MEDIA[medium]], Event.MESSAGE, identity=Identity.ACCOUNT,
              item=item, cost=w.p["message_cost"][medium], propensity=propensity)  # fmt: skip
        u = [w.u("MESSAGE", i, day, 256 * medium + 8 * kind + 4 * team + k) for k in range(3)]
        if read(w, i, medium, relevance, depth, kind, u, day, errand):
            clicked.append(number)
            w.file_signal(record, item, w.p["content_signals"])
        w.c["fatigue"][i] += 1
    return clicked


def read(w, i, medium, relevance, depth, kind, u, day, errand):
    """Open (u[0]), click (u[1]), opt out of the medium (u[2]); return whether there is a click."""
    channel, works, clicks = Channel[MEDIA[medium]], w.effect(MEDIA[medium]), False
    gain = w.p["relevance_on_response"] * (relevance - w.p["relevance_reference"])
    tired = w.tired(i)
    if u[0] < logistic(logit(w.p["p_open"][medium]) + gain + errand) * math.exp(-tired):
        w.log(day, i, -1, channel, Event.OPEN, identity=Identity.ACCOUNT)
        liked = works * relevance
        strength = w.p["message_goodwill"][medium] * w.further(i, MEDIA[medium])
        if w.c["settled"][i]:
            strength *= w.p["settled_response"]
        w.c["goodwill"][i] += liked * strength
        if kind == 2:
            w.c["engagement"][i] += w.p["message_engagement"] * liked
        if works:
            w.c["opened"][i] = relevance, day + w.p["coupon_days"]
        if works and depth:
            w.c["coupon"][i] = depth
            w.c["coupon_until"][i] = day + w.p["coupon_days"]
        if works and kind == 6:
            w.c["nurtured_until"][i] = day + w.p["nurture_days"]
        clicks = u[1] < w.p["p_click"][medium]
        if clicks:
            w.log(day, i, -1, channel, Event.CLICK, identity=Identity.ACCOUNT)
    if u[2] < logistic(logit(w.p["p_unsubscribe"][medium]) - gain + tired):
        w.c["subscribed"][i, {"STAFF": 0}.get(MEDIA[medium], medium)] = 0
        w.log(day, i, -1, channel, Event.UNSUBSCRIBE, identity=Identity.ACCOUNT)
    return clicks
