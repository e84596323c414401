"""Count a chain over many pieces: batches of a file, files, or tasks of a cluster.

Counts are integers, so the pieces' order and number change none of them; values are added in the
order of the pieces, whoever counted them.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from omnisim._validation import check_choice, check_count, check_flag
from omnisim.attribution.chain import Chain, check_keys, count_chain
from omnisim.exceptions import ParameterError, TableError
from omnisim.journeys import Journeys, stream_events, stream_paths
from omnisim.journeys.events import check_channels
from omnisim.journeys.journeys import check_totals
from omnisim.journeys.stream import check_options

__all__ = ["count_files", "count_stream", "merge_chains"]

Ints = npt.NDArray[np.int64]
EVERY = 16  # chains held before they are merged


def count_stream(
    journeys: Iterable[Journeys],
    order: int = 1,
    *,
    use_nulls: bool = True,
    repeats: str = "keep",
    progress: Callable[[int], None] | None = None,
) -> Chain:
    """Count the chain of journeys that arrive in batches, for `MarkovAttribution.fit_chain`.

    Parameters
    ----------
    journeys : iterable of Journeys
        Such as `omnisim.journeys.stream_paths` yields.
    order : int, default=1
    use_nulls : bool, default=True
    repeats : {"keep", "collapse"}, default="keep"
        These three as the model has them.
    progress : callable, optional
        Called with the number of touchpoints just counted.

    Raises
    ------
    TableError
        If there is no journey.
    """
    check_count("order", order)
    check_flag("use_nulls", use_nulls)
    how = {"order": order, "use_nulls": use_nulls, "repeats": repeats}
    return _some(_count(journeys, how, progress))


def _count(
    journeys: Iterable[Journeys], how: dict[str, Any], progress: Callable[[int], None] | None = None
) -> Chain | None:
    """Count batches; None where no journey comes."""
    held: list[Chain] = []
    for batch in _checked(journeys):
        if len(batch):
            held.append(count_chain(batch, **how))
        if len(held) == EVERY:
            held = [merge_chains(held)]
        if progress is not None:
            progress(len(batch.channel))
    return merge_chains(held) if held else None


def _some(chain: Chain | None) -> Chain:
    if chain is None:
        raise TableError("There is no journey to count.")
    return chain


def _checked(journeys: Iterable[Journeys]) -> Iterator[Journeys]:
    """Yield what must be journeys."""
    if isinstance(journeys, Journeys):
        raise ParameterError(
            "journeys must be an iterable of Journeys. Got a Journeys itself: pass [journeys]."
        )
    if not isinstance(journeys, Iterable):
        raise ParameterError(f"journeys must be an iterable of Journeys. Got {journeys!r}.")
    for batch in journeys:
        if not isinstance(batch, Journeys):
            raise ParameterError(
                f"journeys must be an iterable of Journeys. Got one of {type(batch).__name__}."
            )
        yield batch


def count_files(
    files: Sequence[str | os.PathLike[str]],
    order: int = 1,
    *,
    kind: str = "paths",
    use_nulls: bool = True,
    repeats: str = "keep",
    executor: Executor | None = None,
    **options: Any,
) -> Chain:
    """Count the chain of many files, each a task.

    Parameters
    ----------
    files : sequence of str or path
        CSV, Parquet or Arrow, or folders of Parquet files. Files of events hold each shopper's
        events in one file. Files without rows, such as those of a quiet day, add nothing.
    order : int, default=1
    kind : {"paths", "events"}, default="paths"
        What the files hold.
    use_nulls : bool, default=True
    repeats : {"keep", "collapse"}, default="keep"
        With the order, as the model has them.
    executor : concurrent.futures.Executor, optional
        Such as a process pool or ``dask.distributed.Client.get_executor()``; in process by default.
    **options
        As in `omnisim.journeys.stream_paths` or `stream_events`.

    Returns
    -------
    Chain
        The same counts, to the last bit, on any executor with any number of workers.

    Raises
    ------
    TableError
        If a file cannot be read, and says which; or if there is no journey in any of them.
    ParameterError
        If an argument is not what it should be, before any file is read.

    Examples
    --------
    On a Dask cluster, where every worker can read the files::

        from dask.distributed import Client

        with Client("tcp://scheduler:8786") as client:
            chain = count_files(files, order=2, executor=client.get_executor())
        model = MarkovAttribution(order=2).fit_chain(chain)
    """
    check_choice("kind", kind, ("paths", "events"))
    check_count("order", order)
    check_flag("use_nulls", use_nulls)
    check_options(kind, options)
    names = _file_names(files)
    if executor is not None and not hasattr(executor, "map"):
        raise ParameterError(
            "executor must be one of concurrent.futures, or a Dask client's get_executor(). Got "
            f"{executor!r}."
        )
    how = {"order": order, "use_nulls": use_nulls, "repeats": repeats}
    task = partial(_count_file, kind=kind, how=how, options=options)
    found = map(task, names) if executor is None else executor.map(task, names)
    counted = [chain for chain in found if chain is not None]
    return _some(merge_chains(counted) if counted else None)


def _file_names(files: Sequence[str | os.PathLike[str]]) -> list[str]:
    if isinstance(files, (str, os.PathLike)):
        raise ParameterError(f"files must be a sequence of files. Got {files!r}: pass [{files!r}].")
    named = isinstance(files, Iterable)
    names = list(files) if named else []
    if not named or not all(isinstance(name, (str, os.PathLike)) for name in names):
        raise ParameterError(f"files must be a sequence of files. Got {files!r}.")
    return [str(Path(name)) for name in names]


def _count_file(
    file: str, *, kind: str, how: dict[str, Any], options: dict[str, Any]
) -> Chain | None:
    stream = stream_paths if kind == "paths" else stream_events
    try:
        return _count(stream(file, **options), how)
    except TableError as error:
        if str(error).startswith(file):
            raise
        raise TableError(f"{file}: {error}") from error


def merge_chains(chains: Sequence[Chain]) -> Chain:
    """Add up chains of the same order; channels are matched by name.

    Raises
    ------
    TableError
        If there is no chain, if chains were counted otherwise, or if there are more channels in all
        than 4,096, more touchpoints than can be counted, or a value that is not finite.
    ParameterError
        If the order is too high for the channels of all chains.
    """
    if not all(isinstance(chain, Chain) for chain in chains):
        raise ParameterError(f"chains must be Chains, as `count_stream` returns. Got {chains!r}.")
    if not chains:
        raise TableError("There is no chain to merge.")
    for name in ("order", "use_nulls", "repeats"):
        found = [getattr(chain, name) for chain in chains]
        if len(set(found)) != 1:
            raise TableError(f"Chains to merge must have one {name}. Got {found}.")
    order = chains[0].order
    names = tuple(sorted({name for chain in chains for name in chain.channel_names}))
    check_channels(names)
    check_keys(len(names), order)
    check_totals(sum(float(c.visits.sum()) for c in chains), sum(c.value.sum() for c in chains))
    keys = [_rekey(chain, names) for chain in chains]
    key = np.unique(np.concatenate(keys))
    n = len(key)
    totals = {name: np.zeros(n, dtype=np.int64) for name in ("start", "to_conversion", "to_null")}
    value = np.zeros(n)
    count = sparse.csr_array((n, n), dtype=np.int64)
    for chain, own in zip(chains, keys, strict=True):
        place = np.searchsorted(key, own)
        for name, total in totals.items():
            total[place] += getattr(chain, name)
        value[place] += chain.value
        cells = chain.count.tocoo()
        count += sparse.csr_array((cells.data, (place[cells.row], place[cells.col])), shape=(n, n))
    count.sort_indices()
    return Chain(
        order, names, key, count, value=value, use_nulls=chains[0].use_nulls,
        repeats=chains[0].repeats, **totals,
    )  # fmt: skip


def _rekey(chain: Chain, names: tuple[str, ...]) -> Ints:
    """Return the keys of a chain's states among more channels."""
    position = {name: i for i, name in enumerate(names)}
    digit = np.array([0, *(position[name] + 1 for name in chain.channel_names)])
    base, wide = len(digit), len(names) + 1
    rest, key = chain.key, np.zeros(chain.n_states, dtype=np.int64)
    for place in range(chain.order):
        rest, last = np.divmod(rest, base)
        key += digit[last] * wide**place
    return key
