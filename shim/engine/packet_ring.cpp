#include "shim/engine/packet_ring.h"

#include <linux/if_packet.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "core/api/packet_sockets.h"
#include "shim/common/private_fds.h"
#include "shim/common/sys.h"
#include "shim/engine/clock.h"
#include "shim/engine/packet_pump.h"

namespace tapstack::shim {
namespace {

constexpr uint64_t kBytesMax = uint64_t{1} << 30;
// A program that has stopped reading is looked at ever less: 10 ms to 1.28 s.
constexpr int64_t kLookPauseMs = 10;
constexpr uint8_t kVainLooksMax = 7;
constexpr uint32_t kNetworkAlignment = 16;  // what packet_set_ring calls 16, too

constexpr uint32_t aligned(uint32_t bytes) { return TPACKET_ALIGN(bytes); }

// The header and the address behind it; of both versions as long.
constexpr uint32_t kHeaderBytes = TPACKET2_HDRLEN;
static_assert(TPACKET_HDRLEN == TPACKET2_HDRLEN);

// Where the memory is mapped here; null: it cannot be.
uint8_t* memory_of(Works& works, const Slot& slot) {
  RingMap* free = nullptr;
  for (RingMap& map : works.rings.maps) {
    if (map.memory != nullptr && map.slot == slot.name()) return map.memory;
    if (map.memory == nullptr) free = &map;
  }
  if (free == nullptr) return nullptr;
  const uint64_t bytes = slot.ring.bytes();
  void* mapped = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, slot.ring.fd, 0);
  if (mapped == MAP_FAILED) return nullptr;
  *free = {slot.name(), static_cast<uint8_t*>(mapped), bytes};
  ++works.rings.used;
  return free->memory;
}

void unmap(Works& works, const Slot& slot) {
  for (RingMap& map : works.rings.maps) {
    if (map.memory == nullptr || map.slot != slot.name()) continue;
    munmap(map.memory, map.bytes);
    map = {};
    --works.rings.used;
  }
}

// Memory that nobody can make shorter under the engine's hands. A private descriptor, or -errno.
int new_memory(uint64_t bytes) {
  const long made = sys::call(SYS_memfd_create, sys::pointer("tapstack-ring"),
                              static_cast<long>(MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (made < 0) return static_cast<int>(made);
  const int fd = private_fds::move_high(static_cast<int>(made));
  if (fd < 0) {
    sys::close(static_cast<int>(made));
    return fd;
  }
  const long sized = sys::call(SYS_ftruncate, fd, static_cast<long>(bytes));
  const int sealed = sys::fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
  if (sized == 0 && sealed == 0) return fd;
  private_fds::close(fd);
  return -ENOMEM;
}

// packet_set_ring().
int check(const RingRecord& wanted) {
  const auto page = static_cast<uint32_t>(sysconf(_SC_PAGESIZE));
  if (wanted.block_bytes == 0 || wanted.block_bytes > INT32_MAX) return EINVAL;
  if (wanted.block_bytes % page != 0) return EINVAL;
  if (wanted.frame_bytes < uint64_t{kHeaderBytes} + wanted.reserve_bytes) return EINVAL;
  if (wanted.frame_bytes % TPACKET_ALIGNMENT != 0) return EINVAL;
  const uint64_t in_block = wanted.block_bytes / wanted.frame_bytes;
  if (in_block == 0 || in_block * wanted.block_count != wanted.frame_count) return EINVAL;
  return uint64_t{wanted.block_bytes} * wanted.block_count > kBytesMax ? ENOMEM : 0;
}

uint64_t place_of(const PacketRing& ring, uint32_t frame) {
  const uint32_t in_block = ring.block_bytes / ring.frame_bytes;
  return uint64_t{frame / in_block} * ring.block_bytes +
         uint64_t{frame % in_block} * ring.frame_bytes;
}

// A status: an unsigned long in version 1, 32 bits in version 2. A new one is seen after all else.
bool is_free(const PacketRing& ring, const uint8_t* at) {
  if (ring.version == TPACKET_V1) {
    unsigned long status = 0;
    std::memcpy(&status, at, sizeof status);
    return status == TP_STATUS_KERNEL;
  }
  uint32_t status = 0;
  std::memcpy(&status, at, sizeof status);
  return status == TP_STATUS_KERNEL;
}

void hand_over(const PacketRing& ring, uint8_t* at, uint32_t status) {
  if (ring.version == TPACKET_V1) {
    std::atomic_ref<unsigned long>(*reinterpret_cast<unsigned long*>(at))
        .store(status, std::memory_order_release);
  } else {
    std::atomic_ref<uint32_t>(*reinterpret_cast<uint32_t*>(at))
        .store(status, std::memory_order_release);
  }
}

uint32_t status_of(const FrameRecord& record) {
  uint32_t status = TP_STATUS_USER;
  if (record.is_checksum_partial) status |= TP_STATUS_CSUMNOTREADY;
  if (record.is_checksum_good) status |= TP_STATUS_CSUM_VALID;
  return record.is_losing ? status | TP_STATUS_LOSING : status;
}

// tpacket_rcv: where link and network header are, from the begin of a frame.
struct Layout {
  uint32_t link = 0, network = 0;

  Layout(const PacketRing& ring, bool is_cooked, uint32_t link_bytes) {
    if (is_cooked) {
      link = network = aligned(kHeaderBytes) + kNetworkAlignment + ring.reserve_bytes;
      return;
    }
    network = aligned(kHeaderBytes + std::max(link_bytes, kNetworkAlignment)) + ring.reserve_bytes;
    link = network - link_bytes;
  }
};

struct Filled {
  uint32_t length, kept;
  Layout layout;
  int64_t realtime_ns;
};

void put_header(const PacketRing& ring, uint8_t* at, const Filled& filled) {
  constexpr int64_t kNsPerSecond = 1'000'000'000;
  const auto seconds = static_cast<uint32_t>(filled.realtime_ns / kNsPerSecond);
  const auto ns = static_cast<uint32_t>(filled.realtime_ns % kNsPerSecond);
  const auto link = static_cast<uint16_t>(filled.layout.link);
  const auto network = static_cast<uint16_t>(filled.layout.network);
  if (ring.version == TPACKET_V1) {
    const tpacket_hdr header{TP_STATUS_KERNEL, filled.length, filled.kept, link,
                             network,          seconds,       ns / 1000};
    std::memcpy(at, &header, sizeof header);
    return;
  }
  tpacket2_hdr header{};
  header.tp_len = filled.length;
  header.tp_snaplen = filled.kept;
  header.tp_mac = link;
  header.tp_net = network;
  header.tp_sec = seconds;
  header.tp_nsec = ns;
  std::memcpy(at, &header, sizeof header);
}

void put_address(uint8_t* at, const FrameRecord& record) {
  sockaddr_ll from{};
  from.sll_family = AF_PACKET;
  from.sll_protocol = __builtin_bswap16(record.protocol);
  from.sll_ifindex = record.interface;
  from.sll_hatype = record.link_type;
  from.sll_pkttype = static_cast<uint8_t>(record.kind);
  from.sll_halen = record.address.count;
  std::memcpy(from.sll_addr, record.address.octets.data(), sizeof from.sll_addr);
  std::memcpy(at + aligned(sizeof(tpacket2_hdr)), &from, sizeof from);
}

// Fills the next frame; false: it is the program's, or nothing waits.
bool fill_one(Works& works, Slot& slot, uint8_t* memory) {
  PacketRing& ring = slot.ring;
  uint8_t* const at = memory + place_of(ring, ring.head);
  if (!is_free(ring, at)) return false;
  FrameInfo info;
  const Result<size_t> waiting =
      api::receive_frame(works.stack, works.now, slot.id, {}, true, &info);
  if (!waiting.ok()) {
    if (waiting.error() != Error::kWouldBlock) slot.pending = waiting.error();
    return false;
  }
  const Result<PacketName> name = api::packet_name(works.stack, slot.id);
  const FrameRecord record = record_of(info);
  const Layout layout(ring, name.ok() && name->is_cooked, record.network_bytes);
  const uint32_t room = ring.frame_bytes - std::min(ring.frame_bytes, layout.link);
  const Bytes part(at + std::min(layout.link, ring.frame_bytes), room);
  const Result<size_t> got =
      api::receive_frame(works.stack, works.now, slot.id, {&part, 1}, false, &info);
  if (!got.ok()) return false;
  const auto kept = static_cast<uint32_t>(*got);
  put_header(ring, at, {info.full_bytes, kept, layout, realtime_of(info.received_at)});
  put_address(at, record);
  hand_over(ring, at, status_of(record));
  ring.head = (ring.head + 1) % ring.frame_count;
  return true;
}

bool is_readable(Works& works, const Slot& slot) {
  const uint8_t* memory = memory_of(works, slot);
  if (memory == nullptr) return false;
  const PacketRing& ring = slot.ring;
  const uint32_t last = ring.head == 0 ? ring.frame_count - 1 : ring.head - 1;
  return !is_free(ring, memory + place_of(ring, last));
}

}  // namespace

int set_ring(Works& works, Slot& slot, const RingRecord& wanted) {
  if (wanted.block_count == 0) {
    if (wanted.frame_count != 0) return EINVAL;
    drop_ring(works, slot);
    return 0;
  }
  if (slot.ring.fd >= 0) return EBUSY;
  if (const int error = check(wanted); error != 0) return error;
  const int fd = new_memory(uint64_t{wanted.block_bytes} * wanted.block_count);
  if (fd < 0) return -fd;
  slot.ring = {fd,
               wanted.version,
               wanted.block_bytes,
               wanted.block_count,
               wanted.frame_bytes,
               wanted.frame_count,
               wanted.reserve_bytes};
  api::set_option(works.stack, works.now, slot.id, Option::kPacketDrained, 1).ignore();
  return 0;
}

void drop_ring(Works& works, Slot& slot) {
  if (slot.ring.fd < 0) return;
  unmap(works, slot);
  private_fds::close(slot.ring.fd);
  slot.ring = {};
  api::set_option(works.stack, works.now, slot.id, Option::kPacketDrained, 0).ignore();
}

void unmap_rings(Works& works) {
  for (const RingMap& map : works.rings.maps) {
    if (map.memory != nullptr) munmap(map.memory, map.bytes);
  }
  works.rings = {};
}

int copy_ring_memory(const Slot& slot) {
  if (slot.ring.fd < 0) return -1;
  return sys::fcntl(slot.ring.fd, F_DUPFD_CLOEXEC, 0);
}

void fill_ring(Works& works, Slot& slot) {
  uint8_t* memory = memory_of(works, slot);
  if (memory == nullptr) return;
  bool any = false;
  while (fill_one(works, slot, memory)) any = true;
  slot.ring.is_waiting = api::readiness(works.stack, slot.id).has(Readiness::kReadable);
  if (!any) return;
  slot.ring.vain_looks = 0;
  show_ring(works, slot);
}

bool show_ring(Works& works, Slot& slot) {
  if (!is_readable(works, slot)) return false;
  if (slot.ring.is_shown) return true;
  DatagramHeader header;
  header.flags = DatagramHeader::kRing;
  slot.ring.is_shown = sys::send(slot.end, &header, sizeof header, MSG_NOSIGNAL | MSG_DONTWAIT) > 0;
  return true;
}

Instant next_ring_look(const Works& works) {
  if (works.rings.used == 0) return Instant::never();
  Instant first = Instant::never();
  for (const RingMap& map : works.rings.maps) {
    const Slot* slot = map.memory == nullptr ? nullptr : works.slots.find(map.slot);
    if (slot == nullptr || !slot->ring.is_waiting) continue;
    first = std::min(first, works.now + Duration::ms(kLookPauseMs << slot->ring.vain_looks));
  }
  return first;
}

void look_at_rings(Works& works) {
  if (works.rings.used == 0) return;
  for (const RingMap& map : works.rings.maps) {
    Slot* slot = map.memory == nullptr ? nullptr : works.slots.find(map.slot);
    if (slot == nullptr || !slot->ring.is_waiting) continue;
    PacketRing& ring = slot->ring;
    ring.vain_looks = std::min<uint8_t>(ring.vain_looks + 1, kVainLooksMax);
    fill_ring(works, *slot);
  }
}

}  // namespace tapstack::shim
