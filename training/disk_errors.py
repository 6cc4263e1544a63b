"""What the system says of a file that cannot be written or read, in a sentence."""

from __future__ import annotations

import errno

WORDS = {"ENOSPC": "the disk is full", "EDQUOT": "the quota of the disk is used up", "EROFS": "it is on a read-only disk",
         "EACCES": "that is not allowed", "EPERM": "that is not allowed", "EFBIG": "files may not be so large here",
         "EIO": "the disk has an error", "ENOENT": "there is no such file or folder", "ENOTDIR": "a part of its path is no folder",
         "EISDIR": "it is a folder", "ENAMETOOLONG": "its name is too long", "EEXIST": "there is something else of that name",
         "ELOOP": "links lead in a circle", "EMFILE": "too many files are open"}


def sentence(error: OSError) -> str | None:
    """None for what is no matter of files."""
    words = WORDS.get(errno.errorcode.get(error.errno or 0, ""))
    return words and f"{error.filename or 'A file'} could not be written or read: {words}."
