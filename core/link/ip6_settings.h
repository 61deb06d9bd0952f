// What an embedder decides about IPv6 on one interface.
#pragma once

#include <array>
#include <cstdint>

namespace tapstack::link {

enum class Ip6Mode : uint8_t {
  kOff,  // no IPv6 packet comes in or goes out
  // Addresses are given by hand. With the first of them the interface gets a link-local one too,
  // which RFC 4291 2.1 requires; until then nothing is sent.
  kManual,
  // A link-local address when the interface comes up, and what routers advertise (RFC 4862).
  kAutoconfigured,
};

// How the lower half of addresses that we form is made.
enum class IdentifierKind : uint8_t {
  kEui64,  // from the MAC address, RFC 2464 4
  // From a secret: another one in each network, the same one whenever the host is there (RFC 7217,
  // which RFC 8064 3 prefers).
  kStable,
};

struct Ip6Settings {
  Ip6Mode mode = Ip6Mode::kManual;
  // Of kManual: the link-local address comes with the link, whether or not there is another.
  bool has_link_local = false;
  IdentifierKind identifier = IdentifierKind::kEui64;
  // Of kStable, 128 random bits that the embedder keeps over restarts (RFC 7217 5).
  std::array<uint64_t, 2> stable_secret{};
  // Beside each autoconfigured address a temporary one, which is preferred as a source (RFC 8981).
  bool has_temporary = false;
  // RFC 4862 5.1 DupAddrDetectTransmits; 0: addresses are used at once, unasked.
  uint8_t dad_transmits = 1;
  // Probes carry a nonce, so that one that the link throws back is told from another host's (RFC
  // 7527).
  bool has_dad_nonce = true;
  // Where routers are listened to: they are told of each new address, so that what comes back by
  // them need not wait for its resolution (RFC 9131 6.1.1).
  bool announces_addresses = true;
  // An address is used while it is still being probed (RFC 4429).
  bool is_optimistic = false;

  constexpr bool operator==(const Ip6Settings&) const = default;
};

}  // namespace tapstack::link
