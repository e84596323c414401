"""Tasks with addresses: outcomes are kept at once, and a killed run goes on."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from omnisim.exceptions import ParameterError, TableError
from omnisim.experiment.tasks import STUDY, run_addressed


@dataclass(frozen=True)
class Square:
    number: int
    fails: bool = False

    @property
    def address(self):
        return f"n{self.number}"


CALLED = []


def square(task):
    CALLED.append(task.number)
    if task.fails:
        raise RuntimeError("killed")
    return [task.number, (task.number / 3) ** 2]


@pytest.fixture(autouse=True)
def nothing_called():
    CALLED.clear()


def run(tasks, folder, *, study=None, **how):
    return run_addressed(square, tasks, folder=folder, study=study or {"seed": 1}, **how)


def test_what_is_kept_equals_what_is_returned(tmp_path):
    tasks = [Square(k) for k in range(5)]
    assert run(tasks, tmp_path / "a") == run(tasks, None)


def test_a_killed_run_goes_on_and_gives_the_same_bytes(tmp_path):
    with pytest.raises(RuntimeError, match="killed"):
        run([Square(0), Square(1), Square(2, fails=True), Square(3)], tmp_path / "a")
    CALLED.clear()
    tasks = [Square(k) for k in range(4)]
    seen = []
    run(tasks, tmp_path / "a", on_wait=seen.append)
    assert CALLED == [2, 3]
    assert seen[0] == 2
    assert seen[-1] == 4
    run(tasks, tmp_path / "b")
    files = sorted(f.name for f in (tmp_path / "b").iterdir())
    assert files == sorted(["n0.json", "n1.json", "n2.json", "n3.json", STUDY])
    assert files == sorted(f.name for f in (tmp_path / "a").iterdir())
    for name in files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_any_executor_gives_the_same(tmp_path):
    tasks = [Square(k) for k in range(9)]
    with ThreadPoolExecutor(3) as executor:
        assert run(tasks, tmp_path / "a", executor=executor) == run(tasks, None)


def test_a_folder_goes_on_with_its_own_study_only(tmp_path):
    run([Square(0)], tmp_path)
    with pytest.raises(ParameterError, match="another study"):
        run([Square(0)], tmp_path, study={"seed": 2})


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(ParameterError, match="other files"):
        run([Square(0)], tmp_path)
    assert [f.name for f in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_damaged_outcome_is_named(tmp_path):
    run([Square(0)], tmp_path)
    (tmp_path / "n0.json").write_text("[1, ")
    with pytest.raises(TableError, match=r"n0\.json.*Delete it"):
        run([Square(0)], tmp_path)


def test_an_address_must_be_a_file_name(tmp_path):
    class Bad:
        address = "../x"

    with pytest.raises(ParameterError, match="file name"):
        run([Bad()], tmp_path)
