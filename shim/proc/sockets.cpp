#include "shim/proc/sockets.h"

#include <cstring>

namespace tapstack::shim::proc {

bool Sockets::next(SocketRecord& out) {
  while (at_ == end_) {
    if (position_ < 0 || error_ != 0) return false;
    Request request = ask::about(Op::kSockets, SlotId{});
    request.args[0] = static_cast<int64_t>(kind_);
    request.args[1] = position_;
    error_ = ask::call(request, page_);
    if (error_ != 0) return false;
    at_ = 0;
    end_ = page_.payload_bytes / sizeof(SocketRecord);
    position_ = page_.value;
  }
  std::memcpy(&out, page_.payload + at_ * sizeof out, sizeof out);
  ++at_;
  return true;
}

}  // namespace tapstack::shim::proc
