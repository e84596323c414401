"""The compiled extensions of omnisim; everything else is in pyproject.toml."""

import os
import pathlib

import numpy
from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

EXTENSIONS = {
    "omnisim._philox": "_philox",
    "omnisim.choice._logit": "_logit",
    "omnisim.simulation._recorder": "_recorder",
    "omnisim.simulation._state": "_state",
    "omnisim.simulation._journey": "_journey",
    "omnisim.simulation._outcome": "_outcome",
    "omnisim.simulation._coherence": "_coherence",
    "omnisim.simulation._market": "_market",
    "omnisim.simulation._browsing": "_browsing",
    "omnisim.simulation._media": "_media",
    "omnisim.simulation._loyalty": "_loyalty",
    "omnisim.simulation._messages": "_messages",
    "omnisim.simulation._near": "_near",
    "omnisim.policies._bandit": "_bandit",
    "omnisim.journeys._paths": "_paths",
    "omnisim.journeys._tokens": "_tokens",
    "omnisim.attribution._markov": "_markov",
    "omnisim.attribution._shapley": "_shapley",
    "omnisim.attribution._bootstrap": "_bootstrap",
    "omnisim.attribution._rows": "_rows",
    "omnisim.attribution._sums": "_sums",
}
C_FOLDER = "build/cython"
SANITIZE = os.environ.get("OMNISIM_SANITIZE") == "1"
LINETRACE = os.environ.get("OMNISIM_LINETRACE") == "1"

flags = ["-O3", "-ffp-contract=off"]
link: list[str] = []
macros = [("NPY_NO_DEPRECATED_API", "NPY_1_7_API_VERSION")]
if SANITIZE:
    link = ["-fsanitize=address,undefined,float-cast-overflow", "-fno-sanitize-recover=all"]
    flags = ["-O1", "-g", *link]
if LINETRACE:
    macros += [("CYTHON_TRACE_NOGIL", "1"), ("CYTHON_USE_SYS_MONITORING", "0")]


class BuildBesideSources(build_ext):
    """Build on all cores, and leave a copy where an import at the repository root looks."""

    def run(self) -> None:
        self.parallel = self.parallel or os.cpu_count()
        super().run()
        self.copy_extensions_to_source()


def declared_later(name: str, source: str) -> bool:
    """Tell whether the declarations of a module, which lie in the package, changed after its C."""
    pxd, c = (
        pathlib.Path(name.replace(".", "/") + ".pxd"),
        pathlib.Path(f"{C_FOLDER}/ext/{source}.c"),
    )
    return pxd.exists() and c.exists() and pxd.stat().st_mtime > c.stat().st_mtime


setup(
    cmdclass={"build_ext": BuildBesideSources},
    ext_modules=cythonize(
        [
            Extension(
                name,
                [f"ext/{source}.pyx"],
                include_dirs=[numpy.get_include(), "ext"],
                define_macros=macros,
                extra_compile_args=flags,
                extra_link_args=link,
            )
            for name, source in EXTENSIONS.items()
        ],
        include_path=["ext", "."],
        build_dir=None if LINETRACE else C_FOLDER,
        force=any(declared_later(name, source) for name, source in EXTENSIONS.items()),
        compiler_directives={"language_level": 3, "linetrace": LINETRACE},
    ),
)
