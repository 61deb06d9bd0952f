// Calls of programs, frames, answers of a peer, and time, in any order: the input is a program of
// operations. Nothing may fail an assertion, spin, or be left over after all sockets are closed.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/socket_program.h"

using namespace tapstack;

namespace {

constexpr size_t kSlots = 16;
constexpr size_t kOperationsMax = 2'000;
constexpr int kOptions = static_cast<int>(Option::kIp6Checksum) + 1;

class Program : fuzz::SocketProgram<kSlots> {
 public:
  Program(const uint8_t* data, size_t size) : SocketProgram(data, size) {}

  void run() {
    run_steps(kOperationsMax, [this] { step(); });
  }

 private:
  Endpoint endpoint() {
    const IpAddress addresses[] = {fuzz::kPeerAddress,
                                   fuzz::kStackAddress,
                                   Ip4Address::loopback(),
                                   Ip4Address::any(),
                                   Ip4Address::from(10, 10, 10, 99),
                                   Ip4Address::limited_broadcast(),
                                   Ip4Address::from(224, 0, 0, 1),
                                   fuzz::kPeerAddress6,
                                   fuzz::kStackAddress6,
                                   Ip6Address::loopback(),
                                   Ip6Address::any(),
                                   Ip6Address::mapped(fuzz::kPeerAddress),
                                   Ip6Address::all_nodes(),
                                   {Ip6Address::from(0xfe80, 0, 0, 0, 0, 0, 0, 1), InterfaceId{2}},
                                   Ip6Address::from(0xfe80, 0, 0, 0, 0, 0, 0, 1)};
    const uint8_t choice = input_.u8();
    if (choice == 255) return {};
    const uint16_t ports[] = {80, 53, 0, 1, 40'000};
    return {addresses[choice % std::size(addresses)], Port{ports[input_.u8() % std::size(ports)]}};
  }

  void open() {
    SocketId& id = slot();
    const uint8_t choice = input_.u8();
    const auto kind = static_cast<SocketKind>(choice % 5);
    const Family family = choice < 128 ? Family::kIp4 : Family::kIp6;
    const auto opened = api::open(stack(), now(), family, kind,
                                  kind == SocketKind::kRaw ? input_.u8() : uint8_t{0});
    if (!opened.ok()) return;
    api::close(stack(), now(), id).ignore();
    id = *opened;
  }

  uint8_t echo_request(SocketId id) {
    const auto local = api::local_endpoint(stack(), id);
    return local.ok() && local->address.is_ip6() ? 128 : 8;
  }

  void send() {
    static const std::array<uint8_t, 70'000> zeros{};
    const SocketId id = slot();
    // So that ping sockets send something too.
    std::array<uint8_t, 8> head{echo_request(id), 0, 0, 0, 0, 0, 0, 0};
    if (input_.u8() >= 200) head[input_.u8() % 8] = input_.u8();
    const size_t n = input_.u8() < 200 ? input_.u8() : input_.u32() % zeros.size();
    const ConstBytes parts[] = {head, ConstBytes(zeros).first(n)};
    DatagramInfo to;
    if (input_.u8() < 128) to.peer = endpoint();
    api::SendOptions options;
    options.urgent = input_.u8() > 240;
    options.more = input_.u8() > 240;
    const auto sent = api::send(stack(), now(), id, parts, to, options);
    if (sent.ok() && *sent > n + head.size()) std::abort();
  }

  void send_in_place() {
    const SocketId id = slot();
    Bytes spans[8];
    const auto n = api::reserve_send(stack(), id, input_.u16(), spans);
    if (!n.ok()) return;
    size_t room = 0;
    for (const Bytes& span : std::span(spans, *n)) room += span.size();
    api::commit_send(stack(), now(), id, input_.u16() % (room + 1)).ignore();
  }

  void receive() {
    static std::array<uint8_t, 70'000> bytes;
    const SocketId id = slot();
    const Bytes parts[] = {Bytes(bytes).first(input_.u16())};
    DatagramInfo info;
    api::ReceiveOptions options;
    options.peek = input_.u8() > 200;
    options.urgent = input_.u8() > 240;
    const auto n = api::receive(stack(), now(), id, parts, options, &info);
    if (n.ok() && *n > parts[0].size()) std::abort();
  }

  void receive_in_place() {
    const SocketId id = slot();
    ConstBytes spans[8];
    size_t held = 0;
    for (const ConstBytes& span : std::span(spans, api::peek_spans(stack(), id, spans))) {
      held += span.size();
    }
    const auto readable = api::readable_bytes(stack(), id);
    if (held > 0 && (!readable.ok() || *readable < held)) std::abort();
    api::consume(stack(), now(), id, input_.u16() % (held + 1)).ignore();
  }

  void ask() {
    const SocketId id = slot();
    (void)api::readiness(stack(), id);
    (void)api::local_endpoint(stack(), id).ok();
    (void)api::remote_endpoint(stack(), id).ok();
    (void)api::unsent_bytes(stack(), id).ok();
    (void)api::tcp_info(stack(), now(), id).ok();
    (void)api::take_error(stack(), id);
    (void)api::take_queued_error(stack(), id).ok();
    for (SocketId event; api::next_event(stack(), event);) {
      if (!api::local_endpoint(stack(), event).ok()) std::abort();  // an event of a closed socket
    }
  }

  void option() {
    const SocketId id = slot();
    const auto option = static_cast<Option>(input_.u8() % kOptions);
    const int64_t values[] = {0, 1, -1, 100, 0x7fffffff, input_.u8()};
    const int64_t value = values[input_.u8() % std::size(values)];
    api::set_option(stack(), now(), id, option, value).ignore();
    (void)api::get_option(stack(), id, option).ok();
  }

  void accept() {
    const auto accepted = api::accept(stack(), now(), slot());
    if (!accepted.ok()) return;
    SocketId& id = slot();
    api::close(stack(), now(), id).ignore();
    id = accepted->id;
  }

  void frame() {
    const auto bytes = input_.bytes(input_.u16() % 2'000);
    fuzz::Frame frame(bytes.begin(), bytes.end());
    fuzz::fix_checksums(frame);
    machine_.receive(frame);
  }

  void change_interface() {
    api::InterfaceSettings settings = api::interface_at(stack(), 1)->settings;
    settings.is_up = input_.u8() < 200;
    settings.mtu_bytes = input_.u8() < 200 ? 1500 : 68u + input_.u8() * 4u;
    api::change_interface(stack(), now(), machine_.device(), settings).ignore();
  }

  void bind() { api::bind(stack(), now(), slot(), endpoint()).ignore(); }
  void listen() { api::listen(stack(), now(), slot(), input_.u8()).ignore(); }
  void connect() { api::connect(stack(), now(), slot(), endpoint()).ignore(); }
  void close() { api::close(stack(), now(), slot()).ignore(); }
  void shutdown() {
    api::shutdown(stack(), now(), slot(), static_cast<Shutdown>(input_.u8() % 3)).ignore();
  }
  void syn() {
    const uint32_t sequence_number = input_.u32();
    const uint16_t from = input_.u16();
    const Family family = from % 2 == 0 ? Family::kIp4 : Family::kIp6;
    machine_.receive(fuzz::syn(family, Port{from}, Port{80}, sequence_number));
  }
  void answer() { machine_.receive(fuzz::answer(machine_.last_sent(), input_)); }
  void settle() { machine_.settle(); }
  void pass() { machine_.pass(Duration::ms(input_.u8() < 200 ? input_.u8() : input_.u16() * 4)); }
  void disturb() { input_.u8() < 200 ? machine_.move() : change_interface(); }

  void step() {
    using Operation = void (Program::*)();
    // The stored inputs name them by their place here; frequent ones have several.
    static constexpr Operation kOperations[] = {
        &Program::open,     &Program::open,          &Program::bind,    &Program::listen,
        &Program::connect,  &Program::connect,       &Program::accept,  &Program::send,
        &Program::send,     &Program::send_in_place, &Program::receive, &Program::receive_in_place,
        &Program::shutdown, &Program::close,         &Program::ask,     &Program::option,
        &Program::frame,    &Program::syn,           &Program::answer,  &Program::answer,
        &Program::answer,   &Program::settle,        &Program::pass,    &Program::disturb,
    };
    (this->*kOperations[input_.u8() % std::size(kOperations)])();
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Program(data, size).run();
  return 0;
}
