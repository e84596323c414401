"""The command ``omnisim attribute``: a file of paths or events in, credits out."""

import argparse
import html
import math
import pathlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
from tqdm.auto import tqdm

import omnisim.attribution as models
from omnisim.attribute_input import Source, declare_input, read_groups
from omnisim.attribution import (
    AttributionModel,
    Bootstrap,
    MarkovAttribution,
    bootstrap,
    budget_table,
)
from omnisim.exceptions import ParameterError, TableError
from omnisim.journeys import Shards, channel_costs
from omnisim.journeys.stream import count_rows
from omnisim.journeys.tables import parquet_parts
from omnisim.plot.credit import credit
from omnisim.report.svg import inline_svg

__all__ = ["declare_attribute", "run_attribute"]

MODELS: dict[str, Callable[[argparse.Namespace], AttributionModel]] = {
    "markov": lambda a: MarkovAttribution(
        1 if a.order is None else a.order,
        use_nulls=not a.without_nulls,
        removal=a.removal or "null",
        value_by=a.value_by or "value",
        smoothing=a.smoothing or 0.0,
    ),
    "shapley": lambda a: models.ShapleyAttribution(a.worth or "conversions"),
    "first": lambda a: models.FirstTouch(),
    "last": lambda a: models.LastTouch(),
    "last-non-direct": lambda a: models.LastNonDirect("direct" if a.direct is None else a.direct),
    "linear": lambda a: models.Linear(),
    "position": lambda a: models.PositionBased.preset((a.shape or "U").replace("-", " ")),
    "time-decay": lambda a: models.TimeDecay(7.0 if a.half_life is None else a.half_life),
    "participation": lambda a: models.Participation(),
    "hazard": lambda a: models.HazardAttribution(),
    "logistic": lambda a: models.LogisticAttribution(),
}
"""What ``--model`` takes."""

MODEL_OPTIONS = {
    "order": "markov",
    "smoothing": "markov",
    "removal": "markov",
    "value-by": "markov",
    "without-nulls": "markov",
    "direct": "last-non-direct",
    "worth": "shapley",
    "shape": "position",
    "half-life": "time-decay",
}
"""Options of one model alone."""

MONEY = ["cost", "share_of_cost", "cpa", "roas", "budget"]
"""What ``--costs`` adds; shares of credit and value are there without."""

LARGE_BYTES = 2**27
"""Files from this size on are read with progress even where standard error is no terminal."""

LOG_SECONDS = 10.0
"""Seconds between two lines of progress there."""


