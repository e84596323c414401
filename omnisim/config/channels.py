"""Channels, rivals and the weights of a shopper's decisions (equations 5-8)."""

from omnisim.config.base import Part, param


class Channel(Part):
    """One channel in which the firm sells."""

    is_open: bool = param(True, "whether the firm has this channel", source="assumption")
    search_intercept: float = param(
        0.0, "utility of starting a search here", unit="utils", source="assumption; tuned to T-01",
        ge=-50, le=50,
    )  # fmt: skip
    purchase_intercept: float = param(
        0.0, "utility of buying here", unit="utils", source="assumption; tuned to T-01",
        ge=-50, le=50,
    )  # fmt: skip
    risk_resolved: float = param(
        0.3, "share of the uncertainty about fit that a search here removes",
        source="C1: store 0.8, web 0.3; sign BGM18 V, size assumption", ge=0, le=1,
    )  # fmt: skip
    lock_in: float = param(
        0.2, "utility of buying where one searched", unit="utils",
        source="C1: store 0.8 (0.2-1.5), web 0.2 (0-0.8); ordering VNV07", ge=-5, le=5,
    )  # fmt: skip


class SearchPlace(Part):
    """A place in which a search can begin and nothing is sold: a social network, the telephone."""

    is_open: bool = param(
        True, "whether shoppers can begin a search here", source="assumption",
    )  # fmt: skip
    search_intercept: float = param(
        -1.5, "utility of starting a search here", unit="utils",
        source="assumption: 2-4 % of the searches", ge=-50, le=50,
    )  # fmt: skip
    risk_resolved: float = param(
        0.1, "share of the uncertainty about fit that a search here removes; on the telephone once "
        "the question is settled", source="assumption", ge=0, le=1,
    )  # fmt: skip
    to_store: float = param(
        0.1, "utility of buying in the store after a search here", unit="utils",
        source="assumption: below online_to_store", ge=-5, le=5,
    )  # fmt: skip
    to_online: float = param(
        0.1, "utility of buying on website or app after a search here", unit="utils",
        source="assumption: as store_to_online", ge=-5, le=5,
    )  # fmt: skip


class Channels(Part):
    """The firm's channels and what searching in one does for buying in another.

    A search can also begin at the firm's posts in a *social* network, unless `exposures.off` names
    it, or by *phone*, with a call to the service desk, if that is open.
    """

    store: Channel = Channel(
        search_intercept=1.7, purchase_intercept=0.6, risk_resolved=0.8, lock_in=0.8
    )
    website: Channel = Channel(search_intercept=-0.3, purchase_intercept=-0.5)
    app: Channel = Channel(search_intercept=-0.5, purchase_intercept=-0.5)
    social: SearchPlace = SearchPlace(search_intercept=-2.0)
    phone: SearchPlace = SearchPlace(risk_resolved=0.5)
    online_to_store: float = param(
        0.3, "utility of buying in the store after an online search", unit="utils",
        source="C1: 0.3 (0-0.8); sign VNV07 V, size assumption", ge=-5, le=5,
    )  # fmt: skip
    store_to_online: float = param(
        0.1, "utility of buying online after a search in the store", unit="utils",
        source="assumption: below online_to_store (C1)", ge=-5, le=5,
    )  # fmt: skip
    cart_friction: float = param(
        0.856, "log-odds of abandoning a cart; fees already count in the choice of channel",
        unit="utils", source="T-34 V2: 70.19 % of carts", ge=-50, le=20,
    )  # fmt: skip
    browse_online_per_week: float = param(
        0.12, "sessions without a need of a wholly digital shopper with account or app and without "
        "goodwill", unit="1/week", source="assumption; tuned to T-33", ge=0, le=50,
    )  # fmt: skip
    browse_store_per_week: float = param(
        0.025, "visits to the store without a need, next door and without goodwill", unit="1/week",
        source="assumption; tuned to T-32", ge=0, le=50,
    )  # fmt: skip
    browse_goodwill: float = param(
        0.5, "log change of such visits per unit of goodwill", source="assumption; see T-50",
        ge=0, le=10,
    )  # fmt: skip
    login_share: float = param(
        0.3, "share of the sessions of an account holder that are logged in",
        source="C6: 10-40 %, assumption", ge=0, le=1,
    )  # fmt: skip


