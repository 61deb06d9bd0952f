// Packets into the network layer as IPv6 on a link without neighbours: whatever headers, options,
// fragments and errors come in, what goes out is sound, and everything is given back in the end.
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "net/ip6_header_walk.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/network_host.h"
#include "wire/icmp6.h"
#include "wire/ip6.h"
#include "wire/pseudo_header.h"

using namespace tapstack;

namespace {

using Bytes = std::vector<uint8_t>;

constexpr Ip6Address kOurs = Ip6Address::from(0xfd10, 0x10, 0x10, 0, 0, 0, 0, 2);
constexpr Ip6Address kPeer = Ip6Address::from(0xfd10, 0x10, 0x10, 0, 0, 0, 0, 1);
constexpr uint32_t kMtu = 1500;

link::InterfaceSettings settings() {
  link::InterfaceSettings settings;
  settings.name[0] = 't';
  settings.layer = link::LinkLayer::kRawIp;
  settings.mtu_bytes = kMtu;
  return settings;
}

class Machine : public fuzz::NetworkHost {
 public:
  Machine() : NetworkHost(settings()) {
    if (!net::add_address(ctx_, *network_, device_, {kOurs, 64}).ok()) std::abort();
  }

  void receive(Bytes packet) {
    mem::PacketPtr in = packet_of(packet);
    fix_checksum(*in, packet);
    net::Delivery delivery = network_->input(ctx_, device_, std::move(in));
    if (delivery) check_delivery(std::move(delivery));
    net::IcmpError error;
    if (network_->take_error(ctx_, error) && error.quoted_bytes < 8) std::abort();
    drain();
  }

 private:
  // Makes the checksum of an ICMPv6 message right, so that it gets somewhere.
  void fix_checksum(mem::Packet& packet, Bytes& bytes) {
    net::Ip6HeaderWalk walk(ctx_, packet);
    const auto ip = wire::Ip6View::parse(bytes, bytes.size());
    if (!ip || !walk.to_upper_layer() || walk.next_header() != wire::ip_protocol::kIcmp6) return;
    const size_t size = wire::Ip6View::kHeaderBytes + ip->payload_bytes();
    if (walk.offset() + wire::kIcmpHeaderBytes > size) return;
    const auto message = std::span(bytes).first(size).subspan(walk.offset());
    wire::IcmpEditor(message).set_checksum(0);
    ChecksumSum sum =
        wire::pseudo_header_sum(ip->source(), ip->destination(), wire::ip_protocol::kIcmp6,
                                static_cast<uint32_t>(message.size()));
    sum.add(message);
    wire::IcmpEditor(message).set_checksum(sum.checksum());
    memory_->free_chain(packet.chain);
    if (!memory_->append_copy(packet.chain, bytes, mem::Priority::kControl)) std::abort();
  }

  void check_delivery(net::Delivery delivery) {
    const mem::PacketInfo& info = delivery.packet->info;
    if (info.ip_header_bytes < 40 || info.ip_header_bytes > delivery.packet->size()) std::abort();
    if (delivery.protocol != info.protocol || info.destination.family() == Family::kNone) {
      std::abort();
    }
    const bool is_icmp = delivery.protocol == wire::ip_protocol::kIcmp6;
    if (!is_icmp) network_->refuse(ctx_, std::move(delivery.packet), net::Refusal::kProtocol);
  }

  // Every packet that leaves is whole and fits the link.
  void check_sent(std::span<const uint8_t> bytes) override {
    const auto ip = wire::Ip6View::parse(bytes, bytes.size());
    if (!ip || bytes.size() > kMtu || ip->hop_limit() == 0) std::abort();
    if (size_t{wire::Ip6View::kHeaderBytes} + ip->payload_bytes() != bytes.size()) std::abort();
  }
};

// A header in front of the input's bytes, right but for what the input wants wrong.
Bytes packet_of(fuzz::Input& input) {
  const uint8_t how = input.u8();
  const uint8_t next_header = input.u8();
  const auto payload = input.bytes(input.u16() % 3000);
  Bytes packet(wire::Ip6View::kHeaderBytes);
  const Ip6Address to = (how & 1) != 0 ? Ip6Address::all_nodes() : kOurs;
  wire::emit(packet, wire::Ip6Header{.traffic_class = how,
                                     .payload_bytes = static_cast<uint16_t>(payload.size()),
                                     .next_header = next_header,
                                     .hop_limit = 255,
                                     .source = (how & 2) != 0 ? Ip6Address::any() : kPeer,
                                     .destination = to});
  packet.insert(packet.end(), payload.begin(), payload.end());
  if ((how & 4) != 0) packet[input.u8() % packet.size()] ^= input.u8();
  return packet;
}

}  // namespace

// Each packet: one byte of how, the first next header, two bytes of length, then what follows the
// IPv6 header; one byte of how much time passes.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  Machine machine;
  while (!input.is_empty()) {
    machine.receive(packet_of(input));
    machine.pass(Duration::ms(input.u8() * 8));
  }
  machine.expect_nothing_left(Duration::ms(2 * kConfig.reassembly_timeout_ip6_ms));
  return 0;
}
