#include "tests/conformance/runner.h"

#include <cstdio>
#include <exception>

#include "tests/conformance/calls.h"
#include "tests/conformance/family.h"
#include "tests/conformance/flow.h"
#include "tests/conformance/host.h"
#include "tests/conformance/text.h"

namespace tapstack::conformance {
namespace {

// The peer's port in a passive open.
constexpr uint16_t kPeerPort = 40'000;
constexpr uint16_t kServicePort = 8080;

std::string time_text(Instant t) {
  char text[32];
  const int64_t us = (t - kEpoch).us();
  std::snprintf(text, sizeof text, "%lld.%06lld", static_cast<long long>(us / 1'000'000),
                static_cast<long long>(us % 1'000'000));
  return text;
}

// Something that the script does not want; ends the run.
struct Failure {
  std::string text;
};

class Runner {
 public:
  explicit Runner(const Script& script)
      : script_(script),
        host_(script.options),
        flows_(script.options.family, script.options.peer_isn),
        calls_(host_, flows_, script.options) {
    flows_.current = {kLocalIp, kServicePort, kPeerIp, kPeerPort};
  }

  Outcome run();

 private:
  void step(const Event& event);
  void inject(const Event& event, Packet packet);
  void expect(const Event& event, Packet packet);
  void call(const Event& event, const Call& call);
  void check(const Event& event, const Assertion& assertion);
  void advance_to(const Event& event);
  void require_silence(const std::string& while_doing);
  std::string content_problem(const Packet& packet) const;
  Instant earliest(const Event& event) const;
  Instant latest(const Event& event) const;
  // Takes the oldest frame off and says in the script's notation what it is.
  Packet take_frame(const Packet* expected, Instant& at);
  void note(Instant at, const std::string& text) {
    trace_ += "  " + time_text(at) + "  " + text + "\n";
  }

  const Script& script_;
  Host host_;
  Flows flows_;
  Calls calls_;
  Instant last_ = kEpoch;  // time of the event before
  std::vector<Packet> injected_;
  std::string trace_;
};

Instant Runner::earliest(const Event& event) const {
  if (event.when.is_any) return last_;
  return (event.when.is_relative ? last_ : kEpoch) + event.when.earliest;
}

Instant Runner::latest(const Event& event) const {
  if (event.when.is_any) return Instant::never() - Duration::us(1);
  return (event.when.is_relative ? last_ : kEpoch) + event.when.latest;
}

Packet Runner::take_frame(const Packet* expected, Instant& at) {
  const SentFrame frame = host_.sent().front();
  host_.sent().pop_front();
  at = frame.at;
  Packet packet = decode(frame.bytes);
  flows_.to_script(packet, expected);
  note(at, "> " + to_text(packet));
  return packet;
}

void Runner::require_silence(const std::string& while_doing) {
  if (host_.sent().empty()) return;
  Instant at;
  const Packet packet = take_frame(nullptr, at);
  throw Failure{"unexpected packet " + while_doing + "\n  got at " + time_text(at) + ":  > " +
                to_text(packet)};
}

void Runner::advance_to(const Event& event) {
  const Instant t = earliest(event);
  if (t < last_)
    throw Failure{"the event lies in the past: it is " + time_text(last_) + " already"};
  require_silence("before this line");
  host_.advance(t);
  require_silence("before this line");
  last_ = t;
}

void Runner::inject(const Event& event, Packet packet) {
  advance_to(event);
  flows_.complete(packet, Direction::kIn);
  note(last_, "< " + to_text(packet));
  flows_.to_wire(packet, Direction::kIn);
  injected_.push_back(packet);
  host_.inject(encode(packet, flows_.shift(packet, Direction::kIn)));
}

// Payload of TCP and UDP must be what the script's calls have written.
std::string Runner::content_problem(const Packet& packet) const {
  const bool is_datagram = std::holds_alternative<Udp>(packet.body);
  if (packet.tcp() == nullptr && !is_datagram) return "";
  const uint32_t begin =
      is_datagram ? 0 : packet.tcp()->seq + (packet.tcp()->has(tcp_flag::kSyn) ? 1 : 0);
  const bool is_same =
      packet.content == content(begin, static_cast<uint32_t>(packet.content.size()));
  return is_same ? "" : "payload is not what was written";
}

void Runner::expect(const Event& event, Packet expected) {
  const std::string wanted = "\n  expected:  " + event.text;
  if (!host_.advance_to_frame(latest(event))) {
    throw Failure{"no packet left by " + time_text(latest(event)) + wanted};
  }
  flows_.complete(expected, Direction::kOut);
  expect_of_family(expected.at, script_.options.family);
  Instant at;
  const Packet got = take_frame(&expected, at);
  const std::string seen = wanted + "\n  got:       " + time_text(at) + " > " + to_text(got);
  std::string wrong = mismatch(expected, got);
  if (wrong.empty()) wrong = content_problem(got);
  if (!wrong.empty()) throw Failure{"wrong packet: " + wrong + seen};
  if (at < earliest(event) || at > latest(event)) {
    throw Failure{
        "wrong time: wanted at " + time_text(earliest(event)) +
        (event.when.earliest == event.when.latest ? "" : " to " + time_text(latest(event))) + seen};
  }
  last_ = at;
}

void Runner::call(const Event& event, const Call& call) {
  advance_to(event);
  note(last_, event.text);
  const std::string wrong = calls_.make(call);
  host_.collect();
  if (!wrong.empty()) throw Failure{"wrong result: " + wrong + "\n  expected:  " + event.text};
}

void Runner::check(const Event& event, const Assertion& a) {
  advance_to(event);
  const uint64_t left = calls_.value(a.left);
  const uint64_t right = calls_.value(a.right);
  const bool is_after = static_cast<int32_t>(static_cast<uint32_t>(left - right)) > 0;
  const bool holds = (a.operation == "==" && left == right) ||
                     (a.operation == "!=" && left != right) ||
                     (a.operation == "<" && left < right) || (a.operation == ">" && left > right) ||
                     (a.operation == "<=" && left <= right) ||
                     (a.operation == ">=" && left >= right) || (a.operation == "after" && is_after);
  if (!holds) {
    throw Failure{"not so: " + event.text + "\n  left is " + std::to_string(left) + ", right is " +
                  std::to_string(right)};
  }
}

void Runner::step(const Event& event) {
  host_.move();
  if (const auto* in = std::get_if<Inject>(&event.what)) return inject(event, in->packet);
  if (const auto* out = std::get_if<Expect>(&event.what)) return expect(event, out->packet);
  if (const auto* made = std::get_if<Call>(&event.what)) return call(event, *made);
  if (const auto* asserted = std::get_if<Assertion>(&event.what)) return check(event, *asserted);
  advance_to(event);
}

Outcome Runner::run() {
  const auto where = [this](int line) {
    return script_.path.string() + ":" + std::to_string(line) + ": ";
  };
  int line = 0;
  try {
    for (const Event& event : script_.events) {
      line = event.line;
      step(event);
      if (!host_.problem().empty()) throw Failure{host_.problem()};
    }
    require_silence("behind the last line");
  } catch (const Failure& failure) {
    return {false, where(line) + failure.text, trace_};
  } catch (const SyntaxError& error) {
    throw SyntaxError(where(line) + error.what());
  }
  return {true, "", trace_};
}

}  // namespace

Outcome run(const Script& script) { return Runner(script).run(); }

}  // namespace tapstack::conformance
