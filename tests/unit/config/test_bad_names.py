"""Wrong files, by their names, places and contradictions: the answer to each, word by word."""

import pytest

from omnisim.config.io import load_scenario
from omnisim.exceptions import ConfigError

CASES = [
    pytest.param(
        "[market]\nhorizn_days = 3\n",
        "s.toml:2: market.horizn_days = 3: unknown key; did you mean 'horizon_days'?",
        id="misspelt field",
    ),
    pytest.param(
        "[stores]\nstaff_per_store = 3\n",
        "s.toml:2: stores.staff_per_store = 3: unknown key; did you mean "
        "'service.staff_per_store'?",
        id="field of another part",
    ),
    pytest.param(
        "[Market]\nn_shoppers = 3\n",
        "s.toml:1: Market = {'n_shoppers': 3}: unknown key; did you mean 'market'?",
        id="wrong case",
    ),
    pytest.param(
        "[capabilites]\nvisible_stock = 2\n",
        "s.toml:1: capabilites = {'visible_stock': 2}: unknown key; did you mean 'capabilities'?",
        id="misspelt part",
    ),
    pytest.param(
        "[channels.sotre]\nlock_in = 1\n",
        "s.toml:1: channels.sotre = {'lock_in': 1}: unknown key; did you mean 'store'?",
        id="misspelt part of a part",
    ),
    pytest.param(
        "n_shoppers = 3\n",
        "s.toml:1: n_shoppers = 3: unknown key; did you mean 'market.n_shoppers'?",
        id="field at the root",
    ),
    pytest.param(
        "[channels.store]\nlockin = 1\n",
        "s.toml:2: channels.store.lockin = 1: unknown key; did you mean 'lock_in'?",
        id="field of a deep part",
    ),
    pytest.param(
        "[segments.a]\nshare = 1\nneed_shap = 2\n",
        "s.toml:3: segments.a.need_shap = 2: unknown key; did you mean 'need_shape'?",
        id="field of a segment",
    ),
    pytest.param(
        "[market]\nneed_shape = 1\n",
        "s.toml:2: market.need_shape = 1: unknown key; did you mean 'segments.*.need_shape'?",
        id="segment field outside",
    ),
    pytest.param(
        '[stores]\n"" = 1\n',
        "s.toml:2: stores.'' = 1: unknown key; known keys: 'n_stores', 'opening_hour', "
        "'closing_hour', 'visit_goodwill', 'p_unplanned'",
        id="empty key",
    ),
    pytest.param(
        "[stores]\n'n stores' = 1\n",
        "s.toml:2: stores.'n stores' = 1: unknown key; did you mean 'n_stores'?",
        id="key with spaces",
    ),
    pytest.param(
        "[stores]\n" + "k" * 5000 + " = 1\n",
        "s.toml:2: stores.'kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk...' = 1: "
        "unknown key; known keys: 'n_stores', 'opening_hour', 'closing_hour', 'visit_goodwill', "
        "'p_unplanned'",
        id="very long key",
    ),
    pytest.param(
        "[[stores]]\nn_stores = 1\n",
        "s.toml:1: stores = [{'n_stores': 1}]: must be a table of Stores fields",
        id="table in an array",
    ),
    pytest.param(
        "[[stores]]\n[[stores]]\nn_stores = 1\n",
        "s.toml:1: stores = [{}, {'n_stores': 1}]: must be a table of Stores fields",
        id="second table in an array",
    ),
    pytest.param(
        "stores = 3\n",
        "s.toml:1: stores = 3: must be a table of Stores fields",
        id="number for a part",
    ),
    pytest.param(
        "segments = 3\n", "s.toml:1: segments = 3: must be a table", id="number for the segments"
    ),
    pytest.param(
        "segments.a = 3\n",
        "s.toml:1: segments.a = 3: must be a table of Segment fields",
        id="number for a segment",
    ),
    pytest.param(
        "[stores.a.b.c]\nd = 1\n",
        "s.toml:1: stores.a = {'b': {'c': {...}}}: unknown key; known keys: 'n_stores', "
        "'opening_hour', 'closing_hour', 'visit_goodwill', 'p_unplanned'",
        id="nested unknown table",
    ),
    pytest.param(
        "segments = {}\n",
        "s.toml:1: segments = {}: must have 1 or more entries, has 0",
        id="no segments",
    ),
    pytest.param(
        "[segments.a]\nshare = 0.5\n[segments.b]\nshare = 0.4\n",
        "s.toml:1: segments.*.share must sum to 1. Got 0.9.",
        id="shares",
    ),
    pytest.param(
        "[stores]\nopening_hour = 21\n",
        "s.toml:2: stores.closing_hour must be after stores.opening_hour, 21. Got 20.",
        id="opening hours",
    ),
    pytest.param(
        "channels.store.is_open = false\n"
        "channels.app.is_open = false\n"
        "channels.website.is_open = false\n",
        "s.toml:1: channels: at least one of store, website, app must be open.",
        id="all channels closed",
    ),
    pytest.param(
        "[capabilities]\nsingle_customer_view = 1\nunified_loyalty = 2\n",
        "s.toml:3: capabilities.unified_loyalty = 2 needs capabilities.single_customer_view >= "
        "2. Got 1.",
        id="prerequisite",
    ),
    pytest.param(
        "[capabilities]\nendless_aisle = 1\nunified_loyalty = 2\n",
        "s.toml:2: capabilities.endless_aisle = 1 needs capabilities.visible_stock >= 1. Got 0.\n"
        "s.toml:3: capabilities.unified_loyalty = 2 needs capabilities.single_customer_view >= "
        "2. Got 0.",
        id="two prerequisites",
    ),
    pytest.param(
        "[market]\nn_shoppers = 5\n",
        "s.toml:2: word.mean_degree must be below market.n_shoppers, 5. Got 8.",
        id="network too dense",
    ),
    pytest.param(
        "[word]\npromoter_above = -0.5\n",
        "s.toml:2: word.detractor_below must be <= word.promoter_above, -0.5. Got -0.2.",
        id="promoters and detractors",
    ),
    pytest.param(
        "[stock]\nreact_quit = 0.5\n",
        "s.toml:1: stock.react_* must sum to 1. Got 1.41.",
        id="reactions",
    ),
    pytest.param(
        "[market]\nneed_open_days = 3\n\n[service]\n# a\n\nstaff_per_store = 0\n",
        "s.toml:7: service.staff_per_store = 0: must be >= 1",
        id="inline table",
    ),
    pytest.param(
        "channels = {store = {lock_in = 9}, website = {is_open = 3}}\n",
        "s.toml:1: channels.store.lock_in = 9: must be <= 5\n"
        "s.toml:1: channels.website.is_open = 3: must be true or false",
        id="inline tables",
    ),
    pytest.param(
        "channels.store.lock_in = 9\n",
        "s.toml:1: channels.store.lock_in = 9: must be <= 5",
        id="dotted key",
    ),
    pytest.param(
        "[channels]\nwebsite.lock_in = 1\nstore.lock_in = 9\n",
        "s.toml:3: channels.store.lock_in = 9: must be <= 5",
        id="dotted key below a header",
    ),
    pytest.param(
        '[\'channels\'."st\\u006fre"]\n"lock_in" = 9\n',
        "s.toml:2: channels.store.lock_in = 9: must be <= 5",
        id="quoted keys",
    ),
    pytest.param(
        "[stores]\nx = '''\n[market]\n'''\n[market]\nn_shoppers = 0\n",
        "s.toml:2: stores.x = '[market]\\n': unknown key; known keys: 'n_stores', "
        "'opening_hour', 'closing_hour', 'visit_goodwill', 'p_unplanned'\n"
        "s.toml:6: market.n_shoppers = 0: must be >= 1",
        id="after a long text",
    ),
]


@pytest.mark.parametrize(("content", "message"), CASES)
def test_bad_name_is_told_by_line(write, content, message):
    with pytest.raises(ConfigError) as error:
        load_scenario(write(content))
    assert str(error.value) == message
