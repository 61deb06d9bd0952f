#include "app/dhcp6.h"

#include "app/interface_info.h"
#include "app/wall_time.h"

namespace tapstack::app {
namespace {

// RFC 8415 18.2.10.1, RFC 5942 4: an address says nothing about what is on the link.
constexpr uint8_t kPrefixLength = 128;

}  // namespace

Status Dhcp6::start(Stack& stack, Instant now) {
  const auto opened = api::open(stack, now, Family::kIp6, SocketKind::kUdp, 0);
  if (!opened.ok()) return opened.error();
  socket_ = *opened;
  was_up_ = is_interface_up(stack, interface_);
  api::set_option(stack, now, socket_, Option::kIp6Only, 1).ignore();
  api::set_option(stack, now, socket_, Option::kBindInterface, interface_.value).ignore();
  const Status bound = api::bind(stack, now, socket_, {Ip6Address::any(), wire::kDhcp6ClientPort});
  if (bound.ok()) return {};
  api::close(stack, now, socket_).ignore();
  socket_ = SocketId();
  return bound;
}

void Dhcp6::set_mode(Stack& stack, Instant now, Dhcp6Mode mode) {
  if (mode == mode_) return;
  mode_ = mode;
  if (mode != Dhcp6Mode::kStateful) end_use(stack, now);
  protocol_.start(now, mode);
}

void Dhcp6::poll(Stack& stack, Instant now) {
  watch_link(stack, now);
  if (protocol_.state() == Dhcp6State::kStopped) return;
  take_answers(stack, now);
  uint8_t message[kDhcp6MessageBytes];
  do {
    for (size_t bytes = protocol_.poll(now, message); bytes != 0;
         bytes = protocol_.poll(now, message)) {
      send(stack, now, std::span(message).first(bytes));
    }
  } while (configure(stack, now));
}

// RFC 8415 18.2.12: the host may have moved; servers say whether the address fits, or tell anew.
void Dhcp6::watch_link(Stack& stack, Instant now) {
  const bool is_up = is_interface_up(stack, interface_);
  if (is_up && !was_up_ && mode_ != Dhcp6Mode::kOff) {
    end_use(stack, now);
    protocol_.restart(now);
  }
  was_up_ = is_up;
}

void Dhcp6::take_answers(Stack& stack, Instant now) {
  uint8_t bytes[kDhcp6MessageBytes];
  const Bytes parts[] = {bytes};
  while (true) {
    DatagramInfo info;
    const auto got = api::receive(stack, now, socket_, parts, {}, &info);
    if (got.error() == Error::kWouldBlock || got.error() == Error::kBadHandle) return;
    if (got.ok()) protocol_.input(now, std::span(bytes).first(*got));
  }
}

// What cannot be sent is lost, and sent again in time, as what the network loses.
void Dhcp6::send(Stack& stack, Instant now, std::span<const uint8_t> message) {
  DatagramInfo to;
  to.peer = {IpAddress(wire::kDhcp6Servers, interface_), wire::kDhcp6ServerPort};
  to.interface = interface_;
  const ConstBytes parts[] = {message};
  (void)api::send(stack, now, socket_, parts, to, {});
}

// Brings the interface to what the protocol has. True: the protocol has been told something.
bool Dhcp6::configure(Stack& stack, Instant now) {
  const bool is_wanted = protocol_.has_lease();
  if (has_address_ && !(is_wanted && address_ == protocol_.lease().address)) end_use(stack, now);
  const bool is_news = grants_ != protocol_.grants();
  grants_ = protocol_.grants();
  if (is_news) ++changes_;
  if (!is_wanted) return false;
  if (!has_address_) {
    address_ = protocol_.lease().address;
    const api::AddressSettings wanted{.prefix = {address_, kPrefixLength},
                                      .origin = api::AddressOrigin::kDhcp};
    has_address_ = api::configure_address(stack, now, interface_, wanted).ok();
  }
  if (is_news) {
    const Dhcp6Lease& lease = protocol_.lease();
    api::set_lifetimes(stack, now, interface_, address_, lease.preferred_until, lease.valid_until)
        .ignore();
  }
  const auto state = api::address_state(stack, interface_, address_);
  if (state.ok() && *state == api::AddressState::kDuplicate) {
    ++conflicts_;
    end_use(stack, now);
    protocol_.on_address_taken(now);
    return true;
  }
  const bool is_ours = state.ok() && *state != api::AddressState::kTentative;
  if (!is_ours || protocol_.state() != Dhcp6State::kProbing) return false;
  if (!is_in_use_) ++changes_;
  is_in_use_ = true;
  protocol_.on_address_unique();
  return true;
}

void Dhcp6::end_use(Stack& stack, Instant now) {
  if (has_address_) api::remove_address(stack, now, interface_, address_).ignore();
  if (is_in_use_) ++changes_;
  has_address_ = is_in_use_ = false;
}

void Dhcp6::release(Stack& stack, Instant now) {
  end_use(stack, now);  // RFC 8415 18.2.7: "MUST stop using all of the leases being released"
  mode_ = Dhcp6Mode::kOff;
  protocol_.release(now);
}

bool Dhcp6::save(Instant now, uint64_t wall_s,
                 std::span<uint8_t, wire::kDhcp6StateBytes> out) const {
  const Dhcp6Lease* held = lease();
  if (held == nullptr) return false;
  wire::Dhcp6StateRecord record;
  record.mac = mac_;
  record.address = held->address;
  record.server_bytes = held->server.count;
  std::copy_n(held->server.items.data(), held->server.count, record.server.data());
  const Dhcp6Information& told = information();
  std::copy_n(told.dns.items.data(), told.dns.count, record.dns.data());
  record.search_bytes = told.search.length;
  record.search = told.search.characters;
  record.renew_wall_s = wall_at(held->renew_at, now, wall_s);
  record.rebind_wall_s = wall_at(held->rebind_at, now, wall_s);
  record.preferred_wall_s = wall_at(held->preferred_until, now, wall_s);
  record.valid_wall_s = wall_at(held->valid_until, now, wall_s);
  wire::emit(out, record);
  return true;
}

bool Dhcp6::restore(Instant now, uint64_t wall_s, std::span<const uint8_t> saved) {
  const auto record = wire::parse_dhcp6_state(saved);
  if (!record || record->mac != mac_ || record->valid_wall_s <= wall_s) return false;
  Dhcp6Lease lease;
  lease.address = record->address;
  for (size_t i = 0; i < record->server_bytes; ++i) lease.server.add(record->server[i]);
  lease.renew_at = instant_at(record->renew_wall_s, now, wall_s);
  lease.rebind_at = instant_at(record->rebind_wall_s, now, wall_s);
  lease.preferred_until = instant_at(record->preferred_wall_s, now, wall_s);
  lease.valid_until = instant_at(record->valid_wall_s, now, wall_s);
  Dhcp6Information told;
  for (const Ip6Address& dns : record->dns) {
    if (!dns.is_any()) told.dns.add(dns);
  }
  told.search.set({record->search.data(), record->search_bytes});
  protocol_.remember(lease, told);
  return true;
}

}  // namespace tapstack::app
