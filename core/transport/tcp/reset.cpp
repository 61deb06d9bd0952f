#include "transport/tcp/reset.h"

#include "transport/tcp/segment_builder.h"

namespace tapstack::transport::tcp {

void send_reset(Context& ctx, net::Network& network, const Segment& segment) {
  if (segment.has(flag::kRst)) return;
  const auto route = network.route(segment.flow.remote.address, segment.flow.local.address,
                                   InterfaceId{}, ctx.now);
  if (!route) return;
  Outgoing out;
  out.flow = segment.flow;
  if (segment.has(flag::kAck)) {
    out.seq = segment.ack;
    out.flags = flag::kRst;
  } else {
    out.ack = segment.end();
    out.flags = flag::kRst | flag::kAck;
  }
  if (transmit(ctx, network, out, *route, IpSettings{}).ok()) {
    ctx.counters.count(Mib::kTcpOutRsts);
  }
}

}  // namespace tapstack::transport::tcp
