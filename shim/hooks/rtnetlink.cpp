#include "shim/hooks/rtnetlink.h"

#include <linux/capability.h>

#include <cerrno>

#include "shim/common/capability.h"
#include "shim/hooks/ask.h"

namespace tapstack::shim {

Rtnetlink::Rtnetlink(uint16_t type, uint16_t flags)
    : request_(ask::about(Op::kRtnetlink, SlotId{})), out_(Bytes(request_.payload), {}) {
  out_.begin(type, static_cast<uint16_t>(flags | NLM_F_REQUEST));
}

int Rtnetlink::ask() {
  if (!out_.end()) return EINVAL;
  request_.payload_bytes = static_cast<uint16_t>(out_.written().size());
  request_.args[0] = has_capability(CAP_NET_ADMIN);
  return ask::call(request_, reply_);
}

std::optional<netlink::Message> Rtnetlink::answer() const {
  ConstBytes rest = ConstBytes(reply_.payload).first(reply_.payload_bytes);
  return netlink::take_message(rest);
}

}  // namespace tapstack::shim
