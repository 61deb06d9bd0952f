#include "shim/trace/lookups.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include "shim/trace/arguments.h"
#include "tests/unit/shim/trace/shown.h"

namespace tapstack::shim::trace {
namespace {

template <class Result>
std::string returned(const Result& result) {
  Line line;
  append_returned(line, result, outcome_of(result));
  return std::string(line.view());
}

TEST(TraceLookups, AFailureIsNamed) {
  EXPECT_EQ(returned(LookupResult{0}), "0");
  EXPECT_EQ(returned(LookupResult{EAI_NONAME}), "-2 EAI_NONAME");
  EXPECT_EQ(returned(QueryResult{45, 0}), "45");
  EXPECT_EQ(returned(QueryResult{-1, HOST_NOT_FOUND}), "-1 HOST_NOT_FOUND");
}

TEST(TraceLookups, AFailureLeavesWhatWasNotFilledAlone) {
  EXPECT_TRUE(outcome_of(LookupResult{EAI_AGAIN}).has_failed());
  EXPECT_FALSE(outcome_of(LookupResult{0}).has_failed());
  EXPECT_EQ(shown_as(FoundAddresses{nowhere<addrinfo*>()}, kFailed), "0x10");
  EXPECT_EQ(shown_as(TextRoom{nowhere<char>()}, kFailed), "0x10");
}

TEST(TraceLookups, HintsAreFlagsFamilyTypeAndProtocol) {
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST;
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_protocol = IPPROTO_TCP;
  EXPECT_EQ(shown_as(LookupHints{&hints}),
            "{AI_PASSIVE|AI_NUMERICHOST, AF_INET, SOCK_STREAM, IPPROTO_TCP}");
  EXPECT_EQ(shown_as(LookupHints{nullptr}), "NULL");
}

TEST(TraceLookups, AddressesThatWereFoundAreListed) {
  sockaddr_in addresses[2] = {};
  addrinfo nodes[2] = {};
  for (int i = 0; i < 2; ++i) {
    addresses[i].sin_family = AF_INET;
    addresses[i].sin_port = htons(80);
    addresses[i].sin_addr.s_addr = htonl(0x0a0a0a01 + static_cast<uint32_t>(i));
    nodes[i].ai_addr = reinterpret_cast<sockaddr*>(&addresses[i]);
    nodes[i].ai_addrlen = sizeof addresses[i];
  }
  nodes[0].ai_next = &nodes[1];
  addrinfo* list = nodes;
  EXPECT_EQ(shown_as(FoundAddresses{&list}), "[10.10.10.1:80, 10.10.10.2:80]");
}

TEST(TraceLookups, AHostIsItsNameAndAddresses) {
  in_addr address{htonl(0x0a0a0a01)};
  char* addresses[] = {reinterpret_cast<char*>(&address), nullptr};
  char name[] = "host.example";
  hostent entry{};
  entry.h_name = name;
  entry.h_addrtype = AF_INET;
  entry.h_length = sizeof address;
  entry.h_addr_list = addresses;
  EXPECT_EQ(returned(HostResult{&entry, 0}), R"({"host.example", [10.10.10.1]})");
  hostent* result = &entry;
  const int reason = 0;
  EXPECT_EQ(shown_as(HostRoom{&result, &reason}), R"({"host.example", [10.10.10.1]})");
}

TEST(TraceLookups, NoHostIsNullAndTheReason) {
  EXPECT_EQ(returned(HostResult{nullptr, TRY_AGAIN}), "NULL TRY_AGAIN");
  EXPECT_TRUE(outcome_of(HostResult{nullptr, TRY_AGAIN}).has_failed());
}

TEST(TraceLookups, ANameIsShownInFull) {
  const std::string name = std::string(60, 'a') + ".example";
  EXPECT_EQ(shown_as(Text{name.c_str()}), "\"" + name + "\"");
  EXPECT_EQ(shown_as(Text{nullptr}), "NULL");
  EXPECT_EQ(shown_as(Text{nowhere<char>()}), "0x10");
}

TEST(TraceLookups, AnAddressWithoutAPortIsJustThat) {
  const in6_addr loopback = IN6ADDR_LOOPBACK_INIT;
  EXPECT_EQ(shown_as(BareAddress{&loopback, sizeof loopback, AF_INET6}), "::1");
  EXPECT_EQ(shown_as(BareAddress{nowhere<void>(), 4, AF_INET}), "0x10");
  EXPECT_EQ(shown_as(BareAddress{nowhere<void>(), 3, AF_INET}), "0x10");
}

}  // namespace
}  // namespace tapstack::shim::trace
