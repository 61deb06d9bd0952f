// The virtio-net header, which precedes each frame of a TAP device with offloads, and what it says
// in our terms. (<linux/virtio_net.h> has a member named `class`: it is no C++.)
#pragma once

#include "core/api/run.h"

namespace tapstack::tapif {

// struct virtio_net_hdr, virtio 1.2, 5.1.6. Byte order is the host's: the TAP device's default.
struct VirtioHeader {
  static constexpr uint8_t kNeedsChecksum = 1;  // flags: VIRTIO_NET_HDR_F_*
  static constexpr uint8_t kDataValid = 2;
  static constexpr uint8_t kGsoNone = 0;  // gso_type: VIRTIO_NET_HDR_GSO_*
  static constexpr uint8_t kGsoTcp4 = 1;
  static constexpr uint8_t kGsoTcp6 = 4;
  static constexpr uint8_t kGsoUdpL4 = 5;
  static constexpr uint8_t kGsoEcn = 0x80;  // a bit beside the type

  uint8_t flags = 0;
  uint8_t gso_type = kGsoNone;
  uint16_t hdr_len = 0;
  uint16_t gso_size = 0;
  uint16_t csum_start = 0;
  uint16_t csum_offset = 0;
};
static_assert(sizeof(VirtioHeader) == 10);

// The header for a frame that the stack sends.
VirtioHeader to_virtio(const api::Offload& offload);

// What the header says of a frame that came in. A segmentation or an offset that makes no sense, or
// that was not offered, is false; the frame should be dropped.
bool from_virtio(const VirtioHeader& header, size_t frame_bytes, api::Offload& offload);

}  // namespace tapstack::tapif
