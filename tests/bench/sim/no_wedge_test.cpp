// After any pattern of loss that ends, the transfer ends, within a bound: patterns that stacks are
// known to hang on, then a clean link.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>

#include "tests/bench/sim/transfer.h"
#include "wire/ethernet.h"
#include "wire/ip4.h"
#include "wire/tcp.h"

namespace tapstack::bench {
namespace {

constexpr Duration kRoundTrip = Duration::ms(20);
constexpr uint64_t kBytes = 300'000;
constexpr Instant kPathStart = Instant::from_us(1'000'000'000);

// What a plan of losses may know about a segment.
struct Segment {
  Instant when;
  bool is_forward = true;  // from the sender of the stream
  int number = 0;          // of its direction, from 0; segments that were lost count
  int copy = 0;            // how often the same octets (and SYN, FIN) were sent before
  uint32_t payload_bytes = 0;
  wire::TcpFlags flags;
};
using Plan = std::function<bool(const Segment&)>;

// Reads one direction's segments for a plan; ARP passes.
class Reader {
 public:
  Reader(bool is_forward, Plan plan) : is_forward_(is_forward), plan_(std::move(plan)) {}

  bool operator()(Instant now, ConstBytes frame) {
    const auto ip = wire::Ip4View::parse(frame.subspan(wire::EthernetView::kHeaderBytes));
    if (!ip || ip->protocol() != wire::ip_protocol::kTcp) return false;
    const ConstBytes bytes = frame.subspan(wire::EthernetView::kHeaderBytes + ip->header_bytes());
    const auto tcp = wire::TcpView::parse(bytes);
    if (!tcp) return false;
    Segment segment{now,
                    is_forward_,
                    count_++,
                    0,
                    static_cast<uint32_t>(ip->payload_bytes() - tcp->header_bytes()),
                    tcp->flags()};
    const bool occupies = segment.payload_bytes > 0 || segment.flags.syn() || segment.flags.fin();
    if (occupies) segment.copy = copies_[tcp->sequence_number()]++;
    return plan_(segment);
  }

 private:
  bool is_forward_;
  Plan plan_;
  int count_ = 0;
  std::map<uint32_t, int> copies_;
};

struct Ended {
  std::string problem;  // empty: complete
  Duration took;
};

class NoWedge : public testing::TestWithParam<std::string> {
 protected:
  // Runs a transfer under `plan`, which must lose nothing later than `until` after the start.
  Ended transfer(const Plan& plan, Duration bound, uint64_t bytes = kBytes) {
    PathSettings settings;
    settings.forward.rate_bits_per_second = 20'000'000;
    settings.forward.queue_bytes = 100'000;
    settings.forward.delay = settings.backward.delay = kRoundTrip / 2;
    settings.forward.drops = Reader(true, plan);
    settings.backward.drops = Reader(false, plan);
    Path path(settings);
    Transfer stream(path, {.bytes = bytes, .algorithm = GetParam()});
    stream.connect();
    const Instant start = path.now();
    while (!stream.is_complete() && stream.problem().empty() && path.now() - start < bound) {
      path.run_until(path.now() + Duration::ms(10));
    }
    return {stream.is_complete() ? "" : stream.describe(), path.now() - start};
  }

  void expect_end(const Plan& plan, Duration bound, const std::string& about = {}) {
    const Ended ended = transfer(plan, bound);
    EXPECT_EQ(ended.problem, "") << about << " not complete after " << ended.took.ms() << " ms";
  }
};

// Back-off doubles the time-out: what fails for a time t is tried again before 2 t, and a round
// trip or two and a second for the rest of the data repair the rest.
constexpr Duration bound_of(Duration trouble) { return trouble * 2 + Duration::s(5); }

Duration since_start(const Segment& segment) { return segment.when - kPathStart; }

INSTANTIATE_TEST_SUITE_P(Transfer, NoWedge, testing::ValuesIn(algorithms()),
                         [](const auto& about) { return about.param; });

TEST_P(NoWedge, WithoutLossItTakesAFewRoundTrips) {
  const Ended ended = transfer([](const Segment&) { return false; }, Duration::s(1));
  EXPECT_EQ(ended.problem, "");
}

TEST_P(NoWedge, EveryNthSegmentIsLost) {
  for (const int n : {2, 3, 4, 5, 7, 10, 31}) {
    expect_end([n](const Segment& s) { return s.is_forward && s.number % n == n - 1; },
               Duration::s(120), "n " + std::to_string(n));
  }
}

TEST_P(NoWedge, ABurstIsLostAtAnyPlace) {
  for (const int length : {1, 2, 3, 10, 40}) {
    for (int first = 0; first < 120; first += 3) {
      expect_end(
          [=](const Segment& s) {
            return s.is_forward && s.number >= first && s.number < first + length && s.copy < 2;
          },
          Duration::s(20), std::to_string(length) + " from " + std::to_string(first));
    }
  }
}

TEST_P(NoWedge, RetransmissionsAreLostAgainAndAgain) {
  for (const int times : {1, 2, 3, 4, 5}) {
    expect_end(
        [=](const Segment& s) {
          return s.is_forward && s.number > 20 && s.copy < times && s.number % 9 < 2;
        },
        Duration::s(60), std::to_string(times) + " times");
  }
}

TEST_P(NoWedge, OneSegmentIsLostManyTimesWhileOthersPass) {
  for (const int times : {1, 2, 4, 6}) {
    std::optional<int> victims = 0;
    bool is_chosen = false;
    const auto plan = [&](const Segment& s) {
      if (!s.is_forward || s.payload_bytes == 0) return false;
      if (s.number == 30) is_chosen = true;
      if (s.number == 30 || (is_chosen && s.copy > 0 && *victims < times)) {
        ++*victims;
        return true;
      }
      return false;
    };
    expect_end(plan, bound_of(Duration::ms(200 << times)), std::to_string(times) + " times");
  }
}

TEST_P(NoWedge, TheWholeFirstFlightIsLostTwice) {
  expect_end(
      [](const Segment& s) {
        return s.is_forward && s.payload_bytes > 0 && s.copy < 2 && s.number < 40;
      },
      Duration::s(30));
}

TEST_P(NoWedge, AcknowledgmentsAreLost) {
  for (const int kept : {2, 5, 10, 50}) {
    expect_end(
        [=](const Segment& s) {
          return !s.is_forward && !s.flags.syn() && !s.flags.fin() &&
                 since_start(s) < Duration::s(10) && s.number % kept != 0;
        },
        bound_of(Duration::s(10)), "one in " + std::to_string(kept));
  }
}

TEST_P(NoWedge, NoAcknowledgmentPassesForAWhile) {
  for (const int64_t ms : {100, 1'000, 10'000}) {
    expect_end(
        [=](const Segment& s) {
          return !s.is_forward && !s.flags.syn() && since_start(s) < Duration::ms(ms);
        },
        bound_of(Duration::ms(ms)), std::to_string(ms) + " ms");
  }
}

TEST_P(NoWedge, EachSegmentOfTheHandshakeIsLost) {
  for (const bool is_forward : {true, false}) {
    for (int first = 0; first < 3; ++first) {
      for (int times = 1; times <= 3; ++times) {
        expect_end(
            [=](const Segment& s) {
              return s.is_forward == is_forward && s.number >= first && s.number < first + times;
            },
            Duration::s(20), std::to_string(times) + " from " + std::to_string(first));
      }
    }
  }
}

TEST_P(NoWedge, TheTailAndTheFinAreLost) {
  for (int times = 1; times <= 5; ++times) {
    expect_end([=](const Segment& s) { return s.flags.fin() && s.copy < times; },
               bound_of(Duration::ms(400 << times)), std::to_string(times) + " times");
  }
}

TEST_P(NoWedge, ABlackoutBeginsAtAnySegment) {
  for (int first = 0; first < 60; ++first) {
    std::optional<Instant> begin;
    const auto plan = [&](const Segment& s) {
      if (!begin && s.is_forward && s.number == first) begin = s.when;
      return begin && s.when < *begin + Duration::s(3);
    };
    expect_end(plan, bound_of(Duration::s(3)), "from " + std::to_string(first));
  }
}

TEST_P(NoWedge, ALongBlackoutIsSurvived) {
  for (const int64_t s : {10, 60, 300}) {
    const auto plan = [=](const Segment& segment) {
      const Duration at = since_start(segment);
      return at > Duration::ms(100) && at < Duration::s(s);
    };
    expect_end(plan, Duration::s(s) * 2 + Duration::s(10), std::to_string(s) + " s");
  }
}

TEST_P(NoWedge, MostIsLostInBothDirectionsForAWhile) {
  sim::Dice dice(7);
  for (int n = 0; n < 100; ++n) {
    const double loss = 0.1 * static_cast<double>(dice.between(1, 8));
    const Duration length = Duration::ms(static_cast<int64_t>(dice.between(200, 8'000)));
    sim::Dice own = dice.fork();
    // The handshake has a limit of its own (SYN retries), so it is spared.
    const auto plan = [=](const Segment& s) mutable {
      return !s.flags.syn() && since_start(s) < length && own.chance(loss);
    };
    expect_end(plan, bound_of(length), "run " + std::to_string(n));
  }
}

// How many random patterns; `make nightly` asks for more seeds.
int patterns() {
  const char* seeds = std::getenv("TAPSTACK_SIM_SEEDS");
  return seeds == nullptr ? 200 : std::max(10, std::atoi(seeds) / 10);
}

// Spells of loss in one direction or both, anywhere in a connection's life (but for what SYN and
// SYN-ACK may be repeated for), while the reader may pause so that the window closes.
TEST_P(NoWedge, SpellsOfLossComeAndGo) {
  struct Spell {
    Instant begin, end;
    double forward, backward;
  };
  sim::Dice dice(11);
  for (int n = 0; n < patterns(); ++n) {
    std::vector<Spell> spells;
    Instant at = kPathStart;
    const auto chance = [&] { return 0.25 * static_cast<double>(dice.between(0, 4)); };
    while (spells.size() < dice.between(1, 6)) {
      at = at + Duration::ms(static_cast<int64_t>(dice.between(0, 300)));
      const Instant end = at + Duration::ms(static_cast<int64_t>(dice.between(10, 2'000)));
      spells.push_back({at, end, chance(), chance()});
      at = end;
    }
    sim::Dice own = dice.fork();
    const auto plan = [&](const Segment& s) {
      for (const Spell& spell : spells) {
        if (s.when < spell.begin || s.when >= spell.end) continue;
        return own.chance(s.is_forward ? spell.forward : spell.backward);
      }
      return false;
    };
    expect_end(plan, bound_of(at - kPathStart), "pattern " + std::to_string(n));
  }
}

// The receiver's window closes as nobody reads; the update that opens it again is lost, and so are
// the first probes.
TEST_P(NoWedge, TheWindowUpdateIsLost) {
  for (const int probes : {0, 1, 3}) {
    PathSettings settings;
    settings.forward.delay = settings.backward.delay = kRoundTrip / 2;
    bool is_open = false;
    int lost = 0;
    const Plan plan = [&](const Segment& s) {
      if (!is_open || s.is_forward || lost > probes) return false;
      ++lost;
      return true;
    };
    settings.backward.drops = Reader(false, plan);
    Path path(settings);
    Transfer stream(path,
                    {.bytes = kBytes, .receive_buffer_bytes = 20'000, .algorithm = GetParam()});
    stream.set_reading(false);
    stream.connect();
    path.run_until(path.now() + Duration::s(2));
    ASSERT_LT(stream.received_bytes(), kBytes);
    is_open = true;
    stream.set_reading(true);
    // Each probe waits twice as long as the one before: after four lost answers the next leaves
    // about 25 s after the window closed.
    path.run_until(path.now() + bound_of(Duration::s(13)));
    EXPECT_TRUE(stream.is_complete()) << probes << ": " << stream.describe();
  }
}

}  // namespace
}  // namespace tapstack::bench
