// RST in answer to a segment that belongs to nothing, or that a connection cannot accept.
#pragma once

#include "net/network.h"
#include "transport/tcp/segment.h"

namespace tapstack::transport::tcp {

// RFC 9293 3.10.7.1: never for a RST. With ACK: <SEQ=SEG.ACK><CTL=RST>; without:
// <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>. Not rate limited: a RST is never larger than what asks
// for it, so it amplifies nothing, and withholding one makes a refused program wait.
void send_reset(Context& ctx, net::Network& network, const Segment& segment);

}  // namespace tapstack::transport::tcp
