"""The leash: a command ends when its parent does, however the parent ends."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from eventually import ROOT, eventually, gone

from streams.embedded import leash

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]
DEAF_PROGRAM = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", flush=True)
time.sleep(600)
"""
DEAF = [sys.executable, "-c", DEAF_PROGRAM]


@contextmanager
def leashed(command: list[str], grace: float = 5.0) -> Iterator[tuple]:
    """A leash process, our end of its leash, and the pid of the command."""
    ours, theirs = socket.socketpair()
    arguments = ["-IS", leash.__file__, f"--grace={grace}", "--", *command]
    with ours, theirs:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=theirs.fileno(),
            stdout=subprocess.PIPE,
        )
        theirs.close()
        with process:
            try:
                yield process, ours, int(ours.recv(32))
            finally:
                process.kill()


def test_the_command_ends_when_the_leash_is_let_go():
    """Closing the parent's end of the leash ends the command, and reaps it."""
    with leashed(SLEEPER) as (process, ours, pid):
        ours.close()
        assert process.wait(10) == 128 + signal.SIGTERM
        assert gone(pid)


def test_the_command_ends_when_the_leash_is_terminated():
    """A SIGTERM to the leash is passed on to the command."""
    with leashed(SLEEPER) as (process, _, pid):
        process.terminate()
        assert process.wait(10) == 128 + signal.SIGTERM
        assert gone(pid)


def test_a_command_deaf_to_sigterm_is_killed_after_the_grace():
    """What does not end when asked is killed."""
    with leashed(DEAF, grace=0.1) as (process, ours, pid):
        assert process.stdout.readline() == b"deaf\n"
        ours.close()
        assert process.wait(10) == 128 + signal.SIGKILL
        assert gone(pid)


def test_a_paused_command_is_woken_to_hear_that_it_should_end():
    """A command stopped by SIGSTOP ends by SIGTERM, before the grace is over."""
    with leashed(SLEEPER, grace=600) as (process, ours, pid):
        os.kill(pid, signal.SIGSTOP)
        ours.close()
        assert process.wait(10) == 128 + signal.SIGTERM


def test_the_command_ends_with_a_leash_that_is_killed():
    """The kernel kills the command when the leash itself is SIGKILLed."""
    with leashed(SLEEPER) as (process, _, pid):
        process.kill()
        process.wait(10)
        eventually(lambda: gone(pid))


def test_the_exit_status_is_that_of_the_command():
    """The leash ends when the command does, with the same status."""
    with leashed([sys.executable, "-c", "raise SystemExit(7)"]) as (process, _, _):
        assert process.wait(10) == 7


def test_a_command_that_does_not_exist_is_reported():
    """A missing program is status 127, as in a shell."""
    with leashed(["/no/such/program"]) as (process, _, _):
        assert process.wait(10) == 127


def test_wrong_use_is_status_2():
    """Without a command the leash explains itself."""
    done = subprocess.run(
        [sys.executable, "-m", "streams.embedded.leash", "sleep"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(b"usage: leash")


def test_the_leash_starts_without_the_rest_of_the_project():
    """Importing the leash imports no other module of `streams`."""
    program = (
        "import sys, streams.embedded.leash;"
        "print(*sorted(name for name in sys.modules if name.startswith('streams')))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout.split()
    assert loaded == ["streams", "streams.embedded", "streams.embedded.leash"]
