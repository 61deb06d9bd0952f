#include "app/dhcp4.h"

#include "app/interface_info.h"
#include "app/wall_time.h"

namespace tapstack::app {
namespace {

constexpr Prefix kDefaultRoute{Ip4Address::any(), 0};

bool has_same_settings(const Dhcp4Lease& a, const Dhcp4Lease& b) {
  const auto is_same_route = [](const wire::Dhcp4Route& x, const wire::Dhcp4Route& y) {
    return x.destination == y.destination && x.gateway == y.gateway;
  };
  const auto x = a.routes.span();
  const auto y = b.routes.span();
  return a.mtu_bytes == b.mtu_bytes &&
         std::equal(x.begin(), x.end(), y.begin(), y.end(), is_same_route);
}

}  // namespace

Status Dhcp4::start(Stack& stack, Instant now) {
  const auto opened = api::open(stack, now, Family::kIp4, SocketKind::kUdp, 0);
  if (!opened.ok()) return opened.error();
  socket_ = *opened;
  api::set_option(stack, now, socket_, Option::kBroadcast, 1).ignore();
  api::set_option(stack, now, socket_, Option::kBindInterface, interface_.value).ignore();
  const Status bound = api::bind(stack, now, socket_, {Ip4Address::any(), wire::kDhcp4ClientPort});
  if (!bound.ok()) {
    api::close(stack, now, socket_).ignore();
    socket_ = SocketId();
    return bound;
  }
  was_up_ = is_interface_up(stack, interface_);
  protocol_.start(now);
  poll(stack, now);
  return {};
}

void Dhcp4::poll(Stack& stack, Instant now) {
  if (protocol_.state() == Dhcp4State::kStopped) return;
  watch_link(stack, now);
  take_answers(stack, now);
  uint8_t message[kDhcp4MessageBytes];
  do {
    while (true) {
      const Dhcp4Output output = protocol_.poll(now, message);
      if (output.bytes == 0) break;
      send(stack, now, std::span(message).first(output.bytes), output);
    }
  } while (configure(stack, now));
}

// RFC 2131 3.7: after the network was away the address is verified again.
void Dhcp4::watch_link(Stack& stack, Instant now) {
  const bool is_up = is_interface_up(stack, interface_);
  if (is_up && !was_up_) {
    end_use(stack, now);
    protocol_.restart(now);
  }
  was_up_ = is_up;
}

void Dhcp4::take_answers(Stack& stack, Instant now) {
  uint8_t bytes[kDhcp4MessageBytes];
  const Bytes parts[] = {bytes};
  while (true) {
    DatagramInfo info;
    const auto got = api::receive(stack, now, socket_, parts, {}, &info);
    if (!got.ok() && got.error() == Error::kWouldBlock) return;
    if (got.error() == Error::kBadHandle) return;
    if (!got.ok() || info.peer.port != wire::kDhcp4ServerPort) continue;
    protocol_.input(now, std::span(bytes).first(*got));
  }
}

// What cannot be sent is lost, and sent again in time, as what the network loses.
void Dhcp4::send(Stack& stack, Instant now, std::span<const uint8_t> message,
                 const Dhcp4Output& how) {
  DatagramInfo to;
  to.peer = {how.destination, wire::kDhcp4ServerPort};
  to.interface = interface_;
  to.from_unspecified = how.from_unspecified;
  if (!how.from_unspecified) to.local = protocol_.lease().address;
  const ConstBytes parts[] = {message};
  (void)api::send(stack, now, socket_, parts, to, {});
}

// Brings the interface to what the protocol has. True: the protocol has been told something.
bool Dhcp4::configure(Stack& stack, Instant now) {
  const bool is_wanted = protocol_.has_lease();
  if (has_address_ && !(is_wanted && configured_.prefix() == protocol_.lease().prefix())) {
    end_use(stack, now);
  }
  // Until there is an address answers may come to one that is not ours yet.
  api::set_configuring(stack, interface_, !is_wanted).ignore();
  if (!is_wanted) return false;
  if (!has_address_) begin_claim(stack, now);
  if (is_in_use_ && grants_ != protocol_.grants()) renew_settings(stack, now);
  const auto state = api::address_state(stack, interface_, configured_.address);
  if (state.ok() && *state == api::AddressState::kDuplicate) {
    ++conflicts_;
    end_use(stack, now);
    protocol_.on_address_taken(now);
    return true;
  }
  if (is_in_use_ || !state.ok() || *state != api::AddressState::kPreferred) return false;
  is_in_use_ = true;
  ++changes_;
  add_settings(stack, now);
  protocol_.on_address_unique();
  return true;
}

void Dhcp4::begin_claim(Stack& stack, Instant now) {
  configured_ = protocol_.lease();
  grants_ = protocol_.grants();
  const api::AddressSettings wanted{.prefix = configured_.prefix(),
                                    .origin = api::AddressOrigin::kDhcp,
                                    .on_conflict = api::ConflictPolicy::kYield};
  has_address_ = api::configure_address(stack, now, interface_, wanted).ok();
}

// The server granted the same address again, perhaps with other things to say.
void Dhcp4::renew_settings(Stack& stack, Instant now) {
  const bool is_same = has_same_settings(configured_, protocol_.lease());
  if (!is_same) remove_settings(stack, now);
  configured_ = protocol_.lease();
  grants_ = protocol_.grants();
  if (!is_same) add_settings(stack, now);
  ++changes_;
}

void Dhcp4::add_settings(Stack& stack, Instant now) {
  const auto routes = configured_.routes.span();
  for (size_t i = 0; i < routes.size(); ++i) {
    if (routes[i].destination.length == 0 && !takes_default_route_) continue;
    const bool is_on_link = routes[i].gateway.is_any();
    const IpAddress gateway = is_on_link ? IpAddress() : IpAddress(routes[i].gateway);
    if (api::add_route(stack, routes[i].destination, gateway, interface_).ok()) {
      routes_added_ = static_cast<uint8_t>(routes_added_ | 1u << i);
    }
  }
  if (!gateway_.is_any()) {
    api::add_route(stack, kDefaultRoute, gateway_, interface_).ignore();
  }
  const auto info = interface_info(stack, interface_);
  // RFC 2132 5.1, by a server that may be wrong: never more than the device takes.
  if (!info || configured_.mtu_bytes == 0 || configured_.mtu_bytes >= info->settings.mtu_bytes) {
    return;
  }
  mtu_before_ = info->settings.mtu_bytes;
  set_mtu(stack, now, configured_.mtu_bytes);
}

void Dhcp4::remove_settings(Stack& stack, Instant now) {
  const auto routes = configured_.routes.span();
  for (size_t i = 0; i < routes.size(); ++i) {
    if ((routes_added_ >> i & 1) != 0) api::remove_route(stack, routes[i].destination).ignore();
  }
  routes_added_ = 0;
  if (!gateway_.is_any()) api::remove_route(stack, kDefaultRoute).ignore();
  if (mtu_before_ != 0) set_mtu(stack, now, mtu_before_);
  mtu_before_ = 0;
}

void Dhcp4::set_mtu(Stack& stack, Instant now, uint32_t mtu_bytes) {
  const auto info = interface_info(stack, interface_);
  if (!info) return;
  api::InterfaceSettings settings = info->settings;
  settings.mtu_bytes = mtu_bytes;
  api::change_interface(stack, now, interface_, settings).ignore();
}

void Dhcp4::end_use(Stack& stack, Instant now) {
  remove_settings(stack, now);
  if (has_address_) {
    api::remove_address(stack, now, interface_, configured_.address).ignore();
  }
  has_address_ = false;
  if (is_in_use_) ++changes_;
  is_in_use_ = false;
}

void Dhcp4::release(Stack& stack, Instant now) {
  uint8_t message[kDhcp4MessageBytes];
  const Dhcp4Output output = protocol_.release(now, message);
  if (output.bytes != 0) send(stack, now, std::span(message).first(output.bytes), output);
  end_use(stack, now);
  api::set_configuring(stack, interface_, false).ignore();
  api::close(stack, now, socket_).ignore();
}

bool Dhcp4::save(Instant now, uint64_t wall_s,
                 std::span<uint8_t, wire::kDhcp4StateBytes> out) const {
  const Dhcp4Lease* held = lease();
  if (held == nullptr) return false;
  wire::Dhcp4StateRecord record;
  record.mac = protocol_.settings().mac;
  record.address = held->address;
  record.prefix_length = held->prefix_length;
  record.server = held->server;
  record.mtu_bytes = held->mtu_bytes;
  for (const wire::Dhcp4Route& route : held->routes.span()) {
    if (route.destination.length == 0) record.router = route.gateway;
  }
  std::copy_n(held->dns.items.data(), held->dns.count, record.dns.data());
  record.renew_wall_s = wall_at(held->renew_at, now, wall_s);
  record.rebind_wall_s = wall_at(held->rebind_at, now, wall_s);
  record.expires_wall_s = wall_at(held->expires_at, now, wall_s);
  wire::emit(out, record);
  return true;
}

bool Dhcp4::restore(Instant now, uint64_t wall_s, std::span<const uint8_t> saved) {
  const auto record = wire::parse_dhcp4_state(saved);
  if (!record || record->mac != protocol_.settings().mac) return false;
  if (record->expires_wall_s <= wall_s) return false;
  Dhcp4Lease lease;
  lease.address = record->address;
  lease.prefix_length = record->prefix_length;
  lease.server = record->server;
  lease.mtu_bytes = record->mtu_bytes;
  if (!record->router.is_any()) lease.routes.add({{Ip4Address::any(), 0}, record->router});
  for (const Ip4Address dns : record->dns) {
    if (!dns.is_any()) lease.dns.add(dns);
  }
  lease.renew_at = instant_at(record->renew_wall_s, now, wall_s);
  lease.rebind_at = instant_at(record->rebind_wall_s, now, wall_s);
  lease.expires_at = instant_at(record->expires_wall_s, now, wall_s);
  protocol_.remember(lease);
  return true;
}

}  // namespace tapstack::app
