# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""What follows a decision: the purchase and its books, experience, returns, churn, word of mouth.

Equations 8, 9, 11, 13-16 of facts.md D4. Money in the postings is in whole cents, costs negative.
"""
from libc.math cimport HUGE_VAL, exp, fmax, fmin, log, sqrt
from libc.stdint cimport int64_t

from _choice cimport logistic
from _draws cimport categorical, gamma, normal
from _streams cimport *
from omnisim.simulation._state cimport State

cdef enum:
    UNPLANNED_STEP = 1 << 20
    WORD_SHIFT = 24             # acquaintances who may hear one word: below 2**24
    ONLINE_TEAM = 0
    STORE_TEAM = 1


cdef inline int64_t cents(double euros) noexcept:
    return <int64_t>(euros * 100.0 + (0.5 if euros >= 0 else -0.5))


def buy(State w, Py_ssize_t i, long need, Py_ssize_t item, int channel, int fulfilment, bint free,
        double now, double skill=0):
    """Sell the item: basket, points, books, habit and what the firm learns.

    A delivery is `free` if it makes good a pick-up that failed; `skill` is that of the staff who
    served, 0 online. Returns (goods, off, spent, earned, identified): what the goods cost, what a
    promotion took off, the points paid with and earned, in cents, and whether the firm knows whose
    purchase it is.
    """
    cdef double lift = basket_lift(w, i, skill, False, now)
    return sell(w, i, need, need, 0, item, channel, fulfilment, free, lift, now)


def buy_unplanned(State w, Py_ssize_t i, long need, long step, double now, double skill=0,
                  bint errand=False):
    """Let a visit to the store also end in an unplanned purchase; return what was bought, or None.

    That is (step of its draws, item, goods, off, spent, earned), as in `buy`.
    Every visit has the same chance, whatever brought it about; an item that screens or staff offer
    to one who shows the card is bought as likely as it fits. The purchase is logged outside the
    journey, since it does not meet the need. `skill` is that of the staff; an `errand` is a visit
    to collect or to return goods.
    """
    cdef Py_ssize_t item = advice(w, i, need, step)
    cdef double p = w.p.p_unplanned
    cdef tuple sold
    if item >= 0:
        w.log.add(now, i, -1, SCREEN, EVENT_ADVISED, IDENTITY_CARD, <int>item, w.home_store[i])
        if w.p.effect[SCREEN] <= 0:
            item = -1
        elif 0 < p < 1:
            p = logistic(log(p / (1 - p)) + w.p.advice_weight * w.likeness(i, item))
    if w.uniform(STREAM_UNPLANNED, i, need, 2 * step) >= p:
        return None
    if item < 0:
        item = categorical(w.uniform(STREAM_UNPLANNED, i, need, 2 * step + 1), &w.popularity[0],
                           w.n_items)
    if w.on_hand[w.home_store[i], item] <= 0:
        return None
    w.on_hand[w.home_store[i], item] -= 1
    w.demand[w.home_store[i], item] += 1
    sold = sell(w, i, -1, need, UNPLANNED_STEP + step, item, STORE, FULFIL_IN_STORE, False,
                basket_lift(w, i, skill, errand, now), now)
    return UNPLANNED_STEP + step, item, *sold[:4]


cdef Py_ssize_t advice(State w, Py_ssize_t i, long need, long step) noexcept:
    """Return the item that the store offers to one who shows the card, or -1."""
    cdef Py_ssize_t item = w.record_shown[w.record_of[i, STORE_TEAM], 1]
    if item < 0 or not w.has_card[i]:
        return -1
    if w.uniform(STREAM_CAPTURE, i, need, UNPLANNED_STEP + step) >= w.p.card_shown:
        return -1
    return item


cdef double basket_lift(State w, Py_ssize_t i, double skill, bint errand, double now) noexcept:
    """Return what multiplies the basket: exp(b_staff skill + b_x errand + b_rel rel) (eq. 9).

    `rel` is the relevance of the last message opened, while it counts; a purchase uses it up.
    """
    cdef double size = w.p.basket_staff * skill
    if errand:
        size += w.p.basket_errand
    if now <= w.opened[i, 1]:
        size += w.p.basket_relevance * w.opened[i, 0]
        w.opened[i, 1] = -1
    return exp(size)


cdef tuple sell(State w, Py_ssize_t i, long logged, long need, long step, Py_ssize_t item,
                int channel, int fulfilment, bint free, double lift, double now):
    cdef int ledger = 0 if channel == STORE else 1
    cdef double size = gamma(w.uniform(STREAM_BASKET, i, need, step), w.basket_shape[i])
    cdef int64_t goods = cents(size / w.basket_scale[i] * lift)
    cdef int identity = identify(w, i, need, step, channel)
    cdef bint member = w.has_card[i] and identity != IDENTITY_NONE
    cdef int64_t off = take_off(w, i, logged, channel, goods, identity, now)
    cdef int64_t spent = spend_points(w, i, ledger, goods - off) if member else 0
    cdef int64_t fee = 0, earned = 0
    cdef bint comes = fulfilment == FULFIL_PICKUP or fulfilment == FULFIL_RESERVED
    cdef int store = w.home_store[i] if channel == STORE or comes else -1
    if fulfilment == FULFIL_DELIVERY or fulfilment == FULFIL_ENDLESS_AISLE:
        fee = 0 if free else cents(w.p.delivery_fee)
        post(w, now, LINE_DELIVERY, channel, i, logged, -cents(w.p.delivery_cost))
        post(w, now, LINE_DELIVERY_FEES, channel, i, logged, fee)
    elif fulfilment == FULFIL_PICKUP:
        post(w, now, LINE_PICKING, channel, i, logged, -cents(w.p.picking_cost))
    post(w, now, LINE_REVENUE, channel, i, logged, goods)
    post(w, now, LINE_PROMOTIONS, channel, i, logged, -off)
    post(w, now, LINE_DISCOUNTS, channel, i, logged, -spent)
    post(w, now, LINE_COST_OF_GOODS, channel, i, logged, -cents(goods * 0.01 * w.p.goods_share))
    if member:
        earned = cents((goods - off - spent) * 0.01 * w.p.points_share
                       * (1 + w.bonus[i, 0] if w.bonus[i, 1] >= now else 1))
        w.bonus[i, 1] = -1
        w.points[i, ledger] += earned * 0.01
        w.renew_points(i, ledger, now)
    post(w, now, LINE_POINTS, channel, i, logged, spent - earned)
    w.log.add(now, i, logged, channel, EVENT_PURCHASE, identity, <int>item, store, fulfilment,
              (goods - off - spent + fee) * 0.01)
    grow_habit(w, i, channel)
    if not w.settled[i] and w.uniform(STREAM_SETTLE, i, need, step) < w.p.settling:
        w.settled[i] = 1
    if identity != IDENTITY_NONE:
        w.n_identified[i] += 1
        learn(w, i, STORE_TEAM if channel == STORE else ONLINE_TEAM, item, goods * 0.01, now)
    return goods, off, spent, earned, identity != IDENTITY_NONE


cdef int64_t take_off(State w, Py_ssize_t i, long logged, int channel, int64_t goods, int identity,
                      double now) except -1:
    """Return the cents off the price; a coupon that counts is used up."""
    cdef double share = w.price_off(i, channel, now)
    cdef int64_t off = cents(goods * 0.01 * share)
    if share > w.p.promotion[channel]:
        w.coupon_until[i] = -HUGE_VAL
        w.log.add(now, i, logged, channel, EVENT_COUPON, identity, -1, -1, FULFIL_NONE, 0,
                  off * 0.01)
    return off


cdef int post(State w, double now, int line, int channel, Py_ssize_t i, long need,
              int64_t amount) except -1:
    if amount != 0:
        w.postings.add(now, line, channel, i, need, amount)
    return 0


cdef int64_t spend_points(State w, Py_ssize_t i, int ledger, int64_t goods) noexcept:
    """Pay with points, own ledger first; return the cents paid so."""
    cdef double usable = fmin(w.usable_points(i, ledger), goods * 0.01)
    cdef int64_t spent = <int64_t>(usable * 100.0 + 1e-6)
    cdef double own = fmin(w.points[i, ledger], spent * 0.01)
    if spent <= 0:
        return 0
    w.points[i, ledger] -= own
    w.points[i, 1 - ledger] = fmax(w.points[i, 1 - ledger] - (spent * 0.01 - own), 0.0)
    return spent


cdef int identify(State w, Py_ssize_t i, long need, long step, int channel) noexcept:
    """Return what the purchase exposes: the account online, the card in the store if shown."""
    if channel != STORE:
        w.has_account[i] = 1
        return IDENTITY_ACCOUNT
    if w.has_card[i] and w.uniform(STREAM_CAPTURE, i, need, step) < w.p.card_shown:
        return IDENTITY_CARD
    return IDENTITY_NONE


cdef void grow_habit(State w, Py_ssize_t i, int channel) noexcept:
    """H <- (1 - d) H, plus 1 for the channel used (eq. 8); less is forgotten of the others."""
    cdef double across = w.p.habit_across
    cdef Py_ssize_t c
    for c in range(w.habit.shape[1]):
        w.habit[i, c] *= 1 - w.p.habit_forgetting * (1 if c == channel else across)
    w.habit[i, channel] += 1


cdef void learn(State w, Py_ssize_t i, int team, Py_ssize_t item, double value,
                double now) noexcept:
    """Add a purchase to the record that the team files it under, if it files any."""
    cdef Py_ssize_t r = w.record_of[i, team]
    if not w.p.files[team]:
        return
    w.record_teams[r] |= 1 << team
    if w.record_count[r] == 0:
        w.record_first[r] = now
    w.record_last[r] = now
    w.record_value[r] += value
    w.record_count[r] += 1
    w.file_signal(r, item, 1.0)


def evaluate(State w, Py_ssize_t i, long need, Py_ssize_t item, int channel, double resolved,
             double hassle, double speed, bint obstacle, double gap, double lost, double now,
             long step=0):
    """Compare the experience with what was expected; return whether the goods go back.

    Fit is noise, plus how like the item is to taste (eq. 11). `resolved` is the share of the
    uncertainty about fit that was gone; `hassle` what sending or bringing the goods back takes, in
    units of fit; `speed` in [-1, 1] rates the wait; `obstacle` tells of a stock-out, a walk-out or
    a wrong record on the way; `gap` is what the shopper paid beyond a price of the firm seen
    elsewhere, and `lost` what points that do not count there would have paid, as shares of the list
    price.
    Updates satisfaction (eq. 13) and engagement, which only a good experience leaves, then drop-out
    (eq. 14) and word of mouth (eq. 15). `step` is that of the draws of an unplanned purchase, which
    is logged outside the journey, or 0.
    """
    cdef double noise = normal(w.uniform(STREAM_FIT, i, need, 2 * step))
    cdef double fit = w.p.fit_sd * sqrt(1 - resolved) * noise
    cdef long logged = -1 if step > 0 else need
    cdef double ease = w.p.rating_obstacle if obstacle else w.p.rating
    cdef double goods, worst, lived
    fit += w.p.fit_likeness * w.likeness(i, item)
    goods = fmax(-1.0, fmin(1.0, w.p.rating + w.p.rating_fit * fit))
    ease = fmax(-1.0, ease - w.p.incoherence * gap - w.p.frustration * lost)
    worst = fmin(goods, fmin(speed, ease))
    lived = (1 - w.p.weakest_link) * (goods + speed + ease) / 3 + w.p.weakest_link * worst
    experience(w, i, lived)
    w.refresh(i, now)
    w.engagement[i] += w.p.purchase_engagement * fmax(lived, 0.0) * exp(-w.engagement[i])
    drop_out(w, i, need, step, logged, channel, now)
    speak(w, i, need, step << WORD_SHIFT, logged, now)
    return fit < w.p.return_threshold - hassle


def regret(State w, Py_ssize_t i):
    """Let an obstacle that ended a journey without a purchase weigh on satisfaction."""
    experience(w, i, w.p.rating_obstacle)


def live(State w, Py_ssize_t i, double lived):
    """Let an experience beside the purchase itself, in [-1, 1], weigh on satisfaction."""
    experience(w, i, lived)


cdef void experience(State w, Py_ssize_t i, double lived) noexcept:
    """S <- S + omega (lived - expected), a disappointment weighing more (eq. 13).

    What is expected follows slowly what was lived, plus a norm of coherence (S1-09).
    """
    cdef double gap = lived - w.expectation[i]
    if gap < 0:
        gap *= w.p.loss_weight
    w.satisfaction[i] += w.p.satisfaction_rate * (gap - w.satisfaction[i])
    w.satisfaction[i] = fmax(-1.0, fmin(1.0, w.satisfaction[i]))
    w.expectation[i] += w.p.expectation_rate * (lived + w.p.coherence_norm
                                                 - w.expectation[i])


cdef int drop_out(State w, Py_ssize_t i, long need, long step, long logged, int channel,
                  double now) except -1:
    """Stop considering the firm with the shopper's own probability, shifted by S, E and points."""
    cdef double p = w.dropout[i], shift
    if not w.alive[i]:
        return 0
    shift = (w.p.satisfaction_on_churn * w.factor(i, OWN_SATISFACTION_ON_CHURN)
             * (w.satisfaction[i] - w.p.satisfaction_centre)
             + w.p.engagement_on_churn * w.factor(i, OWN_ENGAGEMENT_ON_CHURN)
             * (w.engagement[i] - w.p.engagement_centre)
             + w.p.points_on_churn * w.factor(i, OWN_POINTS_ON_CHURN)
             * (w.usable_points(i, 0 if channel == STORE else 1) - w.p.points_centre))
    if shift != 0 and 0 < p < 1:
        p = logistic(log(p / (1 - p)) - shift)
    if w.uniform(STREAM_CHURN, i, need, step) < p:
        w.alive[i] = 0
        if w.aware[i]:
            w.count_near(i, -1)
        w.log.add(now, i, logged, NOWHERE, EVENT_CHURN)
    return 0


