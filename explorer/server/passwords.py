"""``--auth-file``: who may log in, one line a user, and ``python app.py password USER``, which makes such a line.

    ada:scrypt$16384$8$1$<salt>$<hash>

The name, then how the password was hashed (scrypt with n, r and p, RFC 7914), a salt of its own and the hash, both in base64. The password
itself stands nowhere. Empty lines and lines that begin with "#" are left out. The file is read once, when the page starts.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import getpass
import hashlib
import hmac
import os
import secrets
import stat
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import anyio
import anyio.to_thread

COST, BLOCK, LANES = 2**14, 8, 1                # n, r and p of what is hashed here: 16 MB and a twentieth of a second
MOST_MEMORY, MOST_WORK = 2**27, 2**20           # bytes that one hash may take, and n · r · p: a file cannot make a login last for minutes
SALT, HASH = 16, 32                             # bytes
MOST_FILE, LONGEST = 2**20, 1024                # bytes of a file; characters of a password
AT_ONCE = 2                                     # passwords that are looked at at the same time; the others wait


class PasswordError(ValueError):
    """A file of passwords, a name or a password that cannot be used; one sentence."""


@dataclass(frozen=True)
class Hashed:
    """A password as it is kept."""

    n: int
    r: int
    p: int
    salt: bytes
    hash: bytes

    @classmethod
    def of(cls, password: str) -> Hashed:
        """A password hashed anew, with a salt of its own."""
        salt = secrets.token_bytes(SALT)
        return cls(COST, BLOCK, LANES, salt, _scrypt(password, salt, COST, BLOCK, LANES))

    @classmethod
    def read(cls, text: str) -> Hashed:
        """What ``str`` wrote. Raises ValueError."""
        kind, *numbers, salt, kept = text.split("$")
        if kind != "scrypt" or len(numbers) != 3 or not all(v.isascii() and v.isdecimal() and len(v) < 10 for v in numbers):
            raise ValueError("it is no scrypt$n$r$p$salt$hash")
        n, r, p = map(int, numbers)
        if n < 2 or n & (n - 1) or not r or not p or n * r * p > MOST_WORK or 128 * r * (n + p + 2) > MOST_MEMORY:
            raise ValueError("its numbers are none that are used for scrypt")
        try:
            found = [base64.b64decode(v, validate=True) for v in (salt, kept)]
        except binascii.Error as e:
            raise ValueError("its salt or hash is no base64") from e
        if len(found[0]) < 8 or len(found[1]) != HASH:
            raise ValueError("its salt or hash is cut off")
        return cls(n, r, p, *found)

    def __str__(self) -> str:
        salt, kept = (base64.b64encode(v).decode() for v in (self.salt, self.hash))
        return f"scrypt${self.n}${self.r}${self.p}${salt}${kept}"

    def fits(self, password: str) -> bool:
        """Whether it is this password; how long that takes does not tell how much of it is right."""
        return hmac.compare_digest(_scrypt(password, self.salt, self.n, self.r, self.p), self.hash)


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    """A password as it is typed on any keyboard (NFKC), hashed."""
    text = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(text, salt=salt, n=n, r=r, p=p, maxmem=2 * MOST_MEMORY, dklen=HASH)


NOBODY = Hashed(COST, BLOCK, LANES, bytes(SALT), bytes(HASH))


class Passwords:
    """Who may log in, for ``launch(auth=….check)``. An unknown name takes as long as a wrong password."""

    def __init__(self, users: Mapping[str, Hashed]) -> None:
        self.users = dict(users)
        self._turns: anyio.CapacityLimiter | None = None

    def fits(self, user: str, password: str) -> bool:
        """Whether this is the user's password."""
        known = self.users.get(user)
        if len(password) > LONGEST:
            return False
        return (known or NOBODY).fits(password) and known is not None

    async def check(self, user: str, password: str) -> bool:
        """The same on a thread, so that nobody's images wait for it, and few at once: each takes 16 MB."""
        self._turns = self._turns or anyio.CapacityLimiter(AT_ONCE)
        return await anyio.to_thread.run_sync(self.fits, user, password, limiter=self._turns)


def usable_name(name: str) -> str:
    """A user's name. Raises PasswordError for one that no line could hold, or that a login form changes."""
    if not name or name != name.strip() or ":" in name or name.startswith("#") or not name.isprintable() or len(name) > 64:
        raise PasswordError(f"{name!r} is no name for a user: it is to have 1 to 64 printable characters, no colon, no space at either end "
                            "and no # in front.")
    return name


def read(path: Path) -> Passwords:
    """The users of a file. Raises PasswordError, with one sentence that names the line, where it is not as this page writes it."""
    try:
        with open(path, "rb") as f:
            data = f.read(MOST_FILE + 1)
        text = data.decode("utf-8-sig")
    except OSError as e:
        raise PasswordError(f"The file of passwords {path} cannot be read ({e.strerror}).") from e
    except UnicodeDecodeError as e:
        raise PasswordError(f"The file of passwords {path} is no text in UTF-8.") from e
    if len(data) > MOST_FILE:
        raise PasswordError(f"The file of passwords {path} is larger than 1 MB.")
    users: dict[str, Hashed] = {}
    for k, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, colon, kept = line.strip().partition(":")
        try:
            if not colon:
                raise ValueError("it is no USER:scrypt$…")
            usable_name(name)
            if name in users:
                raise ValueError(f"{name} is there twice")
            users[name] = Hashed.read(kept)
        except ValueError as e:
            reason = str(e).rstrip(".")
            raise PasswordError(f"Line {k} of {path} cannot be used: {reason}; python app.py password USER writes one.") from e
    if not users:
        raise PasswordError(f"There is no user in {path}; python app.py password USER >> {path} adds one.")
    return Passwords(users)


def open_to_others(path: Path) -> str:
    """A warning where others on this machine may read or change the file, else ""."""
    if os.name != "posix":
        return ""
    mode = stat.S_IMODE(path.stat().st_mode)
    if not mode & (stat.S_IRWXG | stat.S_IRWXO):
        return ""
    return f"Others on this machine can read {path} or change it (its mode is {mode:03o}); chmod 600 {path} keeps it to you."


def main(argv: Sequence[str]) -> int:
    """``python app.py password USER``: ask for a password twice on the terminal, write the line for the file to standard output."""
    parser = argparse.ArgumentParser(prog="python app.py password", description="Write a line for --auth-file, with the password hashed.")
    parser.add_argument("user", help="the name to log in with")
    args = parser.parse_args(argv)
    try:
        name = usable_name(args.user)
        password = asked(name)
    except PasswordError as e:
        print(e, file=sys.stderr)
        return 2
    except (EOFError, KeyboardInterrupt):
        print("\nNothing was written.", file=sys.stderr)
        return 1
    print(f"{name}:{Hashed.of(password)}")
    return 0


def asked(name: str) -> str:
    """A password from the terminal, typed twice; from a pipe its first line. Raises PasswordError for one that cannot be used."""
    if sys.stdin.isatty():
        password = getpass.getpass(f"Password of {name}: ", sys.stderr)
        if password != getpass.getpass("Once more: ", sys.stderr):
            raise PasswordError("The two are not the same; nothing was written.")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if not password or len(password) > LONGEST:
        raise PasswordError(f"A password has 1 to {LONGEST:,} characters.")
    return password


__all__ = ["Hashed", "PasswordError", "Passwords", "main", "open_to_others", "read"]
