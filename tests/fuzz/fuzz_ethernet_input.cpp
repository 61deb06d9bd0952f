// Frames into a stack with sockets of every kind: whatever comes in, it goes on, moves, and gives
// everything back in the end.
#include "tests/fuzz/machine.h"

using namespace tapstack;

namespace {

struct Sockets {
  SocketId tcp, udp, ping, raw;
};

Sockets open_sockets(fuzz::Machine& machine) {
  Stack& stack = machine.stack();
  const auto open = [&](SocketKind kind, uint8_t protocol, Port port) {
    const auto id = api::open(stack, machine.now(), Family::kIp4, kind, protocol);
    api::bind(stack, machine.now(), *id, {Ip4Address::any(), port}).ignore();
    return *id;
  };
  const Sockets sockets{open(SocketKind::kTcp, 0, Port{80}), open(SocketKind::kUdp, 0, Port{53}),
                        open(SocketKind::kPing, 0, Port{1}), open(SocketKind::kRaw, 1, Port{})};
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
  for (const SocketId id : {sockets.tcp, sockets.udp, sockets.ping, sockets.raw}) {
    api::close(machine.stack(), machine.now(), id).ignore();
  }
  machine.expect_nothing_left();
  return 0;
}
