"""Definitions: what a run depends on, apart from its policy and its seed.

A `Scenario` is a tree of frozen parts, one class for each (`Market`, `Stores`, `Capabilities` …). A
field is declared once, by `base.param`, with its default, meaning, unit, limits and source; from
that come the checks, the documented TOML file (`render`), and the JSON schema (`schema_json`).
`io` loads scenarios and `experiment` loads comparisons; both tell everything wrong with a file at
once, by line and dotted name. `replace` changes fields by dotted name and checks the whole again.
"""
