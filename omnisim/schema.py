"""Columns, types, units and aggregation of every table that omnisim writes or reads.

A table is described once, here; writers take their Arrow schema from it and readers check against
it. Channel and event codes are permanent: append, never renumber.
"""

from dataclasses import dataclass
from enum import IntEnum

import pyarrow as pa


class Channel(IntEnum):
    """Where a touchpoint happens; the codes of column ``channel``."""

    STORE = 0
    WEBSITE = 1  # its content by VISIT, VIEWED; its shop by CART, CART_ABANDONED, PURCHASE
    APP = 2  # likewise
    EMAIL = 3
    SEARCH = 4
    DISPLAY = 5
    RIVAL_ONLINE = 6
    RIVAL_LOCAL = 7
    NONE = 8
    CONTACT_CENTRE = 9
    CHATBOT = 10
    SOCIAL = 11
    PUSH = 12
    DIRECT_MAIL = 13
    BROADCAST = 14  # television and print
    SCREEN = 15  # screens in the store
    STAFF = 16  # staff who write to, or advise, their own clients
    REVIEWS = 17  # public reviews
    READER = 18  # readers of RFID tags in the store, and the screen beside them


OWN_CHANNELS = (Channel.STORE, Channel.WEBSITE, Channel.APP)
"""Channels in which the firm sells."""

OUTSIDE_CHANNELS = (Channel.RIVAL_ONLINE, Channel.RIVAL_LOCAL, Channel.NONE)
"""What is not a channel of the firm."""

TOUCHPOINT_CHANNELS = (
    Channel.STORE, Channel.WEBSITE, Channel.APP, Channel.EMAIL, Channel.SEARCH, Channel.DISPLAY,
    Channel.CONTACT_CENTRE, Channel.CHATBOT, Channel.SCREEN, Channel.STAFF, Channel.REVIEWS,
    Channel.SOCIAL, Channel.PUSH, Channel.DIRECT_MAIL, Channel.READER, Channel.BROADCAST,
)  # fmt: skip
"""Channels in which the firm meets a shopper."""


class Event(IntEnum):
    """What happened; the codes of column ``event``."""

    NEED = 0  # a category need arises (no firm sees it)
    IMPRESSION = 1  # an advertisement is shown: display, a social post, television or print
    MESSAGE = 2  # an e-mail is delivered
    OPEN = 3  # an e-mail is opened
    CLICK = 4  # an e-mail or a paid search advertisement is clicked
    UNSUBSCRIBE = 5  # the shopper opts out of e-mail
    VISIT = 6  # a store visit, or a session on website, app or in a social network
    PHONE_CHECK = 7  # the shopper compares prices on the phone while in the store
    CART = 8  # a cart is created in the shop of website or app
    CART_ABANDONED = 9
    WALKOUT = 10  # the shopper leaves the store because of the queue
    STOCKOUT = 11  # the wanted item is not there
    PURCHASE = 12  # an order is placed and paid
    PICKUP = 13  # a click-and-collect order is handed over
    DELIVERY = 14  # a parcel arrives
    RETURN = 15  # the order is sent or brought back
    RIVAL_PURCHASE = 16  # the need ends at a rival
    NO_PURCHASE = 17  # the need ends without a purchase anywhere
    WORD_POSITIVE = 18  # the shopper recommends the firm
    WORD_NEGATIVE = 19  # the shopper warns of the firm
    CHURN = 20  # the shopper stops considering the firm
    AWARE = 21  # the shopper comes to know the firm
    BACK = 22  # a lost shopper considers the firm again
    CONTACT = 23  # the shopper asks the firm for service
    ANSWERED = 24  # an agent takes the contact
    CONTACT_ABANDONED = 25  # the shopper gives up waiting
    ESCALATED = 26  # the chatbot hands over to an agent
    RESOLVED = 27  # the matter is settled
    ADVISED = 28  # staff, a screen or a reader of tags helps with the choice in the store
    COUPON = 29  # an offer is redeemed
    NEAR = 30  # the shopper comes near a store
    REVIEW = 31  # the shopper publishes a review
    COMPLAINT = 32  # the shopper complains in public
    RECOVERED = 33  # a complaint is made good
    WITHHELD = 34  # a message or advertisement is kept back by a field trial
    CONFLICT = 35  # the shopper pays more than the firm asks elsewhere, and has seen it
    DEFENCE = 36  # the firm answers a look at the phone in the store with an offer
    UNAWARE = 37  # the shopper, warned before ever buying, thinks of the firm no more
    VIEWED = 38  # the shopper tries an item in an interactive view (AR, VR, AI) online
    COUPON_SHOWN = 39  # the phone shows a coupon in the store
    SIGNED_UP = 40  # the shopper takes up card (STORE), app (APP), cookies (WEBSITE)


class Identity(IntEnum):
    """Which identifier an event exposes to the firm; the codes of column ``identity``."""

    NONE = 0  # anonymous, or not observable
    COOKIE = 1  # a device cookie only
    ACCOUNT = 2  # logged in, or an e-mail address
    CARD = 3  # a loyalty card at the till


class Fulfilment(IntEnum):
    """How the goods reach the shopper; the codes of column ``fulfilment``."""

    NONE = 0
    IN_STORE = 1
    DELIVERY = 2
    PICKUP = 3
    ENDLESS_AISLE = 4
    RESERVED = 5  # for a day to come, on which the shopper comes to the store


