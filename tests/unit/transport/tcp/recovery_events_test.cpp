// What ACKs and timers say about losses, over a link that loses or delays what a test names.
#include "transport/tcp/recovery_events.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

#include "pair.h"
#include "transport/tcp/notify.h"

namespace tapstack::transport::tcp {
namespace {

constexpr uint32_t kText = 1448;  // of a full segment with timestamps

// A path of 20 ms round trip from a to b; segments of text count from 0, those sent again too.
class RecoveryEvents : public ::testing::Test {
 protected:
  void connect(const Settings& settings = {}, bool is_batched = false) {
    Pair::Options options;
    options.delay = Duration::ms(10);
    options.is_a_batched = is_batched;
    pair_ = std::make_unique<Pair>(options);
    ends_ = p().establish(settings, settings);
    p().trace.clear();
    p().drop = [this](const Seen& s) {
      return s.from_a && s.text > 0 && lost_.contains(number_++);
    };
  }
  void lose(std::set<int> numbers) {
    lost_ = std::move(numbers);
    number_ = 0;
  }
  // Sends so many full segments and lets the time pass.
  void send(uint32_t segments, Duration time) {
    const std::string text = pattern(segments * kText);
    p().send(p().a, ends_.a, text);
    p().run(time);
    received_ += p().receive(p().b, ends_.b);
  }
  Pair& p() { return *pair_; }
  Connection& at_a() { return p().inside(p().a, ends_.a); }
  uint64_t counted(Mib what) { return p().a.counters.value(what); }
  uint32_t sent_again() { return at_a().figures.retransmits; }
  uint32_t cwnd() { return at_a().congestion.cwnd_bytes(); }

