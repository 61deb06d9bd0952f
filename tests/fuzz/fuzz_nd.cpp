// Neighbour discovery and listener discovery into a host that configures itself: whatever routers,
// neighbours and queriers say, and however long it takes, its tables keep their bounds, what goes
// out is sound, and no packet is left in the end.
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "tests/fuzz/input.h"
#include "tests/fuzz/network_host.h"
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

link::InterfaceSettings settings() {
  link::InterfaceSettings settings;
  settings.name[0] = 't';
  settings.mac = MacAddress{{2, 0, 0, 0, 0, 2}};
  settings.ip6.mode = link::Ip6Mode::kAutoconfigured;
  settings.ip6.has_temporary = true;
  return settings;
}

class Host : public fuzz::NetworkHost {
 public:
  Host() : NetworkHost(settings()) {}

  void receive(const Bytes& frame) {
    network_->input(ctx_, device_, packet_of(frame));
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

 private:
  void check_sent(std::span<const uint8_t> frame) override {
    const auto packet = frame.subspan(kEthernetBytes);
    const auto ip = wire::Ip6View::parse(packet, packet.size());
    if (!ip || size_t{wire::Ip6View::kHeaderBytes} + ip->payload_bytes() != packet.size()) {
      std::abort();
    }
  }
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
  host.expect_nothing_left(Duration::s(600));  // longer than any neighbour is waited for
  return 0;
}