class Line(IntEnum):
    """Lines of the profit and loss account; the codes of column ``line``."""

    REVENUE = 0
    DISCOUNTS = 1  # loyalty points that shoppers paid with
    REFUNDS = 2
    COST_OF_GOODS = 3
    GOODS_RETURNED = 4  # value of returned goods that can be sold again
    DELIVERY_FEES = 5  # paid by shoppers
    DELIVERY = 6
    PICKING = 7
    RETURN_HANDLING = 8
    MEDIA = 9
    MESSAGES = 10
    STAFF = 11
    POINTS = 12  # change of the liability: points issued, less points redeemed or taken back
    CAPABILITIES = 13
    SERVICE = 14  # contacts taken by agents and by the chatbot
    PROMOTIONS = 15  # coupons, matched prices, other offers
    REWARDS = 16  # given to promoters and for complaints made good
    TRACKING = 17  # data bought, and the cost of following shoppers
    INVESTMENT = 18  # what a capability costs once
    WRITE_OFFS = 19  # goods whose shelf life has ended, at cost


class Trigger(IntEnum):
    """Why the firm decides about a record; the codes of column ``trigger``."""

    CAMPAIGN = 0
    CART_ABANDONED = 1
    AFTER_PURCHASE = 2
    NEAR_STORE = 3  # the app notices its owner near the own store
    NEAR_RIVAL = 4  # ... on a trip to the local rival
    AT_RISK = 5  # the record is silent for longer than its own rhythm
    PROMOTER = 6  # the record foretells one who recommends
    ONLINE = 7  # what site and app show first
    STORE = 8  # what screens and staff offer
    REWARD = 9  # who earns extra points


@dataclass(frozen=True)
class Column:
    """One column: its Arrow type, its unit and what it means when rows are combined."""

    name: str
    dtype: pa.DataType
    unit: str
    description: str
    aggregate: str = "none"  # "sum", "mean" or "none"


@dataclass(frozen=True)
class Table:
    """A named list of columns."""

    name: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def arrow(self) -> pa.Schema:
        """The table as an Arrow schema, descriptions and units kept as metadata."""
        return pa.schema(
            [
                pa.field(c.name, c.dtype, metadata={"unit": c.unit, "description": c.description})
                for c in self.columns
            ]
        )


EVENTS = Table("events", (
    Column("time", pa.float64(), "days", "since the start of the run, burn-in included"),
    Column("shopper", pa.int32(), "", "row in the population"),
    Column("journey", pa.int32(), "", "number of the shopper's need, from 0; -1 outside a journey"),
    Column("channel", pa.int8(), "", "code of Channel"),
    Column("event", pa.int8(), "", "code of Event"),
    Column("identity", pa.int8(), "", "code of Identity: what the firm can read"),
    Column("fulfilment", pa.int8(), "", "code of Fulfilment; 0 where it does not apply"),
    Column("item", pa.int16(), "", "row of the assortment; -1 where it does not apply"),
    Column("store", pa.int16(), "", "row of the stores; -1 where it does not apply"),
    Column("value", pa.float64(), "EUR", "paid or refunded by the shopper", "sum"),
    Column("cost", pa.float64(), "EUR", "paid by the firm for this contact", "sum"),
    Column("propensity", pa.float64(), "", "probability of the policy's action; NaN if none"),
))  # fmt: skip
"""The true event log; rows are ordered by time, ties by the order in which they happened."""

POSTINGS = Table("postings", (
    Column("time", pa.float64(), "days", "since the start of the run"),
    Column("line", pa.int8(), "", "code of Line"),
    Column("channel", pa.int8(), "", "code of Channel; NONE for costs of no channel"),
    Column("shopper", pa.int32(), "", "row in the population; -1 for costs of no shopper"),
    Column("journey", pa.int32(), "", "number of the shopper's need; -1 outside a journey"),
    Column("cents", pa.int64(), "cents", "profit is the plain sum: costs are negative", "sum"),
))  # fmt: skip
"""The profit and loss account, one row a posting."""

DECISIONS = Table("decisions", (
    Column("time", pa.float64(), "days", "since the start of the run"),
    Column("shopper", pa.int32(), "", "row in the population; the firm does not see it"),
    Column("record", pa.int32(), "", "the firm's number of the record"),
    Column("team", pa.int8(), "", "whose record: 0 online, 1 store"),
    Column("trigger", pa.int8(), "", "code of Trigger"),
    Column("action", pa.int8(), "", "place among the actions, which the metadata name"),
    Column("propensity", pa.float64(), "", "probability of that action"),
    Column("eligible", pa.int64(), "", "bit k is 1 if action k was eligible"),
))  # fmt: skip
"""The log of decisions, one row a record decided about; the row number is the decision's id."""

OBSERVED = Table("observed", (
    Column("time", pa.float64(), "days", "since the start of the run"),
    Column("visitor", pa.int64(), "", "identifier that the firm knows; -1 for anonymous"),
    Column("channel", pa.int8(), "", "code of Channel"),
    Column("event", pa.int8(), "", "code of Event"),
    Column("value", pa.float64(), "EUR", "paid by the shopper", "sum"),
    Column("n", pa.int64(), "", "records in the row: 1 but at TL0, where it is a total", "sum"),
))  # fmt: skip
"""What the firm sees at a tracking level."""

PATHS = Table("paths", (
    Column("path", pa.string(), "", "channels in order, joined by ' > '"),
    Column("n_conversions", pa.int64(), "conversions", "times the path ended in one", "sum"),
    Column("n_nulls", pa.int64(), "paths", "times the path ended without", "sum"),
    Column("value", pa.float64(), "", "value of its conversions", "sum"),
))  # fmt: skip
"""Journeys as a table of paths."""

TRANSACTIONS = Table("transactions", (
    Column("customer", pa.string(), "", "identifier"),
    Column("date", pa.date32(), "", "day of the purchase"),
    Column("value", pa.float64(), "", "money paid; >= 0", "sum"),
    Column("channel", pa.string(), "", "optional: where it was bought"),
))  # fmt: skip
"""A retailer's transactions."""
