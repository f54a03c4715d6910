// The vectors are made by tools/make_proof_vectors.py, without a line of this project.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "verify/event.h"
#include "verify/proof.h"

namespace verify {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = WJ_VECTORS_FOLDER;

std::string read(const std::string& name) {
  std::ifstream file(kFolder / name, std::ios::binary);
  EXPECT_TRUE(file.good()) << name;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<std::string> vectors(const std::string& start, const std::string& end) {
  std::vector<std::string> out;
  for (const auto& file : fs::directory_iterator(kFolder)) {
    const std::string name = file.path().filename().string();
    if (name.starts_with(start) && name.ends_with(end)) out.push_back(name);
  }
  EXPECT_FALSE(out.empty()) << start << " " << end;
  return out;
}

Key key() { return key_of(read("key.vkey")); }

void expect_refused(const Verdict& verdict, const std::string& why) {
  EXPECT_FALSE(verdict.is_valid);
  EXPECT_NE(verdict.text.find(why), std::string::npos) << verdict.text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  Lines lines(text);
  while (!lines.at_end()) out.emplace_back(lines.next());
  return out;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) out += line + "\n";
  return out;
}

// The file with each of its bytes changed in some way is never valid, and never the end of the program.
template <typename Check>
void expect_every_change_refused(const std::string& text, Check check) {
  ASSERT_TRUE(check(text).is_valid);
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string changed = text;
      changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ (1U << bit));
      EXPECT_FALSE(check(changed).is_valid) << "bit " << bit << " of byte " << at;
    }
    EXPECT_FALSE(check(text.substr(0, at)).is_valid) << "cut to " << at;
    EXPECT_FALSE(check(std::string(text).erase(at, 1)).is_valid) << "without byte " << at;
    for (const char* more : {"\n", "\r", " ", "=", "A", "0"}) {
      EXPECT_FALSE(check(std::string(text).insert(at, more)).is_valid) << "one more at " << at;
    }
  }
  EXPECT_FALSE(check(text + "\n").is_valid);
  EXPECT_FALSE(check(text + text).is_valid);
}

TEST(PaymentProof, what_another_implementation_wrote_is_valid) {
  for (const char* form : {"key.vkey", "key.base64", "key.pem"}) {
    for (const auto& name : vectors("valid", ".proof")) {
      const Verdict verdict = check_payment(read(name), key_of(read(form)));
      EXPECT_TRUE(verdict.is_valid) << name << ": " << verdict.text;
    }
  }
}

TEST(PaymentProof, says_what_was_proven) {
  const Verdict verdict = check_payment(read("valid_small.proof"), key());
  EXPECT_NE(verdict.text.find(
                "pay_01JD7JM6R00000000000000007, versions 0 to 2, in the tree of 7 of ledger.example/book0"),
            std::string::npos)
      << verdict.text;
  EXPECT_NE(verdict.text.find(
                "2  approval.approved  evt_01JD7JM6R000000000000000ZE  occurred 2024-11-22T01:46:49.000000Z  "
                "recorded 2024-11-22T01:46:49.000001Z  leaf 6"),
            std::string::npos)
      << verdict.text;
}

// Each of these is honestly signed: only the check named here stands between it and a "valid".
TEST(PaymentProof, an_honest_tree_does_not_prove_another_claim) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"refused_other_payment.proof", "the event is of"},
      {"refused_left_out.proof", "one is missing or twice"},
      {"refused_first_left_out.proof", "one is missing or twice"},
      {"refused_twice.proof", "one is missing or twice"},
      {"refused_no_event.proof", "there is no event"},
      {"refused_not_an_event.proof", "no protobuf message"},
  };
  std::set<std::string> seen;
  for (const auto& [name, why] : cases) {
    expect_refused(check_payment(read(name), key()), why);
    seen.insert(name);
  }
  for (const auto& name : vectors("refused", ".proof")) EXPECT_TRUE(seen.contains(name)) << name;
}

