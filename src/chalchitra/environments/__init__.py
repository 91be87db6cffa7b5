"""The environments: `table` (which there are, and which stage runs in which), `activation` (what
their processes get), `state` (whether they are whole), `build` and `command` (bootstrap).

Standard library only: bootstrap runs before any library is installed.
"""
