"""bootstrap as a command: what it builds, when, and what it says when it cannot."""

from __future__ import annotations

import json
import os
import random
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from chalchitra import stopping
from chalchitra.environments import state as state_
from chalchitra.environments.build import Builder

SEED = int(os.environ.get("CHALCHITRA_SEED", "1"))
CASES = int(os.environ.get("CHALCHITRA_KILLS", "4"))


def whole(checkout, name, **options):
    return state_.state(name, checkout.root, **options).whole


def stamps(checkout):
    return {
        path.parent.name: path.stat().st_ino
        for path in (checkout.root / "venv").glob(f"*/{state_.STAMP_FILE}")
    }


def test_builds_what_the_machine_needs_and_is_whole_then(checkout):
    done = checkout.bootstrap()
    assert done.returncode == 0, done.stderr
    assert set(stamps(checkout)) == {"main", "heavy"}
    assert whole(checkout, "main")
    assert whole(checkout, "heavy")
    assert checkout.bootstrap("--check").returncode == 0
    assert state_.locked_versions("heavy", checkout.root) == {"lib-heavy": "1.0", "shared": "2.0"}
    assert not checkout.leftovers


def test_a_second_run_builds_nothing(checkout):
    checkout.bootstrap()
    before, calls = stamps(checkout), len(checkout.calls())
    again = checkout.bootstrap()
    assert again.returncode == 0
    assert stamps(checkout) == before
    assert len(checkout.calls()) == calls


def test_a_changed_lock_rebuilds_that_environment_only(checkout):
    checkout.bootstrap()
    before = stamps(checkout)
    checkout.lock("heavy", "lib_heavy==1.1\n")
    check = checkout.bootstrap("--check")
    assert check.returncode == 3
    assert "requirements/heavy.txt changed" in check.stderr
    assert "--env heavy" in check.stderr
    assert checkout.bootstrap().returncode == 0
    assert stamps(checkout)["main"] == before["main"]
    assert stamps(checkout)["heavy"] != before["heavy"]
    assert state_.locked_versions("heavy", checkout.root) == {"lib-heavy": "1.1"}


def test_a_named_environment_is_built_and_from_then_on_kept(checkout):
    assert checkout.bootstrap("--env", "extra").returncode == 0
    assert set(stamps(checkout)) == {"main", "extra"}  # no command runs without main
    checkout.lock("extra", "lib_extra==3\n")
    checkout.bootstrap()
    assert state_.locked_versions("extra", checkout.root) == {"lib-extra": "3"}


def test_force_builds_again_what_is_whole(checkout):
    checkout.bootstrap()
    before = stamps(checkout)
    assert checkout.bootstrap("--force", "--env", "heavy").returncode == 0
    assert stamps(checkout)["main"] == before["main"]
    assert stamps(checkout)["heavy"] != before["heavy"]


def test_check_builds_nothing(checkout):
    check = checkout.bootstrap("--check")
    assert check.returncode == 3
    assert "main (it has not been built); heavy (it has not been built)" in check.stderr
    assert not (checkout.root / "venv").exists()
    assert not checkout.calls()


def test_dev_adds_the_tools_and_a_rebuild_keeps_them(checkout):
    checkout.bootstrap()
    assert not whole(checkout, "main", dev=True)
    assert checkout.bootstrap("--dev").returncode == 0
    assert whole(checkout, "main", dev=True)
    assert state_.locked_versions("main", checkout.root)["tester"] == "9"
    before = stamps(checkout)
    checkout.bootstrap()
    assert stamps(checkout) == before
    checkout.lock("main", "lib_main==2\n")
    checkout.bootstrap()
    assert state_.locked_versions("main", checkout.root) == {"lib-main": "2", "tester": "9"}


def test_json_says_how_every_environment_is(checkout):
    said = json.loads(checkout.bootstrap("--json").stdout)
    assert [(item["name"], item["whole"]) for item in said["environments"]] == [
        ("main", True),
        ("heavy", True),
    ]
    assert said["environments"][0]["built_seconds"] >= 0
    assert said["error"] is None
    checkout.lock("heavy", "")
    broken = checkout.bootstrap("--check", "--json")
    said = json.loads(broken.stdout)
    assert [item["whole"] for item in said["environments"]] == [True, False]
    assert said["error"]["kind"] == "missing"
    assert broken.returncode == 3


def test_writes_what_the_machine_has(checkout):
    checkout.bootstrap()
    cache = json.loads((checkout.root / "config" / "hardware_cache.json").read_text())
    assert cache["hardware"]["cores"] >= 1
    assert cache["stage_to_environment_mapping"] == {}  # the table of this checkout serves nothing


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_cancelled_build_leaves_nothing_and_keeps_what_was(checkout, number):
    checkout.bootstrap()
    before = stamps(checkout)
    checkout.uv(waits_for=str(checkout.root / "never"))
    process = checkout.start("--force", "--env", "heavy")
    wait_until(lambda: len(checkout.calls("pip", "sync")) == 3)
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "cancelled" in err
    assert stamps(checkout) == before
    assert not checkout.leftovers


