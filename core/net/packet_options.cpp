#include "net/packet_options.h"

#include <algorithm>
#include <optional>

#include "util/bytes.h"
#include "wire/address_bytes.h"
#include "wire/ip4_options.h"
#include "wire/ip6_extensions.h"

namespace tapstack::net {
namespace {

namespace ip4_option = wire::ip4_option;
using wire::Ip6ExtensionView;

// Positions in an option, and pointers, which count from 1.
constexpr size_t kPointer = 2;
constexpr size_t kRoutePointerMin = 4;
constexpr size_t kTimestampPointerMin = 5;
constexpr size_t kOverflowFlag = 3;  // Timestamp: count of hosts without room, and the flag
constexpr uint8_t kFlagMask = 0x0f;
constexpr uint8_t kOverflowStep = 0x10, kOverflowMask = 0xf0;
constexpr uint8_t kTimesOnly = 0, kTimesOfAll = 1, kTimesOfNamed = 3;
constexpr uint32_t kNoTimeOfDay = 0x80000000;  // RFC 791 3.1: any time, with the top bit set

size_t timestamp_entry_bytes(uint8_t flag) { return flag == kTimesOnly ? 4 : 8; }

bool is_timestamp_good(std::span<const uint8_t> bytes) {
  if (bytes.size() < 4) return false;
  const uint8_t flag = bytes[kOverflowFlag] & kFlagMask;
  const bool is_known = flag == kTimesOnly || flag == kTimesOfAll || flag == kTimesOfNamed;
  return is_known && bytes[kPointer] >= kTimestampPointerMin;
}

// What a host may originate: RFC 1122 3.2.1.8.
bool is_good(const wire::Ip4Option& option) {
  const std::span<const uint8_t> bytes = option.bytes;
  switch (option.type) {
    case ip4_option::kRecordRoute:
      return bytes.size() >= 3 && bytes[kPointer] >= kRoutePointerMin;
    case ip4_option::kTimestamp:
      return is_timestamp_good(bytes);
    case ip4_option::kRouterAlert:
      return bytes.size() == 4;  // RFC 2113 2.1
    default:
      return !option.is_source_route();
  }
}

void record_route(std::span<uint8_t> option, Ip4Address here) {
  const size_t pointer = option[kPointer];
  if (pointer < kRoutePointerMin || pointer + 3 > option.size()) return;
  wire::store_ip4(&option[pointer - 1], here);
  option[kPointer] = static_cast<uint8_t>(pointer + 4);
}

void record_time(std::span<uint8_t> option, Ip4Address here, Instant now) {
  if (!is_timestamp_good(option)) return;
  const uint8_t flag = option[kOverflowFlag] & kFlagMask;
  const size_t at = option[kPointer] - 1u;
  const size_t entry_bytes = timestamp_entry_bytes(flag);
  if (at + entry_bytes > option.size()) {
    uint8_t& count = option[kOverflowFlag];
    if ((count & kOverflowMask) != kOverflowMask)
      count = static_cast<uint8_t>(count + kOverflowStep);
    return;
  }
  if (flag == kTimesOfNamed && wire::load_ip4(&option[at]) != here) return;
  if (flag == kTimesOfAll) wire::store_ip4(&option[at], here);
  const auto ms = static_cast<uint32_t>(now.us() / 1000);
  store_be32(&option[at + entry_bytes - 4], ms | kNoTimeOfDay);
  option[kPointer] = static_cast<uint8_t>(option[kPointer] + entry_bytes);
}

}  // namespace

void record_in_options(std::span<uint8_t> options, Ip4Address here, Instant now) {
  for (wire::Ip4OptionWalk walk(options); const auto option = walk.next();) {
    const size_t at = option->offset - wire::Ip4View::kHeaderBytesMin;
    const std::span<uint8_t> bytes = options.subspan(at, option->bytes.size());
    if (option->type == ip4_option::kRecordRoute && bytes.size() >= 3) record_route(bytes, here);
    if (option->type == ip4_option::kTimestamp) record_time(bytes, here, now);
  }
}

Status PacketOptions::set_ip4(std::span<const uint8_t> bytes) {
  if (bytes.size() > kIp4BytesMax) return Error::kInvalid;
  wire::Ip4OptionWalk walk(bytes);
  while (const auto option = walk.next()) {
    if (!is_good(*option)) return Error::kInvalid;
  }
  if (walk.is_malformed()) return Error::kInvalid;
  const size_t padded = (bytes.size() + 3) / 4 * 4;
  const size_t used = walk.offset() - size_t{wire::Ip4View::kHeaderBytesMin};
  std::copy_n(bytes.begin(), used, ip4_);
  std::fill(ip4_ + used, ip4_ + padded, ip4_option::kEndOfList);  // nothing follows the end
  length_[number(PacketHeader::kIp4Options)] = static_cast<uint8_t>(padded);
  return Status();
}

Status PacketOptions::set_ip6(PacketHeader header, std::span<const uint8_t> bytes) {
  if (!bytes.empty()) {
    const auto view = Ip6ExtensionView::parse(bytes);
    if (!view || view->size() != bytes.size()) return Error::kInvalid;
  }
  const std::span<const uint8_t> old = get(header);
  const auto begin = static_cast<size_t>(old.data() - ip6_);
  const size_t total = this->bytes(true) + get(PacketHeader::kBeforeRouting).size();
  if (total - old.size() + bytes.size() > kIp6BytesMax) return Error::kNoBuffers;
  const uint8_t* tail = old.data() + old.size();
  const size_t tail_bytes = total - begin - old.size();
  uint8_t moved[kIp6BytesMax];
  std::copy_n(tail, tail_bytes, moved);
  std::copy(bytes.begin(), bytes.end(), ip6_ + begin);
  std::copy_n(moved, tail_bytes, ip6_ + begin + bytes.size());
  length_[number(header)] = static_cast<uint8_t>(bytes.size());
  return Status();
}

Status PacketOptions::set(PacketHeader header, std::span<const uint8_t> bytes) {
  return header == PacketHeader::kIp4Options ? set_ip4(bytes) : set_ip6(header, bytes);
}

std::span<const uint8_t> PacketOptions::get(PacketHeader header) const {
  const size_t length = length_[number(header)];
  if (header == PacketHeader::kIp4Options) return {ip4_, length};
  size_t begin = 0;
  for (size_t i = number(PacketHeader::kHopByHop); i < number(header); ++i) begin += length_[i];
  return {ip6_ + begin, length};
}

bool PacketOptions::is_empty() const { return bytes(false) == 0 && bytes(true) == 0; }

uint16_t PacketOptions::bytes(bool is_ip6) const {
  if (!is_ip6) return length_[number(PacketHeader::kIp4Options)];
  return static_cast<uint16_t>(length_[number(PacketHeader::kHopByHop)] +
                               length_[number(PacketHeader::kDestination)]);
}

void PacketOptions::put_ip4(std::span<uint8_t> out, Ip4Address source, Instant now) const {
  const std::span<const uint8_t> options = get(PacketHeader::kIp4Options);
  std::copy(options.begin(), options.end(), out.begin());
  record_in_options(out.first(options.size()), source, now);
}

// RFC 8200 4.1: Hop-by-Hop Options first, Destination Options for the destination alone last.
uint8_t PacketOptions::put_ip6(std::span<uint8_t> out, uint8_t protocol) const {
  const std::span<const uint8_t> hop_by_hop = get(PacketHeader::kHopByHop);
  const std::span<const uint8_t> destination = get(PacketHeader::kDestination);
  uint8_t first = protocol;
  if (!destination.empty()) {
    std::copy(destination.begin(), destination.end(),
              out.begin() + static_cast<std::ptrdiff_t>(hop_by_hop.size()));
    out[hop_by_hop.size()] = first;
    first = wire::ip_protocol::kDestinationOptions;
  }
  if (!hop_by_hop.empty()) {
    std::copy(hop_by_hop.begin(), hop_by_hop.end(), out.begin());
    out[0] = first;
    first = wire::ip_protocol::kHopByHop;
  }
  return first;
}

}  // namespace tapstack::net
