// Connections that wait at a listener, as tokens on its handle.
#pragma once

#include "shim/engine/works.h"

namespace tapstack::shim {

inline constexpr uint8_t kTokensMax = 64;  // out at a time; the backlog itself lies in the core

// Puts out a token for every connection that waits and has none.
void issue_tokens(Works& works, Slot& slot);
// A token came back with kAccept.
void redeem_token(Slot& slot);

}  // namespace tapstack::shim