BEFORE_IT_IS_NAMED = """
import os, signal, sys

number = int(sys.argv.pop())

def hook(event, args):
    if event == "os.rename" and str(args[1]).endswith("/venv/heavy"):
        if "replaced" not in str(args[0]):
            os.kill(os.getpid(), number)

sys.addaudithook(hook)
from chalchitra.environments.command import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_an_environment_is_there_though_its_successor_got_no_name(checkout, number):
    checkout.bootstrap()
    before = stamps(checkout)
    done = subprocess.run(
        [sys.executable, "-c", BEFORE_IT_IS_NAMED, "--force", "--env", "heavy", str(int(number))],
        env=checkout.variables,
        capture_output=True,
        text=True,
    )
    if number == signal.SIGKILL:
        assert done.returncode == -number
        checkout.bootstrap("--env", "main", "--force")  # the next one puts it right
    else:
        assert done.returncode == 130, done.stderr
    assert stamps(checkout)["heavy"] == before["heavy"]
    assert whole(checkout, "heavy")
    assert not checkout.leftovers


TOLD = """
import os, signal, sys

wanted, number, count = int(sys.argv.pop()), int(sys.argv.pop()), 0

def hook(event, args):
    global count
    if event in ("open", "os.listdir", "os.scandir", "os.rename", "os.mkdir", "os.remove",
                 "os.rmdir", "subprocess.Popen", "shutil.rmtree", "fcntl.flock"):
        count += 1
        if count == wanted:
            os.kill(os.getpid(), number)

