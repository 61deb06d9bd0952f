#include "tapif/segment.h"

#include <algorithm>
#include <cstring>

#include "tapif/checksum.h"
#include "tapif/packet_layout.h"

namespace tapstack::tapif {
namespace {

// Offsets in the TCP header (RFC 9293 3.1) and in the UDP header (RFC 768).
constexpr size_t kTcpBytesMin = 20;
constexpr size_t kTcpSequence = 4, kTcpDataOffset = 12, kTcpFlags = 13, kTcpChecksum = 16;
constexpr uint8_t kFin = 0x01, kPsh = 0x08, kCwr = 0x80;
constexpr size_t kUdpBytes = 8, kUdpLength = 4, kUdpChecksum = 6;
// In the IPv4 header (RFC 791) and the IPv6 header (RFC 8200).
constexpr size_t kIp4Length = 2, kIp4Identification = 4, kIp4Checksum = 10;
constexpr size_t kIp6Length = 4;

bool is_superframe(const api::Offload& offload) {
  return offload.segmentation != api::Segmentation::kNone && offload.segment_bytes > 0;
}

}  // namespace

Segmenter::Segmenter(ConstBytes frame, const api::Offload& offload)
    : frame_(frame), offload_(offload) {
  if (is_superframe(offload_) && !find_payload()) frame_ = {};
  at_ = payload_;
}

bool Segmenter::find_payload() {
  PacketLayout layout;
  if (!find_layout(frame_, layout)) return false;
  is_ip6_ = layout.is_ip6;
  end_ = layout.end;
  protocol_ = offload_.segmentation == api::Segmentation::kUdp ? kProtocolUdp : kProtocolTcp;
  // With IPv6 extension headers only the offload information knows where the transport header is.
  transport_ = offload_.checksum == api::ChecksumState::kPartial ? offload_.checksum_start
                                                                 : layout.transport;
  if (transport_ < layout.transport) return false;
  const size_t header_bytes_min = protocol_ == kProtocolUdp ? kUdpBytes : kTcpBytesMin;
  if (transport_ + header_bytes_min > end_) return false;
  payload_ = transport_ + (protocol_ == kProtocolUdp
                               ? kUdpBytes
                               : static_cast<size_t>(frame_[transport_ + kTcpDataOffset] >> 4) * 4);
  return payload_ >= transport_ + header_bytes_min && payload_ < end_;
}

size_t Segmenter::next(Bytes out) {
  if (is_superframe(offload_)) return next_segment(out);
  if (index_ > 0 || frame_.empty() || frame_.size() > out.size()) return 0;
  ++index_;
  std::memcpy(out.data(), frame_.data(), frame_.size());
  complete_checksum(out.first(frame_.size()), offload_);
  return frame_.size();
}

size_t Segmenter::next_segment(Bytes out) {
  if (frame_.empty() || at_ >= end_) return 0;
  const size_t payload_bytes = std::min<size_t>(offload_.segment_bytes, end_ - at_);
  const Bytes packet = out.first(std::min(out.size(), payload_ + payload_bytes));
  if (packet.size() < payload_ + payload_bytes) return 0;
  std::memcpy(packet.data(), frame_.data(), payload_);
  std::memcpy(&packet[payload_], &frame_[at_], payload_bytes);
  fix_ip(packet);
  fix_transport(packet, at_ + payload_bytes == end_);
  at_ += payload_bytes;
  ++index_;
  return packet.size();
}

void Segmenter::fix_ip(Bytes packet) const {
  uint8_t* ip = &packet[kEthernetBytes];
  const size_t ip_bytes = packet.size() - kEthernetBytes;
  if (is_ip6_) {
    store16(ip + kIp6Length, static_cast<uint16_t>(ip_bytes - kIp6Bytes));
    return;
  }
  store16(ip + kIp4Length, static_cast<uint16_t>(ip_bytes));
  store16(ip + kIp4Identification, static_cast<uint16_t>(load16(ip + kIp4Identification) + index_));
  store16(ip + kIp4Checksum, 0);
  const ConstBytes header(ip, transport_ - kEthernetBytes);
  store16(ip + kIp4Checksum, static_cast<uint16_t>(~ones_sum(header)));
}

void Segmenter::fix_transport(Bytes packet, bool is_last) const {
  uint8_t* header = &packet[transport_];
  const size_t transport_bytes = packet.size() - transport_;
  api::Offload offload;
  offload.checksum = api::ChecksumState::kPartial;
  offload.checksum_start = static_cast<uint16_t>(transport_);
  if (protocol_ == kProtocolUdp) {
    store16(header + kUdpLength, static_cast<uint16_t>(transport_bytes));
    offload.checksum_offset = kUdpChecksum;
  } else {
    const auto sent_before = static_cast<uint32_t>(at_ - payload_);
    store32(header + kTcpSequence, load32(header + kTcpSequence) + sent_before);
    if (!is_last) header[kTcpFlags] &= static_cast<uint8_t>(~(kFin | kPsh));
    // RFC 3168 6.1.2: CWR is set on the first new segment only.
    if (index_ > 0) header[kTcpFlags] &= static_cast<uint8_t>(~kCwr);
    offload.checksum_offset = kTcpChecksum;
  }
  store16(header + offload.checksum_offset,
          pseudo_header_sum(packet, is_ip6_, protocol_, transport_bytes));
  complete_checksum(packet, offload);
}

}  // namespace tapstack::tapif