  std::unique_ptr<Pair> pair_;
  Pair::Ends ends_;
  std::set<int> lost_;
  int number_ = 0;
  std::string received_;
};

Settings with(bool Settings::*field, bool value) {
  Settings settings;
  settings.*field = value;
  return settings;
}

TEST_F(RecoveryEvents, LossesOfOneFlightAreRepairedInOneRecovery) {  // RFC 6675 5
  connect();
  lose({1, 4, 5});
  send(10, Duration::ms(80));
  EXPECT_TRUE(received_ == pattern(10 * kText));
  EXPECT_EQ(sent_again(), 3u);
  EXPECT_EQ(counted(Mib::kTcpExtTCPFastRetrans), 3u);
  EXPECT_EQ(counted(Mib::kTcpExtTCPSackRecovery), 1u);
  EXPECT_EQ(counted(Mib::kTcpExtTCPTimeouts), 0u);
  EXPECT_TRUE(at_a().recovery.is_open());
}

TEST_F(RecoveryEvents, ALostRetransmissionNeedsNoTimeout) {  // RFC 8985 6.2
  connect();
  int copies = 0;
  p().drop = [&](const Seen& s) {
    return s.from_a && s.seq == at_a().snd.vars().iss + 1 && s.text > 0 && copies++ < 2;
  };
  send(20, Duration::ms(150));
  EXPECT_TRUE(received_ == pattern(20 * kText));
  EXPECT_EQ(sent_again(), 2u);
  EXPECT_EQ(counted(Mib::kTcpExtTCPTimeouts), 0u);
}

// A poll thread that wakes up late finds the ACKs of a whole window, the last of which tells of a
// loss. Were that window taken for empty, one segment would go out, and nothing would tell of its
// loss before a time-out.
TEST_F(RecoveryEvents, ALossAtTheEndOfABatchOfAcksLeavesTheWindowInUse) {
  connect({}, true);
  int texts = 0;
  int sacks = 0;
  p().drop = [&](const Seen& s) {
    if (s.from_a) return s.text > 0 && texts++ == 6;
    return !s.options.sack().empty() && sacks++ < 2;  // one reports all three
  };
  p().send(p().a, ends_.a, pattern(40 * kText));
  p().run(Duration::ms(21));
  ASSERT_EQ(sent_again(), 1u);
  EXPECT_EQ(at_a().sent.pipe_bytes(), 9 * kText) << "as much as arrived";
}

// The first SACKs let new text out before the third shows the loss, also where all come at once:
// recovery then repairs that text's losses too, with one reduction.
TEST_F(RecoveryEvents, SacksOfABatchAreAnsweredOneByOneUntilALossIsFound) {
  connect({}, true);
  lose({2});
  p().send(p().a, ends_.a, pattern(40 * kText));
  p().run(Duration::ms(21));
  ASSERT_EQ(sent_again(), 1u);
  const SeqNumber sent_first = at_a().snd.vars().iss + 1 + 10 * kText;
  EXPECT_GE(at_a().recovery.point().since(sent_first), 4 * kText) << "2 acknowledged, 2 SACKed";
}

TEST_F(RecoveryEvents, ALostTailIsProbedBeforeATimeout) {  // RFC 8985 7
  connect();
  lose({8, 9});
  send(10, Duration::ms(200));
  EXPECT_TRUE(received_ == pattern(10 * kText));
  EXPECT_EQ(counted(Mib::kTcpExtTCPLossProbes), 1u);
  EXPECT_EQ(counted(Mib::kTcpExtTCPTimeouts), 0u);
}

TEST_F(RecoveryEvents, ASegmentThatIsALittleLateIsNotSentAgain) {  // RFC 8985 6.2 step 4
  connect();
  int n = 0;
  p().extra_delay = [&n](const Seen& s) {
    return s.from_a && s.text > 0 && n++ == 1 ? Duration::ms(4) : Duration();
  };
  send(3, Duration::ms(100));
  EXPECT_TRUE(received_ == pattern(3 * kText));
  EXPECT_EQ(sent_again(), 0u);
}

TEST_F(RecoveryEvents, AfterTheReorderingWindowAnOvertakenSegmentIsLost) {  // RFC 8985 6.2 step 5
  connect();
  lose({0});
  send(2, Duration::ms(20));
  EXPECT_EQ(sent_again(), 0u);
  EXPECT_TRUE(at_a().deadlines.is_set(Deadline::kReordering));
  p().run(Duration::ms(6));  // a quarter of the round trip
  EXPECT_EQ(sent_again(), 1u);
}

TEST_F(RecoveryEvents, ATimeoutForADelayedPathIsUndone) {  // RFC 5682, RFC 3522
  for (const bool has_timestamps : {true, false}) {
    connect(with(&Settings::timestamps, has_timestamps));
    bool is_slow = true;
    p().extra_delay = [&is_slow](const Seen& s) {
      return s.from_a && s.text > 0 && is_slow ? Duration::ms(400) : Duration();
    };
    const uint32_t before = cwnd();
    send(8, Duration::ms(350));
    ASSERT_EQ(counted(Mib::kTcpExtTCPTimeouts), 1u) << has_timestamps;
    EXPECT_LT(cwnd(), before) << has_timestamps;
    is_slow = false;
    send(8, Duration::ms(400));
    EXPECT_GE(cwnd(), before) << has_timestamps;
    EXPECT_EQ(counted(Mib::kTcpExtTCPLossUndo) + counted(Mib::kTcpExtTCPSpuriousRTOs), 1u)
        << has_timestamps;
  }
}

TEST_F(RecoveryEvents, WithoutSackThreeDuplicatesStartAndTheFullAckEndsIt) {  // RFC 6582 3.2
  connect(with(&Settings::sack, false));
  lose({1, 4});
  send(10, Duration::ms(150));
  EXPECT_TRUE(received_ == pattern(10 * kText));
  EXPECT_EQ(sent_again(), 2u);
  EXPECT_EQ(counted(Mib::kTcpExtTCPRenoRecovery), 1u);
  EXPECT_TRUE(at_a().recovery.is_open());
}

TEST_F(RecoveryEvents, EveryCopyLostMeansTimeoutsThatBackOff) {  // RFC 6298 5.5
  connect();
  lose({0, 1, 2, 3});
  send(1, Duration::ms(1000));
  EXPECT_EQ(counted(Mib::kTcpExtTCPTimeouts), 2u);
  EXPECT_EQ(at_a().rtt.backoff(), 2);
  send(0, Duration::ms(3000));
  EXPECT_TRUE(received_ == pattern(kText));
}

TEST_F(RecoveryEvents, EverythingGoesAgainWithoutAReductionOfTheWindow) {
  connect();
  lose({0, 1, 2, 3});
  send(4, Duration::ms(5));
  const uint32_t before = cwnd();
  Context ctx = p().ctx(p().a);
  Work w = work_on(p().a.tcp.tables(), ctx, ends_.a.index);
  resend_everything(w.c, w.tables.sent);
  mark_output(w);
  p().run(Duration::ms(60));
  EXPECT_TRUE(p().receive(p().b, ends_.b) == pattern(4 * kText));
  EXPECT_GE(cwnd(), before);
}

}  // namespace
}  // namespace tapstack::transport::tcp
