#!/usr/bin/env python3
"""A machine without node: ./run says so and builds on, CMake says so, and the program gets no files of a console
(what it answers then is console_test.cc's). And with a console they go into it.

Nothing of the program is built: ./run meets scripts in place of cmake and ninja, CMake a project around
src/app/console alone.
"""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
CONSOLE = ROOT / "src/app/console"
NODE = ("node", "nodejs", "npm", "npx")

# The folder's own CMakeLists.txt; of its library and tests only the generated file is wanted.
PROJECT = f"""cmake_minimum_required(VERSION 3.25)
project(around LANGUAGES NONE)
function(wj_library name)
  cmake_parse_arguments(PARSE_ARGV 1 a "" "" "SOURCES;DEPS")
  list(FILTER a_SOURCES INCLUDE REGEX console_files)
  add_custom_target(${{name}} DEPENDS ${{a_SOURCES}})
endfunction()
function(wj_tests)
endfunction()
add_subdirectory({CONSOLE} console)
"""


class NoNode(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def path_without_node(self):
        """A folder with every program of this machine but node's."""
        programs = self.folder / "bin"
        programs.mkdir()
        for place in os.environ["PATH"].split(":"):
            for program in pathlib.Path(place).glob("*") if place else ():
                link = programs / program.name
                if program.name not in NODE and not link.is_symlink():
                    link.symlink_to(program)
        for name in ("cmake", "ninja"):
            (programs / name).unlink(missing_ok=True)
            (programs / name).write_text(f'#!/bin/sh\necho "{name} $*" >>{self.folder}/asked\nmkdir -p build/dev\n')
            (programs / name).chmod(0o755)
        return str(programs)

    def test_the_front_door_says_so_and_builds_on(self):
        clone = self.folder / "clone"
        (clone / "web").mkdir(parents=True)
        shutil.copy(ROOT / "run", clone / "run")
        environment = {**os.environ, "PATH": self.path_without_node(), "WONJANG_SKIP_PACKAGES": "1"}
        done = subprocess.run(["bash", str(clone / "run"), "build"], env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=60)  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("no node, no npm: this build has no console", done.stderr)
        self.assertIn("apt-get install nodejs npm", done.stderr)
        self.assertIn("cmake --build build/dev", (self.folder / "asked").read_text())

    def configured(self):
        """What CMake says, and the file that would be compiled."""
        (self.folder / "CMakeLists.txt").write_text(PROJECT)
        build = self.folder / "build"
        said = subprocess.run(["cmake", "-G", "Ninja", "-S", str(self.folder), "-B", str(build)],
                              capture_output=True, text=True, timeout=60)  # fmt: skip
        self.assertEqual(said.returncode, 0, said.stderr)
        made = subprocess.run(["cmake", "--build", str(build), "--target", "wj_console"],
                              capture_output=True, text=True, timeout=60)  # fmt: skip
        self.assertEqual(made.returncode, 0, made.stdout + made.stderr)
        return said.stdout, (build / "console/console_files.cc").read_text()

    def test_without_its_files_the_program_is_built_without_a_console(self):
        said, source = self.configured()
        self.assertIn("there is no web/dist, so the program has none; ./run build makes it", said)
        self.assertIn("console_files() { return {}; }", source)
        self.assertNotIn("ConsoleFile{", source)

    def test_with_its_files_they_go_into_it(self):
        dist = self.folder / "web/dist"
        dist.mkdir(parents=True)
        (dist / "index.html").write_text("<!doctype html>")
        said, source = self.configured()
        self.assertIn("the files of web/dist go into the program", said)
        self.assertIn('ConsoleFile{"index.html", "text/html; charset=utf-8"', source)


if __name__ == "__main__":
    unittest.main()
