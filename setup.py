"""The C core is built here; everything else is in pyproject.toml."""

from setuptools import setup

setup(cffi_modules=["dsp/csrc/build.py:ffibuilder"])
