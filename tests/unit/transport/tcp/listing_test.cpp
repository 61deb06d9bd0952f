#include "transport/tcp/listing.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "by_hand.h"

namespace tapstack::transport::tcp {
namespace {

class TcpListing : public ::testing::Test {
 protected:
  ListSource at(const Host& h) const { return {h.tcp, h.timers, p.now}; }
  std::vector<Listed> all(const Host& h) const {
    std::vector<Listed> lines;
    Listed line;
    for (uint32_t position = 0; list_next(at(h), position, line);) lines.push_back(line);
    return lines;
  }
  std::vector<State> states(const Host& h) const {
    std::vector<State> out;
    for (const Listed& line : all(h)) out.push_back(line.state);
    return out;
  }

  Pair p;
};

TEST_F(TcpListing, AListenerShowsItsQueueAndBacklog) {
  p.listen(p.b, 80, 5);
  p.connect(p.a, p.b, 80);
  p.run(Duration::ms(10));
  const std::vector<Listed> lines = all(p.b);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].state, State::kListen);
  EXPECT_EQ(lines[0].local.port, Port{80});
  EXPECT_EQ(lines[0].remote.port, Port{0});
  EXPECT_EQ(lines[0].receive_queue, 1u);
  EXPECT_EQ(lines[0].send_queue, 5u);
  EXPECT_EQ(lines[1].state, State::kEstablished) << "it waits for accept";
  EXPECT_EQ(lines[1].owner, mem::kNoIndex);
}

TEST_F(TcpListing, AConnectionShowsItsEndsQueuesAndWhatRunsForIt) {
  const Pair::Ends ends = p.establish();
  p.send(p.a, ends.a, "four");
  p.run(Duration::ms(10));
  p.drop = [](const Seen&) { return true; };
  p.send(p.a, ends.a, "lost");
  p.run(Duration::ms(1));
  const Listed from = all(p.a).at(0), to = all(p.b).at(1);
  EXPECT_EQ(from.local, to.remote);
  EXPECT_EQ(from.remote, to.local);
  EXPECT_EQ(from.send_queue, 4u);
  EXPECT_EQ(to.receive_queue, 4u);
  EXPECT_EQ(from.timer, ListedTimer::kRetransmit);
  EXPECT_GT(from.timer_left, Duration());
  EXPECT_LT(from.timer_left, Duration::s(1));
  EXPECT_EQ(to.timer, ListedTimer::kNone);
  EXPECT_EQ(from.cwnd_segments, 10u);  // RFC 6928
  EXPECT_EQ(from.ssthresh_segments, UINT32_MAX);
}

TEST_F(TcpListing, KeepAliveIsATimerOfAnIdleConnection) {
  Settings settings;
  settings.keep_alive = true;
  settings.keepalive_idle_s = 100;
  p.establish(settings);
  p.run(Duration::s(10));
  const Listed line = all(p.a).at(0);
  EXPECT_EQ(line.timer, ListedTimer::kKeepAlive);
  EXPECT_NEAR(static_cast<double>(line.timer_left.ms()), 90'000, 100);
}

TEST_F(TcpListing, AHalfOpenConnectionIsListedUntilItsHandshakeIsComplete) {
  p.listen(p.b, 80);
  p.drop = [](const Seen& s) { return !s.from_a; };
  p.connect(p.a, p.b, 80);
  p.run(Duration::ms(10));
  EXPECT_EQ(states(p.a), (std::vector<State>{State::kSynSent}));
  EXPECT_EQ(states(p.b), (std::vector<State>{State::kListen, State::kSynReceived}));
  EXPECT_EQ(all(p.b).at(1).timer, ListedTimer::kRetransmit);
  p.drop = nullptr;
  p.run(Duration::s(2));
  EXPECT_EQ(states(p.b), (std::vector<State>{State::kListen, State::kEstablished}));
}

TEST_F(TcpListing, TimeWaitIsListedForTwoMsl) {
  const Pair::Ends ends = p.establish();
  Context ctx_a = p.ctx(p.a);
  EXPECT_TRUE(close(p.a.tcp, ctx_a, ends.a).ok());
  p.run(Duration::ms(10));
  Context ctx = p.ctx(p.b);
  EXPECT_TRUE(close(p.b.tcp, ctx, ends.b).ok());
  p.run(Duration::ms(10));
  const std::vector<Listed> lines = all(p.a);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].state, State::kTimeWait);
  EXPECT_EQ(lines[0].timer, ListedTimer::kTimeWait);
  EXPECT_GT(lines[0].timer_left, kTimeWaitDuration - Duration::ms(20));
  p.run(kTimeWaitDuration);
  EXPECT_TRUE(all(p.a).empty());
}

