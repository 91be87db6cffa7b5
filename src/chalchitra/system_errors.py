"""What the system's errors mean for a person: the true cause, and what to do about it."""

from __future__ import annotations

import errno
from typing import NamedTuple


class Meaning(NamedTuple):
    """`what` is a sentence, `fix` what to do about it."""

    what: str
    fix: str


_BUSY = Meaning("The system is too busy, or has run out of a resource.", "Run the job again.")
_FILES = Meaning(
    "Too many files are open.",
    "Close other programs or raise the limit (ulimit -n), and run again.",
)
_GONE = Meaning(
    "The drive or network folder does not answer.", "Connect it again, then run the job again."
)
_DISK = Meaning(
    "The disk could not be read or written.",
    "Check the disk and its cable, then run the job again.",
)
_RIGHTS = Meaning("The permissions do not allow it.", "Change the permissions, then run again.")
_MEMORY = Meaning("There is not enough memory.", "Close other programs and run again.")

MEANINGS: dict[int, Meaning] = {
    errno.ENOSPC: Meaning("The disk is full.", "Free some space and run again."),
    errno.EDQUOT: Meaning("The disk quota is used up.", "Free some space and run again."),
    errno.EFBIG: Meaning(
        "The file system cannot hold a file this large.",
        "Choose an --out folder on another file system.",
    ),
    errno.EROFS: Meaning("The disk is read-only.", "Choose another --out folder."),
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.EIO: _DISK,
    errno.EBADMSG: _DISK,
    errno.ENODEV: _GONE,
    errno.ENXIO: _GONE,
    errno.ESTALE: _GONE,
    errno.ETIMEDOUT: _GONE,
    errno.ENOTCONN: _GONE,
    errno.ECONNRESET: _GONE,
    errno.ECONNREFUSED: _GONE,
    errno.ECONNABORTED: _GONE,
    errno.EHOSTDOWN: _GONE,
    errno.EHOSTUNREACH: _GONE,
    errno.ENETDOWN: _GONE,
    errno.ENETUNREACH: _GONE,
    errno.EMFILE: _FILES,
    errno.ENFILE: _FILES,
    errno.ENOMEM: _MEMORY,
    errno.EAGAIN: _BUSY,
    errno.EWOULDBLOCK: _BUSY,
    errno.EINTR: _BUSY,
    errno.EBUSY: Meaning("Another program uses the file.", "Close that program and run again."),
    errno.ETXTBSY: Meaning("Another program uses the file.", "Close that program and run again."),
    errno.ENAMETOOLONG: Meaning("The name or path is too long.", "Shorten the name or the path."),
    errno.EISDIR: Meaning("There is a folder where a file should be.", "Move the folder away."),
    errno.ENOTDIR: Meaning("A part of the path is not a folder.", "Check the path."),
    errno.ELOOP: Meaning("The symbolic links in the path form a loop.", "Fix the links."),
    errno.ENOENT: Meaning(
        "A file or folder was moved or removed.", "Put it back and run the job again."
    ),
    errno.EEXIST: Meaning(
        "Something with that name already exists.", "Move it away and run again."
    ),
}
"""By error number. What is not in here has no meaning that is known."""

PASSING = frozenset(number for number, found in MEANINGS.items() if found in (_DISK, _GONE))
"""What may be over in a moment: a drive that was unplugged, a network that was down."""

UNKNOWN = Meaning(
    "The system gives no other reason.",
    "Run the job again with --debug, and report its log if it happens again.",
)


def meaning(number: int | None) -> Meaning:
    """The meaning of an error number; UNKNOWN where it has none that is known."""
    return MEANINGS.get(number or 0, UNKNOWN)
