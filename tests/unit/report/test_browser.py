"""The page in a real browser: nothing is loaded, nothing complains, nothing runs over."""

import base64
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, NAMES)), "")
pytestmark = pytest.mark.skipif(not BROWSER, reason="no Chromium to open the page with")
WIDTHS = (390, 1400)

MEASURE = """<!DOCTYPE html><html><body><pre>[]</pre><script>
const bytes = Uint8Array.from(atob("PAGE"), c => c.charCodeAt(0)), found = [];
for (const width of WIDTHS) {
  const frame = document.createElement("iframe");
  frame.style = `width:${width}px;height:900px;border:0`;
  frame.srcdoc = new TextDecoder().decode(bytes);
  frame.onload = () => {
    const page = frame.contentDocument, root = page.documentElement;
    const boxes = [...page.querySelectorAll("svg.figure")].map(s => s.getBoundingClientRect());
    found.push({width: width, scroll: root.scrollWidth, client: root.clientWidth,
      shown: boxes.filter(b => b.width > 0).length, right: Math.max(...boxes.map(b => b.right)),
      words: page.body.innerText.length});
    document.querySelector("pre").textContent = JSON.stringify(found);
  };
  document.body.append(frame);
}
</script></body></html>"""


def browse(page: Path, profile: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
         "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={profile}",
         "--window-size=1500,1000", "--virtual-time-budget=5000", "--dump-dom", page.as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def seen(
    nasty_page: str, tmp_path_factory: pytest.TempPathFactory
) -> "subprocess.CompletedProcess[str]":
    """A page with long and nasty names, opened at all widths by one browser."""
    folder = tmp_path_factory.mktemp("page")
    outer = MEASURE.replace("WIDTHS", json.dumps(WIDTHS))
    outer = outer.replace("PAGE", base64.b64encode(nasty_page.encode()).decode())
    (folder / "outer.html").write_text(outer, encoding="utf-8")
    return browse(folder / "outer.html", folder / "profile")


def test_the_browser_does_not_complain(seen: "subprocess.CompletedProcess[str]") -> None:
    assert [line for line in seen.stderr.splitlines() if "CONSOLE" in line] == []


def test_the_page_fits_wide_and_narrow_windows(seen: "subprocess.CompletedProcess[str]") -> None:
    found = re.search(r"<pre>(.*?)</pre>", seen.stdout)
    assert found is not None
    sizes = {size["width"]: size for size in json.loads(found[1])}
    assert set(sizes) == set(WIDTHS)
    for width, size in sizes.items():
        assert size["scroll"] <= size["client"] <= width
        assert size["right"] <= width
        assert size["words"] > 2000
    # On a narrow window each firm has a flow of its own; on a wide one they share a picture.
    assert (sizes[390]["shown"], sizes[1400]["shown"]) == (13, 12)
