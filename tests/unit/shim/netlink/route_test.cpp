// rtnetlink: what is listed, and what changes change.
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>

#include <arpa/inet.h>

#include <map>

#include "tests/unit/shim/netlink/netlink_program.h"

namespace tapstack::shim::netlink {
namespace {

constexpr uint16_t kAdd = NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK;
constexpr uint16_t kReplace = NLM_F_CREATE | NLM_F_REPLACE | NLM_F_ACK;
constexpr int kTs0 = 2;

uint32_t ip4(const char* text) {
  in_addr address{};
  inet_pton(AF_INET, text, &address);
  return address.s_addr;
}

struct RouteWish {
  const char* destination;
  uint8_t length;
  const char* gateway = nullptr;
  uint32_t metric = 0;
  uint8_t type = RTN_UNICAST;
};

class RouteNetlink : public test::NetlinkProgram {
 protected:
  // How many messages of `type` a dump of `family` has; `visit` sees each.
  template <class Visit>
  int dump(uint16_t type, uint8_t family, Visit visit) {
    send(type, NLM_F_DUMP, [&](Writer& out) { out.fixed(ifaddrmsg{family, 0, 0, 0, 0}); });
    int count = 0;
    for (;;) {
      const auto messages = receive(socket_);
      if (messages.empty()) return -1;
      for (const Message& message : messages) {
        if (message.header.nlmsg_type == NLMSG_DONE) return count;
        visit(message);
        ++count;
      }
    }
  }
  int count(uint16_t type, uint8_t family) {
    return dump(type, family, [](const Message&) {});
  }
  int change_address(uint16_t type, uint16_t flags, const char* address, uint8_t length) {
    send(type, flags, [&](Writer& out) {
      out.fixed(ifaddrmsg{AF_INET, length, 0, 0, kTs0});
      out.number(IFA_LOCAL, ip4(address));
    });
    return acknowledged();
  }
  int add_address6(const char* address, uint32_t flags) {
    in6_addr value{};
    inet_pton(AF_INET6, address, &value);
    send(RTM_NEWADDR, kAdd, [&](Writer& out) {
      out.fixed(ifaddrmsg{AF_INET6, 64, 0, 0, kTs0});
      out.number(IFA_LOCAL, value);
      out.number(IFA_FLAGS, flags);
    });
    return acknowledged();
  }
  // Those of ts0, with their flags.
  std::map<std::string, uint32_t> addresses6() {
    std::map<std::string, uint32_t> all;
    dump(RTM_GETADDR, AF_INET6, [&](const Message& message) {
      if (message.fixed<ifaddrmsg>().ifa_index != kTs0) return;
      const Attributes attributes = message.attributes<ifaddrmsg>();
      char text[INET6_ADDRSTRLEN];
      const auto address = attributes.number<in6_addr>(IFA_ADDRESS).value_or(in6_addr{});
      inet_ntop(AF_INET6, &address, text, sizeof text);
      all[text] = attributes.number<uint32_t>(IFA_FLAGS).value_or(0);
    });
    return all;
  }
  int change_route(uint16_t type, uint16_t flags, const RouteWish& wish) {
    send(type, flags, [&](Writer& out) {
      out.fixed(rtmsg{AF_INET, wish.length, 0, 0, RT_TABLE_MAIN, 0, 0, wish.type, 0});
      out.number(RTA_DST, ip4(wish.destination));
      if (wish.gateway != nullptr) out.number(RTA_GATEWAY, ip4(wish.gateway));
      if (wish.metric != 0) out.number(RTA_PRIORITY, wish.metric);
    });
    return acknowledged();
  }
  // The gateways of table main to `destination`, in the order of the list.
  std::vector<uint32_t> gateways_to(const char* destination) {
    std::vector<uint32_t> found;
    dump(RTM_GETROUTE, AF_INET, [&](const Message& message) {
      const Attributes attributes = message.attributes<rtmsg>();
      if (attributes.number<uint32_t>(RTA_DST).value_or(0) != ip4(destination)) return;
      found.push_back(attributes.number<uint32_t>(RTA_GATEWAY).value_or(0));
    });
    return found;
  }
  int change_neighbour(uint16_t type, uint16_t flags, uint16_t state, bool has_mac = true) {
    send(type, flags, [&](Writer& out) {
      out.fixed(ndmsg{AF_INET, 0, 0, kTs0, state, 0, 0});
      out.number(NDA_DST, ip4("10.0.0.9"));
      if (has_mac) out.number(NDA_LLADDR, MacAddress{{2, 0, 0, 0, 0, 9}}.octets);
    });
    return acknowledged();
  }
};

TEST_F(RouteNetlink, AddressesAreListedByFamily) {
  int first = 0;
  EXPECT_EQ(dump(RTM_GETADDR, AF_INET,
                 [&](const Message& message) {
                   const Attributes attributes = message.attributes<ifaddrmsg>();
                   if (message.fixed<ifaddrmsg>().ifa_index != kTs0) return;
                   ++first;
                   EXPECT_EQ(attributes.number<uint32_t>(IFA_LOCAL), ip4("10.0.0.1"));
                   EXPECT_EQ(attributes.number<uint32_t>(IFA_BROADCAST), ip4("10.0.0.255"));
                   EXPECT_EQ(attributes.text(IFA_LABEL), "ts0");
                   EXPECT_EQ(attributes.number<uint32_t>(IFA_FLAGS), uint32_t{IFA_F_PERMANENT});
                 }),
            2);
  EXPECT_EQ(first, 1);
  EXPECT_EQ(count(RTM_GETADDR, AF_INET6), 1) << "of lo";
  EXPECT_EQ(count(RTM_GETADDR, AF_UNSPEC), 3);
}

TEST_F(RouteNetlink, AnAddressIsAddedOnceAndRemovedOnce) {
  EXPECT_EQ(change_address(RTM_NEWADDR, kAdd, "192.0.2.1", 24), 0);
  EXPECT_EQ(change_address(RTM_NEWADDR, kAdd, "192.0.2.1", 24), EEXIST);
  EXPECT_EQ(change_address(RTM_NEWADDR, kReplace, "192.0.2.1", 24), 0);
  EXPECT_EQ(count(RTM_GETADDR, AF_INET), 3);
  EXPECT_EQ(change_address(RTM_DELADDR, NLM_F_ACK, "192.0.2.1", 25), EADDRNOTAVAIL);
  EXPECT_EQ(change_address(RTM_DELADDR, NLM_F_ACK, "192.0.2.1", 24), 0);
  EXPECT_EQ(change_address(RTM_DELADDR, NLM_F_ACK, "192.0.2.1", 24), EADDRNOTAVAIL);
}

TEST_F(RouteNetlink, AnAddressWithNodadIsOursAtOnceAndSaysSo) {
  ASSERT_EQ(add_address6("2001:db8::1", IFA_F_NODAD), 0);
  ASSERT_EQ(add_address6("2001:db8::2", 0), 0);
  const auto addresses = addresses6();
  EXPECT_EQ(addresses.at("2001:db8::1"), uint32_t{IFA_F_NODAD | IFA_F_PERMANENT});
  EXPECT_NE(addresses.at("2001:db8::2") & (IFA_F_TENTATIVE | IFA_F_OPTIMISTIC), 0u);
}

TEST_F(RouteNetlink, WithTheLinkItsAddressesOfIp6GoAndTheLinkLocalOneComesBack) {
  const auto set_up = [&](uint32_t flags) {
    send(RTM_NEWLINK, NLM_F_ACK, [&](Writer& out) {
      out.fixed(ifinfomsg{0, 0, 0, kTs0, flags, IFF_UP});
    });
    return acknowledged();
  };
  ASSERT_EQ(add_address6("2001:db8::1", IFA_F_NODAD), 0);
  EXPECT_EQ(addresses6().size(), 2u);
  EXPECT_EQ(set_up(0), 0);
  EXPECT_EQ(addresses6().size(), 0u);
  EXPECT_EQ(count(RTM_GETADDR, AF_INET), 2) << "that of IPv4 stays";
  EXPECT_EQ(set_up(IFF_UP), 0);
  const auto addresses = addresses6();
  ASSERT_EQ(addresses.size(), 1u);
  EXPECT_EQ(addresses.begin()->first.substr(0, 6), "fe80::");
}

TEST_F(RouteNetlink, WithTheFirstAddressOfASubnetTheOthersGo) {
  EXPECT_EQ(change_address(RTM_NEWADDR, kAdd, "10.0.0.5", 24), 0);
  EXPECT_EQ(change_address(RTM_NEWADDR, kAdd, "192.0.2.1", 24), 0);
  EXPECT_EQ(change_address(RTM_DELADDR, NLM_F_ACK, "10.0.0.1", 24), 0);
  EXPECT_EQ(count(RTM_GETADDR, AF_INET), 2) << "of lo, and 192.0.2.1";
}

TEST_F(RouteNetlink, WithTheLastAddressTheRoutesGo) {
  ASSERT_EQ(change_route(RTM_NEWROUTE, kAdd, {"0.0.0.0", 0, "10.0.0.254"}), 0);
  EXPECT_EQ(change_address(RTM_DELADDR, NLM_F_ACK, "10.0.0.1", 24), 0);
  EXPECT_EQ(count(RTM_GETROUTE, AF_INET), 3) << "those of lo";
}

TEST_F(RouteNetlink, LifetimesThatContradictThemselvesAreRefused) {
  for (const ifa_cacheinfo& times : {ifa_cacheinfo{0, 0, 0, 0}, ifa_cacheinfo{20, 10, 0, 0}}) {
    send(RTM_NEWADDR, kAdd, [&](Writer& out) {
      out.fixed(ifaddrmsg{AF_INET, 24, 0, 0, kTs0});
      out.number(IFA_LOCAL, ip4("192.0.2.1"));
      out.number(IFA_CACHEINFO, times);
    });
    EXPECT_EQ(acknowledged(), EINVAL);
  }
}

TEST_F(RouteNetlink, ARouteIsAddedReplacedAppendedAndRemovedAsItsFlagsSay) {
  const RouteWish one{"192.0.2.0", 24, "10.0.0.7"}, other{"192.0.2.0", 24, "10.0.0.8"};
  EXPECT_EQ(change_route(RTM_NEWROUTE, NLM_F_REPLACE | NLM_F_ACK, one), ENOENT) << "change";
  EXPECT_EQ(change_route(RTM_NEWROUTE, kAdd, one), 0);
  EXPECT_EQ(change_route(RTM_NEWROUTE, kAdd, other), EEXIST);
  EXPECT_EQ(change_route(RTM_NEWROUTE, kReplace, other), 0);
  EXPECT_EQ(gateways_to("192.0.2.0"), std::vector<uint32_t>{ip4("10.0.0.8")});
  EXPECT_EQ(change_route(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_APPEND | NLM_F_ACK, one), 0);
  EXPECT_EQ(gateways_to("192.0.2.0"), (std::vector{ip4("10.0.0.8"), ip4("10.0.0.7")}));
  EXPECT_EQ(change_route(RTM_DELROUTE, NLM_F_ACK, one), 0);
  EXPECT_EQ(change_route(RTM_DELROUTE, NLM_F_ACK, one), ESRCH);
  EXPECT_EQ(change_route(RTM_DELROUTE, NLM_F_ACK, {"192.0.2.0", 24}), 0) << "whatever gateway";
  EXPECT_EQ(gateways_to("192.0.2.0").size(), 0u);
}

TEST_F(RouteNetlink, MetricsMakeRoutesDifferent) {
  EXPECT_EQ(change_route(RTM_NEWROUTE, kAdd, {"192.0.2.0", 24, "10.0.0.7", 10}), 0);
  EXPECT_EQ(change_route(RTM_NEWROUTE, kAdd, {"192.0.2.0", 24, "10.0.0.7", 20}), 0);
  EXPECT_EQ(change_route(RTM_NEWROUTE, kAdd, {"192.0.2.0", 24, "10.0.0.8", 20}), EEXIST);
  EXPECT_EQ(change_route(RTM_DELROUTE, NLM_F_ACK, {"192.0.2.0", 24, nullptr, 30}), ESRCH);
  EXPECT_EQ(change_route(RTM_DELROUTE, NLM_F_ACK, {"192.0.2.0", 24, nullptr, 20}), 0);
  EXPECT_EQ(gateways_to("192.0.2.0").size(), 1u);
}

TEST_F(RouteNetlink, ARouteThatCannotBeIsRefusedAsLinuxDoes) {
  EXPECT_EQ(change_route(RTM_NEWROUTE, kAdd, {"192.0.2.0", 24, "9.9.9.9"}), ENETUNREACH);
  EXPECT_EQ(change_route(RTM_NEWROUTE, kAdd, {"192.0.2.1", 24, "10.0.0.7"}), EINVAL);
  EXPECT_EQ(change_route(RTM_NEWROUTE, kAdd, {"192.0.2.0", 33, "10.0.0.7"}), EINVAL);
  EXPECT_EQ(change_route(RTM_NEWROUTE, kAdd, {"192.0.2.0", 24}), ENODEV);
  EXPECT_EQ(change_route(RTM_NEWROUTE, kAdd, {"192.0.2.0", 24, nullptr, 0, RTN_BLACKHOLE}), 0);
}

TEST_F(RouteNetlink, TheNetworkOfAnAddressIsARouteThatCanBeRemoved) {
  EXPECT_EQ(gateways_to("10.0.0.0"), std::vector<uint32_t>{0});
  EXPECT_EQ(change_route(RTM_DELROUTE, NLM_F_ACK, {"10.0.0.0", 24}), 0);
  EXPECT_TRUE(gateways_to("10.0.0.0").empty());
  EXPECT_EQ(count(RTM_GETADDR, AF_INET), 2) << "the address stays";
}

TEST_F(RouteNetlink, ANeighbourIsGivenAndTaken) {
  EXPECT_EQ(change_neighbour(RTM_NEWNEIGH, NLM_F_REPLACE | NLM_F_ACK, NUD_PERMANENT), ENOENT);
  EXPECT_EQ(change_neighbour(RTM_NEWNEIGH, kAdd, NUD_PERMANENT, false), EINVAL);
  EXPECT_EQ(change_neighbour(RTM_NEWNEIGH, kAdd, NUD_PERMANENT), 0);
  EXPECT_EQ(change_neighbour(RTM_NEWNEIGH, kAdd, NUD_PERMANENT), EEXIST);
  EXPECT_EQ(dump(RTM_GETNEIGH, AF_INET,
                 [&](const Message& message) {
                   EXPECT_EQ(message.fixed<ndmsg>().ndm_state, NUD_PERMANENT);
                   EXPECT_EQ(message.attributes<ndmsg>().number<uint32_t>(NDA_DST),
                             ip4("10.0.0.9"));
                 }),
            1);
  EXPECT_EQ(change_neighbour(RTM_DELNEIGH, NLM_F_ACK, 0), 0);
  EXPECT_EQ(change_neighbour(RTM_DELNEIGH, NLM_F_ACK, 0), ENOENT);
}

TEST_F(RouteNetlink, AnInterfaceIsChangedAndNoneIsMade) {
  const auto set = [&](uint32_t flags, uint32_t change, uint32_t mtu) {
    send(RTM_NEWLINK, NLM_F_ACK, [&](Writer& out) {
      out.fixed(ifinfomsg{0, 0, 0, kTs0, flags, change});
      if (mtu != 0) out.number(IFLA_MTU, mtu);
    });
    return acknowledged();
  };
  EXPECT_EQ(set(0, 0, 1400), 0);
  EXPECT_EQ(set(0, 0, 67), EINVAL);
  EXPECT_EQ(set(0, IFF_UP, 0), 0);
  send(RTM_GETLINK, 0, [](Writer& out) { out.fixed(ifinfomsg{0, 0, 0, kTs0, 0, 0}); });
  const auto answer = receive(socket_);
  ASSERT_EQ(answer.size(), 1u);
  EXPECT_EQ(answer[0].fixed<ifinfomsg>().ifi_flags & IFF_UP, 0u);
  EXPECT_EQ(answer[0].attributes<ifinfomsg>().number<uint32_t>(IFLA_MTU), 1400u);
  EXPECT_EQ(set(IFF_UP, IFF_UP, 0), 0);
  send(RTM_NEWLINK, kAdd, [](Writer& out) {
    out.fixed(ifinfomsg{});
    out.text(IFLA_IFNAME, "dummy0");
  });
  EXPECT_EQ(acknowledged(), EOPNOTSUPP);
}

TEST_F(RouteNetlink, ListeningToOthersIsKeptToBeShown) {
  const auto set = [&](uint32_t flags) {
    send(RTM_NEWLINK, NLM_F_ACK, [&](Writer& out) {
      out.fixed(ifinfomsg{0, 0, 0, kTs0, flags, IFF_PROMISC | IFF_ALLMULTI});
    });
    return acknowledged();
  };
  const auto shown = [&] {
    send(RTM_GETLINK, 0, [](Writer& out) { out.fixed(ifinfomsg{0, 0, 0, kTs0, 0, 0}); });
    const auto answer = receive(socket_);
    return answer.at(0).fixed<ifinfomsg>().ifi_flags & (IFF_PROMISC | IFF_ALLMULTI | IFF_UP);
  };
  EXPECT_EQ(set(IFF_PROMISC), 0);
  EXPECT_EQ(shown(), uint32_t{IFF_PROMISC | IFF_UP});
  EXPECT_EQ(set(IFF_ALLMULTI), 0);
  EXPECT_EQ(shown(), uint32_t{IFF_ALLMULTI | IFF_UP});
  EXPECT_EQ(set(0), 0);
  EXPECT_EQ(shown(), uint32_t{IFF_UP});
}

TEST_F(RouteNetlink, TheWayToADestinationIsTold) {
  send(RTM_GETROUTE, 0, [](Writer& out) {
    out.fixed(rtmsg{AF_INET, 32, 0, 0, 0, 0, 0, 0, 0});
    out.number(RTA_DST, ip4("10.0.0.1"));
  });
  const auto answer = receive(socket_);
  ASSERT_EQ(answer.size(), 1u);
  EXPECT_EQ(answer[0].fixed<rtmsg>().rtm_type, RTN_LOCAL);
  EXPECT_EQ(answer[0].attributes<rtmsg>().number<uint32_t>(RTA_OIF), 1u);
  send(RTM_GETROUTE, 0, [](Writer& out) {
    out.fixed(rtmsg{AF_INET, 32, 0, 0, 0, 0, 0, 0, 0});
    out.number(RTA_DST, ip4("192.0.2.1"));
  });
  EXPECT_EQ(acknowledged(), ENETUNREACH);
}

}  // namespace
}  // namespace tapstack::shim::netlink
