"""The configuration: read from TOML, checked as a whole, refused with file, line, key and what is expected."""

from kmcc.config.errors import ConfigError, Fault
from kmcc.config.load import load_config
from kmcc.config.model import Config

__all__ = ["Config", "ConfigError", "Fault", "load_config"]
