#include "shim/engine/accept_tokens.h"

#include <algorithm>

#include "shim/common/sys.h"
#include "shim/engine/handle_pair.h"

namespace tapstack::shim {
namespace {

// Between taking a token and redeeming it there is one system call. One that takes longer was lost
// with its taker (a process that died).
constexpr int64_t kLostAfterUs = 100'000;

}  // namespace

void issue_tokens(Works& works, Slot& slot) {
  const Result<TcpInfo> info = api::tcp_info(works.stack, works.now, slot.id);
  if (!info.ok()) return;
  if (slot.tokens > 0 && works.now.us() - slot.token_at_us > kLostAfterUs &&
      outstanding_bytes(slot.end) == 0) {
    slot.tokens = 0;
  }
  const auto wanted = static_cast<uint8_t>(std::min<uint32_t>(info->accept_queue, kTokensMax));
  static constexpr uint8_t kToken[kAcceptTokenBytes] = {'c', 'o', 'n', 'n', 'e', 'c', 't', 0};
  while (slot.tokens < wanted &&
         sys::send(slot.end, kToken, sizeof kToken, MSG_NOSIGNAL | MSG_DONTWAIT) > 0) {
    ++slot.tokens;
    slot.token_at_us = works.now.us();
  }
}

void redeem_token(Slot& slot) {
  if (slot.tokens > 0) --slot.tokens;
}

}  // namespace tapstack::shim
