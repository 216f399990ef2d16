"""Check of a project's folder: files that hold secrets, and that git would commit."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from pulumi_messaging.cli.doctor_findings import Finding
from pulumi_messaging.core.tables import TABLES
from pulumi_messaging.settings import EMULATOR_ACCOUNTS, EMULATOR_STORE, PROJECT_FILES
from pulumi_messaging.text import brief
from pulumi_messaging_engine.errors import EngineError
from pulumi_messaging_engine.files import read_yaml

CHECK: Final = "secret files"
SECONDS: Final = 10.0  # of git, and of the reading
MOST_FILES: Final = 10_000
LARGEST: Final = 16 * 1024 * 1024  # bytes; a larger file is not read
SHOWN: Final = 20
_SHORTEST: Final = 8  # characters of a secret that is looked for: a shorter one may be a common word
_KEY: Final = re.compile(rb"KEY[0-9A-F]{32}_[A-Za-z0-9]{20,}")  # the shape of Telnyx's API keys
# The secret settings of all accounts, by key and by environment variable.
_SETTING: Final = re.compile(r"telegent(-[\w-]+)?:accountSecret|telnyx(-[\w-]+)?:apiKey")
_VARIABLES: Final = r"TELEGENT_(?:\w+_)?ACCOUNT_SECRET|TELNYX_(?:\w+_)?API_KEY"
_ASSIGNED: Final = re.compile(
    rf"^[ \t]*(?:export[ \t]+)?({_VARIABLES}|PULUMI_CONFIG_PASSPHRASE|PULUMI_ACCESS_TOKEN)"
    r"[ \t]*=[ \t]*[\"']?([^\s\"'<$.][^\s\"']{2,})",
    re.MULTILINE,
)
_SECRET_FIELDS: Final = frozenset(row.state for table in TABLES for row in table.fields if row.secret)
_IGNORE: Final = "add it to .gitignore, and give out a new secret if it was pushed"
_ENCRYPT: Final = "encrypt it with `pulumi config set --secret`, and give out a new secret if it was pushed"


def secrets_in_use(config: Mapping[str, str], environ: Mapping[str, str]) -> frozenset[str]:
    """The secrets of the accounts that configuration and environment name."""
    configured = (value for key, value in config.items() if _SETTING.fullmatch(key))
    return frozenset((*configured, *(value for name, value in environ.items() if re.fullmatch(_VARIABLES, name))))


def secret_files(folder: Path, secrets: Collection[str]) -> list[Finding]:
    """A finding for each file that holds a secret and that git would commit, or one if there is none.

    Args:
        folder: The project's; its files are read, those that git ignores are not.
        secrets: The secrets of the settings in use.
    """
    if not any((folder / name).is_file() for name in PROJECT_FILES):
        return [Finding(CHECK, True, "no Pulumi.yaml in this folder: its files were not read")]
    files = committed(folder)
    if files is None:
        return [Finding(CHECK, True, "no git here that tells which files are ignored: none was read")]
    known = [each.encode() for each in secrets if len(each) >= _SHORTEST and each not in EMULATOR_ACCOUNTS.values()]
    until, found, read = time.monotonic() + SECONDS, [], 0
    for name in files[:MOST_FILES]:
        if time.monotonic() > until:
            break
        read += 1
        if held := _held(folder / name, known):
            what, advice = held
            found.append(Finding(CHECK, False, f"{brief(name)} holds {what}, and git does not ignore it", advice))
    rest = "" if read == len(files) else f" of the first {read:,} of {len(files):,}"
    if len(found) > SHOWN:
        found[SHOWN:] = [Finding(CHECK, False, f"{len(found) - SHOWN} more files hold secrets", _IGNORE)]
    return found or [Finding(CHECK, True, f"no secret in the files{rest} that git does not ignore")]


def committed(folder: Path) -> list[str] | None:
    """The files of a folder that git has or would add, by their relative paths; None where git cannot tell.

    Outside a repository, the folder's own .gitignore decides.
    """
    listed = _git(folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    if listed is None:
        with TemporaryDirectory() as empty:
            if _git(folder, "init", "--quiet", "--bare", empty) is None:
                return None
            place = (f"--git-dir={empty}", f"--work-tree={folder}")
            listed = _git(folder, *place, "ls-files", "-z", "--others", "--exclude-standard")
    return None if listed is None else sorted(filter(None, listed.split("\0")))


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - no argument comes from elsewhere
            ["git", "-C", str(folder), *arguments],  # noqa: S607 - the user's own
            capture_output=True,
            text=True,
            errors="surrogateescape",
            timeout=SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout if done.returncode == 0 else None


def _held(path: Path, known: Collection[bytes]) -> tuple[str, str] | None:
    """What secret a file holds, in words, and what to do; None where none is seen."""
    if path.name.startswith(EMULATOR_STORE):
        return "the passwords of the emulator's routes", _IGNORE
    content = _content(path)
    if re.fullmatch(r"Pulumi\..+\.ya?ml", path.name) and (key := _in_clear(path)):
        return f"{key} in clear", _ENCRYPT
    what = _secret_in(content, known)
    if not what and _is_environment(path) and (assigned := _ASSIGNED.search(content.decode(errors="replace"))):
        what = assigned[1]
    return (what, _IGNORE) if what else None


def _content(path: Path) -> bytes:
    """What stands in a file; nothing where it is large, no regular file, or cannot be read."""
    try:
        return path.read_bytes() if path.is_file() and path.stat().st_size <= LARGEST else b""
    except OSError:
        return b""


def _secret_in(content: bytes, known: Collection[bytes]) -> str:
    if any(secret in content for secret in known):
        return "a secret of the settings in use"
    if _KEY.search(content):
        return "a Telnyx API key"
    is_state = content.lstrip()[:1] == b"{" and b'"deployment"' in content and b'"plaintext"' in content
    return "a state with its secrets in clear" if is_state else ""


def _is_environment(path: Path) -> bool:
    return path.name.startswith(".env") or path.suffix == ".env"


def _in_clear(path: Path) -> str:
    """The first key of a stack's settings file whose secret is not encrypted; empty where there is none."""
    try:
        config = read_yaml(path).get("config")
    except EngineError:
        return ""
    return next(_clear_secrets(config), "")


def _clear_secrets(value: Any, at: str = "") -> Iterator[str]:
    """The keys of secrets that are plain texts, in the manner of `pulumi config set --path`."""
    for key, each in value.items() if isinstance(value, Mapping) else ():
        place = f"{at}.{key}" if at else str(key)
        secret = key in _SECRET_FIELDS or _SETTING.fullmatch(str(key))
        if secret and isinstance(each, str) and each.strip() and each not in EMULATOR_ACCOUNTS.values():
            yield brief(place)
        yield from _clear_secrets(each, place)
    for each in value if isinstance(value, list) else ():
        yield from _clear_secrets(each, at)
