#!/usr/bin/env python3
"""Tests of the checks: each bad line in a small tree must be refused, where it stands and for its own reason.

The control of every case is the rest of its tree, which must pass: exactly the expected lines are found.
"""

import pathlib
import tempfile
import unittest

import check_docs
import check_layers
import check_no_float
import cxx_text
import must_not_compile


class Tree(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name) / "src"
        self.root.mkdir()

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


class Layers(Tree):
    def expect(self, name, include, reason):
        """One file with one include: `reason` is part of the refusal, None when it is allowed."""
        self.write(name, f"// a file\n#include {include}\n")
        found, _ = check_layers.check(self.root)
        (self.root / name).unlink()
        if reason is None:
            self.assertEqual(found, [], f"{name} may include {include}")
            return
        self.assertEqual(len(found), 1, f"{name} includes {include}: {found}")
        self.assertTrue(found[0].startswith(f"src/{name}:2: "), found[0])
        self.assertIn(reason, found[0])

    def test_a_file_includes_its_own_layer_and_lower_ones(self):
        for name, include in [
            ("base/a.h", '"base/b.h"'),
            ("domain/a.h", '"base/b.h"'),
            ("ports/a.h", '"domain/b.h"'),
            ("engine/ledger/a.cc", '"ports/b.h"'),
            ("engine/ledger/a.cc", '"engine/ledger/b.h"'),
            ("adapters/memory/a.cc", '"ports/b.h"'),
            ("adapters/memory/a.cc", '"adapters/memory/b.h"'),
            ("app/a.cc", '"engine/ledger/b.h"'),
            ("app/a.cc", '"adapters/memory/b.h"'),
            ("testing/a.h", '"adapters/memory/b.h"'),
            ("testing/a.h", '"engine/ledger/b.h"'),
            ("base/a.h", "<vector>"),
        ]:
            self.expect(name, include, None)

    def test_a_higher_layer_is_refused(self):
        self.expect("base/a.h", '"domain/b.h"', "below domain/")
        self.expect("domain/a.h", '"ports/b.h"', "below ports/")
        self.expect("ports/a.h", '"engine/ledger/b.h"', "below engine/")
        self.expect("ports/a.h", '"adapters/memory/b.h"', "below adapters/")
        self.expect("engine/ledger/a.cc", '"app/b.h"', "below app/")
        self.expect("adapters/memory/a.cc", '"app/b.h"', "below app/")
        self.expect("testing/a.h", '"app/b.h"', "not app/ itself")

    def test_engine_and_adapters_never_see_each_other(self):
        self.expect("engine/ledger/a.cc", '"adapters/memory/b.h"', "never see each other")
        self.expect("adapters/memory/a.cc", '"engine/ledger/b.h"', "never see each other")
        self.expect("engine/ledger/a_test.cc", '"adapters/memory/b.h"', "never see each other")

    def test_neighbours_keep_to_their_own_folder(self):
        self.expect("adapters/memory/a.cc", '"adapters/rocksdb/b.h"', "an adapter keeps to its own folder")
        self.expect("engine/ledger/a.cc", '"engine/serving/b.h"', "an engine keeps to its own folder")

    def test_testing_is_for_tests(self):
        for folder in ("base", "domain", "ports", "engine/ledger", "adapters/memory", "app"):
            self.expect(f"{folder}/a.cc", '"testing/b.h"', "the product never includes it")
            self.expect(f"{folder}/a_test.cc", '"testing/b.h"', None)
        self.expect("app/a_fuzz.cc", '"testing/b.h"', None)
        self.expect("domain/a.cc", "<gtest/gtest.h>", "test libraries are for tests")
        self.expect("domain/a_test.cc", "<gtest/gtest.h>", None)

    def test_the_verifier_shares_nothing(self):
        self.expect("verify/a.cc", '"base/b.h"', "shares nothing")
        self.expect("app/a.cc", '"verify/b.h"', "shares nothing")
        self.expect("verify/a.cc", '"verify/b.h"', None)
        self.expect("verify/a.cc", "<openssl/sha.h>", None)

    def test_a_library_has_one_owner(self):
        self.expect("adapters/rocksdb/a.cc", "<rocksdb/db.h>", None)
        self.expect("adapters/rocksdb/a.cc", '"rocksdb/db.h"', None)
        self.expect("app/a.cc", "<rocksdb/db.h>", "in adapters/rocksdb/ only")
        self.expect("adapters/memory/a.cc", '"rocksdb/db.h"', "in adapters/rocksdb/ only")
        self.expect("adapters/protobuf/a.cc", '"wonjang/v1/event.pb.h"', None)
        self.expect("engine/ledger/a.cc", '"wonjang/v1/event.pb.h"', "generated protobuf headers")
        self.expect("app/a.cc", "<boost/json.hpp>", None)
        self.expect("adapters/acquirer/a.cc", "<boost/asio.hpp>", None)
        self.expect("engine/ledger/a.cc", "<spdlog/spdlog.h>", "spdlog/ is included in app/ only")
        self.expect("domain/a.cc", "<openssl/evp.h>", "openssl/ is included in")
        self.expect("app/a.cc", "<zlib.h>", "no folder owns this header")

    def test_the_system_is_behind_a_port(self):
        self.expect("base/a.cc", "<unistd.h>", "the standard library only")
        self.expect("engine/ledger/a.cc", "<sys/socket.h>", "the standard library only")
        self.expect("adapters/memory/a.cc", "<unistd.h>", None)

    def test_an_adapter_header_keeps_its_library_to_itself(self):
        self.write("adapters/rocksdb/inner.h", "#include <rocksdb/db.h>\n")
        self.write("adapters/rocksdb/outer.h", '#include "adapters/rocksdb/inner.h"\n')
        self.expect("app/a.cc", '"adapters/rocksdb/outer.h"', "brings rocksdb/ along")
        self.expect("adapters/rocksdb/a.cc", '"adapters/rocksdb/outer.h"', None)

    def test_comments_do_not_include(self):
        self.write("base/a.h", '// #include "app/a.h"\n/*\n#include "app/a.h"\n*/\n')
        self.assertEqual(check_layers.check(self.root)[0], [])

    def test_odd_spellings_are_refused(self):
        self.expect("app/a.cc", '"b.h"', "from src/ on")
        self.expect("app/a.cc", "<base/b.h>", "in quotes")
        self.expect("base/a.cc", '"../domain/b.h"', "no folder owns this header")
        self.expect("extra/a.cc", "<vector>", "is no layer")


