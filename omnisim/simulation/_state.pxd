# cython: boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The state of a run as typed columns, shared by the kernels of the simulation."""
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint64_t

from omnisim.simulation._recorder cimport EventLog, Postings


cdef struct Params:
    # the address of the run's random numbers
    uint64_t seed
    uint64_t replication
    # weights of decisions (facts.md D4, equations 5-8); indices: 0 store, 1 website, 2 app, 3 rival,
    # 4 social network, 5 telephone; search_intercept is -HUGE_VAL where no search can begin
    double price, delivery_per_day, distance_per_km, habit, habit_forgetting
    double habit_across, knowledge_across
    double goodwill, satisfaction, risk, stock, believed_availability, inspection_sd, nest
    double mean_delay_days, p_phone_check, taste_weight
    double search_intercept[6]
    double purchase_intercept[3]
    double search_help[6][3]
    int is_open[3]
    double cart_friction, login_share
    double rival_online, rival_gap, rival_days, rival_unseen, rival_local, rival_distance
    double rival_apart, rival_match
    double delay_intercept, none_intercept
    # operations
    double opening, closing, p_unplanned, visit_goodwill, service_days, patience_days
    double react_substitute, react_rival, react_delay, react_quit, restock_days
    double warehouse_restock_days
    int n_stocked
    int collects, has_capacity    # whether orders are collected; whether units are those of a day
    double browse_online_per_day, browse_store_per_day, browse_goodwill
    double delivery_days, delivery_shape, delivery_fee, pick_days
    double fit_sd, fit_likeness, return_threshold, p_resellable
    double basket_staff, basket_errand, basket_relevance    # equation 9
    # experience (equations 13-15)
    double rating, rating_fit, rating_obstacle
    double satisfaction_rate, loss_weight, expectation_rate, weakest_link, incoherence
    double frustration, coherence_norm
    double satisfaction_on_churn, engagement_on_churn, points_on_churn
    double satisfaction_centre, engagement_centre, engagement_on_need, engagement_decay
    double points_centre, purchase_engagement
    double promoter_above, detractor_below, p_recommend, p_warn, p_heard, p_put_off
    double satisfaction_shift
    double innovation, imitation, aware_goodwill, back_per_day
    # media and messages (equations 3-4); decays are per day, as exponents
    double effect[19]           # by channel: 0 where exposures are inert, else 1
    double p_ad_click
    double goodwill_decay, display_per_day, display_goodwill, display_cost
    double p_paid_search, search_cost, search_goodwill
    double social_per_day, social_goodwill, social_cost
    double broadcast_per_day, broadcast_goodwill, broadcast_cost
    # by medium: 0 e-mail, 1 push, 2 direct mail, 3 staff
    double p_open[4]
    double p_click[4]
    double p_unsubscribe[4]
    double message_goodwill[4]
    double message_cost[4]
    double relevance_base, relevance_taste, creep, creep_consented
    double owed_personal, owed_purchases
    double detail_profile, detail_joined, detail_bought, detail_location
    double relevance_reference, relevance_on_response, message_engagement
    double fatigue_decay, fatigue, settling, settled_response
    double settled_goodwill
    double saturation, fatigue_on_ads
    double coupon_days, nurture_days, content_signals
    int files[2]
    # primitives set by the capabilities
    double card_shown, record_accuracy, points_across
    double recommend_factor, referral_reward
    double shown_help, advice_weight
    double near_noticed, passes_per_day, passes_km
    double checks_answered, offer_room, offer_days
    # costs
    double goods_share, delivery_cost, picking_cost, return_online_share, return_store_cost
    double points_share, points_minimum, points_expire_days
    double promotion[3]         # share off the price of everything, by sales channel
    double counted_from    # the end of the burn-in, in days