class Rivals(Part):
    """One online and one local rival, and the outside options."""

    online_search_intercept: float = param(
        0.6, "utility of starting the search at the online rival", unit="utils",
        source="assumption", ge=-50, le=50,
    )  # fmt: skip
    online_intercept: float = param(
        0.3, "utility of buying at the online rival", unit="utils", source="assumption",
        ge=-50, le=50,
    )  # fmt: skip
    online_price_gap: float = param(
        0.08, "share by which the online rival is cheaper", source="C3: 5-15 %, assumption",
        ge=-1, le=1,
    )  # fmt: skip
    online_delivery_days: float = param(
        1.5, "delivery time of the online rival", unit="days", source="assumption", ge=0, le=60
    )
    unseen_penalty: float = param(
        1.0, "utility lost while the rival has not been looked up in this journey", unit="utils",
        source="assumption", ge=0, le=50,
    )  # fmt: skip
    local_intercept: float = param(
        1.2, "utility of buying at the local rival's store", unit="utils", source="assumption",
        ge=-50, le=50,
    )  # fmt: skip
    local_distance: float = param(
        1.0, "distance to the local rival, as a multiple of that to the own store",
        source="assumption", ge=0, le=100,
    )  # fmt: skip
    local_km_apart: float = param(
        2.0, "way from the local rival's store to the own one, as far as the distances from home "
        "allow it", unit="km", source="assumption: stores of one kind lie together", ge=0, le=500,
    )  # fmt: skip
    react: bool = param(
        False, "whether the rivals answer a loss of share by price and advertising",
        source="assumption; pitfall 7 asks for both worlds",
    )  # fmt: skip
    review_days: float = param(
        28.0, "days between two looks of the rivals at their share", unit="days",
        source="assumption", gt=0, le=3650,
    )  # fmt: skip
    online_usual_share: float = param(
        0.0, "share of all needs that the online rival means to keep; 0 for what it has against "
        "the firm in silos, which takes a second run", source="assumption",
        ge=0, le=1,
    )  # fmt: skip
    local_usual_share: float = param(
        0.0, "share of all needs that the local rival means to keep, likewise",
        source="assumption; see online_usual_share", ge=0, le=1,
    )  # fmt: skip
    review_weight: float = param(
        0.3, "weight of the latest review in the loss of share that a rival answers; what chance "
        "gives and takes cancels before", source="assumption", gt=0, le=1,
    )  # fmt: skip
    reaction_price: float = param(
        0.5, "share by which a rival lowers its price for a wholly lost share",
        source="assumption", ge=0, le=1,
    )  # fmt: skip
    reaction_advertising: float = param(
        1.0, "share of shoppers whom a rival's advertising reaches for a wholly lost share; "
        "at most 1", source="assumption", ge=0, le=10,
    )  # fmt: skip
    advertising_pull: float = param(
        1.0, "utility that a rival gains where its advertising reaches everybody: of a search at "
        "the online rival, of a purchase at the local one", unit="utils",
        source="assumption: as unseen_penalty, which advertising takes from the online rival",
        ge=0, le=50,
    )  # fmt: skip
    reaction_near: float = param(
        0.5, "share of a coupon, sent to those near its store, that a local rival who reacts "
        "matches there", source="assumption; pitfall 7: the gain shrinks when the rival defends",
        ge=0, le=1,
    )  # fmt: skip
    delay_intercept: float = param(
        2.4, "utility of deciding later (the reservation of eq. 7)", unit="utils",
        source="assumption", ge=-50, le=50,
    )  # fmt: skip
    none_intercept: float = param(
        1.3, "utility of not buying at all", unit="utils", source="assumption", ge=-50, le=50
    )


class Choice(Part):
    """Weights of the shoppers' decisions; the equations are those of facts.md D4."""

    price: float = param(
        3.5, "utility lost per 100 % of the price", unit="utils",
        source="C1: category elasticity -2.6 (Bijmolt et al. 2005, M-high)", ge=0, le=50,
    )  # fmt: skip
    delivery_per_day: float = param(
        0.02, "utility lost per day of delivery", unit="utils/day",
        source="T-19 V: +1.5 % online sales per business day (FGX19)", ge=0, le=5,
    )  # fmt: skip
    distance_per_km: float = param(
        0.06, "utility lost per km to a store", unit="utils/km", source="C1: 0.03-0.15, assumption",
        ge=0, le=5,
    )  # fmt: skip
    habit: float = param(
        0.4, "utility per unit of channel habit", unit="utils", source="C1: 0.3-1.2, assumption",
        ge=0, le=5,
    )  # fmt: skip
    habit_forgetting: float = param(
        0.3, "share of a habit replaced at each use of any channel (d_H of eq. 8)",
        source="assumption", gt=0, le=1,
    )  # fmt: skip
    habit_across: float = param(
        1.0, "part of that share which the use of one channel replaces of the habits of others",
        source="eq. 8: d_H holds for all channels", ge=0, le=1,
    )  # fmt: skip
    knowledge_across: float = param(
        1.0, "share of what is learnt of an item in the store that counts elsewhere, and the "
        "reverse", source="assumption: an item fits alike wherever it is bought", ge=0, le=1,
    )  # fmt: skip
    goodwill: float = param(
        0.25, "utility of the firm's channels per unit of goodwill", unit="utils",
        source="assumption; T-55 V bounds the advertising elasticity", ge=0, le=10,
    )  # fmt: skip
    satisfaction: float = param(
        0.6, "utility of the firm's channels per unit of satisfaction", unit="utils",
        source="assumption", ge=0, le=10,
    )  # fmt: skip
    risk: float = param(
        0.8, "utility lost when fit is wholly uncertain", unit="utils", source="C1, assumption",
        ge=0, le=10,
    )  # fmt: skip
    stock: float = param(
        3.0, "utility lost when the item is believed not to be there", unit="utils",
        source="assumption", ge=0, le=50,
    )  # fmt: skip
    believed_availability: float = param(
        0.92, "belief that the store has the item when stock is not visible",
        source="T-37 V2: 8.3 % out of stock", ge=0, le=1,
    )  # fmt: skip
    inspection_sd: float = param(
        2.5, "standard deviation of what an inspection in the store adds to its utility",
        unit="utils", source="assumption; tuned to T-32", ge=0, le=20,
    )  # fmt: skip
    nest: float = param(
        0.4, "dissimilarity of delivery and pick-up within online buying (nested logit)",
        source="assumption (D4 eq. 6 asks for a nested or mixed logit)", gt=0, le=1,
    )  # fmt: skip
    mean_delay_days: float = param(
        3.0, "mean time until a put-off decision is taken up again", unit="days",
        source="assumption", gt=0, le=100,
    )  # fmt: skip
    p_phone_check: float = param(
        0.5, "chance that a fully digital shopper checks the phone in the store",
        source="assumption (S3-08: now normal)", ge=0, le=1,
    )  # fmt: skip
