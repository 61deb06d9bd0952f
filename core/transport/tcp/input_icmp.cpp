// ICMP errors about our segments: RFC 9293 3.9.2.2, MUST-54, RFC 1122 4.2.3.9, RFC 5927, RFC
// 1191 6.4.
#include "transport/tcp/input.h"
#include "transport/tcp/lifecycle.h"
#include "transport/tcp/notify.h"
#include "transport/tcp/path.h"
#include "transport/tcp/recovery_events.h"

namespace tapstack::transport::tcp {
namespace {

// RFC 5927 4.1: whoever cannot see the connection does not know a sequence number in flight.
bool is_in_flight(const Connection& c, SeqNumber seq) {
  const SendVariables& v = c.snd.vars();
  return seq.at_or_after(v.una) && seq.before(v.nxt);
}

// Too large is the text on the first SYN (RFC 7413): it goes again without, once.
void on_syn_too_large(Work& w) {
  Connection& c = w.c;
  if (c.fast_open.syn_text_bytes == 0 || !c.syn_probe.is_running) return;
  c.wanted.syn = true;
  mark_output(w);
}

// What was sent is too large for the path: smaller segments, and all of it again (RFC 1191 6.4,
// RFC 8201 5.4).
void on_path_mtu(Work& w, const net::Network& network) {
  Connection& c = w.c;
  const bool is_smaller = refresh_route(c, network, w.ctx.now);
  if (c.state == State::kSynSent) {
    on_syn_too_large(w);
    return;
  }
  if (!is_smaller) return;
  resend_everything(c, w.tables.sent);
  mark_output(w);
}

// RFC 9293 3.9.1.8, MUST-47: the program learns of it at once if it wants to (IP_RECVERR; SHLD-25);
// by default it is the reason of a time-out only (SHLD-20).
void note_soft_error(Work& w, Error error) {
  w.c.soft_error = error;
  const Settings& s = w.c.settings;
  const bool is_told = w.c.route.source.is_ip6() ? s.ip6_receive_errors : s.receive_errors;
  if (!is_told) return;
  w.c.error = error;
  raise(w, Event::kSoftError);
}

}  // namespace

void input_icmp_error(Tables& t, Context& ctx, net::Network& network, const net::IcmpError& error) {
  const auto quote = wire::TcpQuote::parse({error.quoted, error.quoted_bytes});
  if (!quote) {
    ctx.drop(DropReason::kIcmpQuoteTooShort);
    return;
  }
  const Flow flow{{error.source, quote->source}, {error.destination, quote->destination}};
  const FlowOwner owner = find(t, flow);
  if (owner.connection == mem::kNoIndex) {
    ctx.drop(DropReason::kIcmpQuoteNotOurs);
    return;
  }
  Work w = work_on(t, ctx, owner.connection);
  if (!is_in_flight(w.c, SeqNumber(quote->sequence_number))) {
    ctx.counters.count(Mib::kTcpExtOutOfWindowIcmps);
    return;
  }
  if (error.mtu_bytes != 0) {
    network.lower_path_mtu(error.destination, error.mtu_bytes, ctx.now);
    on_path_mtu(w, network);
  } else if (!is_synchronized(w.c.state) && !is_let_in(w.c)) {
    // An attempt ends with any unreachability, soft or hard, as on Linux: RFC 5461 4.1 explains why
    // waiting for the time-out helps nobody who has another address to try.
    ctx.counters.count(Mib::kTcpAttemptFails);
    finish(w, error.error, Event::kConnectFailed);
  } else {
    // RFC 9293 3.9.2.2: soft errors end nothing (MUST-56). RFC 5927 5.2: hard ones are soft here
    // (instead of SHLD-26), or anybody could end connections.
    note_soft_error(w, error.error);
  }
  arm(w);
}

}  // namespace tapstack::transport::tcp
