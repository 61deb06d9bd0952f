// How long an orphan waits in FIN-WAIT-2 for the peer's FIN: RFC 9293 sets no limit, but then a
// peer that went away would cost a connection for ever.
#pragma once

#include <algorithm>

#include "transport/tcp/connection.h"

namespace tapstack::transport::tcp {

// TCP_LINGER2 below 0: not at all.
inline bool must_not_linger(const Connection& c) { return c.settings.linger2_s < 0; }

// Linux's tcp_fin_time(): TCP_LINGER2 or the default, and three and a half time-outs at least.
inline Duration fin_wait_2_time(const Connection& c) {
  const Duration asked = c.settings.linger2_s > 0 ? Duration::s(c.settings.linger2_s)
                                                  : Duration::ms(kConfig.tcp_orphan_timeout_ms);
  return std::max(asked, Duration::us(c.rtt.rto().us() * 7 / 2));
}

}  // namespace tapstack::transport::tcp
