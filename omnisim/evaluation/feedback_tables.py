"""Logged feedback as a table: a plain one coming in, Parquet in and out."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from omnisim._validation import as_names, as_numbers, check_columns
from omnisim.exceptions import ParameterError, TableError
from omnisim.journeys.tables import as_table, read_codes, read_float

if TYPE_CHECKING:
    from omnisim.evaluation.feedback import LoggedFeedback

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

METADATA_KEY = b"omnisim.feedback"
COLUMNS = ("action", "reward", "propensity", "time", "shopper", "position")
BY_ACTION = ("action_context", "cost")
MATRICES = ("context", "eligible", "expected_reward")


def fields_from_table(
    table: Any,
    columns: Mapping[str, str | None],
    context: str | Sequence[str],
    propensity: str | float | Mapping[Any, float] | None,
) -> dict[str, Any]:
    """Return the fields of a `LoggedFeedback` from a plain table."""
    for role in ("action", "reward"):
        if not isinstance(columns[role], str):
            raise ParameterError(f"{role} must name a column. Got {columns[role]!r}.")
    before = as_names("context", context, minimum=0)
    leaks = [name for name in before if name in (columns["action"], columns["reward"])]
    if leaks:
        raise ParameterError(
            f"context must be known before the decision, neither the action nor the reward. "
            f"Got {leaks}."
        )
    arrow = as_table(table)
    used = [name for name in columns.values() if name is not None] + before
    used += [propensity] if isinstance(propensity, str) else []
    check_columns("The table", arrow.column_names, used)
    if arrow.num_rows == 0:
        raise TableError("The table has no row.")
    found = {role: name for role, name in columns.items() if name is not None}
    action, names = read_labels(arrow, found["action"])
    features = [read_features(arrow, name) for name in before]
    matrix = np.column_stack([np.empty((arrow.num_rows, 0)), *(m for m, _ in features)])
    fields = {
        "context": matrix,
        "context_names": tuple(name for _, names in features for name in names),
        "action": action,
        "action_names": tuple(map(str, names)),
        "reward": read_float(arrow[found["reward"]], found["reward"], low=-np.inf),
        "propensity": _propensity(arrow, propensity, action, names),
    }
    if "time" in found:
        fields["time"] = read_float(arrow[found["time"]], found["time"], low=-np.inf)
    if "shopper" in found:
        fields["shopper"] = read_labels(arrow, found["shopper"])[0]
    return fields


def read_labels(table: pa.Table, name: str) -> tuple[Ints, list[Any]]:
    """Return a column of text or whole numbers as codes, and its values in order."""
    codes, values = read_codes(table[name], name)
    if len(codes) and codes.min() < 0:
        raise TableError(f"{name} must not be missing. It is in row {int((codes < 0).argmax())}.")
    order = np.argsort(np.array(values)) if values else np.empty(0, dtype=np.int64)
    place = np.empty(len(values), dtype=np.int64)
    place[order] = np.arange(len(values))
    return place[codes], [values[k] for k in order]


def read_features(table: pa.Table, name: str) -> tuple[Floats, list[str]]:
    """Return a column as features: numbers as they are, text as one indicator a value."""
    kind = table[name].type
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)
            or pa.types.is_string_view(kind)):  # fmt: skip
        return read_float(table[name], name, low=-np.inf)[:, None], [name]
    codes, values = read_labels(table, name)
    return (codes[:, None] == np.arange(len(values))).astype(np.float64), [
        f"{name}={value}" for value in values
    ]


def _propensity(
    table: pa.Table, given: str | float | Mapping[Any, float] | None, action: Ints, names: list[Any]
) -> Floats:
    """Return the propensity of each logged action."""
    if isinstance(given, str):
        return read_float(table[given], given)
    if given is None:
        share = np.bincount(action, minlength=len(names)) / len(action)
        return np.asarray(share[action])
    if isinstance(given, Mapping):
        lacking = [name for name in names if name not in given]
        if lacking:
            raise ParameterError(
                f"propensity must name every action of the table. It lacks {lacking}; "
                f"it has {list(given)}."
            )
        return as_numbers("propensity", [given[name] for name in names])[action]
    if not isinstance(given, Real):
        raise ParameterError(
            "propensity must be a column, a probability, a mapping of actions to probabilities, or "
            f"None. Got {given!r:.60}."
        )
    return np.full(len(action), float(given))


def to_arrow(log: LoggedFeedback) -> pa.Table:
    """Return one row a decision; matrices become columns called ``matrix.name``."""
    columns: dict[str, Any] = {
        "action": pa.DictionaryArray.from_arrays(
            pa.array(log.action.astype(np.int32)), pa.array(log.action_names)
        )
    }
    columns |= {n: getattr(log, n) for n in COLUMNS[1:] if getattr(log, n) is not None}
    for matrix in MATRICES:
        value = getattr(log, matrix)
        if value is not None:
            names = log.context_names if matrix == "context" else log.action_names
            columns |= {f"{matrix}.{name}": value[:, k] for k, name in enumerate(names)}
    about = {"action_names": log.action_names, "context_names": log.context_names}
    for name in BY_ACTION:
        if getattr(log, name) is not None:
            about[name] = getattr(log, name).tolist()
    return pa.table(columns).replace_schema_metadata({METADATA_KEY: json.dumps(about)})


def fields_from_parquet(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the fields of a `LoggedFeedback` from a file that `to_arrow` laid out."""
    try:
        table = pq.read_table(path, page_checksum_verification=True)
        about = json.loads((table.schema.metadata or {})[METADATA_KEY])
    except KeyError as error:
        raise TableError(
            f"{path} is no log written by LoggedFeedback.write_parquet. For a table of your own, "
            "use LoggedFeedback.from_table."
        ) from error
    except (OSError, TypeError, pa.ArrowException, ValueError) as error:
        raise TableError(f"{path}: cannot be read as a log: {error}") from error
    names = {"context": about["context_names"]}
    names |= dict.fromkeys(MATRICES[1:], about["action_names"])
    fields: dict[str, Any] = {k: tuple(about[k]) for k in ("action_names", "context_names")}
    fields |= {n: table[n].to_numpy() for n in COLUMNS[1:] if n in table.column_names}
    fields["action"] = table["action"].combine_chunks().indices.to_numpy()
    for matrix, wanted in names.items():
        columns = [f"{matrix}.{name}" for name in wanted]
        if matrix == "context" or columns[0] in table.column_names:
            check_columns(str(path), table.column_names, columns)
            empty = np.empty((table.num_rows, 0))
            fields[matrix] = np.column_stack([empty, *(table[c].to_numpy() for c in columns)])
    if fields.get("eligible") is not None:
        fields["eligible"] = fields["eligible"].astype(np.bool_)
    for name in BY_ACTION:
        if name in about:
            fields[name] = np.array(about[name], dtype=np.float64)
    return fields
