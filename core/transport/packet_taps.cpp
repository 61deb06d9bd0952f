#include "transport/packet_taps.h"

#include <algorithm>
#include <utility>

#include "link/frame_view.h"
#include "transport/packet_injection.h"

namespace tapstack::transport {
namespace {

// Of a frame that waits. What its PacketInfo says about IP means nothing here, so these stand
// there:
//   flow_label       bytes that there were, from where the socket's data begins
//   flags            FrameKind
//   source_port      protocol
//   ip_header_bytes  of the link header, in front of the packet
//   payload_offset   where the socket's data begins
struct Waiting {
  const link::FrameView& view;
  FrameKind kind;
  uint32_t full_bytes;
  uint32_t begin;
};

void note(mem::PacketInfo& info, const Waiting& waiting) {
  info.flow_label = waiting.full_bytes;
  info.flags = static_cast<uint16_t>(waiting.kind);
  info.source_port = {waiting.view.protocol};
  info.ip_header_bytes = waiting.view.header_bytes;
  info.payload_offset = static_cast<uint16_t>(waiting.begin);
}

uint16_t link_type_of(const net::Network& network, InterfaceId id) {
  const link::Interface* interface = network.interface(id);
  if (interface == nullptr) return 0;
  if (interface->is_loopback) return link_type::kLoopback;
  return interface->has_neighbours() ? link_type::kEthernet : link_type::kNone;
}

// As far as the filter has left it there.
LinkAddress source_of(const Context& ctx, const mem::Packet& frame) {
  LinkAddress source;
  if (frame.info.ip_header_bytes < wire::EthernetView::kHeaderBytes) return source;
  source.count = sizeof(MacAddress::octets);
  if (frame.size() < wire::EthernetView::kHeaderBytes) return source;
  uint8_t header[wire::EthernetView::kHeaderBytes];
  ctx.memory.copy_out(frame, 0, header);
  const MacAddress mac = wire::EthernetView::parse(header)->source();
  std::copy(mac.octets.begin(), mac.octets.end(), source.octets.begin());
  return source;
}

void describe(const Context& ctx, const net::Network& network, const mem::Packet& frame,
              FrameInfo& info) {
  const mem::PacketInfo& noted = frame.info;
  info.interface = noted.interface;
  info.kind = static_cast<FrameKind>(noted.flags);
  info.protocol = noted.source_port.value;
  info.link_type = link_type_of(network, noted.interface);
  info.source = source_of(ctx, frame);
  info.full_bytes = noted.flow_label;
  info.kept_bytes = frame.size() - std::min<uint32_t>(frame.size(), noted.payload_offset);
  info.network_bytes = static_cast<uint16_t>(noted.ip_header_bytes - noted.payload_offset);
  info.checksum = noted.offload.checksum;
  info.received_at = noted.received_at;
}

// eth_type_trans().
FrameKind kind_of(const link::Interface& interface, const link::FrameView& view) {
  if (!interface.has_neighbours() || view.destination == interface.settings.mac) {
    return FrameKind::kHost;
  }
  if (view.destination.is_broadcast()) return FrameKind::kBroadcast;
  return view.destination.is_group() ? FrameKind::kMulticast : FrameKind::kOther;
}

// Copies for members that come back over loopback: of the interface that they left by, where they
// were seen (PACKET_LOOPBACK of Linux).
bool is_group_copy(const link::Interface& interface, const mem::Packet& frame) {
  return interface.is_loopback && frame.info.interface != interface.id;
}

}  // namespace

// A frame that is offered.
struct PacketTaps::Tapped {
  const link::Interface& interface;
  const mem::Packet& frame;
  link::FrameView view;
  FrameKind kind;
};

Result<EndpointId> PacketTaps::open(bool is_cooked, uint16_t protocol, mem::Index owner) {
  const EndpointId id = pool_.allocate();
  if (id.is_null()) return Error::kNoBuffers;
  PacketEndpoint& endpoint = pool_.at(id.index);
  endpoint.id = id;
  endpoint.owner = owner;
  endpoint.is_cooked = is_cooked;
  endpoint.binding.protocol = protocol;
  endpoint.open_next = first_;
  first_ = id.index;
  return id;
}

void PacketTaps::unlink(mem::Index index) {
  mem::Index* link = &first_;
  while (*link != index) link = &pool_.at(*link).open_next;
  *link = pool_.at(index).open_next;
  if (!pool_.at(index).is_pending) return;
  link = &news_;
  while (*link != index) link = &pool_.at(*link).pending_next;
  *link = pool_.at(index).pending_next;
}

void PacketTaps::close(Context& ctx, EndpointId id) {
  PacketEndpoint& endpoint = *pool_.get(id);
  unlink(id.index);
  endpoint.received.clear(ctx.memory);
  pool_.release(id);
}

Status PacketTaps::bind(const net::Network& network, EndpointId id, const PacketBinding& binding) {
  PacketEndpoint& endpoint = *pool_.get(id);
  const link::Interface* interface = network.interface(binding.interface);
  if (binding.interface.value != 0 && interface == nullptr) return Error::kNoDevice;
  const uint16_t before = endpoint.binding.protocol;
  endpoint.binding = binding;
  if (binding.protocol == 0) endpoint.binding.protocol = before;  // as packet_bind of Linux
  if (interface != nullptr && !interface->settings.is_up) {
    endpoint.pending_error = Error::kNetworkDown;
    add_news(endpoint);
  }
  return Status();
}

Result<size_t> PacketTaps::receive(const Context& ctx, const net::Network& network, EndpointId id,
                                   std::span<const mem::Bytes> parts, bool peek, FrameInfo* info) {
  PacketEndpoint& endpoint = *pool_.get(id);
  const Error error = std::exchange(endpoint.pending_error, Error::kNone);
  if (error != Error::kNone) return error;
  const mem::Packet* frame = endpoint.received.front(ctx.memory);
  if (frame == nullptr) return Error::kWouldBlock;
  const uint32_t begin = std::min<uint32_t>(frame->info.payload_offset, frame->size());
  uint32_t done = begin;
  for (const mem::Bytes& part : parts) {
    const auto n = static_cast<uint32_t>(std::min<size_t>(part.size(), frame->size() - done));
    ctx.memory.copy_out(*frame, done, part.first(n));
    done += n;
  }
  if (info != nullptr) {
    describe(ctx, network, *frame, *info);
    info->is_losing = endpoint.statistics.drops > 0;
  }
  if (!peek) endpoint.received.pop(ctx.memory);
  return static_cast<size_t>(done - begin);
}

PacketStatistics PacketTaps::take_statistics(EndpointId id) {
  return std::exchange(pool_.get(id)->statistics, {});
}

const PacketEndpoint* PacketTaps::at(size_t n) const {
  mem::Index i = first_;
  while (i != mem::kNoIndex && n-- > 0) i = pool_.at(i).open_next;
  return i == mem::kNoIndex ? nullptr : &pool_.at(i);
}

void PacketTaps::on_received(Context& ctx, const net::Network& network, InterfaceId id,
                             const mem::Packet& frame) {
  const link::Interface* interface = network.interface(id);
  if (interface == nullptr || !interface->settings.is_up || is_group_copy(*interface, frame)) {
    return;
  }
  const link::FrameView view = link::view_frame(ctx.memory, *interface, frame);
  offer(ctx, network, {*interface, frame, view, kind_of(*interface, view)});
}

void PacketTaps::on_sent(Context& ctx, const net::Network& network, InterfaceId id,
                         const mem::Packet& frame) {
  const link::Interface* interface = network.interface(id);
  if (interface == nullptr || is_group_copy(*interface, frame)) return;
  const link::FrameView view = link::view_frame(ctx.memory, *interface, frame);
  offer(ctx, network, {*interface, frame, view, FrameKind::kOutgoing});
}

void PacketTaps::offer(Context& ctx, const net::Network& network, const Tapped& tapped) {
  const bool is_outgoing = tapped.kind == FrameKind::kOutgoing;
  for (mem::Index i = first_; i != mem::kNoIndex; i = pool_.at(i).open_next) {
    PacketEndpoint& endpoint = pool_.at(i);
    const PacketBinding& wanted = endpoint.binding;
    if (wanted.interface.value != 0 && wanted.interface != tapped.interface.id) continue;
    const bool takes_all = wanted.protocol == frame_protocol::kAll;
    if (is_outgoing && (!takes_all || endpoint.ignores_outgoing)) continue;
    if (is_outgoing && is_injected_by(tapped.frame, i)) continue;
    const bool is_own = wanted.protocol != 0 && wanted.protocol == tapped.view.protocol;
    if (takes_all || is_own) take(ctx, network, endpoint, tapped);
  }
}

void PacketTaps::take(Context& ctx, const net::Network& network, PacketEndpoint& endpoint,
                      const Tapped& tapped) {
  const link::FrameView& view = tapped.view;
  link::FilterSubject subject;
  if (view.is_made_up) subject.front = view.header;
  subject.memory = &ctx.memory;
  subject.packet = &tapped.frame;
  subject.begin = endpoint.is_cooked ? view.header_bytes : 0;
  subject.network = view.header_bytes;
  subject.has_link = view.header_bytes > 0;
  subject.protocol = view.protocol;
  subject.packet_type = static_cast<uint8_t>(tapped.kind);
  subject.interface = tapped.interface.id.value;
  subject.link_type = link_type_of(network, tapped.interface.id);
  subject.random = &ctx.random;
  const uint32_t wanted = network.parts().filters.run(endpoint.filter.get(), subject);
  if (wanted == 0 || subject.length() == 0) return;

  ++endpoint.statistics.frames;
  mem::PacketPtr copy = ctx.memory.clone(tapped.frame, mem::Priority::kData);
  if (copy && view.is_made_up) {
    uint8_t* header = ctx.memory.prepend(*copy, view.header_bytes);
    if (header != nullptr) std::copy(view.header.begin(), view.header.end(), header);
    if (header == nullptr) copy.reset();
  }
  if (!copy) {
    ++endpoint.statistics.drops;
    return ctx.drop(DropReason::kMemoryNoPacket);
  }
  const uint32_t full = subject.length();
  if (wanted < full) ctx.memory.trim_back(*copy, full - wanted);
  note(copy->info, {view, tapped.kind, full, subject.begin});
  copy->info.interface = tapped.interface.id;
  copy->info.received_at = ctx.now;
  const uint32_t limit =
      endpoint.is_drained ? kConfig.buffer_max_bytes : endpoint.receive_buffer_bytes;
  if (endpoint.received.push(ctx, std::move(copy), limit, DropReason::kPacketReceiveQueueFull)) {
    add_news(endpoint);
  } else {
    ++endpoint.statistics.drops;
  }
}

void PacketTaps::on_down(InterfaceId id) {
  for (mem::Index i = first_; i != mem::kNoIndex; i = pool_.at(i).open_next) {
    PacketEndpoint& endpoint = pool_.at(i);
    if (endpoint.binding.interface != id) continue;
    endpoint.pending_error = Error::kNetworkDown;
    add_news(endpoint);
  }
}

void PacketTaps::add_news(PacketEndpoint& endpoint) {
  if (endpoint.is_pending) return;
  endpoint.is_pending = true;
  endpoint.pending_next = news_;
  news_ = endpoint.id.index;
}

bool PacketTaps::take_news(mem::Index& owner) {
  if (news_ == mem::kNoIndex) return false;
  PacketEndpoint& endpoint = pool_.at(news_);
  news_ = endpoint.pending_next;
  endpoint.is_pending = false;
  owner = endpoint.owner;
  return true;
}

}  // namespace tapstack::transport
