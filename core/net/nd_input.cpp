#include "net/nd_input.h"

#include <array>

#include "net/neighbour_advertisement.h"
#include "net/neighbour_solicitation.h"
#include "net/redirect6.h"
#include "net/router_advertisement.h"

namespace tapstack::net {
namespace {

using wire::NdType;
using wire::NdView;

// What a link of kConfig.mtu_default_bytes carries: such messages come in one piece (RFC 6980).
constexpr uint32_t kMessageBytesMax = kConfig.mtu_default_bytes - 40;
constexpr uint8_t kHopLimit = 255;

// What RFC 4861 6.1 and 7.1 ask of all messages alike.
std::optional<DropReason> check_envelope(const mem::Packet& message) {
  const mem::PacketInfo& info = message.info;
  if (info.was_fragmented) return DropReason::kNdFragmented;  // RFC 6980 5
  // "i.e., the packet could not possibly have been forwarded by a router".
  if (info.ttl != kHopLimit) return DropReason::kNdBadHopLimit;
  if (message.size() - info.ip_header_bytes > kMessageBytesMax) return DropReason::kNdBadLength;
  return std::nullopt;
}

std::optional<DropReason> check_message(const std::optional<NdView>& view) {
  if (!view) return DropReason::kNdBadLength;
  if (view->code() != 0) return DropReason::kNdBadCode;
  if (!wire::are_nd_options_sound(view->options())) return DropReason::kNdBadOption;
  return std::nullopt;
}

void hand_on(Context& ctx, Parts& parts, const NdReceived& received) {
  switch (received.view.type()) {
    case NdType::kNeighbourSolicitation:
      return neighbour_solicitation_input(ctx, parts, received);
    case NdType::kNeighbourAdvertisement:
      return neighbour_advertisement_input(ctx, parts, received);
    case NdType::kRouterAdvertisement:
      return router_advertisement_input(ctx, parts, received);
    case NdType::kRedirect:
      return redirect6_input(ctx, parts, received);
    case NdType::kRouterSolicitation:  // RFC 4861 6.2.6 is for routers; hosts discard them
      return ctx.drop(DropReason::kNdNotForUs);
  }
}

}  // namespace

void nd_input(Context& ctx, Parts& parts, const mem::Packet& message) {
  const link::Interface* interface = parts.interfaces.find(message.info.interface);
  TAPSTACK_ASSERT(interface != nullptr);
  if (!interface->has_neighbours()) return ctx.drop(DropReason::kNdNotForUs);
  if (const auto wrong = check_envelope(message)) return ctx.drop(*wrong);
  std::array<uint8_t, kMessageBytesMax> buffer;
  const std::span<uint8_t> bytes(buffer.data(), message.size() - message.info.ip_header_bytes);
  ctx.memory.copy_out(message, message.info.ip_header_bytes, bytes);
  const auto view = NdView::parse(bytes);
  if (const auto wrong = check_message(view)) return ctx.drop(*wrong);
  hand_on(ctx, parts, {message.info, *view});
}

}  // namespace tapstack::net
