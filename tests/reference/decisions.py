"""Slow oracles of the decisions of a journey (facts.md D4, equations 5-7 and 10)."""

import math

from scipy.special import gammaincinv, ndtri

from omnisim.schema import Channel, Event, Fulfilment, Identity, Line
from tests.reference.slow_world import choose, logistic

STORE, WEBSITE, APP, RIVAL = range(4)
SOCIAL, PHONE = 4, 5  # where a search can begin, too
HABIT = {SOCIAL: 3, PHONE: 4}  # their columns, after those of the channels that sell
RIVAL_ONLINE, RIVAL_LOCAL, DELAY, NOWHERE, AISLE = range(3, 8)
WITH_PICKUP = 8
LATER = 2**20  # second draw of a decision at the same step
CART = 2**16  # whether the session of a cart is signed in


def want(w, i, need, now):
    """Draw the item: popularity times exp(weight * likeness to taste)."""
    likeness = w.c["attributes"] @ w.c["taste"][i]
    weights = [
        share * math.exp(w.p["taste_weight"] * like)
        for share, like in zip(w.c["popularity"], likeness, strict=True)
    ]
    item = choose({k: math.log(x) for k, x in enumerate(weights)}, w.u("ITEM", i, need))
    w.log(now, i, need, Channel.NONE, Event.NEED, item=item)
    return item


def open_to(w, i, channel):
    return w.may_use(i, channel) and (channel != APP or w.c["has_app"][i])


def search(w, i, need, now):
    """Choose among store, website, app, the online rival, a social network, a call (eq. 5)."""
    w.refresh(i, now)
    v = {}
    for channel in (STORE, WEBSITE, APP):
        v[channel] = None
        if open_to(w, i, channel):
            v[channel] = w.p["search_intercept"][channel] + w.c["affinity"][i, channel]
            v[channel] += w.own(i, "habit") * w.c["habit"][i, channel]
            v[channel] += w.pull(i)
            if channel == STORE:
                v[channel] -= w.p["distance_per_km"] * w.c["distance"][i]
    v[RIVAL] = w.p["search_intercept"][RIVAL] + w.c["affinity"][i, WEBSITE]
    for place, like in ((SOCIAL, WEBSITE), (PHONE, STORE)):
        v[place] = None
        if w.p["search_intercept"][place] > -math.inf:
            v[place] = w.p["search_intercept"][place] + w.c["affinity"][i, like]
            v[place] += w.own(i, "habit") * w.c["habit"][i, HABIT[place]] + w.pull(i)
    chosen = choose(v, w.u("SEARCH", i, need))
    if chosen in HABIT:
        w.c["habit"][i, HABIT[chosen]] *= 1 - w.p["habit_forgetting"]
        w.c["habit"][i, HABIT[chosen]] += 1
    if chosen == WEBSITE and w.u("SEARCH", i, need, 1) < w.p["p_paid_search"]:
        w.c["goodwill"][i] += w.advert(i, "SEARCH") * w.p["search_goodwill"]
        w.log(now, i, need, Channel.SEARCH, Event.CLICK, identity=w.cookie(i),
              cost=w.p["search_cost"])  # fmt: skip
        w.post(now, Line.MEDIA, Channel.SEARCH, i, need, -w.p["search_cost"])
    if chosen in (WEBSITE, APP):
        session(w, i, need, chosen, 2, now)
    if chosen == RIVAL:
        w.log(now, i, need, Channel.RIVAL_ONLINE, Event.VISIT)
    if chosen == SOCIAL:
        w.log(now, i, need, Channel.SOCIAL, Event.VISIT, identity=w.cookie(i))
    return chosen


def look(w, i, need, item, channel):
    """File what a signed-in session looked at."""
    if signed_in(w, i, need, channel, 2) == Identity.ACCOUNT:
        w.file_signal(w.c["record_of"][i, 0], item, w.p["content_signals"])


