#include "shim/netlink/writer.h"

#include <cstring>

namespace tapstack::shim::netlink {

void Writer::begin(uint16_t type, uint16_t flags) {
  begun_ = used_;
  is_too_long_ = false;
  nlmsghdr head{};
  head.nlmsg_type = type;
  head.nlmsg_flags = static_cast<uint16_t>(flags | to_.flags);
  head.nlmsg_seq = to_.sequence;
  head.nlmsg_pid = to_.port;
  fixed(head);
}

bool Writer::end() {
  if (is_too_long_) {
    abandon();
    return false;
  }
  const auto length = static_cast<uint32_t>(used_ - begun_);
  std::memcpy(room_.data() + begun_ + offsetof(nlmsghdr, nlmsg_len), &length, sizeof length);
  pad();
  return true;
}

void Writer::attribute(uint16_t type, ConstBytes payload) {
  nlattr head{};
  head.nla_len = static_cast<uint16_t>(sizeof head + payload.size());
  head.nla_type = type;
  fixed(head);
  append(payload.data(), payload.size());
  pad();
}

void Writer::text(uint16_t type, std::string_view value) {
  const size_t nest = begin_nest(type);
  append(value.data(), value.size());
  fixed(uint8_t{0});
  end_nest(nest);
}

void Writer::padded(ConstBytes bytes) {
  append(bytes.data(), bytes.size());
  pad();
}

size_t Writer::begin_nest(uint16_t type) {
  const size_t at = used_;
  fixed(nlattr{0, type});
  return at;
}

void Writer::end_nest(size_t nest) {
  if (is_too_long_) return;
  const auto length = static_cast<uint16_t>(used_ - nest);
  std::memcpy(room_.data() + nest + offsetof(nlattr, nla_len), &length, sizeof length);
  pad();
}

void Writer::append(const void* from, size_t bytes) {
  if (is_too_long_ || room_.size() - used_ < bytes) {
    is_too_long_ = true;
    return;
  }
  if (bytes > 0) std::memcpy(room_.data() + used_, from, bytes);
  used_ += bytes;
}

// Messages and attributes begin at multiples of four.
void Writer::pad() {
  static constexpr uint8_t kZeros[NLMSG_ALIGNTO] = {};
  append(kZeros, NLMSG_ALIGN(used_) - used_);
}

}  // namespace tapstack::shim::netlink
