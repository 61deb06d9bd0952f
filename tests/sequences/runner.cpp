#include "tests/sequences/runner.h"

#include <algorithm>
#include <cstdio>

#include "tests/sequences/node.h"
#include "tests/sequences/packet.h"

namespace tapstack::sequences {
namespace {

// Sequences that begin with a frame met a node that had been running for long: router
// solicitations and duplicate address detection are over.
constexpr Duration kSettling = Duration::s(60);
// The recording's clock had ticks of 10 ms.
constexpr Duration kSlack = Duration::ms(20);
constexpr size_t kDestination = kEthernetHeader + 24;

// Always sent with 255: neighbour discovery (RFC 4861) and, by the recorded node, errors.
bool has_hop_limit_of_its_own(const ByteString& frame) {
  const auto type = icmp6_type(frame);
  return type && (*type < 128 || (*type >= 133 && *type <= 137));
}

class Run {
 public:
  Run(const Sequence& sequence, uint8_t draw)
      : sequence_(sequence), node_(initial_hop_limit(sequence), draw) {
    const auto& steps = sequence.steps;
    if (!steps.empty() && steps.front().op == Op::kInject) {
      node_.advance(node_.now() + kSettling);
      node_.sent().clear();
    }
    begin_ = node_.now();
  }

  Outcome run() {
    for (at_ = 0; at_ < sequence_.steps.size() && outcome_.passed; ++at_) {
      const Step& step = sequence_.steps[at_];
      if (step.op == Op::kCleanup) break;
      note(name_of(step.op),
           step.frame.empty() ? std::to_string(step.seconds) + " s" : summary(step.frame));
      perform(step);
    }
    return std::move(outcome_);
  }

 private:
  void perform(const Step& step) {
    switch (step.op) {
      case Op::kInject:
        return node_.inject(step.frame);
      case Op::kCheck:
        check(step.frame, step.seconds);
        break;
      case Op::kNothing:
        check_nothing(step);
        break;
      case Op::kWait:
        node_.advance(after(step.seconds));
        break;
      case Op::kDump:
        node_.sent().clear();
        break;
      case Op::kRequest:
        request(step);
        break;
      case Op::kReboot:
        node_.reboot();
        break;
      case Op::kDefaultHopLimit:
      case Op::kCleanup:
        break;
    }
    prompted_from_ = node_.sent().size();
  }

  Instant after(int64_t seconds) const { return node_.now() + Duration::s(seconds); }

  // Packets that left earlier and were not looked at count too, as they did when this was recorded.
  void check(const ByteString& expected, int64_t seconds) {
    const Instant until = after(seconds) + kSlack;
    std::string others;
    while (!node_.sent().empty() || node_.advance_to_frame(until)) {
      const SentFrame sent = std::move(node_.sent().front());
      node_.sent().pop_front();
      const std::string differs = difference(expected, sent.bytes);
      if (differs.empty()) return note("  left", summary(sent.bytes), sent.at);
      note("  other", summary(sent.bytes), sent.at);
      others += "\n  got       " + time_text(sent.at) + summary(sent.bytes) + " (" + differs + ")";
    }
    fail("\n  expected  " + summary(expected) +
         (others.empty() ? "\n  got       nothing" : others));
  }

  // Only what the last frames provoked is wrong here: a node solicits routers until it has one (RFC
  // 7559), and reports its groups, whoever asks.
  void check_nothing(const Step& step) {
    node_.advance(after(step.seconds));
    auto& sent = node_.sent();
    for (size_t i = std::min(prompted_from_, sent.size()); i < sent.size(); ++i) {
      const ByteString& frame = sent[i].bytes;
      const bool solicits = is_kind(frame, PacketKind::kRouterSolicitation) &&
                            step.kind != PacketKind::kRouterSolicitation;
      if (!is_unprompted(frame) && !solicits && is_kind(frame, step.kind)) {
        return fail("\n  expected  nothing\n  got       " + time_text(sent[i].at) + summary(frame));
      }
    }
    sent.clear();
  }

  // The whole message: the rest of it stands in later steps if it is sent in fragments.
  void request(const Step& step) {
    const auto first = message_of(step.frame);
    ByteString message(first.begin(), first.end());
    const auto fragment = fragment_identification(step.frame);
    for (size_t i = at_ + 1; fragment && i < sequence_.steps.size(); ++i) {
      const ByteString& frame = sequence_.steps[i].frame;
      if (fragment_identification(frame) != fragment) break;
      const auto rest = message_of(frame);
      message.insert(message.end(), rest.begin(), rest.end());
    }
    Ip6Address to;
    std::copy_n(step.frame.begin() + kDestination, to.octets.size(), to.octets.begin());
    const Status sent =
        node_.send_icmp6(IpAddress(to, node_.interface()), message, hop_limit_of(step.frame));
    if (!sent.ok()) return fail("\n  the program's send() fails");
    check(step.frame, 0);
  }

  std::string time_text(Instant t) const {
    char text[32];
    std::snprintf(text, sizeof text, "%.3f s: ", static_cast<double>((t - begin_).us()) / 1e6);
    return text;
  }
  void note(const std::string& what, const std::string& text, Instant t) {
    outcome_.trace += time_text(t) + what + " " + text + "\n";
  }
  void note(const std::string& what, const std::string& text) { note(what, text, node_.now()); }
  void fail(const std::string& why) {
    outcome_.passed = false;
    outcome_.failure = "step " + std::to_string(at_ + 1) + " (" + name_of(sequence_.steps[at_].op) +
                       "), " + time_text(node_.now()) + why;
  }

  const Sequence& sequence_;
  Node node_;
  Instant begin_;
  size_t at_ = 0;
  size_t prompted_from_ = 0;  // of node_.sent(): what left since the last step but INJECT
  Outcome outcome_;
};

}  // namespace

Outcome run(const Sequence& sequence, uint8_t draw) {
  Outcome outcome = Run(sequence, draw).run();
  outcome.draw = draw;
  return outcome;
}

Outcome run(const Sequence& sequence) {
  Outcome first = run(sequence, 1);
  for (uint8_t draw = 2; !first.passed && draw <= kDraws; ++draw) {
    if (Outcome other = run(sequence, draw); other.passed) return other;
  }
  return first;
}

uint8_t initial_hop_limit(const Sequence& sequence) {
  for (const Step& step : sequence.steps) {
    if (step.op == Op::kReboot) return 0;
    if (step.op == Op::kInject && advertised_hop_limit(step.frame) != 0) return 0;
    if (step.op == Op::kCheck && is_ip6(step.frame) && !has_hop_limit_of_its_own(step.frame)) {
      return hop_limit_of(step.frame);
    }
  }
  return 0;
}

}  // namespace tapstack::sequences
