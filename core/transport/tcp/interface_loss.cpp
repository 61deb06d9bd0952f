#include "transport/tcp/interface_loss.h"

#include "transport/tcp/lifecycle.h"

namespace tapstack::transport::tcp {

void end_connections_on(Tables& tables, Context& ctx, InterfaceId interface, Error error) {
  const auto& pool = tables.connections;
  for (mem::Index i = pool.next_live(0); i != mem::kNoIndex; i = pool.next_live(i + 1)) {
    Work w = work_on(tables, ctx, i);
    if (w.c.route.interface != interface || w.c.state == State::kClosed) continue;
    finish(w, error, w.c.was_established ? Event::kReset : Event::kConnectFailed);
  }
}

}  // namespace tapstack::transport::tcp
