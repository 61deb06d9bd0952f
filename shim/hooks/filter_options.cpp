#include "shim/hooks/filter_options.h"

#include <linux/filter.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "shim/common/packet_records.h"
#include "shim/common/user_memory.h"
#include "shim/hooks/ask.h"
#include "shim/hooks/option_value.h"

namespace tapstack::shim {
namespace {

static_assert(sizeof(sock_filter) == sizeof(FilterInstruction));

int attach_piecewise(SlotId id, const sock_filter* program, size_t count) {
  for (size_t begin = 0; begin < count; begin += kFilterPieceMax) {
    const size_t piece = std::min(count - begin, kFilterPieceMax);
    Request request = ask::about(Op::kFilterPiece, id);
    request.args[0] = static_cast<int64_t>(count);
    request.args[1] = static_cast<int64_t>(begin);
    request.payload_bytes = static_cast<uint16_t>(piece * sizeof(sock_filter));
    std::memcpy(request.payload, program + begin, request.payload_bytes);
    Reply reply;
    if (const int error = ask::call(request, reply); error != 0) return error;
  }
  return 0;
}

bool is_locked(SlotId id) {
  int64_t locked = 0;
  return ask::number(Op::kFilterLocked, id, locked) && locked != 0;
}

// copy_bpf_fprog_from_user, sk_attach_filter.
int attach(SlotId id, const void* value, socklen_t length) {
  sock_fprog program;
  if (length != sizeof program) return EINVAL;
  if (value == nullptr) return EFAULT;
  std::memcpy(&program, value, sizeof program);
  if (is_locked(id)) return EPERM;
  if (program.filter == nullptr || program.len == 0) return EINVAL;
  if (usable(program.filter) == nullptr) return EFAULT;
  return attach_piecewise(id, program.filter, program.len);
}

int lock(SlotId id, const void* value, socklen_t length) {
  int number = 0;
  if (length < sizeof number) return EINVAL;
  if (value == nullptr) return EFAULT;
  std::memcpy(&number, value, sizeof number);
  Request request = ask::about(Op::kLockFilter, id);
  request.args[0] = number != 0;
  Reply reply;
  return ask::call(request, reply);
}

int detach(SlotId id) {
  Reply reply;
  return ask::call(ask::about(Op::kDetachFilter, id), reply);
}

// sk_get_filter: `length` counts instructions, 0 asks for their number.
int read_filter(SlotId id, void* value, socklen_t* length) {
  size_t done = 0;
  for (;;) {
    Request request = ask::about(Op::kFilter, id);
    request.args[0] = static_cast<int64_t>(done);
    Reply reply;
    if (const int error = ask::call(request, reply); error != 0) return error;
    const auto count = static_cast<size_t>(reply.value);
    const size_t room = *length;
    if (count > 0 && room > 0 && room < count) return EINVAL;
    if (count > 0 && room > 0) {
      if (value == nullptr) return EFAULT;
      std::memcpy(static_cast<sock_filter*>(value) + done, reply.payload, reply.payload_bytes);
    }
    done += reply.payload_bytes / sizeof(sock_filter);
    if (done >= count || room == 0) {
      *length = static_cast<socklen_t>(count);
      return 0;
    }
  }
}

}  // namespace

bool is_filter_option(int level, int name) {
  return level == SOL_SOCKET &&
         (name == SO_ATTACH_FILTER || name == SO_DETACH_FILTER || name == SO_LOCK_FILTER);
}

int get_filter_option(const Handle& handle, int name, void* value, socklen_t* length) {
  if (name == SO_ATTACH_FILTER) return read_filter(handle.id, value, length);  // SO_GET_FILTER
  if (name == SO_DETACH_FILTER) return ENOPROTOOPT;
  return option_value::put_int(SOL_SOCKET, value, length, is_locked(handle.id));
}

int set_filter_option(const Handle& handle, int name, const void* value, socklen_t length) {
  if (name == SO_DETACH_FILTER) return detach(handle.id);
  return name == SO_LOCK_FILTER ? lock(handle.id, value, length) : attach(handle.id, value, length);
}

}  // namespace tapstack::shim
