"""In a wheel this is `chalchitra/_data/src/chalchitra/__init__.py`: the package, found alone.

A stage's environment must see the package and none of the libraries that lie beside it where it was
installed. So its PYTHONPATH names this folder, whose only package has the real one's modules.
"""

from pathlib import Path

__path__ = [str(Path(__file__).resolve().parents[3])]
