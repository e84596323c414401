"""The numbers that kernels use are those of `omnisim.random.Stream` and `omnisim.schema`."""

import re

import pytest

from omnisim.config.heterogeneity import Heterogeneity
from omnisim.random import Stream
from omnisim.schema import Channel, Event, Fulfilment, Identity, Line
from omnisim.simulation import trip

CHANNELS = {  # names in the kernels that differ from those of `Channel`
    "PAID_SEARCH": "SEARCH",
    "NOWHERE": "NONE",
}


@pytest.fixture(scope="module")
def blocks(root):
    """One dict of names and numbers for each anonymous enum of ext/_streams.pxd."""
    text = (root / "ext" / "_streams.pxd").read_text(encoding="utf-8")
    parts = re.split(r"^cdef enum:$", text, flags=re.MULTILINE)[1:]
    return [
        {name: int(number) for name, number in re.findall(r"^    (\w+) = (\d+)$", part, re.M)}
        for part in parts
    ]


@pytest.mark.parametrize(
    ("prefix", "enum"),
    [("EVENT", Event), ("IDENTITY", Identity), ("FULFIL", Fulfilment), ("LINE", Line)],
)
def test_kernel_codes_are_those_of_the_schema(blocks, prefix, enum):
    found = [block for block in blocks if all(name.startswith(prefix + "_") for name in block)]
    assert found == [{f"{prefix}_{member.name}": int(member) for member in enum}]


def test_kernel_streams_are_those_of_the_random_numbers(blocks):
    streams = next(block for block in blocks if "STREAM_NEED" in block)
    assert len(streams) >= 22
    for name, number in streams.items():
        assert Stream[name.removeprefix("STREAM_")] == number


def test_kernel_channels_are_those_of_the_schema(blocks):
    channels = next(block for block in blocks if "WEBSITE" in block)
    named = {CHANNELS.get(name, name): number for name, number in channels.items()}
    assert named == {channel.name: int(channel) for channel in Channel}


def test_weights_of_a_shoppers_own_are_in_the_order_of_their_spreads(blocks):
    found = [block for block in blocks if all(name.startswith("OWN_") for name in block)]
    names = enumerate(Heterogeneity.model_fields)
    assert found == [{f"OWN_{name.upper()}": number for number, name in names}]


def test_journey_reads_the_answers_of_the_kernels_alike(blocks):
    answers = next(block for block in blocks if "GO_STORE" in block)
    for name, number in answers.items():
        assert getattr(trip, name.removeprefix("GO_")) == number
    assert {answers["GO_WEBSITE"], answers["GO_APP"]} == {
        number % answers["WITH_PICKUP"] for number in trip.ONLINE
    }
