#include "verify/proof.h"

#include <bit>
#include <vector>

#include "verify/event.h"

namespace verify {
namespace {

constexpr std::size_t kPathMax = 64;
constexpr std::size_t kConsistencyMax = 2 * kPathMax;

Hash leaf_hash(std::string_view event) { return sha256(std::string(1, '\0').append(event)); }

Hash node_hash(const Hash& left, const Hash& right) {
  std::string bytes(1, '\x01');
  bytes.append(left.begin(), left.end()).append(right.begin(), right.end());
  return sha256(bytes);
}

bool is_odd(std::uint64_t n) { return (n & 1U) != 0; }

struct LeafProof {
  std::uint64_t index = 0;
  std::string event;
  std::vector<Hash> path;
  std::size_t line = 0;
};

std::vector<Hash> take_hashes(Lines& lines, std::size_t count_max) {
  std::vector<Hash> out;
  while (lines.next_starts_with("hash ")) {
    require(out.size() < count_max, "there are more hashes than a path can have");
    out.push_back(hash_of(lines.after("hash ")));
  }
  return out;
}

LeafProof take_leaf(Lines& lines) {
  const std::string_view fields = lines.after("event ");
  const std::size_t space = fields.find(' ');
  require(space != std::string_view::npos, "an event line has no bytes");
  LeafProof out;
  out.line = lines.number();
  out.index = integer_of(fields.substr(0, space));
  out.event = base64_decoded(fields.substr(space + 1));
  out.path = take_hashes(lines, kPathMax);
  return out;
}

// RFC 9162 2.1.3.2, its letters.
void check_inclusion(const LeafProof& leaf, const Checkpoint& head) {
  const std::string name = "leaf " + std::to_string(leaf.index);
  require(leaf.index < head.size, name + " is outside of the tree of " + std::to_string(head.size));
  std::uint64_t fn = leaf.index;
  std::uint64_t sn = head.size - 1;
  Hash r = leaf_hash(leaf.event);
  for (const Hash& p : leaf.path) {
    require(sn != 0, "the path of " + name + " is too long");
    if (is_odd(fn) || fn == sn) {
      r = node_hash(p, r);
      while (!is_odd(fn) && fn != 0) {
        fn >>= 1U;
        sn >>= 1U;
      }
    } else {
      r = node_hash(r, p);
    }
    fn >>= 1U;
    sn >>= 1U;
  }
  require(sn == 0, "the path of " + name + " is too short");
  require(r == head.root,
          "the path of " + name + " doesn't lead to the signed root: the event or the path was changed");
}

// RFC 9162 2.1.4.2, its letters.
void check_growth(const Checkpoint& old_head, const Checkpoint& new_head, std::vector<Hash> path) {
  require(old_head.origin == new_head.origin, "the checkpoints are of two different trees");
  require(old_head.size <= new_head.size, "the new tree is smaller than the old one");
  if (old_head.size == new_head.size || old_head.size == 0) {
    require(path.empty(), "no hash is needed here, but there are some");
    require(old_head.size != 0 || old_head.root == sha256(""), "the root of the empty tree is wrong");
    require(old_head.size != new_head.size || old_head.root == new_head.root,
            "two trees of one size have different roots: the record was rewritten");
    return;
  }
  require(!path.empty(), "there are no hashes");
  if (std::has_single_bit(old_head.size)) path.insert(path.begin(), old_head.root);
  std::uint64_t fn = old_head.size - 1;
  std::uint64_t sn = new_head.size - 1;
  while (is_odd(fn)) {
    fn >>= 1U;
    sn >>= 1U;
  }
  Hash fr = path[0];
  Hash sr = path[0];
  for (std::size_t i = 1; i < path.size(); ++i) {
    require(sn != 0, "there are too many hashes");
    if (is_odd(fn) || fn == sn) {
      fr = node_hash(path[i], fr);
      sr = node_hash(path[i], sr);
      while (!is_odd(fn) && fn != 0) {
        fn >>= 1U;
        sn >>= 1U;
      }
    } else {
      sr = node_hash(sr, path[i]);
    }
    fn >>= 1U;
    sn >>= 1U;
  }
  require(sn == 0, "there are too few hashes");
  require(fr == old_head.root, "the hashes don't lead to the old root");
  require(sr == new_head.root, "the hashes don't lead to the new root: what was there before was changed");
}

std::string payment_report(Lines& lines, const Key& key) {
  lines.expect("wonjang-proof v1");
  const std::string payment(lines.after("payment "));
  std::vector<LeafProof> leaves;
  while (lines.next_starts_with("event ")) leaves.push_back(take_leaf(lines));
  require(!leaves.empty(), "there is no event");
  lines.expect("checkpoint");
  const Checkpoint head = take_checkpoint(lines, key);
  require(lines.at_end(), "there is something behind the checkpoint");

  std::string out = "valid: " + payment + ", versions 0 to " + std::to_string(leaves.size() - 1) +
                    ", in the tree of " + std::to_string(head.size) + " of " + head.origin + "\n";
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    const LeafProof& leaf = leaves[i];
    const std::string where = " (line " + std::to_string(leaf.line) + ")";
    check_inclusion(leaf, head);
    const EventFacts facts = facts_of(leaf.event);
    require(facts.payment == payment, "the event is of " + facts.payment + ", not of " + payment + where);
    require(facts.version == i, "expected version " + std::to_string(i) + " of the payment, found " +
                                    std::to_string(facts.version) + ": one is missing or twice" + where);
    require(i == 0 || leaves[i - 1].index < leaf.index, "the events aren't in the order of the tree" + where);
    out += "  " + std::to_string(facts.version) + "  " + facts.type + "  " + facts.id + "  occurred " +
           facts.occurred_at + "  recorded " + facts.recorded_at + "  leaf " + std::to_string(leaf.index) +
           "\n";
  }
  return out;
}

// Is the checkpoint of the proof the one that the reader has kept?
void check_kept(const Checkpoint& head, std::optional<std::string_view> kept, const Key& key,
                const std::string& name) {
  if (!kept) return;
  Lines lines(*kept);
  const Checkpoint own = take_checkpoint(lines, key);
  require(lines.at_end(), "there is something behind the " + name + " checkpoint of yours");
  require(own.origin == head.origin && own.size == head.size && own.root == head.root,
          "the " + name + " checkpoint of the proof isn't yours");
}

template <typename Check>
Verdict verdict_of(std::string_view text, Check&& check) {
  Lines lines(text);
  try {
    return {true, check(lines)};
  } catch (const NotValid& why) {
    return {false, "not valid: " + std::string(why.what()) + " (read up to line " +
                       std::to_string(lines.number()) + ")\n"};
  }
}

}  // namespace

Verdict check_payment(std::string_view proof, const Key& key) {
  return verdict_of(proof, [&](Lines& lines) { return payment_report(lines, key); });
}

Verdict check_consistency(std::string_view proof, const Key& key, std::optional<std::string_view> old_kept,
                          std::optional<std::string_view> new_kept) {
  return verdict_of(proof, [&](Lines& lines) {
    lines.expect("wonjang-consistency v1");
    const std::vector<Hash> path = take_hashes(lines, kConsistencyMax);
    lines.expect("old");
    const Checkpoint old_head = take_checkpoint(lines, key);
    lines.expect("new");
    const Checkpoint new_head = take_checkpoint(lines, key);
    require(lines.at_end(), "there is something behind the new checkpoint");
    check_kept(old_head, old_kept, key, "old");
    check_kept(new_head, new_kept, key, "new");
    check_growth(old_head, new_head, path);
    return "valid: the tree of " + std::to_string(new_head.size) + " of " + new_head.origin +
           " holds the tree of " + std::to_string(old_head.size) + " unchanged\n";
  });
}

}  // namespace verify
