"""Every code block of the README runs: Python in the suite, shell in a fresh environment (slow)."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
pytestmark = pytest.mark.skipif(not README.exists(), reason="the tests run without the sources")


def blocks(language: str) -> list[str]:
    text = README.read_text(encoding="utf-8") if README.exists() else ""
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def test_every_block_is_python_or_bash() -> None:
    fences = re.findall(r"^```(\w*)$", README.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert set(fences[::2]) == {"python", "bash"}
    assert set(fences[1::2]) == {""}


@pytest.mark.parametrize("code", blocks("python"))
def test_python_block_runs(
    code: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(code, str(README), "exec"), {"__name__": "readme"})


def test_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README.read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.slow
def test_shell_blocks_run_in_a_fresh_environment(tmp_path: pathlib.Path) -> None:
    """Install and run as the README says, in fewer replications and a small market for brevity.

    The test command only collects, lest it call itself.
    """
    clone, venv = tmp_path / "clone", tmp_path / "venv"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    path = f"{venv / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "PYTEST_ADDOPTS": "--collect-only -q"}
    environment.pop("PYTHONPATH", None)
    install_and_run, *others = blocks("bash")
    config = clone / install_and_run.split()[-1]
    whole = config.read_text(encoding="utf-8")
    brief = whole.replace("n_replications = 12", "n_replications = 2")
    brief = brief.replace("n_shoppers = 300", "n_shoppers = 100")
    config.write_text(brief, encoding="utf-8")
    assert config.read_text(encoding="utf-8") != whole
    (customers,) = (block for block in blocks("python") if "my_customers.csv" in block)
    subprocess.run(["bash", "-euc", install_and_run], cwd=clone, env=environment, check=True)
    subprocess.run(["python", "-c", customers], cwd=clone, env=environment, check=True)
    small = "n_replications = 2\nscenario = {market = {n_shoppers = 500, horizon_days = 91}}\n"
    (clone / "small.toml").write_text(small)
    for block in others:
        words = block.replace("omnisim run --customers", "omnisim run small.toml --customers")
        subprocess.run(["bash", "-euc", words], cwd=clone, env=environment, check=True)
    for name in ("01_siloed_vs_integrated", "mine"):
        assert (clone / "results" / name / "report.html").stat().st_size > 50_000
