#include "tapif/checksum.h"

#include "tapif/packet_layout.h"

namespace tapstack::tapif {
namespace {

constexpr size_t kUdpChecksumOffset = 6;  // RFC 768

uint16_t fold(uint64_t sum) {
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(sum);
}

}  // namespace

uint16_t ones_sum(ConstBytes bytes, uint32_t initial) {
  uint64_t sum = initial;
  size_t i = 0;
  for (; i + 1 < bytes.size(); i += 2) sum += load16(&bytes[i]);
  if (i < bytes.size()) sum += uint32_t{bytes[i]} << 8;
  return fold(sum);
}

uint16_t pseudo_header_sum(ConstBytes frame, bool is_ip6, uint8_t protocol,
                           size_t transport_bytes) {
  const ConstBytes addresses =
      is_ip6 ? frame.subspan(kEthernetBytes + 8, 32) : frame.subspan(kEthernetBytes + 12, 8);
  return fold(uint64_t{ones_sum(addresses)} + protocol + transport_bytes);
}

void complete_checksum(Bytes frame, const api::Offload& offload) {
  if (offload.checksum != api::ChecksumState::kPartial) return;
  const size_t start = offload.checksum_start;
  const size_t field = start + offload.checksum_offset;
  if (field + 2 > frame.size()) return;

  PacketLayout layout;
  const bool is_ip = find_layout(frame, layout);
  const size_t end = is_ip ? layout.end : frame.size();
  if (field + 2 > end) return;
  if (is_ip && offload.segmentation != api::Segmentation::kNone) {
    // What the field of a superframe holds beside the addresses is for the segments to correct.
    store16(&frame[field], pseudo_header_sum(frame, layout.is_ip6, layout.protocol, end - start));
  }
  uint16_t checksum = static_cast<uint16_t>(~ones_sum(frame.subspan(start, end - start)));
  // RFC 768: zero would mean that there is no checksum.
  if (checksum == 0 && offload.checksum_offset == kUdpChecksumOffset) checksum = 0xffff;
  store16(&frame[field], checksum);
}

}  // namespace tapstack::tapif