def view(w, i, need, channel, offered, now):
    """Use an interactive view, by digital nativity."""
    if w.u("VIEW", i, need) >= offered * w.c["digital"][i]:
        return False
    w.log(now, i, need, channel, Event.VIEWED, identity=signed_in(w, i, need, channel, 2))
    return True


def session(w, i, need, channel, step, now):
    """Log a session in an open channel."""
    if w.may_use(i, channel):
        identity = signed_in(w, i, need, channel, step)
        w.log(now, i, need, channel, Event.VISIT, identity=identity)


def signed_in(w, i, need, channel, step):
    """Return what a session exposes: in the app always the account, on the website sometimes."""
    logged_in = channel == APP or (
        w.c["has_account"][i] and w.u("CAPTURE", i, need, step) < w.p["login_share"]
    )
    return Identity.ACCOUNT if logged_in else w.cookie(i)


def travel(w, i, need, step, now):
    """Arrive within the hour if the store is then open; else spread over its next opening."""
    u = w.u("TIMING", i, need, step)
    opening, closing = w.p["opening"], w.p["closing"]
    clock = (now % 1) * 24
    if closing - opening == 24 or opening <= clock + u < closing:
        return u / 24
    hours_to_opening = opening - clock if clock < opening else opening + 24 - clock
    return (hours_to_opening + u * (closing - opening)) / 24


def patience(w, i, need, step):
    return -w.p["patience_days"] * math.log1p(-w.u("STAFF", i, need, 2 * step))


def service(w, i, need, step):
    return -w.p["service_days"] * math.log1p(-w.u("STAFF", i, need, 2 * step + 1))


def delay(w, i, need, step):
    return -w.p["mean_delay_days"] * math.log1p(-w.u("TIMING", i, need, step + LATER))


def enter(w, i, need, now):
    if w.p["visit_goodwill"]:
        w.refresh(i, now)
        w.c["goodwill"][i] += w.p["visit_goodwill"]
    w.log(now, i, need, Channel.STORE, Event.VISIT, store=w.home(i))


def walk_out(w, i, need, now):
    w.log(now, i, need, Channel.STORE, Event.WALKOUT, store=w.home(i))


def stock_on_screen(w, i, item, now):
    """Return what the site says of the home store: True, False, or None if it says nothing.

    One record a store, item and week; a wrong one knows no more than what shoppers believe.
    """
    if not w.c["is_shown"][item]:
        return None
    record, week = w.home(i) * len(w.c["popularity"]) + item, math.floor(now / 7)
    if w.u("STOCK_RECORD", record, week, 1) < w.p["record_accuracy"]:
        return bool(w.c["on_hand"][w.home(i), item] > 0)
    return w.u("STOCK_RECORD", record, week, 2) < w.p["believed_availability"]


def own_channel(w, i, channel, searched, price, now):
    """Return the part of eq. 6 that does not depend on the terms of the day."""
    discount = w.price_off(i, channel, now) + w.usable_points(i, channel) / w.c["mean_basket"][i]
    discount = min(discount, 1.0)
    extra, last_day = w.c["bonus"][i]
    discount += w.p["points_share"] * extra if last_day >= now else 0.0
    return (
        w.p["purchase_intercept"][channel]
        + w.c["affinity"][i, channel]
        + w.p["search_help"][searched][channel] * w.factor(i, "search_help")
        + w.own(i, "habit") * w.c["habit"][i, channel]
        + price * discount
        + w.pull(i)
        + w.own(i, "satisfaction") * w.c["satisfaction"][i]
    )


