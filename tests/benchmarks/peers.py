"""Time Markov attribution against other packages, each in a process of its own.

From the same data frame to credits: seconds (the shortest of up to five runs, which end when they
add up to ten seconds; the machine may be shared), the same for CPU seconds of all threads, peak
memory of the process, and the largest error of a channel that holds at least 1 % of the
conversions, against the exact answer. Run from the root:

    python -m tests.benchmarks.peers --rows 10000 100000 --channels 12 50 --orders 1 2 3 \\
        --python channel_attribution=/path/to/python --python mam=/path/to/python

A package runs with this interpreter unless another is named; one that is not installed there is
left out, and said so. A cell ends at a limit of CPU seconds of all threads, or of memory.
"""

import argparse
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import textwrap

import pandas as pd

from tests.benchmarks.tables import synthetic_paths

ROOT = pathlib.Path(__file__).resolve().parents[2]

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

runs = []
while not runs or (len(runs) < 5 and sum(seconds for seconds, _ in runs) < 10):
    begin, cpu = time.perf_counter(), time.process_time()
    credit = credits(table, order)
    runs.append((time.perf_counter() - begin, time.process_time() - cpu))
seconds, cpu = (min(column) for column in zip(*runs))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({{"seconds": seconds, "cpu": cpu, "peak_mb": peak, "credit": credit}}))
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


def worst_error(credit: dict, exact: dict) -> float:
    """Return the largest relative error among channels with at least 1 % of the conversions."""
    total = sum(exact.values())
    large = {name: value for name, value in exact.items() if value >= 0.01 * total}
    return max(abs(credit.get(name, 0.0) / value - 1) for name, value in large.items())


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
                    exact: dict = {}
                    for name in words.packages:
                        python = pythons.get(name.removesuffix("_2"), sys.executable)
                        cell = measure(
                            name, python, file, order, limit=words.limit, memory=words.memory
                        )
                        credit = cell.pop("credit", {})
                        exact = exact or credit
                        if credit and exact:
                            cell["worst_error"] = worst_error(credit, exact)
                        row = {"rows": n_rows, "channels": n_channels, "order": order}
                        rows.append(row | {"package": name} | cell)
                        print(rows[-1], flush=True)
    table = pd.DataFrame(rows)
    print(table.to_string(index=False))
    if words.out:
        table.to_csv(words.out, index=False)


if __name__ == "__main__":
    main()
