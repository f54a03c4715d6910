#!/usr/bin/env python3
"""Tests of ./run as a stranger meets it: a machine with nothing installed, another system, a misspelt word.

dpkg-query, apt-get and sudo are replaced by small scripts in a temporary folder, so nothing is installed.
"""

import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent


class FrontDoor(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.bin = pathlib.Path(folder.name)
        self.system("debian", "12")

    def fake(self, name, body):
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def system(self, name, version):
        (self.bin / "os-release").write_text(f'ID={name}\nVERSION_ID="{version}"\nPRETTY_NAME="Some {name} {version}"\n')

    def run_it(self, *arguments, cwd="/"):
        environment = {
            **os.environ,
            "PATH": f"{self.bin}:{os.environ['PATH']}",
            "WONJANG_OS_RELEASE": str(self.bin / "os-release"),
        }
        environment.pop("WONJANG_SKIP_PACKAGES", None)
        return subprocess.run(
            ["bash", str(ROOT / "run"), *arguments],
            cwd=cwd, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
        )  # fmt: skip

    def test_help_names_every_command(self):
        for arguments in ([], ["help"], ["--help"]):
            done = self.run_it(*arguments)
            self.assertEqual(done.returncode, 0, done.stderr)
            for command in ("demo", "test", "bench", "build", "format", "tidy", "fuzz", "help"):
                self.assertIn(f"./run {command}", done.stdout)

    def test_unknown_words_are_refused_before_anything_is_done(self):
        self.fake("dpkg-query", "echo asked >&2; exit 1")
        for arguments in (["tset"], ["test", "--lnog"], ["test", "--preset", "release"], ["test", "--preset"],
                          ["bench"], ["bench", "../run"], ["build", "nothing"], ["format", "--chek"], ["fuzz", "soon"]):
            done = self.run_it(*arguments)
            self.assertEqual(done.returncode, 1, arguments)
            self.assertIn("run: ", done.stderr)
            self.assertNotIn("asked", done.stderr, arguments)

    def test_an_update_names_the_golden_tables_that_it_rewrote(self):
        clone = self.bin / "clone"
        (clone / "src/testdata").mkdir(parents=True)
        (clone / "web/dist").mkdir(parents=True)
        (clone / "run").write_text((ROOT / "run").read_text())
        (clone / "web/dist/index.html").write_text("")
        for table in ("fees.txt", "dates.txt"):
            (clone / "src/testdata" / table).write_text("1 | 2\n")
        for git in (["init", "--quiet"], ["add", "src"]):
            subprocess.run(["git", *git], cwd=clone, check=True)
        self.fake("cmake", "mkdir -p build/dev")
        for tool in ("node", "npm", "chromium"):
            self.fake(tool, "exit 0")
        self.fake("ctest", 'test -z "$WJ_UPDATE" || echo "1 | $NEW" >src/testdata/fees.txt; exit ${FAIL:-0}')

        def run(*arguments, **more):
            environment = {**os.environ, "PATH": f"{self.bin}:{os.environ['PATH']}", "WONJANG_SKIP_PACKAGES": "1",
                           "WONJANG_OS_RELEASE": str(self.bin / "os-release"), **more}
            environment.pop("WJ_UPDATE", None)
            return subprocess.run(["bash", str(clone / "run"), "test", *arguments], env=environment,
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)

        plain = run(NEW="3")
        self.assertEqual(plain.returncode, 0, plain.stderr)
        self.assertEqual((clone / "src/testdata/fees.txt").read_text(), "1 | 2\n")
        same = run("--update", NEW="2")
        self.assertIn("no golden table changed", same.stdout + same.stderr)
        changed = run("--update", NEW="3")
        self.assertIn("src/testdata/fees.txt\n", changed.stdout)
        self.assertNotIn("dates.txt", changed.stdout)
        self.assertEqual(run("--update", NEW="3", FAIL="8").returncode, 8)

    def install(self, **apt):
        """`./run format --check` where clang-format-14 is missing until apt-get installs it."""
        have, asked = self.bin / "have", self.bin / "asked"
        self.fake("dpkg-query", f'echo "installed git"; test ! -e {have} || echo "installed clang-format-14"; exit 1')
        self.fake("sudo", 'test "$1" != -n || shift; exec "$@"')
        self.fake("clang-format-14", "exit 0")
        self.fake("apt-get", f'echo "$*" >>{asked}\ncase "$*" in\n'
                  f'  *--simulate*) exit {apt.get("simulate", 0)} ;;\n'
                  f'  *update*) exit {apt.get("update", 0)} ;;\n'
                  f'  *install*) exit_code={apt.get("install", 0)}; test $exit_code != 0 || touch {have}; exit $exit_code ;;\nesac')
        done = self.run_it("format", "--check")
        return done, asked.read_text() if asked.exists() else ""

    def test_missing_packages_are_named_and_installed(self):
        done, asked = self.install()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("Debian packages missing (to format): clang-format-14\n", done.stderr)
        self.assertIn("install --no-install-recommends clang-format-14\n", asked)
        self.assertNotIn("update", asked)
        again = self.run_it("format", "--check")
        self.assertNotIn("missing", again.stderr)

    def test_lists_are_fetched_only_when_the_first_try_fails(self):
        done, asked = self.install(simulate=100)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([word for line in asked.splitlines() for word in line.split() if word in ("--simulate", "update")],
                         ["--simulate", "update"])

    def test_a_dead_archive_is_said_so(self):
        done, _ = self.install(simulate=100, update=100)
        self.assertEqual(done.returncode, 1)
        self.assertIn("is Debian's archive reachable", done.stderr)
        done, _ = self.install(install=100)
        self.assertEqual(done.returncode, 1)
        self.assertIn("apt-get install failed", done.stderr)

    def test_another_system_is_told_its_ways_on(self):
        self.system("ubuntu", "22.04")
        done, asked = self.install()
        self.assertEqual((done.returncode, asked), (1, ""))
        for word in ("Some ubuntu 22.04", "Debian 12", "WONJANG_SKIP_PACKAGES=1", "clang-format-14"):
            self.assertIn(word, done.stderr)

    @unittest.skipIf(os.geteuid() == 0, "root needs no sudo")
    def test_sudo_with_a_password_is_asked_for_before_anything_is_done(self):
        self.install()
        (self.bin / "have").unlink()
        self.fake("sudo", "exit 1")
        done = self.run_it("format", "--check")
        self.assertEqual(done.returncode, 1)
        self.assertIn("First: sudo apt-get install clang-format-14", done.stderr)

    def test_nothing_is_asked_of_apt_when_all_is_there(self):
        self.fake("apt-get", "echo asked >&2; exit 1")
        self.fake("clang-format-14", "exit 0")
        self.fake("dpkg-query", 'echo "installed git"; echo "installed clang-format-14"')
        done = self.run_it("format", "--check", cwd=str(self.bin))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("asked", done.stderr)

    def test_a_format_mistake_fails(self):
        self.fake("dpkg-query", 'echo "installed git"; echo "installed clang-format-14"')
        self.fake("clang-format-14", "echo not formatted >&2; exit 1")
        done = self.run_it("format", "--check")
        self.assertEqual(done.returncode, 1)
        self.assertIn("not formatted", done.stderr)


if __name__ == "__main__":
    unittest.main()