def decide(w, i, need, step, searched, item, in_store, inspected, resolved, now):
    """Choose a seller, a delay or nothing, and how the goods come (eqs. 6 and 7)."""
    w.refresh(i, now)
    price = w.p["price"] * w.c["price_sensitivity"][i]
    way = w.p["distance_per_km"] * w.c["distance"][i]
    if looks_up(w, i, need, step) and in_store:
        w.log(now, i, need, Channel.STORE, Event.PHONE_CHECK, store=w.home(i))
        defend(w, i, need, step, now)
    v, delivery, pickup = weigh(
        w, i, need, step, searched, item, in_store, inspected, resolved, now
    )  # fmt: skip
    is_first = step == 1 if searched == STORE else step == 0
    if is_first and now >= w.p["counted_from"] and price > 0:
        gained = log_sum(list(v.values()), 1.0) - without_firm(w, i)
        gained -= way if searched == STORE else 0.0
        w.c["surplus"][i] += gained * w.c["mean_basket"][i] / price
    chosen = choose(v, w.u("DECIDE", i, need, step))
    if chosen in (WEBSITE, APP) and pickup is not None:
        kinds = {0: delivery / w.p["nest"], WITH_PICKUP: pickup / w.p["nest"]}
        chosen += choose(kinds, w.u("DECIDE", i, need, step + LATER))
    return chosen


def looks_up(w, i, need, step):
    """Tell whether the phone is looked at."""
    return w.u("PHONE", i, need, step) < w.p["p_phone_check"] * w.c["digital"][i]


def share(weighed, place):
    """Return the logit share of a place in what `weigh` returned."""
    v = weighed[0]
    return 0.0 if v[place] is None else math.exp(v[place] - log_sum(list(v.values()), 1.0))


def weigh(w, i, need, step, searched, item, in_store, inspected, resolved, now):
    """Return the utilities of a decision, and those of delivery and pick-up."""
    price = w.p["price"] * w.c["price_sensitivity"][i]
    way = w.p["distance_per_km"] * w.c["distance"][i]
    looked_up = looks_up(w, i, need, step)
    screen = stock_on_screen(w, i, item, now)
    doubt = w.own(i, "risk") * (1 - resolved)
    found = w.p["inspection_sd"] * ndtri(w.u("VISIT", i, need)) if inspected else 0.0
    afar = w.p["knowledge_across"] * found
    v = dict.fromkeys(range(7))
    if open_to(w, i, STORE):
        v[STORE] = own_channel(w, i, STORE, searched, price, now) + found
        if not in_store:
            seen = screen if looked_up or informs(w, searched) else None
            lack = {None: 1 - w.p["believed_availability"], True: 0.0, False: 1.0}[seen]
            v[STORE] -= way + w.own(i, "stock") * lack
    fee = price * w.p["delivery_fee"] / w.c["mean_basket"][i]
    delivery = -fee - w.own(i, "delivery_per_day") * w.p["delivery_days"]
    pickup = None
    if screen and w.may_use(i, STORE) and w.p["collects"]:
        pickup = -way - w.own(i, "delivery_per_day") * w.p["pick_days"]
    for channel in (WEBSITE, APP):
        if open_to(w, i, channel):
            v[channel] = own_channel(w, i, channel, searched, price, now) + afar
            v[channel] -= doubt * (1 - helped(w, i, need, searched))
            v[channel] += log_sum([delivery, pickup], w.p["nest"])
    v[RIVAL_ONLINE] = w.p["rival_online"] + w.c["affinity"][i, WEBSITE] + afar - doubt
    v[RIVAL_ONLINE] += price * w.p["rival_gap"] - w.own(i, "delivery_per_day") * w.p["rival_days"]
    if searched != RIVAL and not looked_up:
        v[RIVAL_ONLINE] -= w.p["rival_unseen"]
    v[RIVAL_LOCAL] = w.p["rival_local"] + w.c["affinity"][i, STORE] + afar
    v[RIVAL_LOCAL] -= way * w.p["rival_distance"]
    v[DELAY], v[NOWHERE] = w.own(i, "delay_intercept"), w.p["none_intercept"]
    return v, delivery, pickup


