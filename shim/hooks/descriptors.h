// Which of the program's descriptors are sockets of the stack.
//
// The table is a hint, one word a descriptor number: a descriptor may be closed and its number
// reused behind the hooks' back (fclose, popen). What is certain is the name of the engine's end,
// which getpeername on the handle returns; verified() asks for it. An entry "not ours" is reliable,
// since a handle appears only by calls that pass the hooks, or by inheritance, which starts from
// "unknown".
#pragma once

#include <cstdint>

#include "shim/common/protocol.h"

namespace tapstack::shim {

// What a TCP socket is in; kept per socket, not per descriptor, so that copies agree.
enum class Phase : uint8_t {
  kUnknown,  // ask the engine
  kListening,
  kConnected,  // the handshake is done: native calls first, the engine's word at an error
  kReporting,  // likewise, and what becomes of sends is told (Wanted::kSendNotices)
};
// The handshake is done.
constexpr bool is_connected(Phase phase) {
  return phase == Phase::kConnected || phase == Phase::kReporting;
}

struct Handle {
  SlotId id;
  bool is_stream = false;   // TCP; otherwise datagrams with a DatagramHeader
  bool is_ip6 = false;      // of family AF_INET6; otherwise AF_INET
  bool is_netlink = false;  // neither: AF_NETLINK
  bool is_packet = false;   // neither: AF_PACKET, with a FrameRecord behind the DatagramHeader
  Family family() const { return is_ip6 ? Family::kIp6 : Family::kIp4; }
};

namespace descriptors {

// The table's word. True if `fd` is probably ours. An unknown descriptor is looked up by name,
// once. Never changes the program's error value. Safe in signal handlers, needs no lock.
bool hinted(int fd, Handle& handle);
// As hinted(), but certain: an entry that is stale is forgotten.
bool verified(int fd, Handle& handle);

// `fd` is a handle from now on.
void add(int fd, const Handle& handle);
// `fd` may be anything from now on.
void forget(int fd);
void forget_range(unsigned first, unsigned last);
// `copy` is a duplicate of `fd`.
void copied(int fd, int copy);
// The lowest handle in [first, last] that the table knows, or -1.
int next_handle(unsigned first, unsigned last);

// A socket that this process has made and has one descriptor of; `wanted`: as below.
void created(SlotId id, Phase phase, uint32_t wanted);
Phase phase(SlotId id);
// kConnected stands for kReporting, too.
void set_phase(SlotId id, Phase phase);

// The program was shown that the peer has closed: by a receive of nothing, or by poll. Until the
// next set_phase().
void saw_end(SlotId id);
bool has_seen_end(SlotId id);

// Whether closing one descriptor may leave others of this socket: after a dup, or when a process
// was made since that may have inherited it, or when it was inherited itself.
bool may_have_copies(SlotId id);
void has_copies(SlotId id);
// Some socket of this process is or was kReporting.
bool has_reporting();
// Every socket there is now may be inherited by a new process.
void all_exposed();
// That has happened.
bool is_exposed();
// False in a child of vfork, which shares this memory and must not edit the tables.
bool is_own_process();
// For a child of fork, whose tables are its own.
void became_child();

// Bits of Wanted (option_table.h): what the program asked to hear with each datagram.
uint32_t wanted(SlotId id);
// An errno or 0.
int set_wanted(SlotId id, uint32_t bits);

}  // namespace descriptors
}  // namespace tapstack::shim
