// The run-time settings: TAPSTACK_* variables of the environment, read once.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "core/api/interfaces.h"
#include "core/api/types.h"
#include "shim/common/log.h"
#include "tapif/settings.h"

namespace tapstack::shim {

// TAPSTACK_DNS: who is asked for names besides the servers that it gives.
enum class NameServerChoice : uint8_t {
  kAnybody,  // (not set) whom DHCP servers and routers name, else /etc/resolv.conf
  kLearnt,   // "learnt": whom DHCP servers and routers name
  kGiven,    // addresses: nobody else; "none": nobody at all
};

enum class EnginePlace : uint8_t { kInside, kKeeper };

struct Settings {
  tapif::DeviceSettings device;  // TAPSTACK_TAP, MAC, HOST_ADDR, MTU, OFFLOAD, PCAP, IMPAIR

  // TAPSTACK_ADDR: the stack's addresses; default 10.10.10.2/24,fd10:10:10::2/64. Link-local ones
  // have no zone yet.
  std::vector<Prefix> addresses;
  bool autoconfigures = false;  // "slaac" among them: addresses from routers, RFC 4862
  bool asks_dhcp = false;       // "dhcp" among them: an address from a server
  std::string state_file;       // TAPSTACK_STATE: where leases are remembered
  std::string dhcp_host_name;   // TAPSTACK_DHCP_HOST_NAME: option 12; empty: not sent
  std::string dhcp_client_id;   // TAPSTACK_DHCP_CLIENT_ID: option 61, type first; empty: the MAC
  link::IdentifierKind identifier = link::IdentifierKind::kEui64;  // TAPSTACK_IP6_IDENTIFIER
  bool has_temporary_addresses = false;                            // TAPSTACK_IP6_TEMPORARY
  bool has_given_gateways = false;  // TAPSTACK_GW is set: those of DHCP are not taken
  std::vector<IpAddress> gateways;  // TAPSTACK_GW, one a family; default: the host's end
  NameServerChoice name_server_choice = NameServerChoice::kAnybody;  // TAPSTACK_DNS
  std::vector<IpAddress> name_servers;                               // TAPSTACK_DNS, four at most
  api::EcnMode ecn = api::EcnMode::kAccept;             // TAPSTACK_ECN: 0 off, 1 ask, 2 accept
  CongestionAlgorithm congestion = kCongestionDefault;  // TAPSTACK_CC, of new TCP sockets
  std::optional<uint64_t> seed;  // TAPSTACK_SEED: fixed entropy; default: getrandom(2)

  // Whether there is one of that family among `addresses`.
  bool has_address(Family family) const {
    return std::ranges::any_of(
        addresses, [family](const Prefix& own) { return own.address.family() == family; });
  }

  EnginePlace engine = EnginePlace::kInside;  // TAPSTACK_ENGINE: inside, keeper
  std::string keeper;                         // TAPSTACK_KEEPER: path of tapstack-keeper
  int64_t exit_drain_ms = 10'000;             // TAPSTACK_EXIT_DRAIN_MS: [0, 3600000]
  LogLevel log = LogLevel::kError;            // TAPSTACK_LOG: error, warn, info, debug, trace
  std::string log_file;                       // TAPSTACK_LOG_FILE: in place of stderr
  bool traces_time = false;                   // TAPSTACK_TRACE_TIME: how long each call took
};

// Fills `settings` from the variables; what is not set or empty keeps its default. The failure
// names the variable, its value and what would be right (EINVAL). getenv fits as `lookup`.
// TAPSTACK_LOOPBACK changes nothing: it takes no value but what is so anyway, rather than being
// ignored. Where a socket leads is known only when its handle has long been duplicated, watched and
// inherited, and a datagram socket leads to loopback and elsewhere at once; so none can be handed
// to the kernel.
tapif::Failure read_settings(tapif::Lookup lookup, Settings& settings);

}  // namespace tapstack::shim