from chalchitra import starting
from chalchitra.environments.command import main
sys.addaudithook(hook)
code = main(sys.argv[1:])
print(count)
sys.exit(code)
"""


def test_told_before_anything_that_it_does_it_keeps_what_was(checkout):
    """At moments drawn by seed, as in tests/durability/test_signals.py."""
    checkout.bootstrap()
    before = stamps(checkout)

    def run(number, wanted):
        words = ["--force", "--env", "heavy", str(int(number)), str(wanted)]
        return subprocess.run(
            [sys.executable, "-c", TOLD, *words],
            env=checkout.variables,
            capture_output=True,
            text=True,
        )

    undisturbed = run(signal.SIGINT, 0)
    assert undisturbed.returncode == 0, undisturbed.stderr
    total = int(undisturbed.stdout.splitlines()[-1])
    chance = random.Random(SEED)
    for wanted in chance.sample(range(1, total), CASES):
        number = chance.choice(stopping.SIGNALS)
        done = run(number, wanted)
        told = f"{number.name} before {wanted} of {total}: {done.returncode}, {done.stderr}"
        assert done.returncode in (0, 130) or (done.returncode, done.stderr) == (-number, ""), told
        assert not re.search("Traceback|Exception ignored", done.stderr), told
        assert whole(checkout, "heavy"), told
        assert stamps(checkout)["main"] == before["main"], told
        if checkout.leftovers:
            assert checkout.bootstrap("--force", "--env", "main").returncode == 0, told
            before = stamps(checkout)
            assert not checkout.leftovers, told


def test_a_killed_build_never_counts_and_the_next_one_waits_for_its_rest(checkout):
    go = checkout.root / "go"
    checkout.uv(waits_for=str(go))
    process = checkout.start("--env", "main")
    wait_until(lambda: checkout.calls("pip", "sync"))
    process.kill()
    process.communicate(timeout=30)
    assert not whole(checkout, "main")
    assert checkout.leftovers  # what the killed one was making
    second = checkout.start("--env", "main")  # its uv still runs, and holds the lock
    line = second.stdout.readline()
    assert "waiting" in line
    go.touch()
    _, err = second.communicate(timeout=30)
    assert second.returncode == 0, err
    assert whole(checkout, "main")
    assert not checkout.leftovers


@pytest.mark.parametrize(
    ("says", "expected"),
    [
        ("error: Failed to fetch: x\n cause: tcp connect error", "index cannot be reached"),
        ("error: Hash mismatch for `torch==2.8.0`", "does not match its locked hash"),
        ("error: No space left on device (os error 28)", "disk is full"),
        ("has no wheels with a matching platform tag", "does not exist for this system"),
        ("× Failed to build `indictranstoolkit==1.1.1`", "could not be compiled"),
        ("something new", "the installer failed"),
    ],
)
def test_what_uv_says_becomes_three_sentences(checkout, says, expected):
    checkout.uv(says=says + "\n", fails=2)
    done = checkout.bootstrap("--env", "main")
    assert done.returncode == 3
    assert expected in done.stderr
    typed = re.search(r"\(the log: .*type: (.*)", done.stderr)
    assert shlex.split(typed[1]) == [str(checkout.root / "bootstrap.sh"), "--env", "main"]
    assert says not in done.stderr  # raw words are for the log, and for --debug
    assert says in (checkout.root / "venv" / "main.log").read_text()
    assert not whole(checkout, "main")
    assert not checkout.leftovers


def test_debug_shows_what_uv_says_and_where_it_broke(checkout):
    checkout.uv(says="raw words\n", fails=2)
    done = checkout.bootstrap("--env", "main", "--debug")
    assert done.returncode == 3
    assert "raw words" in done.stderr
    assert "Traceback" in done.stderr


def test_an_installer_that_is_killed_is_named(checkout):
    checkout.uv(waits_for=str(checkout.root / "never"))
    process = checkout.start("--env", "main")
    wait_until(lambda: checkout.calls("pip", "sync"))
    _, variables = checkout.calls("pip", "sync")[0]
    os.kill(int(variables["PID"]), signal.SIGKILL)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 3
    assert "SIGKILL" in err
    assert "memory" in err


def test_what_installs_and_does_not_import_is_not_whole(checkout):
    table = checkout.root / "config" / "environments.toml"
    table.write_text(table.read_text().replace('["json"]', '["json", "not_there"]'))
    done = checkout.bootstrap("--env", "main")
    assert done.returncode == 3
    assert "No module named 'not_there'" in done.stderr
    assert not checkout.environment("main").exists()


def test_no_room_is_said_before_anything_is_fetched(checkout):
    table = checkout.root / "config" / "environments.toml"
    table.write_text(table.read_text().replace("disk = 0.001", "disk = 9e9"))
    # What uv has cached needs no room: let it say that it would have to fetch.
    uv = checkout.root / "tools" / "uv"
    uv.write_text(uv.read_text() + '\nif "--dry-run" in words: sys.exit("Would download 1")\n')
    done = checkout.bootstrap()
    assert done.returncode == 3
    assert "There is not enough space for main, heavy" in done.stderr
    assert "GB are needed" in done.stderr
    assert not checkout.calls("venv")


def test_another_platform_is_refused(checkout):
    table = checkout.root / "config" / "environments.toml"
    head, name, rest = table.read_text().partition("[extra.platforms]")
    table.write_text(head + name + "\nplan9-mips = { download = 1, disk = 1 }\n")
    assert rest
    done = checkout.bootstrap("--env", "extra")
    assert done.returncode == 3
    assert "plan9-mips" in done.stderr
    assert not checkout.calls("venv")


@pytest.mark.parametrize(
    "options", [("--env", "nope"), ("--check", "--force"), ("--wrong",), ("extra",)]
)
def test_bad_options_are_usage_errors(checkout, options):
    assert checkout.bootstrap(*options).returncode == 2


def test_a_moved_checkout_stays_whole_and_finds_its_own_source(checkout):
    checkout.bootstrap()
    moved = checkout.root.with_name("चलचित्र moved")
    checkout.root.rename(moved)
    assert state_.verify("heavy", moved).whole


def test_a_copy_whose_source_is_elsewhere_is_noticed(checkout):
    checkout.bootstrap()
    pth = next(checkout.environment("heavy").glob("lib/*/site-packages/chalchitra.pth"))
    pth.write_text("/nowhere\n")
    seen = state_.verify("heavy", checkout.root)
    assert "source" in seen.reason
    assert "--force" in seen.fix


def wait_until(happened, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


def test_only_packages_with_the_locks_hashes_are_installed(checkout):
    checkout.bootstrap()
    syncs = checkout.calls("pip", "sync")
    assert syncs
    assert all("--require-hashes" in words for words, _ in syncs)


def test_what_was_built_before_stays_until_the_new_one_is_named(checkout, monkeypatch):
    """A power cut in between leaves the old one on the disk, if under another name."""
    checkout.bootstrap()
    place, aside = checkout.environment("main"), checkout.root / "venv" / "new"
    aside.mkdir()
    before, rename, kept = (place / "bin").stat().st_ino, Path.rename, []

    def named(self, target):
        if target == place:
            there = {one.stat().st_ino for one in place.parent.glob("**/bin")}
            there |= {one.stat().st_ino for one in place.parent.glob(".*/bin")}
            kept.append(before in there)
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", named)
    builder = Builder(checkout.root, Path("uv"), {}, 0, lambda doing: None)
    builder._put_in_place(SimpleNamespace(name="main"), aside)
    assert kept == [True]
    assert not (place / "bin").exists()
