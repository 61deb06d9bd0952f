// The engine's sockets: one slot per socket of the core, at the core's own index, and behind those
// the slots of sockets that the core does not know.
#pragma once

#include <array>

#include "core/api/sockets.h"
#include "shim/common/option_table.h"
#include "shim/common/protocol.h"
#include "shim/engine/packet_ring_state.h"
#include "shim/engine/pair_marks.h"
#include "shim/engine/send_stamps.h"
#include "shim/engine/zero_copies.h"

namespace tapstack::shim {

enum class SlotPhase : uint8_t {
  kFree,
  kFresh,          // TCP: neither connected nor listening
  kConnecting,     // ballasted
  kConnectFailed,  // as fresh, and readable by one byte of ours
  kConnected,      // bytes are pumped
  kListening,      // ballasted for life
  kDatagram,       // UDP, ping, raw, packet: messages are pumped
  kNetlink,        // no socket of the core: netlink/serve.h
};

struct Slot {
  SocketId id;
  SlotPhase phase = SlotPhase::kFree;
  SocketKind kind = SocketKind::kTcp;
  Family family = Family::kIp4;
  int end = -1;     // the engine's end of the pair
  int handle = -1;  // a copy of the handle, only while connecting

  // What happened and waits for the pump.
  bool is_queued = false;
  bool may_read = false;    // the program may have written something
  bool end_coming = false;  // ... and its end of file is behind that
  bool is_hung_up = false;  // the last copy of the handle is gone

  // What was shown or done already.
  bool is_closing = false;  // no handle any more: close in the core once everything was moved
  bool had_unread = false;  // ... while the program had not read everything
  bool was_connected = false;
  bool program_ended = false;  // the program's end of file went to the core
  bool end_shown = false;      // the handle shows end of file
  bool write_refused = false;  // the handle answers EPIPE to writers
  bool receive_shut = false;   // shutdown(SHUT_RD) of the program
  bool send_shut = false;      // shutdown(SHUT_WR) of the program
  bool peer_set = false;       // datagram: connected
  bool is_bound = false;
  bool wake_sent = false;      // datagram: a kWakeOnly message waits
  bool wake_used = false;      // ... or did, and nothing new has come since the program took it
  bool room_watched = false;   // known to the epoll set of those that want room
  bool writes_urgent = false;  // the program has used MSG_OOB: marks lie between its bytes
  bool failure_byte = false;   // the byte that makes a failed connect readable

  Error pending = Error::kNone;                                   // SO_ERROR
  Error send_error = Error::kNone;                                // datagram: for the next kFlush
  int32_t netlink_send_error = 0;                                 // likewise of netlink, an errno
  uint8_t protocol = 0;                                           // IPPROTO_*
  uint32_t uid = 0;                                               // whose program made it
  uint64_t inode = 0;                                             // of the handle
  uint32_t wanted = 0;                                            // kSetWanted: kept for the hooks
  std::array<int32_t, static_cast<size_t>(Kept::kCount)> kept{};  // kKeep; inherited as `wanted`
  SendStamps stamps;                                              // datagram: for kSendNotice
  ZeroCopies zero_copies;                                         // likewise, of all sockets
  PairMarks marks;                                                // stream: for bytes in the pair
  PacketRing ring;                                                // packet
  uint32_t first_octet = 0;  // stream: where SOF_TIMESTAMPING_OPT_ID counts from
  uint8_t tokens = 0;        // listener: accept tokens out
  int64_t token_at_us = 0;   // listener: when the last was sent
  uint32_t ballast_bytes = 0;
  uint32_t moved_bytes = 0;      // in the pair, still counted as unread in the core
  uint32_t credit_bytes = 0;     // so many moved: watch the program read, the window may be closed
  uint32_t read_hint_bytes = 0;  // how much the program's next write may be
  uint32_t next_queued = 0;

  bool is_stream() const { return kind == SocketKind::kTcp; }
  int32_t& kept_of(Kept option) { return kept[static_cast<size_t>(option)]; }
  SlotId name() const { return {id.index, id.generation}; }
};

// What is known of the slots beside themselves.
struct SlotsImage {
  uint64_t used = 0, queued = 0, end = 0, own_end = 0;
  uint32_t queue_head = 0, queue_tail = 0;
};

// Fixed size, in memory of its own that is resident only where used.
class Slots {
 public:
  Slots();
  ~Slots();
  Slots(const Slots&) = delete;
  Slots& operator=(const Slots&) = delete;

  // The slot of a socket just opened in the core, reset.
  Slot& add(SocketId id, SocketKind kind);
  // A slot without a socket of the core, of phase kNetlink, reset. Null: all kOwn are in use.
  Slot* add_own(SocketKind kind);
  void remove(Slot& slot);
  // Null if stale or never there.
  Slot* find(SlotId name);
  Slot* find(SocketId id) { return find(SlotId{id.index, id.generation}); }

  // Slots that wait for the pump, first in, first out; each is in it once.
  void enqueue(Slot& slot);
  Slot* dequeue();  // null when empty; slots removed meanwhile are skipped
  size_t queued() const { return queued_; }

  size_t used() const { return used_; }
  // For another process: the image, the slots [0, image.end), and image.own_end of those without a
  // socket of the core.
  SlotsImage image() const { return {used_, queued_, end_, own_end_, queue_head_, queue_tail_}; }
  Slot* begin() { return slots_; }
  Slot* begin_own() { return slots_ + kFirstOwn; }
  // Then the slots of `image` are to be read to where they begin.
  void restore(const SlotsImage& image);

  // Every slot in use, in order; null past the last. `n` is a position to be begun with 0, or with
  // kFirstOwn for those that have no socket of the core.
  Slot* next(size_t& n);

  static constexpr size_t kFirstOwn = kConfig.sockets;
  static constexpr size_t kOwn = 256;
  // Which of those `slot` is, from 0.
  static size_t own_index(const Slot& slot) { return slot.id.index - kFirstOwn; }

 private:
  static constexpr uint32_t kNone = 0xffffffffu;
  static constexpr size_t kCapacity = kFirstOwn + kOwn;

  Slot& reset(SocketId id, SocketKind kind, bool was_used);

  Slot* slots_;
  size_t used_ = 0, queued_ = 0;
  size_t end_ = 0;      // slots from here to kFirstOwn were never used
  size_t own_end_ = 0;  // likewise of those from there on
  uint32_t queue_head_ = kNone, queue_tail_ = kNone;
};

}  // namespace tapstack::shim
