// IPv4 header (RFC 791), with the fields as RFC 2474, RFC 3168 and RFC 6864 define them today.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "util/address.h"
#include "util/assert.h"
#include "util/bytes.h"
#include "util/checksum.h"
#include "wire/address_bytes.h"
#include "wire/ip_protocol.h"

namespace tapstack::wire {

// The two bits beside the DSCP, of IPv6's Traffic Class too: RFC 3168 5.
enum class EcnCodepoint : uint8_t { kNotEct = 0, kEct1 = 1, kEct0 = 2, kCe = 3 };
constexpr EcnCodepoint ecn_of(uint8_t type_of_service) {
  return static_cast<EcnCodepoint>(type_of_service & 0x03);
}

// Without options; those are written behind it (see ip4_options.h).
struct Ip4Header {
  uint8_t header_bytes = 20;    // IHL * 4: a multiple of 4 in [20, 60]
  uint8_t type_of_service = 0;  // DSCP and ECN
  uint16_t total_length = 0;    // bytes, header included
  uint16_t identification = 0;
  bool dont_fragment = false;
  bool more_fragments = false;
  uint16_t fragment_offset_bytes = 0;  // a multiple of 8 in [0, 65528]
  uint8_t ttl = 0;
  uint8_t protocol = 0;
  Ip4Address source;
  Ip4Address destination;
};

// Why a header cannot be used, in the order of the checks. The checksum is not among them: it is
// asked for separately.
enum class Ip4Problem : uint8_t {
  kNone,
  kTooShort,         // less than 20 bytes
  kBadVersion,       // not 4
  kBadHeaderLength,  // IHL below 5, or beyond the bytes that are there
  kBadTotalLength,   // less than the header, or beyond the packet
};

namespace ip4_field {
inline constexpr size_t kVersionIhl = 0;
inline constexpr size_t kTypeOfService = kVersionIhl + 1;
inline constexpr size_t kTotalLength = kTypeOfService + 1;
inline constexpr size_t kIdentification = kTotalLength + 2;
inline constexpr size_t kFlagsFragment = kIdentification + 2;
inline constexpr size_t kTtl = kFlagsFragment + 2;
inline constexpr size_t kProtocol = kTtl + 1;
inline constexpr size_t kChecksum = kProtocol + 1;
inline constexpr size_t kSource = kChecksum + 2;
inline constexpr size_t kDestination = kSource + 4;
inline constexpr size_t kOptions = kDestination + 4;
inline constexpr uint16_t kDontFragment = 0x4000;
inline constexpr uint16_t kMoreFragments = 0x2000;
inline constexpr uint16_t kFragmentOffset = 0x1fff;  // in units of 8 bytes
}  // namespace ip4_field

class Ip4View {
 public:
  static constexpr size_t kHeaderBytesMin = ip4_field::kOptions;
  static constexpr size_t kHeaderBytesMax = 60;

  // IHL in bytes, [0, 60], from a header's first byte: for a caller that must make the header
  // contiguous before it can be checked.
  static constexpr uint8_t header_bytes_of(uint8_t first_byte) {
    return static_cast<uint8_t>((first_byte & 0x0f) * 4);
  }
  // `bytes` begins with the header and holds all of it; `packet_bytes` is the size of the whole
  // packet, link padding included, whose rest may lie elsewhere.
  static constexpr Ip4Problem check(std::span<const uint8_t> bytes, size_t packet_bytes) {
    const Ip4Problem problem = check_header(bytes);
    if (problem != Ip4Problem::kNone) return problem;
    const Ip4View view(bytes.data());
    const bool fits =
        view.total_length() >= view.header_bytes() && view.total_length() <= packet_bytes;
    return fits ? Ip4Problem::kNone : Ip4Problem::kBadTotalLength;
  }

  // Empty when check() finds a problem. The view is valid as long as `bytes` is.
  static constexpr std::optional<Ip4View> parse(std::span<const uint8_t> bytes,
                                                size_t packet_bytes) {
    if (check(bytes, packet_bytes) != Ip4Problem::kNone) return std::nullopt;
    return Ip4View(bytes.data());
  }
  static constexpr std::optional<Ip4View> parse(std::span<const uint8_t> bytes) {
    return parse(bytes, bytes.size());
  }
  // A header that an ICMP error quotes: all of the header is there, the rest is cut off (RFC 792).
  static constexpr std::optional<Ip4View> parse_quoted(std::span<const uint8_t> bytes) {
    if (check_header(bytes) != Ip4Problem::kNone) return std::nullopt;
    const Ip4View view(bytes.data());
    if (view.total_length() < view.header_bytes()) return std::nullopt;
    return view;
  }

