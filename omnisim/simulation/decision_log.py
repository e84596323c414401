"""The log of decisions: what could be done, what was done, and how likely that was."""

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from omnisim.policies import Action, Context
from omnisim.schema import DECISIONS

if TYPE_CHECKING:
    from omnisim.simulation.decisions import Batch


class DecisionLog:
    """Decisions in the order in which they were made.

    Parameters
    ----------
    with_features : bool, default=False
        Whether to keep what the policy saw: a column ``features`` of float32, a fixed-size list a
        row. It takes several times the room of the rest.
    """

    def __init__(self, *, with_features: bool = False) -> None:
        self.with_features = with_features
        self._names: dict[str, tuple[str, ...]] = {"actions": (), "features": ()}
        self._parts: list[list[NDArray[Any]]] = []
        self._features: list[NDArray[np.float32]] = []

    def add(self, batch: "Batch", context: Context, action: Action) -> None:
        """Record a batch of decisions."""
        n = len(context)
        bits = 1 << np.arange(len(context.actions), dtype=np.int64)
        self._names = {"actions": context.actions, "features": context.names}
        self._parts.append([
            np.full(n, float(batch.day)),
            batch.shoppers,
            batch.records,
            batch.teams.astype(np.int8),
            np.full(n, int(batch.trigger), np.int8),
            action.index.astype(np.int8),
            action.propensity,
            context.eligible @ bits,
        ])  # fmt: skip
        if self.with_features:
            self._features.append(context.features.astype(np.float32))

    def to_arrow(self) -> pa.Table:
        """Return `omnisim.schema.DECISIONS`, with the names of actions and features as metadata."""
        schema = DECISIONS.arrow
        columns = [
            pa.chunked_array([part[place] for part in self._parts], type=field.type)
            for place, field in enumerate(schema)
        ]
        table = pa.table(columns, schema=schema)
        if self.with_features:
            width = len(self._names["features"])
            kind = pa.list_(pa.float32(), width)
            lists = [pa.FixedSizeListArray.from_arrays(f.ravel(), width) for f in self._features]
            table = table.append_column("features", pa.chunked_array(lists, type=kind))
        names = {name: json.dumps(list(values)) for name, values in self._names.items()}
        return table.replace_schema_metadata(names)
