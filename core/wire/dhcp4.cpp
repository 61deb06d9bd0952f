#include "wire/dhcp4.h"

#include <algorithm>

#include "util/assert.h"

namespace tapstack::wire {
namespace {

using namespace dhcp4_field;

constexpr uint32_t kMagicCookie = 0x63825363;  // RFC 2131 3
constexpr uint8_t kBootRequest = 1, kBootReply = 2;
constexpr uint8_t kEthernet = 1;
constexpr uint16_t kBroadcastFlag = 0x8000;
constexpr size_t kMessageBytesMin = 300;
constexpr uint8_t kFileHoldsOptions = 1, kServerNameHoldsOptions = 2;  // RFC 2132 9.3

// Appends the data of each instance of `code` in one field; returns the new total.
std::optional<size_t> gather(std::span<const uint8_t> field, uint8_t code, std::span<uint8_t> out,
                             std::optional<size_t> total) {
  size_t at = 0;
  while (at < field.size() && field[at] != dhcp4_option::kEnd) {
    if (field[at] == dhcp4_option::kPad) {
      ++at;
      continue;
    }
    if (at + 2 > field.size()) break;
    const size_t length = field[at + 1];
    if (at + 2 + length > field.size()) break;
    if (field[at] == code) {
      const size_t before = total.value_or(0);
      const size_t room = out.size() - std::min(out.size(), before);
      std::copy_n(field.data() + at + 2, std::min(length, room), out.data() + before);
      total = before + length;
    }
    at += 2 + length;
  }
  return total;
}

}  // namespace

std::optional<Dhcp4View> Dhcp4View::parse(std::span<const uint8_t> bytes) {
  if (bytes.size() < kOptions) return std::nullopt;
  if (bytes[kHardwareType] != kEthernet || bytes[kHardwareLength] != 6) return std::nullopt;
  if (bytes[kOperation] != kBootRequest && bytes[kOperation] != kBootReply) return std::nullopt;
  if (load_be32(&bytes[kCookie]) != kMagicCookie) return std::nullopt;
  return Dhcp4View(bytes);
}

Dhcp4Header Dhcp4View::header() const {
  const uint8_t* p = bytes_.data();
  Dhcp4Header h;
  h.is_reply = p[kOperation] == kBootReply;
  h.xid = load_be32(p + kTransaction);
  h.secs = load_be16(p + kSeconds);
  h.broadcast = (load_be16(p + kFlags) & kBroadcastFlag) != 0;
  h.ciaddr = load_ip4(p + kClientAddress);
  h.yiaddr = load_ip4(p + kYourAddress);
  h.siaddr = load_ip4(p + kServerAddress);
  h.giaddr = load_ip4(p + kRelayAddress);
  h.chaddr = load_mac(p + kClientHardware);
  return h;
}

Dhcp4Type Dhcp4View::type() const {
  uint8_t value = 0;
  const auto length = option(dhcp4_option::kMessageType, {&value, 1});
  return length == 1u ? static_cast<Dhcp4Type>(value) : Dhcp4Type::kNone;
}

std::optional<size_t> Dhcp4View::option(uint8_t code, std::span<uint8_t> out) const {
  const std::span<const uint8_t> options = bytes_.subspan(kOptions);
  auto total = gather(options, code, out, std::nullopt);
  uint8_t overload = 0;
  gather(options, dhcp4_option::kOverload, {&overload, 1}, std::nullopt);
  if ((overload & kFileHoldsOptions) != 0) {
    total = gather(bytes_.subspan(kFile, kCookie - kFile), code, out, total);
  }
  if ((overload & kServerNameHoldsOptions) != 0) {
    total = gather(bytes_.subspan(kServerName, kFile - kServerName), code, out, total);
  }
  return total;
}

std::optional<uint32_t> Dhcp4View::option_u32(uint8_t code) const {
  uint8_t data[4];
  if (option(code, data) != sizeof data) return std::nullopt;
  return load_be32(data);
}

std::optional<uint16_t> Dhcp4View::option_u16(uint8_t code) const {
  uint8_t data[2];
  if (option(code, data) != sizeof data) return std::nullopt;
  return load_be16(data);
}

std::optional<Ip4Address> Dhcp4View::option_address(uint8_t code) const {
  const auto value = option_u32(code);
  if (!value) return std::nullopt;
  return Ip4Address{*value};
}

Dhcp4Writer::Dhcp4Writer(std::span<uint8_t> out, const Dhcp4Header& h, Dhcp4Type type) : out_(out) {
  TAPSTACK_ASSERT(out.size() >= kMessageBytesMin);
  std::fill(out.begin(), out.end(), uint8_t{0});
  uint8_t* p = out.data();
  p[kOperation] = h.is_reply ? kBootReply : kBootRequest;
  p[kHardwareType] = kEthernet;
  p[kHardwareLength] = 6;
  store_be32(p + kTransaction, h.xid);
  store_be16(p + kSeconds, h.secs);
  store_be16(p + kFlags, h.broadcast ? kBroadcastFlag : 0);
  store_ip4(p + kClientAddress, h.ciaddr);
  store_ip4(p + kYourAddress, h.yiaddr);
  store_ip4(p + kServerAddress, h.siaddr);
  store_ip4(p + kRelayAddress, h.giaddr);
  store_mac(p + kClientHardware, h.chaddr);
  store_be32(p + kCookie, kMagicCookie);
  used_ = kOptions;
  const uint8_t value = static_cast<uint8_t>(type);
  option(dhcp4_option::kMessageType, {&value, 1});
}

void Dhcp4Writer::option(uint8_t code, std::span<const uint8_t> data) {
  TAPSTACK_ASSERT(data.size() <= 255);
  if (used_ + 2 + data.size() + 1 > out_.size()) return;  // one for the end
  out_[used_] = code;
  out_[used_ + 1] = static_cast<uint8_t>(data.size());
  std::copy(data.begin(), data.end(), out_.begin() + static_cast<ptrdiff_t>(used_ + 2));
  used_ += 2 + data.size();
}

void Dhcp4Writer::option_u16(uint8_t code, uint16_t value) {
  uint8_t data[2];
  store_be16(data, value);
  option(code, data);
}

void Dhcp4Writer::option_u32(uint8_t code, uint32_t value) {
  uint8_t data[4];
  store_be32(data, value);
  option(code, data);
}

void Dhcp4Writer::option_address(uint8_t code, Ip4Address address) {
  option_u32(code, address.value);
}

size_t Dhcp4Writer::finish() {
  out_[used_++] = dhcp4_option::kEnd;
  return std::max(used_, kMessageBytesMin);
}

std::optional<Dhcp4Route> take_classless_route(std::span<const uint8_t>& data) {
  if (data.empty() || data[0] > 32) return std::nullopt;
  const uint8_t length = data[0];
  const size_t octets = (length + 7u) / 8u;  // RFC 3442: the significant ones only
  if (data.size() < 1 + octets + 4) return std::nullopt;
  uint8_t network[4] = {};
  std::copy_n(data.data() + 1, octets, network);
  const Dhcp4Route route{{load_ip4(network), length}, load_ip4(data.data() + 1 + octets)};
  data = data.subspan(1 + octets + 4);
  return route;
}

}  // namespace tapstack::wire