cdef int speak(State w, Py_ssize_t i, long need, long said, long logged, double now) except -1:
    """Recommend or warn; the market process carries it to the acquaintances that night."""
    cdef double s = w.satisfaction[i], u = w.uniform(STREAM_WORD, i, need, said)
    cdef bint nurtured = w.nurtured_until[i] >= now
    if s > w.p.promoter_above and u < w.p.p_recommend * (w.p.recommend_factor if nurtured else 1):
        w.log.add(now, i, logged, NOWHERE, EVENT_WORD_POSITIVE)
        if nurtured:
            post(w, now, LINE_REWARDS, NOWHERE, i, logged, -cents(w.p.referral_reward))
        w.speakers.append((i, need, said, 1))
    elif s < w.p.detractor_below and u < w.p.p_warn:
        w.log.add(now, i, logged, NOWHERE, EVENT_WORD_NEGATIVE)
        w.speakers.append((i, need, said, -1))
    return 0


def hand_over(State w, Py_ssize_t i, long need, Py_ssize_t item, int channel, int fulfilment,
              double now):
    """Log that the goods reached the shopper, in the store or by parcel.

    A parcel ordered through staff shows the firm no more than the order did.
    """
    if fulfilment == FULFIL_PICKUP or fulfilment == FULFIL_RESERVED:
        w.log.add(now, i, need, STORE, EVENT_PICKUP, IDENTITY_ACCOUNT, <int>item, w.home_store[i],
                  fulfilment)
    else:
        w.log.add(now, i, need, channel, EVENT_DELIVERY,
                  IDENTITY_NONE if channel == STORE else IDENTITY_ACCOUNT, <int>item, -1,
                  fulfilment)