def defend(w, i, need, step, now):
    """Send whoever is recognised the lowest price in sight, as far as the margin allows (K13)."""
    followed = open_to(w, i, APP) and w.c["location_consent"][i]
    if not followed or len(set(w.c["record_of"][i])) == 2:
        return
    prices = [w.p["rival_gap"], w.p["promotion"][APP]]
    prices += [w.p["promotion"][WEBSITE]] if w.may_use(i, WEBSITE) else []
    offer = min(max(prices), w.p["offer_room"])
    lucky = w.u("PRICE", i, need, step) < w.p["checks_answered"]
    if lucky and offer > w.price_off(i, STORE, now):
        w.c["coupon"][i], w.c["coupon_until"][i] = offer, now + w.p["offer_days"]
        w.log(now, i, need, Channel.APP, Event.DEFENCE, identity=Identity.ACCOUNT, store=w.home(i))


def conflict(w, i, need, step, searched, been_in_store, channel, now):
    """Return what is paid beyond the lowest standing offer that the shopper has seen."""
    looked_up = w.u("PHONE", i, need, step) < w.p["p_phone_check"] * w.c["digital"][i]
    seen = [0.0]
    if been_in_store and open_to(w, i, STORE):
        seen.append(w.p["promotion"][STORE])
    seen += [
        w.p["promotion"][place]
        for place in (WEBSITE, APP)
        if open_to(w, i, place) and (looked_up or searched == place)
    ]
    gap = max(seen) - w.price_off(i, channel, now)
    if gap > 0:
        w.log(now, i, need, channel, Event.CONFLICT, store=w.home(i))
    return max(gap, 0.0)


def stranded_points(w, i, channel):
    """Return the EUR of the other ledger that do not count in a channel."""
    store, online = w.c["points"][i]
    return (online if channel == STORE else store) * (1 - w.p["points_across"])


def without_firm(w, i):
    """Return the inclusive value of a need of someone who does not consider the firm."""
    price = w.p["price"] * w.c["price_sensitivity"][i]
    online = w.p["rival_online"] + w.c["affinity"][i, WEBSITE] + price * w.p["rival_gap"]
    online -= w.own(i, "delivery_per_day") * w.p["rival_days"]
    local = w.p["rival_local"] + w.c["affinity"][i, STORE]
    local -= w.p["distance_per_km"] * w.c["distance"][i] * w.p["rival_distance"]
    return log_sum([online, local, w.p["none_intercept"], w.own(i, "delay_intercept")], 1.0)


def informs(w, searched):
    """Tell whether what site or app show at a search moves anybody."""
    return searched in (WEBSITE, APP) and w.p["effect"][searched] > 0


def helped(w, i, need, searched):
    """Return the share of the doubt that goes by what site and app show first."""
    item = w.c["record_shown"][w.c["record_of"][i, 0], 0]
    if item < 0 or not informs(w, searched):
        return 0.0
    if signed_in(w, i, need, searched, 2) != Identity.ACCOUNT:
        return 0.0
    return w.p["shown_help"] * max(0.0, w.c["taste"][i] @ w.c["attributes"][item])


def log_sum(utilities, scale):
    """Return the inclusive value of a nest (Train 2009, chapter 4)."""
    top = max(v for v in utilities if v is not None)
    total = sum(math.exp((v - top) / scale) for v in utilities if v is not None)
    return top + scale * math.log(total)


def abandons(w, i, need, step, channel, now):
    """Return 0 for a cart paid for, 1 for an abandoned one, 2 if the firm knows whose it was."""
    identity = signed_in(w, i, need, channel, CART + step)
    w.log(now, i, need, channel, Event.CART, identity=identity)
    left = w.u("CART", i, need, step) < logistic(w.p["cart_friction"])
    if left:
        w.log(now, i, need, channel, Event.CART_ABANDONED, identity=identity)
    is_known = identity == Identity.ACCOUNT
    return (2 if is_known else 1) if left else 0


