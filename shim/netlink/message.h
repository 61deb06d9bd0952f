// Netlink messages as they come from programs (RFC 3549 2.3, linux/netlink.h): views that never
// look past the bytes they were given, whatever the lengths inside say. Numbers are in the order of
// the host, as on the kernel.
#pragma once

#include <linux/netlink.h>

#include <cstring>
#include <optional>
#include <string_view>

#include "core/api/types.h"

namespace tapstack::shim::netlink {

// Attributes, one behind the other.
class Attributes {
 public:
  explicit Attributes(ConstBytes bytes) : bytes_(bytes) {}

  // What the last attribute of `type` holds, as Linux takes the last; none: nothing of that type.
  std::optional<ConstBytes> find(uint16_t type) const;
  bool has(uint16_t type) const { return find(type).has_value(); }
  // Its first bytes as a T; none where it is absent or shorter.
  template <class T>
  std::optional<T> number(uint16_t type) const {
    const std::optional<ConstBytes> found = find(type);
    if (!found || found->size() < sizeof(T)) return std::nullopt;
    T value;
    std::memcpy(&value, found->data(), sizeof value);
    return value;
  }
  // Up to its first zero; empty where it is absent.
  std::string_view text(uint16_t type) const;
  Attributes nested(uint16_t type) const { return Attributes(find(type).value_or(ConstBytes{})); }
  // The first attribute of a type above `max`; 0: there is none.
  uint16_t first_above(uint16_t max) const;

  // One attribute after the other: `visit(type, payload)`.
  template <class Visit>
  void each(Visit visit) const {
    ConstBytes rest = bytes_;
    uint16_t type = 0;
    while (const std::optional<ConstBytes> payload = take(rest, type)) visit(type, *payload);
  }

 private:
  static std::optional<ConstBytes> take(ConstBytes& rest, uint16_t& type);

  ConstBytes bytes_;
};

struct Message {
  nlmsghdr header{};
  ConstBytes whole;  // as it came, header included
  ConstBytes body;   // behind the header

  bool has_flags(uint16_t flags) const { return (header.nlmsg_flags & flags) == flags; }
  // The NLM_F_DUMP bits, one of which makes a dump of it.
  bool is_dump() const { return (header.nlmsg_flags & NLM_F_DUMP) != 0; }
  template <class T>
  bool has() const {
    return body.size() >= sizeof(T);
  }
  // The header of its protocol; what the message is too short for is zero.
  template <class T>
  T fixed() const {
    T value{};
    if (!body.empty()) std::memcpy(&value, body.data(), std::min(sizeof value, body.size()));
    return value;
  }
  // Those behind that header.
  template <class T>
  Attributes attributes() const {
    const size_t skipped = std::min<size_t>(NLMSG_ALIGN(sizeof(T)), body.size());
    return Attributes(body.subspan(skipped));
  }
};

// Takes the next message off the front of `rest`; none at the end, and where what is left is no
// whole message (netlink_rcv_skb).
std::optional<Message> take_message(ConstBytes& rest);

}  // namespace tapstack::shim::netlink
