// What clients send to a keeper: requests of every kind, nearly right or not at all, descriptors of
// every kind beside them, sockets written to and closed behind its back. Another client goes on
// being served, nothing is left open, and the keeper ends when all have gone.
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <memory>
#include <thread>
#include <vector>

#include "shim/common/message.h"
#include "shim/common/private_fds.h"
#include "shim/keeper/server.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/null_engine.h"

using namespace tapstack;
using namespace tapstack::shim;

namespace {

constexpr size_t kStepsMax = 64;
constexpr size_t kHandlesMax = 16;
constexpr int kAnswerMs = 10'000;

size_t open_descriptors() {
  size_t count = 0;
  DIR* directory = ::opendir("/proc/self/fd");
  while (::readdir(directory) != nullptr) ++count;
  ::closedir(directory);
  return count;
}

struct Pair {
  Pair() { expect(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0, "socketpair"); }
  int ends[2];
};

Request hello() {
  Request request{};
  request.args[0] = kProtocolVersion;
  return request;
}

// False: the keeper has dropped the channel.
bool take_reply(int channel, Reply& reply, int& fd) {
  pollfd one{channel, POLLIN, 0};
  expect(::poll(&one, 1, kAnswerMs) == 1, "the keeper does not answer");
  return receive_reply(channel, reply, fd) == 0;
}

class Session {
 public:
  Session(const uint8_t* data, size_t size) : input_(data, size) {
    Pair pair;
    good_ = pair.ends[0];
    server_.add_client(pair.ends[1]);
    thread_ = std::thread([this] { server_.run(); });
    join();
  }
  ~Session() {
    expect_good_client_served();
    for (const Handle& handle : handles_) ::close(handle.fd);
    ::close(bad_);
    ::close(good_);
    thread_.join();
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void run() {
    for (size_t n = 0; n < kStepsMax && !input_.is_empty(); ++n) step();
  }

 private:
  struct Handle {
    int fd;
    SlotId slot;
  };

  // As a forked process does.
  void join() {
    Pair pair;
    const Request request = hello();
    expect(send_request(good_, request, pair.ends[1]) == 0, "the good client was dropped");
    ::close(pair.ends[1]);
    bad_ = pair.ends[0];
    Reply reply;
    int fd = -1;
    expect(take_reply(bad_, reply, fd), "a new client is not let in");
  }

  void expect_good_client_served() {
    Request request = hello();
    request.op = Op::kInterface;
    request.args[0] = 0;
    expect(send_request(good_, request, -1) == 0, "the good client was dropped");
    Reply reply;
    int fd = -1;
    expect(take_reply(good_, reply, fd) && reply.error == 0, "the good client is not served");
  }

  void on_answer() {
    Reply reply{};
    int fd = -1;
    if (!take_reply(bad_, reply, fd)) {
      ::close(bad_);
      join();
      return;
    }
    if (fd < 0) return;
    if (handles_.size() < kHandlesMax) {
      handles_.push_back({fd, reply.slot});
    } else {
      ::close(fd);
    }
  }

  const Handle* any_handle() {
    return handles_.empty() ? nullptr : &handles_[input_.below(kHandlesMax) % handles_.size()];
  }

  int64_t number() {
    const int64_t usual[] = {0, 1, 2, 3, 10, 17, 58, 136, -1, 255, 4096, 70'000, INT64_MAX};
    const uint8_t choice = input_.u8();
    return choice < 200 ? usual[choice % std::size(usual)] : static_cast<int32_t>(input_.u32());
  }

  Endpoint endpoint() {
    const IpAddress addresses[] = {Ip4Address::loopback(),
                                   Ip4Address::any(),
                                   Ip4Address::from(10, 0, 0, 1),
                                   Ip4Address::from(10, 0, 0, 9),
                                   Ip4Address::from(224, 0, 0, 9),
                                   Ip6Address::loopback(),
                                   Ip6Address::any(),
                                   Ip6Address::all_nodes(),
                                   {}};
    const uint16_t ports[] = {0, 53, 80, 5000};
    return {addresses[input_.u8() % std::size(addresses)],
            Port{ports[input_.u8() % std::size(ports)]}};
  }

  void fill(Request& request) {
    request.op = static_cast<Op>(input_.u8() % (static_cast<int>(Op::kDrain) + 2));
    if (const Handle* handle = any_handle()) request.slot = handle->slot;
    request.endpoint = endpoint();
    for (int64_t& argument : request.args) argument = number();
    const auto payload = input_.bytes(input_.u8());
    std::memcpy(request.payload, payload.data(), payload.size());
    request.payload_bytes = static_cast<uint16_t>(payload.size());
  }

  // A descriptor to go beside a message, the caller's; -1: none.
  int beside() {
    switch (input_.u8() % 8) {
      case 0:
        return ::open("/dev/null", O_RDWR | O_CLOEXEC);
      case 1:
      case 2:
        return any_handle() == nullptr ? -1 : ::dup(any_handle()->fd);
      case 3:
        return ::dup(bad_);
      default:
        return -1;
    }
  }

  void send_and_close(const void* bytes, size_t length, int fd) {
    Request request{};
    std::memcpy(static_cast<void*>(&request), bytes, std::min(length, sizeof request));
    if (fd >= 0) {
      // What a descriptor beside kHello means would take the answer elsewhere.
      if (request.op == Op::kHello && request.args[1] == 0) request.args[1] = 1;
      send_request(bad_, request, fd);
      ::close(fd);
      return;
    }
    ::send(bad_, bytes, length, MSG_NOSIGNAL);
  }

  void ask() {
    Request request{};
    fill(request);
    send_and_close(&request, offsetof(Request, payload) + request.payload_bytes, beside());
    on_answer();
  }
  // A request in which some bytes are others.
  void ask_spoilt() {
    Request request{};
    fill(request);
    auto* bytes = reinterpret_cast<uint8_t*>(&request);
    for (int n = input_.u8() % 4; n >= 0; --n) {
      bytes[input_.u16() % offsetof(Request, payload)] = input_.u8();
    }
    send_and_close(&request, offsetof(Request, payload) + request.payload_bytes % kPayloadBytes,
                   -1);
    on_answer();
  }
  void send_bytes() {
    const auto bytes = input_.bytes(1 + input_.u8());
    if (bytes.empty()) return;
    send_and_close(bytes.data(), bytes.size(), -1);
    on_answer();
  }
  void write_to_handle() {
    const Handle* handle = any_handle();
    if (handle == nullptr) return;
    std::array<uint8_t, 512> message{};
    DatagramHeader header{};
    header.peer = endpoint();
    if (input_.u8() % 4 == 0) {
      const auto spoilt = input_.bytes(sizeof header);
      std::memcpy(static_cast<void*>(&header), spoilt.data(), spoilt.size());
    }
    std::memcpy(message.data(), &header, sizeof header);
    const size_t length = input_.u8() % 8 == 0 ? input_.u8() : sizeof header + input_.u8();
    ::send(handle->fd, message.data(), std::min(length, message.size()),
           MSG_DONTWAIT | MSG_NOSIGNAL);
  }
  void read_from_handle() {
    const Handle* handle = any_handle();
    std::array<uint8_t, 4096> bytes;
    if (handle != nullptr) ::recv(handle->fd, bytes.data(), bytes.size(), MSG_DONTWAIT);
  }
  void shut_handle() {
    const Handle* handle = any_handle();
    if (handle != nullptr) ::shutdown(handle->fd, input_.u8() % 3);
  }
  void close_handle() {
    if (handles_.empty()) return;
    ::close(handles_.back().fd);
    handles_.pop_back();
  }

  void step() {
    using Operation = void (Session::*)();
    static constexpr Operation kOperations[] = {
        &Session::ask,
        &Session::ask,
        &Session::ask,
        &Session::ask,
        &Session::ask_spoilt,
        &Session::send_bytes,
        &Session::write_to_handle,
        &Session::read_from_handle,
        &Session::shut_handle,
        &Session::close_handle,
    };
    (this->*kOperations[input_.u8() % std::size(kOperations)])();
  }

  fuzz::Input input_;
  std::unique_ptr<Engine> engine_ = make_engine();
  Server server_{*engine_, 0};
  std::thread thread_;
  int good_ = -1;
  int bad_ = -1;
  std::vector<Handle> handles_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  private_fds::prepare();
  const size_t before = open_descriptors();
  Session(data, size).run();
  expect(open_descriptors() == before, "a descriptor is left open");
  return 0;
}
