"""Keeping a decoder in one script: which of its tokens can only spell others.

Whisper's tokens are bytes of UTF-8 (byte-level BPE), so a token may hold a part of a letter. A
token is foreign when no text in the script could contain it: a letter of another script in it, or
bytes that can only begin or end such a letter. Bytes that Indian scripts share (E0, most
continuation bytes) are nobody's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping


def foreign_tokens(tokens: Mapping[int, bytes], characters: Collection[str]) -> list[int]:
    """The ids of tokens that no text of these characters contains, in order.

    `tokens` are text tokens only: Whisper's commands (<|endoftext|>, times) must not be among them.
    """
    if not characters:
        return []
    spelled = _Spelled(characters)
    return sorted(id_ for id_, data in tokens.items() if not spelled.may_contain(data))


class _Spelled:
    """UTF-8 of a set of characters, as wholes, beginnings, ends and middles."""

    def __init__(self, characters: Iterable[str]) -> None:
        self._whole = {character.encode() for character in characters}
        self._plain = b"".join(data for data in self._whole if len(data) == 1)
        self._begun = {data[:cut] for data in self._whole for cut in range(1, len(data))}
        self._ends = {data[cut:] for data in self._whole for cut in range(1, len(data))}
        self._inside = self._ends | {
            data[first:last]
            for data in self._whole
            for first in range(1, len(data))
            for last in range(first + 1, len(data))
        }

    def may_contain(self, data: bytes) -> bool:
        if not data.translate(None, self._plain):  # most tokens, at once
            return True
        at = 0
        while at < len(data) and _continues(data[at]):
            at += 1
        if at == len(data):
            return data in self._inside
        if at and data[:at] not in self._ends:
            return False
        while at < len(data):
            length = _length(data[at])
            character = data[at : at + length]
            if len(character) < length:
                return character in self._begun
            if character not in self._whole:
                return False
            at += length
        return True


def _continues(byte: int) -> bool:
    return byte & 0b1100_0000 == 0b1000_0000


def _length(byte: int) -> int:
    """How many bytes the character has that begins with this one."""
    if byte < 0x80:
        return 1
    return 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4


def bytes_of_tokens(vocabulary: Mapping[str, int]) -> dict[int, bytes]:
    """Every text token's bytes, out of a byte-level BPE vocabulary (GPT-2's spelling of bytes).

    Commands such as <|endoftext|> are left out.
    """
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(0x100) if byte not in set(plain)]
    spelled = {0x100 + number: byte for number, byte in enumerate(others)}
    return {
        id_: text.translate(spelled).encode("latin-1")
        for text, id_ in vocabulary.items()
        if not (text.startswith("<|") and text.endswith("|>"))
    }
