"""What the table of peers takes for the truth, and how it tells errors."""

import math

import pytest

from omnisim.attribution import MarkovAttribution
from tests.benchmarks import peers
from tests.benchmarks.tables import synthetic_paths


@pytest.mark.parametrize("order", [1, 2])
def test_the_truth_is_the_oracle_and_large_chains_are_said_to_be_solved(order, monkeypatch):
    table = synthetic_paths(200, 6)
    exact, by = peers.exact_credits(table, order)
    assert by == "dense oracle"
    assert exact == pytest.approx(MarkovAttribution(order).fit(table).credit_.to_dict(), rel=1e-9)
    monkeypatch.setattr(peers, "DENSE_STATES", 3)
    again, by = peers.exact_credits(table, order)
    assert by.startswith("omnisim, to ")
    assert again == pytest.approx(exact, rel=1e-9)


def test_errors_are_told_of_every_channel():
    exact = {"a": 90.0, "b": 9.5, "c": 0.4, "d": 0.1}
    found = peers.errors({"a": 99.0, "b": 9.5, "c": 0.2, "d": 0.3}, exact)
    wanted = {"error_large": 0.1, "error_small": 2.0, "error_smallest": 2.0}
    assert found == pytest.approx(wanted)
    assert peers.errors({"a": 90.0}, exact)["error_small"] == 1.0
    assert math.isnan(peers.errors({"a": 1.0}, {"a": 1.0})["error_small"])


def test_no_package_is_needed_for_the_truth(monkeypatch, capsys):
    def measure(name, *words, **limits):
        return {"seconds": 1.0, "cpu_seconds": 2.0, "peak_mb": 3.0, "credit": {"channel_00": 1.0}}

    monkeypatch.setattr(peers, "measure", measure)
    words = ["peers", "--rows", "50", "--channels", "3", "--orders", "1", "--packages", "mam"]
    monkeypatch.setattr("sys.argv", words)
    peers.main()
    printed = capsys.readouterr().out
    assert "dense oracle" in printed
    assert "seconds cpu_seconds" in printed.splitlines()[-2].replace("  ", " ")
