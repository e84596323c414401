import xml.etree.ElementTree as ET

from omnisim.report.svg import inline_svg

DOCUMENT = """<?xml version="1.0"?>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"
 width="10pt" height="5pt" viewBox="0 0 10 5" version="1.1">
 <metadata>when</metadata>
 <defs><style>*{color:red}</style><clipPath id="p1"><rect/></clipPath><path id="m1"/></defs>
 <g clip-path="url(#p1)" style="fill: url(#p1)"><use xlink:href="#m1"/></g>
 <text>id="p1" url(#p1) &lt;b&gt;</text>
</svg>"""


def test_ids_and_what_refers_to_them_get_the_prefix() -> None:
    svg = inline_svg(DOCUMENT, name="flow", alt="x")
    assert 'id="flow-p1"' in svg
    assert 'clip-path="url(#flow-p1)"' in svg
    assert 'style="fill: url(#flow-p1)"' in svg
    assert 'xlink:href="#flow-m1"' in svg


def test_text_stays_as_it_is() -> None:
    root = ET.fromstring(inline_svg(DOCUMENT, name="flow", alt="x"))
    assert [e.text for e in root.iter() if e.tag.endswith("text")] == ['id="p1" url(#p1) <b>']


def test_styles_metadata_and_fixed_sizes_are_dropped() -> None:
    svg = inline_svg(DOCUMENT, name="flow", alt="x")
    assert "<style" not in svg
    assert "metadata" not in svg
    assert "<?xml" not in svg
    assert "width" not in svg
    assert 'viewBox="0 0 10 5"' in svg


def test_the_text_is_an_escaped_label() -> None:
    svg = inline_svg(DOCUMENT, name="flow", alt='a "b" <c>')
    assert ET.fromstring(svg).attrib["aria-label"] == 'a "b" <c>'
    assert ET.fromstring(svg).attrib["role"] == "img"
