#include "frames.h"

namespace tapstack::tapif::testing {
namespace {

void put16(std::vector<uint8_t>& bytes, size_t value) {
  bytes.push_back(static_cast<uint8_t>(value >> 8));
  bytes.push_back(static_cast<uint8_t>(value));
}

// Sum of 16-bit words, carries added at the end.
uint32_t words(const uint8_t* at, size_t bytes) {
  uint32_t sum = 0;
  for (size_t i = 0; i < bytes; ++i) sum += uint32_t{at[i]} << (i % 2 == 0 ? 8 : 0);
  return sum;
}

uint16_t carried(uint32_t sum) {
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(sum);
}

void patch16(std::vector<uint8_t>& bytes, size_t at, uint16_t value) {
  bytes[at] = static_cast<uint8_t>(value >> 8);
  bytes[at + 1] = static_cast<uint8_t>(value);
}

void put_payload(std::vector<uint8_t>& frame, size_t bytes) {
  for (size_t i = 0; i < bytes; ++i) frame.push_back(static_cast<uint8_t>(i));
}

constexpr size_t kUdp6Headers = 14 + 40 + 8;
constexpr size_t kTcp6Headers = 14 + 40 + 20;

// Ethernet and IPv6 headers, 2001:db8::1 to 2001:db8::2.
std::vector<uint8_t> ip6_headers(uint8_t protocol, size_t transport_bytes) {
  std::vector<uint8_t> f = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x86, 0xdd, 0x60, 0, 0, 0};
  put16(f, transport_bytes);
  f.insert(f.end(), {protocol, 64});
  for (const uint8_t host : {uint8_t{1}, uint8_t{2}}) {
    f.insert(f.end(), {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, host});
  }
  return f;
}

}  // namespace

std::vector<uint8_t> tcp4_frame(size_t payload_bytes, uint8_t flags) {
  std::vector<uint8_t> f = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x00, 0x45, 0};
  put16(f, 40 + payload_bytes);
  f.insert(f.end(), {0x10, 0x00, 0x40, 0x00, 64, 6, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2});
  patch16(f, 24, static_cast<uint16_t>(~carried(words(&f[14], 20))));
  f.insert(f.end(), {0x03, 0xe8, 0, 80, 1, 2, 3, 4, 9, 9, 9, 9, 0x50, flags, 0xff, 0xff});
  put16(f, carried(words(&f[26], 8) + 6 + 20 + static_cast<uint32_t>(payload_bytes)));
  put16(f, 0);
  put_payload(f, payload_bytes);
  return f;
}

api::Offload tcp4_offload(uint16_t segment_bytes) {
  api::Offload offload;
  offload.checksum = api::ChecksumState::kPartial;
  offload.checksum_start = 34;
  offload.checksum_offset = 16;
  offload.segmentation = segment_bytes == 0 ? api::Segmentation::kNone : api::Segmentation::kTcp4;
  offload.segment_bytes = segment_bytes;
  offload.header_bytes = 54;
  return offload;
}

std::vector<uint8_t> tcp6_frame(size_t payload_bytes, uint8_t flags) {
  std::vector<uint8_t> f = ip6_headers(6, 20 + payload_bytes);
  f.insert(f.end(), {0x03, 0xe8, 0, 80, 1, 2, 3, 4, 9, 9, 9, 9, 0x50, flags, 0xff, 0xff});
  put16(f, carried(words(&f[22], 32) + 6 + 20 + static_cast<uint32_t>(payload_bytes)));
  put16(f, 0);
  put_payload(f, payload_bytes);
  return f;
}

api::Offload tcp6_offload(uint16_t segment_bytes) {
  api::Offload offload = tcp4_offload(segment_bytes);
  offload.checksum_start = 54;
  if (segment_bytes != 0) offload.segmentation = api::Segmentation::kTcp6;
  offload.header_bytes = kTcp6Headers;
  return offload;
}

std::vector<uint8_t> udp6_frame(size_t payload_bytes) {
  std::vector<uint8_t> f = ip6_headers(17, 8 + payload_bytes);
  f.insert(f.end(), {0x03, 0xe8, 0, 53});
  put16(f, 8 + payload_bytes);
  put16(f, carried(words(&f[22], 32) + 17 + 8 + static_cast<uint32_t>(payload_bytes)));
  put_payload(f, payload_bytes);
  return f;
}

api::Offload udp6_offload(uint16_t segment_bytes) {
  api::Offload offload;
  offload.checksum = api::ChecksumState::kPartial;
  offload.checksum_start = 54;
  offload.checksum_offset = 6;
  offload.segmentation = segment_bytes == 0 ? api::Segmentation::kNone : api::Segmentation::kUdp;
  offload.segment_bytes = segment_bytes;
  offload.header_bytes = kUdp6Headers;
  return offload;
}

bool checksums_are_right(ConstBytes frame) {
  const bool is_ip6 = frame[12] == 0x86;
  const size_t ip_header = is_ip6 ? 40 : 20;
  if (!is_ip6 && carried(words(&frame[14], 20)) != 0xffff) return false;
  const size_t transport = 14 + ip_header;
  const size_t bytes = frame.size() - transport;
  const uint32_t addresses = is_ip6 ? words(&frame[22], 32) : words(&frame[26], 8);
  const uint8_t protocol = frame[is_ip6 ? 20 : 23];
  return carried(addresses + protocol + static_cast<uint32_t>(bytes) +
                 carried(words(&frame[transport], bytes))) == 0xffff;
}

}  // namespace tapstack::tapif::testing
