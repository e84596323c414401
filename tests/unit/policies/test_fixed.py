"""Nobody, everybody, anything."""

import numpy as np

from omnisim.policies import Blanket, NoContact, Uniform
from tests.reference.contexts import random_context


def test_no_contact_contacts_nobody() -> None:
    assert not NoContact().decide(random_context(50, 1, 3, 0)).index.any()


def test_blanket_contacts_all_who_may_be() -> None:
    context = random_context(50, 1, 3, 0)
    action = Blanket("email:2").decide(context)
    assert np.array_equal(action.index == 2, context.eligible[:, 2])
    assert set(action.index) == {0, 2}


def test_uniform_takes_each_eligible_action_equally_often(seed: int) -> None:
    """Counts of 30,000 draws lie within 5.3 standard errors (false alarm 1e-7 a cell)."""
    context = random_context(30_000, 1, 4, seed)
    action = Uniform().decide(context)
    n_eligible = context.eligible.sum(axis=1)
    assert np.array_equal(action.propensity, 1 / n_eligible)
    assert context.eligible[np.arange(len(context)), action.index].all()
    p = context.eligible / n_eligible[:, None]
    count = np.bincount(action.index, minlength=4)
    error = np.sqrt((p * (1 - p)).sum(axis=0))
    assert (abs(count - p.sum(axis=0)) < 5.3 * error).all()
