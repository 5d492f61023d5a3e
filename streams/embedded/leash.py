"""Run a command that ends when its parent ends, however the parent ends.

    python -m streams.embedded.leash [--grace=SECONDS] -- COMMAND...

Standard input is the leash. The child's pid is written to it when it can be written to
(a socket); then the leash is held for as long as it stays open. When it reaches its end
(the kernel closes it even for a parent that was SIGKILLed), or on SIGTERM, the child
gets a SIGTERM, and a SIGKILL after the grace, and is reaped. The exit status is the
child's, or 128 plus the signal that ended it.

This starts before every server and must start fast: a little of the standard library,
nothing of `streams`.
"""

import os
import select
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress

USAGE = "usage: leash [--grace=SECONDS] -- COMMAND..."
DEFAULT_GRACE = 5.0
TICK = 0.5
STDIN = 0
PR_SET_PDEATHSIG = 1
ASKED_TO_END = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}


def main(arguments: list[str]) -> int:
    """Run the command of `arguments` on the leash; its exit status."""
    grace = DEFAULT_GRACE
    if arguments and arguments[0].startswith("--grace="):
        grace = float(arguments[0].removeprefix("--grace="))
        arguments = arguments[1:]
    if arguments[:1] != ["--"] or len(arguments) == 1:
        sys.stderr.write(USAGE + "\n")
        return 2
    command = arguments[1:]
    woken = _signals_as_bytes()
    child = _spawn(command)
    with suppress(OSError):  # a pipe or a file: nobody asked for the pid
        os.write(STDIN, b"%d\n" % child)
    status = _watch(child, woken, grace)
    return status if status >= 0 else 128 - status


def _signals_as_bytes() -> int:
    """A file descriptor on which every signal arrives as one byte, its number."""
    woken, wake = os.pipe()
    os.set_blocking(woken, False)
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    for number in (signal.SIGCHLD, *ASKED_TO_END):
        signal.signal(number, lambda *_: None)
    return woken


def _spawn(command: list[str]) -> int:
    """Start the command, its standard input empty; its pid."""
    die_with_parent = _pdeathsig()  # before the fork: it imports
    leash = os.getpid()
    # Held back until the command is itself again, or a signal that comes too early
    # would end in the handlers it has from us, and be lost.
    signal.pthread_sigmask(signal.SIG_BLOCK, ASKED_TO_END)
    child = os.fork()
    if child:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ASKED_TO_END)
        return child
    try:
        die_with_parent()
        if os.getppid() != leash:
            os._exit(137)  # the leash was killed before the line above took effect
        os.dup2(os.open(os.devnull, os.O_RDONLY), STDIN)
        # Python ignores SIGPIPE, and what is ignored stays so over an exec.
        for number in (signal.SIGPIPE, *ASKED_TO_END):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ASKED_TO_END)
        os.execvp(command[0], command)  # noqa: S606 - running a command is the point
    except OSError as error:
        os.write(2, f"leash: cannot run {command[0]}: {error}\n".encode())
    os._exit(127)


def _pdeathsig() -> Callable[[], object]:
    """What the child calls to be SIGKILLed with the leash; Linux only, else nothing."""
    if not sys.platform.startswith("linux"):
        return lambda: None
    import ctypes

    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _watch(child: int, woken: int, grace: float) -> int:
    """Wait for the child and end it when the leash is let go; its exit status."""
    parent = os.getppid()
    kill_at = None
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if kill_at is not None:
            if time.monotonic() >= kill_at:
                os.kill(child, signal.SIGKILL)
            _wait([woken], woken)
        # A forked sibling may hold the other end of the leash open after the parent
        # died, so the end of standard input is not the only sign.
        elif _wait([woken, STDIN], woken) or os.getppid() != parent:
            kill_at = time.monotonic() + grace
            os.kill(child, signal.SIGTERM)
            os.kill(child, signal.SIGCONT)  # a paused child could not hear it


def _wait(descriptors: list[int], woken: int) -> bool:
    """Wait for a signal or input, a tick at most; whether the end was asked for."""
    ready = select.select(descriptors, [], [], TICK)[0]
    signals = os.read(woken, 64) if woken in ready else b""
    let_go = STDIN in ready and _at_its_end(STDIN)
    return let_go or not ASKED_TO_END.isdisjoint(signals)


def _at_its_end(descriptor: int) -> bool:
    """Whether a descriptor that is ready to read has nothing more to give."""
    try:
        return not os.read(descriptor, 64)
    except OSError:
        return True  # reset: the parent died with the pid unread


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
