// What a program fetches from the error queue about its own sends: when they went out or were
// acknowledged (SO_TIMESTAMPING), and whose buffer it may use again (MSG_ZEROCOPY).
#pragma once

#include "shim/engine/works.h"

namespace tapstack::shim {

// Bits of SendReport that the flags SOF_TIMESTAMPING_TX_* call for.
uint8_t reports_of(int64_t stamping);
// SO_TIMESTAMPING of a stream is about to become `stamping`: from where on
// SOF_TIMESTAMPING_OPT_ID counts octets, if it begins to (sock_set_timestamping).
void begin_counting(Works& works, Slot& slot, int32_t stamping);

bool has_notice(const Works& works, const Slot& slot);
// kSendNotice: the oldest into the reply. EAGAIN: there is none.
int report_send_notice(Works& works, Slot& slot, Reply& reply);
// kZeroCopied: a send with MSG_ZEROCOPY is done. 0.
int count_zero_copy(Works& works, Slot& slot);

}  // namespace tapstack::shim
