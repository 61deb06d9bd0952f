#include "shim/netlink/message.h"

#include <algorithm>

namespace tapstack::shim::netlink {
namespace {

void skip(ConstBytes& rest, size_t bytes) { rest = rest.subspan(std::min(bytes, rest.size())); }

}  // namespace

std::optional<ConstBytes> Attributes::take(ConstBytes& rest, uint16_t& type) {
  nlattr head;
  if (rest.size() < sizeof head) return std::nullopt;
  std::memcpy(&head, rest.data(), sizeof head);
  if (head.nla_len < sizeof head || head.nla_len > rest.size()) return std::nullopt;
  type = head.nla_type & NLA_TYPE_MASK;
  const ConstBytes payload = rest.subspan(sizeof head, head.nla_len - sizeof head);
  skip(rest, NLA_ALIGN(head.nla_len));
  return payload;
}

std::optional<ConstBytes> Attributes::find(uint16_t type) const {
  std::optional<ConstBytes> found;
  each([&](uint16_t other, ConstBytes payload) {
    if (other == type) found = payload;
  });
  return found;
}

std::string_view Attributes::text(uint16_t type) const {
  const ConstBytes payload = find(type).value_or(ConstBytes{});
  const auto end = std::find(payload.begin(), payload.end(), uint8_t{0});
  return {reinterpret_cast<const char*>(payload.data()),
          static_cast<size_t>(end - payload.begin())};
}

uint16_t Attributes::first_above(uint16_t max) const {
  uint16_t found = 0;
  each([&](uint16_t type, ConstBytes) {
    if (found == 0 && type > max) found = type;
  });
  return found;
}

std::optional<Message> take_message(ConstBytes& rest) {
  Message message;
  if (rest.size() < sizeof message.header) return std::nullopt;
  std::memcpy(&message.header, rest.data(), sizeof message.header);
  const size_t length = message.header.nlmsg_len;
  if (length < sizeof message.header || length > rest.size()) return std::nullopt;
  message.whole = rest.first(length);
  message.body = message.whole.subspan(sizeof message.header);
  skip(rest, NLMSG_ALIGN(length));
  return message;
}

}  // namespace tapstack::shim::netlink
