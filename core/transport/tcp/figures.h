// The figures of a connection and of a listener, as TCP_INFO and tools show them.
#pragma once

#include "transport/tcp/connection.h"
#include "transport/tcp/info.h"
#include "transport/tcp/listener.h"

namespace tapstack::transport::tcp {

TcpInfo figures_of(const Connection& c, Instant now);
TcpInfo figures_of(const Listener& l);

}  // namespace tapstack::transport::tcp
