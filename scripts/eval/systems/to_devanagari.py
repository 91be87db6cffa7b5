"""Urdu script into Devanagari, by indo-arabic-transliteration; run where that is installed.

Reads a JSON list of texts from stdin, writes the list of transliterated ones to stdout.

The library wants `urduhack`, of which it uses three functions on characters; importing all of
urduhack would import TensorFlow (in versions that no longer go together), so the package is made
known without running its own __init__.
"""

import json
import sys
from importlib.machinery import PathFinder
from types import ModuleType


def main() -> None:
    spec = PathFinder.find_spec("urduhack")
    if spec is None:
        raise SystemExit("urduhack is not installed here")
    package = ModuleType("urduhack")
    package.__path__ = list(spec.submodule_search_locations or ())
    sys.modules["urduhack"] = package
    from indo_arabic_transliteration.hindustani import HindustaniTransliterator

    texts = json.load(sys.stdin)
    convert = HindustaniTransliterator().transliterate_from_urdu_to_hindi
    json.dump(list(map(convert, texts)), sys.stdout)


if __name__ == "__main__":
    main()
