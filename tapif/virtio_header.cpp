#include "tapif/virtio_header.h"

namespace tapstack::tapif {
namespace {

using api::ChecksumState;
using api::Segmentation;

uint8_t gso_type(Segmentation segmentation) {
  switch (segmentation) {
    case Segmentation::kTcp4:
      return VirtioHeader::kGsoTcp4;
    case Segmentation::kTcp6:
      return VirtioHeader::kGsoTcp6;
    case Segmentation::kUdp:
      return VirtioHeader::kGsoUdpL4;
    case Segmentation::kNone:
      break;
  }
  return VirtioHeader::kGsoNone;
}

bool segmentation_of(uint8_t type, Segmentation& segmentation) {
  switch (type & ~VirtioHeader::kGsoEcn) {
    case VirtioHeader::kGsoNone:
      segmentation = Segmentation::kNone;
      return true;
    case VirtioHeader::kGsoTcp4:
      segmentation = Segmentation::kTcp4;
      return true;
    case VirtioHeader::kGsoTcp6:
      segmentation = Segmentation::kTcp6;
      return true;
    default:
      return false;
  }
}

}  // namespace

VirtioHeader to_virtio(const api::Offload& offload) {
  VirtioHeader header;
  if (offload.checksum == ChecksumState::kPartial) {
    header.flags = VirtioHeader::kNeedsChecksum;
    header.csum_start = offload.checksum_start;
    header.csum_offset = offload.checksum_offset;
  } else if (offload.checksum == ChecksumState::kVerified) {
    header.flags = VirtioHeader::kDataValid;
  }
  header.gso_type = gso_type(offload.segmentation);
  if (header.gso_type != VirtioHeader::kGsoNone) {
    if (offload.ecn) header.gso_type |= VirtioHeader::kGsoEcn;
    header.gso_size = offload.segment_bytes;
    header.hdr_len = offload.header_bytes;
  }
  return header;
}

bool from_virtio(const VirtioHeader& header, size_t frame_bytes, api::Offload& offload) {
  offload = {};
  if (!segmentation_of(header.gso_type, offload.segmentation)) return false;
  if ((header.flags & VirtioHeader::kNeedsChecksum) != 0) {
    if (size_t{header.csum_start} + header.csum_offset + 2 > frame_bytes) return false;
    offload.checksum = ChecksumState::kPartial;
    offload.checksum_start = header.csum_start;
    offload.checksum_offset = header.csum_offset;
  } else if ((header.flags & VirtioHeader::kDataValid) != 0) {
    offload.checksum = ChecksumState::kVerified;
  }
  if (offload.segmentation != Segmentation::kNone) {
    if (header.gso_size == 0) return false;
    offload.segment_bytes = header.gso_size;
    offload.header_bytes = header.hdr_len;
    offload.ecn = (header.gso_type & VirtioHeader::kGsoEcn) != 0;
  }
  return true;
}

}  // namespace tapstack::tapif
