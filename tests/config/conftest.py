"""A configuration file is written, read, and either runs or is refused with lines."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kmcc.config import ConfigError, load_config

Refuse = Callable[[str], list[str]]


@pytest.fixture
def refused(tmp_path: Path) -> Refuse:
    """The lines with which this text is refused, without the name of the file."""
    file = tmp_path / "kmcc.toml"

    def refuse(text: str) -> list[str]:
        file.write_text(text, encoding="utf-8")
        with pytest.raises(ConfigError) as caught:
            load_config(file)
        return [line.removeprefix(f"{file}") for line in str(caught.value).splitlines()]

    return refuse
