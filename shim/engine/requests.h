// What each request does. All functions run under the engine's lock.
#pragma once

#include <cstring>

#include "shim/engine/works.h"

namespace tapstack::shim {

enum class Effect : uint8_t {
  kNone,          // a question
  kActs,          // the stack has to work afterwards
  kNeedsHangUps,  // and what was closed behind the hooks' back must be taken in before
};
Effect effect_of(Op op);

// Serves everything but kHello. reply.error is the answer's errno.
void serve_request(Works& works, const Request& request, Reply& reply, int& fd_out);

// kHello.
void describe_engine(const Works& works, const char* device, Reply& reply);
// kDrain: nothing is left to send or to be acknowledged.
bool is_drained(const Works& works);

// --- parts, by what they are about; each answers an errno
// ------------------------------------------

int open_socket(Works& works, const Request& request, Reply& reply, int& fd_out);
int open_packet_socket(Works& works, const Request& request, Reply& reply, int& fd_out);
int accept_connection(Works& works, Slot& listener, const Request& request, Reply& reply,
                      int& fd_out);
int listen_on(Works& works, Slot& slot, const Request& request);
int connect_to(Works& works, Slot& slot, const Request& request);
int shut_down(Works& works, Slot& slot, const Request& request);
int close_handle(Works& works, Slot& slot, bool has_copies);
int flush(Works& works, Slot& slot);

int set_option(Works& works, Slot& slot, const Request& request);
int get_option(Works& works, Slot& slot, const Request& request, Reply& reply);
int set_icmp6_filter(Works& works, Slot& slot, const Request& request);
int set_packet_header(Works& works, Slot& slot, const Request& request);
int report_packet_header(Works& works, Slot& slot, const Request& request, Reply& reply);
int keep_option(Works& works, Slot& slot, const Request& request);
int report_kept(Slot& slot, const Request& request, Reply& reply);
int report_icmp6_filter(Works& works, Slot& slot, Reply& reply);
int take_error(Works& works, Slot& slot, Reply& reply);
int report_status(Works& works, Slot& slot, Reply& reply);
int report_queued_error(Works& works, Slot& slot, Reply& reply);
int report_readable(Works& works, Slot& slot, Reply& reply);
int report_unsent(Works& works, Slot& slot, const Request& request, Reply& reply);

int change_group(Works& works, Slot& slot, const Request& request);
int report_group_filter(Works& works, Slot& slot, const Request& request, Reply& reply);

int report_source(Works& works, const Endpoint& to, Reply& reply);
int report_interface(Works& works, size_t n, Reply& reply);
int report_counters(Works& works, size_t first, Reply& reply);
int report_sockets(Works& works, const Request& request, Reply& reply);
int report_pair_inodes(Works& works, const Request& request, Reply& reply);

// Puts `value` into the reply's payload.
template <class T>
int answer(Reply& reply, const T& value) {
  static_assert(sizeof value <= kPayloadBytes && std::is_trivially_copyable_v<T>);
  std::memcpy(reply.payload, &value, sizeof value);
  reply.payload_bytes = sizeof value;
  return 0;
}

}  // namespace tapstack::shim
