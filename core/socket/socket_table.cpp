#include "socket/socket_table.h"

namespace tapstack::socket {

Result<SocketId> SocketTable::add(SocketKind kind, uint8_t protocol) {
  const SocketId id = pool_.allocate();
  if (id.is_null()) return Error::kTooManySockets;
  Socket& socket = pool_.at(id.index);
  socket.kind = kind;
  socket.protocol = protocol;
  socket.settings = tcp_defaults_;
  return id;
}

void SocketTable::remove(SocketId id) {
  if (pool_.at(id.index).is_event_queued) {
    mem::Index previous = mem::kNoIndex;
    mem::Index* link = &events_head_;
    while (*link != id.index) {
      previous = *link;
      link = &pool_.at(*link).event_next;
    }
    *link = pool_.at(id.index).event_next;
    if (events_tail_ == id.index) events_tail_ = previous;
  }
  if (pool_.at(id.index).is_starved) {
    mem::Index* link = &starved_;
    while (*link != id.index) link = &pool_.at(*link).starved_next;
    *link = pool_.at(id.index).starved_next;
  }
  pool_.release(id);
}

void SocketTable::add_starved(mem::Index index) {
  Socket& socket = pool_.at(index);
  if (socket.is_starved) return;
  socket.is_starved = true;
  socket.starved_next = starved_;
  starved_ = index;
}

void SocketTable::feed_starved() {
  while (has_starved()) {
    const mem::Index index = starved_;
    Socket& socket = pool_.at(index);
    starved_ = socket.starved_next;
    socket.is_starved = false;
    add_event(index);
  }
}

void SocketTable::add_event(mem::Index index) {
  Socket* socket = at(index);
  if (socket == nullptr || socket->is_event_queued) return;
  socket->is_event_queued = true;
  socket->event_next = mem::kNoIndex;
  if (events_head_ == mem::kNoIndex) {
    events_head_ = index;
  } else {
    pool_.at(events_tail_).event_next = index;
  }
  events_tail_ = index;
}

bool SocketTable::next_event(SocketId& id) {
  if (events_head_ == mem::kNoIndex) return false;
  Socket& socket = pool_.at(events_head_);
  id = pool_.id_at(events_head_);
  events_head_ = socket.event_next;
  if (events_head_ == mem::kNoIndex) events_tail_ = mem::kNoIndex;
  socket.is_event_queued = false;
  return true;
}

}  // namespace tapstack::socket
