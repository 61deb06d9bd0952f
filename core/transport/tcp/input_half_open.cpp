// RFC 9293 3.10.7.4 for SYN-RECEIVED after a passive OPEN, as far as a HalfOpen record goes; the
// ACK that completes the handshake makes a connection of it.
#include "transport/tcp/half_open_table.h"
#include "transport/tcp/handshake.h"
#include "transport/tcp/input.h"
#include "transport/tcp/passive_open.h"
#include "transport/tcp/reset.h"

namespace tapstack::transport::tcp {
namespace {

bool is_in_window(const HalfOpen& h, const Segment& seg, uint32_t window) {
  const SeqNumber nxt = h.irs + 1;
  const bool begins_in = seg.seq.in_window(nxt, window);
  return seg.length() == 0 ? begins_in : begins_in || (seg.end() - 1).in_window(nxt, window);
}

// First step: sequence number and timestamp (RFC 7323 5.3).
bool is_acceptable(const Arrival& a, const HalfOpen& h) {
  const Listener* l = a.tables.listeners.get(h.listener);
  const auto& ts = a.seg.options.timestamps;
  const bool is_old = h.agreed.timestamps && ts && !a.seg.has(flag::kRst) &&
                      static_cast<int32_t>(ts->value - h.timestamp_recent) < 0;
  return l != nullptr && !is_old &&
         is_in_window(h, a.seg, std::min(receive_limit(l->settings), uint32_t{0xffff}));
}

// TCP_DEFER_ACCEPT: an ACK without text does not wake the listener yet.
bool is_deferred(Arrival& a, HalfOpen& h) {
  const Settings& settings = a.tables.listeners.get(h.listener)->settings;
  if (a.seg.length() > 0 || h.timeouts >= settings.defer_accept_timeouts) return false;
  h.is_acked = true;
  a.ctx.counters.count(Mib::kTcpExtTCPDeferAcceptDrop);
  a.ctx.drop(DropReason::kTcpAcceptDeferred);
  return true;
}

void complete_handshake(Arrival& a, mem::Index half_open) {
  if (is_deferred(a, a.tables.half_opens.at(half_open))) return;
  const HalfOpen record = a.tables.half_opens.at(half_open);
  if (is_accept_queue_full(*a.tables.listeners.get(record.listener))) {
    a.ctx.counters.count(Mib::kTcpExtListenOverflows);
    a.ctx.drop(DropReason::kTcpAcceptQueueFull);  // the SYN-ACK will go out again, and the ACK come
    return;
  }
  remove_half_open(a.tables, a.ctx, half_open);
  complete_passive_open(a, record);
}

// Answers to what must be answered again and again are limited, RFC 5961 7: one SYN-ACK or
// challenge ACK for each of a flood of segments would go to whoever's address was forged.
bool may_answer(Arrival& a, HalfOpen& h) {
  if (h.challenges.allow(a.ctx.now)) return true;
  a.ctx.counters.count(Mib::kTcpExtTCPACKSkippedSynRecv);
  a.ctx.drop(DropReason::kTcpChallengeAckRateLimited);
  return false;
}

}  // namespace

void input_half_open(Arrival& a, mem::Index index) {
  HalfOpen& h = a.tables.half_opens.at(index);
  const bool is_same_syn = a.seg.has(flag::kSyn) && !a.seg.has(flag::kAck) && a.seg.seq == h.irs;
  if (is_same_syn) {  // our SYN-ACK was lost
    a.ctx.drop(DropReason::kTcpHalfOpenDuplicateSyn);
    if (may_answer(a, h)) send_syn_ack(a.tables, a.ctx, a.network, h);
    return;
  }
  if (!is_acceptable(a, h)) {
    a.ctx.drop(DropReason::kTcpHalfOpenBadSegment);
    if (!a.seg.has(flag::kRst) && may_answer(a, h)) {
      send_syn_ack(a.tables, a.ctx, a.network, h);
    }
    return;
  }
  // Second step: this record is of a passive OPEN (RFC 9293 3.5, MUST-11), which returns to LISTEN.
  if (a.seg.has(flag::kRst)) {  // RFC 5961 3.2: exact match only
    if (a.seg.seq != h.irs + 1) {
      a.ctx.drop(DropReason::kTcpResetInexact);
      if (may_answer(a, h)) send_challenge_ack(a.tables, a.ctx, a.network, h);
      return;
    }
    a.ctx.counters.count(Mib::kTcpAttemptFails);
    a.ctx.counters.count(Mib::kTcpExtEmbryonicRsts);
    remove_half_open(a.tables, a.ctx, index);
    return;
  }
  if (a.seg.has(flag::kSyn)) {  // fourth step: back to LISTEN
    a.ctx.drop(DropReason::kTcpSynInWindow);
    a.ctx.counters.count(Mib::kTcpAttemptFails);
    remove_half_open(a.tables, a.ctx, index);
    return;
  }
  if (!a.seg.has(flag::kAck)) {
    a.ctx.drop(DropReason::kTcpHalfOpenBadSegment);
    return;
  }
  if (a.seg.ack != h.iss + 1) {  // fifth step
    a.ctx.drop(DropReason::kTcpHalfOpenBadSegment);
    send_reset(a.ctx, a.network, a.seg);
    return;
  }
  complete_handshake(a, index);
}

}  // namespace tapstack::transport::tcp
