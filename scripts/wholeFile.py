"""Files that are replaced whole or not at all."""

import contextlib
import errno
import os

# What helps where a file cannot be written.
FREE_SPACE = "free some space on that disk, or choose a folder on another one with --out DIR."
REMEDIES = {errno.ENOSPC: FREE_SPACE, errno.EDQUOT: FREE_SPACE}
OTHER_REMEDY = "check who owns it and its folder, or choose another folder with --out DIR."


class WriteFailure(Exception):
    """A result could not be written; the message is for people."""


def write_whole(path, text):
    """Replaces the file by `text`, all of it or nothing; its folder is left without a part of it."""
    temporary = f"{path}.{os.getpid()}.part"
    try:
        with open(temporary, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        reason = f"{path} could not be written: {error.strerror}."
        raise WriteFailure(f"{reason}\nRemedy: {REMEDIES.get(error.errno, OTHER_REMEDY)}") from error
