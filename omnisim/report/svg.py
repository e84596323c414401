"""Make a matplotlib SVG part of a page: no foreign style, no clashing names, with a text."""

import xml.etree.ElementTree as ET

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"


def inline_svg(document: str, *, name: str, alt: str) -> str:
    """Return an SVG element to put into HTML.

    Parameters
    ----------
    document : str
        SVG as matplotlib writes it.
    name : str
        Prefix of every id in it, so that figures of one page do not share any.
    alt : str
        Text for who cannot see the picture.
    """
    ET.register_namespace("", SVG)
    ET.register_namespace("xlink", XLINK)
    root = ET.fromstring(document)
    _drop_foreign(root)
    for element in root.iter():
        for key, value in element.attrib.items():
            if key == "id":
                element.set(key, f"{name}-{value}")
            elif key.endswith("href") and value.startswith("#"):
                element.set(key, f"#{name}-{value[1:]}")
            elif "url(#" in value:
                element.set(key, value.replace("url(#", f"url(#{name}-"))
    for key in ("width", "height", "version"):
        root.attrib.pop(key, None)
    root.set("role", "img")
    root.set("aria-label", alt)
    root.set("class", "figure")
    return ET.tostring(root, encoding="unicode")


def _drop_foreign(root: ET.Element) -> None:
    """Remove metadata, and styles that would reach beyond the picture."""
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{{{SVG}}}metadata", f"{{{SVG}}}style"):
                parent.remove(child)
