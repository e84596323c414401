"""Decisions whose rewards are not known yet."""

from dataclasses import dataclass, field

import numpy as np

from omnisim.exceptions import ParameterError
from omnisim.policies.context import Bools, Context, Floats, Ints
from omnisim.policies.outcome import Action, Outcome, joined


@dataclass
class Pending:
    """Keep decisions until their rewards come, late and in any order.

    Examples
    --------
    >>> import numpy as np
    >>> from omnisim.policies import Blanket, Context, Pending
    >>> context = Context.of([[1.0], [2.0]], ["none", "email:popular"])
    >>> pending = Pending()
    >>> numbers = pending.hold(context, Blanket().decide(context))
    >>> outcome = pending.settle(numbers[1:], np.array([5.0]))
    >>> outcome.context.features.tolist(), len(pending)
    ([[2.0]], 1)
    """

    _next: int = 0
    _batches: dict[int, tuple[Context, Action, Bools]] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of decisions that wait."""
        return sum(int(is_open.sum()) for _, _, is_open in self._batches.values())

    def hold(self, context: Context, action: Action) -> Ints:
        """Keep decisions; return a number for each, shape (n,), int64."""
        first = self._next
        self._next += len(context)
        if len(context):
            self._batches[first] = (context, action, np.ones(len(context), dtype=bool))
        return np.arange(first, self._next)

    def settle(self, numbers: Ints, reward: Floats) -> Outcome:
        """Return the outcomes of the decisions `numbers`, in that order, and forget them.

        Raises
        ------
        ParameterError
            If a decision is unknown, was settled before or is named twice, or none is named.
        """
        first = np.array(list(self._batches), dtype=np.int64)
        batch = np.searchsorted(first, numbers, side="right") - 1
        self._check_open(first, batch, numbers)
        parts, places = [], []
        for k in np.unique(batch):
            place = np.flatnonzero(batch == k)
            context, action, is_open = self._batches[first[k]]
            rows = numbers[place] - first[k]
            parts.append(Outcome(context.take(rows), action.take(rows), reward[place]))
            places.append(place)
            is_open[rows] = False
            if not is_open.any():
                del self._batches[first[k]]
        return joined(parts).take(np.argsort(np.concatenate(places)))

    def _check_open(self, first: Ints, batch: Ints, numbers: Ints) -> None:
        if not len(numbers):
            raise ParameterError("numbers must name at least one decision. Got none.")
        if len(np.unique(numbers)) < len(numbers):
            raise ParameterError("numbers must differ. Got one of them twice.")
        is_open = np.zeros(len(numbers), dtype=bool)
        for k in np.unique(batch[batch >= 0]):
            place, still = np.flatnonzero(batch == k), self._batches[int(first[k])][2]
            row = numbers[place] - first[k]
            is_open[place] = (row < len(still)) & still[np.minimum(row, len(still) - 1)]
        if not is_open.all():
            number = numbers[np.argmin(is_open)]
            raise ParameterError(f"Decision {number} must be waiting. It is not, or no more.")
