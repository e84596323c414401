"""The columns of a population: their dtype, shape and range."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from omnisim.exceptions import ParameterError
from omnisim.population.draw import AFFINITY_LOADINGS, N_TASTES

LAYOUT: Mapping[str, tuple[str, tuple[int, ...]]] = {
    "segment": ("int16", ()),
    "need_rate": ("float64", ()),
    "dropout": ("float64", ()),
    "basket_shape": ("float64", ()),
    "basket_scale": ("float64", ()),
    "taste": ("float64", (N_TASTES,)),
    "affinity": ("float64", (len(AFFINITY_LOADINGS),)),
    "age": ("float32", ()),
    "digital": ("float64", ()),
    "price_sensitivity": ("float64", ()),
    "distance_km": ("float64", ()),
    "privacy": ("float64", ()),
    "n_devices": ("int8", ()),
    "has_app": ("uint8", ()),
    "has_account": ("uint8", ()),
    "has_card": ("uint8", ()),
    "email_consent": ("uint8", ()),
    "tracking_consent": ("uint8", ()),
    "push_consent": ("uint8", ()),
    "location_consent": ("uint8", ()),
    "mail_consent": ("uint8", ()),
    "alive": ("uint8", ()),
    "aware": ("uint8", ()),
}
"""Dtype and trailing shape of every column of `Population`."""

EVERYWHERE, STORES_ONLY, ONLINE_ONLY = range(3)
"""Where a shopper may buy: the values of ``held_to``."""

RANGES: Mapping[str, tuple[float, float]] = {
    "need_rate": (0.0, np.inf), "dropout": (0.0, 1.0), "basket_shape": (1e-300, np.inf),
    "basket_scale": (1e-300, np.inf), "taste": (-1.0, 1.0), "affinity": (-np.inf, np.inf),
    "age": (0.0, 150.0), "digital": (0.0, 1.0), "price_sensitivity": (0.0, np.inf),
    "distance_km": (0.0, np.inf), "privacy": (0.0, 1.0), "n_devices": (1, 127),
    "has_app": (0, 1), "has_account": (0, 1), "has_card": (0, 1), "email_consent": (0, 1),
    "tracking_consent": (0, 1), "push_consent": (0, 1), "location_consent": (0, 1),
    "mail_consent": (0, 1), "alive": (0, 1), "aware": (0, 1), "held_to": (0, 2),
}  # fmt: skip
"""Lowest and highest allowed value of each column; all must be finite."""


def check_column(
    name: str, value: npt.NDArray[Any], dtype: str, shape: tuple[int, ...]
) -> npt.NDArray[Any]:
    """Return a read-only C-contiguous view of a column of the right dtype, shape and range."""
    column = np.ascontiguousarray(value)
    if column.dtype != np.dtype(dtype) or column.shape != shape:
        raise ParameterError(
            f"population.{name} must be {dtype} of shape {shape}. "
            f"Got {column.dtype} of shape {column.shape}."
        )
    if name in RANGES:
        low, high = RANGES[name]
        wrong = ~((column >= low) & (column <= high) & np.isfinite(column))
        if wrong.any():
            place = np.unravel_index(int(wrong.argmax()), shape)
            raise ParameterError(
                f"population.{name} must be finite and lie in [{low:g}, {high:g}]. "
                f"Got {column[place]} at [{', '.join(map(str, place))}]."
            )
    view = column.view()
    view.flags.writeable = False
    return view
