// Ports, OPEN and accept: RFC 9293 3.10.1.
#include <algorithm>

#include "net/family.h"
#include "transport/tcp/fast_open_connect.h"
#include "transport/tcp/half_open_table.h"
#include "transport/tcp/handshake.h"
#include "transport/tcp/lifecycle.h"
#include "transport/tcp/notify.h"
#include "transport/tcp/path.h"
#include "transport/tcp/tcp.h"
#include "transport/tcp/user_calls.h"

namespace tapstack::transport::tcp {
namespace {

bool is_flow_free(const Tables& t, const Flow& flow) { return find(t, flow).is_none(); }

// The local end of an active open. The binding returned is the connection's own.
Result<BindingId> choose_port(Tables& t, Context& ctx, const OpenRequest& request,
                              const net::Route& route, Flow& flow) {
  if (request.binding.is_null()) {
    const PortChoice choice{route.source, request.remote, request.interface};
    const auto binding = t.ports.choose(choice, ctx.random, [&](Port port) {
      return is_flow_free(t, {{route.source, port}, request.remote});
    });
    if (binding) flow.local.port = t.ports.get(*binding)->claim.local.port;
    return binding;
  }
  const Binding* bound = t.ports.get(request.binding);
  if (bound == nullptr) return Error::kBadHandle;
  flow.local.port = bound->claim.local.port;
  if (!is_flow_free(t, flow)) return Error::kAddressNotAvailable;
  t.ports.hold(request.binding);
  return request.binding;
}

Error check_remote(const Endpoint& remote, const net::Route& route) {
  if (remote.port.value == 0) return Error::kConnectionRefused;
  if (remote.address.is_any() || route.is_broadcast || route.is_multicast) {
    return Error::kNetworkUnreachable;  // RFC 9293 MUST-46
  }
  return Error::kNone;
}

}  // namespace

Result<BindingId> bind(Tcp& tcp, Context& ctx, const BindRequest& request) {
  return tcp.tables().ports.bind(request, ctx.random);
}

void unbind(Tcp& tcp, BindingId binding) { tcp.tables().ports.release(binding); }

Endpoint bound_endpoint(const Tcp& tcp, BindingId binding) {
  const Binding* b = tcp.tables().ports.get(binding);
  return b == nullptr ? Endpoint{} : b->claim.local;
}

// RFC 9293 3.9.1.1: the program may name the local address (MUST-43), else the route does
// (MUST-44); all segments of the connection are from there (MUST-45).
Result<ConnectionId> connect(Tcp& tcp, Context& ctx, const net::Network& network,
                             const OpenRequest& request) {
  Tables& t = tcp.tables();
  const auto route = network.route(request.remote.address, request.local.address, request.interface,
                                   ctx.now, request.settings.ip6_preferences.sort);
  if (!route) {
    net::count_no_route(ctx, request.remote.address, route.error());
    return route.error();
  }
  if (const Error e = check_remote(request.remote, *route); e != Error::kNone) return e;
  Flow flow{{route->source, {}}, request.remote};
  const auto binding = choose_port(t, ctx, request, *route, flow);
  if (!binding) return binding.error();
  const mem::Index index = create(t, flow, *route, *binding);
  if (index == mem::kNoIndex) {
    t.ports.release(*binding);
    return Error::kNoBuffers;
  }
  Work w = work_on(t, ctx, index);
  Connection& c = w.c;
  c.bound = request.interface;
  c.owner = request.owner;
  c.settings = request.settings;
  c.advertised_mss_bytes = advertised_mss(*route, request.settings.max_segment_bytes);
  c.snd.start(t.isn.isn(flow, ctx.now));
  plan_fast_open(t, ctx.now, c);
  c.wanted.syn = !c.fast_open.is_deferred;
  set_state(w, State::kSynSent);
  ctx.counters.count(Mib::kTcpActiveOpens);
  if (c.wanted.syn) mark_output(w);
  return t.connections.id_at(index);
}

// RFC 9293 3.9.1.1: a listener stands beside the connections of its port (MUST-42) and changes
// nothing about others (MUST-41).
Result<ListenerId> listen(Tcp& tcp, const ListenRequest& request) {
  Tables& t = tcp.tables();
  if (t.ports.get(request.binding) == nullptr) return Error::kBadHandle;
  if (const Status s = t.ports.start_listening(request.binding); !s) return s.error();
  const ListenerId id = t.listeners.allocate();
  if (id.is_null()) {
    t.ports.stop_listening(request.binding);
    return Error::kNoBuffers;
  }
  Listener& l = *t.listeners.get(id);
  l.local = request.local;
  l.local.port = t.ports.get(request.binding)->claim.local.port;
  l.interface = request.interface;
  l.ip6_only = request.ip6_only;
  l.binding = request.binding;
  l.owner = request.owner;
  l.settings = request.settings;
  t.ports.hold(request.binding);
  t.listening.insert(t.listening.hash(l.local.port), id.index);
  return set_backlog(tcp, id, request.backlog).ok() ? Result<ListenerId>(id) : Error::kBadHandle;
}

Status set_backlog(Tcp& tcp, ListenerId id, uint32_t backlog) {
  Listener* l = tcp.tables().listeners.get(id);
  if (l == nullptr) return Error::kBadHandle;
  l->backlog = std::clamp(backlog, uint32_t{1}, kConfig.tcp_backlog_max);
  return {};
}

Result<ConnectionId> accept(Tcp& tcp, ListenerId id, Owner owner) {
  Tables& t = tcp.tables();
  Listener* l = t.listeners.get(id);
  if (l == nullptr) return Error::kBadHandle;
  const mem::Index index = pop_front<&Connection::accept_link>(t.connections, l->acceptable);
  if (index == mem::kNoIndex) return Error::kWouldBlock;
  Connection& c = t.connections.at(index);
  c.listener = ListenerId{};
  c.owner = owner;
  c.events = Events{};
  return t.connections.id_at(index);
}

Status close_listener(Tcp& tcp, Context& ctx, ListenerId id) {
  Tables& t = tcp.tables();
  Listener* l = t.listeners.get(id);
  if (l == nullptr) return Error::kBadHandle;
  remove_half_opens_of(t, ctx, id);
  while (!l->acceptable.is_empty()) {
    const mem::Index index = pop_front<&Connection::accept_link>(t.connections, l->acceptable);
    abort(tcp, ctx, t.connections.id_at(index)).ignore();
  }
  t.listening.remove(t.listening.hash(l->local.port), id.index);
  remove<&Listener::event_link>(t.listeners, t.listener_events, id.index);
  t.ports.stop_listening(l->binding);
  t.ports.release(l->binding);
  t.listeners.release(id);
  return {};
}

Result<ListenerStatus> listener_status(const Tcp& tcp, ListenerId id) {
  const Listener* l = tcp.tables().listeners.get(id);
  if (l == nullptr) return Error::kBadHandle;
  return ListenerStatus{l->acceptable.count, l->backlog};
}

}  // namespace tapstack::transport::tcp
