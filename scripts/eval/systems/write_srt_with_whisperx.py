"""whisperX's own SRT of given words; run by the environment that it is in.

    write_srt_with_whisperx.py RESULT.json OUT.srt [MAX_LINE_WIDTH MAX_LINE_COUNT]

RESULT.json is a result as whisperX's writers take it: {"language", "segments": [{"start", "end",
"text", "words": [{"word", "start", "end"}]}]}. Without numbers the writer does as the command does
unasked. It knows nothing of Chalchitra.
"""

import json
import sys


def main() -> None:
    given, out, *limits = sys.argv[1:]
    from whisperx.utils import WriteSRT

    width, count = map(int, limits) if limits else (None, None)
    options = {"max_line_width": width, "max_line_count": count, "highlight_words": False}
    with open(given, encoding="utf-8") as handle:
        result = json.load(handle)
    with open(out, "w", encoding="utf-8") as handle:
        WriteSRT("").write_result(result, handle, options)


if __name__ == "__main__":
    main()
