"""The workflows to copy: their linters and schemas, their pins, and their scripts with stubs of pulumi, gh and curl."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
GITHUB = sorted((ROOT / "workflows" / "github").glob("*.yml"))
GITLAB = ROOT / "workflows" / "gitlab" / "gitlab-ci.yml"
FILES = [*GITHUB, GITLAB]
PAGE = ROOT / "docs" / "pipelines.md"
RECORDED = ROOT / "tests" / "cli" / "recorded" / "changes.json"
SECRET = "s3cr3t-0123456789"
STUB = """#!/bin/sh
echo "$(basename "$0") $*" >> "$CALLS"
case "$*" in
  "preview "*--json*) cat "$PREVIEW" ;;
  "stack export"*) echo '{"version": 3, "deployment": {}}' ;;
esac
"""


def judged(tool: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """A run of a tool of this environment."""
    command = [Path(sys.executable).parent / tool, *arguments]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("vendor.github-workflows", GITHUB),
        ("custom.github-workflows-require-timeout", GITHUB),
        ("vendor.gitlab-ci", [GITLAB]),
    ],
)
def test_each_workflow_is_as_its_schema_says(schema: str, files: list[Path]) -> None:
    told = judged("check-jsonschema", "--builtin-schema", schema, *files)

    assert told.returncode == 0, told.stdout + told.stderr


def test_the_linter_of_workflows_finds_nothing(tmp_path: Path) -> None:
    """Pins, permissions, credentials that stay, expressions in scripts. It does find an action that is not pinned."""
    told = judged("zizmor", "--offline", "--no-progress", "--persona", "pedantic", *GITHUB)
    assert told.returncode == 0, told.stdout

    loose = tmp_path / "loose.yml"
    loose.write_text(re.sub(r"@[0-9a-f]{40} # v", "@v", GITHUB[0].read_text()))
    assert "unpinned-uses" in judged("zizmor", "--offline", "--no-progress", "--persona", "pedantic", loose).stdout


def test_everything_is_pinned_and_to_one_version() -> None:
    """By commit with its version behind it; images, the CLI and Python by version."""
    used = [line for file in GITHUB for line in re.findall(r"uses: (.*)", file.read_text())]
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line) for line in used)
    assert len(set(used)) == 3  # whichever file they are in

    images = re.findall(r"image: (.*)", GITLAB.read_text())
    versions = re.findall(r"pulumi-version: (.*)", "".join(file.read_text() for file in GITHUB))
    assert {image.rpartition(":")[2] for image in images} == {*versions}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_page_shows_the_files(file: Path) -> None:
    """docs/pipelines.md includes each file as it is: copy a changed one there."""
    blocks = re.findall(r"```yaml\n(.+?)```", PAGE.read_text(), re.DOTALL)

    assert file.read_text() in blocks
    assert f"(../{file.relative_to(ROOT)})" in PAGE.read_text()


def scripts_of(file: Path) -> dict[str, str]:
    """The scripts of a workflow by step, or by job on GitLab, without those that install."""
    content: dict[str, Any] = yaml.safe_load(file.read_text())
    if file == GITLAB:
        return {name: "\n".join(job["script"]) for name, job in content.items() if "script" in job}
    steps = [step for job in content["jobs"].values() for step in job["steps"]]
    return {step["name"]: step["run"] for step in steps if "run" in step and "pip" not in step["run"]}


class Runner:
    """Runs scripts as a pipeline does, in a folder of their own, with stubs of the programs that reach out."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._calls = folder, folder / "calls"
        programs = folder / "bin"
        programs.mkdir()
        for name in ("pulumi", "gh", "curl"):
            (programs / name).write_text(STUB)
            (programs / name).chmod(0o755)
        (folder / ".venv").symlink_to(sys.prefix)
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("TELEGENT_", "PULUMI_"))},
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "CALLS": str(self._calls),
            "PREVIEW": str(RECORDED),
            "STACK": "prod",
            "MOST_NUMBERS": "100",
            "NUMBER": "7",
            "GITHUB_REPOSITORY": "acme/estate",
            "CI_API_V4_URL": "https://gitlab.invalid/api/v4",
            "CI_PROJECT_ID": "3",
            "CI_MERGE_REQUEST_IID": "7",
            "GITLAB_TOKEN": SECRET,
            "GH_TOKEN": SECRET,
        }

    def run(self, script: str, **environment: str) -> int:
        """The exit status of a script."""
        command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script]
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={**self.environment, **environment},
            check=False,
            timeout=60,
            capture_output=True,
            text=True,
        )
        assert SECRET not in done.stdout + done.stderr
        return done.returncode

    @property
    def calls(self) -> list[str]:
        """What was called since the last time this was asked."""
        lines = self._calls.read_text().splitlines() if self._calls.exists() else []
        self._calls.unlink(missing_ok=True)
        return lines


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


@pytest.mark.parametrize(("most", "status"), [("100", 0), ("0", 3)])
def test_a_pull_request_gets_its_comment_whether_or_not_it_touches_too_much(
    runner: Runner, most: str, status: int
) -> None:
    (preview,) = [scripts_of(file) for file in GITHUB if file.name == "preview.yml"]

    assert runner.run(preview["Preview"]) == 0
    assert runner.run(preview["Impact"], MOST_NUMBERS=most) == status
    assert runner.run(preview["Comment"]) == 0

    assert runner.calls[0] == "pulumi preview --stack prod --diff --non-interactive"
    assert (runner.folder / "impact.md").read_text().startswith("**")
    runner.run(preview["Comment"])
    assert runner.calls == ["gh pr comment 7 --repo acme/estate --edit-last --create-if-none --body-file impact.md"]


@pytest.mark.parametrize(("most", "status"), [("100", 0), ("0", 3)])
def test_a_merge_request_gets_its_note(runner: Runner, most: str, status: int) -> None:
    assert runner.run(scripts_of(GITLAB)["preview"], MOST_NUMBERS=most) == status

    (note,) = [call for call in runner.calls if call.startswith("curl ")]
    assert note.endswith(
        " --data-urlencode body@impact.md https://gitlab.invalid/api/v4/projects/3/merge_requests/7/notes"
    )
    assert (runner.folder / "impact.md").read_text().startswith("**")


def test_where_the_impact_cannot_be_told_nothing_is_posted(runner: Runner, tmp_path: Path) -> None:
    (preview,) = [scripts_of(file) for file in GITHUB if file.name == "preview.yml"]
    empty = tmp_path / "empty.json"
    empty.write_text(json.dumps({}))

    assert runner.run(preview["Impact"], PREVIEW=str(empty)) == 2
    assert runner.run(preview["Comment"]) == 0
    assert runner.run(scripts_of(GITLAB)["preview"], PREVIEW=str(empty)) == 2

    assert [call for call in runner.calls if not call.startswith("pulumi ")] == []


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("up", "pulumi up --stack prod --yes --diff --non-interactive"),
        ("drift", "pulumi refresh --stack prod --preview-only --expect-no-changes --diff --non-interactive"),
    ],
)
def test_update_and_drift_check_are_one_command(runner: Runner, name: str, called: str) -> None:
    (github,) = [script for file in GITHUB if file.stem == name for script in scripts_of(file).values()]

    assert runner.run(github) == 0
    assert runner.run(scripts_of(GITLAB)[name]) == 0

    assert runner.calls == [called, called]