class NoFloat(Tree):
    def found(self):
        return [line.split(": ")[0] for line in check_no_float.check(self.root)[0]]

    def test_float_is_refused_in_domain_and_engine_only(self):
        self.write("domain/a.h", "int a;\ndouble b;\n")
        self.write("engine/ledger/a.cc", "long double b;\n")
        self.write("app/a.cc", "double b;\n")
        self.assertEqual(self.found(), ["src/domain/a.h:2", "src/engine/ledger/a.cc:1"])

    def test_comments_literals_and_longer_words_are_not_code(self):
        self.write(
            "domain/a.h",
            '// double\n/* float\n double */ const char* a = "double";\nint doubled, n = 10\'000; char c = \'"\';\n'
            'auto r = R"x(\n double ")x";\n',
        )
        self.assertEqual(self.found(), [])

    def test_line_numbers_survive_what_was_blanked(self):
        self.write("domain/a.h", 'auto n = 1\'000; /* a\nb */ auto r = R"(x\n\n)";\nfloat f;\n')
        self.assertEqual(self.found(), ["src/domain/a.h:5"])

    def test_clocks_and_dice_are_refused_outside_adapters_and_app(self):
        for folder in ("base", "domain", "ports", "engine/ledger", "adapters/system", "app", "testing"):
            self.write(f"{folder}/a.cc", "auto t = std::chrono::steady_clock::now();\nstd::random_device d;\n")
        inside = ("base", "domain", "engine/ledger", "ports")
        self.assertEqual(self.found(), [f"src/{folder}/a.cc:{line}" for folder in inside for line in (1, 2)])


