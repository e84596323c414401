"""Slow oracles of advertising, messages and the geofence (facts.md D4, equations 3, 4 and 8)."""

import math

from omnisim.schema import Channel, Event, Identity
from tests.reference.slow_world import logistic, logit

MEDIA = ("EMAIL", "PUSH", "DIRECT_MAIL", "STAFF")


def show_display(w, day, withheld=()):
    return show(w, day, "DISPLAY", "display", withheld)


def show_posts(w, day):
    return show(w, day, "SOCIAL", "social")


def show(w, day, channel, name, withheld=()):
    """Show advertisements at random, of base relevance (eq. 3); return how many."""
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
            w.log(day, i, -1, Channel[channel], Event.IMPRESSION, identity=w.cookie(i),
                  cost=w.p[name + "_cost"])  # fmt: skip
            if w.u(channel, i, day, 1) < w.p["p_ad_click"]:
                w.log(day, i, -1, Channel[channel], Event.CLICK, identity=w.cookie(i))
                if w.may_use(i, 1):
                    w.log(day, i, -1, Channel.WEBSITE, Event.VISIT, identity=w.cookie(i))
    return shown


def broadcast(w, day):
    """Add k log(1 + contacts) times relevance to everybody's goodwill; log nothing."""
    for i in range(len(w.c["alive"])):
        w.refresh(i, day)
        reached = math.log(1 + w.p["broadcast_contacts"]) * w.effect("BROADCAST")
        reached *= w.factor(i, "response") * math.exp(-w.p["fatigue_on_ads"] * w.tired(i))
        w.c["goodwill"][i] += w.p["broadcast_goodwill"] * reached * w.p["relevance_base"]


def near_stores(w, day, rival):
    """Notice those whom the app may follow, with a rate that falls with distance."""
    found = []
    for i in range(len(w.c["alive"])):
        allowed = [w.c["has_app"][i], w.c["location_consent"][i], w.c["subscribed"][i, 1]]
        km = w.c["distance"][i] * (w.p["rival_distance"] if rival else 1)
        rate = w.p["passes_per_day"] * math.exp(-km / w.p["passes_km"])
        if all(allowed) and w.u("NEAR", i, day, int(rival)) < w.p["near_noticed"] * rate:
            found.append(i)
            w.log(day, i, -1, Channel.PUSH, Event.NEAR, identity=Identity.ACCOUNT,
                  store=-1 if rival else w.home(i))  # fmt: skip
    return found


def deliver_messages(w, rows, kind, day):
    """Deliver (shopper, record, item, propensity, team, medium, depth); return the rows clicked."""
    clicked = []
    for number, (i, record, item, propensity, team, medium, depth) in enumerate(rows):
        w.refresh(i, day)
        likeness = float(w.c["taste"][i] @ w.c["attributes"][item])
        relevance = w.p["relevance_base"] + w.own(i, "relevance_taste") * likeness
        if w.c["record_teams"][record] == 3:
            relevance -= w.p["creep"] * w.c["privacy"][i]
        relevance = min(relevance, 1.5)
        w.c["record_sent"][record, team] += 1
        w.log(day, i, -1, Channel[MEDIA[medium]], Event.MESSAGE, identity=Identity.ACCOUNT,
              item=item, cost=w.p["message_cost"][medium], propensity=propensity)  # fmt: skip
        u = [w.u("MESSAGE", i, day, 256 * medium + 8 * kind + 4 * team + k) for k in range(3)]
        if read(w, i, medium, relevance, depth, kind, u, day):
            clicked.append(number)
            w.file_signal(record, item, w.p["content_signals"])
        w.c["fatigue"][i] += 1
    return clicked


def read(w, i, medium, relevance, depth, kind, u, day):
    """Open (u[0]), click (u[1]), opt out of the medium (u[2]); return whether there is a click."""
    channel, works, clicks = Channel[MEDIA[medium]], w.effect(MEDIA[medium]), False
    gain = w.p["relevance_on_response"] * (relevance - w.p["relevance_reference"])
    tired = w.tired(i)
    if u[0] < logistic(logit(w.p["p_open"][medium]) + gain - tired):
        w.log(day, i, -1, channel, Event.OPEN, identity=Identity.ACCOUNT)
        liked = works * max(relevance, 0.0)
        strength = w.p["message_goodwill"][medium] * math.exp(-tired)
        if w.c["settled"][i]:
            strength *= w.p["settled_response"]
        if relevance > 0:
            strength *= w.further(i, MEDIA[medium])
        w.c["goodwill"][i] += liked * strength
        if kind == 2:
            w.c["engagement"][i] += w.p["message_engagement"] * liked
        if works:
            w.c["opened"][i] = max(relevance, 0.0), day + w.p["coupon_days"]
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
