// Frames into a stack with sockets of every kind: whatever comes in, it goes on, moves, and gives
// everything back in the end.
#include "tests/fuzz/machine.h"

using namespace tapstack;

namespace {

struct Sockets {
  SocketId tcp, udp, ping, raw, ping6, raw6;
};

Sockets open_sockets(fuzz::Machine& machine) {
  Stack& stack = machine.stack();
  const auto open = [&](Family family, SocketKind kind, uint8_t protocol, Port port) {
    const auto id = api::open(stack, machine.now(), family, kind, protocol);
    api::bind(stack, machine.now(), *id, {IpAddress::any(family), port}).ignore();
    return *id;
  };
  // TCP and UDP of both families at once.
  const Sockets sockets{open(Family::kIp6, SocketKind::kTcp, 0, Port{80}),
                        open(Family::kIp6, SocketKind::kUdp, 0, Port{53}),
                        open(Family::kIp4, SocketKind::kPing, 0, Port{1}),
                        open(Family::kIp4, SocketKind::kRaw, 1, Port{}),
                        open(Family::kIp6, SocketKind::kPing, 0, Port{2}),
                        open(Family::kIp6, SocketKind::kRaw, 58, Port{})};
  api::listen(stack, machine.now(), sockets.tcp, 4).ignore();
  return sockets;
}

}  // namespace

// Each frame: two bytes of length, one of what to do besides, then its bytes.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fuzz::Input input(data, size);
  fuzz::Machine machine;
  const Sockets sockets = open_sockets(machine);
  while (!input.is_empty()) {
    const size_t length = input.u16() % 9000;
    const uint8_t how = input.u8();
    const auto bytes = input.bytes(length);
    fuzz::Frame frame(bytes.begin(), bytes.end());
    if ((how & 1) == 0) fuzz::fix_checksums(frame);
    machine.receive(frame);
    if ((how & 2) != 0) machine.pass(Duration::ms(how * 4));
    if ((how & 4) != 0) machine.move();
    if ((how & 8) != 0) machine.receive(fuzz::answer(machine.last_sent(), input));
  }
  for (const SocketId id :
       {sockets.tcp, sockets.udp, sockets.ping, sockets.raw, sockets.ping6, sockets.raw6}) {
    api::close(machine.stack(), machine.now(), id).ignore();
  }
  machine.expect_nothing_left();
  return 0;
}
