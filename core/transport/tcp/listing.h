// All that TCP has, one after the other, for tools that look: listeners, connections, half-open
// ones and TIME-WAIT.
#pragma once

#include "timer/timers.h"
#include "transport/listed.h"
#include "transport/tcp/tcp.h"
#include "util/result.h"

namespace tapstack::transport::tcp {

// What lists are made of and when.
struct ListSource {
  const Tcp& tcp;
  const timer::Timers& timers;
  Instant now;
};

// The first one at `position` or behind it; `position` goes behind that. False: there is no more.
// Begun with 0 and carried on across changes, each that stays is met exactly once: the position is
// that of a place, which nothing leaves while it lives.
bool list_next(const ListSource& source, uint32_t& position, Listed& out);

// The one that packets between these ends belong to, or else the listener for them; false when
// nobody has them. `remote` may be any address with port 0.
bool list_one(const ListSource& source, const Flow& flow, InterfaceId interface, Listed& out);

// Figures of what `key` names, orphans too. kBadHandle: gone, or neither connection nor listener.
Result<TcpInfo> listed_info(const ListSource& source, uint64_t key);
// Its settings, likewise.
Result<Settings> listed_settings(const ListSource& source, uint64_t key);

// Ends what `key` names, other than a listener, as an administrator may (Linux's tcp_abort): the
// program hears kConnectionAborted, the peer a RST. kBadHandle: it is over already.
Status destroy_listed(Tcp& tcp, Context& ctx, uint64_t key);

}  // namespace tapstack::transport::tcp
