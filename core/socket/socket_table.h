// All sockets, and the list of those whose readiness changed.
#pragma once

#include "mem/pool.h"
#include "socket/socket.h"
#include "util/result.h"

namespace tapstack::socket {

class SocketTable {
 public:
  // kTooManySockets when the table is full. A TCP socket begins with tcp_defaults().
  Result<SocketId> add(SocketKind kind, uint8_t protocol);
  void remove(SocketId id);
  Socket* find(SocketId id) { return pool_.get(id); }
  const Socket* find(SocketId id) const { return pool_.get(id); }
  // The socket at `index`; null when there is none.
  SocketId id_at(mem::Index index) const { return pool_.id_at(index); }
  // The first socket at `from` or behind it; null past the last.
  SocketId next(mem::Index from) const { return pool_.id_at(pool_.next_live(from)); }
  // The socket that occupies `index`; nullptr when none does.
  Socket* at(mem::Index index) { return pool_.get(pool_.id_at(index)); }

  // Remembers that next_event() has to name the socket. No effect when nobody is at `index`.
  void add_event(mem::Index index);
  // The oldest socket with an event; false when there is none.
  bool next_event(SocketId& id);

  // A socket that could not send for want of memory: no connection of its own will wake it.
  void add_starved(mem::Index index);
  bool has_starved() const { return starved_ != mem::kNoIndex; }
  // There is memory again: an event for each of them.
  void feed_starved();

  const transport::tcp::Settings& tcp_defaults() const { return tcp_defaults_; }
  void set_tcp_defaults(const transport::tcp::Settings& defaults) { tcp_defaults_ = defaults; }

  size_t used() const { return pool_.used(); }

 private:
  mem::Pool<Socket, kConfig.sockets, SocketTag> pool_;
  transport::tcp::Settings tcp_defaults_;
  mem::Index events_head_ = mem::kNoIndex;
  mem::Index events_tail_ = mem::kNoIndex;
  mem::Index starved_ = mem::kNoIndex;  // list by starved_next, newest first
};

}  // namespace tapstack::socket
