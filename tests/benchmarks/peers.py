"""Time Markov attribution against other packages, each in a process of its own.

From the same data frame to credits: seconds of the clock (the shortest run: five, fewer where they
add up to ten seconds, more where to less than half a second; the machine may be shared), the mean
CPU seconds of a run, of all threads, peak memory of the process, and relative errors against the
exact credits: the largest of the channels with at least 1 % of the conversions, the largest of
those with less, and that of the smallest channel of all.

Exact are the credits of the slow dense oracle of the tests, which shares no code with the package.
Chains too large for it are solved by omnisim's own solver, which says how far it can be off; the
column ``exact_by`` says which it was. No package that is timed is ever taken for the truth. Run
from the root:

    python -m tests.benchmarks.peers --rows 10000 100000 --channels 12 50 --orders 1 2 3 \\
        --python channel_attribution=/path/to/python --python mam=/path/to/python

A package runs with this interpreter unless another is named; one that is not installed there is
left out, and said so. A cell ends at a limit of CPU seconds of all threads, or of memory.
"""

import argparse
import json
import math
import pathlib
import signal
import subprocess
import sys
import tempfile
import textwrap

import pandas as pd

from omnisim.attribution import MarkovAttribution
from tests.benchmarks.tables import synthetic_paths
from tests.reference.markov import removal_effects

ROOT = pathlib.Path(__file__).resolve().parents[2]

DENSE_STATES = 2_000
"""States of a chain that the oracle still solves in seconds: one dense solve a channel."""

COLUMNS = [
    "rows", "channels", "order", "package", "seconds", "cpu_seconds", "peak_mb", "error_large",
    "error_small", "error_smallest", "exact_by", "failed",
]  # fmt: skip
"""What is printed of each cell."""

FRAME = """
import json, resource, sys, time
import pandas as pd
file, order, limit, memory = sys.argv[1], *map(int, sys.argv[2:])
resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
resource.setrlimit(resource.RLIMIT_AS, (memory << 30, memory << 30))
table = pd.read_parquet(file)
{imports}

def credits(table, order):
{body}

runs, spent = [], 0.0
while spent < 0.5 or (len(runs) < 5 and spent < 10):
    begin, cpu = time.perf_counter(), time.process_time()
    credit = credits(table, order)
    runs.append((time.perf_counter() - begin, time.process_time() - cpu))
    spent += runs[-1][0]
seconds = min(seconds for seconds, _ in runs)
cpu = sum(cpu for _, cpu in runs) / len(runs)  # whose clock may be coarse
# Linux says in ru_maxrss what the process that began this one had taken, if that was more.
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
cell = {{"seconds": seconds, "cpu_seconds": cpu, "peak_mb": peak, "credit": credit}}
print(json.dumps(cell))
"""
CHANNEL_ATTRIBUTION = """
result = markov_model(table, "path", "total_conversions", var_value="total_conversion_value",
                      var_null="total_null", order=order, ncore={n_cores}, verbose=False,
                      flg_pro=False)
return dict(zip(result["channel_name"], result["total_conversions"]))
"""
FROM_CHANNEL_ATTRIBUTION = "from ChannelAttribution import markov_model"
WORKERS = {
    "omnisim": (
        "from omnisim.attribution import MarkovAttribution",
        "return MarkovAttribution(order).fit(table).credit_.to_dict()",
    ),
    "channel_attribution": (FROM_CHANNEL_ATTRIBUTION, CHANNEL_ATTRIBUTION.format(n_cores=1)),
    "channel_attribution_2": (FROM_CHANNEL_ATTRIBUTION, CHANNEL_ATTRIBUTION.format(n_cores=2)),
    "mam": (
        "import polars as pl\nfrom mam.models.markov import MarkovModel\n"
        "assert order == 1, 'has order 1 only'",
        """
frame = pl.from_pandas(table).with_columns(pl.col("path").str.split(" > ").alias("channels"))
parts = [
    frame.filter(pl.col(column) > 0).select(
        "channels", pl.lit(converted).alias("has_conversion"),
        pl.col(column).cast(pl.Float64).alias("weight"))
    for column, converted in (("total_conversions", True), ("total_null", False))
]
share = MarkovModel()._compute_markov(pl.concat(parts))
return {name: float(v * table["total_conversions"].sum()) for name, v in share.items()}
""",
    ),
    "pychattr": (
        "from pychattr.channel_attribution import MarkovModel",
        """
model = MarkovModel("path", "total_conversions", "total_null", "total_conversion_value",
                    separator=" > ", k_order=order, random_state=0)
model.fit(table)
result = model.attribution_model_
return dict(zip(result["channel_name"], result["total_conversions"]))
""",
    ),
}
"""By package: what it imports, and its way from a data frame to credits."""