TEST(PaymentProof, every_changed_byte_is_refused) {
  const Key trusted = key();
  expect_every_change_refused(read("valid_two_leaves.proof"),
                              [&](const std::string& text) { return check_payment(text, trusted); });
}

TEST(PaymentProof, every_changed_byte_is_refused_also_when_the_key_has_no_name) {
  const Key trusted = key_of(read("key.base64"));
  expect_every_change_refused(read("valid_one_leaf.proof"),
                              [&](const std::string& text) { return check_payment(text, trusted); });
}

TEST(PaymentProof, another_key_is_refused) {
  for (const auto& name : vectors("valid", ".proof")) {
    if (name == "valid_cosigned.proof") continue;  // the other key has signed that one too
    expect_refused(check_payment(read(name), key_of(read("other.vkey"))), "isn't signed by this key");
  }
  Key renamed = key();
  renamed.name = "ledger.example/book1";
  expect_refused(check_payment(read("valid_small.proof"), renamed), "the key of ledger.example/book1");
}

TEST(PaymentProof, a_path_of_another_length_is_refused) {
  const std::vector<std::string> lines = lines_of(read("valid_one_leaf.proof"));
  std::vector<std::string> longer = lines;
  longer.insert(longer.begin() + 3, "hash " + std::string(43, 'A') + "=");
  expect_refused(check_payment(joined(longer), key()), "too long");

  std::vector<std::string> small = lines_of(read("valid_small.proof"));
  ASSERT_TRUE(small[5].starts_with("hash "));
  std::vector<std::string> shorter = small;
  shorter.erase(shorter.begin() + 5);
  expect_refused(check_payment(joined(shorter), key()), "too short");

  std::vector<std::string> endless = small;
  endless.insert(endless.begin() + 5, 70, small[5]);
  expect_refused(check_payment(joined(endless), key()), "more hashes than a path can have");

  std::vector<std::string> swapped = small;
  std::swap(swapped[3], swapped[4]);
  expect_refused(check_payment(joined(swapped), key()), "doesn't lead to the signed root");
}

TEST(PaymentProof, a_leaf_outside_of_the_tree_is_refused) {
  for (const char* index : {"7", "8", "999999999999999999"}) {
    std::vector<std::string> lines = lines_of(read("valid_small.proof"));
    lines[2].replace(6, 1, index);
    expect_refused(check_payment(joined(lines), key()), "outside of the tree");
  }
  for (const char* index : {"01", "-1", "+1", " 1", "1e0", "", "9999999999999999999"}) {
    std::vector<std::string> lines = lines_of(read("valid_small.proof"));
    lines[2].replace(6, 1, index);
    EXPECT_FALSE(check_payment(joined(lines), key()).is_valid) << index;
  }
}

TEST(Consistency, what_another_implementation_wrote_is_valid) {
  for (const auto& name : vectors("valid", ".consistency")) {
    const Verdict verdict = check_consistency(read(name), key());
    EXPECT_TRUE(verdict.is_valid) << name << ": " << verdict.text;
  }
}

TEST(Consistency, a_rewritten_history_is_refused) {
  expect_refused(check_consistency(read("refused_fork.consistency"), key()),
                 "what was there before was changed");
  expect_refused(check_consistency(read("refused_same_size.consistency"), key()), "the record was rewritten");
  expect_refused(check_consistency(read("refused_shrunk.consistency"), key()), "smaller");
}

TEST(Consistency, every_changed_byte_is_refused) {
  const Key trusted = key();
  expect_every_change_refused(read("valid_3_7.consistency"),
                              [&](const std::string& text) { return check_consistency(text, trusted); });
}

TEST(Consistency, a_missing_or_additional_hash_is_refused) {
  for (const auto& name : vectors("valid", ".consistency")) {
    std::vector<std::string> lines = lines_of(read(name));
    lines.insert(lines.begin() + 1, "hash " + std::string(43, 'A') + "=");
    EXPECT_FALSE(check_consistency(joined(lines), key()).is_valid) << name;
    lines.erase(lines.begin() + 1);
    if (!lines[1].starts_with("hash ")) continue;
    lines.erase(lines.begin() + 1);
    EXPECT_FALSE(check_consistency(joined(lines), key()).is_valid) << name;
  }
}

