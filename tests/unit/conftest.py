"""Fixtures for files written by the tests."""

import pathlib

import pytest


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a file into an empty folder that is the current one; return its bare name."""
    monkeypatch.chdir(tmp_path)

    def write(content: str | bytes, name: str = "s.toml") -> str:
        data = content if isinstance(content, bytes) else content.encode()
        pathlib.Path(name).write_bytes(data)
        return name

    return write