def measure(
    name: str, python: str, file: pathlib.Path, order: int, *, limit: int, memory: int
) -> dict:
    """Run one package on one table; a reason stands in `failed` where it gives no answer."""
    imports, body = WORKERS[name]
    code = FRAME.format(imports=imports, body=textwrap.indent(body, "    "))
    words = [python, "-c", code, str(file), str(order), str(limit), str(memory)]
    cwd = ROOT if name == "omnisim" else file.parent
    done = subprocess.run(words, capture_output=True, text=True, cwd=cwd, check=False)
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        return {"failed": f"> {limit} s"}
    if done.returncode and ("MemoryError" in done.stderr or "bad_alloc" in done.stderr):
        return {"failed": f"> {memory} GiB"}
    if done.returncode:
        return {"failed": (done.stderr.strip() or f"exit {done.returncode}").splitlines()[-1][:80]}
    return json.loads(done.stdout.splitlines()[-1])


def exact_credits(table: pd.DataFrame, order: int) -> tuple[dict, str]:
    """Return the exact credits, and who found them."""
    columns = ("path", "total_conversions", "total_null", "total_conversion_value")
    paths, won, left, value = (table[name].tolist() for name in columns)
    rows = list(zip([path.split(" > ") for path in paths], won, left, value, strict=True))
    states = {
        tuple(channels[max(0, i + 1 - order) : i + 1])
        for channels, *_ in rows
        for i in range(len(channels))
    }
    if len(states) > DENSE_STATES:
        model = MarkovAttribution(order).fit(table)
        return model.credit_.to_dict(), f"omnisim, to {model.error_bound_:.0e}"
    effect = {name: each[0] for name, each in removal_effects(rows, order).items()}
    whole = sum(effect.values())
    return {name: sum(won) * each / whole for name, each in effect.items()}, "dense oracle"


def errors(credit: dict, exact: dict) -> dict[str, float]:
    """Return relative errors: the worst of large and of small channels, and the smallest's."""
    total = sum(exact.values())
    found = {name: abs(credit.get(name, 0.0) / value - 1) for name, value in exact.items() if value}
    large = {name for name in found if exact[name] >= 0.01 * total}
    small = found.keys() - large
    return {
        "error_large": max((found[name] for name in large), default=math.nan),
        "error_small": max((found[name] for name in small), default=math.nan),
        "error_smallest": found[min(found, key=lambda name: exact[name])],
    }


def main() -> None:
    """Print and optionally write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--channels", type=int, nargs="+", default=[12, 50])
    parser.add_argument("--orders", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--python", action="append", default=[], metavar="PACKAGE=PYTHON")
    parser.add_argument("--packages", nargs="+", default=list(WORKERS), choices=list(WORKERS))
    parser.add_argument("--limit", type=int, default=1200, metavar="CPU_SECONDS")
    parser.add_argument("--memory", type=int, default=12, metavar="GIB")
    parser.add_argument("--out", metavar="CSV")
    words = parser.parse_args()
    pythons = dict(pair.split("=", 1) for pair in words.python)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for n_rows in words.rows:
            for n_channels in words.channels:
                file = pathlib.Path(folder) / f"paths_{n_rows}_{n_channels}.parquet"
                synthetic_paths(n_rows, n_channels).to_parquet(file)
                for order in words.orders:
                    exact, exact_by = exact_credits(pd.read_parquet(file), order)
                    for name in words.packages:
                        python = pythons.get(name.removesuffix("_2"), sys.executable)
                        cell = measure(
                            name, python, file, order, limit=words.limit, memory=words.memory
                        )
                        if credit := cell.pop("credit", None):
                            cell |= errors(credit, exact) | {"exact_by": exact_by}
                        row = {"rows": n_rows, "channels": n_channels, "order": order}
                        rows.append(row | {"package": name} | cell)
                        print(rows[-1], flush=True)
    table = pd.DataFrame(rows).reindex(columns=COLUMNS)
    print(table.to_string(index=False, float_format=lambda x: f"{x:.3g}"))
    if words.out:
        table.to_csv(words.out, index=False)


if __name__ == "__main__":
    main()
