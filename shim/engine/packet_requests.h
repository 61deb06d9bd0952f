// Requests about packet sockets, and about filters, which all sockets may have
// (common/packet_records.h). Each answers an errno.
#pragma once

#include "shim/engine/works.h"

namespace tapstack::shim {

// Whether serve_packet_call() is for it, whatever the socket.
bool is_packet_call(Op op);
int serve_packet_call(Works& works, Slot& slot, const Request& request, Reply& reply, int& fd_out);

// kBind and kLocalEndpoint of packet sockets.
int bind_packet_socket(Works& works, Slot& slot, const Request& request);
int name_packet_socket(Works& works, const Slot& slot, Reply& reply);

}  // namespace tapstack::shim
