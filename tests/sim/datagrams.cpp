#include "tests/sim/datagrams.h"

#include <algorithm>
#include <cstring>

namespace tapstack::sim {
namespace {

// After the first datagram the others wait until the neighbour is known.
constexpr Duration kResolution = Duration::s(5);
// Replies and errors to the last one may come so much later.
constexpr Duration kPatience = Duration::s(10);
constexpr size_t kIcmpHeaderBytes = 8;

// Types of ICMP's messages (RFC 792) and of ICMPv6's (RFC 4443).
struct Echo {
  uint8_t request, reply;
};
Echo echo_of(Family family) { return family == Family::kIp6 ? Echo{128, 129} : Echo{8, 0}; }

// What a datagram begins with.
struct Label {
  uint64_t key = 0;
  uint32_t number = 0;
  uint32_t bytes = 0;
};

uint8_t filler(const Label& label, size_t position) {
  return static_cast<uint8_t>(mix(label.key + label.number) >> (position % 8 * 8)) ^
         static_cast<uint8_t>(position);
}

// A datagram of the flow: between the size of a label and plan.bytes_max.
std::vector<uint8_t> make(const DatagramPlan& plan, int number) {
  const uint64_t dice = mix(plan.key * 31 + static_cast<uint64_t>(number));
  const size_t bytes =
      number == 0 ? sizeof(Label) : sizeof(Label) + dice % (plan.bytes_max - sizeof(Label) + 1);
  const Label label{plan.key, static_cast<uint32_t>(number), static_cast<uint32_t>(bytes)};
  std::vector<uint8_t> out(bytes);
  std::memcpy(out.data(), &label, sizeof label);
  for (size_t i = sizeof label; i < bytes; ++i) out[i] = filler(label, i);
  return out;
}

// The number of a datagram of the flow; -1 when it is damaged or of somebody else.
int number_of(const DatagramPlan& plan, std::span<const uint8_t> bytes) {
  Label label;
  if (bytes.size() < sizeof label) return -1;
  std::memcpy(&label, bytes.data(), sizeof label);
  if (label.key != plan.key || label.bytes != bytes.size()) return -1;
  for (size_t i = sizeof label; i < bytes.size(); ++i) {
    if (bytes[i] != filler(label, i)) return -1;
  }
  return static_cast<int>(label.number);
}

std::string judge(const std::string& who, World& world, const DatagramPlan& plan,
                  const std::vector<int>& received) {
  if (!world.is_perfect()) return {};
  for (int n = 0; n < plan.count; ++n) {
    const int times = received[static_cast<size_t>(n)];
    if (times != 1) {
      return who + ": number " + std::to_string(n) + " arrived " + std::to_string(times) + " times";
    }
  }
  return {};
}

void close_socket(World& world, Instant now, int host, SocketId& id) {
  if (id.is_null()) return;
  world.assign(host, id, nullptr);
  api::close(world.stack(host), now, id).ignore();
  id = {};
}

}  // namespace

UdpFlow::UdpFlow(World& world, const DatagramPlan& plan)
    : world_(world), plan_(plan), received_(static_cast<size_t>(plan.count)) {
  wake_at(plan.start);
}

bool UdpFlow::open(Instant now) {
  Stack& to = world_.stack(plan_.to);
  const auto receiver = api::open(to, now, world_.socket_family(), SocketKind::kUdp, 0);
  if (!receiver.ok()) return false;
  receiver_ = *receiver;
  world_.assign(plan_.to, receiver_, this);
  const Status bound =
      api::bind(to, now, receiver_, {IpAddress::any(world_.socket_family()), plan_.port});
  if (!bound.ok()) problem_ = "bind";
  const auto sender =
      api::open(world_.stack(plan_.from), now, world_.socket_family(), SocketKind::kUdp, 0);
  if (!sender.ok()) return false;
  sender_ = *sender;
  return true;
}

void UdpFlow::on_wake(Instant now) {
  if (is_done_) return;
  if (sender_.is_null() && !open(now)) {
    is_done_ = true;  // no endpoint left: an ordinary event
    sent_ = 0;
    received_.assign(received_.size(), 1);
    return;
  }
  if (sent_ == plan_.count) {
    is_done_ = true;
    return;
  }
  send(now);
}

void UdpFlow::send(Instant now) {
  const std::vector<uint8_t> bytes = make(plan_, sent_);
  const ConstBytes parts[] = {ConstBytes(bytes).first(1), ConstBytes(bytes).subspan(1)};
  DatagramInfo to;
  to.peer = {world_.host(plan_.to).address(), plan_.port};
  const auto result = api::send(world_.stack(plan_.from), now, sender_, parts, to, {});
  if (result.ok() ? *result != bytes.size() : result.error() != Error::kNoBuffers) {
    problem_ = "send: error " + std::to_string(static_cast<int>(result.error()));
  }
  ++sent_;
  const Duration pause = sent_ == plan_.count ? kPatience : plan_.interval;
  wake_at(now + (sent_ == 1 ? kResolution : pause));
}

void UdpFlow::on_event(Instant now, SocketId) {
  std::vector<uint8_t> bytes(65'536);
  const Bytes parts[] = {bytes};
  while (true) {
    DatagramInfo info;
    const auto n = api::receive(world_.stack(plan_.to), now, receiver_, parts, {}, &info);
    if (!n.ok()) return;
    if (info.peer.address != world_.host(plan_.from).address() || info.full_bytes != *n) {
      problem_ = "wrong sender or length";
    }
    check({bytes.data(), *n});
  }
}

void UdpFlow::check(std::span<const uint8_t> bytes) {
  const int number = number_of(plan_, bytes);
  if (number < 0 || number >= sent_) {
    problem_ = "a datagram that nobody sent";
  } else {
    ++received_[static_cast<size_t>(number)];
  }
}

void UdpFlow::on_over(Instant now) {
  close_socket(world_, now, plan_.from, sender_);
  close_socket(world_, now, plan_.to, receiver_);
}

std::string UdpFlow::describe() const { return "udp: sent " + std::to_string(sent_); }

std::string UdpFlow::verdict() const {
  return problem_.empty() ? judge("udp", world_, plan_, received_) : "udp: " + problem_;
}

PingFlow::PingFlow(World& world, const DatagramPlan& plan)
    : world_(world), plan_(plan), received_(static_cast<size_t>(plan.count)) {
  wake_at(plan.start);
}

void PingFlow::on_wake(Instant now) {
  if (is_done_) return;
  Stack& stack = world_.stack(plan_.from);
  if (id_.is_null()) {
    const auto id = api::open(stack, now, world_.family(), SocketKind::kPing, 0);
    if (!id.ok()) {
      is_done_ = true;
      received_.assign(received_.size(), 1);
      return;
    }
    id_ = *id;
    world_.assign(plan_.from, id_, this);
  }
  if (sent_ == plan_.count) {
    is_done_ = true;
    return;
  }
  const std::vector<uint8_t> data = make(plan_, sent_);
  const uint8_t header[kIcmpHeaderBytes] = {echo_of(world_.family()).request, 0, 0, 0, 0, 0, 0,
                                            static_cast<uint8_t>(sent_)};
  const ConstBytes parts[] = {header, data};
  DatagramInfo to;
  to.peer.address = world_.host(plan_.to).address();
  const auto result = api::send(stack, now, id_, parts, to, {});
  if (!result.ok() && result.error() != Error::kNoBuffers) {
    problem_ = "send: error " + std::to_string(static_cast<int>(result.error()));
  }
  ++sent_;
  const Duration pause = sent_ == plan_.count ? kPatience : plan_.interval;
  wake_at(now + (sent_ == 1 ? kResolution : pause));
}

void PingFlow::on_event(Instant now, SocketId) {
  std::vector<uint8_t> bytes(65'536);
  const Bytes parts[] = {bytes};
  while (true) {
    const auto n = api::receive(world_.stack(plan_.from), now, id_, parts, {}, nullptr);
    if (!n.ok()) return;
    const int number =
        *n < kIcmpHeaderBytes || bytes[0] != echo_of(world_.family()).reply
            ? -1
            : number_of(plan_, {bytes.data() + kIcmpHeaderBytes, *n - kIcmpHeaderBytes});
    if (number < 0 || number >= sent_) {
      problem_ = "a reply to nothing";
    } else {
      ++received_[static_cast<size_t>(number)];
    }
  }
}

void PingFlow::on_over(Instant now) { close_socket(world_, now, plan_.from, id_); }

std::string PingFlow::describe() const { return "ping: sent " + std::to_string(sent_); }

std::string PingFlow::verdict() const {
  return problem_.empty() ? judge("ping", world_, plan_, received_) : "ping: " + problem_;
}

RefusedFlow::RefusedFlow(World& world, const DatagramPlan& plan) : world_(world), plan_(plan) {
  wake_at(plan.start);
}

void RefusedFlow::on_wake(Instant now) {
  Stack& stack = world_.stack(plan_.from);
  const Endpoint nobody{world_.host(plan_.to).address(), Port{9}};
  if (wakes_++ == 0) {
    const auto tcp = api::open(stack, now, world_.socket_family(), SocketKind::kTcp, 0);
    const auto udp = api::open(stack, now, world_.socket_family(), SocketKind::kUdp, 0);
    if (tcp.ok()) tcp_ = *tcp;
    if (udp.ok()) udp_ = *udp;
    world_.assign(plan_.from, tcp_, this);
    world_.assign(plan_.from, udp_, this);
    if (api::connect(stack, now, tcp_, nobody).error() != Error::kInProgress) {
      tcp_error_ = Error::kConnectionRefused;  // for want of memory: an ordinary event
    }
    if (!api::connect(stack, now, udp_, nobody).ok()) udp_error_ = Error::kConnectionRefused;
  }
  if (wakes_ == 6) {
    is_done_ = true;
    return;
  }
  const uint8_t byte[] = {0};
  const ConstBytes parts[] = {byte};
  const auto sent = api::send(stack, now, udp_, parts, {}, {});
  if (sent.error() == Error::kConnectionRefused) udp_error_ = sent.error();
  wake_at(now + kResolution);
}

void RefusedFlow::on_event(Instant now, SocketId id) {
  Stack& stack = world_.stack(plan_.from);
  const Readiness ready = api::readiness(stack, id);
  if (!ready.has(Readiness::kError)) return;
  const Error error = api::take_error(stack, id);
  if (id == tcp_) {
    tcp_error_ = error;
    // A socket whose connect failed can be used again, once connect() has told of it.
    api::end_connect(stack, now, id).ignore();
    const Status again = api::connect(stack, now, id, {world_.host(plan_.to).address(), Port{10}});
    if (again.ok() || again.error() == Error::kIsConnected) tcp_error_ = Error::kNone;
    api::connect(stack, now, id, {}).ignore();
  } else {
    udp_error_ = error;
  }
}

void RefusedFlow::on_over(Instant now) {
  close_socket(world_, now, plan_.from, tcp_);
  close_socket(world_, now, plan_.from, udp_);
}

std::string RefusedFlow::describe() const { return "refused"; }

std::string RefusedFlow::verdict() const {
  if (!world_.is_perfect()) return {};
  if (tcp_error_ != Error::kConnectionRefused) return "tcp was not refused";
  if (udp_error_ != Error::kConnectionRefused) return "udp was not refused";
  return {};
}

}  // namespace tapstack::sim
