// What a sender puts between the fixed part of an IP header and the transport's: options of IPv4
// (RFC 791 3.1) and extension headers of IPv6 (RFC 8200 4.3, 4.6).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "util/address.h"
#include "util/result.h"
#include "util/time.h"

namespace tapstack {

// Each by itself, as programs give them.
enum class PacketHeader : uint8_t {
  kIp4Options,     // IP_OPTIONS
  kHopByHop,       // IPV6_HOPOPTS, RFC 3542 8
  kBeforeRouting,  // IPV6_RTHDRDSTOPTS: kept, and sent with a routing header, of which there is
                   // none
  kDestination,    // IPV6_DSTOPTS, RFC 3542 9
};

namespace net {

// A plain value without padding: it may lie in the header area of a packet.
class PacketOptions {
 public:
  static constexpr size_t kIp4BytesMax = 40;  // RFC 791 3.1: a header has 60 bytes at most
  // Extension headers in all: they share a packet's header area with those of Ethernet, IPv6,
  // fragments and UDP. RFC 8504 5.3 wants limits on what is received, too.
  static constexpr size_t kIp6BytesMax = 72;

  // Replaces `header`; empty takes it back. IPv4's options are padded to a multiple of 4; a header
  // of IPv6 is whole, and its first byte is of no matter. Errors, after which all is as it was:
  // kInvalid (malformed, or a source route: RFC 7126 4.3, 4.4 has them dropped everywhere);
  // kNoBuffers (more than fits).
  Status set(PacketHeader header, std::span<const uint8_t> bytes);
  std::span<const uint8_t> get(PacketHeader header) const;

  bool is_empty() const;
  // How much of the packet it takes.
  uint16_t bytes(bool is_ip6) const;

  // Writes bytes(false) of options into `out`. Record Route and Timestamp get this host's entry
  // (RFC 1122 3.2.1.8): `source`, and the time of `now`, which is none of day and marked so.
  void put_ip4(std::span<uint8_t> out, Ip4Address source, Instant now) const;
  // Writes bytes(true) of extension headers into `out`, which lead to `protocol`. Returns what the
  // IPv6 header has to name as the next.
  uint8_t put_ip6(std::span<uint8_t> out, uint8_t protocol) const;

 private:
  static constexpr size_t kKinds = 4;

  static size_t number(PacketHeader header) { return static_cast<size_t>(header); }
  Status set_ip4(std::span<const uint8_t> bytes);
  Status set_ip6(PacketHeader header, std::span<const uint8_t> bytes);

  uint8_t length_[kKinds] = {};
  uint8_t ip4_[kIp4BytesMax] = {};
  uint8_t ip6_[kIp6BytesMax] = {};  // in the order of PacketHeader
};

// Adds an entry of this host to the Record Route and Timestamp options among `options`, which are
// well-formed, where they have room and ask for it (RFC 791 3.1); a full Timestamp option counts
// one that did not fit.
void record_in_options(std::span<uint8_t> options, Ip4Address here, Instant now);

}  // namespace net
}  // namespace tapstack
