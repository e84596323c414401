"""Build the compiled extensions in place before the tests when they are missing or stale."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).parent


def _sources() -> list[pathlib.Path]:
    return sorted(
        [
            *ROOT.glob("ext/*.pyx"),
            *ROOT.glob("ext/*.pxd"),
            *ROOT.glob("ext/*.h"),
            *ROOT.glob("omnisim/**/*.pxd"),
            ROOT / "setup.py",
        ]
    )


def _stale() -> bool:
    built = {p.name.split(".")[0]: p.stat().st_mtime for p in ROOT.glob("omnisim/**/*.so")}
    names = {p.stem for p in ROOT.glob("ext/*.pyx")}
    newest = max(p.stat().st_mtime for p in _sources())
    return not names <= set(built) or min(built[n] for n in names) < newest


if _stale():
    command = [sys.executable, "setup.py", "build_ext", "--inplace"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        sys.exit(
            f"The compiled extensions could not be built.\n{done.stderr[-4000:]}\n"
            f"Run: pip install -e '.[test]'  (or: {' '.join(command)})"
        )
    for path in ROOT.glob("omnisim/**/*.so"):
        path.touch()
