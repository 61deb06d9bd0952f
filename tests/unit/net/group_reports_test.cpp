// What a router hears of a host's groups: IGMP on the wire. MLD is the same machine.
#include "net/group_reports.h"

#include "link/ethernet.h"

#include "tests/unit/net/net_test.h"

namespace tapstack::net {
namespace {

const Ip4Address kReported = Ip4Address::from(239, 1, 2, 3);
const Ip4Address kA = Ip4Address::from(10, 0, 0, 1);
const Ip4Address kB = Ip4Address::from(10, 0, 0, 2);
const Ip4Address kAllHosts = Ip4Address::from(224, 0, 0, 1);
const Ip4Address kIgmpRouters = Ip4Address::from(224, 0, 0, 22);
constexpr GroupMember kMember = 1;

class GroupReportsTest : public NetTest {
 protected:
  GroupKey key() const { return {ts0_, kReported}; }
  void join() {
    ASSERT_TRUE(parts().groups.add(kMember, key(), FilterMode::kExclude).ok());
    report_groups(ctx_, *network_, ts0_);
  }
  void leave() {
    ASSERT_TRUE(parts().groups.remove(kMember, key()).ok());
    report_groups(ctx_, *network_, ts0_);
  }
  void listen(FilterMode mode, std::vector<IpAddress> sources) {
    if (!parts().groups.mode_of(kMember, key()).ok()) {
      ASSERT_TRUE(parts().groups.add(kMember, key(), mode).ok());
    }
    ASSERT_TRUE(parts().groups.set_filter(kMember, key(), mode, sources).ok());
    report_groups(ctx_, *network_, ts0_);
  }
  // The IGMP message in the next frame, whose IP header must be as RFC 3376 4 has it.
  Frame igmp_to(const Ip4Address& to) {
    const Frame packet = sent_packet(link::group_mac(to));
    if (packet.empty()) return {};
    const Frame header = ip4({.source = kOurs,
                              .destination = to,
                              .protocol = 2,
                              .id = 0,
                              .fragment = kDf,
                              .ttl = 1,
                              .tos = 0xc0,
                              .options = {148, 4, 0, 0}},
                             tail(packet, 24));
    EXPECT_EQ(packet, header);
    EXPECT_EQ(checksum(tail(packet, 24)), 0);
    return tail(packet, 24);
  }
  // The records of the next report of version 3; empty: none was sent.
  Frame records() {
    const Frame message = igmp_to(kIgmpRouters);
    return message.size() < 8 ? Frame{} : tail(message, 8);
  }
  static Frame record(unsigned type, const std::vector<Ip4Address>& sources = {}) {
    Frame f{static_cast<uint8_t>(type), 0};
    put16(f, static_cast<unsigned>(sources.size()));
    put32(f, kReported.value);
    for (const Ip4Address& source : sources) put32(f, source.value);
    return f;
  }
  void skip_reports(Duration time) {
    run_until(ctx_.now + time);
    while (!sent().empty()) {
    }
  }
  void hear(Frame message, const Ip4Address& to = kAllHosts) {
    set16(message, 2, checksum(message));
    input(ip4({.destination = to, .protocol = 2, .ttl = 1}, message), link::group_mac(to));
  }
  static Frame query2(const Ip4Address& group, unsigned tenths) {
    Frame f{0x11, static_cast<uint8_t>(tenths), 0, 0};
    put32(f, group.value);
    return f;
  }
  static Frame query3(const Ip4Address& group, const std::vector<Ip4Address>& sources = {}) {
    Frame f = query2(group, 10);
    f.push_back(2);
    f.push_back(125);
    put16(f, static_cast<unsigned>(sources.size()));
    for (const Ip4Address& source : sources) put32(f, source.value);
    return f;
  }
};

// RFC 3376 5.1: at once, and once more within a second.
TEST_F(GroupReportsTest, JoiningIsToldTwice) {
  join();
  EXPECT_EQ(records(), record(4));
  EXPECT_EQ(records(), Frame());
  run_until(ctx_.now + Duration::s(1));
  EXPECT_EQ(records(), record(4));
  skip_reports(Duration::s(600));
  EXPECT_TRUE(timers_->next_deadline().is_never());
}

TEST_F(GroupReportsTest, LeavingIsToldTwiceAndThenForgotten) {
  join();
  skip_reports(Duration::s(2));
  leave();
  EXPECT_EQ(records(), record(3));
  run_until(ctx_.now + Duration::s(1));
  EXPECT_EQ(records(), record(3));
  EXPECT_TRUE(parts().groups.groups().empty());
}

TEST_F(GroupReportsTest, SourcesThatComeAndGoAreTold) {
  listen(FilterMode::kInclude, {kA});
  EXPECT_EQ(records(), record(5, {kA}));
  skip_reports(Duration::s(2));
  listen(FilterMode::kInclude, {kB});
  Frame both = record(5, {kB});
  put(both, record(6, {kA}));
  EXPECT_EQ(records(), both);
  skip_reports(Duration::s(2));
  listen(FilterMode::kExclude, {kA});
  EXPECT_EQ(records(), record(4, {kA}));
  skip_reports(Duration::s(2));
  listen(FilterMode::kExclude, {kB});
  both = record(6, {kB});
  put(both, record(5, {kA}));
  EXPECT_EQ(records(), both);
}

TEST_F(GroupReportsTest, GeneralQueryIsAnsweredWithinItsTime) {
  join();
  skip_reports(Duration::s(2));
  hear(query3(Ip4Address::any()));
  EXPECT_EQ(records(), Frame());
  run_until(ctx_.now + Duration::s(1));
  EXPECT_EQ(records(), record(2));
}

TEST_F(GroupReportsTest, QueryOfAGroupIsAnsweredByItsMembersOnly) {
  join();
  skip_reports(Duration::s(2));
  hear(query3(Ip4Address::from(239, 9, 9, 9)), kAllHosts);
  run_until(ctx_.now + Duration::s(1));
  EXPECT_EQ(records(), Frame());
  hear(query3(kReported), kReported);
  run_until(ctx_.now + Duration::s(1));
  EXPECT_EQ(records(), record(2));
}

// RFC 3376 5.2: IS_IN (A*B), and IS_IN (B-A) for an excluded list.
TEST_F(GroupReportsTest, QueryOfSourcesIsAnsweredWithThoseWanted) {
  listen(FilterMode::kInclude, {kA});
  skip_reports(Duration::s(2));
  hear(query3(kReported, {kA, kB}), kReported);
  run_until(ctx_.now + Duration::s(1));
  EXPECT_EQ(records(), record(1, {kA}));
  listen(FilterMode::kExclude, {kA});
  skip_reports(Duration::s(2));
  hear(query3(kReported, {kA, kB}), kReported);
  run_until(ctx_.now + Duration::s(1));
  EXPECT_EQ(records(), record(1, {kB}));
  EXPECT_EQ(parts().groups.sources().size(), 1u) << "what was asked for is forgotten";
}

TEST_F(GroupReportsTest, QueryOfSourcesThatNobodyWantsIsNotAnswered) {
  listen(FilterMode::kInclude, {kA});
  skip_reports(Duration::s(2));
  hear(query3(kReported, {kB}), kReported);
  run_until(ctx_.now + Duration::s(1));
  EXPECT_EQ(records(), Frame());
}

// RFC 3376 5.2 rule 1.
TEST_F(GroupReportsTest, AnswerToAllCoversALaterQueryOfOneGroup) {
  join();
  skip_reports(Duration::s(2));
  hear(query3(Ip4Address::any()));
  Frame late = query3(kReported);
  late[1] = 0xff;
  hear(late, kReported);
  run_until(ctx_.now + Duration::s(1));
  EXPECT_EQ(records(), record(2));
  skip_reports(Duration::s(4000));
  EXPECT_EQ(records(), Frame());
}

// RFC 3376 7.2.1, RFC 2236 3.
TEST_F(GroupReportsTest, OlderRouterIsAnsweredInItsVersion) {
  join();
  skip_reports(Duration::s(2));
  hear(query2(Ip4Address::any(), 100));
  run_until(ctx_.now + Duration::s(10));
  Frame report{0x16, 0, 0, 0};
  put32(report, kReported.value);
  set16(report, 2, checksum(report));
  EXPECT_EQ(igmp_to(kReported), report);
  leave();
  report[0] = 0x17;
  set16(report, 2, 0);
  set16(report, 2, checksum(report));
  EXPECT_EQ(igmp_to(Ip4Address::from(224, 0, 0, 2)), report);
}

TEST_F(GroupReportsTest, OldestRouterHearsNothingOfLeaving) {
  join();
  skip_reports(Duration::s(2));
  hear(query2(Ip4Address::any(), 0));
  run_until(ctx_.now + Duration::s(10));
  EXPECT_EQ(igmp_to(kReported).at(0), 0x12);
  leave();
  EXPECT_EQ(sent(), Frame());
}

TEST_F(GroupReportsTest, OlderRouterIsForgottenAfterItsTime) {
  join();
  hear(query2(Ip4Address::any(), 100));
  skip_reports(Duration::s(260));  // 2 * 125 s + 10 s, RFC 3376 8.12
  hear(query3(Ip4Address::any()));
  run_until(ctx_.now + Duration::s(1));
  EXPECT_EQ(records(), record(2));
}

// RFC 2236 3: the other's report does for both, and is the last one.
TEST_F(GroupReportsTest, AnotherHostsReportIsEnoughForAnOlderRouter) {
  join();
  skip_reports(Duration::s(2));
  hear(query2(Ip4Address::any(), 100));
  Frame report{0x16, 0, 0, 0};
  put32(report, kReported.value);
  hear(report, kReported);
  run_until(ctx_.now + Duration::s(10));
  EXPECT_EQ(sent(), Frame());
  leave();
  EXPECT_EQ(sent(), Frame());
}

TEST_F(GroupReportsTest, InterfaceThatComesUpTellsItsGroups) {
  join();
  skip_reports(Duration::s(2));
  link::InterfaceSettings settings = link::device_settings();
  settings.is_up = false;
  ASSERT_TRUE(change_interface(ctx_, *network_, ts0_, settings).ok());
  settings.is_up = true;
  ASSERT_TRUE(change_interface(ctx_, *network_, ts0_, settings).ok());
  sent();  // the announcement of the address
  EXPECT_EQ(records(), record(4));
}

TEST_F(GroupReportsTest, LongListsGoOnInFurtherReports) {
  std::vector<IpAddress> sources;
  for (uint8_t i = 0; i < kConfig.multicast_sources; ++i) {
    sources.push_back(Ip4Address::from(10, 0, 1, i));
  }
  listen(FilterMode::kInclude, sources);
  EXPECT_EQ(get16(records(), 2), kConfig.multicast_sources);
}

}  // namespace
}  // namespace tapstack::net