cdef class State:
    cdef Params p
    cdef readonly Py_ssize_t n, n_items, n_stores
    cdef readonly EventLog log
    cdef readonly Postings postings
    # who the shoppers are
    cdef const double[::1] need_rate, dropout, basket_shape, basket_scale, mean_basket
    cdef const double[:, ::1] taste, affinity
    cdef const double[::1] digital, price_sensitivity, distance, privacy
    cdef const float[:, :] own_factors    # multiples of weights; columns are OWN_WAIT ...
    cdef const uint8_t[::1] has_app, has_card, tracking_consent
    cdef const uint8_t[::1] location_consent
    cdef const uint8_t[::1] held_to    # 0 all sales channels, 1 stores only, 2 website and app only
    cdef const int16_t[::1] home_store
    cdef const int64_t[::1] indptr
    cdef const int32_t[::1] indices
    # what they are like now
    cdef uint8_t[::1] alive, aware, has_account, settled
    cdef uint8_t[:, ::1] subscribed    # columns are media
    cdef uint8_t[:, ::1] exposed       # exposures in this week of the run, by channel
    cdef double[::1] goodwill, fatigue, engagement, touched
    cdef double[::1] satisfaction, expectation, until_need, surplus
    cdef double[:, ::1] habit, points
    cdef int16_t[:, ::1] points_day    # when points were last earned or spent; ledgers as in points
    cdef double[::1] nurtured_until
    cdef double[:, ::1] opened         # relevance of the last message opened, last day it counts
    cdef double[:, ::1] bonus          # extra points as a share of the usual ones, last day
    cdef int32_t[::1] n_needs, n_aware_near
    cdef int32_t[::1] n_identified    # purchases at which the shopper told who it was
    cdef double[::1] coupon, coupon_until     # share off the next purchase, and how long it counts
    cdef readonly list speakers
    # goods
    cdef const double[:, ::1] attributes
    cdef const double[::1] popularity
    cdef const uint8_t[::1] is_shown
    cdef int32_t[:, ::1] on_hand, demand
    cdef const uint8_t[::1] store_open    # whether each store is open where the channel is
    cdef double[::1] weights
    # what the firm knows: rows are records, columns 0 online team, 1 store team
    cdef const int32_t[:, ::1] record_of
    cdef double[::1] record_first, record_last, record_value
    cdef int32_t[::1] record_count
    cdef const int16_t[:, ::1] record_shown    # item put first on site and app, in the store; or -1
    cdef double[:, ::1] record_profile
    cdef double[::1] record_weight     # of the signals in the profile; a purchase weighs 1
    cdef int16_t[:, ::1] record_sent
    cdef uint8_t[::1] record_teams    # bit 0: seen by the online team, bit 1: by the store team

    cdef void count_near(self, Py_ssize_t i, int change) noexcept
    cdef void file_signal(self, Py_ssize_t record, Py_ssize_t item, double weight) noexcept
    cdef double likeness(self, Py_ssize_t i, Py_ssize_t item) noexcept
    cdef void refresh(self, Py_ssize_t i, double now) noexcept
    cdef inline double factor(self, Py_ssize_t i, int weight) noexcept:
        """Return the shopper's own multiple of a weight, OWN_WAIT ...: 1 where nobody differs."""
        return self.own_factors[i, weight]

    cdef inline bint may_use(self, Py_ssize_t i, int channel) noexcept:
        """Return whether a sales channel, or its store, is open, and not closed to this shopper."""
        return self.p.is_open[channel] and (
            channel != 0 or self.store_open[self.home_store[i]]) and (
            self.held_to[i] == 0 or (self.held_to[i] == 1) == (channel == 0))

    cdef double pull(self, Py_ssize_t i) noexcept
    cdef double tired(self, Py_ssize_t i) noexcept
    cdef double further(self, Py_ssize_t i, int channel) noexcept
    cdef double advert(self, Py_ssize_t i, int channel) noexcept
    cdef double usable_points(self, Py_ssize_t i, int ledger) noexcept
    cdef void renew_points(self, Py_ssize_t i, int ledger, double now) noexcept
    cdef double price_off(self, Py_ssize_t i, int channel, double now) noexcept
    cdef double uniform(self, int stream, Py_ssize_t i, long need, long step) noexcept