def take(w, i, need, step, item, now, helped=0.0, aisle=0.0):
    """Take the item, or react to its absence with the shares of T-38 (eq. 10)."""
    store = w.home(i)
    shelf, asked = w.c["on_hand"][store], w.c["demand"][store]
    asked[item] += 1
    if shelf[item] > 0:
        shelf[item] -= 1
        return STORE, item
    w.log(now, i, need, Channel.STORE, Event.STOCKOUT, item=item, store=store)
    likeness = w.c["attributes"] @ w.c["attributes"][item]
    others = [k for k in range(len(shelf)) if k != item and shelf[k] > 0]
    share = {name: w.p["react_" + name] for name in ("substitute", "rival", "delay", "quit")}
    v = {name: math.log(x) if x > 0 else None for name, x in share.items()}
    if v["substitute"] is not None:
        v["substitute"] += helped
    if not others:
        v["substitute"] = None
    if item >= w.p["n_stocked"]:  # the store never has it
        v["delay"] = None
    if all(x is None for x in v.values()):
        v["quit"] = 0.0
    offered = w.u("STOCKOUT", i, need, 2 * step + 1) < aisle
    if source(w, store, item) is not None and offered and share["delay"] > 0:
        price = w.p["price"] * w.c["price_sensitivity"][i]
        v["aisle"] = math.log(share["delay"]) - price * w.p["delivery_fee"] / w.c["mean_basket"][i]
        v["aisle"] += w.own(i, "delivery_per_day") * (w.p["restock_days"] - w.p["delivery_days"])
        v["aisle"] += w.p["distance_per_km"] * w.c["distance"][i]
    reaction = choose(v, w.u("STOCKOUT", i, need, 2 * step))
    if reaction == "substitute":
        item = max(others, key=lambda k: likeness[k])
        shelf[item] -= 1
        asked[item] += 1
    rival = RIVAL_LOCAL
    if reaction == "rival" and looks_up(w, i, need, LATER + step):
        w.log(now, i, need, Channel.STORE, Event.PHONE_CHECK, store=store)
        rival = RIVAL_ONLINE
    actions = {"substitute": STORE, "rival": rival, "delay": DELAY, "quit": NOWHERE}
    return (actions | {"aisle": AISLE})[reaction], item


def pick(w, i, item, need, now):
    """Reserve an item of a click-and-collect order; False if it is not there."""
    store = w.home(i)
    w.c["demand"][store, item] += 1
    if w.c["on_hand"][store, item] > 0:
        w.c["on_hand"][store, item] -= 1
        return True
    w.log(now, i, need, Channel.STORE, Event.STOCKOUT, item=item, store=store,
          fulfilment=Fulfilment.PICKUP)  # fmt: skip
    return False


def source(w, home, item):
    """Return whence staff can have the item sent: the warehouse, or the fullest other store."""
    left = {place: int(count[item]) for place, count in enumerate(w.c["on_hand"])}
    if left[w.warehouse] > 0:
        return w.warehouse
    others = [k for k in left if k not in (home, w.warehouse) and left[k] > 0]
    if w.p["has_capacity"] or not others:
        return None
    return max(others, key=lambda k: left[k])


def ship(w, i, need, item, now=0.0, by_staff=False):
    """Send the item, on back order below zero; Gamma times of the promised mean."""
    promised, shape = w.p["delivery_days"], w.p["delivery_shape"]
    days = promised * gammaincinv(shape, w.u("DELIVERY", i, need)) / shape
    if w.p["has_capacity"]:
        return days, promised
    place = source(w, w.home(i), item) if by_staff else None
    place = w.warehouse if place is None else place
    if place != w.warehouse:
        w.post(now, Line.PICKING, Channel.STORE, i, need, -w.p["picking_cost"])
    w.c["demand"][place, item] += 1
    w.c["on_hand"][place, item] -= 1
    if w.c["on_hand"][place, item] < 0:
        days += w.p["warehouse_restock_days"]
    return days, promised


def lose(w, i, need, where, now):
    """Log how a need ended that the firm did not meet."""
    if where == RIVAL_ONLINE:
        w.log(now, i, need, Channel.RIVAL_ONLINE, Event.RIVAL_PURCHASE)
    elif where == RIVAL_LOCAL:
        w.log(now, i, need, Channel.RIVAL_LOCAL, Event.RIVAL_PURCHASE)
    else:
        w.log(now, i, need, Channel.NONE, Event.NO_PURCHASE)
