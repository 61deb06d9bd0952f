#include "net/ip6_header_walk.h"

#include "wire/ip6.h"

namespace tapstack::net {

Ip6HeaderWalk::Ip6HeaderWalk(Context& ctx, const mem::Packet& packet, uint32_t base)
    : ctx_(ctx),
      packet_(packet),
      base_(base),
      next_header_(wire::ip_protocol::kNoNextHeader),
      offset_(wire::Ip6View::kHeaderBytes),
      pointer_(wire::ip6_field::kNextHeader) {
  if (packet.size() >= base + offset_) {
    ctx.memory.copy_out(packet, base + pointer_, {&next_header_, 1});
  }
}

std::optional<Ip6Extension> Ip6HeaderWalk::read() const {
  const uint32_t rest = packet_.size() - base_ - offset_;
  Ip6Extension extension;
  if (rest < extension.bytes.size()) return std::nullopt;
  ctx_.memory.copy_out(packet_, base_ + offset_, extension.bytes);
  if (rest < size_of(extension)) return std::nullopt;
  return extension;
}

void Ip6HeaderWalk::skip(const Ip6Extension& extension) {
  const uint32_t size = size_of(extension);
  pointer_ = offset_;
  offset_ += size;
  next_header_ = extension.view().next_header();
}

bool Ip6HeaderWalk::to_upper_layer() {
  while (is_at_extension()) {
    const auto extension = read();
    if (!extension) return false;
    const bool is_later_fragment = next_header_ == wire::ip_protocol::kFragment &&
                                   extension->view().fragment_offset_bytes() != 0;
    if (is_later_fragment) return false;
    skip(*extension);
  }
  return true;
}

uint32_t Ip6HeaderWalk::size_of(const Ip6Extension& extension) const {
  return next_header_ == wire::ip_protocol::kFragment ? wire::Ip6ExtensionView::kBytesMin
                                                      : extension.view().size();
}

}  // namespace tapstack::net