def give_back(State w, Py_ssize_t i, long need, Py_ssize_t item, int channel, bint by_parcel,
              int64_t goods, int64_t off, int64_t spent, int64_t earned, double now, long step=0):
    """Take the goods back: refund what was paid, handling, stock if they can be sold again.

    Points paid with are given back as points; points earned are taken back, if still there. `step`
    is as in `evaluate`.
    """
    cdef long logged = -1 if step > 0 else need
    cdef int ledger = 0 if channel == STORE else 1
    cdef double handling = w.p.return_store_cost
    cdef int64_t taken = <int64_t>(fmin(w.points[i, ledger], earned * 0.01) * 100.0 + 1e-6)
    if by_parcel:
        handling = w.p.return_online_share * goods * 0.01
    post(w, now, LINE_REFUNDS, channel, i, logged, -goods)
    post(w, now, LINE_PROMOTIONS, channel, i, logged, off)
    post(w, now, LINE_DISCOUNTS, channel, i, logged, spent)
    if w.uniform(STREAM_FIT, i, need, 2 * step + 1) < w.p.p_resellable:
        post(w, now, LINE_GOODS_RETURNED, channel, i, logged, cents(goods * 0.01 * w.p.goods_share))
        if not w.p.has_capacity:    # what a day could serve is not there again on another
            w.on_hand[w.n_stores if by_parcel else w.home_store[i], item] += 1
    post(w, now, LINE_RETURN_HANDLING, channel, i, logged, -cents(handling))
    post(w, now, LINE_POINTS, channel, i, logged, taken - spent)
    w.points[i, ledger] += (spent - taken) * 0.01
    if spent > 0:
        w.renew_points(i, ledger, now)
    w.log.add(now, i, logged, channel, EVENT_RETURN,
              IDENTITY_NONE if channel == STORE else IDENTITY_ACCOUNT, <int>item,
              -1 if by_parcel else w.home_store[i], FULFIL_NONE, (spent + off - goods) * 0.01,
              handling)
