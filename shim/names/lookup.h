// Names of hosts to addresses and back, from where nsswitch.conf(5) says: /etc/hosts, and name
// servers.
#pragma once

#include <string>
#include <vector>

#include "core/api/types.h"

namespace tapstack::shim::names {

struct FoundHost {
  std::string canonical;
  std::vector<std::string> aliases;
  std::vector<IpAddress> addresses;  // of both families, in the order found
};

enum class LookupStatus : uint8_t {
  kFound,
  kNoData,      // the name is known, without what was looked for
  kNotFound,    // it does not exist
  kTryAgain,    // no name server answered
  kNoRecovery,  // the name cannot be asked for, or servers refuse
};

struct HostAnswer {
  LookupStatus status = LookupStatus::kNotFound;
  FoundHost host;
};

// The families of addresses that are of use.
enum class Families : uint8_t { kIp4 = 1, kIp6 = 2, kBoth = 3 };
constexpr bool has_family(Families all, Family one) {
  const unsigned bit = one == Family::kIp4 ? 1 : one == Family::kIp6 ? 2 : 0;
  return (static_cast<unsigned>(all) & bit) != 0;
}

// What is known under `name`, from the first source that has an address wanted; /etc/hosts may add
// others. "localhost" and what ends in ".localhost" is the loopback address of each family whatever
// files say not (RFC 6761 6.3).
HostAnswer find_host(const std::string& name, Families wanted);

// The names of an address.
HostAnswer find_address(const IpAddress& address);

}  // namespace tapstack::shim::names