TEST(Consistency, it_is_about_the_checkpoints_that_were_kept) {
  const std::string proof = read("valid_3_7.consistency");
  const std::size_t old_at = proof.find("old\n") + 4;
  const std::size_t new_at = proof.find("new\n");
  const std::string old_head = proof.substr(old_at, new_at - old_at);
  const std::string new_head = proof.substr(new_at + 4);
  EXPECT_TRUE(check_consistency(proof, key(), old_head, new_head).is_valid);
  expect_refused(check_consistency(proof, key(), new_head, new_head),
                 "the old checkpoint of the proof isn't yours");
  expect_refused(check_consistency(proof, key(), old_head, old_head),
                 "the new checkpoint of the proof isn't yours");
  expect_refused(check_consistency(proof, key(), "", new_head), "ends before its time");
}

TEST(Keys, what_is_no_key_is_refused) {
  const std::string good = read("key.vkey");
  for (const std::string& text :
       {std::string(), std::string("+"), std::string("a+b"), std::string("a+b+c"), "x" + good, good.substr(1),
        std::string("-----BEGIN PUBLIC KEY-----"),
        std::string("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"), std::string(44, '!')}) {
    EXPECT_THROW(key_of(text), NotValid) << text;
  }
}

TEST(EventFacts, bytes_that_are_no_event_are_refused) {
  for (const std::string& bytes :
       {std::string(), std::string("\x08"), std::string("\x08\x02"), std::string("\x12\x7F"),
        std::string(11, '\xFF'), std::string("\x09") + std::string(8, 'x'), std::string("\x12\x01x")}) {
    EXPECT_THROW(facts_of(bytes), NotValid);
  }
}

// ---- The program ----

int exit_code(const std::string& arguments) {
  const std::string command =
      "cd '" + kFolder.string() + "' && '" + WJ_VERIFY_PROGRAM + "' " + arguments + " >/dev/null 2>&1";
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Program, exit_code_is_the_verdict) {
  EXPECT_EQ(exit_code("--key key.vkey valid_small.proof"), 0);
  EXPECT_EQ(exit_code("valid_small.proof --key key.pem"), 0);
  EXPECT_EQ(exit_code("--key $(cat key.base64) valid_small.proof"), 0);
  EXPECT_EQ(exit_code("--key key.vkey consistency valid_3_7.consistency"), 0);
  EXPECT_EQ(exit_code("--key other.vkey valid_small.proof"), 1);
  EXPECT_EQ(exit_code("--key key.vkey refused_left_out.proof"), 1);
  EXPECT_EQ(exit_code("--key key.vkey consistency refused_fork.consistency"), 1);
  EXPECT_EQ(
      exit_code(
          "--key key.vkey consistency valid_3_7.consistency valid_3_7.consistency valid_3_7.consistency"),
      1);
  EXPECT_EQ(exit_code("--key key.vkey valid_3_7.consistency"), 1);
}

TEST(Program, wrong_usage_is_no_verdict) {
  EXPECT_EQ(exit_code(""), 2);
  EXPECT_EQ(exit_code("valid_small.proof"), 2);
  EXPECT_EQ(exit_code("--key key.vkey"), 2);
  EXPECT_EQ(exit_code("--key"), 2);
  EXPECT_EQ(exit_code("--key nonsense valid_small.proof"), 2);
  EXPECT_EQ(exit_code("--key key.vkey missing.proof"), 2);
  EXPECT_EQ(exit_code("--key key.vkey ."), 2);
  EXPECT_EQ(exit_code("--key key.vkey a b c"), 2);
  EXPECT_EQ(exit_code("--help"), 0);
}

}  // namespace
}  // namespace verify
