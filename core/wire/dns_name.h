// Domain names as DNS messages carry them (RFC 1035 3.1, 4.1.4), and as text (5.1).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "util/address.h"

namespace tapstack::wire {

// RFC 1035 2.3.4: labels, their lengths and the root's octet.
inline constexpr size_t kDnsNameBytesMax = 255;
inline constexpr size_t kDnsLabelBytesMax = 63;
// The longest text of a name: every octet of four labels as \DDD, and dots.
inline constexpr size_t kDnsNameTextBytesMax = 1008;

// A name without compression. A default-constructed one is the root.
class DnsName {
 public:
  DnsName() = default;
  // "www.example.com", with or without a final dot; "." is the root; \. and \DDD stand for octets
  // (RFC 1035 5.1). Empty: an empty or too long label, too long a name, a bad escape.
  static std::optional<DnsName> from_text(std::string_view text);
  // Where an address's name is asked for: 1.10.10.10.in-addr.arpa (RFC 1035 3.5), or nibbles under
  // ip6.arpa (RFC 3596 2.5).
  static DnsName reverse_of(const IpAddress& address);
  // The name at offset `at` of `message`, which pointers may continue elsewhere; `at` becomes the
  // offset behind it. Empty: it is cut off, too long, or a pointer does not point backwards.
  static std::optional<DnsName> read(std::span<const uint8_t> message, size_t& at);

  std::span<const uint8_t> octets() const { return {octets_.data(), length_}; }
  bool is_root() const { return length_ == 1; }
  // Writes the text without a final dot ("." for the root) and returns its length; 0: no room.
  size_t text(std::span<char> out) const;
  // Whether every label is one that a host can have (RFC 1123 2.1), or an underscore is in it, as
  // resolvers put up with: what may be handed to programs as the name of a host.
  bool is_host_name() const;
  // In any case of letters (RFC 4343 3).
  bool operator==(const DnsName& other) const;

 private:
  bool append_label(std::span<const uint8_t> label);

  std::array<uint8_t, kDnsNameBytesMax> octets_{};
  uint8_t length_ = 1;
};

}  // namespace tapstack::wire
