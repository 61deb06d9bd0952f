#include "shim/netlink/diag/packet_requests.h"

#include <linux/filter.h>
#include <linux/packet_diag.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include <cerrno>

#include "core/api/interfaces.h"
#include "core/api/packet_sockets.h"
#include "core/api/sockets.h"

namespace tapstack::shim::netlink::diag {
namespace {

bool is_wanted(const packet_diag_req& request, uint32_t what) {
  return (request.pdiag_show & what) != 0;
}

packet_diag_msg head_of(const Slot& slot, const PacketName& name) {
  packet_diag_msg head{};
  head.pdiag_family = AF_PACKET;
  head.pdiag_type = name.is_cooked ? SOCK_DGRAM : SOCK_RAW;
  head.pdiag_num = name.binding.protocol;
  head.pdiag_ino = static_cast<uint32_t>(slot.inode);
  const uint64_t cookie = cookie_of(slot.name());
  head.pdiag_cookie[0] = static_cast<uint32_t>(cookie);
  head.pdiag_cookie[1] = static_cast<uint32_t>(cookie >> 32);
  return head;
}

// Frames come to it: it is bound to a protocol, and its interface is up.
bool is_running(const Works& works, const PacketBinding& binding) {
  if (binding.protocol == 0) return false;
  if (binding.interface.value == 0) return true;
  for (size_t n = 0;; ++n) {
    const Result<api::InterfaceInfo> info = api::interface_at(works.stack, n);
    if (!info.ok()) return false;
    if (info->id == binding.interface) return info->settings.is_up;
  }
}

void write_info(Writer& out, const Works& works, const Slot& slot, const PacketName& name) {
  packet_diag_info info{};
  info.pdi_index = name.binding.interface.value;
  info.pdi_version = static_cast<uint32_t>(slot.ring.version);
  info.pdi_reserve = slot.ring.reserve_bytes;
  info.pdi_flags = is_running(works, name.binding) ? PDI_RUNNING : 0;
  out.number(PACKET_DIAG_INFO, info);
  out.number(PACKET_DIAG_UID, slot.uid);
}

void write_ring(Writer& out, const PacketRing& ring) {
  if (ring.fd < 0) return;
  packet_diag_ring config{};
  config.pdr_block_size = ring.block_bytes;
  config.pdr_block_nr = ring.block_count;
  config.pdr_frame_size = ring.frame_bytes;
  config.pdr_frame_nr = ring.frame_count;
  out.number(PACKET_DIAG_RX_RING, config);
}

uint32_t option_of(const Works& works, const Slot& slot, Option option) {
  const Result<int64_t> value = api::get_option(works.stack, slot.id, option);
  return value.ok() ? static_cast<uint32_t>(*value) : 0;
}

void write_memory(Writer& out, const Works& works, const Slot& slot) {
  uint32_t values[SK_MEMINFO_VARS] = {};
  const Result<size_t> waiting = api::readable_bytes(works.stack, slot.id);
  values[SK_MEMINFO_RMEM_ALLOC] = waiting.ok() ? static_cast<uint32_t>(*waiting) : 0;
  values[SK_MEMINFO_RCVBUF] = option_of(works, slot, Option::kReceiveBuffer);
  values[SK_MEMINFO_SNDBUF] = option_of(works, slot, Option::kSendBuffer);
  out.number(PACKET_DIAG_MEMINFO, values);
}

void write_filter(Writer& out, const Works& works, const Slot& slot) {
  const Result<FilterProgram> program = api::filter(works.stack, slot.id);
  if (!program.ok()) return;
  static_assert(sizeof(FilterInstruction) == sizeof(sock_filter));
  out.attribute(PACKET_DIAG_FILTER, {reinterpret_cast<const uint8_t*>(program->data()),
                                     program->size() * sizeof(FilterInstruction)});
}

// One socket (sk_diag_fill of packet_diag). False: no room.
bool write_socket(Call& call, const packet_diag_req& request, const Slot& slot) {
  const Works& works = call.works;
  const Result<PacketName> name = api::packet_name(works.stack, slot.id);
  if (!name.ok()) return true;
  Writer& out = call.out;
  out.begin(SOCK_DIAG_BY_FAMILY);
  out.fixed(head_of(slot, *name));
  if (is_wanted(request, PACKET_SHOW_INFO)) write_info(out, works, slot, *name);
  if (is_wanted(request, PACKET_SHOW_RING_CFG)) write_ring(out, slot.ring);
  if (is_wanted(request, PACKET_SHOW_MEMINFO)) write_memory(out, works, slot);
  if (is_wanted(request, PACKET_SHOW_FILTER) && call.is_admin) write_filter(out, works, slot);
  return out.end();
}

}  // namespace

int serve_packet(const Message& request) {
  if (!request.has<packet_diag_req>()) return EINVAL;
  if (request.fixed<packet_diag_req>().sdiag_protocol != 0) return EINVAL;
  return request.is_dump() ? kDump : EOPNOTSUPP;
}

int dump_packet(Call& call, const Message& request, Cursor& at) {
  const auto wanted = request.fixed<packet_diag_req>();
  size_t position = at[0];
  while (const Slot* slot = call.works.slots.next(position)) {
    const bool is_listed = slot->kind == SocketKind::kPacket && !slot->is_closing;
    if (is_listed && !write_socket(call, wanted, *slot)) {
      return call.out.is_empty() ? EMSGSIZE : kMore;
    }
    at[0] = position;
  }
  return 0;
}

}  // namespace tapstack::shim::netlink::diag
