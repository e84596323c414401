"""Stationary M/M/c queues, with and without impatience, from their birth-death chains.

Sources: Kleinrock (1975), Queueing Systems I, chapter 3 (Erlang C); Garnett, Mandelbaum and Reiman
(2002), Designing a call center with impatient customers, doi:10.1287/msom.4.3.208.7753 (Erlang A).
"""

import math


def erlang_c_wait(arrival_rate, service_rate, servers):
    """Return the mean wait in an M/M/c queue; the load must be below one a server."""
    load = arrival_rate / service_rate
    top = load**servers / math.factorial(servers) * servers / (servers - load)
    below = sum(load**k / math.factorial(k) for k in range(servers))
    p_wait = top / (below + top)
    return p_wait / (servers * service_rate - arrival_rate)


def erlang_a_abandonment(arrival_rate, service_rate, servers, patience_rate, *, room=2_000):
    """Return the share of arrivals that lose patience in an M/M/c+M queue.

    State k is the number present; it grows at the arrival rate and falls at the rate of services
    and of abandonments. `room` states are kept: far more than are ever occupied.
    """
    weight = [1.0]
    for k in range(1, room):
        falls = min(k, servers) * service_rate + max(k - servers, 0) * patience_rate
        weight.append(weight[-1] * arrival_rate / falls)
    total = sum(weight)
    n_waiting = sum(max(k - servers, 0) * w for k, w in enumerate(weight)) / total
    return patience_rate * n_waiting / arrival_rate
