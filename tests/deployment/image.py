"""The image, truly built by Buildah: on a base of Debian packages, not on one of a registry."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from deployment.compose import ROOT

DOCKERFILE = ROOT / "deploy/Dockerfile"
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
MIRROR = "http://deb.debian.org/debian"
NOTHING: Mapping[str, str] = {}
BASE = """
FROM scratch
ADD base.tar /
RUN ln -s /usr/bin/python3 /usr/local/bin/python
COPY authorities.crt /etc/ssl/certs/ca-certificates.crt
ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt
"""
"""Python as Debian 12 has it, the one of the Dockerfile; and whom this machine trusts."""


class Image:
    """`regrade:dev` in a store of its own below `folder`."""

    def __init__(self, folder: Path, revision: str) -> None:
        self._folder = folder
        self._build_base()
        words = ("-f", str(DOCKERFILE), "-t", "regrade:dev", "--build-arg", f"REVISION={revision}")
        self._build("--network=host", *words, str(ROOT))
        container = self.buildah("from", "--pull-never", "localhost/regrade:dev").strip()
        self.root = Path(self.buildah("mount", container).strip())
        """Its files."""

    def buildah(self, *words: str) -> str:
        """What buildah prints."""
        places = (f"--root={self._folder / 'images'}", f"--runroot={self._folder / 'run'}")
        command = ("buildah", *places, "--storage-driver=vfs", *words)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def command(self, *words: str, settings: Mapping[str, str] = NOTHING) -> list[str]:
        """A command inside: as the user of the image, with a root that cannot be written to."""
        inside = self._folder / "inside"
        inside.mkdir(exist_ok=True)
        script = (
            f"mount --bind {self.root} {inside} && mount -o remount,bind,ro {inside}"
            f" && cd {inside} && mount -t tmpfs tmpfs tmp && mount --rbind /dev dev"
            f' && mount -t proc proc proc && exec chroot --userspec={self.user()} "$@"'
        )
        given = [f"{name}={value}" for name, value in (self.settings() | settings).items()]
        enter = ("unshare", "--mount", "sh", "-ec", script, "sh", str(inside), "env", "-i")
        return [*enter, *given, *words]

    def user(self) -> str:
        """The numbers of the user and its group."""
        (found,) = re.findall(r"^USER (\d+:\d+)$", DOCKERFILE.read_text("utf-8"), re.MULTILINE)
        return found

    def settings(self) -> dict[str, str]:
        """The environment of the image."""
        template = "{{range .OCIv1.Config.Env}}{{println .}}{{end}}"
        told = self.buildah("inspect", "--type=image", "--format", template, "regrade:dev")
        return dict(line.split("=", 1) for line in told.split())

    def _build_base(self) -> None:
        (python,) = re.findall(r"^ARG PYTHON=(.+)$", DOCKERFILE.read_text("utf-8"), re.MULTILINE)
        context = self._folder / "base"
        context.mkdir()
        (context / "Dockerfile").write_text(BASE)
        shutil.copy(AUTHORITIES.resolve(), context / "authorities.crt")
        packages = "--include=python3,python3-venv,ca-certificates"
        make = ("mmdebstrap", "--quiet", "--variant=minbase", packages, "bookworm")
        subprocess.run((*make, str(context / "base.tar"), MIRROR), check=True)
        self._build("-t", f"docker.io/library/python:{python}-slim", str(context))
        (context / "base.tar").unlink()

    def _build(self, *words: str) -> None:
        self.buildah("build", "--isolation=chroot", "--pull-never", *words)
