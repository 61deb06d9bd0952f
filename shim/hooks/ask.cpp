#include "shim/hooks/ask.h"

#include <cerrno>
#include <cstring>

#include "shim/client/engine.h"
#include "shim/hooks/descriptors.h"
#include "shim/hooks/real.h"
#include "shim/hooks/result.h"

namespace tapstack::shim::ask {
namespace {

// The reply's payload as a T; false if it is shorter.
template <class T>
bool payload_as(const Reply& reply, T& value) {
  static_assert(sizeof value <= kPayloadBytes);
  if (reply.payload_bytes < sizeof value) return false;
  std::memcpy(&value, reply.payload, sizeof value);
  return true;
}

}  // namespace

int call(const Request& request, Reply& reply, int* fd) {
  const KeepError keep;
  int fd_out = -1;
  engine().call(request, reply, fd_out);
  if (fd != nullptr) {
    *fd = fd_out;
  } else if (fd_out >= 0) {
    real::close(fd_out);
  }
  return reply.error;
}

Request about(Op op, SlotId id) {
  Request request;
  request.op = op;
  request.slot = id;
  return request;
}

bool status(SlotId id, SlotStatus& status) {
  Reply reply;
  return call(about(Op::kStatus, id), reply) == 0 && payload_as(reply, status);
}

int take_error(SlotId id) {
  Reply reply;
  const int error = call(about(Op::kTakeError, id), reply);
  if (error == ENETDOWN) return error;  // the engine is gone, and the connection with it
  return error == 0 ? static_cast<int>(reply.value) : 0;
}

int set_option(SlotId id, Option option, int64_t value) {
  Request request = about(Op::kSetOption, id);
  request.args[0] = static_cast<int64_t>(option);
  request.args[1] = value;
  Reply reply;
  return call(request, reply);
}

int keep(SlotId id, Kept option, int value) {
  Request request = about(Op::kKeep, id);
  request.args[0] = static_cast<int64_t>(option);
  request.args[1] = value;
  Reply reply;
  return call(request, reply);
}

int kept(SlotId id, Kept option, int& value) {
  Request request = about(Op::kKept, id);
  request.args[0] = static_cast<int64_t>(option);
  Reply reply;
  const int error = call(request, reply);
  value = static_cast<int>(reply.value);
  return error;
}

int get_option(SlotId id, Option option, int64_t& value) {
  Request request = about(Op::kGetOption, id);
  request.args[0] = static_cast<int64_t>(option);
  Reply reply;
  const int error = call(request, reply);
  value = reply.value;
  return error;
}

int local_endpoint(SlotId id, Endpoint& endpoint) {
  Reply reply;
  const int error = call(about(Op::kLocalEndpoint, id), reply);
  endpoint = reply.endpoint;
  return error;
}

int remote_endpoint(SlotId id, Endpoint& endpoint) {
  Reply reply;
  const int error = call(about(Op::kRemoteEndpoint, id), reply);
  endpoint = reply.endpoint;
  return error;
}

bool number(Op op, SlotId id, int64_t& value) {
  Reply reply;
  const int error = call(about(op, id), reply);
  value = reply.value;
  return error == 0;
}

void turn() {
  Reply reply;
  call(about(Op::kTurn, SlotId{}), reply);
}

int flush(SlotId id) {
  Reply reply;
  return call(about(Op::kFlush, id), reply);
}

int check_send(SlotId id, const DatagramHeader& header, bool is_too_long) {
  Request request = about(Op::kCheckSend, id);
  request.args[0] = is_too_long;
  std::memcpy(request.payload, &header, sizeof header);
  request.payload_bytes = sizeof header;
  Reply reply;
  return call(request, reply);
}

void zero_copied(SlotId id) {
  if ((descriptors::wanted(id) & Wanted::kZeroCopy) == 0) return;
  Reply reply;
  call(about(Op::kZeroCopied, id), reply);
}

int source_of(const Endpoint& to, Prefix& source) {
  Request request = about(Op::kSource, SlotId{});
  request.endpoint = to;
  Reply reply;
  const int error = call(request, reply);
  source = {reply.endpoint.address, static_cast<uint8_t>(reply.value)};
  return error;
}

int interface(int n, InterfaceRecord& record) {
  Request request = about(Op::kInterface, SlotId{});
  request.args[0] = n;
  Reply reply;
  const int error = call(request, reply);
  if (error != 0) return error;
  return payload_as(reply, record) ? 0 : EPROTO;
}

int name_servers(NameServersRecord& record) {
  Reply reply;
  const int error = call(about(Op::kNameServers, SlotId{}), reply);
  if (error != 0) return error;
  return payload_as(reply, record) ? 0 : EPROTO;
}

}  // namespace tapstack::shim::ask