def declare_attribute(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    declare_input(parser)
    _declare_models(parser)
    parser.add_argument(
        "--bootstrap", type=int, default=0, metavar="N", help="replicates for intervals"
    )
    parser.add_argument("--seed", type=int, metavar="N", help="of the bootstrap: 0 by default")
    parser.add_argument(
        "--stream", action="store_true",
        help="read in batches, for files larger than memory (Markov only)",
    )  # fmt: skip
    parser.add_argument(
        "--unsorted", action="store_true",
        help="with --stream: the events are not sorted by shopper, then time; sort them on disk",
    )  # fmt: skip
    parser.add_argument(
        "--costs", metavar="FILE",
        help="table of channel and cost (rows of a channel add up): adds CPA, ROAS, the share "
        "of cost and the budget in proportion to the credits; book-keeping, no effect of money",
    )  # fmt: skip
    parser.add_argument("--csv", metavar="FILE", help="write the table")
    parser.add_argument("--html", metavar="FILE", help="write a page with table and figure")
    parser.add_argument("--quiet", action="store_true", help="draw no progress bar")


def _declare_models(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", choices=list(MODELS), default="markov")
    parser.add_argument("--order", type=int, metavar="K", help="of the Markov chain: 1 by default")
    parser.add_argument(
        "--smoothing", type=float, metavar="A",
        help="steps of the next lower order that each state of the chain is given: 0 by default",
    )  # fmt: skip
    parser.add_argument(
        "--removal", choices=("null", "redistribute"),
        help="where the steps into a removed channel go: to the null state by default, or to the "
        "other steps from the same state, in proportion",
    )  # fmt: skip
    parser.add_argument(
        "--value-by", choices=("value", "conversions"),
        help="what divides the value: what each removal loses of it by default, or of conversions",
    )  # fmt: skip
    parser.add_argument(
        "--without-nulls", action="store_true", default=None,
        help="leave journeys without a conversion out of the Markov chain",
    )  # fmt: skip
    parser.add_argument(
        "--direct", metavar="NAME",
        help="channel of last-non-direct, in any case: 'direct' by default",
    )  # fmt: skip
    parser.add_argument(
        "--worth", choices=("conversions", "rate"),
        help="of a set of channels in the game of shapley: its journeys' conversions by default, "
        "which is participation, or their rate of conversion",
    )  # fmt: skip
    parser.add_argument(
        "--shape", choices=("U", "W", "J", "inverse-J"), help="of position: U by default"
    )
    parser.add_argument(
        "--half-life", type=float, metavar="DAYS",
        help="of time-decay, in touchpoints where there are no times: 7 by default",
    )  # fmt: skip


def run_attribute(arguments: argparse.Namespace) -> int:
    """Run the command: print the table, write what was asked for, return the exit code."""
    _check(arguments)
    source, model = Source.of(arguments), MODELS[arguments.model](arguments)
    costs = _costs(arguments)
    intervals = None
    if arguments.stream:
        model = _fit_stream(arguments, source, model)
    else:
        model, intervals = _fit(arguments, source, model)
    source.groups.warn_of_unmet()
    table = model.to_frame()
    if intervals is not None:
        table = _with_intervals(table, intervals)
    if costs is not None:
        with _naming_costs():
            money = budget_table(model, costs)
        table = table.join(money[MONEY])
    table = table.sort_values("credit", ascending=False, kind="stable")
    heading = f"{model!r} on {arguments.file}"
    try:  # files first: whoever reads the output may close it, and end the run
        if arguments.csv:
            _write(arguments.csv, table.to_csv())
        if arguments.html:
            _write(arguments.html, _page(heading, table, intervals or model))
    finally:
        print(f"{heading}\n{table.to_string(float_format=lambda x: f'{x:,.4g}')}")
    return 0


def _check(arguments: argparse.Namespace) -> None:
    """Refuse options that would do nothing."""
    if arguments.bootstrap and arguments.stream:
        raise ParameterError("--bootstrap needs all journeys in memory: leave out --stream.")
    if arguments.unsorted and not arguments.stream:
        raise ParameterError("--unsorted goes with --stream: in memory, events are always sorted.")
    if arguments.seed is not None and not arguments.bootstrap:
        raise ParameterError("--seed goes with --bootstrap N: nothing else is drawn.")
    _check_files(arguments)
    for option, model in MODEL_OPTIONS.items():
        given = getattr(arguments, option.replace("-", "_")) is not None
        if given and arguments.model != model:
            raise ParameterError(f"--{option} goes with --model {model}. Got {arguments.model!r}.")


def _check_files(arguments: argparse.Namespace) -> None:
    """Refuse to write over what is read, or over the other result."""
    taken = {"FILE": arguments.file, "--costs": arguments.costs}
    for option in ("--csv", "--html"):
        file = getattr(arguments, option[2:])
        for other, name in taken.items():
            if file and name and pathlib.Path(file).resolve() == pathlib.Path(name).resolve():
                raise ParameterError(
                    f"{option} must name a file of its own. Got {file!r}, which is {other}."
                )
        taken[option] = file


def _costs(arguments: argparse.Namespace) -> dict[str, float] | None:
    """Return the cost of each channel, grouped as the channels of the journeys are."""
    if not arguments.costs:
        return None
    with _naming_costs():
        return channel_costs(arguments.costs, channels=read_groups(arguments.group))


@contextmanager
def _naming_costs() -> Iterator[None]:
    """Say of an error that it lies in the costs."""
    try:
        yield
    except (ParameterError, TableError) as error:
        raise type(error)(f"--costs: {error}") from error


def _fit(
    arguments: argparse.Namespace, source: Source, model: AttributionModel
) -> tuple[AttributionModel, Bootstrap | None]:
    """Read the whole file and fit, with intervals where they are asked for."""
    with _bar(arguments, "reading", " B", _size(source.file)) as progress:
        journeys = source.read(progress)
    n_replicates = arguments.bootstrap
    if not n_replicates:
        with _bar(arguments, "fitting", "", None):
            return model.fit(journeys), None
    with _bar(arguments, "bootstrap", " replicates", n_replicates) as progress:
        intervals = bootstrap(
            model, journeys, n_replicates=n_replicates, seed=arguments.seed or 0, progress=progress
        )
    return intervals.model, intervals


def _fit_stream(
    arguments: argparse.Namespace, source: Source, model: AttributionModel
) -> AttributionModel:
    """Count the chain batch by batch, and fit to it."""
    if not isinstance(model, MarkovAttribution):
        raise ParameterError(f"--stream works with --model markov. Got {arguments.model!r}.")
    total = count_rows(source.file) if source.kind == "events" else None
    if total and arguments.unsorted:
        total *= 2  # every event is dealt to its shard, then counted
    with _bar(arguments, "counting", " touchpoints", total) as progress:
        shards = Shards(progress=progress) if arguments.unsorted else None
        chain = models.count_stream(
            source.stream(shards), model.order, use_nulls=model.use_nulls, progress=progress
        )
    with _bar(arguments, "fitting", "", None):
        return model.fit_chain(chain)


@contextmanager
def _bar(
    arguments: argparse.Namespace, stage: str, unit: str, total: int | None
) -> Iterator[Callable[[int], None]]:
    """Yield what to call with the amount just done.

    Draws a bar to standard error: on a terminal, and for large files wherever that leads.
    """
    large = _size(arguments.file) >= LARGE_BYTES
    with tqdm(
        total=total, desc=stage, unit=unit, unit_scale=True, leave=False,
        disable=True if arguments.quiet else (False if large else None),
        bar_format=None if unit else "{desc} ...",
        mininterval=0.1 if sys.stderr.isatty() else LOG_SECONDS,
    ) as bar:  # fmt: skip

        def progress(done: int) -> None:
            bar.update(done)

        yield progress


def _size(file: str) -> int:
    """Return the bytes of a file or folder; 0 where there is none, which the reader will say."""
    path = pathlib.Path(file)
    try:
        if path.is_dir():
            return sum(part.stat().st_size for part in parquet_parts(path))
        return path.stat().st_size
    except OSError:
        return 0


def _with_intervals(table: pd.DataFrame, intervals: Bootstrap) -> pd.DataFrame:
    """Add the ends of the intervals of credits, and of value credits."""
    for quantity, prefix in (("credit", ""), ("value_credit", "value_")):
        ends = intervals.to_frame(quantity)[["ci_low", "ci_high"]]
        table = table.join(ends.add_prefix(prefix))
    return table


def _page(heading: str, table: pd.DataFrame, result: AttributionModel | Bootstrap) -> str:
    """Return a self-contained HTML page."""
    figure: Any = credit(result).figure
    picture = inline_svg(figure.to_svg(), name="credit", alt="Credits by channel")
    rows = table.to_html(float_format=lambda x: "" if math.isnan(x) else f"{x:,.4g}", border=0)
    return PAGE.format(title=html.escape(heading), picture=picture, table=rows)


PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
body {{ font-family: system-ui, sans-serif; color: #1d2733; max-width: 60rem; margin: 2rem auto;
padding: 0 1rem; }}
h1 {{ font-size: 1.2rem; }}
svg {{ width: 100%; max-width: 32rem; height: auto; }}
div {{ overflow-x: auto; }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums; }}
th, td {{ text-align: right; padding: 0.25rem 0.7rem; border-bottom: 1px solid #d5dae0; }}
th:first-child {{ text-align: left; }}
</style>
</head>
<body>
<h1>{title}</h1>
{picture}
<div>
{table}
</div>
</body>
</html>
"""


def _write(name: str, text: str) -> None:
    try:
        pathlib.Path(name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise TableError(f"{name}: cannot be written: {error.strerror}") from error
