"""Every error and warning class of omnisim.

Each takes one positional argument, the message: SimPy and pickle rebuild an exception as
``type(e)(*e.args)``.
"""


class OmnisimError(Exception):
    """Root of every error that omnisim raises on purpose."""


class ConfigError(OmnisimError, ValueError):
    """A scenario or experiment file holds something that it must not."""


class TableError(OmnisimError, ValueError):
    """A table of customers, transactions, events or paths cannot be read as one."""


class ParameterError(OmnisimError, ValueError):
    """An argument of a function is outside what the function allows."""


class OverlapError(OmnisimError, ValueError):
    """A policy is evaluated where the log holds no evidence."""


class RunError(OmnisimError, RuntimeError):
    """A replication failed; the message names the task, the simulated day and the cause."""


class BuildError(OmnisimError, ImportError):
    """A compiled extension is missing; the message holds the command that builds it."""


class NotFittedError(OmnisimError, ValueError, AttributeError):
    """A learned attribute was asked for before `fit`."""


class OmnisimWarning(UserWarning):
    """Root of every warning of omnisim."""


class ConvergenceWarning(OmnisimWarning):
    """An iteration ended before it settled; its result is the best so far."""


class OverlapWarning(OmnisimWarning):
    """A policy is evaluated where the log holds little evidence."""


class SeparatorWarning(OmnisimWarning):
    """Paths look as if they were separated by something else than they were read with."""
