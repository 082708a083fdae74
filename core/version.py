"""The versions of the program and of the SGLang that it was tested with, in one place."""

VERSION = "0.1.0"
# SGLang, with which the contract, the options and all figures were measured.
TESTED_SGLANG = "0.5.23"