TEST_F(TcpListing, AConnectionThatItsProgramLeftIsListedWithoutOne) {
  const Pair::Ends ends = p.establish();
  Context ctx = p.ctx(p.a);
  EXPECT_TRUE(close(p.a.tcp, ctx, ends.a).ok());
  p.run(Duration::ms(10));
  const Listed line = all(p.a).at(0);
  EXPECT_EQ(line.state, State::kFinWait2);
  EXPECT_EQ(line.owner, mem::kNoIndex);
  EXPECT_EQ(line.timer, ListedTimer::kKeepAlive) << "Linux shows FIN-WAIT-2's time-out so";
  EXPECT_TRUE(listed_info(at(p.a), line.key).ok());
}

TEST_F(TcpListing, WhatStaysIsMetOnceWhileOthersComeAndGo) {
  p.listen(p.b, 80, 64);
  std::vector<ConnectionId> open;
  for (int i = 0; i < 20; ++i) open.push_back(p.connect(p.a, p.b, 80));
  p.run(Duration::ms(20));
  std::map<uint64_t, int> met;
  uint32_t position = 0;
  Listed line;
  for (size_t n = 0; list_next(at(p.a), position, line); ++n) {
    ++met[line.key];
    if (n >= 5) continue;
    Context ctx = p.ctx(p.a);
    ASSERT_TRUE(abort(p.a.tcp, ctx, open[n]).ok());  // one that was met
    p.connect(p.a, p.b, 80);                         // may take its place
    p.run(Duration::ms(5));
  }
  for (size_t n = 5; n < open.size(); ++n) {
    const uint64_t key =
        uint64_t{open[n].generation} << 32 | (kConfig.tcp_listeners + open[n].index);
    EXPECT_EQ(met[key], 1) << n;
  }
}

TEST_F(TcpListing, OneIsFoundByItsEndsAndAListenerByItsOwn) {
  const Pair::Ends ends = p.establish();
  const Flow flow = p.inside(p.b, ends.b).flow;
  Listed line;
  ASSERT_TRUE(list_one(at(p.b), flow, {}, line));
  EXPECT_EQ(line.state, State::kEstablished);
  Flow other = flow;
  other.remote.port = Port{1};
  ASSERT_TRUE(list_one(at(p.b), other, {}, line));
  EXPECT_EQ(line.state, State::kListen);
  other.local.port = Port{1};
  EXPECT_FALSE(list_one(at(p.b), other, {}, line));
}

TEST_F(TcpListing, TheFamilyIsTheSocketsAndNotTheAddresss) {
  Settings settings;
  settings.is_ip6_socket = true;
  const Pair::Ends ends = p.establish(settings);
  EXPECT_EQ(all(p.a).at(0).family, Family::kIp6);
  EXPECT_TRUE(all(p.a).at(0).local.address.is_ip4());
  EXPECT_EQ(all(p.b).at(1).family, Family::kIp4);
  for (auto [host, id] : {std::pair{&p.a, ends.a}, std::pair{&p.b, ends.b}}) {
    Context ctx = p.ctx(*host);
    EXPECT_TRUE(close(host->tcp, ctx, id).ok());
    p.run(Duration::ms(10));
  }
  EXPECT_EQ(all(p.a).at(0).state, State::kTimeWait);
  EXPECT_EQ(all(p.a).at(0).family, Family::kIp6) << "in TIME-WAIT, too";
}

TEST_F(TcpListing, WhatHasNoConnectionIsDestroyedToo) {
  p.listen(p.b, 80);
  p.drop = [](const Seen& s) { return !s.from_a; };
  p.connect(p.a, p.b, 80);
  p.run(Duration::ms(10));
  const Listed half_open = all(p.b).at(1);
  Context ctx = p.ctx(p.b);
  EXPECT_TRUE(destroy_listed(p.b.tcp, ctx, half_open.key).ok());
  EXPECT_EQ(states(p.b), (std::vector<State>{State::kListen}));
  EXPECT_EQ(destroy_listed(p.b.tcp, ctx, half_open.key).error(), Error::kBadHandle);
  const Listed opening = all(p.a).at(0);
  Context ctx_a = p.ctx(p.a);
  EXPECT_TRUE(destroy_listed(p.a.tcp, ctx_a, opening.key).ok());
  EXPECT_TRUE(all(p.a).empty()) << "no SYN goes out for it any more";
}

}  // namespace
}  // namespace tapstack::transport::tcp
