"""Two processes give the same bytes, whatever their threads and their hash seed."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from omnisim.attribution import MarkovAttribution
from omnisim.attribution.chain import count_chain
from omnisim.attribution.removal import DENSE_STATES
from omnisim.attribution.serial import inverse
from omnisim.journeys import Journeys
from tests.benchmarks.tables import synthetic_paths
from tests.reference.every_model import MODELS

CODE = """
import hashlib, json, sys
import pandas as pd
from omnisim.attribution import MarkovAttribution, bootstrap, choose_order
from omnisim.journeys import Journeys
from tests.benchmarks.tables import synthetic_paths
from tests.reference.every_model import MODELS

def digest(*values):
    return hashlib.sha256(b"".join(v.to_numpy().tobytes() for v in values)).hexdigest()

names = {"a": "channel_00", "b": "channel_03"}
journeys = Journeys.from_paths(synthetic_paths(2_000, 12))
out = {}
for name, make in MODELS.items():
    model = make(names.get).fit(journeys)
    learned = [v for v in vars(model).values() if isinstance(v, (pd.Series, pd.DataFrame))]
    out[name] = digest(*learned, model.journey_credit(journeys)[["credit", "value_credit"]])
wide = Journeys.from_paths(synthetic_paths(12_000, 120))
for name in ("hazard", "logistic", "Markov 1", "Markov, redistributed"):
    out["wide " + name] = digest(MODELS[name](names.get).fit(wide).credit_)
out["wide bootstrap"] = digest(bootstrap(MarkovAttribution(), wide, n_replicates=2).to_frame())
out["bootstrap"] = digest(bootstrap(MarkovAttribution(), journeys, n_replicates=20).to_frame())
out["order"] = digest(choose_order(journeys, max_order=2).to_frame())
out["states"] = digest(MarkovAttribution(3).fit(journeys).states())
print(json.dumps(out))
"""


@pytest.fixture(scope="module")
def digests(root):
    """Digests of all results, by the number of threads."""
    out = {}
    for threads in ("1", "2"):
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
        changed = dict.fromkeys(names, threads) | {
            "PYTHONHASHSEED": threads,
            "PYTHONPATH": str(root),
        }
        words = [sys.executable, "-c", CODE]
        done = subprocess.run(
            words, env=os.environ | changed, capture_output=True, text=True, check=False, cwd=root
        )
        assert done.returncode == 0, done.stderr
        out[threads] = json.loads(done.stdout)
    return out


WIDE = ["hazard", "logistic", "Markov 1", "Markov, redistributed", "bootstrap"]


@pytest.mark.parametrize(
    "name", [*MODELS, "bootstrap", "order", "states", *("wide " + name for name in WIDE)]
)
def test_processes_and_threads_give_the_same_bytes(digests, name):
    assert digests["1"][name] == digests["2"][name]


@pytest.mark.parametrize("n", [1, 64, 65, 200])
def test_blocks_give_the_inverse(n):
    q = np.random.default_rng(n).random((n, n))
    system = np.eye(n) - q / q.sum(axis=1, keepdims=True) * 0.9
    found = inverse(system)
    np.testing.assert_allclose(found, np.linalg.inv(system), rtol=1e-10)
    part = slice(0, max(1, n // 2))
    np.testing.assert_allclose(
        inverse(found[part, part]), np.linalg.inv(found[part, part]), rtol=1e-9, atol=1e-13
    )


def test_the_journeys_need_both_solvers():
    journeys = Journeys.from_paths(synthetic_paths(2_000, 12))
    assert count_chain(journeys, 1).n_states < DENSE_STATES < count_chain(journeys, 3).n_states
    assert MarkovAttribution(3).fit(journeys).error_bound_ > 0
