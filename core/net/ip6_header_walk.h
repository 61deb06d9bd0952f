// Walking over the headers of an IPv6 packet to what it carries (RFC 8200 4).
#pragma once

#include <array>
#include <optional>

#include "link/context.h"
#include "wire/ip6_extensions.h"

namespace tapstack::net {

// The first bytes of an extension header, copied out of the packet.
struct Ip6Extension {
  std::array<uint8_t, wire::Ip6ExtensionView::kBytesMin> bytes;
  wire::Ip6ExtensionView view() const { return *wire::Ip6ExtensionView::parse(bytes); }
};

// For the length of one call: keeps a reference to the packet.
class Ip6HeaderWalk {
 public:
  // Stands at the header that follows the IPv6 header, which begins `base` bytes into the packet.
  Ip6HeaderWalk(Context& ctx, const mem::Packet& packet, uint32_t base = 0);

  // What stands at offset().
  uint8_t next_header() const { return next_header_; }
  // Bytes from the start of the IPv6 header: where the walk stands, and the field that says what is
  // there (the pointer of a Parameter Problem).
  uint32_t offset() const { return offset_; }
  uint32_t pointer() const { return pointer_; }
  // Whether the header at offset() is one that can be walked over.
  bool is_at_extension() const { return wire::is_ip6_extension(next_header_); }
  // The extension header at offset(); nothing when the packet ends before it does.
  std::optional<Ip6Extension> read() const;
  // Steps behind it.
  void skip(const Ip6Extension& extension);
  // Steps behind all extension headers. False when the packet ends before, or is a later fragment:
  // what it carries does not show.
  bool to_upper_layer();

 private:
  uint32_t size_of(const Ip6Extension& extension) const;

  Context& ctx_;
  const mem::Packet& packet_;
  uint32_t base_;
  uint8_t next_header_;
  uint32_t offset_;
  uint32_t pointer_;
};

}  // namespace tapstack::net
