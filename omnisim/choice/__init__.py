"""Discrete choice: one uniform a decision, through multinomial and nested logit shares.

Utilities are a matrix, one decision a row and one alternative a column; ``-inf`` marks what cannot
be chosen. The kernels of the simulation use the same compiled code.
"""

from omnisim.exceptions import BuildError

try:
    from omnisim.choice.logit import choose, nest
except ImportError as error:
    raise BuildError(
        f"The compiled part of omnisim.choice is missing ({error}). Build it: pip install -e . "
        "(or: python setup.py build_ext --inplace)."
    ) from error

__all__ = ["choose", "nest"]