  constexpr uint8_t version() const { return p_[ip4_field::kVersionIhl] >> 4; }
  // IHL in bytes: a multiple of 4 in [20, 60].
  constexpr uint8_t header_bytes() const { return header_bytes_of(p_[ip4_field::kVersionIhl]); }
  constexpr uint8_t type_of_service() const { return p_[ip4_field::kTypeOfService]; }
  constexpr uint8_t ecn() const { return type_of_service() & 0x03; }  // RFC 3168 5
  constexpr uint16_t total_length() const { return load_be16(p_ + ip4_field::kTotalLength); }
  constexpr uint16_t payload_bytes() const {
    return static_cast<uint16_t>(total_length() - header_bytes());
  }
  constexpr uint16_t identification() const { return load_be16(p_ + ip4_field::kIdentification); }
  constexpr bool dont_fragment() const { return (flags() & ip4_field::kDontFragment) != 0; }
  constexpr bool more_fragments() const { return (flags() & ip4_field::kMoreFragments) != 0; }
  constexpr uint16_t fragment_offset_bytes() const {
    return static_cast<uint16_t>((flags() & ip4_field::kFragmentOffset) * 8);
  }
  constexpr bool is_fragment() const {
    return (flags() & (ip4_field::kMoreFragments | ip4_field::kFragmentOffset)) != 0;
  }
  constexpr uint8_t ttl() const { return p_[ip4_field::kTtl]; }
  constexpr uint8_t protocol() const { return p_[ip4_field::kProtocol]; }
  constexpr uint16_t header_checksum() const { return load_be16(p_ + ip4_field::kChecksum); }
  constexpr Ip4Address source() const { return load_ip4(p_ + ip4_field::kSource); }
  constexpr Ip4Address destination() const { return load_ip4(p_ + ip4_field::kDestination); }

  constexpr std::span<const uint8_t> header() const { return {p_, header_bytes()}; }
  // For Ip4OptionWalk.
  constexpr std::span<const uint8_t> options() const { return header().subspan(kHeaderBytesMin); }
  constexpr bool has_options() const { return header_bytes() > kHeaderBytesMin; }
  bool is_checksum_good() const { return checksum_of(header()) == 0; }  // RFC 1071 1 (3)

 private:
  constexpr explicit Ip4View(const uint8_t* p) : p_(p) {}
  static constexpr Ip4Problem check_header(std::span<const uint8_t> bytes) {
    if (bytes.size() < kHeaderBytesMin) return Ip4Problem::kTooShort;
    const Ip4View view(bytes.data());
    if (view.version() != 4) return Ip4Problem::kBadVersion;
    const bool fits = view.header_bytes() >= kHeaderBytesMin && view.header_bytes() <= bytes.size();
    return fits ? Ip4Problem::kNone : Ip4Problem::kBadHeaderLength;
  }
  constexpr uint16_t flags() const { return load_be16(p_ + ip4_field::kFlagsFragment); }

  const uint8_t* p_;
};

// Changes fields of a header in place; after the last change update_checksum() must follow.
class Ip4Editor {
 public:
  // `header` begins with a valid header and holds all of it.
  constexpr explicit Ip4Editor(std::span<uint8_t> header) {
    TAPSTACK_ASSERT(header.size() >= Ip4View::kHeaderBytesMin);
    const size_t bytes = Ip4View::header_bytes_of(header[ip4_field::kVersionIhl]);
    TAPSTACK_ASSERT(bytes >= Ip4View::kHeaderBytesMin && bytes <= header.size());
    header_ = header.first(bytes);
  }

  constexpr void set_type_of_service(uint8_t v) { header_[ip4_field::kTypeOfService] = v; }
  constexpr void set_total_length(uint16_t v) { put(ip4_field::kTotalLength, v); }
  constexpr void set_identification(uint16_t v) { put(ip4_field::kIdentification, v); }
  constexpr void set_ttl(uint8_t v) { header_[ip4_field::kTtl] = v; }
  constexpr void set_source(Ip4Address a) { store_ip4(&header_[ip4_field::kSource], a); }
  constexpr void set_destination(Ip4Address a) { store_ip4(&header_[ip4_field::kDestination], a); }
  // `offset_bytes`: a multiple of 8 in [0, 65528].
  constexpr void set_fragment(bool dont_fragment, bool more_fragments, uint16_t offset_bytes) {
    TAPSTACK_ASSERT(offset_bytes % 8 == 0);
    const unsigned flags = (dont_fragment ? ip4_field::kDontFragment : 0u) |
                           (more_fragments ? ip4_field::kMoreFragments : 0u) | (offset_bytes / 8u);
    put(ip4_field::kFlagsFragment, static_cast<uint16_t>(flags));
  }
  void update_checksum() {
    put(ip4_field::kChecksum, 0);
    put(ip4_field::kChecksum, checksum_of(header_));
  }

 private:
  constexpr void put(size_t at, uint16_t v) { store_be16(header_.data() + at, v); }

  std::span<uint8_t> header_;
};

// Writes the header with its checksum into the first h.header_bytes of `out`, which must be that
// long. Options, if any, must already stand behind the fixed part: they are covered by the
// checksum.
inline void emit(std::span<uint8_t> out, const Ip4Header& h) {
  TAPSTACK_ASSERT(h.header_bytes >= Ip4View::kHeaderBytesMin && h.header_bytes % 4 == 0);
  TAPSTACK_ASSERT(h.header_bytes <= Ip4View::kHeaderBytesMax && out.size() >= h.header_bytes);
  out[ip4_field::kVersionIhl] = static_cast<uint8_t>(0x40 | (h.header_bytes / 4));
  out[ip4_field::kProtocol] = h.protocol;
  Ip4Editor editor(out);
  editor.set_type_of_service(h.type_of_service);
  editor.set_total_length(h.total_length);
  editor.set_identification(h.identification);
  editor.set_fragment(h.dont_fragment, h.more_fragments, h.fragment_offset_bytes);
  editor.set_ttl(h.ttl);
  editor.set_source(h.source);
  editor.set_destination(h.destination);
  editor.update_checksum();
}

}  // namespace tapstack::wire