class Docs(Tree):
    def found(self):
        return [line.split(": ")[0] for line in check_docs.check(self.root)[0]]

    def test_a_link_must_lead_somewhere(self):
        self.write("a.md", "# One `two`\n[b](b.md) [x](x.md)\n[y](b.md#three) [z](b.md#no) [o](#one-two) [w](https://w.org/x)\n")
        self.write("b.md", "## Three\n")
        self.assertEqual(self.found(), ["a.md:2", "a.md:3"])

    def test_a_picture_written_as_a_tag_is_there(self):
        self.write("b.md", "")
        self.write("a.md", '<a href="b.md"><img width="49%" src="gone.png" alt="x"></a>\n<a href="c.md">c</a> <a href="https://w.org">w</a>\n')
        self.assertEqual(self.found(), ["a.md:1", "a.md:2"])

    def test_code_is_no_link(self):
        self.write("a.md", "`[x](x.md)`\n```\n[x](x.md)\n```\n")
        self.assertEqual(self.found(), [])

    def test_a_folder_of_sources_has_a_page(self):
        self.write("src/one/CMakeLists.txt", "")
        self.write("src/two/CMakeLists.txt", "")
        self.write("src/two/README.md", "two")
        self.assertEqual(self.found(), ["src/one/CMakeLists.txt:1"])

    def test_size_has_a_bound(self):
        self.write("edge", "x" * check_docs.SIZE_MAX)
        self.write("over", "x" * (check_docs.SIZE_MAX + 1))
        self.assertEqual(self.found(), ["over:1"])

    def test_a_test_that_is_named_exists(self):
        self.write("src/a_test.cc", "TEST_P(Book, is_kept) {}\n")
        self.write("docs/testing.md", "`Book.is_kept`\n`Book.is_lost` `Book` `book.size`\n")
        self.assertEqual(self.found(), ["docs/testing.md:2"])

    def test_paths_of_one_machine_are_refused(self):
        self.write("a.sh", "cd build/work/x\ncd /" + "work/x\n")
        self.assertEqual(self.found(), ["a.sh:2"])


class MustNotCompile(Tree):
    def complaint(self, which, text):
        self.write("a.cc", text)
        check = {"twin": must_not_compile.check_twin, "mistake": must_not_compile.check_mistake}[which]
        return check(str(self.root / "a.cc"), "c++", ["-Wall", "-Werror"])

    def test_a_refused_line_passes(self):
        text = "#ifdef WJ_MISTAKE\nint* a = 1;  // no\n#endif\n"
        self.assertIsNone(self.complaint("mistake", text))
        self.assertIsNone(self.complaint("twin", text))

    def test_a_mistake_that_compiles_fails(self):
        self.assertIn("it compiles", self.complaint("mistake", "#ifdef WJ_MISTAKE\nlong a = 1;  // no\n#endif\n"))

    def test_a_no_for_another_reason_fails(self):
        text = '#ifdef WJ_MISTAKE\nint* a = 1;  // no\nlong b = 1;  // no\n#endif\n'
        self.assertIn("expected a no", self.complaint("mistake", text))
        self.assertIn("expected a no", self.complaint("mistake", "int* b = 1;\n" + text.replace("long b", "int* b")))
        self.assertIn("expected a no", self.complaint("mistake", '#include "gone.h"\nint* a = 1;  // no\n'))
        self.assertIn("no line is marked", self.complaint("mistake", "int* a = 1;\n"))

    def test_a_twin_that_does_not_compile_fails(self):
        self.assertIn("must compile", self.complaint("twin", '#include "gone.h"\n'))


class CxxText(unittest.TestCase):
    def test_a_digit_separator_opens_no_literal(self):
        self.assertEqual(cxx_text.without_comments_and_literals("1'000 'x' 0xA'B"), "1'000     0xA'B")


if __name__ == "__main__":
    unittest.main()
