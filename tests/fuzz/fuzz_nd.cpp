// Neighbour discovery and listener discovery into a host that configures itself: whatever routers,
// neighbours and queriers say, and however long it takes, its tables keep their bounds, what goes
// out is sound, and no packet is left in the end.
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <vector>

#include "net/configuration.h"
#include "net/network.h"
#include "tests/fuzz/input.h"
#include "wire/icmp.h"
#include "wire/ip6.h"
#include "wire/pseudo_header.h"

using namespace tapstack;

namespace {

using Bytes = std::vector<uint8_t>;

constexpr Ip6Address kOurs = Ip6Address::from(0xfe80, 0, 0, 0, 0, 0x00ff, 0xfe00, 2);
constexpr Ip6Address kFar = Ip6Address::from(0x2001, 0xdb8, 0, 0, 0, 0, 0, 9);
constexpr size_t kEthernetBytes = 14;

Ip6Address neighbour(uint8_t n) {
  return Ip6Address::from(0xfe80, 0, 0, 0, 0, 0, 0, static_cast<uint16_t>(n + 1));
}

class Host {
 public:
  Host() : network_(std::make_unique<net::Network>(random_.key())) {
    link::InterfaceSettings settings;
    settings.name[0] = 't';
    settings.mac = MacAddress{{2, 0, 0, 0, 0, 2}};
    settings.ip6.mode = link::Ip6Mode::kAutoconfigured;
    settings.ip6.has_temporary = true;
    device_ = *net::add_interface(ctx_, *network_, settings);
  }

  void receive(const Bytes& frame) {
    mem::PacketPtr in = memory_->new_packet(mem::Priority::kControl);
    if (!in || !memory_->append_copy(in->chain, frame, mem::Priority::kControl)) std::abort();
    network_->input(ctx_, device_, std::move(in));
    net::IcmpError error;
    network_->take_error(ctx_, error);
    drain();
  }
  // A packet of a program.
  void send(const Ip6Address& to) {
    const auto route = network_->route({to, device_}, IpAddress(), InterfaceId{}, ctx_.now);
    mem::PacketPtr packet = memory_->new_packet(mem::Priority::kControl);
    if (!route.ok() || !packet) return;
    network_->send(ctx_, std::move(packet), *route, {.protocol = 59}).ignore();
    drain();
  }
  void pass(Duration d) {
    const Instant end = ctx_.now + d;
    timer::TimerId id;
    while (timers_->next_deadline() <= end) {
      ctx_.now = std::max(ctx_.now, timers_->next_deadline());
      while (timers_->pop_due(ctx_.now, id)) {
        network_->on_timer(ctx_, timer::kind_of(id), timer::index_of(id));
      }
      drain();
    }
    ctx_.now = end;
  }
  void expect_nothing_left() {
    pass(Duration::s(600));  // longer than any neighbour is waited for
    if (memory_->packets_used() != 0 || memory_->blocks_used() != 0) std::abort();
  }

 private:
  void drain() {
    while (const mem::PacketPtr out = network_->next_frame(ctx_, device_)) {
      Bytes bytes(out->size());
      memory_->copy_out(*out, 0, bytes);
      const auto packet = std::span(bytes).subspan(kEthernetBytes);
      const auto ip = wire::Ip6View::parse(packet, packet.size());
      if (!ip || size_t{wire::Ip6View::kHeaderBytes} + ip->payload_bytes() != packet.size()) {
        std::abort();
      }
    }
    while (network_->next_frame(ctx_, link::kLoopback)) continue;
  }

  std::unique_ptr<mem::PacketMemory> memory_ = std::make_unique<mem::PacketMemory>();
  std::unique_ptr<timer::Timers> timers_ = std::make_unique<timer::Timers>();
  Counters counters_;
  Random random_;
  Context ctx_{Instant::from_us(1'000'000), *memory_, *timers_, counters_, random_};
  std::unique_ptr<net::Network> network_;
  InterfaceId device_;
};

// A message with the right checksum; `how` says from whom and to whom.
Bytes frame_of(fuzz::Input& input) {
  const uint8_t how = input.u8();
  Bytes frame{0x33, 0x33, 0, 0, 0, 1, 2, 0, 0, 0, 1, 1, 0x86, 0xdd};
  const auto body = input.bytes(input.u8());
  Bytes message{input.u8(), 0, 0, 0};
  message.insert(message.end(), body.begin(), body.end());
  const Ip6Address source = (how & 1) != 0 ? Ip6Address::any() : neighbour(how >> 5);
  const Ip6Address group =
      (how & 4) != 0 ? Ip6Address::solicited_node(kOurs) : Ip6Address::all_nodes();
  const Ip6Address destination = (how & 2) != 0 ? kOurs : group;
  if ((how & 2) != 0) std::copy_n(Bytes{2, 0, 0, 0, 0, 2}.begin(), 6, frame.begin());
  ChecksumSum sum = wire::pseudo_header_sum(source, destination, wire::ip_protocol::kIcmp6,
                                            static_cast<uint32_t>(message.size()));
  sum.add(message);
  store_be16(message.data() + 2, sum.checksum());
  // Listener discovery has Hop Limit 1 and a Router Alert (RFC 3810 5).
  const bool is_listener = message[0] >= 130 && message[0] <= 132;
  if (is_listener) message.insert(message.begin(), {58, 0, 5, 2, 0, 0, 1, 0});
  Bytes header(wire::Ip6View::kHeaderBytes);
  wire::emit(header, wire::Ip6Header{.payload_bytes = static_cast<uint16_t>(message.size()),
                                     .next_header = is_listener ? wire::ip_protocol::kHopByHop
                                                                : wire::ip_protocol::kIcmp6,
                                     .hop_limit = static_cast<uint8_t>(is_listener ? 1 : 255),
                                     .source = source,
                                     .destination = destination});
  frame.insert(frame.end(), header.begin(), header.end());
  frame.insert(frame.end(), message.begin(), message.end());
  return frame;
}

}  // namespace

// Each message: a byte of how, one of length, its body, its type; then a byte of how much time
// passes, and one of where a packet goes.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  Host host;
  host.pass(Duration::s(3));
  while (!input.is_empty()) {
    host.receive(frame_of(input));
    const uint8_t span = input.u8();
    host.pass(span < 240 ? Duration::ms(span * 20) : Duration::s((span - 239) * 600));
    const uint8_t to = input.u8();
    if (to < 64) host.send(to == 0 ? kFar : neighbour(to & 7));
  }
  host.expect_nothing_left();
  return 0;
}
