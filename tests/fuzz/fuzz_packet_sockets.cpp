// Packet sockets and filters, among frames and other sockets, in any order: the input is a program
// of operations. Nothing may fail an assertion, tell more than there is, or be left over.
#include <array>
#include <cstdlib>
#include <vector>

#include "api/packet_sockets.h"
#include "tests/fuzz/socket_program.h"

using namespace tapstack;

namespace {

constexpr size_t kSlots = 8;
constexpr size_t kOperationsMax = 500;

class Program : fuzz::SocketProgram<kSlots> {
 public:
  Program(const uint8_t* data, size_t size) : SocketProgram(data, size) {}

  void run() {
    run_steps(kOperationsMax, [this] { step(); });
  }

 private:
  PacketBinding binding() {
    const uint16_t protocols[] = {3, 0, 0x0800, 0x0806, 0x86dd, 4, 1, 0x88b5};
    return {protocols[input_.u8() % std::size(protocols)], {static_cast<uint8_t>(input_.u8() % 4)}};
  }

  void open() {
    SocketId& id = slot();
    const uint8_t choice = input_.u8();
    const auto opened = choice < 200
                            ? api::open_packet(stack(), now(), choice % 2 == 0, binding().protocol)
                            : api::open(stack(), now(), Family::kIp4, SocketKind::kUdp, 0);
    if (!opened.ok()) return;
    api::close(stack(), now(), id).ignore();
    id = *opened;
  }
  void bind() { api::bind_packet(stack(), now(), slot(), binding()).ignore(); }
  void close() { api::close(stack(), now(), slot()).ignore(); }

  void send() {
    static const std::array<uint8_t, 70'000> zeros{};
    const auto head = input_.bytes(input_.u8());
    const size_t n = input_.u8() < 200 ? input_.u8() : input_.u32() % zeros.size();
    const ConstBytes parts[] = {head, ConstBytes(zeros).first(n)};
    FrameTarget target;
    target.is_named = input_.u8() < 200;
    target.to = binding();
    (void)api::send_frame(stack(), now(), slot(), parts, target).ok();
  }
  void send_datagram() {
    const std::array<uint8_t, 8> text{};
    const ConstBytes parts[] = {text};
    DatagramInfo to;
    to.peer = {Ip4Address::loopback(), Port{53}};
    (void)api::send(stack(), now(), slot(), parts, to, {}).ok();
  }
  void receive() {
    static std::array<uint8_t, 70'000> bytes;
    const Bytes parts[] = {Bytes(bytes).first(input_.u16())};
    FrameInfo info;
    const auto n = api::receive_frame(stack(), now(), slot(), parts, input_.u8() > 200, &info);
    if (n.ok() &&
        (*n > parts[0].size() || *n > info.kept_bytes || info.kept_bytes > info.full_bytes)) {
      std::abort();
    }
  }
  void filter() {
    std::vector<FilterInstruction> program(input_.u8() % 8);
    for (FilterInstruction& i : program) {
      i = {input_.u8(), static_cast<uint8_t>(input_.u8() % 4),
           static_cast<uint8_t>(input_.u8() % 4), input_.u8()};
    }
    program.push_back({0x06, 0, 0, input_.u8()});
    const SocketId id = slot();
    if (input_.u8() < 200) {
      api::attach_filter(stack(), id, program).ignore();
    } else {
      api::detach_filter(stack(), id).ignore();
    }
  }
  void ask() {
    const SocketId id = slot();
    (void)api::readiness(stack(), id);
    (void)api::packet_name(stack(), id).ok();
    (void)api::readable_bytes(stack(), id).ok();
    (void)api::take_error(stack(), id);
    const auto statistics = api::take_packet_statistics(stack(), id);
    if (statistics.ok() && statistics->drops > statistics->frames) std::abort();
    for (size_t n = 0; api::packet_socket_at(stack(), n).ok(); ++n) {
    }
    for (SocketId event; api::next_event(stack(), event);) {
      if (api::pending_error(stack(), event) == Error::kBadHandle) std::abort();
    }
  }
  void option() {
    const Option options[] = {Option::kReceiveBuffer, Option::kPacketIgnoreOutgoing,
                              Option::kPacketDrained};
    const Option option = options[input_.u8() % std::size(options)];
    api::set_option(stack(), now(), slot(), option, input_.u16()).ignore();
  }
  void frame() {
    const auto bytes = input_.bytes(input_.u8());
    machine_.receive(fuzz::Frame(bytes.begin(), bytes.end()));
  }
  void syn() {
    machine_.receive(fuzz::syn(Family::kIp4, Port{input_.u16()}, Port{80}, input_.u8()));
  }
  void change_interface() {
    api::InterfaceSettings settings = api::interface_at(stack(), 1)->settings;
    settings.is_up = input_.u8() < 200;
    api::change_interface(stack(), now(), machine_.device(), settings).ignore();
  }
  void settle() { machine_.settle(); }
  void move() { machine_.move(); }

  void step() {
    using Operation = void (Program::*)();
    static constexpr Operation kOperations[] = {
        &Program::open,    &Program::open,    &Program::bind,
        &Program::send,    &Program::send,    &Program::send_datagram,
        &Program::receive, &Program::receive, &Program::filter,
        &Program::ask,     &Program::option,  &Program::ask,
        &Program::frame,   &Program::syn,     &Program::settle,
        &Program::move,    &Program::close,   &Program::change_interface,
    };
    (this->*kOperations[input_.u8() % std::size(kOperations)])();
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Program(data, size).run();
  return 0;
}
